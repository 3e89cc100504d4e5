-- Part of apply.lua: what the funnel writes. All that could fail was read before.

if leaves then
  call('ZREM', leaves, id)
  if moves then
    call('HSET', moves, moved, move_count + 1)
    if move_count == 0 then call('EXPIRE', moves, stats_seconds, 'NX') end
  end
end
if earned then
  if booking_id ~= '' then
    local counted = 'crm_index_bookings_' .. id
    call('SADD', counted, booking_id)
    -- Any of so many: that one may be counted again, should it ever come a second time.
    if call('SCARD', counted) > max_bookings then call('SPOP', counted) end
  end
  if revenue then call('ZADD', 'crm_index_contacts_revenue', string.format('%.0f', revenue), id) end
end
if settle then
  local scored = {}
  for i, member in ipairs(settle) do scored[2 * i - 1], scored[2 * i] = when, member end
  local added = call('ZADD', settled, 'GT', unpack(scored))
  if added > 0 then
    local too_many = (settled_count and settled_count + added or call('ZCARD', settled)) - max_settled
    if too_many > 0 then call('ZREMRANGEBYRANK', settled, '0', too_many - 1) end
  end
end
if remember then call('HSET', funnel, unpack(remember)) end
if move == 'enter' and is_last then
  call('ZADD', 'crm_index_bookings_open', when, id)
  call('HSET', funnel, 'step_at', when, 'booking', booking, 'step', step)
elseif move == 'leave' and is_last then
  call('ZREM', 'crm_index_bookings_open', id)
  call('ZREM', 'crm_index_bookings_leaving', id)
  call('HDEL', funnel, 'step_at', 'step', 'leaving_at', 'leaving_count')
  -- Which booking the status is about.
  if was_about ~= booking then call('HSET', funnel, 'booking', booking) end
end
if not closing and not task then return reply end

--@ include/announce.lua
--@ include/close-task.lua
for _, old in ipairs(closing or {}) do
  local key = 'crm_task_' .. old.id
  call('HDEL', funnel, old.field)
  close_task(old.id, old.priority, old.open and 'cancelled', iso, time, reason)
  if old.open and closed_channel ~= '' then announce(closed_channel, key, contact) end
end
if task then
  local key = 'crm_task_' .. task.id
  call('HSET', key, 'id', task.id, 'contact_id', id, 'type', task.type, 'status', 'open', 'title', task.title,
    'description', task.description, 'priority', task.priority, 'due_at', task.iso,
    'created_at', task.created_iso, 'event_id', task.event, 'booking', booking)
  call('ZADD', 'crm_index_tasks_open', task.due, task.id)
  call('ZADD', 'crm_index_tasks_open_' .. task.priority, task.due, task.id)
  call('ZADD', 'crm_index_tasks_' .. id, task.created, task.id)
  if oldest then
    if oldest.field then call('HDEL', funnel, oldest.field) end
    for _, desk in ipairs({ id, 'open', 'open_' .. oldest.priority, 'unheard', 'done', 'cancelled' }) do
      call('ZREM', 'crm_index_tasks_' .. desk, oldest.id)
    end
    call('UNLINK', 'crm_task_' .. oldest.id)
  end
  reply = reply .. ' task=' .. task.id
  if task.channel ~= '' and announce(task.channel, key, contact) == 0 then
    call('HSET', key, 'unheard', '1')
    call('ZADD', 'crm_index_tasks_unheard', task.created, task.id)
    reply = reply .. ' unheard'
  end
end
return reply
