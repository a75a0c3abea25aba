-- Records what became of orders: state, record, due time, indexes, event and timeline in one step each.
--
-- KEYS[1]  the shard's prefix
-- ARGV     14 per order (at most 128): id, fence, version, record, state, due (now | never | ms), priority 0..2,
--          event, timeline entry, signals consumed, release 0|1, leave the domain 0|1,
--          epoch of an intent (empty: not an intent), how many changes (n) came before this one and are told with it;
--          then n times: event, timeline entry
-- returns  {code, version, now, poked, epoch} per order, one after another; code: ok | missing | lease | version | epoch
--
-- Each change makes a version: this one and those before it.
-- A repeat of a record that was applied (same fence, resulting version, same text) is answered like the first one.
local out, repeated, eased = {}, false, {}
local n_epoch
local function answer(code, version, poked)
  local at = #out
  out[at + 1], out[at + 2], out[at + 3], out[at + 4], out[at + 5] = code, version, now, poked, n_epoch or 0
end
local function tell(id, event, entry)
  if entry ~= '' then note(id, entry) end
  if event ~= '' then redis.call('XADD', P .. 'events', '*', 'event', event) end
end
local function apply(i, id, o, raw, changes)
  local state, due, release = ARGV[i + 4], ARGV[i + 5], ARGV[i + 10] == '1'
  local key, final = order(id), FINAL[ARGV[i + 4]]
  local poked = o.poke
  o.version, o.prio = o.version + 1 + changes, ARGV[i + 6]
  if state ~= o.state then
    place('state:' .. o.state, id)
    place('state:' .. state, id, now)
    count(o.state, o, -1)
    count(state, o, 1)
    o.state = state
  end
  local consumed = tonumber(ARGV[i + 9])
  if raw and final then redis.call('HDEL', key, 's') elseif raw and consumed > 0 then
    local rest = {}
    for k, text in ipairs(signals(raw)) do
      if k > consumed then rest[#rest + 1] = #text .. ':' .. text end
    end
    if #rest > 0 then redis.call('HSET', key, 's', table.concat(rest)) else redis.call('HDEL', key, 's') end
  end
  if final or release then
    o.lease, o.poke = 0, '0'
    place('leased:' .. o.account, id)
    eased[o.account] = true
    if final or (due == 'never' and poked == '0') then place('due:' .. o.account, id)
    elseif due == 'now' or poked == '1' then due_now(id, o)
    else place('due:' .. o.account, id, due) end
  end
  redis.call('HSET', key, 'm', pack(o), 'r', ARGV[i + 3])
  if final or ARGV[i + 11] == '1' then leave_lane(id, o) end
  for at = i + 14, i + 12 + 2 * changes, 2 do tell(id, ARGV[at], ARGV[at + 1]) end
  tell(id, ARGV[i + 7], ARGV[i + 8])
  answer('ok', o.version, tonumber(poked))
end

local i = 1
while i <= #ARGV do
  local id, fence, version, intent = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), ARGV[i + 12]
  if intent ~= '' and not n_epoch then n_epoch = epoch() end
  local changes = tonumber(ARGV[i + 13])
  local h = try('HMGET', order(id), 'm', 's') or {}
  local o = parse(h[1])
  if not o then answer('missing', 0, 0)
  elseif o.fence ~= fence then answer('lease', o.version, 0)
  elseif o.version == version + 1 + changes and redis.call('HGET', order(id), 'r') == ARGV[i + 3] then
    repeated = true
    answer('ok', o.version, tonumber(o.poke))
  elseif o.lease == 0 then answer('lease', o.version, 0)
  elseif o.version ~= version then answer('version', o.version, 0)
  elseif intent ~= '' and tonumber(intent) ~= n_epoch then answer('epoch', o.version, 0)
  elseif intent ~= '' and o.lease <= now then answer('lease', o.version, 0)
  else apply(i, id, o, h[2], changes) end
  i = i + 14 + 2 * changes
end
settle()
-- A repeat writes nothing, and a WAITAOF after nothing waits for nothing: make it wait for what it repeats.
if repeated then redis.call('HINCRBY', P .. 'epoch', 'repeats', 1) end
-- A claim that found the account's concurrency used up wants to hear of a free place.
for account in pairs(eased) do
  if redis.call('HDEL', P .. 'account:' .. account, 'starved') == 1 then wake(account) end
end
return out
