-- Every case of spec/golden/op run by psql, forwards and backwards: a database that went up
-- and down is as it was. (Laws 1 and 4.)
local cases = require "spec.support.cases"
local db = require "spec.support.db"

describe("operations on a server", function()
  local before, model, d

  setup(function()
    model = db.create()
    model:load(cases.directory .. "fixture.sql")
    before = model:dump()
  end)

  -- A database as the fixture leaves it; one that a case left so is used again.
  local function fresh()
    if d then d:drop() end
    d = db.create(model.name)
  end

  for _, case in ipairs(cases.all()) do
    if case.mode ~= "text" then
      it(("run: %s: %s"):format(case.file, case.title), function()
        if not d then fresh() end
        local ops = assert(cases.load(case.call))
        local clean = false
        finally(function() if not clean then fresh() end end)
        d:exec(assert(ops:script(150000)))
        local back = ops:reverse()
        if back and case.mode ~= "up" and #back:names() > 0 then
          d:exec(assert(back:script(150000)))
          assert.equal(before, d:dump())
          clean = true
        end
      end)
    end
  end
end)
