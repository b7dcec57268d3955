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
    local p = project.new { db = false, files = { ["migrations/1.lua"] = project.revision { "001_a" } } }
    for rule, hint in pairs { ["no-such-rule"] = "docs/lint.md lists the rules",
      ["require-table-shema"] = "did you mean 'require-table-schema'?" } do
      p:write("moonshift.lua", ("return { lint = { require = { %q } } }"):format(rule))
      assert.equal(("error: lint: there is no rule '%s'\n  at moonshift.lua\n  hint: %s\n"):format(rule, hint),
        p:fails(1, "lint").err)
    end
  end)
end)
