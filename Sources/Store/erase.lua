#!lua
-- Erases everything about one person, and keeps only what is needed to stay erased: salted hashes of the ids and the
-- email, so that events which are still on their way do not bring the person back (apply.lua looks them up).
--
-- ARGV  1 contact id   2 now, ISO 8601   3 now, epoch milliseconds   4 a random salt, used should there be none
--       5 seconds that the hashes are kept   6 slugs of the statuses   7 priorities of tasks, both lists with spaces
--       8 the priority that is announced   9 channel of its closings
--      10 '' = whoever it is; else a moment, epoch milliseconds: only who was not active since, and without hashes, for
--         whoever comes back after that long is welcome as somebody new
--
-- Reply: a list, the first is a word: `missing`, `active` (there was activity since that moment), or `erased` and behind it in turn the beginning of key names and how
--        many keys of that beginning are gone; `members` counts the entries taken out of lists about many people.
-- Errors: those of Redis. A mark of an event that the timeline no longer holds stays until it expires: it tells
--        nothing but the random id of a contact that is no more.

local call, id = redis.call, ARGV[1]
local contact, timeline, of_tasks = 'crm_contact_' .. id, 'crm_activity_' .. id, 'crm_index_tasks_' .. id
local customers, vehicles = 'crm_index_customers_' .. id, 'crm_index_vehicles_' .. id
local bookings, funnel = 'crm_index_bookings_' .. id, 'crm_index_funnel_' .. id
local emails = 'crm_index_emails_' .. id
local since = ARGV[10] ~= '' and tonumber(ARGV[10])
if since then
  local last = call('ZSCORE', 'crm_index_contacts_recent', id)
  if last and tonumber(last) >= since then return { 'active' } end
end
-- Not the list of tasks: somebody might ask for the person `open`, and that list would be everybody's.
if call('EXISTS', contact, timeline) == 0 then
  -- A name in a list with nobody behind it would be found again and again.
  if since then call('ZREM', 'crm_index_contacts_recent', id) end
  return { 'missing' }
end

local known = call('HMGET', contact, 'email', 'customer_id')
local ids = call('SMEMBERS', customers)
if known[2] then ids[#ids + 1] = known[2] end
local former = call('SMEMBERS', emails)
local tasks = call('ZRANGE', of_tasks, 0, -1)
local entries = call('ZRANGE', timeline, 0, -1)

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
local function delete(prefix, key) counts[prefix] = counts[prefix] + call('UNLINK', key) end
-- A name may have gone to somebody else since.
local function delete_own(prefix, key)
  if call('MGET', key)[1] == id then delete(prefix, key) end
end

local salt
if not since then
  salt = call('MGET', 'crm_index_erasure_salt')[1] or ARGV[4]
  call('SET', 'crm_index_erasure_salt', salt, 'EX', ARGV[5])
end
local function bury(kind, value)
  if since then return end
  call('SET', 'crm_index_erased_' .. redis.sha1hex(salt .. ':' .. kind .. ':' .. value), ARGV[3], 'EX', ARGV[5])
end

for _, entry in ipairs(entries) do
  local fine, activity = pcall(cjson.decode, entry)
  if fine and type(activity.event_id) == 'string' then delete_own('crm_event_', 'crm_event_' .. activity.event_id) end
end
for _, customer in ipairs(ids) do
  delete_own('crm_index_', 'crm_index_customer_' .. customer)
  bury('customer', customer)
end
if known[1] then
  delete_own('crm_contact_email_', 'crm_contact_email_' .. known[1])
  bury('email', known[1])
end
for _, email in ipairs(former) do
  -- An email that leads to another contact by now is that contact's.
  local owner = call('MGET', 'crm_contact_email_' .. email)[1]
  if not owner or owner == id then bury('email', email) end
end
for _, task in ipairs(tasks) do
  local key = 'crm_task_' .. task
  local is = call('HMGET', key, 'status', 'priority', 'type')
  for _, desk in ipairs(desks) do counts.members = counts.members + call('ZREM', desk, task) end
  delete('crm_task_', key)
  if is[1] == 'open' and is[2] == ARGV[8] then
    -- Whoever is about to call must learn of it, and of no name any more.
    call('PUBLISH', ARGV[9], cjson.encode({
      task = { id = task, contact_id = id, type = is[3], priority = is[2], status = 'cancelled', closed_at = ARGV[2],
        closed_reason = 'erased' },
      contact = { id = id },
    }))
  end
end
for _, key in ipairs(shared) do counts.members = counts.members + call('ZREM', key, id) end
for _, key in ipairs({ of_tasks, customers, emails, vehicles, bookings, funnel }) do delete('crm_index_', key) end
delete('crm_activity_', timeline)
delete('crm_contact_', contact)

local reply = { 'erased' }
for _, name in ipairs(order) do
  reply[#reply + 1] = name
  reply[#reply + 1] = counts[name]
end
return reply
