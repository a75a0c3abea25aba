-- Takes a call from an account's rate, whoever else is in want of one: the claims after it wait the longer.
--
-- KEYS[1]  the shard's prefix
-- ARGV     account, cost of the call in ms, burst in ms
-- returns  ms to wait before the call is made
local A = P .. 'account:' .. ARGV[1]
local tat = math.max(tonumber(redis.call('HGET', A, 'tat') or 0), now) + tonumber(ARGV[2])
redis.call('HSET', A, 'tat', num(math.ceil(tat)))
return math.max(math.ceil(tat - now - tonumber(ARGV[3])), 0)
