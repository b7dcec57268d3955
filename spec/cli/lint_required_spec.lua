-- Rules of lint that are silent unless the configuration asks for them.
local json = require "dkjson"
local project = require "spec.support.project"

local function found(config, body)
  local p = project.new { db = false, config = config, files = { ["migrations/1.lua"] = project.revision { "001_a",
    up = body, down_body = 'op.execute "select 1"' } } }
  local rules = {}
  for _, finding in ipairs(json.decode(p:run("lint", "--format", "json").out)) do
    if finding.rule == "require-table-schema" then rules[#rules + 1] = finding.message end
  end
  return rules
end

local ASKED = 'return { lint = { require = { "require-table-schema" } } }\n'

describe("require-table-schema", function()
  for _, body in ipairs {
    'op.create_table("t", { { "id", "bigint", primary_key = true } })',
    'op.execute "create table t (n bigint)"',
    'op.execute "update t set n = 1 where n = 2"',
    'op.add_column("t", { "n", "bigint" })',
  } do
    it("finds " .. body, function()
      assert.same({ "no schema is given for t" }, found(ASKED, body))
      assert.same({}, found("return {}\n", body))
      assert.same({}, found(ASKED, 'lint.allow("require-table-schema", "why")\n  ' .. body))
    end)
  end

  for _, body in ipairs {
    'op.create_table("t", { { "id", "bigint", primary_key = true }, schema = "app" })',
    'op.execute "create table app.t (n bigint)"',
    'op.add_column("t", { "n", "bigint" }, { schema = "app" })',
    'op.execute "select 1"',
  } do
    it("lets pass " .. body, function() assert.same({}, found(ASKED, body)) end)
  end

  it("must be a rule that exists", function()
    local p = project.new { db = false, config = 'return { lint = { require = { "no-such-rule" } } }\n',
      files = { ["migrations/1.lua"] = project.revision { "001_a" } } }
    assert.truthy(p:fails(1, "lint").err:find("lint: there is no rule 'no-such-rule'", 1, true))
  end)
end)
