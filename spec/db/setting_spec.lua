-- Databases whose own settings change how text is read or printed, where objects go, or where
-- names are looked for: models, a run, --sql and a second comparison are as in any other.
local db = require "spec.support.db"
local project = require "spec.support.project"

local MODELS = [[
create schema app;
create type app.mood as enum ('o''k', 'back\slash');
create table app.people (
  id bigint generated always as identity primary key,
  name text not null default 'a\b''c' check (name <> 'x\y'),
  born date default '2001-02-03',
  wait interval default '1 day 02:03:04',
  raw bytea default '\xdeadbeef',
  mood app.mood default 'back\slash',
  at timestamptz default '2020-01-02 03:04:05+00');
create index people_name on app.people (lower(name)) where name ~ '\d';
create view app.v as select id, name like 'a\%' as l from app.people where born > '2000-01-01';
create function app.f(a text default 'q\w', b float8 default 0.1) returns text cost 100.5
  language sql as $$ select a || '\x' $$;
create table public.orders (id int primary key, n int,
  during tsrange default '[2020-01-01,2020-02-01)');
comment on table public.orders is 'a \ comment';
]]

local DATA = [[
message = "rows"
revision = "rows"
down_revision = %q
transactional = false
function upgrade()
  op.bulk_insert("orders", { { id = 1 }, { id = 2 }, { id = 3 } }, { schema = "public" })
  op.execute "insert into app.people (name) values ('n\\t')"
  op.backfill { table = "orders", schema = "public", set = { n = 7 }, key = "id", batch = 2 }
  if not ctx.offline then
    assert(db.scalar "select '2001-02-03'::date" == "2001-02-03")
    assert(db.scalar "select '1 day 2:00'::interval" == "1 day 02:00:00")
    assert(db.scalar("select $1::text", "a\\b") == "a\\b")
    assert(db.scalar [=[select length('a\b')]=] == 3)
  end
end
function downgrade()
  op.execute "delete from public.orders"
  op.execute "delete from app.people"
end
]]

local SETTINGS = {
  { "standard_conforming_strings", "off" },
  { "DateStyle", "'German'" },
  { "IntervalStyle", "iso_8601" },
  { "bytea_output", "escape" },
  { "quote_all_identifiers", "on" },
  { "extra_float_digits", "-15" },
  { "TimeZone", "'Asia/Kathmandu'" },
  { "default_transaction_isolation", "serializable" },
  { "search_path", "''" },
  { "search_path", "pg_catalog, public" },
  { "default_tablespace", "spec_elsewhere" },
}

local function new_database(name, value)
  local p = project.new { files = { ["models/schema.sql"] = MODELS } }
  p.db:exec(("alter database %s set %s = %s"):format(p.db.name, name, value))
  return p
end

-- Where the tables are is what default_tablespace is for.
local function anywhere(dump)
  return (dump:gsub("SET default_tablespace = [^\n]*\n", ""))
end

-- The dump as it is where nothing is set: pg_dump, too, prints as the settings want it.
local function plain_dump(p, name, value)
  p.db:exec(("alter database %s reset all"):format(p.db.name))
  local dump = p.db:dump()
  p.db:exec(("alter database %s set %s = %s"):format(p.db.name, name, value))
  return anywhere(dump)
end

local want, rows
local function assert_usual(name, value)
  local p = new_database(name, value)
  p:ok("revision", "--autogenerate", "-m", "all of it")
  local id = p:files("migrations")[1]:match "^[0-9a-f]+"
  p:write("migrations/rows.lua", DATA:format(id))
  p:ok("upgrade", "head")
  assert.equal(want, plain_dump(p, name, value))
  assert.same(rows, p.db:query "select id, n, null from public.orders union all select id, null, name from app.people")
  p:ok("check")
  assert.truthy(p:ok("revision", "--autogenerate", "-m", "no more").err:find("No changes detected", 1, true))
  assert.same({}, { p:ok("inspect").out:match '"bytea"%[' })
  p:ok("downgrade", "base")
end

describe("a database with a setting of its own,", function()
  setup(function()
    local d = db.create()
    d:exec(MODELS)
    want = anywhere(d:dump())
    rows = { { "1", "7" }, { "2", "7" }, { "3", "7" }, { "1", nil, "n\\t" } }
    d:try("create tablespace spec_elsewhere location '" .. os.getenv "PGHOST" .. "'")
  end)

  for _, setting in ipairs(SETTINGS) do
    local name, value = setting[1], setting[2]
    it(("%s = %s: up, compared, down"):format(name, value), function()
      assert_usual(name, value)
    end)
  end

  it("standard_conforming_strings = off: the text of --sql says what a backslash is", function()
    local p = new_database("standard_conforming_strings", "off")
    p:ok("revision", "--autogenerate", "-m", "all of it")
    local id = p:files("migrations")[1]:match "^[0-9a-f]+"
    p:write("migrations/rows.lua", DATA:format(id))
    p.db:exec(p:ok("upgrade", "head", "--sql").out)
    assert.equal(want, plain_dump(p, "standard_conforming_strings", "off"))
    p:ok("check")
  end)

  it("idle_session_timeout: a session that waits for its scratch database is not idle", function()
    local p = new_database("idle_session_timeout", 40)
    p:ok("revision", "--autogenerate", "-m", "all of it")
    p:ok("upgrade", "head")
    p:ok("check")
    p:ok("test")
  end)

  it("idle_in_transaction_session_timeout: what allows more is told, and does", function()
    local p = new_database("idle_in_transaction_session_timeout", 50)
    local file = { "001_a", up = [[
op.execute "create table seen (at timestamptz)"
  local from = db.scalar "select clock_timestamp()"
  for _ = 1, 20000000 do end
  op.execute "insert into seen values (now())"]] }
    p:write("migrations/1.lua", project.revision(file))
    local r = p:fails(1, "upgrade")
    assert.matches('hint: .*settings = { idle_in_transaction_session_timeout = "0" } in the revision allows it', r.err)
    file.head = 'settings = { idle_in_transaction_session_timeout = "0" }'
    p:write("migrations/1.lua", project.revision(file))
    p:ok("upgrade")
  end)

  it("default_transaction_read_only: refused, and not taken for a lost connection", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a",
      up = 'op.execute "create table a (n int)"', down_body = 'op.execute "drop table a"' } } }
    p:ok("upgrade")
    p.db:exec(("alter database %s set default_transaction_read_only = on"):format(p.db.name))
    for _, r in ipairs { p:fails(1, "downgrade", "base"), p:fails(1, "test") } do
      assert.matches("SQLSTATE: 25006\n", r.err)
      assert.falsy(r.err:find("connection is gone", 1, true))
    end
    assert.matches("scratch_url in moonshift.lua", p:fails(1, "test").err, 1, true)
    p:ok("current")
  end)

  it("a search_path that leads nowhere: where else names can go is told", function()
    local p = new_database("search_path", "nowhere")
    p:write("migrations/1.lua", project.revision { "001_a", up = 'op.create_table("t", { { "n", "int" } })' })
    assert.matches("hint: search_path names no schema that is there", p:fails(1, "upgrade").err, 1, true)
  end)

  it("an empty search path: the bookkeeping is found again, and no table of the models", function()
    local p = new_database("search_path", "''")
    p:ok("stamp", "base")
    p:ok("ensure-version")
    assert.truthy(p.db:scalar "select to_regclass('public.moonshift_version')")
    assert.falsy(p:ok("inspect").out:find("moonshift", 1, true))
  end)
end)

describe("the settings of a revision, in one transaction for all,", function()
  for _, mode in ipairs { "session", "table" } do
    it("end with it, and those of the configuration hold again, lock_mode " .. mode, function()
      local p = project.new { files = {
        ["migrations/1.lua"] = project.revision { "001_a",
          head = 'settings = { lock_timeout = "1s", work_mem = "7MB", search_path = "pg_catalog" }',
          up = 'op.execute "select 1"' },
        ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", up = [[
op.execute "create table told as select current_setting('lock_timeout') l, current_setting('work_mem') w"]] } },
        config = ('return { lock_timeout = "3s", search_path = "own, public", lock_mode = "%s" }\n'):format(mode) }
      p.db:exec "create schema own"
      p:ok("upgrade", "head", "--single-transaction")
      assert.equal("3s", p.db:scalar "select l from own.told")
      assert.equal(p.db:scalar "show work_mem", p.db:scalar "select w from own.told")
    end)
  end
end)
