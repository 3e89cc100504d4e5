-- How .make/lint.sh checks the scripts that Redis runs: Lua 5.1, as far as Redis lets a script see it.
-- What follows `std` in each list is what a script may read; it can set nothing global.
stds.redis = {
  read_globals = {
    "KEYS", "ARGV", "cjson", "cmsgpack", "bit", "struct", "math", "string", "table", "assert", "error", "getmetatable",
    "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawset", "select", "setmetatable", "tonumber",
    "tostring", "type", "unpack", "xpcall", "redis",
  },
}
std = "redis"
-- 542: a branch that holds a comment alone says why nothing is done there.
ignore = { "542" }
-- Tests/TidyTests counts the columns.
max_line_length = false
