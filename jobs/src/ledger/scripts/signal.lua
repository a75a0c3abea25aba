-- Gives an order a signal, if it still stands as its sender saw it, and has it looked at.
--
-- KEYS[1]  the shard's prefix
-- ARGV     id, the version the sender saw, the signal, at most how many may wait
-- returns  {signalled | missing | version | full, version}
local o = load(ARGV[1])
if not o then return { 'missing', 0 } end
if o.version ~= tonumber(ARGV[2]) then return { 'version', o.version } end
local key = order(ARGV[1])
local raw = redis.call('HGET', key, 's') or ''
local list, known = signals(raw), false
for _, text in ipairs(list) do known = known or text == ARGV[3] end
-- The same text again is the same signal: its sender did not hear our answer.
if not known then
  if #list >= tonumber(ARGV[4]) then return { 'full', o.version } end
  redis.call('HSET', key, 's', raw .. #ARGV[3] .. ':' .. ARGV[3])
else
  -- So that a WAITAOF after this waits for what is repeated.
  redis.call('HINCRBY', P .. 'epoch', 'repeats', 1)
end
poke(ARGV[1], o)
settle()
return { 'signalled', o.version }
