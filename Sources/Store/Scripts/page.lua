#!lua flags=no-writes
-- One page of a sorted set, from exactly behind the last member of the page before, whatever came, went or moved since.
--
-- KEYS  1 the sorted set
-- ARGV  1 'desc' | 'asc'   2 the largest number of members   3 lowest score   4 highest score
--       5 score of the cursor, '' = from the start   6 its member, or the beginning that only this member has (desc)
--       7 bytes of members after which a page ends, if given; the member that goes beyond is its last
--
-- Reply: member, score, member, score … in order, of one member more than asked for where there is a next page. With a
--        number of bytes it is an empty text instead of that member, which may be large.
-- Errors: those of Redis. Members of one score are in the order of their bytes, so the place of a cursor is found by
--         halving, even when its own member is gone: at most some 20 looks for a million members of one score.

local call, key = redis.call, KEYS[1]
local down, limit, lowest, highest = ARGV[1] == 'desc', tonumber(ARGV[2]), ARGV[3], ARGV[4]
local score, member = ARGV[5], ARGV[6]

local function range(first, last, ...)
  if down then return call('ZRANGE', key, first, last, 'REV', ...) end
  return call('ZRANGE', key, first, last, ...)
end

-- Lua would compare by the locale of the server, Redis sorts by bytes.
local function less(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local start
if score == '' then
  start = down and call('ZCOUNT', key, '(' .. highest, '+inf') or call('ZCOUNT', key, '-inf', '(' .. lowest)
else
  start = down and call('ZCOUNT', key, '(' .. score, '+inf') or call('ZCOUNT', key, '-inf', '(' .. score)
  local stop = start + call('ZCOUNT', key, score, score)
  while start < stop do
    local middle = math.floor((start + stop) / 2)
    local other = range(middle, middle)[1]
    local behind
    if down then behind = less(other, member) else behind = less(member, other) end
    if behind then stop = middle else start = middle + 1 end
  end
end

local page = {}
if ARGV[7] then
  local bytes, count, max = 0, 0, tonumber(ARGV[7])
  while count < limit and bytes < max do
    local one = range(start + count, start + count, 'WITHSCORES')
    if not one[1] then return page end
    page[#page + 1], page[#page + 2] = one[1], one[2]
    count, bytes = count + 1, bytes + #one[1]
  end
  if start + count < call('ZCARD', key) then page[#page + 1] = '' end
  return page
end
local found = range(start, start + limit, 'WITHSCORES')
lowest, highest = tonumber(lowest), tonumber(highest)
for i = 1, #found, 2 do
  local value = tonumber(found[i + 1])
  if value < lowest or value > highest then break end
  page[i], page[i + 1] = found[i], found[i + 1]
end
return page
