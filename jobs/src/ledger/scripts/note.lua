-- Appends evidence to a timeline without holding the order: what a late holder learnt must not be lost.
--
-- KEYS[1]  the shard's prefix
-- ARGV     id, text
-- returns  1, or 0 if there is no such order; an error where a stranger's value stands in the timeline's place
if redis.call('EXISTS', order(ARGV[1])) == 0 then return 0 end
if try('LINDEX', order(ARGV[1]) .. ':timeline', -1) ~= ARGV[2] and not note(ARGV[1], ARGV[2]) then
  return redis.error_reply('WRONGTYPE the timeline of ' .. ARGV[1] .. ' is no list')
end
redis.call('HINCRBY', P .. 'epoch', 'repeats', 1)
return 1
