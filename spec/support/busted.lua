-- Runs one spec file: lua5.4 spec/support/busted.lua spec/unit/graph_spec.lua
-- Not through `busted`, which on Debian starts under whatever `lua` is.
local source = os.getenv("MOONSHIFT_SOURCE") or "."
local build = os.getenv("MOONSHIFT_BUILD") or "build-test"
package.path = source .. "/?.lua;" .. package.path
package.cpath = build .. "/?.so;" .. package.cpath

local file = arg[1]
arg = { -- luacheck: ignore
  [0] = arg[0],
  "--helper=spec/support/helper.lua", file,
  table.unpack(arg, 2),
}
require "busted.runner" { standalone = false }
