-- What is created without a name gets one from PostgreSQL; the inverse finds it, by the same
-- rules and, where the name was taken, by asking the catalog. The oracle is the server.
local cases = require "spec.support.cases"
local db = require "spec.support.db"

local wide = ("w"):rep(40)
local odd = ("ü"):rep(31)

-- Each without a name; twice, so that the second one gets a number.
local calls = {
  'op.create_index(nil, "t", { "a" })',
  'op.create_index(nil, "t", { "a", "b" }, { unique = true, include = { "c" } })',
  'op.create_index(nil, "t", sql "lower(c)")',
  'op.create_index(nil, "t", { sql "lower(c)", sql "upper(c)", sql "lower(b::text)" })',
  'op.create_index(nil, "t", { sql "(a + 1)", sql "(a + 2)", { expr = "a is null" } })',
  'op.create_index(nil, "t", { sql "(c::varchar)", sql "(1::bigint)", sql "(c collate \\"C\\")" })',
  'op.create_index(nil, "t", { sql "coalesce(a, b)", sql "nullif(a, b)", sql "greatest(a, b)", sql "least(a, b)" })',
  'op.create_index(nil, "t", { sql "(case when a > 0 then 1 else b end)", sql "(case when a > 0 then b else 1 end)" })',
  'op.create_index(nil, "t", { sql "(array[a, b])", sql "((p).x)", sql "(xs[1])", sql "(row(a, b) is null)" })',
  'op.create_index(nil, "t", { "c" }, { where = "a > 1", using = "hash" })',
  ('op.create_index(nil, %q, { %q, "a" })'):format(wide, wide),
  ('op.create_index(nil, %q, { "a", %q })'):format(wide, wide),
  ('op.create_index(nil, "t", { %q })'):format(odd),
  ('op.create_unique_constraint(nil, %q, { %q, "a" }, { include = { "b" } })'):format(wide, wide),
  ('op.create_unique_constraint(nil, "t", { %q })'):format(odd),
  'op.create_index(nil, "things", { "Odd" }, { schema = "app" })',
  'op.create_unique_constraint(nil, "t", { "a", "b" }, { include = { "c" }, deferrable = true })',
  'op.create_unique_constraint(nil, "things", { "Odd" }, { schema = "app" })',
  'op.create_check_constraint(nil, "t", "a > 0")',
  'op.create_check_constraint(nil, "t", "a > 0 and t.a < 10")',
  'op.create_check_constraint(nil, "t", "a > b")',
  'op.create_check_constraint(nil, "t", "true", { not_valid = true })',
  'op.create_check_constraint(nil, "t", "(p).x > 0")',
  'op.create_check_constraint(nil, "things", "length(\\"Odd\\") > 0", { schema = "app" })',
  ('op.create_check_constraint(nil, %q, "%s > 0")'):format(wide, wide),
  'op.create_foreign_key(nil, "t", "u", { "a" }, { "id" })',
  'op.create_foreign_key(nil, "t", "v", { "a", "b" })',
  'op.create_exclude_constraint(nil, "t", { { "a", "=" }, { sql "lower(c)", "=" } }, { using = "btree" })',
  'op.create_exclude_constraint(nil, "t", { { expr = "a + 1", operator = "=" } }, { using = "btree", where = "b > 0" })',
  'op.create_domain_constraint(nil, "d", "value > 0")',
  'op.create_primary_key(nil, "keyless", { "n" })',
  'op.create_primary_key(nil, "we%ird", { "n" })',
}

describe("a name that PostgreSQL chooses", function()
  local model, version, before

  setup(function()
    model = db.create()
    model:exec(([[
      create schema app;
      create type pair as (x integer, y integer);
      create domain d as integer;
      create table u (id integer primary key);
      create table v (x integer, y integer, primary key (x, y));
      create table t (a integer, b integer, c text, p pair, xs integer[], "%s" integer);
      create table "%s" ("%s" integer, a integer, b integer);
      create table app.things ("Odd" text);
      create table keyless (n integer not null);
      create table "we%%ird" (n integer not null);
      create table taken (n integer constraint keyless_pkey primary key);]]):format(odd, wide, wide))
    version = tonumber(model:scalar "show server_version_num")
    before = model:dump()
  end)

  local function texts(call)
    local ops = assert(cases.load(call))
    local back = assert(ops:reverse())
    return assert(ops:script(version)), assert(back:script(version)), back:render()
  end

  it("is found by the inverse, even with a number behind it", function()
    local d, up, down = db.create(model.name), {}, {}
    for i, call in ipairs(calls) do
      local there, back = texts(call)
      up[i] = there
      table.insert(down, 1, back)
      if not call:find "primary_key" then
        up[i] = there .. there
        table.insert(down, 1, back)
      end
    end
    d:exec(table.concat(up))
    assert.not_equal(before, d:dump())
    d:exec(table.concat(down))
    assert.equal(before, d:dump())
  end)

  it("is found when the number has two digits, and takes their room from a full name", function()
    local there, back = texts(('op.create_index(nil, %q, { %q })'):format(wide, wide))
    local d = db.create(model.name)
    d:exec(there:rep(12))
    assert.equal("1", d:scalar "select count(*) from pg_class where relname ~ '_idx10$'")
    d:exec(back:rep(12))
    assert.equal(before, d:dump())
  end)

  it("is known before, when it is free", function()
    local d = db.create(model.name)
    local names = [[select conname from pg_constraint union all
      select relname from pg_class where relkind = 'i' and relnamespace not in
        (select oid from pg_namespace where nspname like 'pg_%')]]
    d:exec("drop table taken; create table old as " .. names)
    for _, call in ipairs(calls) do
      local there, _, back = texts(call)
      local made = d:column(("begin;\n%s\nselect * from (%s) n except select * from old; rollback")
        :format(there, names))
      assert.equal(1, #made, call)
      local name = back:match '^op%.[%w_]+%("([^"]*)"'
      assert.equal(made[1], name, call)
      assert.truthy(back:find("chosen = true", 1, true), back)
    end
  end)

  it("cannot be dropped concurrently", function()
    local ops = assert(cases.load 'op.create_index(nil, "t", { "a" }, { concurrently = true })')
    local _, err = ops:reverse()
    assert.equal("op.create_index has no inverse: without a name it cannot be dropped concurrently", err.message)
  end)
end)
