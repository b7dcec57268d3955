-- moonshift test: up, down, up in a scratch database.
local json = require "dkjson"

local db = require "spec.support.db"
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

  it("tells of each revision as soon as it knows, and leaves nothing when it is interrupted", function()
    local p = made { up = 'log.warn "the second one"; while true do end', down_body = "" }
    local handle = p:start("test")
    for _ = 1, 600 do
      if handle:peek().err:find("the second one", 1, true) then break end
      os.execute "sleep 0.05"
    end
    assert.equal("ok    001_a\n", handle:peek().out)
    handle:kill "INT"
    local r = handle:wait()
    assert.equal(130, r.status, r.err)
    assert.truthy(r.out:find("^ok    001_a\nFAIL  002_b\n"), r.out)
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

  -- Three revisions, the second one as given, and with those it needs.
  local function three(second, third)
    local p = made(second)
    p:write("migrations/3.lua", project.revision { "003_c", down = "002_b",
      up = third or 'op.add_column("a", { "m", "int" })', down_body = 'op.drop_column("a", "m")' })
    return p
  end

  local function has(text, what) assert.truthy(text:find(what, 1, true), ("no %q in:\n%s"):format(what, text)) end

  it("says what failed on the way down and where, goes on, and drops its databases all the same", function()
    local p = three { up = 'op.execute "create table t (n int)"', down_body = 'op.execute "drop table missing"' }
    local r = p:fails(4, "test")
    has(r.out, 'ok    001_a\nFAIL  002_b\n      the downgrade failed: table "missing" does not exist\n'
      .. "        at migrations/2.lua:10\n        SQL: drop table missing\n        SQLSTATE: 42P01\n")
    has(r.out, "\nok    003_c\n")
    assert.falsy(r.err:find("error:", 1, true), r.err)
    assert.equal("0", scratch_databases(p))
  end)

  it("takes a second way up that fails for a finding, not for a database to be stamped", function()
    local p = three { up = 'op.create_table("t", { { "n", "int" } })' }
    local r = p:fails(4, "test")
    has(r.out, "FAIL  002_b\n      downgrade leaves: added table 't'\n"
      .. '      the second upgrade failed: relation "t" already exists\n        at migrations/2.lua:6\n')
    has(r.out, "        hint: downgrade() leaves what upgrade() makes\nok    003_c\n")
    assert.falsy((r.out .. r.err):find("stamp", 1, true), r.out .. r.err)
    assert.equal("0", scratch_databases(p))
    local found = json.decode(p:fails(4, "test", "--json").out)
    assert.same({ "ok", "FAIL", "ok" }, { found[1].verdict, found[2].verdict, found[3].verdict })
    assert.same({ "second upgrade", 'relation "t" already exists', "migrations/2.lua", 6, "42P07" },
      { found[2].failed, found[2].error.message, found[2].error.file, found[2].error.line, found[2].error.sqlstate })
    assert.equal(json.null, json.decode(p:fails(4, "test", "--json").out, 1, json.null)[1].error)
    assert.equal("FAIL  002_b", p:fails(4, "test", "002_b").out:match "^[^\n]*")
  end)

  it("reports every revision that fails, outside transactions, too", function()
    local p = three({ head = "transactional = false", up = 'op.create_table("t", { { "n", "int" } })' },
      'op.execute "create table u ()" op.add_column("a", { "m", "int" })')
    p:write("migrations/4.lua", project.revision { "004_d", down = "003_c",
      up = 'op.add_column("t", { "o", "int" })', down_body = 'op.drop_column("t", "o")' })
    local words = {}
    for line in p:fails(4, "test").out:gmatch "[^\n]+" do words[#words + 1] = line:match "^%S+%s+%S+$" end
    assert.same({ "ok    001_a", "FAIL  002_b", "FAIL  003_c", "ok    004_d" }, words)
    assert.equal("0", scratch_databases(p))
  end)

  it("does not test what stands on a revision that does not go up, and says so", function()
    local p = three { up = 'op.create_table("a", { { "n", "int" } })' }
    local r = p:fails(4, "test")
    has(r.out, 'ok    001_a\nFAIL  002_b\n      the upgrade failed: relation "a" already exists\n')
    has(r.out, "\nskip  003_c\n      not tested: 002_b does not go up\n")
    assert.falsy((r.out .. r.err):find("stamp", 1, true), r.out .. r.err)
    assert.equal("skip", json.decode(p:fails(4, "test", "--json").out)[3].verdict)
  end)

  it("does not test the rest when a fresh database cannot be brought there, and says why", function()
    local role = "spec_test_" .. math.random(1e9) -- roles belong to the cluster: the second database meets it
    local p = three { up = ("op.execute %q"):format("create role " .. role),
      down_body = 'op.execute "drop table missing"' }
    finally(function() p.db:exec("drop role if exists " .. role) end)
    local r = p:fails(4, "test")
    has(r.out, "skip  003_c\n      not tested: no fresh database can be brought to 002_b: "
      .. ('role "%s" already exists\n'):format(role))
    assert.equal("0", scratch_databases(p))
  end)

  it("can use the database of scratch_url again and again", function()
    local p = three { up = 'op.create_table("t", { { "n", "int" } })' }
    local other = db.create()
    p:write("moonshift.lua", ("return { scratch_url = %q }"):format(other.url))
    for _ = 1, 2 do
      local out = p:fails(4, "test").out
      has(out, "the second upgrade failed")
      has(out, "ok    003_c")
    end
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
