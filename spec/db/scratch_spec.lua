-- What killed programs leave: scratch databases, dropped by the next one that needs one.
local db = require "spec.support.db"
local project = require "spec.support.project"

local MARK = "Scratch database of Moonshift, to be dropped"

describe("a scratch database that was left", function()
  local p, server, made

  -- Named last: programs of other specs look for such names at the same time.
  local function leave(name, comment)
    server:exec(("create database spec_%s"):format(name))
    if comment then server:exec(("comment on database spec_%s is '%s'"):format(name, comment)) end
    server:exec(("alter database spec_%s rename to %s"):format(name, name))
    made[#made + 1] = name
    return name
  end
  local function is_there(name)
    return server:scalar(("select count(*) from pg_database where datname = '%s'"):format(name)) == "1"
  end

  before_each(function()
    made = {}
    server = db.create()
    p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a",
      up = 'op.execute "create table a (n int)"', down_body = 'op.execute "drop table a"' } } }
  end)
  after_each(function()
    for _, name in ipairs(made) do server:exec("drop database if exists " .. name .. " with (force)") end
  end)

  -- No process has such a number: what other specs make at the same time is not meant.
  local function name_of(age_s, more)
    return ("moonshift_scratch_%d_%d_%s"):format(os.time() - age_s, math.random(100000000, 999999999), more or "0")
  end

  -- Starts a test whose second revision sleeps; returns once it does, with the name of the
  -- scratch database.
  local function start_and_sleep(seconds)
    local sleep = ("select pg_sleep(%s) as s%d"):format(seconds, math.random(1e9))
    p:write("migrations/2.lua", project.revision { "002_b", down = "001_a", up = ("op.execute %q"):format(sleep) })
    local handle = p:start("test")
    local name
    repeat
      name = server:scalar(("select min(datname) from pg_stat_activity where query = '%s'"):format(sleep))
    until name or not handle.running()
    return handle, name
  end

  it("is dropped, killed before it was marked or after", function()
    local marked, unmarked = leave(name_of(700), MARK), leave(name_of(700, "12"))
    p:ok("test")
    assert.is_false(is_there(marked))
    assert.is_false(is_there(unmarked))
  end)

  it("is kept while it is young or in use, and where somebody else may mean it", function()
    local young, young_unmarked = leave(name_of(500), MARK), leave(name_of(500, "1"))
    local foreign = leave(name_of(700, "2"), "the archive of 2019")
    local named = { leave(name_of(700, "x"), MARK), leave("moonshift_scratch_of_ann_" .. math.random(1e9), MARK),
      leave("moonshift_scratch_" .. math.random(1e9)), leave("my_" .. name_of(700)) }
    local used = leave(name_of(700, "3"), "not yet in use")
    local holder = p:start { shell = ('psql -X -q -c "select pg_sleep(60)" "%s"')
      :format((server.url:gsub(server.name, used))) }
    local connected = ("select count(*) from pg_stat_activity where datname = '%s'"):format(used)
    repeat until server:scalar(connected) == "1" or not holder.running()
    server:exec(("comment on database %s is null"):format(used))
    p:ok("test")
    for _, name in ipairs { young, young_unmarked, foreign, used, table.unpack(named) } do
      assert.is_true(is_there(name), name)
    end
    server:exec(("select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s'"):format(used))
    holder:wait()
  end)

  it("is not left by a test that is interrupted", function()
    local handle, name = start_and_sleep(60)
    assert.matches("^moonshift_scratch_%d+_%d+_%d+$", name)
    handle:kill("INT")
    assert.equal(130, handle:wait().status)
    assert.is_false(is_there(name))
  end)

  it("is not left by a signal that comes while it is dropped", function()
    local handle, name = start_and_sleep(1)
    -- While its comment is being changed, a database cannot be dropped.
    local holder = p:start { shell = ('psql -X -q -c "begin" -c "comment on database %s is null" -c "select pg_sleep(4)" "%s"')
      :format(name, server.url) }
    local waits = ("select count(*) from pg_stat_activity where query like 'DROP DATABASE%%%s%%' and wait_event_type = 'Lock'")
      :format(name)
    repeat until server:scalar(waits) == "1" or not handle.running()
    handle:kill "INT"
    handle:wait()
    holder:wait()
    assert.is_false(is_there(name))
  end)

  it("is not left when the first connection is ended meanwhile", function()
    local handle, name = start_and_sleep(1.5)
    p.db:exec(("select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s' and pid <> pg_backend_pid()")
      :format(p.db.name))
    assert.equal(0, handle:wait().status)
    assert.is_false(is_there(name))
  end)
end)

describe("a database with a locale of its own", function()
  it("is compared with one like it", function()
    local p = project.new { files = { ["models/a.sql"] = "create table a (t text check (t < 'b'));" } }
    local function provider()
      return p.db:scalar [[select coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') || ' ' || coalesce(
        to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', '') from pg_database d
        where datname = current_database()]]
    end
    if tonumber(p.db:scalar "show server_version_num") < 150000 then
      pending "ICU of a whole database begins with 15"
      return
    end
    local name = p.db.name
    local server = db.create()
    server:exec(("drop database %s"):format(name))
    server:exec(("create database %s template template0 locale_provider icu icu_locale 'de-DE'"):format(name))
    assert.matches("^i de", provider())
    p:ok("revision", "--autogenerate", "-m", "all of it")
    p:write("migrations/zz.lua", project.revision { "zz", down = p:files("migrations")[1]:match "^[0-9a-f]+",
      up = [=[
local d = db.one [[select to_jsonb(d) ->> 'datlocprovider' as p, datname from pg_database d
    where datname = current_database()]]
  assert(d.p == "i", d.datname)]=] })
    p:ok("test")
    p:ok("upgrade", "heads")
    p:ok("check")
  end)
end)

describe("a role that may only SET ROLE", function()
  it("is the owner in the scratch database as it is in the target", function()
    local p = project.new { files = { ["models/a.sql"] = "create table a (n int);" },
      config = 'return { role = "spec_scratch_owner" }\n' }
    db.role "spec_scratch_owner"
    db.role "spec_scratch_login"
    p.db:exec(([[alter role spec_scratch_owner createdb; alter role spec_scratch_login login noinherit;
      grant spec_scratch_owner to spec_scratch_login; alter database %s owner to spec_scratch_owner]]):format(p.db.name))
    finally(function() p.db:exec(("alter database %s owner to postgres"):format(p.db.name)) end)
    p.env.DATABASE_URL = p.db.url:gsub("//[^@]*@", "//spec_scratch_login@")
    p:ok("revision", "--autogenerate", "-m", "all of it")
    p:ok("upgrade", "head")
    p:ok("check")
    p:ok("test")
  end)
end)
