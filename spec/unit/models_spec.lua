-- Model files: the same literals as op, collected in order.
local core = require("moonshift_core").script
local script = require "spec.support.script"

local function read(text)
  return core.models(script.file(text), "models/x.lua")
end

describe("a model file", function()
  it("says with `model` what `op` would create", function()
    local ops, renames = read [[
model.enum("mood", { "sad", "happy" })
model.table("t", {
  { "id", "bigint", identity = "always", primary_key = true },
  indexes = { { "id", name = "ix" } },
})
for _, name in ipairs { "a", "b" } do
  model.schema(name)
end
model.view("v", "select 1")
model.func("f", "a integer", "integer", "select a", { language = "sql" })
model.grant("select", "table", "t", "reader")
model.execute "select 1"
]]
    if not ops then error(renames.message) end
    assert.equal("", renames)
    local kinds = {}
    for line, kind in ops:gmatch("(%d+): ([%w_]+)") do kinds[#kinds + 1] = line .. " " .. kind end
    assert.same({ "1 create_enum", "2 create_table", "7 create_schema", "7 create_schema", "9 create_view",
      "10 create_function", "11 grant", "12 execute" }, kinds)
  end)

  it("says what was renamed", function()
    local _, renames = read [[
model.table("users", {
  { "email", "text", renamed_from = "mail" },
  renamed_from = "people", schema = "app",
  checks = { { "email <> ''", name = "ck_new", renamed_from = "ck_old" } },
  indexes = { { "email", name = "ix_new", renamed_from = "ix_old" } },
})
model.enum("mood", { "sad" }, { renamed_from = "feeling" })
model.index("ix", "users", { "email" }, { renamed_from = "ix_before", schema = "app" })
model.trigger("tr", "users", { timing = "after", events = { "insert" }, execute = "f", renamed_from = "tr_old" })
]]
    if type(renames) == "table" then error(renames.message) end
    local expected = {
      "rename_column{table='users', column='mail', new_name='email', schema='app'}",
      "rename_table{name='people', new_name='users', schema='app'}",
      "rename_constraint{name='ck_old', table='users', new_name='ck_new', schema='app'}",
      "rename_index{name='ix_old', new_name='ix_new', schema='app'}",
      "rename_enum{name='feeling', new_name='mood'}",
      "rename_index{name='ix_before', new_name='ix', schema='app'}",
      "rename_trigger{name='tr_old', table='users', new_name='tr'}",
    }
    local found = {}
    for line in renames:gmatch("%d+: ([^\n]+)") do found[#found + 1] = line end
    -- the table first: its column is then found under the table's new name
    assert.equal("rename_table{name='people', new_name='users', schema='app'}", found[1])
    table.sort(expected)
    table.sort(found)
    assert.same(expected, found)
  end)

  it("is checked as a migration is", function()
    local function fails(text, expected)
      local ops, err = read(text)
      assert.is_nil(ops)
      assert.equal(expected, script.short(err))
      assert.equal("models/x.lua", err.file)
    end
    fails("\nmodel.tabel('x', {})", "2: there is no model.tabel, did you mean model.table?")
    fails("model.table('x', { { 'id', 'int', nulable = true } })",
      "1: model.table: column 'id': unknown key 'nulable', did you mean 'nullable'?")
    fails("\n\nop.drop_table('x')", "3: undeclared variable 'op'")
    fails("x = 5", "1: unknown name 'x': for a variable write 'local x = ...'")
    fails("model.table('x', { { 'id', 'int', references = { 'y', renamed_from = 'z' } } })",
      "1: model.table: renamed_from: nothing renames a reference")
    fails("model.table('x', { checks = { { 'a > 0', renamed_from = 'z' } } })",
      "1: model.table: renamed_from = 'z' needs the new name beside it")
    fails("\x1bLua", "0: models/x.lua is Lua bytecode, not Lua text")
    fails("model.table(", "1: unexpected symbol near <eof>")
  end)

  it("keeps renamed_from out of migrations", function()
    assert.equal("op.drop_table: unknown key 'renamed_from'",
      script.body_error('op.drop_table("t", { renamed_from = "x" })').message)
  end)
end)
