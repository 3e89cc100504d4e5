-- Publishes a task with its contact, for the subscribers of the channel: {"task":{…},"contact":{…}}.
--
-- Takes:    a channel, the key of the task, the key of its contact.
-- Returns:  how many subscribers received it; 0 where this user of Redis may not publish, which must not stop a script
--           in the middle.
-- May fail: where one of the keys is no hash; both are hashes wherever it is called.

local function announce(channel, task, contact)
  local function object(key)
    local flat, out = redis.call('HGETALL', key), {}
    for i = 1, #flat, 2 do out[#out + 1] = cjson.encode(flat[i]) .. ':' .. cjson.encode(flat[i + 1]) end
    return '{' .. table.concat(out, ',') .. '}'
  end
  local message = '{"task":' .. object(task) .. ',"contact":' .. object(contact) .. '}'
  local heard = redis.pcall('PUBLISH', channel, message)
  return type(heard) == 'number' and heard or 0
end
