-- How much work an account has.
--
-- KEYS[1]  the shard's prefix
-- ARGV     account
-- returns  {due now, due later, held}
local due = P .. 'due:' .. ARGV[1]
local held = redis.call('ZCOUNT', P .. 'leased:' .. ARGV[1], '(' .. num(now), '+inf')
local ready = redis.call('ZCOUNT', due, '-inf', now)
return { ready, math.max(redis.call('ZCARD', due) - ready - held, 0), held }
