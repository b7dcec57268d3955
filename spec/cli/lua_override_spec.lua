-- MOONSHIFT_LUA: a directory whose files go before the program's own Lua.
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"

local function list_templates(files)
  local dir = shell.directory()
  for name, text in pairs(files) do
    shell.write(dir .. "/" .. name, text)
  end
  return cli.run { "list-templates", env = { MOONSHIFT_LUA = dir } }
end

describe("MOONSHIFT_LUA", function()
  it("goes before what is embedded, file by file", function()
    local own = list_templates {
      ["template.lua"] = 'return { list = function() return { { name = "mine", synopsis = "all my own" } } end }',
    }
    assert.equal(0, own.status)
    assert.matches("mine", own.out)
    assert.matches("all my own", own.out)
    assert.not_matches("\ndocker ", own.out)

    local other = list_templates { ["unrelated.lua"] = "return {}" }
    assert.equal(0, other.status)
    assert.matches("\ndocker ", other.out)
  end)

  it("names the file and the line of what is wrong", function()
    local broken = list_templates { ["template.lua"] = "return {\n  list = \n}" }
    assert.equal(1, broken.status)
    assert.matches("unexpected symbol near '}'", broken.err)
    assert.matches("at lua/template.lua:3", broken.err)

    local failing = list_templates { ["template.lua"] = "return { list = function()\n  return nil + 1\nend }" }
    assert.equal(1, failing.status)
    assert.matches("attempt to perform arithmetic on a nil value", failing.err)
    assert.matches("at lua/template.lua:2", failing.err)

    local empty = list_templates { ["template.lua"] = "return {}" }
    assert.equal(1, empty.status)
    assert.matches("lua/template.lua has no function list", empty.err)
  end)
end)
