-- Extends leases, or hands their orders back.
--
-- KEYS[1]  the shard's prefix
-- ARGV     lease ms (0: hand back, due at once), then id, fence per order (at most 128)
-- returns  1 (still held) or 0 (lost) per order
local lease, floor, out = tonumber(ARGV[1]), fence_floor(), {}
for i = 2, #ARGV, 2 do
  local id, fence = ARGV[i], ARGV[i + 1]
  local o = load(id)
  if not o or o.fence ~= fence or o.lease == 0 or tonumber(fence) <= floor then out[#out + 1] = 0 else
    out[#out + 1] = 1
    if lease > 0 then
      o.lease = now + lease
      place('due:' .. o.account, id, o.lease)
      place('leased:' .. o.account, id, o.lease)
    else
      o.lease, o.poke = 0, '0'
      place('leased:' .. o.account, id)
      redis.call('HDEL', P .. 'account:' .. o.account, 'starved')
      due_now(id, o)
    end
    save(id, o)
  end
end
settle()
return out
