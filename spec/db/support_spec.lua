-- The support modules that other specs trust.
local cli = require "spec.support.cli"
local db = require "spec.support.db"

describe("a database of its own", function()
  local d = db.create()

  it("answers with text, NULL being nil", function()
    assert.same({ { "1", nil, "x|y\nz" }, { "2", "", "b" } },
      d:query("values (1, null, E'x|y\\nz'), (2, '', 'b')"))
    assert.equal("7", d:scalar("select 7"))
    assert.same({}, d:query("select 1 where false"))
  end)

  it("is dumped the same each time", function()
    d:exec("create table moonshift_version (version_num text primary key); create table t (a int)")
    local text = d:dump()
    assert.equal(text, d:dump())
    assert.matches(db.old_tools() and "relation t:" or "CREATE TABLE public.t", text, 1, true)
    assert.not_matches("moonshift_version", text, 1, true)
    assert.matches("moonshift_version", d:dump { bookkeeping = true }, 1, true)
  end)

  it("says what SQL went wrong", function()
    assert.has_error(function() d:query("select nonsense") end)
  end)
end)

describe("the program", function()
  it("runs in an environment of its own", function()
    local r = cli.run { shell = "env", env = { GIVEN = "a b'c" } }
    assert.equal(0, r.status)
    assert.matches("GIVEN=a b'c\n", r.out, 1, true)
    assert.not_matches("PGHOST", r.out)
    assert.not_matches("LD_PRELOAD", r.out)
  end)

  it("gives its status, its output and what it says on the side", function()
    local r = cli.run { shell = "cat; echo side >&2; exit 5", input = "in\n" }
    assert.same({ 5, "in\n", "side\n" }, { r.status, r.out, r.err })
  end)

  it("can be started, watched and stopped", function()
    local h = cli.start { program = "/bin/sleep", "60" }
    h:kill("TERM")
    assert.equal(143, h:wait().status)
    h = cli.start { shell = "exec sleep 60" }
    h:kill("INT")
    assert.equal(130, h:wait().status)
  end)

  it("fails the spec when a sanitizer speaks", function()
    assert.has_error(function()
      cli.run { shell = "echo '==1==ERROR: AddressSanitizer: heap-use-after-free' >&2" }
    end)
  end)
end)
