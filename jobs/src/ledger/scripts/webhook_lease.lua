-- Takes, keeps or gives back the right to deliver a shard's events to a webhook endpoint; at first sight makes its state.
--
-- KEYS[1]  the shard's prefix
-- ARGV     endpoint, holder, for how many ms (0: give it back), where a new endpoint begins: new | oldest
-- returns  {fence (0: not held), how many replays wait}
--
-- A fence is the ms at which the right was taken, or the last one and one more: it grows even where a failover forgot some.
local name, holder, lease = ARGV[1], ARGV[2], tonumber(ARGV[3])
local key, events = P .. 'webhook:' .. name, P .. 'events'
local h = redis.call('HMGET', key, 'holder', 'until', 'fence')
if h[1] ~= holder and tonumber(h[2] or 0) > now then return { 0, 0 } end
if lease == 0 then
  if h[1] == holder then
    redis.call('HSET', key, 'until', 0)
    wake('webhook:' .. name)
  end
  return { 0, 0 }
end
local fence = tonumber(h[3] or 0)
if h[1] ~= holder then fence = math.max(fence + 1, now) end
if not h[1] then
  local cursor, settled = '0-0', 0
  if ARGV[4] == 'new' then
    local newest = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
    if newest then cursor, settled = newest[1], added() end
  end
  redis.call('HSET', key, 'cursor', cursor, 'settled', num(settled), 'waiting', 0, 'failing', 0)
  redis.call('SADD', P .. 'webhooks', name)
end
redis.call('HSET', key, 'holder', holder, 'until', num(now + lease), 'fence', num(fence))
return { fence, redis.call('ZCARD', key .. ':again') }
