-- An account's money as far as it was seen, who waits for some, and what is set aside for whom: replicas that release
-- orders side by side must not spend a low balance twice over.
--
-- KEYS[1]  the shard's prefix (shard 0: the money is the account's, whichever shard its orders are in)
-- ARGV     account, order id (or ''), how long it is set aside ms, how long a read may take ms, waits between reads ms
--          (`a,b,…`, the last repeats), then what:
--          ask    deadline (a score), price (empty: not asked yet; `?`: not told): may this order be paid for now?
--          seen   amount: the balance was read
--          unseen: it could not be
--          spent: the order was paid for, or may have been
--          broke  deadline: the order was refused for want of money
--          gone: the order will not be paid for
-- returns  {go | wait | read | price, ms to wait, ids of orders to be woken, …}; `read`: this order is to read the
--          balance, `price`: to find out its price; both are to ask again then
--
-- Amounts are whole ten-thousandths. `funds:<account>`: amount, read_at, reads (in a row that let nobody go), stale (what
-- was read is not true any more), reader and reading_until, began (when that read began), refused (an amount that was
-- too little for an order whose price is not known). `…:line` id → deadline; `…:prices` id → price, while in line;
-- `…:held` id → `price|until|spent at`.
local id, hold, reading, what = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[6]
local F = P .. 'funds:' .. ARGV[1]
local LINE, PRICES, HELD = F .. ':line', F .. ':prices', F .. ':held'
local waits = {}
for ms in string.gmatch(ARGV[5], '%d+') do waits[#waits + 1] = tonumber(ms) end
local f = {}
local function look()
  local h = redis.call('HMGET', F, 'amount', 'read_at', 'reads', 'stale', 'refused', 'reading_until', 'reader')
  f = { amount = tonumber(h[1] or 0), read_at = tonumber(h[2] or 0), reads = tonumber(h[3] or 0), stale = h[4],
    refused = tonumber(h[5] or -1), reading_until = tonumber(h[6] or 0), reader = h[7] }
  f.next_at = f.read_at + (waits[math.min(f.reads + 1, #waits)] or 0)
end
look()

-- What is set aside, and whether any of it for an order of unknown price. What was spent before `began` a read has seen.
local function held(began)
  local sum, blind = 0, false
  local all = redis.call('HGETALL', HELD)
  for i = 1, #all, 2 do
    local price, til, spent = string.match(all[i + 1], '^([^|]*)|(%d+)|(%d+)$')
    if tonumber(til) <= now or (began and tonumber(spent) > 0 and tonumber(spent) < began) then
      redis.call('HDEL', HELD, all[i])
    elseif price == '?' then blind = true
    else sum = sum + tonumber(price) end
  end
  return sum, blind
end
local function set_aside(order_id, price)
  redis.call('ZREM', LINE, order_id)
  redis.call('HDEL', PRICES, order_id)
  redis.call('HSET', HELD, order_id, price .. '|' .. num(now + hold) .. '|0')
  redis.call('HSET', F, 'reads', 0)
end
-- Lets go who stands first in line while the money lasts; nobody is overtaken by what is cheaper.
local function let_some_go()
  local woken, sum, blind = {}, held()
  for _ = 1, 64 do
    local first = redis.call('ZRANGE', LINE, 0, 0)[1]
    if not first or blind or f.stale or f.amount - sum <= 0 then break end
    local price = redis.call('HGET', PRICES, first)
    if not price then
      if first == id then return 'price', woken end
      woken[#woken + 1] = first
      break
    elseif price == '?' then
      -- One at a time, alone, and not on the very amount that was too little before.
      if sum > 0 or f.amount == f.refused then break end
      blind = true
    else
      sum = sum + tonumber(price)
      if sum > f.amount then break end
    end
    set_aside(first, price)
    if first ~= id then woken[#woken + 1] = first end
  end
  return 'wait', woken
end
local function answer(code, ms, woken)
  local out = { code, ms }
  for _, order_id in ipairs(woken or {}) do out[#out + 1] = order_id end
  return out
end

if what == 'ask' then
  if redis.call('HEXISTS', HELD, id) == 1 then return answer('go', 0) end
  redis.call('ZADD', LINE, ARGV[7], id)
  if ARGV[8] ~= '' then redis.call('HSET', PRICES, id, ARGV[8]) end
  if f.stale or now >= f.next_at then
    if f.reading_until > now and f.reader ~= id then return answer('wait', f.reading_until - now) end
    redis.call('HSET', F, 'reader', id, 'reading_until', num(now + reading), 'began', num(now))
    return answer('read', 0)
  end
elseif what == 'seen' then
  held(tonumber(redis.call('HGET', F, 'began') or now))
  redis.call('HSET', F, 'amount', ARGV[7], 'read_at', num(now))
  redis.call('HINCRBY', F, 'reads', 1)
  redis.call('HDEL', F, 'stale', 'reader', 'reading_until')
elseif what == 'unseen' then
  redis.call('HSET', F, 'amount', 0, 'read_at', num(now))
  redis.call('HINCRBY', F, 'reads', 1)
  redis.call('HDEL', F, 'stale', 'reader', 'reading_until')
elseif what == 'spent' then
  local price, til = string.match(redis.call('HGET', HELD, id) or '', '^([^|]*)|(%d+)|')
  if not price then return answer('wait', 0) end
  redis.call('HSET', HELD, id, price .. '|' .. til .. '|' .. num(now))
  if price == '?' then
    -- What is left nobody knows: the next one in line looks.
    redis.call('HDEL', HELD, id)
    redis.call('HSET', F, 'stale', 1)
    return answer('wait', 0, redis.call('ZRANGE', LINE, 0, 0))
  end
elseif what == 'broke' then
  local price = string.match(redis.call('HGET', HELD, id) or '', '^([^|]*)|')
  if price == '?' then redis.call('HSET', F, 'refused', num(f.amount)) end
  redis.call('HDEL', HELD, id)
  redis.call('ZADD', LINE, ARGV[7], id)
  -- Whatever was seen last, it is less than that.
  redis.call('HSET', F, 'amount', 0)
  if f.read_at == 0 then redis.call('HSET', F, 'read_at', num(now)) end
elseif what == 'gone' then
  redis.call('HDEL', HELD, id)
  redis.call('HDEL', PRICES, id)
  redis.call('ZREM', LINE, id)
end
look()
local code, woken = let_some_go()
if id ~= '' and redis.call('HEXISTS', HELD, id) == 1 then code = 'go' end
return answer(code, math.max(f.next_at - now, 1), woken)
