-- What plan says that a statement locks and copies, held against what the server does.
local json = require "dkjson"
local db = require "spec.support.db"
local project = require "spec.support.project"

local tables = [[
  create table o (id bigint primary key, a text);
  create table t (id bigint primary key, a text, b text, v varchar(5), ref bigint,
    constraint u unique (b)) with (fillfactor = 90);
  alter table t add constraint c check (a is not null) not valid;
  alter table t add constraint k foreign key (ref) references o not valid;
  create unique index t_a on t (a);
  create table p (id bigint) partition by list (id);
  create table p1 partition of p for values in (1);
  create table q (id bigint);
  create view w as select 1 as n;
  create materialized view m as select 1 as n;
  create function f() returns trigger language plpgsql as 'begin return new; end';
  create trigger g before insert on t for each row execute function f();
  create schema s;
  create table s.x (id bigint primary key);
]]

-- Each by itself, on the tables above.
local statements = {
  "create table n (id bigint references t)",
  "create table n (id bigint, foreign key (id) references s.x, self bigint unique references n (self))",
  "create table n (t bigint references t, o bigint references o)",
  "create table if not exists t (id bigint, self bigint references t)",
  "create table n partition of p for values in (2)",
  "create table n (like t including all)",
  "alter table t add n text", "alter table t add n uuid default gen_random_uuid()",
  "alter table t add n int default 1", "alter table t add n int generated always as (1) stored",
  "alter table t add n bigserial", "alter table t add n bigint references o",
  "alter table t add n bigint, add foreign key (n) references s.x",
  "alter table t drop a", "alter table t alter a set default 'x'", "alter table t alter a drop default",
  "alter table t alter b set not null", "alter table t alter a set statistics 50",
  "alter table t alter a set (n_distinct = 5)", "alter table t alter a set storage external",
  "alter table t set (fillfactor = 70)", "alter table t reset (fillfactor)", "alter table t validate constraint c",
  "alter table t drop constraint c", "alter table t add check (b > '') not valid", "alter table t add check (b > '')",
  "alter table t add foreign key (ref) references o", "alter table t add foreign key (ref) references o not valid",
  "alter table t add unique (v)", "alter table t add constraint n unique using index t_a",
  "alter table t cluster on t_pkey", "alter table t set without cluster", "alter table t disable trigger g",
  "alter table t enable row level security", "alter table t owner to current_user",
  "alter table t replica identity full", "alter table t set unlogged", "alter table t alter v type text",
  "alter table t alter v type varchar(3)", "alter table s.x alter id type integer", "alter table t alter a type text",
  "alter table t alter v type text using upper(v)", "alter table only t add n text",
  "alter table p attach partition q for values in (3)", "alter table p detach partition p1",
  "alter table t inherit o", "alter table t set schema s",
  "create index on t (a)", "create index on only p (id)", "create unique index on s.x (id)",
  "drop index t_a", "reindex table t", "reindex index t_a",
  "drop table q", "drop table if exists q, nosuch", "drop view w", "drop materialized view m", "drop trigger g on t",
  "truncate q", "truncate q, s.x",
  "insert into t (id, a) values (1, 'a')", "insert into t (id, a) select id, a from o", "update t set a = b where id = 1",
  "delete from t", "with d as (select 1 as id) delete from t using d where t.id = d.id", "select * from t",
  "create trigger h after insert on t for each row execute function f()", "create rule r as on insert to t do nothing",
  "create policy y on t", "comment on table s.x is 'n'", "comment on column t.a is 'n'", "comment on constraint c on t is 'n'",
  "create statistics y on id, a from t", "cluster t using t_pkey", "analyze t", "lock table t", "lock table t in share mode",
  "lock table t, o in exclusive mode", "refresh materialized view m", "create view n as select * from t",
  "create type y as enum ('a')", "grant select on t to public", "create temp table t_2 as select * from t",
  "alter table t rename b to n", "alter table t rename constraint c to n", "alter index t_a rename to n",
  "alter trigger g on t rename to n", "alter table t rename to n",
}
if db.server_version() >= 150000 then
  table.insert(statements, 1, "merge into t using o on t.id = o.id when matched then do nothing")
end

local levels = { RowExclusiveLock = 3, ShareUpdateExclusiveLock = 4, ShareLock = 5, ShareRowExclusiveLock = 6,
  ExclusiveLock = 7, AccessExclusiveLock = 8 }
local words = { "", "", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE",
  "ACCESS EXCLUSIVE" }

-- "o: SHARE, t: EXCLUSIVE copied": sorted, relations that were there before only.
local function sorted(list)
  table.sort(list)
  return table.concat(list, ", ")
end

local function of_server(d, statement)
  local files = "(select pg_relation_filenode(oid) from pg_class c where c.oid = before.oid)"
  local rows = d:query(("begin; create temp table before on commit drop as "
    .. "select oid, oid::regclass::text as name, pg_relation_filenode(oid) as file from pg_class "
    .. "where relkind in ('r', 'p', 'v', 'm') and oid >= 16384; %s; select name, mode, coalesce(file is distinct from %s and "
    .. "mode = 'AccessExclusiveLock' and relkind in ('r', 'm'), false) as copied "
    .. "from before join pg_locks l on relation = oid left join pg_class c using (oid) "
    .. "where l.pid = pg_backend_pid() and name <> 'before'"):format(statement, files))
  local strongest, copied = {}, {}
  for _, row in ipairs(rows) do
    local level = levels[row[2]] or 0
    if #row == 3 and level > (strongest[row[1]] or 0) then strongest[row[1]] = level end
    copied[row[1]] = copied[row[1]] or (row[3] == "t" and not statement:find "^truncate")
  end
  local list = {}
  for name, level in pairs(strongest) do
    list[#list + 1] = name .. ": " .. words[level] .. (copied[name] and " copied" or "")
  end
  return sorted(list)
end

describe("plan", function()
  local p

  setup(function()
    local calls = {}
    for i, statement in ipairs(statements) do calls[i] = ("op.execute [[%s]]"):format(statement) end
    p = project.new { files = {
      ["migrations/001_a.lua"] = project.revision { "001_a", up = ("op.execute [[%s]]"):format(tables) },
      ["migrations/002_b.lua"] = project.revision { "002_b", down = "001_a", up = table.concat(calls, "\n  ") },
    } }
    p:ok("upgrade", "001_a")
  end)

  it("names the locks that the server takes, and the tables it copies", function()
    local steps = assert(json.decode(p:ok("plan", "--json").out))
    assert.equal(#statements, #steps[1].statements, steps[1].unknown)
    local wrong = {}
    for i, shown in ipairs(steps[1].statements) do
      local list = {}
      for k, lock in ipairs(shown.locks) do
        list[k] = lock.table .. ": " .. lock.lock .. (lock.copies and " copied" or "")
        assert.equal("number", type(lock.bytes), statements[i])
      end
      local said, server = sorted(list), of_server(p.db, statements[i])
      if said ~= server then
        wrong[#wrong + 1] = ("%s\n  server: %s\n  plan:   %s"):format(statements[i], server, said)
      end
    end
    assert.equal("", table.concat(wrong, "\n"))
  end)

  -- The text of a plan of one revision that runs the given bodies.
  local function text(...)
    p:write("migrations/002_b.lua", project.revision { "002_b", down = "001_a", up = table.concat({ ... }, "\n  ") })
    return p:ok("plan").out
  end

  it("names the table where the words are newer than the parser", function()
    if db.server_version() < 170000 then return pending "SET EXPRESSION came with PostgreSQL 17" end
    p.db:exec "create table e (a int, kept int generated always as (a) stored)"
    assert.matches("takes ACCESS EXCLUSIVE on e %(.-%) and copies all of it, migrations/002_b.lua:",
      text('op.alter_column("e", "kept", { generated = "a * 2" })'))
    if db.server_version() < 180000 then return end
    p.db:exec "alter table e add computed int generated always as (a) virtual"
    assert.matches("takes ACCESS EXCLUSIVE on e %([^)]*%), migrations/002_b.lua:",
      text('op.alter_column("e", "computed", { generated = "a * 2" })'))
  end)

  it("tells what reads all of a table, and how large it is", function()
    p.db:exec "insert into s.x select generate_series(1, 20000)"
    local bytes = p.db:scalar "select pg_size_pretty(pg_total_relation_size('s.x'))"
    local out = text('op.create_foreign_key("f", "t", "x", { "ref" }, { "id" }, { referent_schema = "s" })')
    assert.matches("\n--   takes SHARE ROW EXCLUSIVE on t (64 kB) and reads all of it, migrations/002_b.lua:6\n", out, 1, true)
    assert.matches(("\n--   takes SHARE ROW EXCLUSIVE on s.x (%s), migrations/002_b.lua:6\n"):format(bytes), out, 1, true)
    assert.matches("takes ACCESS EXCLUSIVE on t (64 kB), ",
      text('op.create_check_constraint("n", "t", "id > 0", { not_valid = true })'), 1, true)
    for _, body in ipairs { 'op.create_check_constraint("n", "t", "id > 0")', 'op.alter_column("t", "b", { nullable = false })',
      'op.create_index("n", "t", { "a" })', 'op.create_unique_constraint("n", "t", { "a" })',
      'op.create_index("n", "t", { "a" }, { concurrently = true })' } do
      assert.matches(" on t %(64 kB%) and reads all of it, ", text(body))
    end
  end)

  it("names no lock where none is taken on a relation", function()
    p.db:exec "create domain d as text; create publication everything for all tables"
    local out = text('op.alter_domain("d", { default = "x" })', 'op.create_publication("pub", { schemas = "s" })',
      'op.alter_publication("everything", { with = { publish = "insert" } })',
      'op.create_domain_constraint("c", "d", "value <> \'\'", { not_valid = true })',
      'op.set_owner("function", "f", "postgres")', 'op.set_schema("domain", "d", "s", { schema = "public" })')
    assert.not_matches("takes", out, 1, true)
    assert.matches("takes SHARE, ", text 'op.alter_domain("d", { nullable = false })', 1, true)
    assert.matches("takes SHARE, ", text 'op.create_domain_constraint("c", "d", "value <> \'\'")', 1, true)
    assert.matches("takes SHARE UPDATE EXCLUSIVE", text 'op.create_publication("pub", { tables = "t" })', 1, true)
    p.db:exec "drop publication everything; drop domain d"
  end)

  it("does not wait for a table that somebody else keeps for himself", function()
    local body = text('op.drop_table("o")')
    assert.matches("takes ACCESS EXCLUSIVE on o (", body, 1, true)
    local holder = p:start { shell = "psql -X -q -c 'begin; lock table o; select pg_sleep(60)' \"$DATABASE_URL\"" }
    repeat until p.db:scalar "select count(*) from pg_locks where relation = 'o'::regclass and granted" == "1"
    assert.matches("takes ACCESS EXCLUSIVE on o, ", p:ok("plan").out, 1, true)
    p.db:exec "select pg_terminate_backend(pid) from pg_locks where relation = 'o'::regclass"
    holder:wait()
  end)

  it("names only tables that are there, under the name they have there", function()
    local out = text('op.create_table("n", { { "id", "bigint" } })', 'op.create_index("ix", "n", { "id" })',
      'op.rename_table("o", "o2")', 'op.add_column("o2", { "n", "text" })')
    assert.not_matches(" on n ", (out:gsub("INDEX ix ON n ", "")), 1, true)
    assert.matches("ADD COLUMN n text;\n--   takes ACCESS EXCLUSIVE on o (", out, 1, true)
  end)

  it("says where only the run can tell", function()
    assert.matches("end $$;\n--   what it locks is known only when it runs, migrations/002_b.lua:6\n",
      text "op.execute 'do $$ begin drop table t; end $$'", 1, true)
  end)

  it("fails at SQL that the server cannot read, and goes on where it cannot know", function()
    text 'op.execute "select 1"'
    p:write("migrations/002_b.lua", project.revision { "002_b", down = "001_a", up = 'db.scalar "selct 1"' })
    assert.matches("syntax error", p:fails(1, "plan").err, 1, true)
    p:write("migrations/002_b.lua", project.revision { "002_b", down = "001_a",
      up = 'op.create_table("n", { { "id", "bigint" } }) db.scalar "select count(*) from n"' })
    assert.matches('-- the rest is known when the revisions before it have run: relation "n" does not exist',
      p:ok("plan").out, 1, true)
  end)

  it("goes on behind a backfill whose table, column or key an earlier revision makes", function()
    text 'op.execute "select 1"'
    p:write("migrations/003_c.lua", project.revision { "003_c", down = "002_b", transactional = false,
      up = 'op.backfill { table = "n", key = "k", set = { v = 1 } }' })
    p:write("migrations/004_d.lua", project.revision { "004_d", down = "003_c", up = 'op.execute "select 4"' })
    for _, case in ipairs {
      { "select 1", 'op.create_table("n", { { "k", "bigint", primary_key = true } })', "n does not exist" },
      { "create table n (v int)", 'op.add_column("n", { "k", "bigint" })', "n has no column 'k'" },
      { "create table n (k int, v int)", 'op.create_primary_key(nil, "n", { "k" })', "no unique index of n is on (k)" },
    } do
      p.db:query("drop table if exists n; " .. case[1])
      p:write("migrations/002_b.lua", project.revision { "002_b", down = "001_a", up = case[2] })
      local out = p:ok("plan").out
      assert.matches("the rest is known when the revisions before it have run: op.backfill: " .. case[3], out, 1, true)
      assert.matches("select 4;", out, 1, true)
    end
  end)
end)
