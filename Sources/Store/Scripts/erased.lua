#!lua flags=no-writes
-- Tells which ids and emails are those of persons who were erased. Reads only.
--
-- ARGV  kind (`customer` or `email`) and value, in turn
--
-- Reply: for each pair the moment of the erasure in epoch milliseconds, or nothing.
-- erase.lua writes these marks, and apply.lua drops events by them.

local salt = redis.call('GET', 'crm_index_erasure_salt')
local moments = {}
for i = 1, #ARGV, 2 do
  moments[#moments + 1] = salt
    and redis.call('GET', 'crm_index_erased_' .. redis.sha1hex(salt .. ':' .. ARGV[i] .. ':' .. ARGV[i + 1]))
end
return moments
