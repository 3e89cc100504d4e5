-- Part of apply.lua: what becomes of bookings, payments and their tasks. It only reads.
--
-- The order of facts, in one place:
-- 1. A fact that is known of the same booking outranks a guess about it, whatever the times say: where the fact that
--    'settled' names is known, the event does nothing here (`over`), and an event that settles its booking ends it,
--    moves the status and closes the tasks even where these have later times. Where no booking id says that it is the
--    same booking, this reaches over the tolerance of clocks and no further: what is later belongs to a new booking.
-- 2. Everything else goes by time. What the contact has moved past (`passed`) changes nothing but the tasks of its own
--    booking. Equal times count as newer.
-- 3. The first status is no fact: any other replaces it. While a later step has a booking in progress, it stays.
-- 4. A stored time that lies in the future counts as now.

if part == 'funnel' then
  funnel, booking, booking_id = 'crm_index_funnel_' .. id, args[at], args[at + 1]
  part, at = args[at + 2], at + 3
  if part == 'at' then when, part, at = args[at], args[at + 1], at + 2 end
  local at_time, clock = tonumber(when), nil
  local fact, fact_is_exact
  if part == 'settled' then
    fact, fact_is_exact = args[at] .. ':' .. args[at + 1] .. ':' .. booking, args[at + 2] == '1'
    part, at = args[at + 3], at + 4
  end
  local own, is_exact
  if part == 'settle' then
    settle, settled, is_exact, at = {}, 'crm_index_settled_' .. id, args[at + 1] == '1', at + 2
    own = {}
    local word = args[at - 2]
    while args[at] ~= '.' do
      own[args[at]] = args[at + 1]
      settle[#settle + 1], at = word .. ':' .. args[at] .. ':' .. args[at + 1], at + 2
    end
    part, at = args[at + 1], at + 2
  end
  -- `settled_at` is the latest moment among the facts, as it was stored: most contacts have none, and need no look-up.
  local names = (fact or settle) and { 'step_at', 'booking', 'settled_at' } or { 'step_at', 'booking' }
  local first_after = #names + 1
  while part == 'after' do names[#names + 1], part, at = args[at], args[at + 1], at + 2 end
  local last_after = #names
  while part == 'keep' do names[#names + 1], part, at = args[at], args[at + 1], at + 2 end
  local last_keep = #names
  if part == 'status' then next_status, next_slug, part, at = args[at], args[at + 1], args[at + 2], at + 3 end
  if part == 'enter' then move, step, part, at = part, args[at], args[at + 1], at + 2 end
  if part == 'leave' then move, part, at = part, args[at], at + 1 end
  if part == 'earn' then earned, part, at = tonumber(args[at]), args[at + 1], at + 2 end
  local more_raised, more_numbers = nil, created and { 'contacts_created', 1 } or nil
  while part == 'raise' or part == 'tally' do
    local list = part == 'raise' and more_raised or part == 'tally' and more_numbers or {}
    if part == 'raise' then more_raised = list else more_numbers = list end
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
    task = { id = 'task_' .. ulid, type = args[at], due = args[at + 1], iso = args[at + 2], created = args[at + 3],
      created_iso = args[at + 4], channel = args[at + 6], priority = args[at + 7], title = args[at + 8],
      description = args[at + 9], event = args[at + 10] }
    opens = args[at + 5] == '1' and 'task:' .. task.type .. ':' .. booking
    part, at = args[at + 11], at + 12
  end
  if closes and not closes_all then names[#names + 1] = closes .. booking end
  if opens then names[#names + 1] = opens end

  local there = call('HMGET', funnel, unpack(names))
  was_about = there[2]
  for i = 1, last_keep do
    if i ~= 2 and there[i] then
      local value = tonumber(there[i])
      if not value then error({ err = 'DAMAGED ' .. funnel .. ' ' .. names[i] .. ' is not a number' }) end
      if value > at_time and names[i] ~= 'settled_at' then
        clock = clock or call('TIME')[1] * 1000
        if value > clock + max_ahead then value = clock - clock_tolerance end
      end
      there[i] = value
    end
  end
  local over = booking_id ~= '' and call('SISMEMBER', 'crm_index_bookings_' .. id, booking_id) == 1
  local settled_at = first_after > 3 and there[3]
  if fact and settled_at and not over and (fact_is_exact or at_time <= settled_at + clock_tolerance) then
    local known_at = call('ZSCORE', 'crm_index_settled_' .. id, fact)
    over = known_at and (fact_is_exact or at_time <= tonumber(known_at) + clock_tolerance)
  end
  local passed, step_at = false, there[1] or 0
  for i = first_after, last_after do
    -- The last step supersedes only what is about the same booking.
    local applies = names[i] ~= 'step_at' or was_about == booking
    if applies and (there[i] or 0) > at_time then passed = true end
  end

  local old_slug, entered
  if not over and not passed and next_status and next_status ~= status then
    old_slug = slug or string.lower(string.gsub(status, '%W+', '_'))
    entered = not created and tonumber(call('ZSCORE', 'crm_index_status_' .. old_slug, id))
  end
  -- The tasks that it may close: where each is noted, which booking it is about, and since when it is open.
  local candidates
  if closes and not over then
    local notes = { names[last_keep + 1], there[last_keep + 1] or nil }
    if closes_all then notes = call('HGETALL', funnel) end
    for i = 1, #notes, 2 do
      local field = notes[i]
      if notes[i + 1] and string.sub(field, 1, #closes) == closes then
        local open_id, opened = string.match(notes[i + 1], '^(%S+) (%d+)$')
        if open_id then
          candidates = candidates or {}
          candidates[#candidates + 1] = { field = field, id = open_id, opened = tonumber(opened) }
        end
      end
    end
  end

  -- What is there may be later than the event. That is rare, and a function that sees so much is costly to make.
  is_last = step_at <= at_time
  local outranks, is_late = not entered or entered <= at_time, not is_last or entered and entered > at_time
  for i = 1, candidates and #candidates or 0 do
    candidates[i].is_reached = candidates[i].opened <= at_time
    is_late = is_late or not candidates[i].is_reached
  end
  if is_late then
    -- Whether the event reaches what is stored under a booking's name with that time. Beyond its own time an event
    -- that settles its booking does: what has the booking's id, and within the tolerance of clocks what has another of
    -- its names, or has nothing in common with it that tells the two apart. Of the contact's last one more is known
    -- than its name.
    local function reaches(name, value)
      if value <= at_time then return true end
      clock = clock or call('TIME')[1] * 1000
      -- A time that lies in the future counts as now.
      if value > clock + max_ahead then value = clock - clock_tolerance end
      if value <= at_time then return true end
      if not settle then return false end
      if is_exact and name == booking then return true end
      if value > at_time + clock_tolerance then return false end
      name = name or ''
      for _, other in pairs(own) do
        if other == name then return true end
      end
      if name ~= was_about then return false end
      local fine, details = pcall(cjson.decode, call('HGET', funnel, 'step') or '{}')
      details = fine and type(details) == 'table' and details or {}
      for _, kind in ipairs({ 'booking_id', 'vehicle_id', 'session_id' }) do
        local place = details[kind == 'session_id' and 'session' or 'event_data']
        local other = type(place) == 'table' and place[kind]
        if type(other) == 'number' then other = string.format('%.0f', other) end
        if own[kind] and type(other) == 'string' then return own[kind] == other end
      end
      return true
    end
    is_last = reaches(was_about, step_at)
    outranks = not entered or reaches(was_about, entered)
    for i = 1, candidates and #candidates or 0 do
      local candidate = candidates[i]
      candidate.is_reached = reaches(string.sub(candidate.field, #closes + 1), candidate.opened)
    end
  end

  if old_slug then
    if move == 'leave' and not is_last then
      -- The booking of the later step is in progress, and so is the contact.
    elseif outranks or old_slug == first_slug then
      if status then
        -- How contacts move through the funnel, day by day: beside the day's documented numbers, not among them.
        leaves = 'crm_index_status_' .. old_slug
        moves, moved = day and 'crm_index_moves_' .. string.sub(day, 11), old_slug .. ':' .. next_slug
        move_count = day and tonumber(call('HGET', moves, moved) or 0)
        if day and not move_count then error({ err = 'DAMAGED ' .. moves .. ' ' .. moved .. ' is not a number' }) end
      end
      slug = next_slug
    elseif move == 'enter' then
      -- A late step does not reopen a booking that is over.
      passed = true
    end
  end
  effective = not over and not passed
  if expected and not effective then
    call('ZREM', 'crm_index_bookings_open', id)
    call('ZREM', 'crm_index_bookings_leaving', id)
    call('HDEL', funnel, 'step_at', 'step', 'leaving_at', 'leaving_count')
    return 'dropped ' .. id
  end

  for i = 1, candidates and #candidates or 0 do
    local candidate = candidates[i]
    if candidate.is_reached then
      local old = call('HMGET', 'crm_task_' .. candidate.id, 'status', 'priority')
      closing = closing or {}
      candidate.open, candidate.priority = old[1] == 'open', old[2] or ''
      closing[#closing + 1] = candidate
    end
  end
  if not effective then
    move, earned, task, settle = nil, nil, nil, nil
  else
    if move and settle then
      call('ZINTERCARD', '4', 'crm_index_nothing', 'crm_index_bookings_open', 'crm_index_bookings_leaving', settled)
    elseif move then
      call('ZINTERCARD', '3', 'crm_index_nothing', 'crm_index_bookings_open', 'crm_index_bookings_leaving')
    elseif settle then
      settled_count = call('ZCARD', settled)
    end
    if settle and (settled_at or 0) < at_time then remember = { 'settled_at', when } end
    raised, numbers = more_raised, more_numbers
    for i = last_after + 1, last_keep do
      if (there[i] or 0) <= at_time then
        remember = remember or {}
        remember[#remember + 1], remember[#remember + 2] = names[i], when
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
    local note = opens and there[#names]
    if note then
      -- Abandoned again: an earlier step that arrives later does not close the task.
      local open_id, opened = string.match(note, '^(%S+) (%d+)$')
      if open_id and tonumber(opened) < at_time then
        remember = remember or {}
        remember[#remember + 1], remember[#remember + 2] = opens, open_id .. ' ' .. when
      end
    end
    -- A hundred open ones about one person's bookings are more than anybody calls for, and each costs later events.
    if opens and (note or call('HLEN', funnel) >= max_open) then task = nil end
    if task then
      if opens then
        remember = remember or {}
        remember[#remember + 1], remember[#remember + 2] = opens, task.id .. ' ' .. when
      end
      numbers = numbers or {}
      numbers[#numbers + 1], numbers[#numbers + 2] = 'tasks_created', 1
      -- The oldest task makes room, as on the timeline.
      if call('ZCARD', 'crm_index_tasks_' .. id) >= max_tasks then
        oldest = call('ZRANGE', 'crm_index_tasks_' .. id, '0', '0')[1]
        local old = call('HMGET', 'crm_task_' .. oldest, 'priority', 'type', 'booking')
        local field = 'task:' .. (old[2] or '') .. ':' .. (old[3] or '')
        local opened = string.match(call('HGET', funnel, field) or '', '^%S+')
        oldest = { id = oldest, priority = old[1] or '', field = opened == oldest and field }
      end
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
