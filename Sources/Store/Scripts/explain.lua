#!lua flags=no-writes
-- Tells what apply.lua would do, and does nothing of it: the text of apply.lua stands where the mark below is, and in
-- it `redis` is this file's. Its reads go through; its writes are noted, and what it reads afterwards is what it would
-- have written. Redis itself refuses every write of this script, so that nothing can be written by mistake.
--
-- KEYS, ARGV  those of apply.lua
--
-- Reply: the reply of apply.lua · a list of the writes, each a list of words · in turn the keys of the hashes that it
--        would write to and what is in them now.
-- Errors: those of apply.lua, and one for a command that is not known here.

local real = redis
local writes, before = {}, {}
-- What is as after the writes, by key: hashes are read whole, of the others only what was written is here.
local hashes, strings, scores, sizes, grown = {}, {}, {}, {}, {}

local function words(...)
  local list = { ... }
  for i, word in ipairs(list) do
    -- As Redis writes a number of Lua.
    if type(word) == 'number' then list[i] = string.format('%.17g', word) end
  end
  return list
end

local function hash(key)
  if not hashes[key] then
    local names, values, flat = {}, {}, real.call('HGETALL', key)
    for i = 1, #flat, 2 do
      names[#names + 1] = flat[i]
      values[flat[i]] = flat[i + 1]
    end
    hashes[key] = { names = names, values = values, before = flat }
  end
  return hashes[key]
end
local function set_field(key, name, value)
  local it = hash(key)
  if not it.is_written then
    it.is_written = true
    before[#before + 1] = key
    before[#before + 1] = it.before
  end
  local is_new = it.values[name] == nil
  if is_new and value ~= nil then it.names[#it.names + 1] = name end
  if not is_new and value == nil then
    for i, known in ipairs(it.names) do
      if known == name then table.remove(it.names, i) break end
    end
  end
  it.values[name] = value
  return is_new
end
local function text(key)
  if strings[key] == nil then strings[key] = real.call('MGET', key)[1] end
  return strings[key]
end
local function score(key, member)
  scores[key] = scores[key] or {}
  if scores[key][member] == nil then scores[key][member] = real.call('ZSCORE', key, member) end
  return scores[key][member]
end
local function size(key)
  sizes[key] = sizes[key] or real.call('ZCARD', key)
  return sizes[key]
end
local function set_score(key, member, value)
  local old, count = score(key, member), size(key)
  scores[key][member] = value
  sizes[key] = count + (value and 1 or 0) - (old and 1 or 0)
  return old
end

-- The names of a month that few contacts gave: too many fields to read whole, and nothing reads them after a write.
local function is_large(key) return string.find(key, '^crm_index_named_') ~= nil end

local reading = {
  HGET = function(key, name)
    if is_large(key) then return real.call('HGET', key, name) end
    return hash(key).values[name] or false
  end,
  HMGET = function(key, ...)
    local values = {}
    for i, name in ipairs({ ... }) do values[i] = hash(key).values[name] or false end
    return values
  end,
  HGETALL = function(key)
    local flat, it = {}, hash(key)
    for _, name in ipairs(it.names) do
      flat[#flat + 1] = name
      flat[#flat + 1] = it.values[name]
    end
    return flat
  end,
  HEXISTS = function(key, name) return hash(key).values[name] and 1 or 0 end,
  MGET = function(...)
    local values = {}
    for i, key in ipairs({ ... }) do values[i] = text(key) end
    return values
  end,
  ZSCORE = score,
  ZCARD = size,
  SCARD = function(key) return real.call('SCARD', key) + (grown[key] or 0) end,
}
-- These are asked about what is not written before, or whose answer the writes do not change.
for _, name in ipairs({ 'GET', 'EXISTS', 'TYPE', 'TTL', 'PTTL', 'SISMEMBER', 'SMISMEMBER', 'SMEMBERS',
  'ZINTERCARD', 'ZMSCORE', 'ZRANGE', 'ZCOUNT', 'HLEN', 'STRLEN', 'TIME' }) do
  reading[name] = function(...) return real.call(name, ...) end
end

local writing = {
  SET = function(key, value)
    strings[key] = value
    return { ok = 'OK' }
  end,
  DEL = function(...)
    local gone = 0
    for _, key in ipairs({ ... }) do
      gone = gone + real.call('EXISTS', key)
      strings[key] = false
      hashes[key] = { names = {}, values = {}, before = {} }
    end
    return gone
  end,
  HSET = function(key, ...)
    local pairs_, added = { ... }, 0
    if is_large(key) then return #pairs_ / 2 end
    for i = 1, #pairs_, 2 do
      if set_field(key, pairs_[i], pairs_[i + 1]) then added = added + 1 end
    end
    return added
  end,
  HDEL = function(key, ...)
    local gone = 0
    if is_large(key) then return gone end
    for _, name in ipairs({ ... }) do
      if not set_field(key, name, nil) then gone = gone + 1 end
    end
    return gone
  end,
  HINCRBY = function(key, name, delta)
    local value = string.format('%.0f', tonumber(hash(key).values[name] or '0') + delta)
    set_field(key, name, value)
    return tonumber(value)
  end,
  ZADD = function(key, ...)
    local list, added, i = { ... }, 0, 1
    local options = {}
    while string.match(list[i], '^%u%u$') do
      options[list[i]] = true
      i = i + 1
    end
    while i < #list do
      local old, value = score(key, list[i + 1]), list[i]
      local passes = not (options.NX and old) and not (options.XX and not old)
        and not (old and options.GT and tonumber(value) <= tonumber(old))
        and not (old and options.LT and tonumber(value) >= tonumber(old))
      if passes and not set_score(key, list[i + 1], value) then added = added + 1 end
      i = i + 2
    end
    return added
  end,
  ZREM = function(key, ...)
    local gone = 0
    for _, member in ipairs({ ... }) do
      if set_score(key, member, false) then gone = gone + 1 end
    end
    return gone
  end,
  ZINCRBY = function(key, delta, member)
    local value = string.format('%.17g', tonumber(score(key, member) or '0') + delta)
    set_score(key, member, value)
    return value
  end,
  ZREMRANGEBYRANK = function(key, first, last)
    local gone = math.max(0, math.min(size(key) - 1, tonumber(last)) - tonumber(first) + 1)
    sizes[key] = size(key) - gone
    return gone
  end,
  SADD = function(key, ...)
    local added = 0
    for _, member in ipairs({ ... }) do added = added + 1 - real.call('SISMEMBER', key, member) end
    grown[key] = (grown[key] or 0) + added
    return added
  end,
  SREM = function(key, ...)
    local gone = 0
    for _, member in ipairs({ ... }) do gone = gone + real.call('SISMEMBER', key, member) end
    grown[key] = (grown[key] or 0) - gone
    return gone
  end,
  -- Any member: which one, only Redis knows.
  SPOP = function(key)
    grown[key] = (grown[key] or 0) - 1
    return real.call('SRANDMEMBER', key)
  end,
  EXPIRE = function() return 1 end,
  PUBLISH = function(channel) return real.call('PUBSUB', 'NUMSUB', channel)[2] end,
}
writing.UNLINK = writing.DEL

local function call(name, ...)
  local list = words(...)
  local command = string.upper(name)
  if reading[command] then return reading[command](unpack(list)) end
  if not writing[command] then error({ err = 'EXPLAIN the command ' .. command .. ' is not known' }) end
  writes[#writes + 1] = { command, unpack(list) }
  return writing[command](unpack(list))
end

local redis = setmetatable({ call = call, pcall = call }, { __index = real })
local function apply()
-- APPLY
end

return { apply(), writes, before }
