-- Autogenerate as its user sees it: what is said, what is written, and that it is true.
local project = require "spec.support.project"

local USERS = [[
model.table("users", {
  { "id", "bigserial", primary_key = true },
  { "email", "varchar(255)", nullable = false, unique = true },
})
]]

local function said(r, text)
  assert.truthy(r.err:find(text, 1, true), ("not said: %s\n%s"):format(text, r.err))
end

-- The one revision file whose name holds `slug`.
local function revision(p, slug)
  for _, name in ipairs(p:files("migrations")) do
    if name:find(slug, 1, true) then
      return p:read("migrations/" .. name)
    end
  end
  error("no revision " .. slug)
end

local function made(models)
  local p = project.new { files = { ["models/schema.lua"] = models } }
  p:ok("revision", "--autogenerate", "-m", "first")
  p:ok("upgrade", "head")
  return p
end

describe("revision --autogenerate", function()
  it("goes through the guide's workflow", function()
    local p = project.new { files = { ["models/users.lua"] = USERS } }
    said(p:ok("revision", "--autogenerate", "-m", "initial migration"), "Detected added table 'users'")
    p:ok("upgrade", "head")
    p:ok("check")
    p:write("models/users.lua", (USERS:gsub('%}%)\n$', '  { "age", "integer" },\n})\n')))
    said(p:fails(4, "check"), "Detected added column 'users.age'")
    said(p:ok("revision", "--autogenerate", "-m", "add age field to user"),
      "Detected added column 'users.age'")
    local text = revision(p, "add_age_field")
    assert.truthy(text:find('op.add_column("users", { "age", "integer" })', 1, true))
    assert.truthy(text:find('op.drop_column("users", "age")', 1, true))
    p:ok("upgrade", "head")
    p:ok("check")
  end)

  it("says where rows that are there will stop it", function()
    local p = made 'model.table("t", { { "a", "integer" }, { "b", "integer" } })'
    p:write("models/schema.lua", [[
model.table("t", {
  { "a", "integer", nullable = false }, { "b", "integer", default = 1 },
  { "must", "integer", nullable = false }, { "has", "integer", nullable = false, default = 1 },
  { "id", "integer", identity = true }, { "may", "integer" },
})
]])
    p:ok("revision", "--autogenerate", "-m", "second")
    local up, down = revision(p, "second"):match("(function upgrade.*)(function downgrade.*)")
    local remarks = {}
    for remark, name in up:gmatch('  %-%- (fails[^\n]*)\n  op%.[a-z_]+%("t", [{ ]*"(%a+)"') do
      remarks[name] = remark
    end
    assert.same({ a = "fails while a row has no value there",
      must = "fails while the table has rows: they have no value for it" }, remarks)
    assert.falsy(down:find("fails", 1, true))
  end)

  it("writes types by their short names", function()
    local p = made [[
model.table("t", {
  { "a", "character varying(9)[]" }, { "b", "character(3)" }, { "c", "bpchar" },
  { "d", "timestamp(3) with time zone" }, { "e", "timestamp without time zone[]" },
  { "f", "time with time zone" }, { "g", "time(0)" }, { "h", "bit varying(4)" },
  { "i", "bit(2)" }, { "j", '"char"' }, { "k", "interval day to second" },
})
]]
    local text = revision(p, "first")
    local types = {}
    for _, kind in text:gmatch("{ \"(%a)\", +(['\"].-['\"]) }") do
      types[#types + 1] = kind
    end
    assert.same({ '"varchar(9)[]"', '"char(3)"', '"bpchar"', '"timestamptz(3)"', '"timestamp[]"',
      '"timetz"', '"time(0)"', '"varbit(4)"', '"bit(2)"', "'\"char\"'", '"interval day to second"' },
      types)
    p:ok("check")
  end)

  it("builds models in any order, whatever the bodies of functions name", function()
    local p = made [[
model.view("a", "select n from b")
model.view("b", "select n from c")
model.func("later", nil, "void", "declare r gone%rowtype; begin end", { language = "plpgsql" })
model.table("c", { { "n", "integer" } })
]]
    p:ok("check")
  end)

  it("reads back what inspect writes of a sequence that found its column later", function()
    local p = project.new()
    p.db:exec [[
      create sequence numbers;
      create table t (id integer default nextval('numbers'));
      alter sequence numbers owned by t.id;
    ]]
    p:write("models/schema.lua", p:ok("inspect").out)
    p:ok("check")
  end)

  describe("of a varchar that is IN a list", function()
    local WRITTEN = [[
      create table t (kind varchar(9) check (kind in ('it''s', 'b\c')), n integer,
        "Od""d" varchar check ("Od""d" not in ('x', 'y')));
      create index i on t (n) where kind in ('a', 'b');
      create view v as select n, '((kind)::text = ANY ((ARRAY[''a''' as note
        from t x where x.kind in ('a', 'b') or kind = any (array['one'::varchar]);
    ]]

    it("writes IN, and makes what was read", function()
      local p = project.new()
      p.db:exec(WRITTEN)
      local models = p:ok("inspect").out
      assert.truthy(models:find([[kind IN ('it''s', ]], 1, true), models)
      assert.truthy(models:find([[\"Od\"\"d\" NOT IN ('x', 'y')]], 1, true), models)
      assert.truthy(models:find([[kind IN ('a', 'b')) OR]], 1, true), models) -- x. before it up to 15
      local q = made(models)
      assert.equal(p.db:dump(), q.db:dump())
    end)

    it("finds nothing in a database that was dumped and restored", function()
      if require("spec.support.db").old_tools() then return pending "pg_dump is older than the server" end
      local p, restored = project.new(), project.new()
      p.db:exec(WRITTEN)
      restored.db:exec(p.db:dump())
      restored:write("models/schema.sql", WRITTEN)
      said(restored:ok("check"), "No new upgrade operations detected")
      restored:write("models/schema.sql", (WRITTEN:gsub("'a', 'b'", "'a', 'c'")))
      restored:fails(4, "check")
    end)
  end)

  it("writes no file when nothing differs", function()
    local p = made(USERS)
    local before = #p:files("migrations")
    said(p:ok("revision", "--autogenerate", "-m", "again"), "No changes detected")
    assert.equal(before, #p:files("migrations"))
  end)

  it("refuses a database that is behind, with what to type", function()
    local p = made(USERS)
    p:ok("downgrade", "base")
    local r = p:fails(1, "revision", "--autogenerate", "-m", "late")
    said(r, "Target database is not up to date.")
    said(r, "moonshift upgrade head")
  end)

  it("takes tables that name each other, whatever the order of the files", function()
    local p = project.new { files = {
      ["models/a.lua"] = 'model.table("a", { { "id", "int", primary_key = true }, { "b", "int", references = "b.id" } })',
      ["models/b.lua"] = 'model.table("b", { { "id", "int", primary_key = true }, { "a", "int", references = "a.id" } })',
    } }
    p:ok("revision", "--autogenerate", "-m", "circle")
    p:ok("upgrade", "head")
    p:ok("check")
    p:ok("downgrade", "base")
    assert.same({}, p.db:column "select relname from pg_class where relname in ('a', 'b')")
  end)

  it("renames where the model says so, and keeps the rows", function()
    local p = made(USERS)
    p.db:exec "insert into users (email) values ('a@b.c')"
    p:write("models/schema.lua", [[
model.table("people", {
  { "id", "bigserial", primary_key = true },
  { "mail", "varchar(255)", nullable = false, renamed_from = "email" },
  renamed_from = "users",
})
]])
    p:ok("revision", "--autogenerate", "-m", "rename")
    p:ok("upgrade", "head")
    assert.equal("a@b.c", p.db:scalar "select mail from people")
    p:ok("check")
    p:ok("downgrade", "-1")
    assert.equal("a@b.c", p.db:scalar "select email from users")
  end)

  it("renames what is named after a renamed table or column, and builds nothing again", function()
    local models = [[
model.table("users", {
  { "id", "bigserial", primary_key = true },
  { "email", "text", unique = true, check = "email <> ''" },
  { "kind", "text", index = true },
  { "boss_id", "bigint", references = "users.id" },
})
model.table("log", {
  { "id", "int" }, { "kind", "text", index = true },
  unique = { "id", "kind" }, partition_by = "range (id)",
})
model.table("log1", { partition_of = { "log", "for values from (0) to (10)" } })
]]
    local p = made(models)
    p.db:exec "insert into users (email) values ('a@b.c')"
    local function built()
      return p.db:column "select relfilenode from pg_class where relkind = 'i' and relnamespace = 'public'::regnamespace\
        and relname not like 'moonshift%' order by relfilenode"
    end
    local before = built()
    p:write("models/schema.lua", (models:gsub('"users", {', '"people", { renamed_from = "users",')
      :gsub('"email", ', '"mail", renamed_from = "email", '):gsub("email <>", "mail <>")
      :gsub('"users.id"', '"people.id"'):gsub('{ "kind", "text"', '{ "sort", "text", renamed_from = "kind"')
      :gsub('"id", "kind"', '"id", "sort"')))
    p:ok("revision", "--autogenerate", "-m", "rename")
    local text = revision(p, "rename")
    assert.falsy(text:find("op.drop_", 1, true) or text:find("op.create_", 1, true), text)
    p:ok("upgrade", "head")
    p:ok("check")
    assert.same(before, built())
    assert.equal("2", p.db:scalar "insert into people (mail) values ('b') returning id")
    p:ok("downgrade", "-1")
    assert.same(before, built())
    assert.equal("3", p.db:scalar "insert into users (email) values ('c') returning id")
  end)

  it("leaves partitions alone that the configuration says come and go", function()
    local models = 'model.table("t", { { "id", "int" }, { "k", "text" }, partition_by = "range (id)" })'
    local p = made(models)
    p.db:exec "create table t1 partition of t for values from (0) to (10)"
    p.db:exec "create index own on t1 (lower(k))"
    local function indexes()
      return p.db:column "select relname from pg_class where relkind = 'i' and relname ~ '^(t1|own)' order by 1"
    end
    said(p:fails(4, "check"), 'exclude = { "partition:*" }')
    p:write("moonshift.lua", 'return { exclude = { "partition:*" } }')
    p:ok("check")
    p:write("models/schema.lua", (models:gsub('"k", "text"', '"k", "varchar(9)", index = true')))
    p:ok("revision", "--autogenerate", "-m", "wider")
    p:ok("upgrade", "head")
    p:ok("check")
    assert.same({ "own", "t1_k_idx" }, indexes())
    p:ok("downgrade", "-1")
    assert.same({ "own" }, indexes())
  end)

  it("points a likely rename out, on the terminal and in the file, and does not guess", function()
    local p = made(USERS)
    p:write("models/schema.lua", (USERS:gsub('"email"', '"mail"')))
    said(p:ok("revision", "--autogenerate", "-m", "guess"), 'renamed_from = "email"')
    local text = revision(p, "guess")
    assert.truthy(text:find('%-%- perhaps a rename: [^\n]*renamed_from = "email"[^\n]*\n[^\n]*\n  op.drop_column'), text)
    assert.equal(1, select(2, text:gsub("perhaps a rename", "")))
  end)

  it("tells of a value that may only be renamed", function()
    local p = made 'model.enum("mood", { "sad", "ok" })'
    p:write("models/schema.lua", 'model.enum("mood", { "sad", "fine" })')
    p:ok("revision", "--autogenerate", "-m", "value")
    assert.truthy(revision(p, "value"):find('op.rename_enum_value("mood", "ok", "fine")', 1, true))
  end)

  it("adds enum values without a rewrite, usable in the same file", function()
    local p = made 'model.enum("mood", { "sad", "ok" })\nmodel.table("t", { { "m", "mood" } })'
    p:write("models/schema.lua",
      'model.enum("mood", { "sad", "ok", "glad" })\nmodel.table("t", { { "m", "mood", default = "glad" } })')
    p:ok("revision", "--autogenerate", "-m", "glad")
    assert.truthy(revision(p, "glad"):find("op.add_enum_value", 1, true))
    p:ok("upgrade", "head")
    p:ok("check")
  end)

  it("rebuilds the views above a column whose type changes", function()
    local models = USERS .. [[
model.view("v1", "select id, email from users")
model.view("v2", "select id from v1")
]]
    local p = made(models)
    p:write("models/schema.lua", (models:gsub("varchar%(255%)", "text")))
    p:ok("revision", "--autogenerate", "-m", "wider")
    p:ok("upgrade", "head")
    p:ok("check")
    assert.equal("text", p.db:scalar [[select format_type(atttypid, atttypmod) from pg_attribute
      where attrelid = 'v1'::regclass and attname = 'email']])
    p:ok("downgrade", "-1")
    assert.equal("0", p.db:scalar "select count(*) from v2")
  end)

  it("writes how a number becomes an array of numbers with digits", function()
    local p = made 'model.table("t", { { "n", "integer" } })'
    p:write("models/schema.lua", 'model.table("t", { { "n", "numeric(10,2)[]" } })')
    p:ok("revision", "--autogenerate", "-m", "second")
    assert.truthy(revision(p, "second"):find("n::text::numeric(10,2)[]", 1, true))
    p:ok("upgrade", "head")
    p:ok("check")
    p:ok("downgrade", "-1")
  end)

  it("leaves alone what the configuration excludes", function()
    local p = made(USERS)
    p.db:exec "create table tmp_1 (a int); create schema audit; create table audit.log (a int)"
    said(p:fails(4, "check"), "Detected removed table 'tmp_1'")
    p:write("moonshift.lua", 'return { exclude = { "tmp_*", "audit.*", "schema:audit" } }\n')
    p:ok("check")
  end)

  it("writes conditions without parentheses that say nothing", function()
    local p = project.new { files = { ["models/schema.sql"] = [[
      create table t (a int check (a > 0), b int check ((a > 0) and (b > 0) or b is null),
        c int generated always as (a * 2) stored, d text check (d <> '(' and d <> ')'));
      create index i on t (a) where a > 7;
      create domain d as int check (value <> 3);
    ]] } }
    p:ok("revision", "--autogenerate", "-m", "bare")
    local text = revision(p, "bare")
    for _, bare in ipairs { '"a > 0"', '"((a > 0) AND (b > 0)) OR (b IS NULL)"', '"a * 2"',
      [["(d <> '('::text) AND (d <> ')'::text)"]], '"a > 7"', '"VALUE <> 3"' } do
      assert.truthy(text:find(bare, 1, true), bare .. " is not in\n" .. text)
    end
    p:ok("upgrade", "head")
    p:ok("check")
  end)

  it("opens circles of needs in two parts", function()
    local p = project.new { files = { ["models/schema.sql"] = [[
      create table t (id int primary key, a int);
      create function f() returns bigint language sql begin atomic select max(a) from t; end;
      alter table t alter a set default f();
      create function g(x int) returns int language sql as 'select 1';
      create view v as select g(id) as one from t;
      create or replace function g(x int) returns int language sql begin atomic select one from v where one = x; end;
    ]] } }
    p:ok("revision", "--autogenerate", "-m", "circles")
    local text = revision(p, "circles")
    assert.truthy(text:find('op.alter_column("t", "a", { default = sql "f()"', 1, true))
    assert.truthy(text:find("SELECT NULL", 1, true))
    p:ok("upgrade", "head")
    p:ok("check")
    p:ok("downgrade", "base")
    assert.same({}, p.db:column "select relname from pg_class where relname in ('t', 'v')")
  end)

  it("names a circle that it cannot open", function()
    local p = project.new { files = { ["models/schema.sql"] = [[
      create type r;
      create function r_canonical(r) returns r language internal immutable strict as 'int4range_canonical';
      create type r as range (subtype = int4, canonical = r_canonical);
    ]] } }
    local r = p:run("revision", "--autogenerate", "-m", "circle")
    said(r, "no order is right for what needs each other: range type 'r', function 'r_canonical(r)'")
  end)

  it("says by name what it does not compare", function()
    local p = made(USERS)
    p.db:exec [[create type strange; create foreign data wrapper w; create server far foreign data wrapper w;
      create foreign table abroad (a int, b int) server far; alter foreign table abroad alter a set (n_distinct = 5)]]
    local r = p:fails(4, "check")
    said(r, "not compared: base type strange of the database")
    said(r, "not compared: attribute options of abroad.a of the database")
    assert.is_nil(r.err:find("abroad.b of the database", 1, true), r.err)
  end)

  it("says which objects depend on an extension", function()
    local p = made [==[model.execute [[
      create function f() returns trigger language plpgsql as 'begin return new; end';
      create table t (n int);
      create index ix on t (n);
      create trigger g before insert on t for each row execute function f();
      create materialized view m as select 1 as one;
    ]]]==]
    local r = p:ok("check")
    assert.not_matches("not compared", r.err, 1, true)
    p.db:exec [[
      alter function f() depends on extension plpgsql;
      alter index ix depends on extension plpgsql;
      alter trigger g on t depends on extension plpgsql;
      alter materialized view m depends on extension plpgsql;
    ]]
    r = p:ok("check")
    for _, object in ipairs { "function f()", "index ix", "trigger g on table t", "materialized view m" } do
      said(r, ("not compared: DEPENDS ON EXTENSION plpgsql of %s of the database"):format(object))
    end
  end)

  it("drops its scratch databases", function()
    local p = made(USERS)
    p:write("models/broken.sql", "create table broken (a no_such_type);")
    local r = p:fails(1, "check")
    said(r, "no_such_type")
    said(r, "models/broken.sql")
    assert.equal("0", p.db:scalar [[select count(*) from pg_database d
      where datname like 'moonshift\_scratch%' and not exists
        (select from pg_stat_activity a where a.datid = d.oid)
        and split_part(datname, '_', 4)::int = 0]])
  end)
end)

describe("check", function()
  it("answers as JSON", function()
    local p = made(USERS)
    p.db:exec "alter table users add column extra int"
    local r = p:fails(4, "check", "--json")
    assert.truthy(r.out:find('"differs": true', 1, true))
    assert.truthy(r.out:find('"name": "extra"', 1, true))
  end)
end)
