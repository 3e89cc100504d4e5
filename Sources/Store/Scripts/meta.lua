#!lua
-- Gives the database an id, where it has none.
--
-- KEYS  1 crm_meta
-- ARGV  1 the id that it gets   2 version of the layout of keys
-- Reply: the database's id, and the version that is noted in it

redis.call('HSETNX', KEYS[1], 'database', ARGV[1])
redis.call('HSETNX', KEYS[1], 'schema', ARGV[2])
return redis.call('HMGET', KEYS[1], 'database', 'schema')
