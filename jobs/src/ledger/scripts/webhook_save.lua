-- Writes down how far a webhook endpoint has come: nothing of it if another has taken over.
--
-- KEYS[1]  the shard's prefix
-- ARGV     endpoint, fence, cursor, how many events lie up to it, events that wait in held orders, failing since (ms or 0),
--          then words and their arguments, at most 128 of them:
--          held  order and what is kept of it (empty: nothing any more)
--          dead  ms of the event, dead letter
--          again dead letter whose replay has begun (and an empty argument)
-- returns  1 written, 0 another has taken over
--
-- Written twice it is as written once.
local key = P .. 'webhook:' .. ARGV[1]
if redis.call('HGET', key, 'fence') ~= ARGV[2] then return 0 end
for i = 7, #ARGV, 3 do
  local what, a, b = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if what == 'held' then
    if b == '' then redis.call('HDEL', key .. ':held', a) else redis.call('HSET', key .. ':held', a, b) end
  elseif what == 'dead' then redis.call('ZADD', key .. ':dead', a, b)
  else redis.call('ZREM', key .. ':again', a) end
end
redis.call('HSET', key, 'cursor', ARGV[3], 'settled', ARGV[4], 'waiting', ARGV[5], 'failing', ARGV[6])
return 1
