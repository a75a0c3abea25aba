-- Hands out due orders of an account under a lease, within its limits.
--
-- KEYS[1]  the shard's prefix
-- ARGV     account, at most how many (<= 128), lease ms, concurrency (0: no limit), ms an order costs of the rate
--          (0: no limit), burst ms, 1 to ignore a pause, the ledger's name as the caller last knew it, for how many
--          seconds an empty server counts as a new one
-- returns  {now, epoch, epoch since ms, held back by ('' | paused | concurrency | rate), reason of the pause,
--          ms until it is worth asking again (-1: nothing waits), fence, {ids set aside},
--          {id, m, document, record, pending signals, 1 if head of its domain, 1 if its last lease ran out, what was
--          last proved of its name (or ''), …},
--          {until when no paid call but the trial's is made (0: all are), the order that may try (or ''), pause ms,
--          failed looks in a row, 1 if looks are spaced},
--          the ledger's name}
local account, n, lease = ARGV[1], math.min(tonumber(ARGV[2]), 128), tonumber(ARGV[3])
local concurrency, cost, burst = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local A, DUE, LEASED = P .. 'account:' .. account, P .. 'due:' .. account, P .. 'leased:' .. account
local n_epoch, since, _, name = epoch(ARGV[8], tonumber(ARGV[9]))
local a = redis.call('HMGET', A, 'paused', 'tat', 'epoch', 'release', 'paid_until', 'paid_pause', 'probe_until',
  'read_row', 'read_pause')

-- The leases of another epoch are void: their orders are due at once. They are as many as the concurrency.
if a[3] ~= num(n_epoch) then
  for _ = 1, 1000 do
    local ids = redis.call('ZRANGE', LEASED, 0, 127)
    if #ids == 0 then break end
    for _, id in ipairs(ids) do
      redis.call('ZADD', DUE, now, id)
      redis.call('ZREM', LEASED, id)
    end
  end
  redis.call('HSET', A, 'epoch', num(n_epoch))
end

if a[1] and ARGV[7] ~= '1' then return { now, n_epoch, since, 'paused', a[1], -1, 0, {}, {}, { 0, '', 0, 0, 0 }, name } end

-- The breaker was closed: what waits for it goes on, a part with each claim.
if a[4] then
  if let_go('breaker_open', account, 128) < 128 then redis.call('HDEL', A, 'release') end
  settle()
end
local stop, trial, tries = tonumber(a[5] or 0), '', false
if a[5] and stop <= now then
  stop = math.max(tonumber(a[7] or 0), now)
  tries = stop == now
end

local held = ''
if concurrency > 0 then
  local free = concurrency - redis.call('ZCOUNT', LEASED, '(' .. num(now), '+inf')
  if free < n then n, held = math.max(free, 0), 'concurrency' end
end
-- GCRA: `tat` is when all that was handed out so far would have been handed out at an even pace.
local tat = now
if cost > 0 then
  tat = math.max(tonumber(a[2] or 0), now)
  local allowed = math.max(math.floor((now + burst - tat) / cost), 0)
  if allowed < n then n, held = allowed, 'rate' end
end

local out, bad, taken, fence = {}, {}, 0, 0
local ids = n > 0 and redis.call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', 0, n) or {}
if #ids > 0 then fence = redis.call('INCR', P .. 'fence') end
local found, names, proofs = {}, {}, {}
-- Not one of ours any more, or damaged: it must not stop the others, and a person should look.
local function set_aside(id)
  place('aside', id, now)
  place('due:' .. account, id)
  place('leased:' .. account, id)
  bad[#bad + 1] = id
end
for _, id in ipairs(ids) do
  local h = try('HMGET', order(id), 'm', 'd', 'r', 's') or {}
  local o = parse(h[1])
  if not o or not h[2] or not h[3] or FINAL[o.state] or o.account ~= account then set_aside(id) else
    found[#found + 1] = { id, o, h }
    names[#names + 1], proofs[#proofs + 1] = o.res, proof_of(o)
  end
end
-- Whoever is claimed first has the domain: what has never been claimed costs nothing here, and an order that starts
-- next month keeps nobody waiting today.
local lanes = #names > 0 and redis.call('HMGET', P .. 'lanes', unpack(names)) or {}
local proved = #names > 0 and redis.call('HMGET', P .. 'proved', unpack(proofs)) or {}
local now_has, changed = {}, {}
for i, one in ipairs(found) do
  local id, o, h, head = one[1], one[2], one[3], 1
  if o.res ~= '' then
    local has = now_has[o.res] or lanes[i]
    if not has then now_has[o.res], changed[o.res] = id, id
    elseif has ~= id and has ~= id .. '+' then
      head = 0
      -- Whoever is told to wait must stand in line, or nobody would call.
      local line = P .. 'domain:' .. o.res
      local at, foreign = try('LPOS', line, id)
      if foreign then head = nil else
        if not at then redis.call('RPUSH', line, id) end
        if string.sub(has, -1) ~= '+' then now_has[o.res], changed[o.res] = has .. '+', has .. '+' end
      end
    end
  end
  if not head then set_aside(id) else
    local lapsed = o.lease ~= 0 and 1 or 0
    if tries and trial == '' and head == 1 and (o.state == 'queued' or o.state == 'parked') then
      trial, stop = id, now + lease
      redis.call('HSET', A, 'probe', id, 'probe_until', num(stop))
    end
    o.fence, o.lease, o.poke = num(fence), now + lease, '0'
    local m = pack(o)
    redis.call('HSET', order(id), 'm', m)
    place('due:' .. account, id, o.lease)
    place('leased:' .. account, id, o.lease)
    taken = taken + 1
    local at = #out
    out[at + 1], out[at + 2], out[at + 3], out[at + 4] = id, m, h[2], h[3]
    out[at + 5], out[at + 6], out[at + 7], out[at + 8] = h[4] or '', head, lapsed, proved[i] or ''
  end
end
local fields = {}
for res, id in pairs(changed) do fields[#fields + 1], fields[#fields + 2] = res, id end
if #fields > 0 then redis.call('HSET', P .. 'lanes', unpack(fields)) end
settle()
if cost > 0 and taken > 0 then
  tat = tat + taken * cost
  redis.call('HSET', A, 'tat', num(math.ceil(tat)))
end

local wait, nearest = -1, redis.call('ZRANGE', DUE, 0, 0, 'WITHSCORES')
if nearest[2] then wait = math.max(tonumber(nearest[2]) - now, 0) end
if wait ~= 0 then held = '' elseif held == 'rate' then wait = math.max(math.ceil(tat + cost - burst - now), 1)
elseif held == 'concurrency' then
  -- Whoever lets an order go tells the account; the end of a lease is the last resort.
  local first = redis.call('ZRANGEBYSCORE', LEASED, '(' .. num(now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  wait = first[2] and math.max(tonumber(first[2]) - now, 1) or 1
  redis.call('HSET', A, 'starved', 1)
end
local breaker = { stop, trial, tonumber(a[6] or 0), tonumber(a[8] or 0), a[9] and 1 or 0 }
return { now, n_epoch, since, held, '', wait, fence, bad, out, breaker, name }
