-- Every case of spec/golden/op run by psql, forwards and backwards: a database that went up
-- and down is as it was. (Laws 1 and 4.)
--
-- The cases of a file run in one session, and the dump is compared at its end; when that
-- fails, each runs in a database of its own, so that the failure has a name.
local cases = require "spec.support.cases"
local db = require "spec.support.db"

describe("operations on a server", function()
  local before, model, version

  setup(function()
    model, version = cases.fixture()
    before = model:dump()
  end)

  -- The SQL of a case up and down; no second when nothing leads back.
  local function scripts(case)
    local ops, err = cases.load(case.call)
    assert(ops, err and case.title .. ": " .. err.message)
    local back = case.mode ~= "up" and ops:reverse()
    local up, no = ops:script(version)
    assert(up, no and case.title .. ": " .. no.message)
    local down = back and #back:names() > 0 and assert(back:script(version)) or nil
    return { title = case.title, up = up, down = down }
  end

  local function try(d, case)
    local ok, err = d:try(case.up)
    if not ok then return ("%s: %sin:\n%s"):format(case.title, err, case.up) end
    if not case.down then return end
    ok, err = d:try(case.down)
    if not ok then return ("%s: back: %sin:\n%s"):format(case.title, err, case.down) end
    local after = d:dump()
    if after ~= before then
      return ("%s: another dump after\n%s%s--- it is\n%s"):format(case.title, case.up, case.down, after)
    end
  end

  -- What goes wrong with a case by itself, or nil.
  local function failure(case)
    local d = db.create(model.name)
    local problem = try(d, case)
    d:drop()
    return problem
  end

  -- Text that runs a case among others and leaves nothing: what has no way back is rolled
  -- back. nil: the case is not fit for company.
  local function in_company(case)
    if case.down then return case.up .. case.down end
    for _, word in ipairs { "CONCURRENTLY", "SUBSCRIPTION", "REINDEX", "COMMIT" } do
      if case.up:find(word, 1, true) then return nil end
    end
    return "begin;\n" .. case.up .. "rollback;\n"
  end

  local function check(list)
    local together, text, failures = {}, {}, {}
    for _, case in ipairs(list) do
      case = scripts(case)
      local script = in_company(case)
      if script then
        together[#together + 1] = case
        text[#text + 1] = script
      else
        failures[#failures + 1] = failure(case)
      end
    end
    local d = db.create(model.name)
    local ok, err = d:try(table.concat(text))
    local after = ok and d:dump()
    d:drop()
    if after ~= before then
      local alone = #failures
      for _, case in ipairs(together) do failures[#failures + 1] = failure(case) end
      if #failures == alone then
        failures[#failures + 1] = "only together: " .. (err ~= "" and err or after)
      end
    end
    assert(#failures == 0, table.concat(failures, "\n\n"))
  end

  for _, name in ipairs(cases.files()) do
    it("of " .. name, function() check((cases.runnable(cases.read(name), version))) end)
  end

  it("that only newer servers have", function()
    local _, later = cases.runnable(cases.all(), version)
    if #later > 0 then pending("not on this server: " .. table.concat(later, ", ")) end
  end)
end)
