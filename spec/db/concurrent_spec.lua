-- Many programs at once do the work once; a killed one is finished by the next.
local cli = require "spec.support.cli"
local project = require "spec.support.project"

local function pause(seconds)
  os.execute("sleep " .. seconds)
end

local function until_true(what, seconds)
  for _ = 1, (seconds or 20) * 20 do
    if what() then return true end
    pause(0.05)
  end
  error("waited too long", 2)
end

local OTHERS = " and datname = current_database() and pid <> pg_backend_pid()"
-- Sessions of the project's database whose statement is like `pattern`.
local function others(p, pattern)
  return p.db:scalar(("select count(*) from pg_stat_activity where query like '%s' and state = 'active'%s")
    :format(pattern, OTHERS))
end
local function terminate(p, pattern)
  p.db:exec(("select pg_terminate_backend(pid) from pg_stat_activity where query like '%s'%s")
    :format(pattern, OTHERS))
end
-- Holds a lock on table a for some seconds.
local function block(p, seconds)
  local handle = p:start { shell = ("psql -X -q -c 'begin; select count(*) from a; select pg_sleep(%d); commit'"
    .. ' "$DATABASE_URL"'):format(seconds) }
  until_true(function() return others(p, ("%%pg_sleep(%d)%%"):format(seconds)) == "1" end)
  return handle
end

describe("at once", function()
  it("twenty programs apply each revision once, a concurrent index among them", function()
    local p = project.new { files = {
      ["migrations/1.lua"] = project.revision { "001_a",
        -- When the index is built, the nineteen wait: it waits for every snapshot but theirs.
        up = 'op.execute "create table a as select generate_series(1, 2000) n, pg_sleep(0.001)::text"' },
      ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", head = "transactional = false",
        up = 'op.create_index("ix_a", "a", { "n" }, { concurrently = true })' },
      ["migrations/3.lua"] = project.revision { "003_c", down = "002_b", up = 'op.execute "select pg_sleep(0.3)"' },
      ["migrations/4.lua"] = project.revision { "004_d", down = "003_c", up = 'op.execute "create table d (n int)"' },
    } }
    local started = {}
    for i = 1, 20 do started[i] = p:start("upgrade", "head") end
    for _, handle in ipairs(started) do cli.expect(0, handle:wait()) end
    assert.same({ "001_a", "002_b", "003_c", "004_d" },
      p.db:column "select revision from moonshift_log order by id")
    assert.equal("004_d", p.db:scalar "select version_num from moonshift_version")
    assert.equal("t", p.db:scalar "select indisvalid from pg_index where indexrelid = 'ix_a'::regclass")
  end)

  -- The lock is of one version table; schema, log, progress and lock table are shared.
  for _, mode in ipairs { "session", "table" } do
    it("programs of different version tables make what they share, lock_mode " .. mode, function()
      local p = project.new {
        config = ('return { version_table = env "VT", version_schema = "shared", lock_mode = "%s" }\n'):format(mode),
        files = {
          ["migrations/1.lua"] = project.revision { "001_a", up = 'op.execute "select pg_sleep(0.5)"' },
          ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", head = "transactional = false",
            up = 'op.execute "select 1"' } } }
      local started = {}
      for i = 1, 6 do
        started[i] = p:start { "upgrade", "head", env = { VT = "version_" .. i } }
      end
      for _, handle in ipairs(started) do cli.expect(0, handle:wait()) end
      assert.equal("12", p.db:scalar "select count(*) from shared.moonshift_log")
      assert.equal("6", p.db:scalar "select count(distinct version_table) from shared.moonshift_log")
    end)

    it("so do programs that only make it, lock_mode " .. mode, function()
      local p = project.new {
        config = ('return { version_table = env "VT", version_schema = "a\'b", lock_mode = "%s" }\n'):format(mode) }
      local started = {}
      for i = 1, 8 do started[i] = p:start { "ensure-version", env = { VT = "version_" .. i } } end
      for _, handle in ipairs(started) do cli.expect(0, handle:wait()) end
      assert.equal("8", p.db:scalar [[select count(*) from pg_tables where tablename like 'version\_%']])
    end)
  end

  it("who waits too long gives up with the name of the holder", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a", up = [[op.execute [=[
      do $$ begin
        while not exists (select from pg_class where relname = 'go_on') loop perform pg_sleep(0.05); end loop;
      end $$]=] ]] } } }
    local first = p:start("upgrade", "head")
    until_true(function()
      return p.db:scalar [[select count(*) > 0 from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())]] == "t"
    end)
    local r = p:run("upgrade", "head", "--lock-wait", "1s")
    assert.equal(1, r.status)
    assert.truthy(r.err:find("pid", 1, true), r.err)
    p.db:exec "create table go_on ()"
    cli.expect(0, first:wait())
  end)
end)

describe("a concurrent build that waits longer than lock_timeout", function()
  it("is not ended by it, and what comes after it is", function()
    local p = project.new { config = 'return { lock_timeout = "200ms" }\n', files = {
      ["migrations/1.lua"] = project.revision { "001_a", head = "transactional = false", up = [[
op.create_index("ix_a", "a", { "n" }, { concurrently = true })
  op.execute "create table told as select current_setting('lock_timeout') as t"]] } } }
    p.db:exec "create table a (n int)"
    local blocker = block(p, 2) -- its snapshot is waited for
    local r = p:ok("upgrade", "head")
    assert.falsy(r.err:find("trying again", 1, true), r.err)
    assert.equal("t", p.db:scalar "select indisvalid from pg_index where indexrelid = 'ix_a'::regclass")
    assert.equal("200ms", p.db:scalar "select t from told")
    cli.expect(0, blocker:wait())
  end)
end)

describe("a lock_timeout of the very first revision", function()
  for _, head in ipairs { "transactional = true", "transactional = false" } do
    it("is tried again, and makes its tables again, " .. head, function()
      local p = project.new { config = 'return { lock_timeout = "200ms" }\n', files = {
        ["migrations/1.lua"] = project.revision { "001_a", head = head, up = 'op.execute "alter table a add m int"' } } }
      p.db:exec "create table a (n int)"
      local blocker = block(p, 2)
      local r = p:ok("upgrade", "head")
      assert.truthy(r.err:find("lock_timeout at migrations/1.lua:6, trying again", 1, true), r.err)
      assert.equal("001_a", p.db:scalar "select version_num from moonshift_version")
      cli.expect(0, blocker:wait())
    end)
  end
end)

describe("interrupted", function()
  local function slow(head)
    return project.new { files = {
      ["migrations/1.lua"] = project.revision { "001_a", up = 'op.execute "create table a (n int)"' },
      ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", head = head, up = [[
op.execute "insert into a values (1)"
  op.execute "create table b (n int)"
  op.execute "select pg_sleep(case when exists (select from pause) then 60 else 0 end)"
  op.execute "insert into a values (2)"]] },
    } }
  end
  local function asleep(p)
    return function()
      return others(p, "%pg_sleep(case%") == "1"
    end
  end

  for _, head in ipairs { "transactional = true", "transactional = false" } do
    for _, signal in ipairs { "KILL", "INT", "TERM" } do
      it("by " .. signal .. ", " .. head .. ": the same command finishes it", function()
        local p = slow(head)
        p.db:exec "create table pause as select 1"
        local handle = p:start("upgrade", "head")
        until_true(asleep(p))
        handle:kill(signal)
        local r = handle:wait()
        assert.not_equal(0, r.status)
        if signal ~= "KILL" then
          assert.equal(signal == "INT" and 130 or 143, r.status, r.err)
          assert.truthy(r.err:find("1 of 2 applied; the database is at 001_a", 1, true), r.err)
        else
          terminate(p, "%pg_sleep(case%")
        end
        assert.equal("001_a", p.db:scalar "select version_num from moonshift_version")
        p.db:exec "delete from pause"
        until_true(function() return not asleep(p)() end)
        p:ok("upgrade", "head")
        assert.equal("002_b", p.db:scalar "select version_num from moonshift_version")
        assert.equal("2", p.db:scalar "select count(*) from a")
        assert.equal(0, p.db:unfinished())
      end)
    end
  end

  it("by a dying server: said so, and finished later", function()
    local p = slow("transactional = false")
    p.db:exec "create table pause as select 1"
    local handle = p:start("upgrade", "head")
    until_true(asleep(p))
    terminate(p, "%pg_sleep(case%")
    local r = handle:wait()
    assert.equal(1, r.status)
    assert.truthy(r.err:find("error:", 1, true))
    p.db:exec "delete from pause"
    p:ok("upgrade", "head")
    assert.equal("2", p.db:scalar "select count(*) from a")
  end)
end)

describe("lock_timeout", function()
  it("is tried again until the table is free", function()
    local p = project.new {
      config = 'return { lock_timeout = "200ms", lock_retries = 20 }\n',
      files = {
        ["migrations/1.lua"] = project.revision { "001_a", up = 'op.execute "create table a (n int)"' },
        ["migrations/2.lua"] = project.revision { "002_b", down = "001_a",
          up = 'op.execute "create table b (n int)"\n  op.execute "alter table a add column m int"' },
      } }
    p:ok("upgrade", "001_a")
    local blocker = block(p, 2)
    local r = p:ok("upgrade", "head")
    assert.truthy(r.err:find("lock_timeout", 1, true), r.err)
    assert.equal("002_b", p.db:scalar "select version_num from moonshift_version")
    blocker:wait()
  end)

  it("does not end a concurrent build that waits for a writer", function()
    local p = project.new {
      config = 'return { lock_timeout = "100ms", lock_retries = 0 }\n',
      files = { ["migrations/1.lua"] = project.revision { "001_a", head = "transactional = false",
        up = 'op.create_index("ix", "a", { "n" }, { concurrently = true })' } } }
    p.db:exec "create table a (n int)"
    local writer = p:start { shell = "psql -X -q -c 'begin; insert into a values (1); select pg_sleep(60)' "
      .. '"$DATABASE_URL"' }
    until_true(function() return others(p, "%pg_sleep(60)%") == "1" end)
    local build = p:start("upgrade", "head")
    until_true(function() return others(p, "CREATE INDEX CONCURRENTLY%") == "1" end)
    pause(0.5)
    assert.equal("1", others(p, "CREATE INDEX CONCURRENTLY%"))
    terminate(p, "%pg_sleep(60)%")
    writer:wait()
    cli.expect(0, build:wait())
    assert.equal("t", p.db:scalar "select indisvalid from pg_index where indexrelid = 'ix'::regclass")
  end)

  it("gives up when the retries are used up", function()
    local p = project.new {
      config = 'return { lock_timeout = "100ms", lock_retries = 1 }\n',
      files = { ["migrations/1.lua"] = project.revision { "001_a",
        up = 'op.execute "alter table a add m int"' } } }
    p.db:exec "create table a (n int)"
    local blocker = block(p, 4)
    local r = p:fails(1, "upgrade", "head")
    assert.truthy(r.err:find("55P03", 1, true), r.err)
    blocker:wait()
  end)
end)
