-- What lint says of locks and rewriting, held against what the server does.
local db = require "spec.support.db"
local json = require "dkjson"
local project = require "spec.support.project"

-- Runs lint over one revision for each body, behind one that makes the tables; gives the
-- set of rules that each broke.
local function lint(tables, bodies, config)
  local files = { ["migrations/000.lua"] = project.revision { "000", up = tables } }
  local last = "000"
  for i, body in ipairs(bodies) do
    local id = ("%03d"):format(i)
    files[("migrations/%s.lua"):format(id)] = project.revision { id, down = last, up = body }
    last = id
  end
  local p = project.new { db = false, files = files, config = config }
  local r = p:run("lint", "--format", "json")
  local broken = {}
  for i = 1, #bodies do broken[i] = {} end
  for _, finding in ipairs(assert(json.decode(r.out), r.err)) do
    local i = tonumber(finding.revision)
    if i > 0 then broken[i][finding.rule] = finding.message end
  end
  return broken
end

describe("lint and the server agree", function()
  local d

  setup(function()
    d = db.create()
  end)

  -- Did a statement give table t or one of its indexes a new file?
  local function rewrites(make, change)
    local files = "(select string_agg(pg_relation_filenode(oid)::text, ' ' order by relname) "
      .. "from pg_class where relname in ('t', 't_ix'))"
    local before_and_after = d:query(("%s; create temp table before as select %s as f; %s; "
      .. "select f, %s from before; drop table t, before"):format(make, files, change, files))
    local row = before_and_after[#before_and_after]
    return row[1] ~= row[2]
  end

  it("which changes of a type rewrite a table", function()
    local pairs_of_types = {
      { "varchar(50)", "varchar(100)" }, { "varchar(50)", "varchar(50)" }, { "varchar(50)", "varchar(10)" },
      { "varchar(50)", "varchar" }, { "varchar(50)", "text" }, { "varchar", "text" }, { "text", "varchar" },
      { "text", "varchar(50)" }, { "varchar", "varchar(50)" }, { "char(3)", "text" }, { "char(3)", "char(5)" },
      { "char(3)", "varchar(3)" }, { "numeric(8,2)", "numeric(10,2)" }, { "numeric(8,2)", "numeric(10,3)" },
      { "numeric(8,2)", "numeric(6,2)" }, { "numeric(8,2)", "numeric" }, { "numeric", "numeric(8,2)" },
      { "numeric(8)", "numeric(10)" }, { "numeric(8)", "numeric(8,0)" }, { "numeric(8,2)", "numeric(10)" },
      { "integer", "bigint" }, { "smallint", "integer" }, { "integer", "numeric" }, { "real", "double precision" },
      { "timestamp", "timestamp(3)" }, { "timestamp(3)", "timestamp" }, { "timestamp(3)", "timestamp(6)" },
      { "timestamp", "timestamp(6)" }, { "timestamptz(0)", "timestamptz(3)" }, { "timestamptz(3)", "timestamptz(0)" },
      { "timestamp", "timestamptz" }, { "time(3)", "time" }, { "time", "time(3)" }, { "timetz(2)", "timetz(3)" },
      { "interval(3)", "interval" },
      { "interval", "interval(3)" }, { "interval day", "interval" }, { "interval", "interval" },
      { "varbit(5)", "varbit(9)" }, { "varbit(9)", "varbit(5)" },
      { "varbit(9)", "varbit" }, { "bit(3)", "varbit(5)" }, { "cidr", "inet" }, { "inet", "cidr", using = "c::cidr" },
      { "date", "timestamptz" }, { "varchar(5)[]", "text[]" }, { "varchar(5)[]", "varchar(5)[]" },
      { "text", "text", using = "upper(c)" }, { "varchar(5)", "text", using = "c::text" },
      { "varchar(5)", "text", using = "c" }, { "uuid", "text" }, { "oid", "bigint" }, { "integer", "oid" },
    }
    -- Not rewritten, but lint does not promise it: it depends on the session's time zone,
    -- or is left to the author.
    local cautious = { ["timestamp timestamptz"] = true, ["interval(3) interval"] = true, ["interval day interval"] = true,
      ["varchar(5)[] text[]"] = true, ["integer oid"] = true }
    local tables, bodies = {}, {}
    for i, p in ipairs(pairs_of_types) do
      tables[i] = ("op.create_table('t%d', { { 'c', %q } })"):format(i, p[1])
      bodies[i] = ("op.alter_column('t%d', 'c', { type = %q%s })"):format(i, p[2],
        p.using and (", using = %q"):format(p.using) or "")
    end
    local broken = lint(table.concat(tables, "\n"), bodies)
    for i, p in ipairs(pairs_of_types) do
      local name = p[1] .. " " .. p[2]
      local server = rewrites(("set timezone = 'UTC'; create table t (c %s); create index t_ix on t (c)"):format(p[1]),
        ("alter table t alter c type %s%s"):format(p[2], p.using and " using " .. p.using or ""))
      local said = broken[i]["changing-column-type"] ~= nil
      if cautious[name] then
        assert.is_true(said, name)
      else
        assert.equal(server, said, name)
      end
    end
  end)

  it("which new columns rewrite a table", function()
    d:exec "create function steady() returns int immutable language sql as 'select 1'"
    local columns = {
      "int", "int default 1", "int not null default 1", "timestamptz default now()",
      "timestamptz default current_timestamp", "timestamptz not null default clock_timestamp()",
      "uuid default gen_random_uuid()", "double precision default random()", "text default lower('A')",
      "text default 'a' || 'b'", "date default current_date", "int generated always as (1 + 1) stored",
      "bigint generated by default as identity", "bigserial", "jsonb default '{}'",
      "text default current_setting('TimeZone')", "text default md5('a')", "text default format('%s', 1)",
      "timestamp default date_trunc('day', now())", "text[] default '{}'", "text default current_user",
      "jsonb default jsonb_build_object('a', 1)", "int default steady()",
    }
    -- lint does not know what a function of the user's depends on
    local cautious = { ["int default steady()"] = true }
    local rules = { "adding-field-with-volatile-default", "adding-generated-column", "adding-serial-column" }
    local bodies = {}
    for i, column in ipairs(columns) do
      bodies[i] = ("op.execute [[alter table t add c%d %s]]"):format(i, column)
    end
    local broken = lint("op.create_table('t', { { 'a', 'text' } })", bodies)
    for i, column in ipairs(columns) do
      local said = false
      for _, rule in ipairs(rules) do
        said = said or broken[i][rule] ~= nil
      end
      local server = rewrites("create table t (a text)", "alter table t add c " .. column)
      assert.equal(server or cautious[column] or false, said, column)
    end
  end)

  it("which statements keep readers out", function()
    local make = [[
      create table t (id bigint primary key, a text, b text) with (fillfactor = 90);
      create table o (id bigint primary key, a text);
      alter table t add constraint c check (a is not null) not valid;
      create unique index t_b on t (b);
      create table p (id bigint) partition by list (id);
      create table q (id bigint);
      create function f() returns trigger language plpgsql as 'begin return new; end';
      create trigger g before insert on t for each row execute function f();
    ]]
    local statements = {
      { "alter table t add n text" }, { "alter table t drop a" }, { "alter table t alter a set default 'x'" },
      { "alter table t alter a drop not null" }, { "alter table t alter a set not null" },
      { "alter table t alter a set statistics 50" }, { "alter table t alter a set (n_distinct = 5)" },
      { "alter table t set (fillfactor = 70)" }, { "alter table t reset (fillfactor)" },
      { "alter table t validate constraint c" }, { "alter table t drop constraint c" },
      { "alter table t add constraint k check (b is not null) not valid" },
      { "alter table t add constraint k foreign key (id) references o" },
      { "alter table t add constraint k foreign key (id) references o not valid" },
      { "alter table t add constraint k unique using index t_b" }, { "alter table t cluster on t_pkey" },
      { "alter table t set without cluster" }, { "alter table t disable trigger g" },
      { "alter table t enable row level security" }, { "alter table t rename to u" },
      { "alter table t rename a to n" }, { "alter table t owner to current_user" },
      { "alter table t alter a set storage external" }, { "alter table t replica identity full" },
      { "truncate t" }, { "drop table t" }, { "insert into t values (1, 'a', 'b')" }, { "update t set a = b where id = 1" },
      { "comment on table t is 'x'" }, { "create index on t (a)" }, { "analyze t" },
      { "create trigger h after insert on t for each row execute function f()" },
      { "cluster t using t_pkey" }, { "alter table t alter a type varchar" }, { "lock table t" },
      { "create table n partition of p for values in (2)", "p" },
      { "alter table p attach partition q for values in (1)", "p" }, { "alter table t inherit o", "t" },
      { "drop trigger g on t" }, { "lock table t in share mode" }, { "create policy x on t" },
      { "create rule r as on insert to t do nothing" },
    }
    local bodies = {}
    for i, s in ipairs(statements) do
      bodies[i] = ("op.execute [[%s]]"):format(s[1])
    end
    local broken = lint(("op.execute [[%s]]"):format(make), bodies, "return { lock_timeout = 0 }")
    local wrong = {}
    for i, s in ipairs(statements) do
      local held = d:query(("begin; %s; %s; select count(*) from pg_locks l join before b on b.o = l.relation "
        .. "where l.pid = pg_backend_pid() and l.mode = 'AccessExclusiveLock'; rollback"):format(make
        .. ("commit; begin; create temp table before on commit preserve rows as select '%s'::regclass::oid as o;")
          :format(s[2] or "t") .. "commit; begin", s[1]))
      local server = tonumber(held[#held][1]) > 0
      d:exec "drop table if exists t, o, p, q, u, n cascade; drop function if exists f cascade; drop table if exists before"
      if server ~= (broken[i]["require-timeout-settings"] ~= nil) then
        wrong[#wrong + 1] = s[1] .. (server and ": keeps readers out, lint is silent" or ": lint speaks")
      end
    end
    assert.same({}, wrong)
  end)
end)
