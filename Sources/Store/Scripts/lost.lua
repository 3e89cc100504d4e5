#!lua flags=no-writes
-- Counts the numbers that the tracker gave to the events of a contact's visits, and those that are missing in between.
--
-- KEYS  1 the contact's timeline
-- ARGV  1 entries to read, the newest ones   2 bytes of an entry beyond which it is not read
--       3 missing numbers of one visit that are counted at most
--
-- Reply: {numbers found, numbers missing}. Errors: those of Redis; a damaged entry counts as one that is not there.
-- Work: bounded by ARGV 1 times ARGV 2 bytes of JSON.

local max_bytes, max_missing = tonumber(ARGV[2]), tonumber(ARGV[3])
local visits, unread = {}, 0

for _, entry in ipairs(redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1, 'REV')) do
  local isRead, activity
  if #entry <= max_bytes then isRead, activity = pcall(cjson.decode, entry) end
  if not isRead then unread = unread + 1 end
  local session = isRead and type(activity) == 'table' and activity.source ~= 'server' and activity.session
  local visit = type(session) == 'table' and session.session_id
  local number = visit and session.seq
  if type(number) == 'number' and number >= 1 and number <= 1e9 and number == math.floor(number) then
    local seen = visits[visit] or { numbers = {}, count = 0, lowest = number, highest = number }
    visits[visit] = seen
    if not seen.numbers[number] then
      seen.numbers[number] = true
      seen.count = seen.count + 1
      seen.lowest = math.min(seen.lowest, number)
      seen.highest = math.max(seen.highest, number)
    end
  end
end

local found, missing = 0, 0
for _, seen in pairs(visits) do
  found = found + seen.count
  missing = missing + math.min(max_missing, seen.highest - seen.lowest + 1 - seen.count)
end
-- An entry that was not read may have had any of the missing numbers.
return { found, math.max(0, missing - unread) }
