#!lua
-- Applies what a person decides about one task: close it, open it again, give it to somebody.
--
-- ARGV  1 'close' | 'reopen' | 'assign'   2 task id   3 now, ISO 8601   4 now, epoch milliseconds   5 who does it
--       6 close: the new status; assign: the assignee, '' = nobody   7 close: the reason
--       8 the priority that is announced   9 channel of its openings   10 channel of its closings
--      11 types of which a contact has one open for one booking, each between spaces
--
-- Reply: a list, the first is a word: `changed`, `unchanged` (it is so already), `missing`, `closed` (it is closed in
--        another way) or `taken` (another task about the same booking is open); behind all but `missing` the task's
--        fields, name and value in turn.
-- Errors: those of Redis, and DAMAGED for a time that is none. As in apply.lua, what can fail comes before the writes.

local call = redis.call
local action, id, iso, now, who, wish = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local key = 'crm_task_' .. id
local task = call('HMGET', key, 'contact_id', 'type', 'status', 'priority', 'booking', 'due_at', 'created_at')
local owner, kind, status, priority = task[1], task[2], task[3], task[4] or ''
if not owner or not status then return { 'missing' } end

local function answer(word)
  local reply = call('HGETALL', key)
  table.insert(reply, 1, word)
  return reply
end

local contact, funnel = 'crm_contact_' .. owner, 'crm_index_funnel_' .. owner
local open, open_like_it = 'crm_index_tasks_open', 'crm_index_tasks_open_' .. priority
local field = 'task:' .. kind .. ':' .. (task[5] or '')
local unique = string.find(ARGV[11], ' ' .. kind .. ' ', 1, true) ~= nil

-- Days by the civil calendar, a year beginning in March (Howard Hinnant).
local function milliseconds(text)
  local year, month, day, hour, minute, second, rest =
    string.match(text or '', '^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)%.(%d%d%d)Z$')
  if not year then error({ err = 'DAMAGED ' .. key .. ' holds a time that is none' }) end
  month = tonumber(month)
  if month <= 2 then year = year - 1 end
  local era = math.floor(year / 400)
  local of_era = year - era * 400
  local of_year = math.floor((153 * (month > 2 and month - 3 or month + 9) + 2) / 5) + day - 1
  local days = era * 146097 + of_era * 365 + math.floor(of_era / 4) - math.floor(of_era / 100) + of_year - 719468
  return string.format('%.0f', (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + rest)
end

-- Types, all in one call: the first key never exists, so it costs nothing.
call('ZINTERCARD', 6, 'crm_index_nothing', open, open_like_it, 'crm_index_tasks_unheard', 'crm_index_tasks_done',
  'crm_index_tasks_cancelled')
local known = call('HGET', funnel, field)

--@ include/announce.lua
--@ include/close-task.lua
local is_announced = priority == ARGV[8]

if action == 'assign' then
  if (call('HGET', key, 'assignee') or '') == wish then return answer('unchanged') end
  if wish == '' then
    call('HDEL', key, 'assignee')
    call('HSET', key, 'assigned_at', iso, 'assigned_by', who)
  else
    call('HSET', key, 'assignee', wish, 'assigned_at', iso, 'assigned_by', who)
  end
  return answer('changed')
end

if action == 'close' then
  if status == wish then return answer('unchanged') end
  if status ~= 'open' then return answer('closed') end
  close_task(id, priority, wish, iso, now, ARGV[7], who)
  if known and string.match(known, '^%S+') == id then call('HDEL', funnel, field) end
  if is_announced then announce(ARGV[10], key, contact) end
  return answer('changed')
end

if status == 'open' then return answer('unchanged') end
if unique and known and string.match(known, '^%S+') ~= id then return answer('taken') end
local due, created = milliseconds(task[6]), milliseconds(task[7])
call('HSET', key, 'status', 'open', 'reopened_at', iso, 'reopened_by', who)
call('HDEL', key, 'closed_at', 'closed_reason', 'closed_by')
call('ZREM', 'crm_index_tasks_' .. status, id)
call('ZADD', open, due, id)
call('ZADD', open_like_it, due, id)
if unique then call('HSET', funnel, field, id .. ' ' .. created) end
if is_announced then announce(ARGV[9], key, contact) end
return answer('changed')
