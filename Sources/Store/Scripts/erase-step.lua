#!lua
-- Removes a part of what erase.lua moved aside: the oldest entries of the timeline, the marks of their events, and what
-- they counted in the rankings of their months. Any process may take the next step, and each entry is removed once.
--
-- ARGV  1 contact id   2 maximum number of entries   3 bytes of entries after which it is enough
--       4 which types of event count in which ranking, and what their descriptions begin with before the name that is
--         counted, as JSON: {"<type>":["<ranking>","<beginning>"]}
--      then names and counts to add to the receipt
--
-- Reply: a list, the first is a word: `open` (there is more) or `erased`; behind it the fields of the receipt, if any.
-- Errors: those of Redis.

local call, try, id = redis.call, redis.pcall, ARGV[1]
local aside, max_entries, max_bytes = 'crm_index_erasing_' .. id, tonumber(ARGV[2]), tonumber(ARGV[3])
local views = cjson.decode(ARGV[4])
local salt = call('MGET', 'crm_index_erasure_salt')[1]
local receipt = salt and 'crm_index_erasure_receipt_' .. redis.sha1hex(salt .. ':contact:' .. id)
if receipt and call('EXISTS', receipt) == 0 then receipt = nil end

-- The text of the JSON string whose first character is at `from`: an entry is too long to decode for its id alone.
local function json_string(text, from)
  local at = from
  while true do
    local stop = string.find(text, '[\\"]', at)
    if not stop then return nil end
    if string.byte(text, stop) == 34 then
      local raw = string.sub(text, from, stop - 1)
      if not string.find(raw, '\\', 1, true) then return raw end
      local is_fine, list = pcall(cjson.decode, '["' .. raw .. '"]')
      return is_fine and list[1] or nil
    end
    at = stop + 2
  end
end
-- Quotes inside of a value have a backslash before them, so this is never found there.
local function value(entry, name)
  local _, stop = string.find(entry, '","' .. name .. '":"', 1, true)
  return stop and json_string(entry, stop + 1)
end

-- A ranking that was damaged by hand holds up no erasure.
local function take_back(ranking, month, name)
  local shared = 'crm_stats_' .. ranking .. '_' .. month
  local named = 'crm_index_named_' .. ranking .. '_' .. month
  local score = try('ZSCORE', shared, name)
  score = type(score) == 'string' and tonumber(score)
  if not score then return end
  if score > 1 then call('ZINCRBY', shared, '-1', name) else call('ZREM', shared, name) end
  local givers = try('HGET', named, name)
  if type(givers) ~= 'string' then return end
  if score <= 1 then return call('HDEL', named, name) end
  if givers == 'known' then return end
  local others = {}
  for giver in string.gmatch(givers, '%S+') do
    if giver ~= string.sub(id, -8) then others[#others + 1] = giver end
  end
  if others[1] then call('HSET', named, name, table.concat(others, ' ')) else call('HDEL', named, name) end
end

-- Where the mark of an event may be: EventNamespace.swift.
local names = 'crm_index_erasing_names_' .. id
local namespaces = { 'crm_event_', 'crm_event_browser:', 'crm_event_server:', 'crm_event_service:' }
for _, name in ipairs(call('SMEMBERS', names)) do
  namespaces[#namespaces + 1] = 'crm_event_customer:' .. name .. ':'
end
-- A person of many names has many marks to look for, so then a step has fewer entries.
max_entries = math.max(1, math.min(max_entries, math.floor(5000 / #namespaces)))
local function remove_marks(event)
  local keys, gone = {}, 0
  for i, namespace in ipairs(namespaces) do keys[i] = namespace .. event end
  for i, owner in ipairs(call('MGET', unpack(keys))) do
    if owner == id then gone = gone + call('UNLINK', keys[i]) end
  end
  return gone
end

local count, bytes, marks = 0, 0, 0
while count < max_entries and bytes < max_bytes do
  local entry = call('ZRANGE', aside, count, count)[1]
  if not entry then break end
  count, bytes = count + 1, bytes + #entry
  local event = value(entry, 'event_id')
  if event then marks = marks + remove_marks(event) end
  local view = views[value(entry, 'type') or '']
  if view then
    local said, time = value(entry, 'description') or '', value(entry, 'timestamp') or ''
    if string.sub(said, 1, #view[2]) == view[2] then
      take_back(view[1], string.sub(time, 1, 7), string.sub(said, #view[2] + 1))
    end
  end
end
if count > 0 then call('ZREMRANGEBYRANK', aside, 0, count - 1) end
local is_over = call('EXISTS', aside) == 0
if is_over then
  call('SREM', 'crm_index_erasures_open', id)
  call('UNLINK', names)
end
if not receipt then return { is_over and 'erased' or 'open' } end

if marks > 0 then call('HINCRBY', receipt, 'crm_event_', marks) end
for i = 5, #ARGV, 2 do call('HINCRBY', receipt, ARGV[i], ARGV[i + 1]) end
if is_over then call('HSET', receipt, 'complete', '1') end
local reply = call('HGETALL', receipt)
table.insert(reply, 1, is_over and 'erased' or 'open')
return reply
