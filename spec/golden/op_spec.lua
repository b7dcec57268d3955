-- Every operation with its options: call, SQL, inverse. MOONSHIFT_GOLDEN=write puts today's
-- answers into spec/golden/op/*.txt; look at the difference before committing.
local cases = require "spec.support.cases"
local shapes = require "spec.support.shapes"

if cases.write then
  for _, name in ipairs(cases.files()) do
    local list = cases.read(name)
    for _, case in ipairs(list) do
      case.sql, case.back = cases.expected(assert(cases.load(case.call)))
    end
    cases.save(name, list)
  end
end

describe("operations", function()
  local all = cases.all()

  for _, case in ipairs(all) do
    it(("of %s: %s"):format(case.file, case.title), function()
      local sql, back = cases.expected(assert(cases.load(case.call)))
      assert.equal(case.sql, sql)
      assert.equal(case.back, back)
    end)
  end

  it("have a case each, and each of their options", function()
    local shown = {}
    for _, case in ipairs(all) do
      local name = case.call:match("^op%.([%a_]+)")
      shown[name] = (shown[name] or "") .. case.call .. "\n"
    end
    local missing = {}
    for name, fields in pairs(shapes.ops) do
      if not shown[name] then missing[#missing + 1] = name end
      for _, field in ipairs(fields) do
        local optional = field.place:find("^OPT") or field.place == "MUST"
        if optional and shown[name] and not shown[name]:find("%f[%a_]" .. field.key .. " =") then
          missing[#missing + 1] = name .. "." .. field.key
        end
      end
    end
    table.sort(missing)
    assert.equal("", table.concat(missing, " "))
  end)
end)
