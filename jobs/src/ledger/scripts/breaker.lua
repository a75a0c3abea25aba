-- Counts what becomes of an account's calls, and stops those that would make things worse.
--
-- KEYS[1]  the shard's prefix
-- ARGV     account, then what happened:
--          unknown  order id, how many in a row open it, first pause ms, longest pause ms: a paid call's outcome is not known
--          known    order id: a paid call's outcome is known
--          unsent   order id: a trial that surely did not leave
--          pass     order id: it was to try, and has nothing to buy
--          unread   how many in a row open it, first pause ms, longest pause ms: a look gave no readable answer
--          read     a look was answered
--          look     may a look be made now?
--          close    who: by hand
-- returns  look: ms to wait (0: go ahead, and nobody else for a while); else 1 if it opened or closed something, or 0
--
-- Fields of the account: `paid_row` unknowns in a row; `paid_until` and `paid_pause` while open; once that time is over,
-- `probe` and `probe_until`: the one order that tries, and how long nobody else does. `read_*` alike, for looks.
local account, what, id = ARGV[1], ARGV[2], ARGV[3]
local A = P .. 'account:' .. account
local function close_paid()
  redis.call('HDEL', A, 'paid_row', 'paid_until', 'paid_pause', 'probe', 'probe_until')
  redis.call('HSET', A, 'release', 1)
  wake(account)
end
local function close_reads() redis.call('HDEL', A, 'read_row', 'read_until', 'read_pause') end
local function longer(pause, first, longest)
  return pause and math.min(tonumber(pause) * 2, tonumber(longest)) or tonumber(first)
end

if what == 'unknown' then
  local row = redis.call('HINCRBY', A, 'paid_row', 1)
  local a = redis.call('HMGET', A, 'paid_until', 'paid_pause', 'probe')
  -- Open already, those that were under way when it opened say nothing new.
  if a[1] and a[3] ~= id or not a[1] and row < tonumber(ARGV[4]) then return 0 end
  local pause = longer(a[2], ARGV[5], ARGV[6])
  redis.call('HSET', A, 'paid_until', num(now + pause), 'paid_pause', num(pause))
  redis.call('HDEL', A, 'probe', 'probe_until')
  return 1
elseif what == 'known' then
  local a = redis.call('HMGET', A, 'paid_until', 'probe')
  if not a[1] then redis.call('HDEL', A, 'paid_row') end
  -- Open, only the trial's word counts: another call was sent before it was known how bad things are.
  if not a[1] or a[2] ~= id then return 0 end
  close_paid()
  return 1
elseif what == 'unsent' or what == 'pass' then
  local a = redis.call('HMGET', A, 'probe', 'paid_pause')
  if a[1] ~= id then return 0 end
  redis.call('HDEL', A, 'probe', 'probe_until')
  if what == 'unsent' then redis.call('HSET', A, 'paid_until', num(now + tonumber(a[2])))
  else
    let_go('breaker_open', account, 1)
    settle()
  end
  return 1
elseif what == 'unread' then
  local row = redis.call('HINCRBY', A, 'read_row', 1)
  if row < tonumber(ARGV[3]) then return 0 end
  local pause = longer(redis.call('HGET', A, 'read_pause'), ARGV[4], ARGV[5])
  redis.call('HSET', A, 'read_until', num(now + pause), 'read_pause', num(pause))
  return row == tonumber(ARGV[3]) and 1 or 0
elseif what == 'read' then
  local open = redis.call('HEXISTS', A, 'read_pause')
  close_reads()
  return open
elseif what == 'look' then
  local a = redis.call('HMGET', A, 'read_until', 'read_pause')
  if not a[1] then return 0 end
  if tonumber(a[1]) > now then return tonumber(a[1]) - now end
  redis.call('HSET', A, 'read_until', num(now + tonumber(a[2])))
  return 0
end
local open = redis.call('HMGET', A, 'paid_until', 'read_pause')
close_paid()
close_reads()
redis.call('HSET', A, 'closed_by', ARGV[3])
return (open[1] or open[2]) and 1 or 0
