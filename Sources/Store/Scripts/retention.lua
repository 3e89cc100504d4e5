#!lua
-- Decides whether what was kept long enough may be removed, and how much of it in this hour. When a clock is wrong, or
-- fewer days are set than before, a large share is due at once: then nothing is removed before a person allows it.
-- What was due before a moment that was allowed, or was a small share, is allowed from then on.
--
-- KEYS  1 crm_index_retention
-- ARGV  1 kind, `contacts` or `tasks`   2 how long it is kept, milliseconds
--       3 percentage of all that may become due at once   4 number that always may
--       5 percentage of all that may go in an hour   6 minimum and 7 maximum of that number
--       8 another number that may go in an hour, '' = that one
--       9 '' = decide, `look` = write nothing, `allow` = a person says that it is right
--      then the sorted sets that hold what is kept, by time
--
-- Reply: `go` or `stop`, the moment before which it is due (epoch milliseconds, by Redis' clock), how many are due, how
--        many of them are not allowed yet, how many there are in all, how many may go in an hour, how many are left of
--        it.
-- Errors: those of Redis.

--@ include/quota.lua
local call, kind = redis.call, ARGV[1]
local clock = call('TIME')
local limit = clock[1] * 1000 + math.floor(clock[2] / 1000) - ARGV[2]
local allowed = tonumber(call('HGET', KEYS[1], kind .. '_allowed') or '-inf') or -math.huge
-- A clock that was set back, or more days: what it allows is no more than what is due.
if allowed > limit then allowed = limit end

local function text(number) return string.format('%.0f', number) end
local due, new, all = 0, 0, 0
for i = 10, #ARGV do
  all = all + call('ZCARD', ARGV[i])
  due = due + call('ZCOUNT', ARGV[i], '-inf', '(' .. text(limit))
  new = new + call('ZCOUNT', ARGV[i], allowed == -math.huge and '-inf' or text(allowed), '(' .. text(limit))
end
local hourly = tonumber(ARGV[8]) or math.min(math.max(math.floor(all * ARGV[5] / 100), ARGV[6]), ARGV[7])
local left = math.max(0, (quota_left(kind, hourly)))

local stops = new > tonumber(ARGV[4]) and new * 100 > ARGV[3] * all
if ARGV[9] == 'allow' then stops = false end
if not stops then allowed = limit end
if ARGV[9] ~= 'look' and allowed > -math.huge then call('HSET', KEYS[1], kind .. '_allowed', text(allowed)) end
return { stops and 'stop' or 'go', limit, due, new, all, hourly, left }
