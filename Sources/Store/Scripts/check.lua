#!lua flags=no-writes
-- Looks at one record and all that belongs to it in one step: what commands tell one after the other may never have
-- been true together.
--
-- ARGV  commands that read, each as its number of words and then the words
--
-- Reply: a digest of the replies (repair.lua makes the same one), then the replies in order; a command that failed has
--        its error in its place.

local replies, at = {}, 1
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  local reply = redis.pcall(unpack(ARGV, at + 1, at + words))
  -- Redis adds where in the script it happened, which differs between the two scripts.
  if type(reply) == 'table' and reply.err then reply = { err = reply.err } end
  replies[#replies + 1] = reply
  at = at + words + 1
end
return { redis.sha1hex(cmsgpack.pack(replies)), replies }
