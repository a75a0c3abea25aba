-- Sets an order aside that its holder cannot read, or puts it back.
--
-- KEYS[1]  the shard's prefix
-- ARGV     aside | back, id, fence (aside only)
-- returns  1, or 0 if the lease is lost, or there is nothing to put back or no sense in it
local id = ARGV[2]
local o = load(id)
if ARGV[1] == 'back' then
  if not o or redis.call('ZREM', P .. 'aside', id) == 0 then return 0 end
  if not FINAL[o.state] then due_now(id, o) end
  settle()
  return 1
end
if not o or o.fence ~= ARGV[3] or o.lease == 0 then return 0 end
o.lease, o.poke = 0, '0'
save(id, o)
place('aside', id, now)
place('due:' .. o.account, id)
place('leased:' .. o.account, id)
settle()
wake(o.account)
return 1
