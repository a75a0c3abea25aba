-- Creates orders that do not exist yet, queued and due. An existing one is left as it is.
--
-- KEYS[1]  the shard's prefix
-- ARGV     10 per order (at most 128): id, idempotency key, account, kind, resource, priority 0..2,
--          due ms (empty: now), document, record, event
-- returns  1 (created) or 0 (it was there) per order
local out, there = {}, false
for i = 1, #ARGV, 10 do
  local id, at = ARGV[i], ARGV[i + 6]
  local key = order(id)
  if redis.call('EXISTS', key) == 1 then
    out[#out + 1] = 0
    there = true
  else
    local o = { state = 'queued', version = 1, fence = '0', lease = 0, account = ARGV[i + 2], kind = ARGV[i + 3],
      prio = ARGV[i + 5], poke = '0', res = ARGV[i + 4], key = ARGV[i + 1] }
    redis.call('HSET', key, 'd', ARGV[i + 7], 'r', ARGV[i + 8], 'm', pack(o))
    if at == '' then due_now(id, o) else
      place('due:' .. o.account, id, at)
      wake(o.account)
    end
    place('state:queued', id, now)
    count('queued', o, 1)
    if ARGV[i + 9] ~= '' then redis.call('XADD', P .. 'events', '*', 'event', ARGV[i + 9]) end
    out[#out + 1] = 1
  end
end
settle()
-- A repeat writes nothing, and a WAITAOF after nothing waits for nothing: make it wait for what it repeats.
if there then redis.call('HINCRBY', P .. 'epoch', 'repeats', 1) end
return out
