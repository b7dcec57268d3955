-- docs/ops.md says what the program takes. MOONSHIFT_GOLDEN=write makes the file anew.
local core = require "moonshift_core"
local reference = require "spec.support.reference"
local shell = require "spec.support.shell"

local path = shell.source .. "/docs/ops.md"

describe("docs/ops.md", function()
  it("is current", function()
    local text = reference.text()
    if os.getenv "MOONSHIFT_GOLDEN" == "write" then
      shell.write(path, text)
      return
    end
    assert.is_true(shell.exists(path) and shell.read(path) == text,
      "docs/ops.md is not what the rows say: MOONSHIFT_GOLDEN=write scripts/test -R golden/reference")
  end)

  it("has an example of every operation", function()
    local text = reference.text()
    for _, op in ipairs(core.plan.rows().ops) do
      local part = text:match("\n### " .. op.name .. "\n(.-)\n##")
      assert(part, op.name)
      assert(part:find("```lua\nop." .. op.name .. "(", 1, true), op.name)
      local _, examples = part:gsub("```lua", "")
      assert.equal(2, examples, op.name .. " has no case in spec/golden/op")
    end
  end)
end)

describe("the annotations for editors", function()
  local text = core.plan.annotations()

  -- The file is Lua, whatever stands in its comments.
  it("are Lua, every line a comment, a function or a table", function()
    assert(load(text, "annotations", "t", setmetatable({}, { __index = function() return {} end })))
    for line in text:gmatch "[^\n]+" do
      assert(line:find "^%-%-" or line:find "^function [%a_.]+%([%a_., ]*%) end$"
        or line:find "^[%a_]+ = nil$" or line:find "^[%a]+ = {}$", line)
    end
  end)

  it("name every operation, its arguments and its options", function()
    for _, op in ipairs(core.plan.rows().ops) do
      assert(text:find("\nfunction op." .. op.name .. "(", 1, true), op.name)
      for _, field in ipairs(op.fields) do
        if field.place:find "option$" then
          local class = text:match("%-%-%-@class moonshift%." .. op.name .. "%.options\n(.-)\n\n")
          assert(class and class:find("---@field " .. field.key, 1, true), op.name .. "." .. field.key)
        end
      end
    end
  end)

  -- What the standard library gives needs no telling.
  it("name all that scripts see, and nothing else", function()
    local told, seen, library = {}, {}, {}
    for name in pairs(_G) do library[name] = true end
    for name in text:gmatch "\nfunction ([%w_.]+)%(" do told[name] = true end
    for name in text:gmatch "\n([%a_]+) = [n{]" do told[name] = true end
    for object in pairs { op = 1, db = 1, model = 1 } do
      assert(text:find("---@class moonshift." .. object .. "\n---@field NULL moonshift.null\n", 1, true))
      told[object .. ".NULL"] = true
    end
    for field in text:match("%-%-%-@class moonshift%.ctx\n(.-)ctx = {}"):gmatch "%-%-%-@field (%S+)" do
      told["ctx." .. field] = true
    end
    for _, kind in ipairs { "migration", "model" } do
      for name in core.words(kind):gmatch "[^\n]+" do
        local first = name:match "^[^.]+"
        if not library[first] or first == "print" then seen[name] = true end
      end
    end
    seen["model.function"] = nil -- cannot be written so: model.func
    for name in pairs(seen) do assert(told[name] or name == "ctx", name .. " is not told") end
    for _, name in ipairs { "message", "revision", "down_revision", "branch_labels", "depends_on", "transactional",
      "settings", "irreversible", "upgrade", "downgrade", "change", "verify", "ctx" } do
      assert(told[name], name .. " is not told")
      seen[name] = true
    end
    for name in pairs(told) do assert(seen[name], name .. " is told and is not there") end
  end)

  it("use no type that they do not declare", function()
    local declared = {}
    for name in text:gmatch "%-%-%-@class ([%w_.]+)" do declared[name] = true end
    for name in text:gmatch "%-%-%-@alias ([%w_.]+)" do declared[name] = true end
    for line in text:gmatch "%-%-%-@[pf][^\n]+" do
      local types = line:match "^%-%-%-@%a+ %S+ (.-) " or line
      for name in types:gmatch "moonshift%.[%w_.]+" do
        assert(declared[name], name)
      end
    end
  end)
end)
