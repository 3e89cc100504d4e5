#!lua
-- Tells of bookings whose browser said that it may be leaving (apply.lua, `hold`), once they are due. Takes out those
-- that went on or are over: whose customer did something later, who have no booking in progress, or whose booking
-- counts as made.
--
-- ARGV  1 now, epoch milliseconds   2 most bookings in one go
--
-- Reply: a list, each of contact id, time of the last step, what that was about, when the browser said it, customer id,
--        email. None of these is damaged: the times are numbers, and one of the last two is there.

local call, try, leaving = redis.call, redis.pcall, 'crm_index_bookings_leaving'
local found = {}
for _, id in ipairs(call('ZRANGE', leaving, '-inf', ARGV[1], 'BYSCORE', 'LIMIT', '0', ARGV[2])) do
  local funnel = 'crm_index_funnel_' .. id
  -- A key that was damaged by hand reads as nothing.
  local is = try('HMGET', funnel, 'step_at', 'step', 'leaving_at', 'booking')
  local who = try('HMGET', 'crm_contact_' .. id, 'customer_id', 'email')
  local active = tonumber(call('ZSCORE', 'crm_index_contacts_recent', id) or 0)
  local left = tonumber(is[3] or '')
  if left and tonumber(is[1] or '') and active <= left and (who[1] or who[2])
    and try('SISMEMBER', 'crm_index_bookings_' .. id, is[4] or '') == 0 then
    found[#found + 1] = { id, is[1], is[2], is[3], who[1], who[2] }
  else
    call('ZREM', leaving, id)
    if not is.err then call('HDEL', funnel, 'leaving_at') end
  end
end
return found
