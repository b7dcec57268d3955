-- op.execute_file and op.copy_from: files and rows on their way to the host. The witness
-- host's migrations stand in spec/unit.
local script = require "spec.support.script"
local shell = require "spec.support.shell"

local function said(lua)
  local text, err = script.body(lua)
  if not text then error(err.message, 2) end
  return text
end

local function fails(lua, expected)
  assert.equal("3: " .. expected, script.short(script.body_error(lua)))
end

local function file(text)
  local path = shell.directory() .. "/data"
  shell.write(path, text)
  return path
end

describe("op.execute_file", function()
  it("runs the SQL of a file", function()
    assert.equal("3: execute{sql='select 1;\n'}\n", said(('op.execute_file("%s")'):format(file("select 1;\n"))))
  end)

  it("looks beside the migration, and says what is wrong with a file", function()
    fails('op.execute_file("nowhere.sql")', "nowhere.sql cannot be read: No such file or directory")
    fails('op.execute_file("../unit")', "../unit is a directory, not a file")
    fails('op.execute_file(5)', "op.execute_file takes the name of a file, relative to the migration")
    fails('op.execute_file("")', "op.execute_file: the name of the file is empty or holds a NUL byte")
    local path = file("\xff\xfe")
    fails(('op.execute_file("%s")'):format(path), ("op.execute_file: %s is not UTF-8 text"):format(path))
  end)
end)

describe("op.copy_from", function()
  it("sends a file as it is", function()
    assert.equal([[
3: copy: COPY app."T" (id, "order") FROM STDIN WITH (FORMAT 'csv', DELIMITER ';', NULL '''', FORCE_NULL (id), HEADER)
id;order
1;'
info: 2
]], said(([[log(op.copy_from("T", { "id", "order" }, { schema = "app", file = "%s", format = "csv", header = true,
  delimiter = ";", null = "'", force_null = "id" }))]]):format(file("id;order\n1;'\n"))))
  end)

  it("sends rows in the server's text format", function()
    assert.equal("3: copy: COPY c (id, n) FROM STDIN\n1\ta\\tb\\\\c\\nd\n2\t\\N\ntrue\t0.1\ninfo: 3\n",
      said [[log(op.copy_from("c", { "id", "n" }, { rows = { { 1, "a\tb\\c\nd" }, { 2 }, { true, 0.1 } } }))]])
    assert.equal("3: copy: COPY c (id, n) FROM STDIN\n1\t\\N\n2\tx\n",
      said [[op.copy_from("c", { "id", "n" }, { rows = { { id = 1, n = op.NULL }, { n = "x", id = 2 } } })]])
    assert.equal("4: copy: COPY c FROM STDIN\n1\n2\n3\n",
      said [[local i = 0
        op.copy_from("c", nil, { rows = function() i = i + 1 if i <= 3 then return { i } end end })]])
  end)

  it("sends lists as arrays, tables with keys as JSON", function()
    assert.equal('3: copy: COPY c (id, n) FROM STDIN\n'
      .. '{1,NULL,"a \\\\"b\\\\"\\\\\\\\"}\t{"a":null,"b":[],"c":{}}\n{{1,2},{NULL,-0.5}}\t[1]\n{}\t[]\n',
      said [[op.copy_from("c", { "id", "n" }, { rows = {
        { { 1, op.NULL, 'a "b"\\' }, { a = db.NULL, b = db.array {}, c = {} } },
        { { { 1, 2 }, { op.NULL, -0.5 } }, db.array { 1 } }, { {}, db.array() } } })]])
  end)

  it("sends text as it is", function()
    assert.equal("3: copy: COPY c (id) FROM STDIN WITH (FORMAT 'csv')\n1\n2\n",
      said [[op.copy_from("c", { "id" }, { text = "1\n2\n", format = "csv" })]])
  end)

  it("sends many rows in pieces", function()
    local text = said [[log(op.copy_from("c", { "id" }, { rows = (function()
      local i = 0
      return function() i = i + 1 if i <= 100000 then return { i } end end
    end)() }))]]
    assert.matches("\n99999\n100000\ninfo: 100000\n$", text)
  end)

  it("says what is wrong", function()
    fails('op.copy_from("c", { "id" })', 'op.copy_from takes file = "...", rows = { ... } or text = "..."')
    fails('op.copy_from("c", nil, { rows = {}, file = "x" })', 'op.copy_from takes file = "...", rows = { ... } or text = "..."')
    fails('op.copy_from("c", { "id" }, { file = "nowhere" })',
      "op.copy_from: nowhere cannot be read: No such file or directory")
    fails('op.copy_from("c", { "id" }, { file = "." })', "op.copy_from: . is not a regular file")
    fails('op.copy_from("c", { "id" }, { fiel = "x" })', "op.copy_from: unknown key 'fiel', did you mean 'file'?")
    fails('op.copy_from("c", { "id" }, { rows = 5 })',
      "op.copy_from: 'rows' must be a list of rows or a function, got the number 5")
    fails('op.copy_from("c", { "id" }, { rows = { 5 } })', "op.copy_from: row 1 must be a table, got the number 5")
    fails('op.copy_from("c", { "id" }, { rows = { { 1, 2 } } })', "op.copy_from: row 1 has 2 values for 1 columns")
    fails('op.copy_from("c", { "id", "name" }, { rows = { { id = 1 }, { id = 2, nmae = "x" } } })',
      "op.copy_from: row 2 has a value under 'nmae', which is none of the columns")
    fails('op.copy_from("c", { "id" }, { rows = { { 1, name = "x" } } })',
      "op.copy_from: row 1 has a value under 'name', which is none of the columns")
    fails('op.copy_from("c", { "id" }, { rows = { { [0] = 2, 1 } } })',
      "op.copy_from: row 1 has a value under the number 0, which is none of the columns")
    fails('op.copy_from("c", { "id" }, { rows = { { [5] = 2 } } })',
      "op.copy_from: row 1 has a value under the number 5, which is none of the columns")
    fails('op.copy_from("c", { "id" }, { rows = { { print } } })', "op.copy_from: row 1: a value is a function")
    fails('op.copy_from("c", { "id" }, { rows = { { { 1, a = 2 } } } })',
      "op.copy_from: row 1: a value: a table that is a parameter must be a list of values, or have keys alone")
    fails('op.copy_from("c", { "id" }, { rows = { { "\\xff" } } })',
      "op.copy_from: row 1: a value is not valid UTF-8")
    fails('op.copy_from("c", nil, { rows = { { id = 1 } } })', "op.copy_from: rows with names need the list of columns")
    fails('op.copy_from("c", { "id" }, { rows = {}, format = "csv" })',
      "op.copy_from: rows are sent in the format text: leave 'format' out")
    fails('op.copy_from("c", { "id" }, { rows = function() error("stop") end })', "stop")
  end)
end)

describe("db.copy_to", function()
  it("gives each row to a function", function()
    assert.equal("3: copy out: COPY (select 1 as a -- all\n) TO STDOUT WITH (FORMAT 'csv', HEADER)\n"
      .. "info: 1\tone\n\ninfo: 2\t\\N\n\ninfo: 2\n", said [[
      log(db.copy_to("select 1 as a -- all\n;", function(line) log(line) end, { format = "csv", header = true }))]])
  end)

  it("writes a file, whole or not at all", function()
    local path = shell.directory() .. "/out.tsv"
    assert.equal('3: copy out: COPY app."T" (id, "order") TO STDOUT WITH (NULL \'-\')\ninfo: 2\n',
      said(([[log(db.copy_to("T", %q, { schema = "app", columns = { "id", "order" }, null = "-" }))]]):format(path)))
    assert.equal("1\tone\n2\t\\N\n", shell.read(path))
    assert.is_false(shell.exists(path .. ".part"))
  end)

  it("says what is wrong", function()
    fails('db.copy_to("c", "nowhere/x")', "db.copy_to: spec/unit/nowhere/x cannot be written: No such file or directory")
    fails('db.copy_to("", "x")', "db.copy_to takes the name of a table or a query")
    fails('db.copy_to("c", function() error("stop") end)', "stop")
    fails('db.copy_to("c", "x", { fromat = "csv" })', "db.copy_to: unknown key 'fromat', did you mean 'format'?")
  end)
end)
