-- Frees an idempotency key, if it is still this order's.
--
-- KEYS[1]  `<ns>:idem:<key>`
-- ARGV     the order's id
-- returns  1 (free now) or 0 (it is another's, or was free)
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, #ARGV[1] + 1) == ARGV[1] .. ' ' then return redis.call('DEL', KEYS[1]) end
return 0
