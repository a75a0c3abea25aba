-- Prefixed to every other script: the clock, the packed index field `m`, the epoch, and the small moves they share.
--
-- KEYS[1] of every script is the shard's prefix `{<ns>:<shard>}:`; all keys touched are derived from it, so they share
-- its hash tag and its slot.
--
-- `m` of an order: state|version|fence|lease_end_ms|account|kind|priority|poke|resource|idempotency key
-- (the last may hold anything printable, so it stands last). lease_end_ms 0: nobody holds it.
local P = KEYS[1]
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local BONUS = { ['0'] = 0, ['1'] = 300000, ['2'] = 600000 }
local FINAL = { succeeded = true, failed = true, cancelled = true }
local TIMELINE_MAX = 256

-- Whole numbers beyond 14 digits lose digits in Lua's own conversion.
local function num(n) return string.format('%.0f', n) end

local M = '^([^|]+)|(%d+)|(%d+)|(%d+)|([^|]+)|([^|]+)|([012])|([01])|([^|]*)|(.*)$'
local function parse(m)
  if not m then return nil end
  local state, version, fence, lease, account, kind, prio, poke, res, key = string.match(m, M)
  if not state then return nil end
  return { state = state, version = tonumber(version), fence = fence, lease = tonumber(lease), account = account,
    kind = kind, prio = prio, poke = poke, res = res, key = key }
end
local function pack(o)
  -- Versions and milliseconds have less than 14 digits.
  return table.concat({ o.state, o.version, o.fence, o.lease, o.account, o.kind, o.prio, o.poke, o.res, o.key }, '|')
end
local function order(id) return P .. 'order:' .. id end
-- A command on a key whose value may be a stranger's, of another type: nothing then (and true), so that one such key
-- stops neither a script nor the other orders of a batch. Any other error ends the script, as it should.
local function try(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if string.find(answer.err, 'WRONGTYPE', 1, true) then return nil, true end
  error(answer)
end
local function load(id) return parse(try('HGET', order(id), 'm')) end
local function save(id, o) redis.call('HSET', order(id), 'm', pack(o)) end

-- One wake-up per account and script run; it carries no instruction, so a lost or doubled one is harmless.
local woken = {}
local function wake(account)
  if woken[account] then return end
  woken[account] = true
  redis.call('PUBLISH', string.match(P, '^{(.*):%d+}:$') .. ':wake', account)
end

-- Moves in sorted sets, counts and domains are gathered, and made by `settle` at the end of the script: one command a
-- set and not one an order, which is most of what a script costs. A set's latest word on an order counts. Whoever
-- gathers must settle; what a script reads of these sets after it wrote to them, it reads after that.
local sets, deltas, leaving = {}, {}, {}
-- Puts an order into a set; without a score, takes it out.
local function place(set, id, score)
  local members = sets[set]
  if not members then
    members = {}
    sets[set] = members
  end
  members[id] = score or false
end
local function count(state, o, by)
  local field = state .. '|' .. o.kind .. '|' .. o.account
  deltas[field] = (deltas[field] or 0) + by
end
-- The order is through with its domain.
local function leave_lane(id, o) if o.res ~= '' then leaving[#leaving + 1] = { id, o.res } end end

-- Due at once: urgent orders stand further in the past than the others, which is all that priority is.
local function due_now(id, o)
  place('due:' .. o.account, id, now - BONUS[o.prio])
  wake(o.account)
end
-- Has the order looked at: now if nobody holds it, else as soon as its holder lets go.
local function poke(id, o)
  if o.lease == 0 then due_now(id, o) elseif o.poke == '0' then
    o.poke = '1'
    save(id, o)
  end
end

-- Orders that are parked for their account's sake stand in a set of its own, the nearest deadline first. Lets so many of
-- them go that have not moved on, and tells how many were looked at.
local function let_go(reason, account, n)
  local popped = redis.call('ZPOPMIN', P .. 'parked:' .. reason .. ':' .. account, n)
  for i = 1, #popped, 2 do
    local o = load(popped[i])
    if o and o.state == 'parked' then poke(popped[i], o) end
  end
  return #popped / 2
end

-- Bounded, and the first entry (how it was asked for) is never the one that is dropped. False where it is no list: an
-- order goes on without its timeline, but a note that nothing else tells must be heard of.
local function note(id, text)
  local key = order(id) .. ':timeline'
  local n = try('RPUSH', key, text)
  if not n then return false end
  if n > TIMELINE_MAX then
    local first = redis.call('LPOP', key)
    redis.call('LPOP', key)
    redis.call('LPUSH', key, first)
  end
  return true
end

-- Pending signals: `<length>:<text>` one after another.
local function signals(raw)
  local list, at = {}, 1
  while raw and at <= #raw and #list < 64 do
    local colon = string.find(raw, ':', at, true)
    local size = colon and tonumber(string.sub(raw, at, colon - 1))
    if not size then break end
    list[#list + 1] = string.sub(raw, colon + 1, colon + size)
    at = colon + size + 1
  end
  return list
end

-- Gives the domain to the next order in line. Who has it is a field of `lanes`, with a `+` while others wait: then the
-- list of those exists.
local function hand_on(res)
  local line = P .. 'domain:' .. res
  for _ = 1, 128 do
    local next_id = try('LPOP', line)
    if not next_id then break end
    local other = load(next_id)
    if other and not FINAL[other.state] then
      local mark = redis.call('EXISTS', line) == 1 and '+' or ''
      redis.call('HSET', P .. 'lanes', res, next_id .. mark)
      poke(next_id, other)
      return
    end
  end
  redis.call('HDEL', P .. 'lanes', res)
end

local function leave()
  local names, free = {}, {}
  for i, one in ipairs(leaving) do names[i] = one[2] end
  local heads = redis.call('HMGET', P .. 'lanes', unpack(names))
  for i, one in ipairs(leaving) do
    local id, res = one[1], one[2]
    if heads[i] == id then free[#free + 1] = res
    elseif heads[i] == id .. '+' then hand_on(res)
    elseif heads[i] then try('LREM', P .. 'domain:' .. res, 0, id) end
  end
  if #free > 0 then redis.call('HDEL', P .. 'lanes', unpack(free)) end
  leaving = {}
end

-- What was last proved of a name at an account: a field of `proved`. Its text is the machine's, but for the latest time
-- in it (seconds), which stands behind the first `@`.
local PROVED_SECS_MAX = 172800
local function proof_of(o) return o.res .. '|' .. o.account end
local function outdated(text)
  local at = text and tonumber(string.match(text, '@(%d+)'))
  return at and at < clock[1] - PROVED_SECS_MAX
end
-- Keeps proofs, by field. For each, three others are drawn, and dropped if they are too old to matter: so that at most
-- about a third of the hash is, with no index of it and no step that takes long.
local function keep_proofs(proofs)
  local fields, n = {}, 0
  for field, text in pairs(proofs) do
    fields[#fields + 1], fields[#fields + 2] = field, text
    n = n + 3
  end
  if n == 0 then return end
  redis.call('HSET', P .. 'proved', unpack(fields))
  local drawn, gone = redis.call('HRANDFIELD', P .. 'proved', -n, 'WITHVALUES'), {}
  for i = 1, #drawn, 2 do
    if outdated(drawn[i + 1]) then gone[#gone + 1] = drawn[i] end
  end
  if #gone > 0 then redis.call('HDEL', P .. 'proved', unpack(gone)) end
end

-- A script works on 128 orders at most, and none of these lists grows beyond twice that: `unpack` is safe up to 8,000.
local function settle()
  if #leaving > 0 then leave() end
  for set, members in pairs(sets) do
    local add, gone = {}, {}
    for id, score in pairs(members) do
      if score then add[#add + 1], add[#add + 2] = score, id else gone[#gone + 1] = id end
    end
    if #add > 0 then redis.call('ZADD', P .. set, unpack(add)) end
    if #gone > 0 then redis.call('ZREM', P .. set, unpack(gone)) end
  end
  for field, by in pairs(deltas) do
    if by ~= 0 and redis.call('HINCRBY', P .. 'counts', field, by) == 0 then redis.call('HDEL', P .. 'counts', field) end
  end
  sets, deltas = {}, {}
end

-- The epoch: one life of one server. A restart or a failover shows as another run_id; then leases of before are void,
-- and fences start above all that may have been given out and lost.
--
-- A ledger gets a name with its first epoch, 1. Nothing came before that epoch, and its since is 0, only if nobody can
-- say otherwise: the caller has known no ledger here (`known` is empty, and not the name of one that is gone), and the
-- server has been up for less than `new_for` seconds, as in a new installation. Else a ledger was lost here, and calls
-- that nobody remembers may be on their way: since now. The same if one that knows better comes later.
--
-- Returns number, since ms, the fence above which leases are of this epoch, the ledger's name.
local function epoch(known, new_for)
  local e = redis.call('HMGET', P .. 'epoch', 'run_id', 'n', 'since', 'fence', 'name')
  local server = redis.call('INFO', 'server')
  local run_id = string.match(server, 'run_id:(%w+)')
  local another = known and known ~= '' and e[5] and e[5] ~= known and e[3] == '0'
  if e[1] == run_id and e[5] and not another then return tonumber(e[2]), tonumber(e[3]), tonumber(e[4]), e[5] end
  local n, since, name = (tonumber(e[2]) or 0) + 1, now, e[5] or string.sub(run_id, 1, 8) .. '-' .. num(now)
  if e[1] == run_id and not e[5] then
    -- Begun by a version that gave no names.
    redis.call('HSET', P .. 'epoch', 'name', name)
    return tonumber(e[2]), tonumber(e[3]), tonumber(e[4]), name
  end
  local up = tonumber(string.match(server, 'uptime_in_seconds:(%d+)'))
  if n == 1 and known == '' and up < new_for then since = 0 end
  local fence = math.max(tonumber(redis.call('GET', P .. 'fence') or 0) + 1, now * 100)
  redis.call('SET', P .. 'fence', num(fence))
  redis.call('HSET', P .. 'epoch', 'run_id', run_id, 'n', num(n), 'since', num(since), 'fence', num(fence),
    'name', name)
  return n, since, fence, name
end
-- The epoch as last seen, without asking the server.
local function fence_floor() return tonumber(redis.call('HGET', P .. 'epoch', 'fence') or 0) end

-- How many events this shard ever had, as its stream counts them (0 before Redis 7.0).
local function added()
  if redis.call('EXISTS', P .. 'events') == 0 then return 0 end
  local told = redis.call('XINFO', 'STREAM', P .. 'events')
  for i = 1, #told, 2 do
    if told[i] == 'entries-added' then return tonumber(told[i + 1]) end
  end
  return 0
end
