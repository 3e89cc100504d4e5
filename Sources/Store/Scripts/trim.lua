#!lua
-- Takes away tasks that are long over: closed before a moment, or due before it and never closed. The timeline still
-- tells what happened.
--
-- ARGV  1 the moment, epoch milliseconds   2 the same, ISO 8601   3 how many tasks to remove at once
--       4 priorities, with spaces   5 how many may go in an hour
--
-- Reply: how many tasks are gone; fewer than that: there are no more, or no more may go in this hour.
-- Errors: those of Redis, before the first write. A task or list of one contact that was damaged by hand holds up
--         nothing: what is left of it goes too.

--@ include/quota.lua
local call, try = redis.call, redis.pcall
local left, hour = quota_left('tasks', tonumber(ARGV[5]))
local limit, gone = math.max(0, math.min(tonumber(ARGV[3]), left)), 0
local desks = { 'crm_index_tasks_open', 'crm_index_tasks_unheard', 'crm_index_tasks_done', 'crm_index_tasks_cancelled' }
for priority in string.gmatch(ARGV[4], '%S+') do desks[#desks + 1] = 'crm_index_tasks_open_' .. priority end
-- Types, all in one call: the first key never exists, so it costs nothing.
call('ZINTERCARD', #desks + 1, 'crm_index_nothing', unpack(desks))

local function remove(task, owner, field)
  if owner then
    try('ZREM', 'crm_index_tasks_' .. owner, task)
    local funnel = 'crm_index_funnel_' .. owner
    local open = try('HGET', funnel, field)
    if type(open) == 'string' and string.match(open, '^%S+') == task then call('HDEL', funnel, field) end
  end
  for _, desk in ipairs(desks) do call('ZREM', desk, task) end
  call('UNLINK', 'crm_task_' .. task)
  gone = gone + 1
end

for _, list in ipairs({ 'crm_index_tasks_done', 'crm_index_tasks_cancelled', 'crm_index_tasks_open' }) do
  for _, task in ipairs(call('ZRANGE', list, '-inf', '(' .. ARGV[1], 'BYSCORE', 'LIMIT', 0, limit - gone)) do
    local is = try('HMGET', 'crm_task_' .. task, 'contact_id', 'type', 'booking', 'reopened_at', 'assigned_at')
    if is.err then is = {} end
    -- Somebody who took it up since means to do it.
    local taken_up = list == 'crm_index_tasks_open' and ((is[4] or '') >= ARGV[2] or (is[5] or '') >= ARGV[2])
    if not taken_up then remove(task, is[1], 'task:' .. (is[2] or '') .. ':' .. (is[3] or '')) end
  end
end
if gone > 0 then quota_spend('tasks', hour, gone) end
return gone
