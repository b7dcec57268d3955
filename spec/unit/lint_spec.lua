-- The rules of lint: for each a revision that breaks it (and nothing else), and one that
-- does the same safely, once as operations and once as SQL.
local cli = require "spec.support.cli"
local json = require "dkjson"
local project = require "spec.support.project"
local shell = require "spec.support.shell"

-- A rule, and what stands in upgrade(). T is a table of a revision before, with these
-- columns; N is a name that is free. Items: bad, good = lists of bodies; head = further
-- lines of the header. A body may also be { up =, head =, down_body = }.
local before = [[
  op.create_enum("T_kind", { "a", "b" })
  op.create_table("T", {
    { "id", "bigint", identity = true, primary_key = true },
    { "name", "varchar(50)" },
    { "price", "numeric(8,2)" },
    { "host", "cidr" },
    { "seen", "timestamptz(3)" },
    { "amount", "integer" },
    { "must", "text", nullable = false },
  })
  op.create_index("T_ix", "T", { "name" })
  op.create_index("T_uq", "T", { "name" }, { unique = true })
  op.create_table("T_parts", { { "id", "bigint" }, partition_by = "list (id)" })
  op.create_table("T_part", { partition_of = { "T_parts", "for values in (1)" } })
  op.create_materialized_view("T_mv", "select 1 as n")
]]

local long = ("n"):rep(64)

local function autocommit(body)
  return "op.autocommit(function() " .. body .. " end)"
end

local function sql(text)
  return ("op.execute [[%s]]"):format(text)
end

local new_table = 'op.create_table("N", { { "id", "bigint", identity = true, primary_key = true }, { "a", "text" } })\n'

local fixtures = {
  ["require-concurrent-index-creation"] = {
    bad = { 'op.create_index("N", "T", { "name" })', sql "create index on T (name)" },
    good = {
      autocommit 'op.create_index("N", "T", { "name" }, { concurrently = true })',
      autocommit(sql "create index concurrently N on T (name)"),
      { up = sql "create index concurrently N on T (name)", head = "transactional = false" },
      new_table .. 'op.create_index(nil, "N", { "a" })',
      sql "create table N_2 as select 1 as a; create index on N_2 (a)",
      'op.create_materialized_view("N", "select 1 as a", { indexes = { { "a" } } })',
    },
  },
  ["require-concurrent-index-deletion"] = {
    bad = { 'op.drop_index("T_ix")', sql "drop index T_ix" },
    good = {
      autocommit 'op.drop_index("T_ix", { concurrently = true })',
      new_table .. 'op.create_index("N_ix", "N", { "a" }) op.drop_index("N_ix")',
    },
  },
  ["require-concurrent-reindex"] = {
    bad = { 'op.reindex("table", "T")', sql "reindex index T_ix" },
    good = { autocommit 'op.reindex("table", "T", { concurrently = true })',
      autocommit(sql "reindex (concurrently) table T") },
  },
  ["require-concurrent-partition-detach"] = {
    bad = { 'op.detach_partition("T_parts", "T_part")', sql "alter table T_parts detach partition T_part" },
    good = { autocommit 'op.detach_partition("T_parts", "T_part", { concurrently = true })' },
  },
  ["require-concurrent-refresh"] = {
    bad = { 'op.refresh_materialized_view("T_mv")', sql "refresh materialized view T_mv" },
    good = { 'op.refresh_materialized_view("T_mv", { concurrently = true })' },
  },
  ["ban-concurrent-index-in-transaction"] = {
    bad = { 'op.create_index("N", "T", { "name" }, { concurrently = true })',
      sql "drop index concurrently T_ix", sql "vacuum T",
      'op.backfill { table = "T", set = { name = "" } }' },
    good = { autocommit 'op.backfill { table = "T", set = { name = "" } }',
      'op.add_column("T", { "n", "text" })' .. autocommit 'op.backfill { table = "T", set = { n = sql "name" } }',
      autocommit(sql "vacuum T"), { up = sql "vacuum T", head = "transactional = false" } },
  },
  ["adding-foreign-key"] = {
    bad = {
      'op.create_foreign_key("N", "T", "T", { "amount" }, { "id" })',
      sql "alter table T add constraint N foreign key (amount) references T",
      sql "alter table T add column n bigint default 1 references T (id)",
    },
    good = {
      'op.create_foreign_key("N", "T", "T", { "amount" }, { "id" }, { not_valid = true })',
      'op.add_column("T", { "n", "bigint", references = "T.id" })',
      'op.create_table("N", { { "t", "bigint", references = "T.id" } })',
      new_table .. sql "alter table N add foreign key (id) references T",
    },
  },
  ["constraint-missing-not-valid"] = {
    bad = {
      'op.create_check_constraint("N", "T", "amount > 0")',
      sql "alter table T add check (amount > 0)",
      'op.add_column("T", { "n", "int", check = "n > 0" })',
    },
    good = {
      'op.create_check_constraint("N", "T", "amount > 0", { not_valid = true })',
      new_table .. 'op.create_check_constraint("N_a", "N", "a > \'\'")',
    },
  },
  ["validate-in-same-transaction"] = {
    bad = {
      'op.create_check_constraint("N", "T", "amount > 0", { not_valid = true }) op.validate_constraint("N", "T")',
      sql "alter table T add constraint N check (amount > 0) not valid; alter table T validate constraint N",
    },
    good = {
      'op.create_check_constraint("N", "T", "amount > 0", { not_valid = true }) '
        .. autocommit 'op.validate_constraint("N", "T")',
      'op.create_check_constraint("N", "T", "amount > 0", { not_valid = true }) '
        .. autocommit 'op.execute "select 1"' .. ' op.validate_constraint("N", "T")',
      'op.validate_constraint("of_an_earlier_revision", "T")',
    },
  },
  ["disallow-unique-constraint"] = {
    bad = {
      'op.create_unique_constraint("N", "T", { "name" })',
      sql "alter table T add unique (name)",
      sql "alter table T add constraint N exclude using gist (host with =)",
      'op.add_column("T", { "n", "text", unique = true })',
    },
    good = {
      'op.create_unique_constraint("N", "T", nil, { using_index = "T_uq" })',
      sql "alter table T add unique using index T_uq",
      new_table .. 'op.create_unique_constraint("N_u", "N", { "a" })',
    },
  },
  ["adding-not-null-field"] = {
    bad = {
      'op.alter_column("T", "name", { nullable = false })',
      sql "alter table T alter name set not null",
      -- the check is not validated
      'op.create_check_constraint("N", "T", "name is not null", { not_valid = true }) '
        .. 'op.alter_column("T", "name", { nullable = false })',
      -- a check of another column
      autocommit('op.create_check_constraint("N", "T", "price is not null", { not_valid = true }) '
        .. 'op.validate_constraint("N", "T")') .. 'op.alter_column("T", "name", { nullable = false })',
      -- the check is gone, and what is validated has its name
      autocommit('op.create_check_constraint("N", "T", "name is not null", { not_valid = true }) '
        .. 'op.drop_constraint("N", "T") op.create_foreign_key("N", "T", "U", { "u" }, { "id" }, { not_valid = true }) '
        .. 'op.validate_constraint("N", "T")') .. 'op.alter_column("T", "name", { nullable = false })',
    },
    good = {
      autocommit('op.create_check_constraint("N", "T", "name is not null", { not_valid = true }) '
        .. 'op.validate_constraint("N", "T")')
        .. 'op.alter_column("T", "name", { nullable = false }) op.drop_constraint("N", "T")',
      new_table .. 'op.alter_column("N", "a", { nullable = false })',
    },
  },
  ["adding-required-field"] = {
    bad = { 'op.add_column("T", { "n", "text", nullable = false })', sql "alter table T add n text not null" },
    good = {
      'op.add_column("T", { "n", "text", nullable = false, default = "" })',
      sql "alter table T add n text not null default ''",
      sql "alter table T add n timestamptz not null default now()",
      new_table .. 'op.add_column("N", { "n", "text", nullable = false })',
    },
  },
  ["adding-field-with-volatile-default"] = {
    bad = {
      'op.add_column("T", { "n", "uuid", default = sql "gen_random_uuid()" })',
      sql "alter table T add n timestamptz default clock_timestamp()",
      sql "alter table T add n text default my_function()",
    },
    good = {
      'op.add_column("T", { "n", "timestamptz", default = sql "now()" })',
      sql "alter table T add n timestamptz default current_timestamp",
      'op.add_column("T", { "n", "uuid" }) op.alter_column("T", "n", { default = sql "gen_random_uuid()" })',
    },
  },
  ["adding-generated-column"] = {
    bad = {
      'op.add_column("T", { "n", "int", generated = "amount + 1" })',
      'op.add_column("T", { "n", "bigint", identity = true })',
      sql "alter table T add n int generated always as (amount + 1) stored",
    },
    good = { 'op.add_column("T", { "n", "int" })' },
  },
  ["adding-serial-column"] = {
    bad = { 'op.add_column("T", { "n", "bigserial" })', also = { "prefer-identity" } },
    good = { 'op.create_sequence("N") op.add_column("T", { "n", "bigint" }) '
      .. 'op.alter_column("T", "n", { default = sql "nextval(\'N\')" })' },
  },
  ["changing-column-type"] = {
    bad = {
      'op.alter_column("T", "amount", { type = "bigint" })',
      'op.alter_column("T", "price", { type = "numeric(10,3)" })',
      'op.alter_column("T", "price", { type = "numeric(6,2)" })',
      'op.alter_column("T", "name", { type = "text", using = "upper(name)" })',
      'op.alter_column("T", "seen", { type = "timestamptz(0)" })',
      'op.alter_column("T", "unknown_here", { type = "text" })',
      'op.alter_column("T", "name", { type = "text", existing_type = "char(3)" })',
      sql "alter table T alter amount type text",
    },
    good = {
      'op.alter_column("T", "name", { type = "text" })',
      'op.alter_column("T", "name", { type = "text", using = "name::text" })',
      'op.alter_column("T", "price", { type = "numeric(12,2)" })',
      'op.alter_column("T", "price", { type = "numeric" })',
      'op.alter_column("T", "host", { type = "inet" })',
      'op.alter_column("T", "seen", { type = "timestamptz" })',
      'op.alter_column("T", "unknown_here", { type = "text", existing_type = "character varying(9)" })',
      sql "alter table T alter name type varchar",
      -- what a rename carries along
      'lint.allow("renaming-column", "the fixture") op.rename_column("T", "name", "title") '
        .. 'op.alter_column("T", "title", { type = "text" })',
    },
  },
  ["replacing-enum"] = {
    bad = { 'op.replace_enum("T_kind", { "a", "c" }, { mapping = { b = "a" } })' },
    good = { 'op.create_enum("N", { "a" }) op.replace_enum("N", { "b" }, { mapping = { a = "b" } })' },
  },
  ["creating-partition"] = {
    bad = { 'op.create_table("N", { partition_of = { "T_parts", "for values in (2)" } })',
      sql "create table N partition of T_parts default" },
    good = {
      'op.create_table("N", { like = "T_parts" }) op.attach_partition("T_parts", "N", "for values in (2)")',
      'op.create_table("N", { { "id", "bigint" }, partition_by = "list (id)" }) '
        .. 'op.create_table("N_1", { partition_of = { "N", "for values in (1)" } })',
    },
  },
  ["table-rewrite"] = {
    bad = { autocommit(sql "vacuum full T"), sql "cluster T using T_ix", 'op.alter_table("T", { unlogged = true })' },
    good = { autocommit(sql "vacuum (full false) T"), new_table .. 'op.alter_table("N", { unlogged = true })' },
  },
  ["require-timeout-settings"] = {
    bad = {
      { up = 'op.add_column("T", { "n", "text" }) op.add_column("T", { "m", "text" })',
        head = "settings = { lock_timeout = 0 }" },
      { up = 'op.add_column("T", { "n", "text" })', head = 'settings = { lock_timeout = "0s" }' },
      sql "set lock_timeout = 0; alter table T add n text",
      sql "set lock_timeout = '0 ms'; alter table T add n text",
    },
    good = {
      { up = 'op.add_column("T", { "n", "text" })', head = 'settings = { lock_timeout = "1s" }' },
      { up = 'op.add_column("T", { "n", "text" })', head = 'settings = { lock_timeout = "0.5s" }' },
      { up = 'op.create_table("N", { { "a", "text" } })', head = "settings = { lock_timeout = 0 }" },
    },
  },
  ["backfill-in-ddl-transaction"] = {
    bad = {
      'op.add_column("T", { "n", "text" }) ' .. sql "update T set n = name where n is null",
      sql "alter table T add n text; delete from T where n is null",
    },
    good = {
      sql "update T set name = '' where name is null",
      autocommit 'op.add_column("T", { "n", "text" })' .. sql "update T set n = name where n is null",
      new_table .. sql "update N set a = '' where a is null",
    },
  },
  ["unbatched-update"] = {
    bad = { sql "update T set name = upper(name)", sql "delete from T" },
    good = { sql "update T set name = upper(name) where id between 1 and 1000",
      new_table .. sql "delete from N" },
  },
  ["ban-drop-column"] = {
    bad = { 'op.drop_column("T", "name")', sql "alter table T drop column name" },
    good = {
      'lint.allow("ban-drop-column", "no program uses it") op.drop_column("T", "name")',
      { up = 'op.drop_column("T", "name")', head = 'lint.allow("ban-drop-column", "no program uses it")' },
      new_table .. 'op.drop_column("N", "a")',
    },
  },
  ["ban-drop-table"] = {
    bad = { 'op.drop_table("T")', sql "drop table if exists other.T" },
    good = { new_table .. 'op.drop_table("N")', 'op.drop_materialized_view("T_mv")' },
  },
  ["ban-drop-database"] = {
    bad = { autocommit(sql "drop database other"), sql "drop schema other cascade" },
    good = { sql "drop schema other" },
  },
  ["ban-truncate-cascade"] = {
    bad = { sql "truncate T cascade" },
    good = { sql "truncate T" },
  },
  ["ban-drop-not-null"] = {
    bad = { 'op.alter_column("T", "must", { nullable = true })', sql "alter table T alter must drop not null" },
    good = { new_table .. 'op.alter_column("N", "a", { nullable = true })' },
  },
  ["renaming-column"] = {
    bad = { 'op.rename_column("T", "name", "title")', 'op.alter_column("T", "name", { new_column_name = "title" })',
      sql "alter table T rename name to title" },
    good = { new_table .. 'op.rename_column("N", "a", "b")' },
  },
  ["renaming-table"] = {
    bad = { 'op.rename_table("T", "N")', sql "alter table T rename to N" },
    good = { new_table .. 'op.rename_table("N", "N_2") op.create_index(nil, "N_2", { "a" })', 'op.rename_index("T_ix", "N")' },
  },
  ["rename-enum-value"] = {
    bad = { 'op.rename_enum_value("T_kind", "a", "c")', sql "alter type T_kind rename value 'a' to 'c'" },
    good = { 'op.add_enum_value("T_kind", "c", { after = "b" })' },
  },
  ["require-enum-value-ordering"] = {
    bad = { 'op.add_enum_value("T_kind", "c")', sql "alter type T_kind add value 'c'" },
    good = { 'op.add_enum_value("T_kind", "c", { before = "b" })',
      'op.create_enum("N", { "a" }) op.add_enum_value("N", "b")' },
  },
  ["ban-char-field"] = {
    bad = { 'op.create_table("N", { { "a", "char(3)" } })', sql "alter table T add n character(3)" },
    good = { 'op.create_table("N", { { "a", "text" } })' },
  },
  ["prefer-text-field"] = {
    bad = { 'op.create_table("N", { { "a", "varchar(3)" } })', sql "create table N (a character varying(9))" },
    good = { 'op.create_table("N", { { "a", "varchar" } })' },
  },
  ["prefer-bigint"] = {
    bad = {
      'op.create_table("N", { { "id", "integer", primary_key = true } })',
      'op.create_table("N", { { "id", "int" }, primary_key = "id" })',
      'op.create_table("N", { { "id", "smallint", identity = true } })',
    },
    good = { 'op.create_table("N", { { "id", "bigint", primary_key = true }, { "amount", "integer" } })',
      'op.create_table("N", { { "a", "bigint" }, { "line", "integer" }, primary_key = { "a", "line" } })' },
  },
  ["prefer-identity"] = {
    bad = { 'op.create_table("N", { { "id", "bigserial" } })', sql "create table N (id serial8)" },
    good = { 'op.create_table("N", { { "id", "bigint", identity = true } })' },
  },
  ["prefer-timestamptz"] = {
    bad = { 'op.create_table("N", { { "a", "timestamp" } })', sql "create table N (a timestamp without time zone)",
      'op.add_column("T", { "n", "timestamp(3)[]" })' },
    good = { 'op.create_table("N", { { "a", "timestamptz" } })', sql "create table N (a timestamp with time zone)" },
  },
  ["prefer-jsonb"] = {
    bad = { 'op.create_table("N", { { "a", "json" } })', sql "create table N (a json)" },
    good = { 'op.create_table("N", { { "a", "jsonb" } })' },
  },
  ["identifier-too-long"] = {
    bad = { sql(('create table N ("%s" text)'):format(long)), sql(("create table %s (a text)"):format(long)) },
    good = { sql(("create table N (%s text default '%s')"):format(long:sub(2), long)) },
  },
  ["dot-in-name"] = {
    bad = { 'op.create_table("s.t", { { "a", "text" } })', sql 'create table "s.t" (a text)' },
    good = { 'op.create_table("N", { { "a", "text" }, schema = "s" })', sql "create table s.N (a text)" },
  },
  ["wide-index"] = {
    bad = { new_table .. 'op.create_index(nil, "N", { "a", "id", sql "lower(a)", sql "upper(a)" })' },
    good = { new_table .. 'op.create_index(nil, "N", { "a", "id" }, { include = { "b", "c" } })' },
  },
  ["missing-downgrade"] = {
    bad = { { up = new_table, no_downgrade = true } },
    good = { { up = "", no_downgrade = true }, { up = new_table, no_downgrade = true, head = 'irreversible = "why"' } },
  },
  ["empty-downgrade"] = {
    bad = { { up = new_table, down_body = "" } },
    good = {
      { up = "", down_body = "" },
      { up = 'op.bulk_insert("T", { { name = "a" } })', down_body = "" },
      { up = sql "update T set name = '' where id = 1", down_body = "" },
      { up = new_table, down_body = 'if db.scalar("select 1") == 1 then op.drop_table("N") end' },
    },
  },
  ["irreversible-change"] = {
    bad = { { change = 'lint.allow("ban-drop-column", "x") op.drop_column("T", "name")' } },
    good = { { change = new_table } },
  },
  ["does-not-run"] = {
    bad = { "local t = nil; op.drop_table(t.name)", sql "create tabel N ()", 'op.create_table("N", { { "a" } })',
      'error("no")', ('op.create_table("%s", { { "a", "text" } })'):format(long) },
    good = { new_table },
  },
  ["not-lintable"] = {
    bad = { 'for row in db.each("select 1") do op.drop_table("T") end' },
    good = { 'if not ctx.offline then db.query("select 1") end' },
  },
  ["unknown-rule"] = {
    bad = { { up = new_table, head = 'lint.allow("ban-drop-colum", "x")' } },
    good = { { up = new_table, head = 'lint.allow("ban-drop-column", "x")' } },
  },
}

-- Those that need more than one file: below.
-- Silent unless it is asked for (spec/cli/lint_required_spec).
local elsewhere = { ["non-linear-history"] = true, ["edited-applied"] = true, ["require-table-schema"] = true }

local names = {}
for rule in pairs(fixtures) do names[#names + 1] = rule end
table.sort(names)

-- One line of revisions with all fixtures: a table for each, then the fixture.
local files, cases, last = {}, {}, nil

local function add_file(id, text)
  files["migrations/" .. id .. ".lua"] = ("revision = %q\ndown_revision = %s\n"):format(id,
    last and ("%q"):format(last) or "nil") .. text
  last = id
end

local function add_case(rule, kind, i, body)
  local n = #cases + 1
  local case = { id = ("f%03d"):format(n), rule = rule, kind = kind, label = ("%s fixture %d"):format(kind, i) }
  local given = type(body) == "table" and body or { up = body }
  local function expand(text)
    return (text:gsub("%f[%w_]T(%f[^%w])", "t" .. n .. "%1"):gsub("%f[%w_]T_", "t" .. n .. "_")
      :gsub("%f[%w_]N(%f[^%w])", "n" .. n .. "%1"):gsub("%f[%w_]N_", "n" .. n .. "_"))
  end
  add_file(("e%03d"):format(n), expand(("function upgrade()\n%s\nend\nfunction downgrade()\n  op.execute 'x'\nend\n")
    :format(before)))
  local text = (given.head or "") .. "\n"
  if given.change then
    text = text .. ("function change()\n%s\nend\n"):format(given.change)
  else
    text = text .. ("function upgrade()\n%s\nend\n"):format(given.up)
    if not given.no_downgrade then
      text = text .. ("function downgrade()\n%s\nend\n"):format(given.down_body or 'op.execute "select 1"')
    end
  end
  add_file(case.id, expand(text))
  cases[n] = case
end

for _, rule in ipairs(names) do
  for _, kind in ipairs { "bad", "good" } do
    for i, body in ipairs(fixtures[rule][kind]) do
      add_case(rule, kind, i, body)
    end
  end
end

describe("a rule of lint", function()
  local found = {}

  setup(function()
    local p = project.new { db = false, files = files }
    local r = p:fails(1, "lint", "--format", "json")
    for _, finding in ipairs(json.decode(r.out)) do
      local list = found[finding.revision] or {}
      found[finding.revision] = list
      list[#list + 1] = finding
    end
  end)

  local function rules_of(id)
    local seen, list = {}, {}
    for _, finding in ipairs(found[id] or {}) do
      if not seen[finding.rule] then
        seen[finding.rule] = true
        list[#list + 1] = finding.rule
      end
    end
    table.sort(list)
    return table.concat(list, " ")
  end

  for _, case in ipairs(cases) do
    it(("%s: %s"):format(case.rule, case.label), function()
      local expected = ""
      if case.kind == "bad" then
        local list = { case.rule, table.unpack(fixtures[case.rule].bad.also or {}) }
        table.sort(list)
        expected = table.concat(list, " ")
      end
      assert.equal(expected, rules_of(case.id), files["migrations/" .. case.id .. ".lua"])
    end)
  end

  it("was tried on tables that are as they should be", function()
    for id in pairs(found) do
      if id:sub(1, 1) == "e" then
        assert.equal("prefer-text-field", rules_of(id), files["migrations/" .. id .. ".lua"])
      end
    end
  end)

  it("says something, and where", function()
    for _, list in pairs(found) do
      for _, finding in ipairs(list) do
        assert.is_true(#finding.message > 0)
        assert.equal("migrations/" .. finding.revision .. ".lua", finding.file)
      end
    end
  end)
end)

describe("the rules of lint", function()
  local rules

  setup(function()
    local p = project.new { db = false }
    rules = json.decode(p:ok("lint", "--format", "sarif").out).runs[1].tool.driver.rules
  end)

  it("have fixtures, each of them", function()
    local all = {}
    for _, rule in ipairs(rules) do
      all[rule.id] = true
      assert.is_true(elsewhere[rule.id] or (fixtures[rule.id] and #fixtures[rule.id].bad > 0
        and #fixtures[rule.id].good > 0) or false, rule.id)
    end
    for rule in pairs(fixtures) do
      assert.is_true(all[rule] or false, rule)
    end
  end)

  it("are listed in docs/lint.md", function()
    local lines = {}
    for _, rule in ipairs(rules) do
      lines[#lines + 1] = ("### %s\n\n%s. %s\n\n*Instead:* %s\n"):format(rule.id,
        (rule.defaultConfiguration.level:gsub("^%l", string.upper)), rule.shortDescription.text, rule.help.text)
    end
    local text = table.concat(lines, "\n")
    local path = shell.source .. "/docs/lint.md"
    local page = shell.read(path)
    local head = page:match("^(.-\n## Rules\n\n)")
    if os.getenv("MOONSHIFT_GOLDEN") == "write" then
      shell.write(path, head .. text)
    else
      assert.equal(head .. text, page, "docs/lint.md is made by MOONSHIFT_GOLDEN=write")
    end
  end)
end)

describe("lint", function()
  local drop = project.revision { "002_b", down = "001_a", up = 'op.drop_table("a")', down_body = 'op.execute "x"' }
  local create = project.revision { "001_a", up = 'op.create_table("a", { { "c", "char(3)" } })',
    down_body = 'op.drop_table("a")' }

  local function new(more)
    local given = { db = false, files = { ["migrations/001_a.lua"] = create, ["migrations/002_b.lua"] = drop } }
    for key, value in pairs(more or {}) do given[key] = value end
    return project.new(given)
  end

  it("fails at the severity that --fail-on names", function()
    local p = new()
    p:fails(1, "lint")
    p:ok("lint", "001_a")
    p:ok("lint", "001_a", "--fail-on", "error")
    p:fails(1, "lint", "001_a", "--fail-on", "warning")
    assert.matches("2 revisions: 1 error, 1 warning, 0 notes", p:run("lint").err, 1, true)
    p:fails(2, "lint", "--fail-on", "note")
    p:fails(6, "lint", "003")
  end)

  it("writes text with the place, the rule and the way out", function()
    local out = new():run("lint").out
    assert.matches("migrations/001_a.lua:6: warning: a.c is char(3) [ban-char-field]\n    `char(n)` pads", out, 1, true)
    assert.matches("migrations/002_b.lua:6: error: the table a is dropped with its rows [ban-drop-table]\n",
      out, 1, true)
  end)

  it("writes commands for GitHub", function()
    local lines = new():run("lint", "--format", "github").out
    assert.matches("::warning file=migrations/001_a.lua,line=6,title=ban-char-field::a.c is char(3). Use `text`",
      lines, 1, true)
    assert.equal(2, select(2, lines:gsub("\n", "")))
    local p = new { files = { ["migrations/a,b:c%.lua"] = create } }
    assert.matches("::warning file=migrations/a%2Cb%3Ac%25.lua,line=6,", p:run("lint", "--format", "github").out, 1, true)
  end)

  it("wraps its text at 80 columns, and not what is to be typed", function()
    local out = new { files = { ["migrations/1.lua"] = project.revision { "001_a", down_body = 'op.execute "x"',
      up = 'op.execute "alter table t detach partition p; create index i on t (a); alter table t add check (a > 0)"' } } }
      :run("lint").out
    assert.matches("`op.detach_partition(table, partition, { concurrently = true })`", out, 1, true)
    for line in out:gmatch "\n    ([^\n]*)" do
      assert.truthy(#line <= 76, line)
      assert.equal(0, select(2, line:gsub("`", "")) % 2, line)
    end
  end)

  it("names files from the root of the repository that GitHub checked out", function()
    local p = new()
    shell.output(("cd %s && mkdir -p repo/app && mv moonshift.lua migrations repo/app"):format(p.dir))
    local function lint(format, workspace)
      return p:run { "lint", "--format", format, cwd = p.dir .. "/repo/app", env = { GITHUB_WORKSPACE = workspace } }.out
    end
    assert.matches("::error file=app/migrations/002_b.lua,", lint("github", p.dir .. "/repo"), 1, true)
    assert.matches('"uri": "app/migrations/002_b.lua"', lint("sarif", p.dir .. "/repo/"), 1, true)
    assert.matches("\nmigrations/002_b.lua:6: ", lint("text", p.dir .. "/repo"), 1, true)
    assert.matches("::error file=migrations/002_b.lua,", lint("github", p.dir .. "/repo/app"), 1, true)
    assert.matches("::error file=migrations/002_b.lua,", lint("github", p.dir .. "/rep"), 1, true)
  end)

  it("writes SARIF", function()
    local sarif = json.decode(new():run("lint", "--format", "sarif").out)
    assert.equal("2.1.0", sarif.version)
    local run = sarif.runs[1]
    local result = run.results[2]
    assert.equal("ban-drop-table", result.ruleId)
    assert.equal("ban-drop-table", run.tool.driver.rules[result.ruleIndex + 1].id)
    assert.equal("error", result.level)
    local place = result.locations[1].physicalLocation
    assert.equal("migrations/002_b.lua", place.artifactLocation.uri)
    assert.equal(6, place.region.startLine)
  end)

  it("takes newer grammar for a newer server", function()
    local p = new()
    p:write("migrations/003_c.lua", project.revision { "003_c", down = "002_b", down_body = 'op.execute "x"',
      up = 'op.execute "merge into a using b on a.c = b.c when matched then do nothing returning a.c"' })
    assert.matches("[does-not-run]", p:fails(1, "lint", "003_c").out, 1, true)
    assert.equal("", p:ok("lint", "003_c", "--server-version", "17").out)
    p:fails(2, "lint", "--server-version", "new")
    p:write("migrations/003_c.lua", project.revision { "003_c", down = "002_b", down_body = 'op.execute "x"',
      up = 'op.alter_column("a", "n", { generated = "b + 1", existing_generated = "b" })' })
    p:ok("lint", "003_c")
    assert.matches("generated needs PostgreSQL 17", p:fails(1, "lint", "003_c", "--server-version", "16").out, 1, true)
  end)

  it("gives scripts the values of -x", function()
    local p = new()
    p:write("migrations/003_c.lua", project.revision { "003_c", down = "002_b",
      up = 'if ctx.x.drop == "yes" then op.drop_table("b") end' })
    p:ok("lint", "003_c")
    p:fails(1, "lint", "003_c", "-x", "drop=yes")
  end)

  it("knows files by the way from where it was started", function()
    local p = new()
    local r = cli.run { "lint", "-c", p.dir:match("[^/]+$") .. "/moonshift.lua", cwd = p.dir .. "/.." }
    assert.matches(p.dir:match("[^/]+$") .. "/migrations/002_b.lua:6: error", r.out, 1, true)
  end)

  it("passes over what the configuration allows", function()
    new { config = 'return { lint = { allow = { "ban-drop-table" } } }' }:ok("lint")
    new { config = 'return { lint = { allow = { ["ban-drop-table"] = "young project" } } }' }:ok("lint")
    local r = new { config = 'return { lint = { allow = { "ban-drop-tables" } } }' }:fails(1, "lint")
    assert.matches("there is no rule 'ban-drop-tables'", r.err, 1, true)
  end)

  it("takes the lock timeout from the configuration", function()
    local p = new { config = "return { lock_timeout = 0 }", files = {
      ["migrations/001_a.lua"] = create,
      ["migrations/002_b.lua"] = project.revision { "002_b", down = "001_a",
        up = 'op.add_column("a", { "n", "text" })', down_body = 'op.execute "x"' },
    } }
    assert.matches("[require-timeout-settings]", p:fails(1, "lint").out, 1, true)
    p:write("migrations/002_b.lua", project.revision { "002_b", down = "001_a", down_body = 'op.execute "x"',
      up = [[op.execute "set lock_timeout = '1s'; set lock_timeout to default; alter table a add n text"]] })
    assert.matches("[require-timeout-settings]", p:fails(1, "lint").out, 1, true)
  end)

  it("tells of several heads that no label tells apart", function()
    local p = new()
    p:write("migrations/003_c.lua", project.revision { "003_c", down = "001_a" })
    local out = p:run("lint", "003_c").out
    assert.matches("migrations/003_c.lua: warning: the revision is one of several heads [non-linear-history]",
      out, 1, true)
    p:write("migrations/004_m.lua", project.revision { "004_m", down = { "002_b", "003_c" } })
    assert.equal("", p:run("lint", "003_c").out)
  end)

  it("lets lint.allow inside a function speak for what follows only", function()
    local p = new()
    p:write("migrations/003_c.lua", project.revision { "003_c", down = "002_b", down_body = 'op.execute "x"',
      up = 'op.drop_table("b")\n  lint.allow("ban-drop-table", "gone")\n  op.drop_table("c")' })
    local out = p:run("lint", "003_c").out
    assert.matches("the table b is", out, 1, true)
    assert.not_matches("the table c is", out, 1, true)
  end)

  describe("--since", function()
    local function git(p, command)
      cli.expect(0, p:sh("git -c user.name=a -c user.email=a@b -c init.defaultBranch=main " .. command))
    end
    local function repository()
      local p = new()
      git(p, "init -q .")
      git(p, "add .")
      git(p, "commit -qm one")
      git(p, "checkout -qb work")
      return p
    end

    it("takes the revisions a branch adds, committed or not", function()
      local p = repository()
      local none = p:ok("lint", "--since", "main", "--fail-on", "warning", "--format", "text", "--json")
      assert.matches("0 revisions", none.err, 1, true)
      assert.equal("", none.out)
      p:write("migrations/003_c.lua", project.revision { "003_c", down = "002_b", up = 'op.drop_table("x")' })
      git(p, "add .")
      git(p, "commit -qm two")
      p:write("migrations/004_d.lua", project.revision { "004_d", down = "003_c", up = 'op.drop_table("y")' })
      local r = p:fails(1, "lint", "--since", "main")
      assert.matches("2 revisions", r.err, 1, true)
      assert.matches("the table x", r.out, 1, true)
      assert.matches("the table y", r.out, 1, true)
      assert.not_matches("differs from what it was", r.out, 1, true)
    end)

    it("tells of a revision that was there and is edited", function()
      local p = repository()
      p:write("migrations/001_a.lua", create .. "-- a thought\n")
      local r = p:fails(1, "lint", "--since", "main")
      assert.matches("migrations/001_a.lua: error: the file differs from what it was at main [edited-applied]",
        r.out, 1, true)
    end)

    it("finds the directory wherever it is", function()
      local p = repository()
      p:write("deep/moonshift.lua", 'return { migrations = "../migrations/" }')
      p:write("migrations/003_c.lua", project.revision { "003_c", down = "002_b", up = 'op.drop_table("x")' })
      local r = p:fails(1, "lint", "--since", "main", "-c", "deep/moonshift.lua")
      assert.matches("1 revision:", r.err, 1, true)
      p:write("deep/moonshift.lua", ("return { migrations = %q }"):format(p.dir .. "/migrations"))
      p:fails(1, "lint", "--since", "main", "-c", "deep/moonshift.lua")
    end)

    it("wants a name that git knows, and a repository", function()
      local p = repository()
      local r = p:fails(1, "lint", "--since", "nosuch")
      assert.matches("^error: git does not tell what is new since 'nosuch'\n  detail: fatal: ", r.err)
      assert.matches("\n  hint: --since takes the name of a branch", r.err, 1, true)
      assert.matches("--since takes the name of a branch", p:fails(1, "lint", "--since", "--all").err, 1, true)
      p:fails(2, "lint", "--since", "main", "001_a")
      assert.matches("\n  detail: cannot run 'sh': No such file", p:sh("PATH=/nowhere " .. cli.program
        .. " lint --since main").err, 1, true)
    end)
  end)
end)
