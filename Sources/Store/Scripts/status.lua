#!lua
-- Sets the lead status of one contact as a person says. It also ends the booking in progress: whoever set the status
-- knows of it, and the customer's next step begins one again.
--
-- KEYS  1 crm_contact_<contact id>
-- ARGV  1 contact id   2 now, ISO 8601   3 now, epoch milliseconds   4 the status   5 its slug   6 who sets it
--       7 ULID of the activity   8 the activity after the contact's id   9 most activities on a timeline
--      10 slugs of all statuses, each between spaces   11 crm_index_moves_<day>   12 how long that is kept, in seconds
--      13 types of tasks that are cancelled, each between spaces   14 their reason
--      15 the priority that is announced   16 channel of its closings
--
-- Reply: a list, the first is a word: `changed`, `unchanged` (it has that status) or `missing`; after all but `missing`
--        the contact's fields, name and value in turn.
-- Errors: those of Redis, and DAMAGED for a number that is none. What can fail comes before the writes.

local call = redis.call
local contact, id, iso, now, status, slug, who = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local timeline, funnel, moves = 'crm_activity_' .. id, 'crm_index_funnel_' .. id, ARGV[11]
local old = call('HMGET', contact, 'id', 'lead_status')
if not old[1] then return { 'missing' } end

local function answer(word)
  local reply = call('HGETALL', contact)
  table.insert(reply, 1, word)
  return reply
end
if old[2] == status then return answer('unchanged') end

local moved = string.lower(string.gsub(old[2] or '', '%W+', '_')) .. ':' .. slug
local times = tonumber(call('HGET', moves, moved) or 0)
if not times then error({ err = 'DAMAGED ' .. moves .. ' ' .. moved .. ' is not a number' }) end
local length = call('ZCARD', timeline)
local closing, notes = {}, call('HGETALL', funnel)
-- The first key never exists, so asking for the types of the others costs nothing.
local sorted = { 'crm_index_nothing', 'crm_index_bookings_open', 'crm_index_bookings_leaving', 'crm_index_tasks_open',
  'crm_index_tasks_unheard', 'crm_index_tasks_cancelled' }
for other in string.gmatch(ARGV[10], '%S+') do sorted[#sorted + 1] = 'crm_index_status_' .. other end
for i = 1, #notes, 2 do
  local kind, task = string.match(notes[i], '^task:([^:]*):'), string.match(notes[i + 1], '^(%S+) %d+$')
  if kind and task and string.find(ARGV[13], ' ' .. kind .. ' ', 1, true) then
    local there = call('HMGET', 'crm_task_' .. task, 'status', 'priority')
    local priority = there[2] or ''
    closing[#closing + 1] = { field = notes[i], id = task, open = there[1] == 'open', priority = priority }
    sorted[#sorted + 1] = 'crm_index_tasks_open_' .. priority
  end
end
call('ZINTERCARD', #sorted, unpack(sorted))

-- From here on only writes.

--@ include/announce.lua
--@ include/close-task.lua

for other in string.gmatch(ARGV[10], '%S+') do
  if other ~= slug then call('ZREM', 'crm_index_status_' .. other, id) end
end
call('ZADD', 'crm_index_status_' .. slug, now, id)
call('HSET', contact, 'lead_status', status)
call('ZADD', timeline, now, '{"id":"activity_' .. ARGV[7] .. '","contact_id":"' .. id .. ARGV[8])
local excess = length + 1 - tonumber(ARGV[9])
if excess > 0 then call('ZREMRANGEBYRANK', timeline, '0', excess - 1) end
if old[2] then
  call('HSET', moves, moved, times + 1)
  if times == 0 then call('EXPIRE', moves, ARGV[12], 'NX') end
end
call('ZREM', 'crm_index_bookings_open', id)
call('ZREM', 'crm_index_bookings_leaving', id)
call('HDEL', funnel, 'step_at', 'step', 'leaving_at', 'leaving_count')
for _, task in ipairs(closing) do
  call('HDEL', funnel, task.field)
  close_task(task.id, task.priority, task.open and 'cancelled', iso, now, ARGV[14], who)
  if task.open and task.priority == ARGV[15] then announce(ARGV[16], 'crm_task_' .. task.id, contact) end
end
return answer('changed')
