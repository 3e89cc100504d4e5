-- Takes one task out of the lists of open ones, and closes it.
--
-- Takes:    its id and priority; then, unless it is closed already, its new status, when (ISO 8601 and milliseconds),
--           the reason, and who decided (nil = an event).
-- May fail: where a key has another type, which each caller finds out before its first write.

local function close_task(id, priority, status, iso, now, reason, who)
  redis.call('ZREM', 'crm_index_tasks_open', id)
  redis.call('ZREM', 'crm_index_tasks_open_' .. priority, id)
  redis.call('ZREM', 'crm_index_tasks_unheard', id)
  if not status then return end
  local key = 'crm_task_' .. id
  redis.call('HSET', key, 'status', status, 'closed_at', iso, 'closed_reason', reason)
  if who then redis.call('HSET', key, 'closed_by', who) end
  redis.call('ZADD', 'crm_index_tasks_' .. status, now, id)
end
