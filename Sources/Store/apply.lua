#!lua
-- Applies one change: the only way in which an event reaches the database.
--
-- It resolves the contact, fills fields, counts, moves the status, keeps the timeline and the statistics, opens and
-- closes tasks and announces them. It knows no business word: which fields, statuses, tasks and sentences there are
-- comes with the arguments (Rules.swift makes them, Arguments.swift lays them out in this order).
--
-- KEYS  1 crm_event_<event id>   2 crm_index_customer_<customer id>   3 crm_contact_email_<email>   4 crm_stats_<day>
-- ARGV  1 event time, epoch milliseconds          2 event time, ISO 8601        3 contact id, should one be created
--       4 seconds that an event id is remembered  5 timeline limit              6 customer id, '' = none
--       7 email, '' = none                        8 '1' = the email may identify the contact, '0' = the id alone may
--       9 status of a contact that has none      10 its slug                   11 JSON array: fields of a new contact
--      12 timeline member up to the contact id   13 and after it               14 seconds that statistics are kept
--      15 '1' = later than an erasure it is a new beginning, '0' = it never is
--   then sections, each opened by its number of entries:
--      fields   (name, value)                    written when the event is not older than the contact, else if absent
--      counters (name, delta)                    integers of the contact
--      stats    (name, delta)                    of the day
--      views    (key, 'contact' = its id is appended | 'shared', member, most members, seconds kept or '0')
--      expected moment of the last step, '' = any: otherwise nothing is done
--      funnel   0 or 1, then:
--         booking ('' = unknown) · booking id to look up among those counted · '1' = count it
--         times that supersede the event: number, names · times to remember: number, names
--         status · slug · 'enter', 'leave' or '' the bookings in progress · what to remember of the step
--         counters: number, (name, delta) · cents of revenue · stats: number, (name, delta)
--         cancel: type or '' · '1' = of this booking only · reason · channel or ''
--         task: number of fields (0 = none), (name, value), then its id, type, due time in milliseconds,
--               '1' = one open for one booking, channel or ''
--
-- Reply: one line of words, `erased` (the person was, and the event changes nothing), `duplicate <contact id>`,
--        `stale <contact id>` (the booking has gone on; nothing was done) or
--        `applied <contact id>`, the latter followed by any of
--        `created`, `conflict` (id and email name two contacts), `superseded` (timeline only), `task=<id>`, `unheard`.
-- Errors: those of Redis, and DAMAGED for a number that is none. A script does not roll back, so everything that can
--        fail is read before the first write; what follows the mark of the event cannot fail.

local call = redis.call
-- What a contact keeps of each at most, so that no sender can make one person's keys grow without end.
local MOST_IDS, MOST_BOOKINGS, MOST_TASKS, MOST_OPEN = 1000, 10000, 1000, 100
local time, iso = tonumber(ARGV[1]), ARGV[2]
local customer, email = ARGV[6], ARGV[7]

local known = call('MGET', KEYS[1], KEYS[2], KEYS[3], 'crm_index_erasure_salt')
if known[1] then return 'duplicate ' .. known[1] end

-- There is a salt for as long as somebody's erasure is remembered (erase.lua makes both).
local graves = known[4] and {}
if graves then
  if customer ~= '' then graves[1] = 'crm_index_erased_' .. redis.sha1hex(known[4] .. ':customer:' .. customer) end
  if email ~= '' then graves[#graves + 1] = 'crm_index_erased_' .. redis.sha1hex(known[4] .. ':email:' .. email) end
  local since = call('MGET', unpack(graves))
  local found = false
  for i = 1, #graves do
    if since[i] and (ARGV[15] ~= '1' or time <= tonumber(since[i])) then return 'erased' end
    found = found or since[i]
  end
  if not found then graves = nil end
end

-- Who is it? The id first, then the email.
local by_id = customer ~= '' and known[2]
local by_email = email ~= '' and known[3]
local id = by_id or (ARGV[8] == '1' and by_email) or ARGV[3]
local conflict = by_email and by_email ~= id
local contact, timeline = 'crm_contact_' .. id, 'crm_activity_' .. id
local now = call('HMGET', contact, 'id', 'email', 'customer_id', 'last_activity', 'lead_status')
local created = not now[1]
local newer = not now[4] or iso >= now[4]

local at = 15
local function next_arg()
  at = at + 1
  return ARGV[at]
end
local function next_section(width)
  local first = at + 2
  at = at + 1 + tonumber(ARGV[at + 1]) * width
  return first, at
end
local function number(text, key, field)
  local value = tonumber(text or '0')
  if not value then error({ err = 'DAMAGED ' .. key .. ' ' .. field .. ' is not a number' }) end
  return value
end

-- `set` becomes one HSET on the contact.
local set = {}
local function put(name, value)
  local n = #set
  set[n + 1] = name
  set[n + 2] = value
end

local status, slug = now[5], nil
if created then
  put('id', id)
  put('created_at', iso)
  local defaults = cjson.decode(ARGV[11])
  for i = 1, #defaults, 2 do put(defaults[i], defaults[i + 1]) end
end
if not status then status, slug = ARGV[9], ARGV[10] end

local first, last = next_section(2)
if newer then
  for i = first, last do set[#set + 1] = ARGV[i] end
  put('last_activity', iso)
elseif last > first then
  local names = {}
  for i = first, last, 2 do names[#names + 1] = ARGV[i] end
  local present = call('HMGET', contact, unpack(names))
  for i = 1, #names do
    if not present[i] then put(names[i], ARGV[first + 2 * i - 1]) end
  end
end
-- One email with ever new ids is no person any more: then the new id leads nowhere, and the event goes by its email.
local customers = customer ~= '' and not by_id and now[3] and now[3] ~= customer and 'crm_index_customers_' .. id
local full = customers and call('SCARD', customers) >= MOST_IDS
if customer ~= '' and not full and customer ~= now[3] and (newer or not now[3]) then put('customer_id', customer) end
local owns_email = email ~= '' and not conflict and (email == now[2] or newer or not now[2])
if owns_email and email ~= now[2] then put('email', email) end

local function count(first, last)
  for i = first, last, 2 do
    local old = call('HGET', contact, ARGV[i])
    put(ARGV[i], string.format('%.0f', number(old, contact, ARGV[i]) + ARGV[i + 1]))
  end
end
count(next_section(2))

-- The day's numbers are read now, which also proves their type, and written at the end.
local stat_names, stat_deltas = {}, {}
local function add_stats(first, last)
  for i = first, last, 2 do
    stat_names[#stat_names + 1] = ARGV[i]
    stat_deltas[#stat_deltas + 1] = ARGV[i + 1]
  end
end
add_stats(next_section(2))
if created then
  stat_names[#stat_names + 1] = 'contacts_created'
  stat_deltas[#stat_deltas + 1] = 1
end

local views_first, views_last = next_section(5)
local expected = next_arg()
if expected ~= '' and call('HGET', 'crm_index_funnel_' .. id, 'step_at') ~= expected then return 'stale ' .. id end
local sorted = { 'crm_index_nothing' }

-- The funnel: bookings, payments and their tasks. `effective` is false for what the contact has already moved past.
local effective, funnel, funnel_key = false, nil, nil
local booking, booking_id, counts, move, step, revenue
local closing, reason, closed_channel = {}, nil, nil
local task, task_id, task_type, task_due, task_channel, priority_key, oldest
local remember, leaves = {}, nil
local moves_key, moved
if next_arg() == '1' then
  effective = true
  funnel, funnel_key = {}, 'crm_index_funnel_' .. id
  local flat = call('HGETALL', funnel_key)
  for i = 1, #flat, 2 do funnel[flat[i]] = flat[i + 1] end

  booking, booking_id, counts = next_arg(), next_arg(), next_arg() == '1'
  if booking_id ~= '' and call('SISMEMBER', 'crm_index_bookings_' .. id, booking_id) == 1 then effective = false end
  local first, last = next_section(1)
  for i = first, last do
    -- The last step supersedes only what is about the same booking.
    local applies = ARGV[i] ~= 'step_at' or funnel.booking == booking
    if applies and number(funnel[ARGV[i]], funnel_key, ARGV[i]) > time then effective = false end
  end
  first, last = next_section(1)
  for i = first, last do
    if number(funnel[ARGV[i]], funnel_key, ARGV[i]) <= time then
      remember[#remember + 1] = ARGV[i]
      remember[#remember + 1] = ARGV[1]
    end
  end

  local next_status, next_slug = next_arg(), next_arg()
  move, step = next_arg(), next_arg()
  local old_slug = slug or string.lower(string.gsub(status, '%W+', '_'))
  if next_status ~= '' and effective and next_status ~= status then
    local entered = not created and call('ZSCORE', 'crm_index_status_' .. old_slug, id)
    if not entered or tonumber(entered) <= time then
      sorted[#sorted + 1] = 'crm_index_status_' .. old_slug
      -- How contacts move through the funnel, day by day: beside the day's documented numbers, not among them.
      if now[5] then
        moves_key, moved = 'crm_index_moves_' .. string.sub(KEYS[4], 11), old_slug .. ':' .. next_slug
        number(call('HGET', moves_key, moved), moves_key, moved)
      end
      status, slug = next_status, next_slug
      if not created and now[5] then leaves = 'crm_index_status_' .. old_slug end
    elseif move == 'enter' then
      -- A late step does not reopen a booking that is over.
      effective = false
    end
  end

  local counters_first, counters_last = next_section(2)
  revenue = tonumber(next_arg())
  local stats_first, stats_last = next_section(2)
  if effective then
    count(counters_first, counters_last)
    add_stats(stats_first, stats_last)
    if counts and revenue > 0 then
      local old = call('HGET', contact, 'total_revenue') or '0.00'
      local whole, cents = string.match(old, '^(%d+)%.(%d%d)$')
      if not whole then error({ err = 'DAMAGED ' .. contact .. ' total_revenue is not an amount' }) end
      revenue = revenue + whole * 100 + cents
      put('total_revenue', string.format('%.0f.%02d', math.floor(revenue / 100), revenue % 100))
    end
  end

  local cancel, of_booking = next_arg(), next_arg() == '1'
  reason, closed_channel = next_arg(), next_arg()
  if cancel ~= '' and effective then
    local prefix = 'task:' .. cancel .. ':'
    for field, value in pairs(funnel) do
      local open_id, opened = string.match(value, '^(%S+) (%d+)$')
      local matches = of_booking and field == prefix .. booking
        or not of_booking and string.sub(field, 1, #prefix) == prefix
      if matches and open_id and tonumber(opened) <= time then
        local old = call('HMGET', 'crm_task_' .. open_id, 'status', 'priority')
        closing[#closing + 1] = { field = field, id = open_id, open = old[1] == 'open', priority = old[2] or '' }
      end
    end
  end

  local first, last = next_section(2)
  if last > first then
    task_id, task_type, task_due = next_arg(), next_arg(), next_arg()
    local unique = next_arg() == '1'
    task_channel = next_arg()
    -- A hundred open ones about one person's bookings are more than anybody calls for, and each costs every later event.
    local taken = unique and (funnel['task:' .. task_type .. ':' .. booking] or #flat >= 2 * MOST_OPEN)
    if effective and not taken then
      task = { 'id', task_id, 'contact_id', id, 'type', task_type, 'status', 'open' }
      for i = first, last do task[#task + 1] = ARGV[i] end
      for i = first, last, 2 do
        if ARGV[i] == 'priority' then priority_key = 'crm_index_tasks_open_' .. ARGV[i + 1] end
      end
      sorted[#sorted + 1] = priority_key
      if unique then
        remember[#remember + 1] = 'task:' .. task_type .. ':' .. booking
        remember[#remember + 1] = task_id .. ' ' .. ARGV[1]
      end
      stat_names[#stat_names + 1] = 'tasks_created'
      stat_deltas[#stat_deltas + 1] = 1
      -- The oldest task makes room, as on the timeline.
      if call('ZCARD', 'crm_index_tasks_' .. id) >= MOST_TASKS then
        oldest = call('ZRANGE', 'crm_index_tasks_' .. id, 0, 0)[1]
        local old = call('HMGET', 'crm_task_' .. oldest, 'priority', 'type', 'booking')
        sorted[#sorted + 1] = 'crm_index_tasks_done'
        sorted[#sorted + 1] = 'crm_index_tasks_open_' .. (old[1] or '')
        oldest = { id = oldest, priority = old[1] or '', field = 'task:' .. (old[2] or '') .. ':' .. (old[3] or '') }
      end
    end
  end
  for _, key in ipairs({ 'crm_index_bookings_open', 'crm_index_contacts_revenue', 'crm_index_tasks_open',
    'crm_index_tasks_unheard', 'crm_index_tasks_cancelled', 'crm_index_tasks_' .. id }) do
    sorted[#sorted + 1] = key
  end
end

-- The rest of what can fail: types. One call tells them all, and costs nothing for its first key never exists.
local stats = call('HMGET', KEYS[4], unpack(stat_names))
local stat_pairs = {}
for i = 1, #stat_names do
  stat_pairs[2 * i - 1] = stat_names[i]
  stat_pairs[2 * i] = string.format('%.0f', number(stats[i], KEYS[4], stat_names[i]) + stat_deltas[i])
end
local length = call('ZCARD', timeline)
local enters = slug and 'crm_index_status_' .. slug
if enters then sorted[#sorted + 1] = enters end
for i = views_first, views_last, 5 do
  sorted[#sorted + 1] = ARGV[i + 1] == 'contact' and ARGV[i] .. id or ARGV[i]
end
if #sorted > 1 then call('ZINTERCARD', #sorted, unpack(sorted)) end
local old_index = owns_email and now[2] and now[2] ~= email and 'crm_contact_email_' .. now[2]
if old_index and call('MGET', old_index)[1] ~= id then old_index = nil end

-- From here on only writes. The first two prove their own type and may stand alone.
if newer then call('ZADD', 'crm_index_contacts_recent', ARGV[1], id) end
if customers and not full then call('SADD', customers, now[3], customer) end
if graves then call('DEL', unpack(graves)) end
call('SET', KEYS[1], id, 'EX', ARGV[4])
if customer ~= '' and not by_id and not full then call('SET', KEYS[2], id) end
if owns_email then
  if not by_email then call('SET', KEYS[3], id) end
  if old_index then call('DEL', old_index) end
end
if enters then
  put('lead_status', status)
  if leaves then call('ZREM', leaves, id) end
  if moved and call('HINCRBY', moves_key, moved, 1) == 1 then call('EXPIRE', moves_key, ARGV[14], 'NX') end
  call('ZADD', enters, ARGV[1], id)
end
if #set > 0 then call('HSET', contact, unpack(set)) end
call('ZADD', timeline, ARGV[1], ARGV[12] .. id .. ARGV[13])
if length >= tonumber(ARGV[5]) then call('ZREMRANGEBYRANK', timeline, 0, length - ARGV[5]) end
call('HSET', KEYS[4], unpack(stat_pairs))
if not stats[1] then call('EXPIRE', KEYS[4], ARGV[14]) end
for i = views_first, views_last, 5 do
  local key = ARGV[i + 1] == 'contact' and ARGV[i] .. id or ARGV[i]
  -- A first view may have made the key, and may be one name too many: names come from outside.
  if call('ZINCRBY', key, 1, ARGV[i + 2]) == '1' then
    if ARGV[i + 4] ~= '0' then call('EXPIRE', key, ARGV[i + 4], 'NX') end
    local members = call('ZCARD', key)
    if members > tonumber(ARGV[i + 3]) then call('ZREMRANGEBYRANK', key, 0, members - ARGV[i + 3] - 1) end
  end
end

local reply = 'applied ' .. id
if created then reply = reply .. ' created' end
if conflict then reply = reply .. ' conflict' end
if not funnel then return reply end
if not effective then return reply .. ' superseded' end

local function object(key)
  local flat, out = call('HGETALL', key), {}
  for i = 1, #flat, 2 do out[#out + 1] = cjson.encode(flat[i]) .. ':' .. cjson.encode(flat[i + 1]) end
  return '{' .. table.concat(out, ',') .. '}'
end
local function announce(channel, key)
  return call('PUBLISH', channel, '{"task":' .. object(key) .. ',"contact":' .. object(contact) .. '}')
end

if counts then
  if booking_id ~= '' then
    local counted = 'crm_index_bookings_' .. id
    call('SADD', counted, booking_id)
    -- Any of so many: that one may be counted again, should it ever come a second time.
    if call('SCARD', counted) > MOST_BOOKINGS then call('SPOP', counted) end
  end
  if revenue > 0 then call('ZADD', 'crm_index_contacts_revenue', string.format('%.0f', revenue), id) end
end
local step_at = tonumber(funnel.step_at or '0') or 0
if move == 'enter' and step_at <= time then
  call('ZADD', 'crm_index_bookings_open', ARGV[1], id)
  for _, value in ipairs({ 'booking', booking, 'step_at', ARGV[1], 'step', step }) do
    remember[#remember + 1] = value
  end
elseif move == 'leave' and step_at <= time then
  call('ZREM', 'crm_index_bookings_open', id)
  call('HDEL', funnel_key, 'booking', 'step_at', 'step')
end
for _, old in ipairs(closing) do
  local key = 'crm_task_' .. old.id
  call('HDEL', funnel_key, old.field)
  call('ZREM', 'crm_index_tasks_open', old.id)
  call('ZREM', 'crm_index_tasks_open_' .. old.priority, old.id)
  call('ZREM', 'crm_index_tasks_unheard', old.id)
  if old.open then
    call('HSET', key, 'status', 'cancelled', 'closed_at', iso, 'closed_reason', reason)
    call('ZADD', 'crm_index_tasks_cancelled', ARGV[1], old.id)
    if closed_channel ~= '' then announce(closed_channel, key) end
  end
end
if #remember > 0 then call('HSET', funnel_key, unpack(remember)) end
if task then
  local key = 'crm_task_' .. task_id
  call('HSET', key, unpack(task))
  call('ZADD', 'crm_index_tasks_open', task_due, task_id)
  if priority_key then call('ZADD', priority_key, task_due, task_id) end
  call('ZADD', 'crm_index_tasks_' .. id, ARGV[1], task_id)
  if oldest then
    if string.match(funnel[oldest.field] or '', '^%S+') == oldest.id then call('HDEL', funnel_key, oldest.field) end
    for _, desk in ipairs({ id, 'open', 'open_' .. oldest.priority, 'unheard', 'done', 'cancelled' }) do
      call('ZREM', 'crm_index_tasks_' .. desk, oldest.id)
    end
    call('UNLINK', 'crm_task_' .. oldest.id)
  end
  reply = reply .. ' task=' .. task_id
  if task_channel ~= '' and announce(task_channel, key) == 0 then
    call('HSET', key, 'unheard', '1')
    call('ZADD', 'crm_index_tasks_unheard', ARGV[1], task_id)
    reply = reply .. ' unheard'
  end
end
return reply
