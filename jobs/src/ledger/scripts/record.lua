-- Records what became of orders: state, record, due time, indexes, event and timeline in one step each.
--
-- KEYS[1]  the shard's prefix
-- ARGV     17 per order (at most 128): id, fence, version, record, state, due (now | never | ms), priority 0..2,
--          event, timeline entry, signals consumed, release 0|1, leave the domain 0|1,
--          epoch of an intent (empty: not an intent), what its account parks it for (empty: for nothing), its deadline
--          there, what it has proved of its name (empty: nothing), how many changes (n) came before this one and are
--          told with it; then n times: event, timeline entry
-- returns  {code, version, now, poked, epoch, breaker} per order, one after another; code: ok | missing | lease | version
--          | epoch | breaker; breaker: until when it holds intents back; after `ok` 1 if it wants to hear the outcome
--
-- Each change makes a version: this one and those before it.
-- A repeat of a record that was applied (same fence, resulting version, same text) is answered like the first one.
local out, repeated, eased, proved = {}, false, {}, {}
local n_epoch
local function answer(code, version, poked, breaker)
  local at = #out
  out[at + 1], out[at + 2], out[at + 3], out[at + 4], out[at + 5] = code, version, now, poked, n_epoch or 0
  out[at + 6] = breaker or 0
end
-- Whether an order may be paid for: not while its account's breaker is open, and then one alone tries.
-- Returns until when not (0: it may), and 1 if what becomes of it matters to the breaker.
local breakers = {}
local function may_pay(id, o)
  local A, b = P .. 'account:' .. o.account, breakers[o.account]
  if not b then
    b = redis.call('HMGET', A, 'paid_until', 'probe', 'probe_until', 'paid_row')
    breakers[o.account] = b
  end
  if not b[1] then return 0, b[4] and 1 or 0 end
  if tonumber(b[1]) > now then return tonumber(b[1]), 1 end
  if b[2] and b[2] ~= id and tonumber(b[3]) > now then return tonumber(b[3]), 1 end
  b[2], b[3] = id, o.lease
  redis.call('HSET', A, 'probe', id, 'probe_until', num(o.lease))
  return 0, 1
end
local function tell(id, event, entry)
  if entry ~= '' then note(id, entry) end
  if event ~= '' then redis.call('XADD', P .. 'events', '*', 'event', event) end
end
local function apply(i, id, o, raw, changes, watched)
  local state, due, release = ARGV[i + 4], ARGV[i + 5], ARGV[i + 10] == '1'
  local key, final = order(id), FINAL[ARGV[i + 4]]
  local poked = o.poke
  o.version, o.prio = o.version + 1 + changes, ARGV[i + 6]
  if ARGV[i + 13] ~= '' then place('parked:' .. ARGV[i + 13] .. ':' .. o.account, id, ARGV[i + 14])
  elseif o.state == 'parked' then place('parked:breaker_open:' .. o.account, id) end
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
  if ARGV[i + 15] ~= '' and o.res ~= '' then proved[proof_of(o)] = ARGV[i + 15] end
  for at = i + 17, i + 15 + 2 * changes, 2 do tell(id, ARGV[at], ARGV[at + 1]) end
  tell(id, ARGV[i + 7], ARGV[i + 8])
  answer('ok', o.version, tonumber(poked), watched)
end

local i = 1
while i <= #ARGV do
  local id, fence, version, intent = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), ARGV[i + 12]
  if intent ~= '' and not n_epoch then n_epoch = epoch() end
  local changes, not_before, watched = tonumber(ARGV[i + 16]), 0, 0
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
  else
    if intent ~= '' then not_before, watched = may_pay(id, o) end
    if not_before > 0 then answer('breaker', o.version, 0, not_before) else apply(i, id, o, h[2], changes, watched) end
  end
  i = i + 17 + 2 * changes
end
settle()
keep_proofs(proved)
-- A repeat writes nothing, and a WAITAOF after nothing waits for nothing: make it wait for what it repeats.
if repeated then redis.call('HINCRBY', P .. 'epoch', 'repeats', 1) end
-- A claim that found the account's concurrency used up wants to hear of a free place.
for account in pairs(eased) do
  if redis.call('HDEL', P .. 'account:' .. account, 'starved') == 1 then wake(account) end
end
return out
