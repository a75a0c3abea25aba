-- Remembers which contact was made of which profile, and who is making one now: two at once would make two.
--
-- KEYS[1]  the shard's prefix
-- ARGV     account, then what to do:
--          take  token, for how many ms, digests (at most 4): all of them, or none if another is making one
--          keep  digest and id, by turns
--          free  token, digests: nothing was made of them
-- returns  take: {1, per digest its id or ''}, or {0}; keep and free: {1}
--
-- A field is `=<id>`, or `?<until, ms>|<token>` while its contact is being made.
local key, op = P .. 'contacts:' .. ARGV[1], ARGV[2]
local MAX = 100000
if op == 'keep' then
  -- What is forgotten costs a look at the provider. Not a field by field expiry: it would need a newer server.
  if redis.call('HLEN', key) >= MAX then redis.call('UNLINK', key) end
  for i = 3, #ARGV, 2 do redis.call('HSET', key, ARGV[i], '=' .. ARGV[i + 1]) end
  return { 1 }
end
local token = ARGV[3]
local first = op == 'take' and 5 or 4
local fields = {}
for i = first, #ARGV do
  local digest = ARGV[i]
  local field = redis.call('HGET', key, digest) or ''
  local til, who = string.match(field, '^%?(%d+)|(.*)$')
  if op == 'free' then
    if who == token then redis.call('HDEL', key, digest) end
  else
    if til and who ~= token and tonumber(til) > now then return { 0 } end
    fields[#fields + 1] = { digest, string.match(field, '^=(.*)$') }
  end
end
local out = { 1 }
for _, field in ipairs(fields) do
  if not field[2] then
    redis.call('HSET', key, field[1], '?' .. num(now + tonumber(ARGV[4])) .. '|' .. token)
  end
  out[#out + 1] = field[2] or ''
end
return out
