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
local function object(key)
  local flat, out = call('HGETALL', key), {}
  for i = 1, #flat, 2 do out[#out + 1] = cjson.encode(flat[i]) .. ':' .. cjson.encode(flat[i + 1]) end
  return '{' .. table.concat(out, ',') .. '}'
end
local contact = object('crm_contact_' .. (task[3] or ''))
local heard = redis.pcall('PUBLISH', ARGV[2], '{"task":' .. object(KEYS[1]) .. ',"contact":' .. contact .. '}')
-- An error is a user of Redis who may not publish.
if heard == 0 or type(heard) == 'table' then return 'unheard' end
call('HDEL', KEYS[1], 'unheard')
call('ZREM', KEYS[2], ARGV[1])
return 'heard'
