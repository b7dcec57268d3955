-- lock_mode = "table": the lock is a row that its holder renews. It works where a session's
-- lock would be lost (PgBouncer in transaction mode), and outlives no holder for long.
local bouncer = require "spec.support.bouncer"
local cli = require "spec.support.cli"
local project = require "spec.support.project"

local function until_true(what, seconds)
  for _ = 1, (seconds or 30) * 20 do
    if what() then return true end
    os.execute "sleep 0.05"
  end
  error("waited too long", 2)
end

local function config(more)
  return ('return { lock_mode = "table", %s }\n'):format(more or "")
end

-- Statements like `pattern` that run in the project's database.
local function active(p, pattern)
  return p.db:scalar(([[select count(*) from pg_stat_activity where query like '%s' and state = 'active'
    and datname = current_database() and pid <> pg_backend_pid()]]):format(pattern))
end

local HISTORY = {
  ["migrations/1.lua"] = project.revision { "001_a",
    up = 'op.execute "create table a (n int not null, m int)"\n' ..
      '  op.execute "insert into a select n, 0 from generate_series(1, 2000) n"' },
  ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", head = "transactional = false",
    up = 'op.create_index("ix_a", "a", { "n" }, { concurrently = true, unique = true })' },
  ["migrations/3.lua"] = project.revision { "003_c", down = "002_b", up = 'op.execute "select pg_sleep(0.3)"' },
  ["migrations/4.lua"] = project.revision { "004_d", down = "003_c", head = "transactional = false",
    up = 'op.backfill { table = "a", key = { "n" }, set = { m = sql "n" }, where = "m = 0", batch = 500 }' },
}
local ALL = { "001_a", "002_b", "003_c", "004_d" }

local function check_whole(p)
  assert.same(ALL, p.db:column "select revision from moonshift_log order by id")
  assert.equal("004_d", p.db:scalar "select version_num from moonshift_version")
  assert.equal("t", p.db:scalar "select indisvalid from pg_index where indexrelid = 'ix_a'::regclass")
  assert.equal("2000", p.db:scalar "select count(*) from a where m = n")
  assert.equal("0", p.db:scalar "select count(*) from moonshift_lock")
  assert.equal(0, p.db:unfinished())
end

local function twenty(p)
  local started = {}
  for i = 1, 20 do started[i] = p:start("upgrade", "head") end
  for _, handle in ipairs(started) do cli.expect(0, handle:wait()) end
  check_whole(p)
end

describe("programs of both lock_modes", function()
  it("keep apart: each revision runs once", function()
    local files = { ["table.lua"] = config() }
    for name, text in pairs(HISTORY) do files[name] = text end
    local p = project.new { files = files }
    local started = {}
    for i = 1, 8 do
      started[i] = p:start("upgrade", "head", "-c", i % 2 == 0 and "table.lua" or "moonshift.lua")
    end
    for _, handle in ipairs(started) do cli.expect(0, handle:wait()) end
    check_whole(p)
  end)

  it("tell who has the other one", function()
    for first, second in pairs { ["table.lua"] = "moonshift.lua", ["moonshift.lua"] = "table.lua" } do
      local p = project.new { files = { ["table.lua"] = config(), ["migrations/1.lua"] = project.revision { "001_a",
        up = 'op.execute "select pg_sleep(2)"' } } }
      p:ok("ensure-version", "-c", "table.lua")
      local handle = p:start("upgrade", "head", "-c", first)
      until_true(function() return active(p, "%pg_sleep(2)%") == "1" end)
      local r = p:fails(1, "upgrade", "head", "--lock-wait", "0s", "-c", second)
      assert.truthy(r.err:find("another program is migrating this database: pid %d+", 1), r.err)
      p:ok("upgrade", "head", "-c", second)
      cli.expect(0, handle:wait())
      assert.equal("0", p.db:scalar "select count(*) from moonshift_lock")
    end
  end)
end)

describe("the lock in a table", function()
  it("lets twenty programs do the work once, a concurrent index and a backfill among it", function()
    twenty(project.new { config = config(), files = HISTORY })
  end)

  it("is no part of the schema", function()
    local p = project.new { config = config(), files = {
      ["migrations/1.lua"] = HISTORY["migrations/1.lua"],
      ["models/a.sql"] = "create table a (n int not null, m int);" } }
    p:ok "upgrade"
    assert.equal("moonshift_lock", p.db:scalar "select to_regclass('moonshift_lock')")
    p:ok "check"
    assert.falsy(p:ok("inspect").out:find("moonshift_lock", 1, true))
  end)

  it("is renewed while a long statement runs, and those who wait are told for whom", function()
    local p = project.new { config = config 'lock_lease = "1s"', files = {
      ["migrations/1.lua"] = project.revision { "001_a", head = "transactional = false",
        up = 'op.autocommit(function() op.execute "select pg_sleep(4)" end)' } } }
    local first = p:start("upgrade", "head")
    until_true(function() return active(p, "%pg_sleep(4)%") == "1" end)
    local r = p:run("upgrade", "head", "--lock-wait", "2500ms")
    assert.equal(1, r.status)
    assert.truthy(r.err:find("Waiting for the migration lock: pid %d+ on %S+ %(moonshift %S+, role postgres%), "
      .. "holding it since %d%d%d%d%-"), r.err)
    assert.truthy(r.err:find("2.5 s were not enough", 1, true), r.err)
    cli.expect(0, first:wait())
    assert.same({ "001_a" }, p.db:column "select revision from moonshift_log")
  end)

  it("of a killed program is taken over when it is not renewed", function()
    local p = project.new { config = config 'lock_lease = "1s"', files = {
      ["migrations/1.lua"] = project.revision { "001_a", up = [[
op.execute "create table a (n int)"
  op.execute "select pg_sleep(case when exists (select from pause) then 60 else 0 end)"]] } } }
    p.db:exec "create table pause as select 1"
    local first = p:start("upgrade", "head")
    until_true(function() return active(p, "%pg_sleep(case%") == "1" end)
    first:kill "KILL"
    first:wait()
    assert.equal("1", p.db:scalar "select count(*) from moonshift_lock")
    p.db:exec [[delete from pause; select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()]]
    p:ok("upgrade", "head")
    assert.equal("001_a", p.db:scalar "select version_num from moonshift_version")
    assert.equal("0", p.db:scalar "select count(*) from moonshift_lock")
  end)

  -- A stopped program is one that is not heard from; it wakes up and believes it holds.
  local function stopped(body)
    local p = project.new { config = config 'lock_lease = "1s"', files = {
      ["migrations/1.lua"] = project.revision { "001_a", head = "transactional = false",
        up = 'op.execute "create table done (n int)"' },
      ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", up = body } } }
    local first = p:start("upgrade", "head", "-x", "loop=1")
    until_true(function() return first:peek().err:find("asleep", 1, true) end)
    first:kill "STOP"
    return p, first
  end
  local LOOP = [[
log.info "asleep"
  if ctx.x.loop then for _ = 1, 3 do local n = 0 while n < 6e7 do n = n + 1 end end end
  op.execute "insert into done values (1)"]]

  it("that was taken over stops the one that had it, before anything is changed", function()
    -- Nothing was read in its transaction: its BEGIN, and the fence, reach the server later.
    local p, first = stopped(LOOP)
    local second = p:ok("upgrade", "head")
    assert.truthy(second.err:find("Waiting for the migration lock: pid", 1, true), second.err)
    first:kill "CONT"
    local r = first:wait()
    assert.equal(1, r.status, r.err)
    assert.truthy(r.err:find("the migration lock was lost", 1, true), r.err)
    assert.equal("1", p.db:scalar "select count(*) from done")
    assert.same({ "001_a", "002_b" }, p.db:column "select revision from moonshift_log")
  end)

  it("is not taken over while the transaction of its holder is open", function()
    local p, first = stopped('db.query "select 1"\n  ' .. LOOP)
    os.execute "sleep 1.2"
    local r = p:run("upgrade", "head", "--lock-wait", "1s")
    assert.equal(1, r.status)
    assert.truthy(r.err:find("not heard from, its transaction still open", 1, true), r.err)
    first:kill "CONT"
    cli.expect(0, first:wait())
    assert.equal("1", p.db:scalar "select count(*) from done")
  end)

  it("must be good for a second at least", function()
    local p = project.new { config = config 'lock_lease = "10ms"', files = HISTORY }
    local r = p:fails(1, "upgrade")
    assert.truthy(r.err:find("lock_lease must be a time of at least 1s", 1, true), r.err)
  end)
end)

describe("the lock in a table behind PgBouncer in transaction mode", function()
  if not bouncer.there then
    pending "pgbouncer is not installed"
    return
  end

  local function behind(size, given)
    given.config = given.config or config()
    local p = project.new(given)
    p.direct = p.env.DATABASE_URL
    p.env.DATABASE_URL = bouncer.start(p.db, "transaction", size)
    return p
  end

  it("lets twenty programs do the work once", function()
    twenty(behind(8, { files = HISTORY }))
  end)

  it("works with a pool of one", function()
    local p = behind(1, { files = HISTORY })
    p:ok("upgrade", "head")
    check_whole(p)
    p:ok("downgrade", "base")
    p:ok("current")
  end)

  it("gives each transaction its settings, and leaves none behind", function()
    local seen = "db.scalar \"select current_setting('lock_timeout') || ' ' || current_setting('work_mem') "
      .. "|| ' ' || current_user\""
    local p = behind(1, {
      config = config 'lock_timeout = "7s", role = "spec_owner"',
      files = {
        ["migrations/1.lua"] = project.revision { "001_a", head = 'settings = { work_mem = "77MB" }',
          up = "op.execute \"create table seen (t text)\"\n  op.execute(\"insert into seen values ('\" .. "
            .. seen .. " .. \"')\")" },
        ["migrations/2.lua"] = project.revision { "002_b", down = "001_a",
          head = 'settings = { work_mem = "77MB" }\ntransactional = false',
          up = [[op.execute("insert into seen select current_setting('lock_timeout') || ' ' || "
    .. "current_setting('work_mem') || ' ' || current_user")
  op.execute("insert into seen values ('" .. ]] .. seen .. [[ .. "')")]] },
        ["migrations/3.lua"] = project.revision { "003_c", down = "002_b",
          up = "op.execute(\"insert into seen values ('\" .. " .. seen .. " .. \"')\")" },
      } })
    require("spec.support.db").role "spec_owner"
    p.db:exec "grant all on schema public to spec_owner"
    p:ok("upgrade", "head")
    local own, server = "7s 77MB spec_owner", p.db:scalar "show work_mem"
    assert.same({ own, own, own, ("7s %s spec_owner"):format(server) }, p.db:column "select t from seen")
    -- The one server process of the pool, as the application gets it.
    local r = cli.expect(0, cli.run { shell = [[psql -X -A -t -c "select current_setting('lock_timeout')
      || ' ' || current_setting('work_mem') || ' ' || current_user" "$DATABASE_URL"]], env = p.env })
    assert.equal(("0 %s postgres\n"):format(server), r.out)
  end)

  it("refuses a statement outside transactions that would miss its role", function()
    local p = behind(2, { files = HISTORY, config = config 'role = "postgres"' })
    local r = p:fails(1, "upgrade", "head")
    assert.truthy(r.err:find("no role reaches a statement", 1, true), r.err)
    assert.truthy(r.err:find("migrations/2.lua:", 1, true), r.err)
    assert.equal("001_a", p.db:scalar "select version_num from moonshift_version")
  end)
end)
