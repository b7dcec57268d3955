-- moonshift test: up, down, up in a scratch database.
local project = require "spec.support.project"

local function made(second)
  second[1], second.down = "002_b", "001_a"
  return project.new { files = {
    ["migrations/1.lua"] = project.revision { "001_a",
      up = 'op.create_table("a", { { "id", "int", primary_key = true } })',
      down_body = 'op.drop_table("a")' },
    ["migrations/2.lua"] = project.revision(second),
  } }
end

local function scratch_databases(p)
  return p.db:scalar [[select count(*) from pg_database where datname ~ '^moonshift_scratch_[0-9]+_[0-9]{1,7}_']]
end

describe("test", function()
  it("passes what is undone and done again", function()
    local p = made { up = 'op.add_column("a", { "n", "int", index = true })',
      down_body = 'op.drop_column("a", "n")' }
    local r = p:ok("test")
    assert.equal("ok    001_a\nok    002_b\n", r.out)
    assert.equal("0", p.db:scalar "select count(*) from pg_tables where schemaname = 'public'")
    assert.equal("0", scratch_databases(p))
  end)

  it("does not count its own tables, that of unfinished work among them", function()
    local p = made { head = "transactional = false", up = 'op.add_column("a", { "n", "int" })',
      down_body = 'op.drop_column("a", "n")' }
    assert.equal("ok    001_a\nok    002_b\n", p:ok("test").out)
  end)

  it("lets a validated constraint stay validated, and no other difference pass with it", function()
    local function validated(more)
      return project.new { files = {
        ["migrations/1.lua"] = project.revision { "001_a", down_body = 'op.drop_table("a")', up = [[
          op.create_table("a", { { "n", "int" } })
          op.create_check_constraint("ck", "a", "n > 0", { not_valid = true })]] },
        ["migrations/2.lua"] = project.revision { "002_b", down = "001_a",
          up = 'op.validate_constraint("ck", "a")' .. more },
      } }
    end
    assert.equal("ok    001_a\nok    002_b\n", validated(""):ok("test").out)
    assert.matches("changed column 'a.n'", validated(' op.alter_column("a", "n", { default = 1 })'):fails(4, "test").out)
  end)

  it("takes any name of a revision", function()
    local p = made { up = 'op.add_column("a", { "n", "int" })', down_body = 'op.drop_column("a", "n")' }
    assert.equal("ok    002_b\n", p:ok("test", "head").out)
    assert.equal("ok    001_a\n", p:ok("test", "head-1").out)
    assert.matches("Can't locate revision", p:fails(6, "test", "nope").err)
  end)

  it("names what a downgrade leaves behind", function()
    local p = made { up = 'op.execute "create table if not exists left_over (n int)"' }
    local r = p:fails(4, "test")
    assert.truthy(r.out:find("FAIL  002_b\n      downgrade leaves: added table 'left_over'", 1, true), r.out)
  end)

  it("says which way failed, and drops its database all the same", function()
    local p = made { up = 'op.execute "create table t (n int)"',
      down_body = 'op.execute "drop table missing"' }
    local r = p:fails(1, "test")
    assert.truthy(r.out:find("FAIL  002_b\n      the downgrade failed", 1, true), r.out)
    assert.truthy(r.err:find("migrations/2.lua", 1, true))
    assert.equal("0", scratch_databases(p))
  end)

  it("takes irreversible = \"why\" for an answer, and tests only what is named", function()
    local p = made { head = 'irreversible = "rows are merged"', up = 'op.execute "create table t (n int)"' }
    local r = p:ok("test", "002_b")
    assert.equal("up    002_b\n      no way down: rows are merged\n", r.out)
    p:fails(6, "test", "nothing_like_it")
  end)
end)

describe("hooks", function()
  it("run around a run that has something to do", function()
    local p = made { up = 'op.execute "create table t (n int)"', down_body = 'op.execute "drop table t"' }
    p:write("moonshift.lua", [[return { hooks = {
      before_run = { "echo before >>hooks", "echo again >>hooks" },
      after_run = "echo after >>hooks", on_error = "echo >>hooks error:" } }]])
    p:ok("upgrade")
    assert.equal("before\nagain\nafter\n", p:read "hooks")
    p:ok("upgrade")
    p:ok("upgrade", "--sql")
    assert.equal("before\nagain\nafter\n", p:read "hooks")
    p.db:exec "drop table t"
    p:fails(1, "downgrade", "-1")
    assert.equal("before\nagain\nafter\nbefore\nagain\nerror: table \"t\" does not exist\n", p:read "hooks")
  end)

  it("that fail before a run stop it", function()
    local p = made { up = "" }
    p:write("moonshift.lua", 'return { hooks = { before_run = "exit 3" } }')
    local r = p:fails(1, "upgrade")
    assert.truthy(r.err:find("hooks.before_run", 1, true), r.err)
    assert.falsy(p.db:scalar "select to_regclass('a')")
  end)
end)
