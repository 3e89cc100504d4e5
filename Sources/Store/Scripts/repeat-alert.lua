#!lua
-- Announces an urgent task again that nobody heard when it opened.
--
-- KEYS  1 crm_task_<task id>   2 crm_index_tasks_unheard
-- ARGV  1 task id   2 channel   3 oldest creation time (ISO 8601) that is still worth it
--
-- Reply: `heard`, `unheard`, or `over` when the task is closed, gone or too old: then it is not announced again.
-- Errors: those of Redis, before the first write.

local call = redis.call
local task = call('HMGET', KEYS[1], 'status', 'created_at', 'contact_id')
if task[1] ~= 'open' or (task[2] or '') < ARGV[3] then
  call('ZREM', KEYS[2], ARGV[1])
  return 'over'
end
--@ include/announce.lua
if announce(ARGV[2], KEYS[1], 'crm_contact_' .. (task[3] or '')) == 0 then return 'unheard' end
call('HDEL', KEYS[1], 'unheard')
call('ZREM', KEYS[2], ARGV[1])
return 'heard'
