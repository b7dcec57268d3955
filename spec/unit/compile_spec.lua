-- What the compiler and the reversals refuse, and how names and texts are written.
local cases = require "spec.support.cases"

local function sql(call)
  local ops = assert(cases.load(call))
  local text, err = ops:script(150000)
  return text and (text:gsub("%s+$", "")), err and err.message
end

local function refusal(call, version)
  local ops = assert(cases.load(call))
  local text, err = ops:script(version or 150000)
  assert.is_nil(text)
  return err.message
end

local function back(call)
  local ops = assert(cases.load(call))
  local undone, err = ops:reverse()
  return undone and (undone:render():gsub("%s+$", "")) or err.message
end

describe("names", function()
  local written = {
    users = "users", _a1 = "_a1", ["1a"] = '"1a"', Users = '"Users"', select = '"select"', between = '"between"',
    name = "name", action = "action", ["a b"] = '"a b"', ['a"b'] = '"a""b"', ["a.b"] = '"a.b"', ["ä"] = '"ä"',
    ["100%"] = '"100%"', ["back\\"] = '"back\\"', ["$"] = '"$"', system_user = '"system_user"',
  }
  for name, quoted in pairs(written) do
    it("are quoted as the server does: " .. name, function()
      assert.equal("DROP TABLE " .. quoted .. ";", (sql(("op.drop_table(%q)"):format(name))))
    end)
  end

  it("of 63 bytes pass", function()
    local name = ("x"):rep(63)
    assert.equal("DROP TABLE " .. name .. ";", (sql(("op.drop_table(%q)"):format(name))))
  end)

  it("are given once", function()
    assert.equal("op.create_table: the column 'a' is given twice",
      refusal 'op.create_table("t", { { "a", "int" }, { "a", "text" } })')
    assert.equal("op.create_enum: the value 'a' is given twice", refusal 'op.create_enum("e", { "a", "b", "a" })')
    assert.equal("op.replace_enum: the value 'a' is given twice", refusal 'op.replace_enum("e", { "a", "a" })')
    assert.matches("is 64 bytes long", refusal('op.create_enum("e", { ("x"):rep(64) })'))
  end)

  it("of an index that has none are PostgreSQL's choice, beside IF NOT EXISTS as well", function()
    assert.equal("CREATE TABLE IF NOT EXISTS t (\n    a int\n);\n\nCREATE INDEX ON t (a);",
      (sql 'op.create_table("t", { { "a", "int" }, indexes = { "a" }, if_not_exists = true })'))
  end)

  it("of a row are among the columns, where these are listed", function()
    assert.equal("op.bulk_insert: row 2 has a value for 'b', which is none of the columns",
      refusal 'op.bulk_insert("t", { { a = 1 }, { a = 2, b = op.NULL } }, { columns = { "a" } })')
    assert.equal("op.upsert: row 1 has a value for 'b', which is none of the columns",
      refusal 'op.upsert("t", { { a = 1, b = 2 } }, { columns = { "a" }, conflict = "a" })')
    assert.equal("INSERT INTO t (b, a) VALUES\n    (DEFAULT, 1),\n    (2, DEFAULT);",
      (sql 'op.bulk_insert("t", { { a = 1 }, { b = 2 } }, { columns = { "b", "a" } })'))
  end)

  it("of 64 bytes are refused, not cut", function()
    local ops, err = cases.load(("op.drop_table(%q)"):format(("ä"):rep(32)))
    local message = ops and select(2, ops:script(150000)).message or err.message
    assert.matches("64 bytes", message)
    assert.matches("63", message)
  end)

  it("that are made up are refused when they get too long", function()
    assert.matches("bytes", refusal(('op.create_table(%q, { { "column_name", "text", index = true } })'):format(("t"):rep(60))))
  end)

  it("never hold a schema", function()
    assert.equal('DROP TABLE "app.users";', (sql 'op.drop_table("app.users")'))
    assert.equal('DROP TABLE app.users;', (sql 'op.drop_table("users", { schema = "app" })'))
  end)
end)

describe("texts", function()
  it("keep quotes and backslashes whatever standard_conforming_strings says", function()
    assert.equal([[COMMENT ON TABLE t IS E'it''s a \\ %s $1';]], (sql [[op.create_table_comment("t", "it's a \\ %s $1")]]))
  end)

  it("of a body get a tag that does not occur in it", function()
    local text = sql 'op.create_function("f", nil, "text", "select $$a$$ || $body$b$body$")'
    assert.matches("AS $body2$select $$a$$ || $body$b$body$$body2$", text, 1, true)
  end)

  it("of a walk as SQL get such a tag, too", function()
    local text = sql [[op.backfill { table = "t", key = "id", set = { a = "$moonshift$ and $$" } }]]
    assert.matches("^DO %$body%$\nDECLARE\n.*'%$moonshift%$ and %$%$'.*\nEND%$body%$;$", text)
  end)

  it("that end in a dollar do not join the tag", function()
    assert.matches("AS $body$select 1 -- $$body$", sql 'op.create_function("f", nil, "text", "select 1 -- $")', 1, true)
  end)

  it("of SQL lose their semicolons and end their comments", function()
    assert.equal("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0 -- why\n);",
      (sql 'op.create_check_constraint("c", "t", "a > 0 -- why ; ")'):gsub(" ; ", ""))
    assert.equal("CREATE VIEW v AS\nselect 1;", (sql 'op.create_view("v", "select 1 ;; ")'))
  end)

  it("of SQL are not empty", function()
    assert.equal("op.create_view: query is empty", refusal 'op.create_view("v", " ; ")')
  end)
end)

describe("values", function()
  local function default(lua)
    return (sql(('op.alter_column("t", "c", { default = %s })'):format(lua))):match("DEFAULT (.*);$")
  end

  it("are exact", function()
    assert.equal("9223372036854775807", default "math.maxinteger")
    assert.equal("-9223372036854775808", default "math.mininteger")
    assert.equal("0.1", default "0.1")
    assert.equal("0.30000000000000004", default "0.1 + 0.2")
    assert.equal("1e+300", default "1e300")
    assert.equal("'Infinity'", default "1/0")
    assert.equal("'NaN'", default "0/0")
    assert.equal("false", default "false")
    assert.equal("''", default '""')
  end)
end)

describe("the compiler refuses", function()
  local refused = {
    { 'op.alter_publication("p")', "op.alter_publication: nothing to change" },
    { 'op.alter_table("t", { schema = "s" })', "op.alter_table: nothing to change" },
    { 'op.alter_column("t", "c", { using = "c::int" })', "op.alter_column: using needs type" },
    { 'op.alter_column("t", "c", { collate = "C" })', "op.alter_column: collate needs type" },
    { 'op.create_index(nil, "t", { "a" }, { comment = "x" })', "op.create_index: a comment on an index needs the index's name" },
    { 'op.create_check_constraint(nil, "t", "a > 0", { comment = "x" })',
      "op.create_check_constraint: a comment on a constraint needs the constraint's name" },
    { 'op.create_primary_key("p", "t", "a", { using_index = "i" })',
      "op.create_primary_key: using_index brings the columns: give nil for them" },
    { 'op.create_primary_key("p", "t", nil)', "op.create_primary_key: columns are missing" },
    { 'op.create_table("t", { { "a", "int", primary_key = true }, primary_key = "a" })',
      "op.create_table: primary_key is given for the table and for a column" },
    { 'op.execute("select 1; select 2", 1)', "op.execute: parameters need exactly one statement, and this text has 2" },
    { 'op.alter_policy("p", "t", {})', "op.alter_policy: nothing to change: give roles, using or check" },
    { 'op.create_trigger("t", "u", { timing = "before", events = "insert", update_of = "a", execute = "f" })',
      'op.create_trigger: update_of needs "update" among the events' },
    { 'op.comment_on("trigger", "t", "x")', "op.comment_on: a trigger needs table" },
    { 'op.create_publication("p", { all_tables = true, tables = "t" })',
      "op.create_publication: all_tables leaves no room for tables and schemas" },
    { 'op.create_collation("c", {})', "op.create_collation: a collation needs locale, lc_collate and lc_ctype, or copy" },
  }
  for _, case in ipairs(refused) do
    it(case[1], function() assert.equal(case[2], refusal(case[1])) end)
  end

  it("what the server is too old for", function()
    assert.equal("op.create_unique_constraint: nulls_not_distinct needs PostgreSQL 15",
      refusal('op.create_unique_constraint("u", "t", "a", { nulls_not_distinct = true })', 140000))
    assert.equal("op.create_publication: publishing schemas needs PostgreSQL 15",
      refusal('op.create_publication("p", { schemas = "s" })', 140000))
  end)
end)

describe("names that PostgreSQL chooses", function()
  it("are known when going back", function()
    assert.equal('op.drop_index("t_a_b_idx", "t", { chosen = true })',
      back 'op.create_index(nil, "t", { "a" }, { include = { "b" } })')
    assert.equal('op.drop_constraint("t_pkey", "t", { chosen = true })', back 'op.create_primary_key(nil, "t", "a")')
    assert.equal('op.drop_constraint("t_a_b_key", "t", { chosen = true })',
      back 'op.create_unique_constraint(nil, "t", { "a", "b" })')
    assert.equal('op.drop_constraint("t_a_fkey", "t", { chosen = true })', back 'op.create_foreign_key(nil, "t", "u", "a", "id")')
  end)

  it("are cut as the server cuts them", function()
    local table_name, column = ("t"):rep(40), ("c"):rep(40)
    assert.equal(('op.drop_index("%s_%s_idx", "%s", {\n  chosen = true,\n})'):format(("t"):rep(29), ("c"):rep(29), table_name),
      back(('op.create_index(nil, "%s", "%s")'):format(table_name, column)))
  end)

  it("of an expression are those of the server", function()
    assert.equal('op.drop_index("t_lower_idx", "t", { chosen = true })', back [[op.create_index(nil, "t", sql "lower(a)")]])
  end)
end)

describe("a reversal", function()
  it("goes backwards and passes over what leaves nothing", function()
    assert.equal('op.drop_constraint("c", "t")\nop.drop_table("t")', back [[
      op.create_table("t", { { "a", "int" } })
      op.create_check_constraint("c", "t", "a > 0", { not_valid = true })
      op.validate_constraint("c", "t")
      op.reindex("table", "t")]])
  end)

  it("says which existing value is missing", function()
    assert.equal("op.alter_column has no inverse: existing_type is not given", back 'op.alter_column("t", "c", { type = "int" })')
    assert.equal("op.alter_domain has no inverse: existing is not given", back 'op.alter_domain("d", { default = 1 })')
    assert.equal("op.alter_domain has no inverse: existing.default is not given",
      back 'op.alter_domain("d", { default = 1, existing = { nullable = true } })')
  end)
end)
