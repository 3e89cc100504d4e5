-- Part of the scripts that remove by age: how much of a kind (`contacts`, `tasks`) may go in one hour of Redis' clock,
-- by all receivers together. `crm_index_retention` remembers it over restarts.

-- Returns how many are left of `max` in this hour. Fails where the key holds another type; it only reads.
local function quota_left(kind, max)
  local hour = string.format('%.0f', math.floor(redis.call('TIME')[1] / 3600))
  local is = redis.call('HMGET', 'crm_index_retention', kind .. '_hour', kind .. '_gone')
  return is[1] == hour and max - (tonumber(is[2]) or 0) or max, hour
end

-- Counts `count` of them as gone in the hour that quota_left gave.
local function quota_spend(kind, hour, count)
  if redis.call('HGET', 'crm_index_retention', kind .. '_hour') == hour then
    redis.call('HINCRBY', 'crm_index_retention', kind .. '_gone', count)
  else
    redis.call('HSET', 'crm_index_retention', kind .. '_hour', hour, kind .. '_gone', count)
  end
end
