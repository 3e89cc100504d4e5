#!lua flags=no-writes
-- All the names under which the contacts are known that a customer's id and email lead to.
--
-- KEYS  1 crm_index_customer_<customer id>   2 crm_contact_email_<email>
-- Reply: an array of `id`, an id, `email`, an email, and so on.

local call = redis.call
local names = {}
for _, contact in ipairs({ call('GET', KEYS[1]) or '', call('GET', KEYS[2]) or '' }) do
  if contact ~= '' then
    local known = call('HMGET', 'crm_contact_' .. contact, 'customer_id', 'email')
    local ids = call('SMEMBERS', 'crm_index_customers_' .. contact)
    ids[#ids + 1] = known[1] or nil
    for _, id in ipairs(ids) do
      names[#names + 1] = 'id'
      names[#names + 1] = id
    end
    if known[2] then
      names[#names + 1] = 'email'
      names[#names + 1] = known[2]
    end
  end
end
return names
