-- How operations look as Lua text: the layout. That it reads back is law 3, in golden/op.
local cases = require "spec.support.cases"

local function rendered(call, prefix, indent)
  local ops, err = cases.load(call)
  assert(ops, err and err.message)
  local text = ops:render(prefix, indent)
  local again = assert(cases.load(ops:render()))
  assert.is_true(ops:equals(again))
  return (text:gsub("\n$", ""))
end

local function same(call)
  assert.equal(call, rendered(call))
end

describe("rendering", function()
  it("puts columns in line", function()
    same [[
op.create_table("threads", {
  { "id",         "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
  { "email",      "varchar(255)", nullable = false },
  { "is_deleted", "boolean",      nullable = false, default = false },
  { "note",       "text" },
  { "created_at", "timestamptz",  nullable = false, default = sql "now()" },
  comment = "all of them",
})]]
  end)

  it("does not let one long name push all others to the right", function()
    same [[
op.create_table("t", {
  { "a",  "int" },
  { "bb", "text" },
  { "a_name_that_is_longer_than_all_the_others_together", "int",  nullable = false },
  { "c",  "int",  default = 7 },
})]]
  end)

  it("takes a reference apart where a dot in a name could mean another", function()
    same [[
op.create_table("t", {
  { "a", "int", references = "u.id" },
  { "b", "int", references = { "u.v" } },
})]]
  end)

  it("keeps calls on one line while they fit, else one option on each", function()
    same 'op.create_index("ix_email", "users", { "email" }, { unique = true, where = "age > 1" })'
    same [[
op.create_index("ix_users_email_and_more", "users_and_others", { "email" }, {
  unique = true,
  where = "age > 1",
  concurrently = true,
})]]
    assert.equal('    op.drop_table("t")', rendered('op.drop_table("t")', "op.", 4))
  end)

  it("leaves out what may be left out, and holds places with nil", function()
    same 'op.drop_index("ix")'
    same 'op.drop_index("ix", { concurrently = true })'
    same 'op.create_index(nil, "t", { "a", sql "lower(b)", { "c", order = "desc" } })'
    same 'op.create_foreign_key(nil, "a", "b", { "x" }, { on_delete = "cascade" })'
  end)

  it("writes text of several lines as it is", function()
    same "op.execute([[\nselect 1;\n\n  select 2;\n]])"
    same "op.execute([=[\nselect a[b[1]]\n  from t]=])"
    same "op.execute([==[\nselect 1 ]=] ]] x\n]=]==])"
    assert.equal([[op.execute("select 1\r\n, 2")]], rendered [[op.execute("select 1\r\n, 2")]])
  end)

  it("escapes what Lua would read otherwise", function()
    same [[op.execute('select "a"')]]
    same [[op.execute("select \"a\" || 'b\\c'")]]
    same [[op.execute("a\t\001")]]
    same [[op.execute("select $1, $2", {}, { db.array {}, { a = db.array {} } })]]
  end)

  it("tells integers from floats, and keeps both exact", function()
    same 'op.bulk_insert("t", { { a = 1, b = 1.0, c = 0.1, e = -7, f = math.mininteger } })'
    same 'op.bulk_insert("t", { { a = 1e+300, b = 123456789.25, c = 0.1 } })'
    same 'op.bulk_insert("t", { { a = math.huge, b = -math.huge, c = (0/0) } })'
    same 'op.bulk_insert("t", { { a = 9007199254740993, b = 9007199254740992.0 } })'
  end)

  it("writes rows below one another, their names in order", function()
    same [[
op.bulk_insert("t", {
  { ["Odd Name"] = true, a = "x", ["end"] = op.NULL },
  { a = sql "now()", list = { 1, 2 } },
})]]
  end)

  it("needs no parentheses for a table alone", function()
    same 'op.backfill { table = "t", set = { a = sql "b" }, batch = 100 }'
  end)

  it("gives models their own words", function()
    assert.equal('model.table("t", {\n  { "a", "int" },\n})',
      rendered('op.create_table("t", { { "a", "int" } })', "model."))
    assert.equal('model.func("f", "", "int", "select 1")',
      rendered('op.create_function("f", "", "int", "select 1")', "model."))
    assert.equal('model.grant({ "select" }, "table", { "t" }, { "r" })',
      rendered('op.grant("select", "table", "t", "r")', "model."))
  end)
end)
