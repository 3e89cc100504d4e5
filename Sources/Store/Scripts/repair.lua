#!lua
-- Repairs one record, if it is still as check.lua saw it: an event may have arrived since.
--
-- ARGV  1 the digest that check.lua gave   2 number of commands that read, the same ones
--       then those commands and behind them the commands that write, each as its number of words and then the words
--
-- Reply: `repaired`, or `moved` when something changed since; then nothing is written.
-- Errors: those of Redis. A repair is a list of steps of which each makes the record better, so one that ends early
--        does no harm, and the next look finds what is left.

local at = 3
local function run(try)
  local words = tonumber(ARGV[at])
  local reply = try(unpack(ARGV, at + 1, at + words))
  at = at + words + 1
  return reply
end

local replies = {}
for _ = 1, tonumber(ARGV[2]) do
  local reply = run(redis.pcall)
  if type(reply) == 'table' and reply.err then reply = { err = reply.err } end
  replies[#replies + 1] = reply
end
if redis.sha1hex(cmsgpack.pack(replies)) ~= ARGV[1] then return 'moved' end
while at <= #ARGV do run(redis.call) end
return 'repaired'
