-- Appends evidence to a timeline without holding the order: what a late holder learnt must not be lost.
--
-- KEYS[1]  the shard's prefix
-- ARGV     id, text
-- returns  1, or 0 if there is no such order
if redis.call('EXISTS', order(ARGV[1])) == 0 then return 0 end
if redis.call('LINDEX', order(ARGV[1]) .. ':timeline', -1) ~= ARGV[2] then note(ARGV[1], ARGV[2]) end
redis.call('HINCRBY', P .. 'epoch', 'repeats', 1)
return 1
