-- Puts a sealed value in the place of another of the same secret, wherever the order holds that one now. Nothing else of
-- what stands there is touched, so that no record is ever overwritten with an older one.
--
-- KEYS[1]  the shard's prefix
-- ARGV     id, the value that is there, the value to come, by turns (at most 128 times)
-- returns  per value 1 (replaced), 0 (neither is there any more), 2 (the record is in a holder's hand: ask again later)
--
-- A holder writes its record whole, and would put the old value back; and it recognises a record that it made by its
-- text, when it repeats it after a lost answer. So a record is left alone while it is held.
local out, repeated = {}, false
local function swap(text, old, new)
  local from, to = string.find(text or '', old, 1, true)
  return from and string.sub(text, 1, from - 1) .. new .. string.sub(text, to + 1)
end
for i = 1, #ARGV, 3 do
  local id, old, new = ARGV[i], '"' .. ARGV[i + 1] .. '"', '"' .. ARGV[i + 2] .. '"'
  local h = try('HMGET', order(id), 'm', 'd', 'r', 's') or {}
  local o, came = parse(h[1]), 0
  if o then
    local fields = {}
    local doc, rec = swap(h[2], old, new), swap(h[3], old, new)
    if doc then fields[#fields + 1], fields[#fields + 2] = 'd', doc end
    if rec and o.lease <= now then fields[#fields + 1], fields[#fields + 2] = 'r', rec end
    if h[4] and string.find(h[4], old, 1, true) then
      local list = signals(h[4])
      for k, text in ipairs(list) do
        text = swap(text, old, new) or text
        list[k] = #text .. ':' .. text
      end
      fields[#fields + 1], fields[#fields + 2] = 's', table.concat(list)
    end
    if #fields > 0 then
      redis.call('HSET', order(id), unpack(fields))
      came = 1
    end
    if rec and o.lease > now then came = 2
    elseif came == 0 then
      for at = 2, 4 do
        if h[at] and string.find(h[at], new, 1, true) then came, repeated = 1, true end
      end
    end
  end
  out[#out + 1] = came
end
-- A repeat writes nothing, and a WAITAOF after nothing waits for nothing: make it wait for what it repeats.
if repeated then redis.call('HINCRBY', P .. 'epoch', 'repeats', 1) end
return out
