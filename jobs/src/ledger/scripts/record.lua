-- Records what became of orders: state, record, due time, indexes, event and timeline in one step each.
--
-- KEYS[1]  the shard's prefix
-- ARGV     13 per order (at most 128): id, fence, version, record, state, due (now | never | ms), priority 0..2,
--          event, timeline entry, signals consumed, release 0|1, leave the domain 0|1,
--          epoch of an intent (empty: not an intent)
-- returns  {code, version, now, poked, epoch} per order, one after another; code: ok | missing | lease | version | epoch
--
-- A repeat of a record that was applied (same fence, next version, same text) is answered like the first one.
local out, repeated, eased = {}, false, {}
local n_epoch
local function answer(code, version, poked)
  local at = #out
  out[at + 1], out[at + 2], out[at + 3], out[at + 4], out[at + 5] = code, version, now, poked, n_epoch or 0
end
local function apply(i, id, o)
  local state, due, release = ARGV[i + 4], ARGV[i + 5], ARGV[i + 10] == '1'
  local key, final = order(id), FINAL[ARGV[i + 4]]
  local poked = o.poke
  o.version, o.prio = o.version + 1, ARGV[i + 6]
  if state ~= o.state then
    redis.call('ZREM', P .. 'state:' .. o.state, id)
    redis.call('ZADD', P .. 'state:' .. state, now, id)
    count(o.state, o, -1)
    count(state, o, 1)
    o.state = state
  end
  local consumed = tonumber(ARGV[i + 9])
  if final then redis.call('HDEL', key, 's') elseif consumed > 0 then
    local rest = {}
    for k, text in ipairs(signals(redis.call('HGET', key, 's'))) do
      if k > consumed then rest[#rest + 1] = #text .. ':' .. text end
    end
    if #rest > 0 then redis.call('HSET', key, 's', table.concat(rest)) else redis.call('HDEL', key, 's') end
  end
  if final or release then
    o.lease, o.poke = 0, '0'
    redis.call('ZREM', P .. 'leased:' .. o.account, id)
    eased[o.account] = true
    if final or (due == 'never' and poked == '0') then redis.call('ZREM', P .. 'due:' .. o.account, id)
    elseif due == 'now' or poked == '1' then due_now(id, o)
    else redis.call('ZADD', P .. 'due:' .. o.account, due, id) end
  end
  redis.call('HSET', key, 'm', pack(o), 'r', ARGV[i + 3])
  if final or ARGV[i + 11] == '1' then leave_lane(id, o) end
  if ARGV[i + 8] ~= '' then note(id, ARGV[i + 8]) end
  if ARGV[i + 7] ~= '' then redis.call('XADD', P .. 'events', '*', 'event', ARGV[i + 7]) end
  answer('ok', o.version, tonumber(poked))
end

for i = 1, #ARGV, 13 do
  local id, fence, version, intent = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), ARGV[i + 12]
  if intent ~= '' and not n_epoch then n_epoch = epoch() end
  local o = load(id)
  if not o then answer('missing', 0, 0)
  elseif o.fence ~= fence then answer('lease', o.version, 0)
  elseif o.version == version + 1 and redis.call('HGET', order(id), 'r') == ARGV[i + 3] then
    repeated = true
    answer('ok', o.version, tonumber(o.poke))
  elseif o.lease == 0 then answer('lease', o.version, 0)
  elseif o.version ~= version then answer('version', o.version, 0)
  elseif intent ~= '' and tonumber(intent) ~= n_epoch then answer('epoch', o.version, 0)
  elseif intent ~= '' and o.lease <= now then answer('lease', o.version, 0)
  else apply(i, id, o) end
end
-- A repeat writes nothing, and a WAITAOF after nothing waits for nothing: make it wait for what it repeats.
if repeated then redis.call('HINCRBY', P .. 'epoch', 'repeats', 1) end
-- A claim that found the account's concurrency used up wants to hear of a free place.
for account in pairs(eased) do
  if redis.call('HDEL', P .. 'account:' .. account, 'starved') == 1 then wake(account) end
end
return out
