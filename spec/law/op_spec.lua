-- What holds for every operation: what is rendered reads back as the same, what is undone
-- twice is the same again. (Laws 3 and 6.)
local cases = require "spec.support.cases"

describe("every operation", function()
  for _, case in ipairs(cases.all()) do
    local name = ("%s: %s"):format(case.file, case.title)

    it("reads back as it was rendered: " .. name, function()
      local ops = assert(cases.load(case.call))
      local text = ops:render("op.")
      local again, err = cases.load(text)
      assert(again, (err and err.message or "") .. "\n" .. text)
      assert.is_true(again:equals(ops), text)
    end)

    it("is undone twice to itself, or says why not: " .. name, function()
      local ops = assert(cases.load(case.call))
      local back, reason = ops:reverse()
      if not back then
        assert.matches("^op%.[%a_]+ has no inverse: .", reason.message)
      elseif #back:names() > 0 then -- else it leaves nothing to undo
        local again = assert(back:reverse())
        assert.is_true(again:equals(ops))
      end
    end)
  end
end)
