-- Looks at how far a webhook endpoint has come.
--
-- KEYS[1]  the shard's prefix
-- ARGV     endpoint
-- returns  {} if it has no state, else {events behind, events waiting in held orders, held orders, dead letters,
--          replays that wait, failing since (ms or 0), ms for which it is held by a replica (0: by none)}
local key = P .. 'webhook:' .. ARGV[1]
local h = redis.call('HMGET', key, 'settled', 'waiting', 'failing', 'until')
if not h[1] then return {} end
return { math.max(added() - tonumber(h[1]), 0), tonumber(h[2]), redis.call('HLEN', key .. ':held'),
  redis.call('ZCARD', key .. ':dead'), redis.call('ZCARD', key .. ':again'), tonumber(h[3]),
  math.max(tonumber(h[4] or 0) - now, 0) }
