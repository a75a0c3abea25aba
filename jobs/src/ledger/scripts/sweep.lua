-- Deletes finished orders whose idempotency keys are gone already, and what they proved of their names if it is old.
--
-- KEYS[1]  the shard's prefix
-- ARGV     finished before this many ms ago, then ids (at most 128)
-- returns  1 (deleted) or 0 (not final, too young or gone) per order
local before, out, proofs = now - tonumber(ARGV[1]), {}, {}
for i = 2, #ARGV do
  local id = ARGV[i]
  local o = load(id)
  local since = o and FINAL[o.state] and redis.call('ZSCORE', P .. 'state:' .. o.state, id)
  if not since or tonumber(since) > before then out[#out + 1] = 0 else
    place('state:' .. o.state, id)
    place('due:' .. o.account, id)
    place('leased:' .. o.account, id)
    place('deadlines:' .. o.account, id)
    place('aside', id)
    count(o.state, o, -1)
    redis.call('DEL', order(id), order(id) .. ':timeline')
    if o.res ~= '' then proofs[#proofs + 1] = proof_of(o) end
    out[#out + 1] = 1
  end
end
settle()
local texts, gone = #proofs > 0 and redis.call('HMGET', P .. 'proved', unpack(proofs)) or {}, {}
for i, field in ipairs(proofs) do
  if outdated(texts[i]) then gone[#gone + 1] = field end
end
if #gone > 0 then redis.call('HDEL', P .. 'proved', unpack(gone)) end
return out
