-- Has dead letters of a webhook endpoint delivered again.
--
-- KEYS[1]  the shard's prefix
-- ARGV     endpoint, dead letters (at most 128)
-- returns  how many of them there were
local key, moved = P .. 'webhook:' .. ARGV[1], 0
for i = 2, #ARGV do
  local at = redis.call('ZSCORE', key .. ':dead', ARGV[i])
  if at then
    redis.call('ZADD', key .. ':again', at, ARGV[i])
    redis.call('ZREM', key .. ':dead', ARGV[i])
    moved = moved + 1
  end
end
if moved > 0 then wake('webhook:' .. ARGV[1]) end
return moved
