#!lua
-- Applies one change: the only way in which an event reaches the database.
--
-- It resolves the contact, fills fields, counts, moves the status, keeps the timeline and the statistics, opens and
-- closes tasks and announces them. It knows no business word: which fields, statuses, tasks and sentences there are
-- comes with the arguments (Rules.swift makes them, Arguments.swift lays them out in this order). What is the same for
-- every event comes once: ApplyScript.swift writes it as locals before this line's comment (remember_seconds,
-- stats_seconds, timeline_limit, the others that begin with max_, first_status, first_slug, new_contact).
--
-- KEYS  1 crm_event_<event id>   2 crm_index_customer_<customer id>   3 crm_contact_email_<email>   4 crm_stats_<day>;
--       in 2 and 3 nothing follows the prefix when the event names none; in 4 when its day is too old to be counted
-- ARGV  1 event time, epoch milliseconds   2 event time, ISO 8601   3 ULID of the ids that are made for the event
--       4 name of its kind in the day's statistics   5 timeline member from behind the contact's id on
--       6 what happened, the contact's last_action; then parts, each opened by its name, in this order, if at all:
--      'apart'                       the email is not proved: it does not say whose event it is, and lifts no tombstone
--      'own'                         its id counts for the customer it names only
--      'anew'                        later than an erasure it is a new beginning
--      'hold' due booking            only if the customer does nothing more: all that is kept is when that will be
--                                    known, in milliseconds ('' = it is void), and only while that booking is in
--                                    progress
--      'expect' moment left count    the last step must be of this moment, and the timeline must have this many entries
--                                    from `left` on ('' = any): otherwise, and where the funnel part is void, the event
--                                    is dropped, and a booking that is over leaves the bookings in progress
--      'count' name delta            an integer of the contact
--      'view' name own shared        raises it in the contact's ranking of this prefix and in a shared one ('' = none),
--                                    and notes who gave it until `min_givers` contacts did
--      'funnel' booking id           what it is about ('' = unknown), and the booking's own id ('' = unknown); then:
--         'at' moment                   when it counts as having happened, where that is not the event's time
--         'settled' fact kind exact     void where this fact is known of the booking, which is named by an id of this
--                                       kind; '1' = whatever the times say, else within the tolerance of clocks
--         'settle' fact exact kind …    this fact becomes known of the booking, under these kinds and names, to the
--                                       '.'; '1' = the booking's own id is among them
--         'after' moment                later than the event, it voids the rest but for 'cancel'; any number
--         'keep' moment                 becomes the event's time; any number
--         'status' name slug            the lead status that is entered
--         'enter' step | 'leave'        the bookings in progress; what to remember of the step
--         'earn' cents                  the booking counts as made
--         'raise' name delta            an integer of the contact; any number
--         'tally' name delta            a number of the day; any number
--         'cancel' type same reason channel    open tasks of that type; '1' = of this booking only; '' = tell nobody
--         'task' type due iso created iso unique channel priority title description    times in milliseconds too;
--                                       '1' = one open for one booking
--      'fields' (name, value) …      of the contact, to the end; as last_action they are written where there is none,
--                                    and when the event is not older than the contact
--
-- Reply: one line of words:
--        `erased`                  the person was, and the event changes nothing
--        `duplicate <contact id>`  applied before; `other` follows where the mark belongs to an event of another
--                                  contact or type
--        `dropped <contact id>`    the booking has gone on or is over; no id where nobody is known
--        `deferred <contact id>`   it waits
--        `applied <contact id>`    and any of `created`, `conflict` (id and email name two contacts), `superseded`
--                                  (timeline only), `task=<id>`, `unheard`
-- Errors: those of Redis, and DAMAGED for a number that is none. A script does not roll back, so everything that can
--        fail is read before the first write; the first writes prove what they write to themselves.
--
-- Costs: 0.1 to 0.2 µs for a string among the arguments, 0.4 µs for a call beside what it does, 0.2 µs more for a reply
-- of several values, 0.1 µs for a function, made anew in each run. So what an event does not need is not sent,
-- functions stand where they are rare, and an event without parts runs straight through sections 1, 2 and 6.

local call, try, keys, args = redis.call, redis.pcall, KEYS, ARGV
local time, iso, ulid, kind, action = args[1], args[2], args[3], args[4], args[6]
local part, at = args[7], 8
-- Without arguments it is asked whether it could run (Store.probe).
if not time then return 'ready' end

-- 1. Who is it? The id first, then the email.

local mark = keys[1]
local known = call('MGET', mark, keys[2], keys[3], 'crm_index_erasure_salt')
local has_customer, has_email = keys[2] ~= 'crm_index_customer_', keys[3] ~= 'crm_contact_email_'
local apart, anew
if part == 'apart' then apart, part, at = true, args[at], at + 1 end
if part == 'own' then
  -- The name is hashed: a mark may outlive what the contact's erasure finds.
  local name = has_customer and string.sub(keys[2], 20) or string.sub(keys[3], 19)
  mark = 'crm_event_customer:' .. redis.sha1hex(name) .. ':' .. string.sub(mark, 11)
  known[1], part, at = call('MGET', mark)[1], args[at], at + 1
end
if known[1] then
  -- An id that was taken by another event must not make this one vanish in silence. The type is looked up where a
  -- repeated event is: among those of the same time, else among the newest.
  local id, timeline = known[1], 'crm_activity_' .. known[1]
  local who = has_customer and known[2] or has_email and not apart and known[3]
  if who ~= id then return 'duplicate ' .. id .. ' other' end
  local type_of, own = '^","type":"([^"]*)"', string.match(args[5], '(,"event_id":.-),"data":')
  for _, range in ipairs({ { time, time, 'BYSCORE', 'LIMIT', '0', '9' }, { '0', '99', 'REV' } }) do
    local entries = try('ZRANGE', timeline, unpack(range))
    for _, entry in ipairs(entries) do
      if own and string.find(entry, own, 1, true) then
        local tail = string.match(entry, '^{"id":"[^"]*","contact_id":"[^"]*(".*)$') or ''
        local is_same = string.match(tail, type_of) == string.match(args[5], type_of)
        return 'duplicate ' .. id .. (is_same and '' or ' other')
      end
    end
  end
  return 'duplicate ' .. id
end
if part == 'anew' then anew, part, at = true, args[at], at + 1 end

-- There is a salt for as long as somebody's erasure is remembered (erase.lua makes both).
local tombstones = known[4] and {}
if tombstones then
  local function tombstone(what, name)
    tombstones[#tombstones + 1] = 'crm_index_erased_' .. redis.sha1hex(known[4] .. ':' .. what .. ':' .. name)
  end
  if has_customer then tombstone('customer', string.sub(keys[2], 20)) end
  if has_email then tombstone('email', string.sub(keys[3], 19)) end
  local since, lifted = call('MGET', unpack(tombstones)), {}
  for i = 1, #tombstones do
    if since[i] then
      -- An email that is not proved ('apart') lifts no tombstone. Beside the id of a known contact it drops nothing
      -- either: that contact is somebody else. In no case is it stored.
      local unproved = apart and has_customer and i == 2
      local known_by_id = unproved and known[2]
      if not known_by_id and (not anew or tonumber(time) <= tonumber(since[i])) then return 'erased' end
      if unproved then has_email = false else lifted[#lifted + 1] = tombstones[i] end
    end
  end
  tombstones = lifted[1] and lifted
end

local by_id, by_email = has_customer and known[2], has_email and known[3]
local id = by_id or not apart and by_email or 'contact_' .. ulid
local conflict = by_email and by_email ~= id
local contact, timeline, day = 'crm_contact_' .. id, 'crm_activity_' .. id, keys[4]
if day == 'crm_stats_' then day = nil end

-- 2. What is there? From here to section 6 everything is read that the writes need, or that could make them fail, but
-- for what the first writes prove themselves.

local now = call('HMGET', contact, 'email', 'customer_id', 'lead_status', 'last_activity')
local old_email, old_customer, status, last_activity = now[1], now[2], now[3], now[4]
local created = not (old_email or old_customer or status or last_activity)
local newer = not last_activity or iso >= last_activity
if not newer then
  -- A time that a wrong clock wrote must not freeze the contact until that time comes: it counts as now.
  local last, clock = tonumber(call('ZSCORE', 'crm_index_contacts_recent', id) or 0), call('TIME')[1] * 1000
  newer = last > clock + max_ahead and tonumber(time) >= clock - clock_tolerance
end
if part == 'hold' then
  if created then return 'dropped' end
  local funnel, leaving, due, left = 'crm_index_funnel_' .. id, 'crm_index_bookings_leaving', args[at], time
  local is = call('HMGET', funnel, 'step_at', 'booking', 'leaving_at', 'leaving_count')
  if due == '' or not newer or not is[1] or is[2] ~= args[at + 1] then return 'dropped ' .. id end
  -- Of two that wait, with nothing between them, the earlier counts: one that is sent again defers nothing.
  local before = tonumber(is[3]) and call('ZCOUNT', timeline, is[3], '+inf') == tonumber(is[4])
    and call('ZSCORE', leaving, id)
  if before then
    due = math.min(before, due)
    if tonumber(is[3]) < tonumber(left) then left = is[3] end
  end
  local count = call('ZCOUNT', timeline, left, '+inf')
  call('ZADD', leaving, due, id)
  call('HSET', funnel, 'leaving_at', left, 'leaving_count', count)
  return 'deferred ' .. id
end
local expected = part == 'expect'
if expected then
  local has_gone_on = call('HGET', 'crm_index_funnel_' .. id, 'step_at') ~= args[at]
  local left = args[at + 1]
  if has_gone_on or left ~= '' and call('ZCOUNT', timeline, left, '+inf') ~= tonumber(args[at + 2]) then
    return 'dropped ' .. id
  end
  part, at = args[at + 3], at + 4
end
local length = call('ZCARD', timeline)
local owns_email = has_email and not conflict

-- 3. The contact itself: `set` becomes one HSET, `slug` names the status that is entered.

local set, slug, old_index, customers, emails, former
local new_email = owns_email and 'crm_contact_email_' .. (old_email or '') ~= keys[3]
local new_customer = has_customer and 'crm_index_customer_' .. (old_customer or '') ~= keys[2]
if new_email or new_customer or not status then
  set = created and { 'id', id } or {}
  owns_email = owns_email and (newer or not old_email or not new_email)
  if new_email and owns_email then
    set[#set + 1], set[#set + 2] = 'email', string.sub(keys[3], 19)
    old_index = old_email and 'crm_contact_email_' .. old_email
    if old_index and call('MGET', old_index)[1] ~= id then old_index = nil end
    -- An erasure has to know every email that the contact ever had.
    if old_email then
      emails = 'crm_index_emails_' .. id
      former = call('SCARD', emails)
    end
  end
  if new_customer then
    new_customer = string.sub(keys[2], 20)
    if old_customer and not by_id then
      customers = 'crm_index_customers_' .. id
      -- One email with ever new ids is no person any more: then the new id leads nowhere, and the event goes by its
      -- email.
      if call('SCARD', customers) >= max_ids then has_customer, new_customer, customers = false, nil, nil end
    end
    if new_customer and (newer or not old_customer) then
      set[#set + 1], set[#set + 2] = 'customer_id', new_customer
    end
  end
  if created then
    -- What is read and written with each event stands first: a small hash is searched from its start.
    for _, value in ipairs({ 'lead_status', first_status, 'last_activity', iso, 'last_action', action,
      'created_at', iso, unpack(cjson.decode(new_contact)) }) do set[#set + 1] = value end
  end
  if not status then slug = first_slug end
end

-- 4. Counters and rankings. Of `numbers` and `raised` each name is followed by a delta, later by what it comes to.

local numbers, raised = created and { 'contacts_created', 1 } or nil, nil
if part == 'count' then
  raised = { args[at], args[at + 1] }
  part, at = args[at + 2], at + 3
end
local seen, own, shared, named, givers
if part == 'view' then
  seen, own, shared = args[at], args[at + 1], args[at + 2]
  part, at = args[at + 3], at + 4
  own, shared = own ~= '' and own .. id, shared ~= '' and shared
  -- Who gave the name. The contact's own ranking cannot say so: it is of all months.
  named = shared and 'crm_index_named_' .. string.sub(shared, 11)
end

-- 5. The funnel, and what it changes of the above.

local funnel, effective, booking, booking_id, next_status, next_slug, move, step, is_last, was_about
local earned, revenue, leaves, moves, moved, move_count, remember, reason, closed_channel, closing, task, oldest
local settle, settled, settled_count
local when = time
--@ include/funnel-read.lua

-- All parts are read. One that is unknown, or stands in another place, must not become fields of the contact.
if part and (part ~= 'fields' or (#args - at) % 2 == 0) then
  error({ err = 'ARGUMENTS ' .. part .. ' is not expected here' })
end

if raised or numbers then
  local function read(key, list)
    for i = 1, #list, 2 do
      local old = tonumber(call('HGET', key, list[i]) or 0)
      if not old then error({ err = 'DAMAGED ' .. key .. ' ' .. list[i] .. ' is not a number' }) end
      list[i + 1] = old + list[i + 1]
    end
  end
  if numbers and day then read(day, numbers) end
  if raised then
    read(contact, raised)
    set = set or {}
    for i = 1, #raised do set[#set + 1] = raised[i] end
  end
end
if not newer then
  set = set or {}
  local names = { 'last_action' }
  for i = at, #args, 2 do names[#names + 1] = args[i] end
  local present = call('HMGET', contact, unpack(names))
  for i = 1, #names do
    if not present[i] then
      set[#set + 1], set[#set + 2] = names[i], i == 1 and action or args[at + 2 * i - 3]
    end
  end
end
if slug then
  call('ZCARD', 'crm_index_status_' .. slug)
  set = set or {}
  set[#set + 1], set[#set + 2] = 'lead_status', slug == next_slug and next_status or first_status
end

-- 6. From here on only writes. The first ones prove what they write to by succeeding; should a later one find it
-- spoiled, those before are taken back. This saves reading them: an eighth of the whole script.

local events = day and call('HINCRBY', day, 'events', '1')
local of_kind = day and try('HINCRBY', day, kind, '1')
local failed = type(of_kind) == 'table' and of_kind
local own_views, shared_views
if own and not failed then
  own_views = try('ZINCRBY', own, '1', seen)
  failed = type(own_views) == 'table' and own_views
end
if shared and not failed then
  shared_views = try('ZINCRBY', shared, '1', seen)
  failed = type(shared_views) == 'table' and shared_views
  -- Until enough contacts gave it: `known`, or the ends of their ids. A name that was given often is known almost
  -- certainly, so the look-up, a twentieth of the event, is made for one in eight: by the last letter of the ULID.
  if not failed and (tonumber(shared_views) <= often or string.byte(ulid, -1) < 52) then
    givers = try('HGET', named, seen)
    failed = type(givers) == 'table' and givers
  else
    givers = 'known'
  end
end
local placed = newer and not failed and try('ZADD', 'crm_index_contacts_recent', time, id) or 0
if failed or placed ~= 0 and placed ~= 1 then
  local function undo(command, key, value, remove, member)
    if type(value) == 'table' or not value then return end
    if tonumber(value) == 1 then return call(remove, key, member) end
    if command == 'HINCRBY' then call(command, key, member, '-1') else call(command, key, '-1', member) end
  end
  undo('HINCRBY', day, events, 'HDEL', 'events')
  undo('HINCRBY', day, of_kind, 'HDEL', kind)
  undo('ZINCRBY', own, own_views, 'ZREM', seen)
  undo('ZINCRBY', shared, shared_views, 'ZREM', seen)
  error(failed or placed)
end
if events == 1 then call('EXPIRE', day, stats_seconds) end

call('SET', mark, id, 'EX', remember_seconds)
if has_customer and not by_id then call('SET', keys[2], id) end
if owns_email and not by_email then call('SET', keys[3], id) end
if tombstones then call('DEL', unpack(tombstones)) end
if set then
  if customers then call('SADD', customers, old_customer, new_customer) end
  if emails then
    if former >= max_emails then call('SPOP', emails) end
    call('SADD', emails, old_email)
  end
  if old_index then call('DEL', old_index) end
  if slug then call('ZADD', 'crm_index_status_' .. slug, when, id) end
  if set[1] then call('HSET', contact, unpack(set)) end
end
if newer then call('HSET', contact, 'last_activity', iso, 'last_action', action, unpack(args, at)) end
call('ZADD', timeline, time, '{"id":"activity_' .. ulid .. '","contact_id":"' .. id .. args[5])
if length >= timeline_limit then call('ZREMRANGEBYRANK', timeline, '0', length - timeline_limit) end
if seen then
  if shared and givers ~= 'known' then
    local giver = string.sub(id, -8)
    if not givers then
      call('HSET', named, seen, giver)
      call('EXPIRE', named, stats_seconds, 'NX')
    elseif not string.find(givers, giver, 1, true) then
      local is_known = (#givers + 1) / 9 + 1 >= min_givers
      call('HSET', named, seen, is_known and 'known' or givers .. ' ' .. giver)
    end
  end
  -- Names come from outside: a new one may be one too many.
  if own_views == '1' then
    local excess = call('ZCARD', own) - max_own_names
    if excess > 0 then call('ZREMRANGEBYRANK', own, '0', excess - 1) end
  end
  if shared_views == '1' then
    local names = call('ZCARD', shared)
    if names == 1 then call('EXPIRE', shared, stats_seconds) end
    if names > max_shared_names then
      local last = math.min(names - max_shared_names, 100) - 1
      call('HDEL', named, unpack(call('ZRANGE', shared, '0', last)))
      call('ZREMRANGEBYRANK', shared, '0', last)
    end
  end
end
if day and numbers and numbers[1] then call('HSET', day, unpack(numbers)) end

local reply = 'applied ' .. id
if created then reply = reply .. ' created' end
if conflict then reply = reply .. ' conflict' end
if not funnel then return reply end
if not effective and not closing then return reply .. ' superseded' end

--@ include/funnel-write.lua
