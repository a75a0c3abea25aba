-- Deletes the state of a webhook endpoint that nobody delivers to.
--
-- KEYS[1]  the shard's prefix
-- ARGV     endpoint
-- returns  1 nothing is left, 0 a replica holds it
local key = P .. 'webhook:' .. ARGV[1]
if tonumber(redis.call('HGET', key, 'until') or 0) > now then return 0 end
for _, part in ipairs({ '', ':held', ':dead', ':again' }) do redis.call('UNLINK', key .. part) end
redis.call('SREM', P .. 'webhooks', ARGV[1])
return 1
