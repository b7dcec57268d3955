-- Calls of op.*: how arguments become records, and what is said when they cannot.
local script = require "spec.support.script"

local function reads(call, expected)
  local said, err = script.body(call)
  if not said then error(err.message, 2) end
  assert.equal("3: " .. expected .. "\n", said)
end

local function fails(call, expected)
  local err = script.body_error(call)
  assert.equal(expected, err.message)
  assert.equal("migrations/x.lua", err.file)
  assert.equal(3, err.line)
end

describe("a call of op", function()
  it("takes positional arguments, then one table of options", function()
    reads('op.drop_table("t")', "drop_table{name='t'}")
    reads('op.drop_table("t", { cascade = true })', "drop_table{name='t', cascade=true}")
    reads('op.drop_table("t", nil)', "drop_table{name='t'}")
    reads('op.drop_index("i", { if_exists = true })', "drop_index{name='i', if_exists=true}")
    reads('op.drop_index("i", "t", { if_exists = true })',
      "drop_index{name='i', table='t', if_exists=true}")
    reads('op.create_index(nil, "t", "a")', "create_index{table='t', keys={key{name='a'}}}")
  end)

  it("takes the columns of a table and its options from one table", function()
    reads('op.create_table("t", { { "id", "bigint", primary_key = true }, comment = "c" })',
      "create_table{name='t', columns={column{name='id', type='bigint', primary_key=true}}, comment='c'}")
    reads('op.create_table("t")', "create_table{name='t'}")
  end)

  it("sorts a table of options, and keeps the order of a list of pairs", function()
    reads('op.create_table("t", { { "a", "int" }, with = { b = 1, a = "x" } })',
      "create_table{name='t', columns={column{name='a', type='int'}}, with={a='x', b=1}}")
    reads('op.create_table("t", { { "a", "int" }, with = { { "b", 1 }, { "a", "x" } } })',
      "create_table{name='t', columns={column{name='a', type='int'}}, with={b=1, a='x'}}")
    fails('op.create_table("t", { { "a", "int" }, with = { "b", "a" } })',
      "op.create_table: 'with' must be a table { key = value }, or a list of pairs { { \"key\", value }, ... }")
    fails('op.create_table("t", { { "a", "int" }, with = { { "b", 1 }, { "b", 2 } } })',
      "op.create_table: 'with' says 'b' twice")
  end)

  it("keeps values apart from raw SQL, and integers exact", function()
    reads('op.add_column("t", { "c", "int", default = "now()" })',
      "add_column{table='t', column=column{name='c', type='int', default='now()'}}")
    reads('op.add_column("t", { "c", "int", default = sql "now()" })',
      "add_column{table='t', column=column{name='c', type='int', default=sql'now()'}}")
    reads('op.add_column("t", { "c", "int", default = 9007199254740993 })',
      "add_column{table='t', column=column{name='c', type='int', default=9007199254740993}}")
    reads('op.alter_column("t", "c", { default = op.NULL })',
      "alter_column{table='t', column='c', default=NULL}")
    reads('op.alter_column("t", "c", { default = false })',
      "alter_column{table='t', column='c', default=false}")
  end)

  it("takes the short forms of records", function()
    reads('op.add_column("t", { "c", "int", references = "users.id" })',
      "add_column{table='t', column=column{name='c', type='int', references=reference{table='users', column='id'}}}")
    reads('op.add_column("t", { "c", "int", references = "app.users.id" })',
      "add_column{table='t', column=column{name='c', type='int', " ..
      "references=reference{table='users', column='id', schema='app'}}}")
    reads('op.add_column("t", { "c", "int", references = { "users", on_delete = "SET_NULL" } })',
      "add_column{table='t', column=column{name='c', type='int', " ..
      "references=reference{table='users', on_delete='set null'}}}")
    reads('op.add_column("t", { "c", "int", identity = true })',
      "add_column{table='t', column=column{name='c', type='int', identity=identity{}}}")
    reads('op.add_column("t", { "c", "int", identity = "always" })',
      "add_column{table='t', column=column{name='c', type='int', identity=identity{generated='always'}}}")
    reads('op.create_table("t", { unique = { "a", "b" }, checks = "a > 0" })',
      "create_table{name='t', unique={unique{columns={'a', 'b'}}}, checks={check{condition='a > 0'}}}")
    local mapping = "create_text_search_configuration{name='c', "
      .. "mappings={mapping{tokens={'int', 'word'}, dictionaries={'simple'}}}}"
    reads('op.create_text_search_configuration("c", { mappings = { { "int", "word" }, "simple" } })', mapping)
    reads('op.create_text_search_configuration("c", { mappings = { { { "int", "word" }, "simple" } } })', mapping)
    reads('op.create_table("t", { unique = { { "a" }, { "b", name = "u" } } })',
      "create_table{name='t', unique={unique{columns={'a'}}, unique{columns={'b'}, name='u'}}}")
    reads('op.create_table("t", { primary_key = { "a", "b" }, foreign_keys = { { "a" }, "u", { "id" }, name = "f" } })',
      "create_table{name='t', primary_key=primary_key{columns={'a', 'b'}}, " ..
      "foreign_keys={foreign_key{columns={'a'}, referent_table='u', referent_columns={'id'}, name='f'}}}")
  end)

  it("takes index keys as names, expressions and records", function()
    reads('op.create_index("i", "t", { "a", sql "lower(b)", { "c", order = "desc" }, { expr = "d + 1" } })',
      "create_index{name='i', table='t', keys={key{name='a'}, key{name=sql'lower(b)'}, " ..
      "key{name='c', order='desc'}, key{expr='d + 1'}}}")
    reads('op.create_index("i", "t", { sql "lower(b)", nulls = "first" })',
      "create_index{name='i', table='t', keys={key{name=sql'lower(b)', nulls='first'}}}")
    reads('op.create_exclude_constraint("x", "t", { { "room", "=" }, { sql "tsrange(a, b)", "&&" } })',
      "create_exclude_constraint{name='x', table='t', elements={exclude_key{name='room', operator='='}, " ..
      "exclude_key{name=sql'tsrange(a, b)', operator='&&'}}}")
  end)

  it("takes rows and parameters", function()
    reads('op.bulk_insert("t", { { id = 1, name = "a" }, { id = 2, name = op.NULL } })',
      "bulk_insert{table='t', rows={{id=1, name='a'}, {id=2, name=NULL}}}")
    reads('op.execute("update t set a = $1, b = $2", 1.5, db.NULL)',
      "execute{sql='update t set a = $1, b = $2', params={1.5, NULL}}")
    reads('op.execute(sql "select 1")', "execute{sql='select 1'}")
  end)

  it("checks texts inside arrays and documents as it does plain ones", function()
    fails('op.execute("select $1", { "a\\0b" })',
      "op.execute: params 1: 'params' holds a NUL byte, which PostgreSQL cannot store in text")
    fails('op.execute("select $1", "x", { a = { "\\xff" } })', "op.execute: params 2: 'params' is not valid UTF-8")
    fails('op.execute("select $1", { ["\\xff"] = 1 })', "op.execute: params 1: 'params' is not valid UTF-8")
    fails('op.bulk_insert("t", { { c = { "\\xff" } } })', "op.bulk_insert: row 1: 'c' is not valid UTF-8")
  end)

  it("says how a record without positions is written", function()
    fails('op.add_column("t", { "c", "int", identity = { "always", start = 5 } })',
      "op.add_column: column 'c': identity: takes only key = value, got a list: write generated = ...")
  end)

  it("says which word or argument was meant", function()
    fails('op.comment_on("tabel", "t", "x")',
      "op.comment_on: 'kind' cannot be the string \"tabel\", did you mean \"table\"?")
    fails('op.create_table("t", { { "a", "int" }, primary_key = true })',
      "op.create_table: primary key: 'columns' (its columns) is missing")
    fails('op.create_check_constraint("ck", "t", { "a > 0" })',
      "op.create_check_constraint: 'condition' must be SQL (a string), got a table")
    fails('op.create_event_trigger("e", "sql_drop", { func = "f" })',
      "op.create_event_trigger: unknown key 'func', did you mean 'execute'?")
    fails('op.create_operator("=", { procedure = "f", right = "int" })',
      "op.create_operator: unknown key 'procedure', did you mean 'func'?")
    fails('op.create_policy("p", "t", { with_check = "true" })',
      "op.create_policy: unknown key 'with_check', did you mean 'check'?")
  end)

  it("wants the column of a reference that needs one", function()
    fails('op.create_sequence("s", { owned_by = "t" })',
      "op.create_sequence: owned by: item 2, 'column' (the column), is missing")
  end)

  it("names a missing argument", function()
    fails('op.drop_column("t")', "op.drop_column: argument 2, 'column' (the column), is missing")
    fails('op.drop_column(nil, "c")', "op.drop_column: argument 1, 'table' (the table), is missing")
    fails('op.create_table("t", { { "id" } })',
      "op.create_table: column 'id': item 2, 'type' (PostgreSQL's own text: \"numeric(10,2)\", \"text[]\"), is missing")
    fails('op.execute("select $1", nil)', "op.execute: parameter 1 is nil: write db.NULL for NULL")
  end)

  it("says what a wrong type should have been", function()
    fails('op.drop_table(7)', "op.drop_table: 'name' must be a name (a string), got the number 7")
    fails('op.drop_table("t", "u")', "op.drop_table: argument 2 must be a table of options, got the string \"u\"")
    fails('op.drop_table("t", {}, {})', "op.drop_table: takes 1 argument and a table of options, got 3")
    fails('op.drop_table("t", { cascade = "yes" })',
      "op.drop_table: 'cascade' must be true or false, got the string \"yes\"")
    fails('op.create_table("t", { { "id", "int", nullable = "no" } })',
      "op.create_table: column 'id': 'nullable' must be true or false, got the string \"no\"")
    fails('op.create_table("t", { { "id", "int", identity = { start = 1.5 } } })',
      "op.create_table: column 'id': identity: 'start' must be an integer, got the number 1.5")
    fails('op.create_table("t", { { "id", 3 } })',
      "op.create_table: column 'id': 'type' must be SQL (a string), got the number 3")
    fails('op.create_table("t", { { "id", "int", default = {} } })',
      "op.create_table: column 'id': 'default' must be a string, a number, true, false, op.NULL or " ..
      "sql \"...\", got a table")
    fails('op.create_table("t", { "id", "int" })',
      "op.create_table: column 'id': item 2, 'type' (PostgreSQL's own text: \"numeric(10,2)\", \"text[]\"), is missing")
    fails('op.create_foreign_key("f", "a", "b", { "x" }, { "y" }, { on_delete = "explode" })',
      "op.create_foreign_key: 'on_delete' must be one of \"no action\", \"restrict\", \"cascade\", " ..
      "\"set null\", \"set default\", got the string \"explode\"")
    fails('op.create_table("t", { { "id", "int", nullable = op.NULL } })',
      "op.create_table: column 'id': 'nullable' cannot be NULL: it must be true or false")
    fails('op.bulk_insert("t", { { id = print } })',
      "op.bulk_insert: row 1: 'id' must be a string, a number, true, false, op.NULL or sql \"...\", got a function")
    fails('op.create_table("t", { { "a", "int" }, checks = { { "positive", "a > 0" } } })',
      "op.create_table: check 1: takes 1 item before its keys, got 2")
    fails('op.create_table("t", { { "a", "int" }, indexes = { { "ix_a", { "a" } } } })',
      "op.create_table: index 1: key 2: a column without options stands without braces: " ..
      "{ \"a\", \"b\", name = \"ix_name\" }")
    fails('op.create_table("t", { [3] = { "id", "int" } })',
      "op.create_table: the list has a hole: the last index is 3, the items are 1")
  end)

  it("suggests the key that was meant", function()
    fails('op.create_table("t", { { "id", "int", nulable = false } })',
      "op.create_table: column 'id': unknown key 'nulable', did you mean 'nullable'?")
    fails('op.create_table("t", { { "id", "int", server_default = "x" } })',
      "op.create_table: column 'id': unknown key 'server_default', did you mean 'default'?")
    fails('op.alter_column("t", "c", { type_ = "int" })',
      "op.alter_column: unknown key 'type_', did you mean 'type'?")
    fails('op.alter_column("t", "c", { postgresql_using = "c::int" })',
      "op.alter_column: unknown key 'postgresql_using', did you mean 'using'?")
    fails('op.create_index("i", "t", { "a" }, { postgresql_where = "a" })',
      "op.create_index: unknown key 'postgresql_where', did you mean 'where'?")
    fails('op.create_foreign_key("f", "a", "b", { "x" }, { "y" }, { ondelete = "cascade" })',
      "op.create_foreign_key: unknown key 'ondelete', did you mean 'on_delete'?")
    fails('op.drop_table("t", { name = "x" })', "op.drop_table: 'name' is argument 1 here, not a key")
    fails('op.drop_table("t", { qqqqqq = 1 })', "op.drop_table: unknown key 'qqqqqq'")
    fails('op.drop_tabel("t")', "there is no op.drop_tabel, did you mean op.drop_table?")
    local err = script.body_error('op.drop_foreign_key("fk", "t")')
    assert.equal("there is no op.drop_foreign_key", err.message)
    assert.equal("a constraint goes by its name: op.drop_constraint(name, table)", err.hint)
    assert.equal(3, err.line)
  end)

  it("refuses names that PostgreSQL would change or cannot hold", function()
    fails('op.drop_table("")', "op.drop_table: 'name' must not be empty")
    fails('op.drop_table("a\\0b")',
      "op.drop_table: 'name' holds a NUL byte, which PostgreSQL cannot store in text")
    fails('op.drop_table("a\\xffb")', "op.drop_table: 'name' is not valid UTF-8")
    fails('op.drop_table(("x"):rep(64))', ("op.drop_table: the name \"%s\" is 64 bytes long: " ..
      "PostgreSQL keeps only 63 bytes of a name"):format(("x"):rep(64)))
    reads('op.drop_table(("x"):rep(63))', ("drop_table{name='%s'}"):format(("x"):rep(63)))
  end)

  it("ends at tables that are nested without end", function()
    local err = script.body_error [[
      local t = { "a" }
      t.references = t
      op.create_table("t", { { "c", "int", references = t } })]]
    assert.matches("unknown key 'references'", err.message)
    err = script.body_error 'local rows = {} rows[1] = rows op.bulk_insert("t", rows)'
    assert.equal("op.bulk_insert: row 1: 'row' must be a table { key = value }, got a list", err.message)
  end)

  it("reads what stands in the table, not what a metatable pretends", function()
    fails('op.drop_table(setmetatable({}, { __tostring = function() return "t" end }))',
      "op.drop_table: argument 1, 'name' (the table), is missing")
  end)
end)
