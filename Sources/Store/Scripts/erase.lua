#!lua
-- Begins to erase everything about one person. Afterwards the person is gone for readers and for events: names,
-- contact, tasks, places in lists. The timeline, which may be large, is moved aside, and erase-step.lua removes it in
-- steps. What is kept: salted hashes of the names (tombstones), so that late events do not bring the person back
-- (apply.lua looks them up), and a receipt that names nobody.
--
-- ARGV  1 contact id   2 now, ISO 8601   3 now, epoch milliseconds   4 a random salt, used if there is none
--       5 seconds that tombstones and receipt are kept   6 slugs of the statuses   7 priorities of tasks, both lists
--         with spaces   8 the priority that is announced   9 channel of its closings
--      10 '' = whoever it is. Else this is removal by age: a moment, epoch milliseconds. Only who was not active since,
--         without tombstones and receipt, for whoever comes back after that long is welcome as somebody new
--      11 for removal by age: how many contacts may go in an hour
--
-- Reply: a list, the first is a word: `missing`, `active` (there was activity since that moment), `spent` (no more in
--        this hour), `open` (erase-step.lua has to go on) or `erased`; behind the last two the fields of the receipt,
--        if any. Who is missing and has a receipt was erased before: then it is that one.
-- Errors: those of Redis, before the first write.

--@ include/quota.lua
local call, id = redis.call, ARGV[1]
local contact, timeline, of_tasks = 'crm_contact_' .. id, 'crm_activity_' .. id, 'crm_index_tasks_' .. id
local customers, vehicles = 'crm_index_customers_' .. id, 'crm_index_vehicles_' .. id
local bookings, funnel = 'crm_index_bookings_' .. id, 'crm_index_funnel_' .. id
local emails, aside = 'crm_index_emails_' .. id, 'crm_index_erasing_' .. id
local settled, aside_names = 'crm_index_settled_' .. id, 'crm_index_erasing_names_' .. id
local since = ARGV[10] ~= '' and tonumber(ARGV[10])
local salt = call('MGET', 'crm_index_erasure_salt')[1]

local function receipt_key() return 'crm_index_erasure_receipt_' .. redis.sha1hex(salt .. ':contact:' .. id) end
local function answer(word)
  local reply = salt and not since and call('HGETALL', receipt_key()) or {}
  table.insert(reply, 1, word)
  return reply
end

if since then
  local last = call('ZSCORE', 'crm_index_contacts_recent', id)
  if last and tonumber(last) >= since then return { 'active' } end
end
-- Not the list of tasks: somebody might ask for the person `open`, and that list would be everybody's.
if call('EXISTS', contact, timeline) == 0 then
  -- A name in a list with nobody behind it would be found again and again.
  if since then call('ZREM', 'crm_index_contacts_recent', id) end
  if not since and call('EXISTS', aside) == 1 then return answer('open') end
  local reply = answer('erased')
  return reply[2] and reply or { 'missing' }
end
local left, hour
if since then
  left, hour = quota_left('contacts', tonumber(ARGV[11]))
  if left <= 0 then return { 'spent' } end
end

local known = call('HMGET', contact, 'email', 'customer_id')
local ids = call('SMEMBERS', customers)
if known[2] then ids[#ids + 1] = known[2] end
local former = call('SMEMBERS', emails)
local tasks = call('ZRANGE', of_tasks, 0, -1)
local length = call('ZCARD', timeline)
call('SCARD', 'crm_index_erasures_open')

local shared = { 'crm_index_contacts_recent', 'crm_index_contacts_revenue', 'crm_index_bookings_open',
  'crm_index_bookings_leaving' }
for slug in string.gmatch(ARGV[6], '%S+') do shared[#shared + 1] = 'crm_index_status_' .. slug end
local desks = { 'crm_index_tasks_open', 'crm_index_tasks_unheard', 'crm_index_tasks_done', 'crm_index_tasks_cancelled' }
for priority in string.gmatch(ARGV[7], '%S+') do desks[#desks + 1] = 'crm_index_tasks_open_' .. priority end
-- Types, all in one call each: the first key never exists, so it costs nothing.
call('ZINTERCARD', #shared + 1, 'crm_index_nothing', unpack(shared))
call('ZINTERCARD', #desks + 1, 'crm_index_nothing', unpack(desks))

local counts, order = {}, { 'crm_contact_', 'crm_contact_email_', 'crm_activity_', 'crm_task_', 'crm_event_',
  'crm_index_', 'members' }
for _, name in ipairs(order) do counts[name] = 0 end
local function delete(prefix, ...) counts[prefix] = counts[prefix] + call('UNLINK', ...) end
-- A name may have gone to somebody else since.
local function delete_own(prefix, key)
  if call('MGET', key)[1] == id then delete(prefix, key) end
end

-- A caller's clock may be wrong, and a tombstone of next year would keep the person out for as long.
local clock, moment = call('TIME'), tonumber(ARGV[3])
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
if math.abs(now - moment) > 60000 then moment = now end
moment = string.format('%.0f', moment)
if not since then
  salt = salt or ARGV[4]
  call('SET', 'crm_index_erasure_salt', salt, 'EX', ARGV[5])
end
local function leave_tombstone(kind, value)
  if since then return end
  call('SET', 'crm_index_erased_' .. redis.sha1hex(salt .. ':' .. kind .. ':' .. value), moment, 'EX', ARGV[5])
end

for _, customer in ipairs(ids) do
  delete_own('crm_index_', 'crm_index_customer_' .. customer)
  leave_tombstone('customer', customer)
end
if known[1] then
  delete_own('crm_contact_email_', 'crm_contact_email_' .. known[1])
  leave_tombstone('email', known[1])
end
for _, email in ipairs(former) do
  -- An email that leads to another contact by now is that contact's.
  local owner = call('MGET', 'crm_contact_email_' .. email)[1]
  if not owner or owner == id then leave_tombstone('email', email) end
end
if tasks[1] then
  for _, desk in ipairs(desks) do counts.members = counts.members + call('ZREM', desk, unpack(tasks)) end
end
for _, task in ipairs(tasks) do
  local key = 'crm_task_' .. task
  local is = redis.pcall('HMGET', key, 'status', 'priority', 'type')
  delete('crm_task_', key)
  if is[1] == 'open' and is[2] == ARGV[8] then
    -- Whoever is about to call must learn of it, and of no name any more. A message that is refused harms nothing.
    redis.pcall('PUBLISH', ARGV[9], cjson.encode({
      task = { id = task, contact_id = id, type = is[3], priority = is[2], status = 'cancelled', closed_at = ARGV[2],
        closed_reason = 'erased' },
      contact = { id = id },
    }))
  end
end
for _, key in ipairs(shared) do counts.members = counts.members + call('ZREM', key, id) end
delete('crm_index_', of_tasks, customers, emails, vehicles, bookings, funnel, settled)
delete('crm_contact_', contact)
if length > 0 then
  call('UNLINK', aside)
  call('RENAME', timeline, aside)
  call('SADD', 'crm_index_erasures_open', id)
  -- Under which of these the marks of events may be (EventNamespace.swift), when the names themselves are gone.
  call('UNLINK', aside_names)
  for _, names in ipairs({ ids, former, { known[1] or nil } }) do
    for _, name in ipairs(names) do call('SADD', aside_names, redis.sha1hex(name)) end
  end
  counts.crm_activity_ = 1
end
if since then
  quota_spend('contacts', hour, 1)
  return { length > 0 and 'open' or 'erased' }
end
local receipt = { 'erased_at', moment, 'complete', length > 0 and '0' or '1' }
for _, name in ipairs(order) do receipt[#receipt + 1], receipt[#receipt + 2] = name, counts[name] end
call('HSET', receipt_key(), unpack(receipt))
call('EXPIRE', receipt_key(), ARGV[5])
return answer(length > 0 and 'open' or 'erased')
