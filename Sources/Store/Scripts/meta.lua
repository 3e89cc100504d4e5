#!lua
-- Gives the database an id, where it has none, and notes which lead statuses this version has.
--
-- KEYS  1 crm_meta
-- ARGV  1 the id that it gets   2 version of the layout of keys   3 the statuses, as JSON
-- Reply: the database's id, and the version that is noted in it

redis.call('HSETNX', KEYS[1], 'database', ARGV[1])
redis.call('HSETNX', KEYS[1], 'schema', ARGV[2])
redis.call('HSET', KEYS[1], 'statuses', ARGV[3])
return redis.call('HMGET', KEYS[1], 'database', 'schema')
