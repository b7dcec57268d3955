-- The layers of src/: an include points down only, and each foreign library has one home.
local shell = require "spec.support.shell"

local order = { base = 1, model = 2, plan = 3, pg = 4, script = 4, app = 5, module = 6 }

local function each_include(visit)
  for _, path in ipairs(shell.files(shell.source .. "/src")) do
    if path:find("%.[ch]$") then
      -- The parts of the specs' Lua module look at every layer; main.c is the program's top.
      local layer = path:find("^script/module") and "module" or path:match("^(%w+)/") or "app"
      local number = 0
      for line in (shell.read(shell.source .. "/src/" .. path) .. "\n"):gmatch("(.-)\n") do
        number = number + 1
        local header = line:match('^%s*#%s*include%s*[<"]([^>"]+)[>"]')
        if header then visit(layer, header, ("src/%s:%d"):format(path, number)) end
      end
    end
  end
end

describe("an include", function()
  it("points to the same layer or down, and pg and script do not know each other", function()
    local seen = 0
    each_include(function(layer, header, place)
      -- The parts of moonshift_core are for the specs: they show any layer to Lua.
      if place:find("^src/script/module_") then return end
      local target = order[header:match("^(%w+)/") or ""] and header:match("^(%w+)/")
      if not target then return end
      seen = seen + 1
      assert(layer == target or order[target] < order[layer],
        ("%s: %s includes %s"):format(place, layer, header))
    end)
    assert(seen > 0)
  end)

  it("of a foreign library stands in the layer that owns it", function()
    local owners = {
      ["^libpq"] = "pg", ["^lua%.h$"] = "script", ["^lauxlib%.h$"] = "script",
      ["^lualib%.h$"] = "script", ["^lfs%.h$"] = "script", ["^pg_query"] = "plan",
    }
    each_include(function(layer, header, place)
      for pattern, owner in pairs(owners) do
        assert(not header:find(pattern) or layer == owner or layer == "module",
          ("%s: %s is for %s alone"):format(place, header, owner))
      end
    end)
  end)
end)
