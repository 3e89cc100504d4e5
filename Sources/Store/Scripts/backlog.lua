#!lua
-- Notes that a receiver has events on disk, or that it has none any more. The note ends by itself: a receiver that is
-- gone must not keep the watches of others waiting for ever.
--
-- KEYS  1 crm_index_backlogs: receivers by the moment, epoch milliseconds, until which their note holds
-- ARGV  1 id of the receiver   2 for how many milliseconds, '' = it has no events on disk
--
-- Reply: how many receivers have events on disk.
-- Errors: those of Redis, before the first write.

local call, key = redis.call, KEYS[1]
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
call('ZREMRANGEBYSCORE', key, '-inf', '(' .. now)
if ARGV[2] == '' then
  call('ZREM', key, ARGV[1])
else
  call('ZADD', key, now + ARGV[2], ARGV[1])
  -- Longer than any note, so that the key does not outlive the receivers.
  call('PEXPIRE', key, 10 * ARGV[2])
end
return call('ZCARD', key)
