-- import: what other tools' migrations become does to a database what they did, and a live
-- database is taken over where it stands.
local foreign = require "spec.support.foreign"
local project = require "spec.support.project"
local shell = require "spec.support.shell"

local ROWS = "select id || name from users order by id"
local SCHEMA = [[
select column_name || ' ' || data_type || ' ' || is_nullable from information_schema.columns
where table_name = 'users' order by ordinal_position]]

-- A directory with another tool's files, and the project made of them.
local function imported(tool, ...)
  local p = project.new { config = false, files = foreign[tool].files }
  p:ok("import", tool, foreign[tool].directory, ...)
  return p
end

local function assert_whole(p)
  assert.same({ "1a;b", "2]]" }, p.db:column(ROWS))
  assert.same({ "id integer NO", "name text NO", "email text YES" }, p.db:column(SCHEMA))
  assert.equal("t", p.db:scalar "select indisvalid from pg_index where indexrelid = 'users_name'::regclass")
end

local ids = {
  dbmate = { "20240101120000", "20240102120000", "20240103120000" },
  goose = { "00001", "00002", "00010" },
  ["golang-migrate"] = { "000001", "000002", "10" },
}

describe("import: the migrations of", function()
  for tool, chain in pairs(ids) do
    it(tool .. " run up and down", function()
      local p = imported(tool)
      local history = p:ok("history").out
      assert.equal(("%s -> %s (head), add email\n%s -> %s, index names\n<base> -> %s, create users\n"):format(
        chain[2], chain[3], chain[1], chain[2], chain[1]), history)
      p:ok "upgrade"
      assert_whole(p)
      p:ok("downgrade", "base")
      assert.equal("0", p.db:scalar "select count(*) from pg_class where relname like 'users%'")
      p:ok "upgrade"
      assert_whole(p)
    end)
  end

  it("Flyway: versions by their numbers, then what is repeatable", function()
    local p = imported("flyway", "-x", "schema=public")
    assert.equal([[
1.10 -> R__names (head), names
1.1 -> 1.10, add email
1 -> 1.1, index names
<base> -> 1, create users
]], p:ok("history").out)
    p:ok "upgrade"
    assert_whole(p)
    assert.equal("2", p.db:scalar "select count(*) from names")
    assert.matches("R__names.sql has no way down", p:fails(1, "downgrade", "-1").err, 1, true)
    p.db:exec "drop view names"
    p:ok("stamp", "1.1")
    p:ok("downgrade", "base")
    assert.equal("0", p.db:scalar "select count(*) from pg_class where relname = 'users'")
  end)

  it("a directory of SQL files in the order of their names", function()
    local p = imported "sql"
    assert.equal([[
002_index -> 003_email (head), email
001_users -> 002_index, index
<base> -> 001_users, users
]], p:ok("history").out)
    p:ok "upgrade"
    assert_whole(p)
    p:ok("stamp", "002_index")
    p:ok("downgrade", "-1")
    assert.equal("0", p.db:scalar "select count(*) from pg_class where relname = 'users_name'")
  end)

  it("Alembic: graph, labels and messages kept, bodies of its own SQL", function()
    if os.execute "command -v alembic >/dev/null" ~= true then
      pending "no alembic here"
    end
    local p = imported "alembic"
    assert.equal([[
ae1027a6acf, b0b -> c0c (names) (head) (mergepoint), merge
1975ea83b712 -> b0b, add email
1975ea83b712 -> ae1027a6acf (names), index names
<base> -> 1975ea83b712 (branchpoint), create users
]], p:ok("history").out)
    assert.matches("add email\n    for letters", p:ok("show", "b0b").out, 1, true)
    assert.matches("%-%- Create Date: 2024%-01%-03 12:00:00\n", p:read "migrations/b0b_add_email.lua")
    p:ok "upgrade"
    assert_whole(p)
    p:ok("downgrade", "base")
    assert.equal("0", p.db:scalar "select count(*) from pg_class where relname like 'users%'")
    -- The live table is the version table, as Alembic itself has it.
    p:ok("upgrade", "b0b")
    assert.equal("b0b", p.db:scalar "select version_num from alembic_version")
    assert.matches("at b0b", p:ok("import", "alembic", "--adopt").err, 1, true)
  end)

  it("Alembic: a live database goes on from where Alembic left it", function()
    if os.execute "command -v alembic >/dev/null" ~= true then
      pending "no alembic here"
    end
    local p = imported "alembic"
    p.db:exec(p:sh("env -u LD_PRELOAD alembic upgrade ae1027a6acf --sql 2>/dev/null").out)
    assert.equal("ae1027a6acf\n", p:ok("current").out)
    p:ok "upgrade"
    assert_whole(p)
    assert.same({ "c0c" }, p.db:column "select version_num from alembic_version")
    -- And Alembic where Moonshift left it.
    p.db:exec(p:sh("env -u LD_PRELOAD alembic downgrade c0c:ae1027a6acf --sql 2>/dev/null").out)
    assert.same({ "ae1027a6acf", "b0b" }, p.db:column "select version_num from alembic_version order by 1")
  end)
end)

-- The tables of the tools, as their own sources create them.
local live = {
  dbmate = [[
    create table schema_migrations (version character varying(255) primary key);
    insert into schema_migrations values ('20240101120000'), ('20240102120000');]],
  ["golang-migrate"] = [[
    create table schema_migrations (version bigint not null primary key, dirty boolean not null);
    insert into schema_migrations values (2, false);]],
  goose = [[
    create table goose_db_version (id serial primary key, version_id bigint not null,
      is_applied boolean not null, tstamp timestamp default now());
    insert into goose_db_version (version_id, is_applied)
      values (0, true), (1, true), (2, true), (10, true), (10, false);]],
  flyway = [[
    create table flyway_schema_history (installed_rank integer primary key, version varchar(50),
      description varchar(200) not null, type varchar(20) not null, script varchar(1000) not null,
      checksum integer, installed_by varchar(100) not null, installed_on timestamp not null default now(),
      execution_time integer not null, success boolean not null);
    insert into flyway_schema_history
      select r, v, 'd', t, s, 1, 'me', now(), 1, true from (values
        (1, null, 'SCHEMA', '"public"'), (2, '1', 'BASELINE', '<< Flyway Baseline >>'),
        (3, '1.1', 'SQL', 'V1_1__index names.sql'), (4, '1.10', 'SQL', 'late/V1.10__add_email.sql'),
        (5, '1.10', 'UNDO_SQL', 'U1.10__add_email.sql'), (6, null, 'SQL', 'R__names.sql')) as f (r, v, t, s);]],
}
local second = { dbmate = "20240102120000", ["golang-migrate"] = "000002", goose = "00002", flyway = "1.1" }

describe("import --adopt", function()
  for tool, sql in pairs(live) do
    it("records what the table of " .. tool .. " says, once", function()
      local p = project.new { config = false, files = foreign[tool].files }
      p.db:exec "create table users (id integer primary key, name text not null)"
      p.db:exec "insert into users values (1, 'a;b'), (2, ']]')"
      p.db:exec "create index users_name on users (name)"
      p.db:exec(sql)
      p:ok("import", tool, foreign[tool].directory, "-x", "schema=public", "--adopt")
      assert.same({ second[tool] }, p.db:column "select version_num from moonshift_version")
      assert.matches("adopted already", p:ok("import", tool, "--adopt").err, 1, true)
      p:ok "upgrade"
      assert_whole(p)
      assert.matches("is Moonshift's already", p:fails(7, "import", tool, "--adopt").err, 1, true)
    end)
  end

  it("refuses a dirty table, one that is not there, and versions that no file has", function()
    local p = imported "golang-migrate"
    assert.matches("there is no table 'schema_migrations'", p:fails(1, "import", "golang-migrate", "--adopt").err, 1, true)
    p.db:exec(live["golang-migrate"])
    p.db:exec "update schema_migrations set dirty = true"
    assert.matches("says that 2 failed half way (dirty)", p:fails(5, "import", "golang-migrate", "--adopt").err, 1, true)
    p.db:exec "update schema_migrations set dirty = false, version = 7"
    assert.matches("Can't locate revision identified by '7'", p:fails(6, "import", "golang-migrate", "--adopt").err, 1, true)
    assert.is_nil(p.db:scalar "select to_regclass('moonshift_version')")
  end)

  it("refuses a table with a hole, and reads one of another name", function()
    local p = imported "dbmate"
    p.db:exec "create schema \"Ops\"; create table \"Ops\".done (version text)"
    p.db:exec "insert into \"Ops\".done values ('20240101120000'), ('20240103120000')"
    local r = p:fails(7, "import", "dbmate", "--adopt", "--table", '"Ops".done')
    assert.matches("'20240103120000' is applied, and '20240102120000' before it is not", r.err, 1, true)
    p.db:exec "delete from \"Ops\".done where version like '%0103%'"
    p:ok("import", "dbmate", "--adopt", "--table", '"Ops".done')
    assert.same({ "20240101120000" }, p.db:column "select version_num from moonshift_version")
  end)

  it("leaves an empty history alone", function()
    local p = imported "goose"
    p.db:exec(live.goose)
    p.db:exec "delete from goose_db_version where version_id > 0"
    assert.matches("Nothing is applied", p:ok("import", "goose", "--adopt").err, 1, true)
    assert.is_nil(p.db:scalar "select to_regclass('moonshift_version')")
    assert.equal(shell.exists(p:path "migrations/00001_create_users.lua"), true)
  end)
end)
