-- Finds finished orders that are old enough to be deleted.
--
-- KEYS[1]  the shard's prefix
-- ARGV     finished before this many ms ago, at most how many (<= 128)
-- returns  {id, idempotency key, …}
local before, limit, out = now - tonumber(ARGV[1]), math.min(tonumber(ARGV[2]), 128), {}
for _, state in ipairs({ 'succeeded', 'failed', 'cancelled' }) do
  if limit > 0 then
    local ids = redis.call('ZRANGEBYSCORE', P .. 'state:' .. state, '-inf', before, 'LIMIT', 0, limit)
    limit = limit - #ids
    for _, id in ipairs(ids) do
      local o = load(id)
      if o and FINAL[o.state] then out[#out + 1], out[#out + 2] = id, o.key end
    end
  end
end
return out
