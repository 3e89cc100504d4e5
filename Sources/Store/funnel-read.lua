-- Part of apply.lua: bookings, payments and their tasks, what becomes of them. It only reads; `effective` is false for
-- what the contact has moved past, and then nothing of this part is done.

if part == 'funnel' then
  funnel, booking, booking_id = 'crm_index_funnel_' .. id, args[at], args[at + 1]
  part, at = args[at + 2], at + 3
  local names = { 'step_at', 'booking' }
  while part == 'after' do names[#names + 1], part, at = args[at], args[at + 1], at + 2 end
  local last_after = #names
  while part == 'keep' do names[#names + 1], part, at = args[at], args[at + 1], at + 2 end
  local last_keep = #names
  if part == 'status' then next_status, next_slug, part, at = args[at], args[at + 1], args[at + 2], at + 3 end
  if part == 'enter' then move, step, part, at = part, args[at], args[at + 1], at + 2 end
  if part == 'leave' then move, part, at = part, args[at], at + 1 end
  if part == 'earn' then earned, part, at = tonumber(args[at]), args[at + 1], at + 2 end
  local more_raised, more_numbers = {}, created and { 'contacts_created', 1 } or {}
  while part == 'raise' or part == 'tally' do
    local list = part == 'raise' and more_raised or more_numbers
    list[#list + 1], list[#list + 2] = args[at], args[at + 1]
    part, at = args[at + 2], at + 3
  end
  local closes, closes_all, opens
  if part == 'cancel' then
    closes, closes_all = 'task:' .. args[at] .. ':', args[at + 1] ~= '1'
    reason, closed_channel = args[at + 2], args[at + 3]
    part, at = args[at + 4], at + 5
  end
  if part == 'task' then
    task = { id = 'task_' .. ulid, type = args[at], due = args[at + 1], iso = args[at + 2], channel = args[at + 4],
      priority = args[at + 5], title = args[at + 6], description = args[at + 7] }
    opens = args[at + 3] == '1' and 'task:' .. task.type .. ':' .. booking
    part, at = args[at + 8], at + 9
  end
  if closes and not closes_all then names[#names + 1] = closes .. booking end
  if opens then names[#names + 1] = opens end

  local there, at_time = call('HMGET', funnel, unpack(names)), tonumber(time)
  local function moment(i)
    local value = tonumber(there[i] or 0)
    if not value then error({ err = 'DAMAGED ' .. funnel .. ' ' .. names[i] .. ' is not a number' }) end
    return value
  end
  is_last = moment(1) <= at_time
  effective = booking_id == '' or call('SISMEMBER', 'crm_index_bookings_' .. id, booking_id) == 0
  for i = 3, last_after do
    -- The last step supersedes only what is about the same booking.
    local applies = names[i] ~= 'step_at' or there[2] == booking
    if applies and moment(i) > at_time then effective = false end
  end

  if effective and next_status and next_status ~= status then
    local old_slug = slug or string.lower(string.gsub(status, '%W+', '_'))
    local entered = not created and call('ZSCORE', 'crm_index_status_' .. old_slug, id)
    if not entered or tonumber(entered) <= at_time then
      if status then
        -- How contacts move through the funnel, day by day: beside the day's documented numbers, not among them.
        leaves = 'crm_index_status_' .. old_slug
        moves, moved = 'crm_index_moves_' .. string.sub(day, 11), old_slug .. ':' .. next_slug
        move_count = tonumber(call('HGET', moves, moved) or 0)
        if not move_count then error({ err = 'DAMAGED ' .. moves .. ' ' .. moved .. ' is not a number' }) end
      end
      slug = next_slug
    elseif move == 'enter' then
      -- A late step does not reopen a booking that is over.
      effective = false
    end
  end

  if effective then
    if move then
      call('ZINTERCARD', '3', 'crm_index_nothing', 'crm_index_bookings_open', 'crm_index_bookings_leaving')
    end
    raised, numbers = more_raised, more_numbers
    for i = last_after + 1, last_keep do
      if moment(i) <= at_time then
        remember = remember or {}
        remember[#remember + 1], remember[#remember + 2] = names[i], time
      end
    end
    if earned and earned > 0 then
      local old = call('HGET', contact, 'total_revenue') or '0.00'
      local whole, cents = string.match(old, '^(%d+)%.(%d%d)$')
      if not whole then error({ err = 'DAMAGED ' .. contact .. ' total_revenue is not an amount' }) end
      revenue = earned + whole * 100 + cents
      local text = string.format('%.0f.%02d', math.floor(revenue / 100), revenue % 100)
      set = set or {}
      set[#set + 1], set[#set + 2] = 'total_revenue', text
      call('ZCARD', 'crm_index_contacts_revenue')
    end
    local function close(field, value)
      local open_id, opened = string.match(value or '', '^(%S+) (%d+)$')
      if not open_id or tonumber(opened) > at_time then return end
      local old = call('HMGET', 'crm_task_' .. open_id, 'status', 'priority')
      closing = closing or {}
      closing[#closing + 1] = { field = field, id = open_id, open = old[1] == 'open', priority = old[2] or '' }
    end
    if closes_all then
      local all = call('HGETALL', funnel)
      for i = 1, #all, 2 do
        if string.sub(all[i], 1, #closes) == closes then close(all[i], all[i + 1]) end
      end
    elseif closes then
      close(names[last_keep + 1], there[last_keep + 1])
    end
    -- A hundred open ones about one person's bookings are more than anybody calls for, and each costs later events.
    if opens and (there[#names] or call('HLEN', funnel) >= most_open) then task = nil end
    if task then
      if opens then
        remember = remember or {}
        remember[#remember + 1], remember[#remember + 2] = opens, task.id .. ' ' .. time
      end
      numbers[#numbers + 1], numbers[#numbers + 2] = 'tasks_created', 1
      -- The oldest task makes room, as on the timeline.
      if call('ZCARD', 'crm_index_tasks_' .. id) >= most_tasks then
        oldest = call('ZRANGE', 'crm_index_tasks_' .. id, '0', '0')[1]
        local old = call('HMGET', 'crm_task_' .. oldest, 'priority', 'type', 'booking')
        local field = 'task:' .. (old[2] or '') .. ':' .. (old[3] or '')
        local opened = string.match(call('HGET', funnel, field) or '', '^%S+')
        oldest = { id = oldest, priority = old[1] or '', field = opened == oldest and field }
      end
    end
    if task or closing then
      -- One call tells the types of all, and costs nothing for its first key never exists.
      local sorted = { 'crm_index_nothing', 'crm_index_tasks_open', 'crm_index_tasks_unheard',
        'crm_index_tasks_cancelled', 'crm_index_tasks_' .. id }
      if task then sorted[6] = 'crm_index_tasks_open_' .. task.priority end
      if oldest then
        sorted[#sorted + 1], sorted[#sorted + 2] = 'crm_index_tasks_done', 'crm_index_tasks_open_' .. oldest.priority
      end
      for i = 1, closing and #closing or 0 do
        sorted[#sorted + 1] = 'crm_index_tasks_open_' .. closing[i].priority
      end
      call('ZINTERCARD', #sorted, unpack(sorted))
    end
  end
end
