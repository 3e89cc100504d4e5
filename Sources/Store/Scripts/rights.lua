#!lua flags=no-writes,allow-oom,allow-stale
-- Asks which commands the user of this connection may give. None of them is carried out.
--
-- ARGV  each a command as a JSON array of words
-- Reply: one character for each: `1` allowed, `0` not allowed, `?` not known to this Redis (renamed or disabled); an
--        empty text where this Redis cannot tell

if not redis.acl_check_cmd then return '' end
local answers = {}
for i = 1, #ARGV do
  local is_known, is_allowed = pcall(redis.acl_check_cmd, unpack(cjson.decode(ARGV[i])))
  answers[i] = not is_known and '?' or is_allowed and '1' or '0'
end
return table.concat(answers)
