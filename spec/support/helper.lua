-- What every spec file runs with: strict globals, and things made for a file that are
-- removed when the file is done (see support/cleanup.lua).
local busted = require "busted"
local cleanup = require "spec.support.cleanup"

assert(_VERSION == "Lua 5.4", "the specs need Lua 5.4, this is " .. _VERSION)

busted.subscribe({ "file", "end" }, function()
  cleanup.run()
  return nil, true
end)

-- A file without a single test is a mistake.
local tests = 0
busted.subscribe({ "test", "start" }, function()
  tests = tests + 1
  return nil, true
end)
busted.subscribe({ "suite", "end" }, function()
  if tests == 0 then
    io.stderr:write("no test in this file\n")
    os.exit(1)
  end
  return nil, true
end)
