-- Has orders looked at that are parked.
--
-- KEYS[1]  the shard's prefix
-- ARGV     ids (at most 128)
-- returns  1 (looked at) or 0 (it has moved on) per order
local out = {}
for i = 1, #ARGV do
  local o = load(ARGV[i])
  out[i] = o and o.state == 'parked' and 1 or 0
  if out[i] == 1 then poke(ARGV[i], o) end
end
settle()
return out
