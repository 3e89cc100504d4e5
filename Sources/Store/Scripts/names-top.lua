#!lua flags=no-writes
-- The first names of a ranking that enough contacts gave (apply.lua marks them `known`). What one visitor typed is not
-- among them, however often.
--
-- KEYS  1 the ranking, a sorted set   2 who gave its names, a hash
-- ARGV  1 maximum number of names
--
-- Reply: name, score, name, score … with the highest score first.
-- Errors: those of Redis. It reads until it has enough, at most all names of a month: 10 ms for 10,000.

local call, found, max, page = redis.call, {}, tonumber(ARGV[1]), 100
for first = 0, call('ZCARD', KEYS[1]) - 1, page do
  local ranked, names = call('ZRANGE', KEYS[1], first, first + page - 1, 'REV', 'WITHSCORES'), {}
  for i = 1, #ranked, 2 do names[#names + 1] = ranked[i] end
  for i, givers in ipairs(call('HMGET', KEYS[2], unpack(names))) do
    if givers == 'known' then
      found[#found + 1], found[#found + 2] = ranked[2 * i - 1], ranked[2 * i]
      if #found == 2 * max then return found end
    end
  end
end
return found
