#!lua
-- Lists bookings in progress that are due to be given up: those whose customer has been silent for long enough, or
-- whose browser said that it may be leaving (apply.lua, `hold`). Takes out what is not in progress, so that nothing
-- that cannot be given up stays in the way of the others.
--
-- ARGV  1 'silent' | 'leaving'   2 silent: last steps before this moment are due; leaving: what is due until then, both
--       in epoch milliseconds   3 max bookings   4 how many due ones to skip, the earliest   5 id of this receiver
--
-- Reply: how many other receivers have events on disk · how many entries remain in the list, of those that were checked
--        · a list, each of contact id, time of the last step, what it was about, when the browser said that it may be
--        leaving, how many timeline entries there were from then on, customer id, email. The times are numbers, and one
--        of the last two is there.
-- Errors: those of Redis, before the first write.

local call, try = redis.call, redis.pcall
local is_leaving, limit = ARGV[1] == 'leaving', ARGV[2]
local list = is_leaving and 'crm_index_bookings_leaving' or 'crm_index_bookings_open'
local now = call('TIME')[1] * 1000
local backlogs = call('ZRANGE', 'crm_index_backlogs', now, '+inf', 'BYSCORE')
local others = 0
for _, receiver in ipairs(backlogs) do
  if receiver ~= ARGV[5] then others = others + 1 end
end
call('ZINTERCARD', '3', 'crm_index_nothing', 'crm_index_bookings_open', 'crm_index_bookings_leaving')

local found, remaining = {}, 0
local last = is_leaving and limit or '(' .. limit
for _, id in ipairs(call('ZRANGE', list, '-inf', last, 'BYSCORE', 'LIMIT', ARGV[4], ARGV[3])) do
  local funnel = 'crm_index_funnel_' .. id
  -- A key that was damaged by hand reads as nothing.
  local is = try('HMGET', funnel, 'step_at', 'step', 'leaving_at', 'booking', 'leaving_count')
  local who = try('HMGET', 'crm_contact_' .. id, 'customer_id', 'email')
  local step_at, left = tonumber(is[1] or ''), tonumber(is[3] or '')
  local is_open = step_at and (who[1] or who[2])
    and try('SISMEMBER', 'crm_index_bookings_' .. id, is[4] or '') == 0
  local is_left = left and try('ZCOUNT', 'crm_activity_' .. id, is[3], '+inf') == tonumber(is[5] or '')
  if not is_open then
    call('ZREM', 'crm_index_bookings_open', id)
    call('ZREM', 'crm_index_bookings_leaving', id)
    if not is.err then call('HDEL', funnel, 'step_at', 'step', 'leaving_at', 'leaving_count') end
  elseif is_leaving and not is_left then
    -- The customer has done something since.
    call('ZREM', list, id)
    call('HDEL', funnel, 'leaving_at', 'leaving_count')
  elseif not is_leaving and step_at >= tonumber(limit) then
    -- The list had a time that is not the one of the last step.
    call('ZADD', list, is[1], id)
  else
    remaining = remaining + 1
    found[#found + 1] = is_leaving and { id, is[1], is[2], is[3], is[5], who[1], who[2] }
      or { id, is[1], is[2], false, false, who[1], who[2] }
  end
end
return { others, remaining, found }
