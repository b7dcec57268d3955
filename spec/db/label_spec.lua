-- Security labels need a provider, which a plain server has not: what is said then.
local project = require "spec.support.project"

describe("op.security_label", function()
  it("reaches the server, which names the provider that is missing, and the line", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a",
      up = [[
op.create_table("t", { { "a", "integer" } })
  op.security_label("column", "a", "secret", { table = "t", provider = "selinux" })]] } } }
    local r = p:fails(1, "upgrade")
    assert.matches('security label provider "selinux" is not loaded', r.err, 1, true)
    assert.matches("at migrations/1.lua:7", r.err, 1, true)
    assert.matches("SQL: SECURITY LABEL FOR selinux ON COLUMN t.a IS 'secret'", r.err, 1, true)
    assert.same({}, p.db:tables())
  end)
end)
