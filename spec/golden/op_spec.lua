-- Every operation with its options: call, SQL, inverse. MOONSHIFT_GOLDEN=write puts today's
-- answers into spec/golden/op/*.txt; look at the difference before committing.
local cases = require "spec.support.cases"
local rows = require("moonshift_core").plan.rows()

if cases.write then
  for _, name in ipairs(cases.files()) do
    local list = cases.read(name)
    for _, case in ipairs(list) do
      case.sql, case.back = cases.expected(assert(cases.load(case.call)), case.version)
    end
    cases.save(name, list)
  end
end

describe("operations", function()
  local all = cases.all()

  for _, case in ipairs(all) do
    it(("of %s: %s"):format(case.file, case.title), function()
      local sql, back = cases.expected(assert(cases.load(case.call)), case.version)
      assert.equal(case.sql, sql)
      assert.equal(case.back, back)
    end)
  end

  it("have a case each, and each of their options", function()
    local shown = {}
    for _, case in ipairs(all) do
      shown[case.op] = (shown[case.op] or "") .. case.call .. "\n"
    end
    local missing = {}
    for _, row in ipairs(rows.ops) do
      local calls = shown[row.name]
      if not calls then missing[#missing + 1] = row.name end
      for _, field in ipairs(row.fields) do
        if calls and field.place:find("option%f[%A]") and not calls:find("%f[%a_]" .. field.key .. " =") then
          missing[#missing + 1] = row.name .. "." .. field.key
        end
      end
    end
    table.sort(missing)
    assert.equal("", table.concat(missing, " "))
  end)
end)
