-- Creates orders that do not exist yet, queued and due, once per idempotency key. An existing one is left as it is.
--
-- KEYS[1]  the shard's prefix
-- KEYS[2…] the orders' idempotency keys, in their order; none in a cluster, where they have slots of their own and were
--          taken before
-- ARGV     12 per order (at most 128): id, fingerprint, idempotency key, account, kind, resource, priority 0..2,
--          due ms (empty: now), document, record, event, its deadline in ms (empty: none)
-- returns  per order 1 (created), 0 (it was there), -1 (a stranger's value stands in its key's place: nothing was done),
--          or what its key stands for, `<id> <fingerprint>`, if it is another's
local out, there, place_of_key = {}, false, 2
for i = 1, #ARGV, 12 do
  local id, at, taken, foreign = ARGV[i], ARGV[i + 7], false, false
  local key = order(id)
  if KEYS[place_of_key] then
    local mine = id .. ' ' .. ARGV[i + 1]
    taken, foreign = try('SET', KEYS[place_of_key], mine, 'NX', 'GET')
    place_of_key = place_of_key + 1
    if taken == mine then taken = false end
  end
  if foreign then out[#out + 1] = -1
  elseif taken then
    out[#out + 1] = taken
    there = true
  elseif redis.call('EXISTS', key) == 1 then
    out[#out + 1] = 0
    there = true
  else
    local o = { state = 'queued', version = 1, fence = '0', lease = 0, account = ARGV[i + 3], kind = ARGV[i + 4],
      prio = ARGV[i + 6], poke = '0', res = ARGV[i + 5], key = ARGV[i + 2] }
    redis.call('HSET', key, 'd', ARGV[i + 8], 'r', ARGV[i + 9], 'm', pack(o))
    if at == '' then due_now(id, o) else
      place('due:' .. o.account, id, at)
      wake(o.account)
    end
    if ARGV[i + 11] ~= '' then place('deadlines:' .. o.account, id, ARGV[i + 11]) end
    place('state:queued', id, now)
    count('queued', o, 1)
    if ARGV[i + 10] ~= '' then redis.call('XADD', P .. 'events', '*', 'event', ARGV[i + 10]) end
    out[#out + 1] = 1
  end
end
settle()
-- A repeat writes nothing, and a WAITAOF after nothing waits for nothing: make it wait for what it repeats.
if there then redis.call('HINCRBY', P .. 'epoch', 'repeats', 1) end
return out
