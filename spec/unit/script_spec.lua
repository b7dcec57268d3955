-- Revision files: header, locked environment, db, errors.
local core = require("moonshift_core").script
local script = require "spec.support.script"
local shell = require "spec.support.shell"

describe("a header", function()
  local plain = [[
-- create threads
--
-- Create Date: 2026-11-21 10:00:00
message       = "it's \"quoted\"\nsecond line"
revision      = '001_a'
down_revision = { "x", 'y', }
branch_labels = "l"; depends_on = nil
transactional = false -- with a comment
settings      = { lock_timeout = "4s", n = 5 }
irreversible  = "data is gone"

function upgrade()
end
]]

  local function check(header)
    assert.same({
      id = "001_a", message = 'it\'s "quoted"\nsecond line', down = { "x", "y" },
      labels = { "l" }, depends = {}, transactional = false, file = "migrations/x.lua",
      irreversible = "data is gone", created = "2026-11-21 10:00:00",
    }, header)
  end

  it("is read without running the file", function()
    check(assert(script.header(plain .. "this is no Lua at all")))
  end)

  it("is the same whether it is scanned or run", function()
    check(assert(script.header(plain:gsub("revision      =", "local twice = 1 + 1\n%0"))))
    check(assert(script.header(plain:gsub("'001_a'", "'001' .. '_a'"))))
    check(assert(script.header("\xEF\xBB\xBF" .. plain:gsub("\n", "\r\n"):gsub("local", "\r%0"))))
  end)

  it("is found behind a function, too", function()
    local header = assert(script.header('revision = "a"\nfunction upgrade() end\ndepends_on = "b"\n'))
    assert.same({ "b" }, header.depends)
  end)

  it("is checked", function()
    local function fails(text, expected)
      local header, err = script.header(text)
      assert.is_nil(header)
      assert.equal(expected, script.short(err))
      assert.equal("migrations/x.lua", err.file)
    end
    fails('revision = 1\nfunction upgrade() end', "0: 'revision' must be a string, got the number 1")
    fails('revision = ""', "0: 'revision' must not be empty")
    fails('revision = "a"\ndown_revision = 7', "0: 'down_revision' must be a string or a list of strings, got the number 7")
    fails('revision = "a"\ndown_revision = { "b", 7 }',
      "0: 'down_revision' must be a string or a list of strings: item 2 is the number 7")
    fails('revision = "a"\ndown_revision = ""', "0: 'down_revision' must not be an empty string: write nil for none")
    fails('revision = "a"\ntransactional = "no"', "0: 'transactional' must be true or false, got the string \"no\"")
    fails('revision = "a"\ndown_revison = "b"', "2: unknown header field 'down_revison', did you mean 'down_revision'?")
    fails('revision = "a"\nfoo = 1', "2: unknown name 'foo': for a variable write 'local foo = ...'")
    fails('message = "no id"\n', "0: migrations/x.lua names no revision")
    fails('revision = "a\n', "1: unfinished string near '\"a'")
    fails("", "0: migrations/x.lua is empty")
    fails(" \n\n", "0: migrations/x.lua is empty")
    fails(string.dump(function() end), "0: migrations/x.lua is Lua bytecode, not Lua text")
    fails("\xff\xfe\x00\x01", "0: migrations/x.lua is not UTF-8 text")
  end)

  it("of something that is no readable file is a clear error", function()
    local _, err = core.header("/nonexistent/x.lua", "migrations/x.lua")
    assert.equal("migrations/x.lua cannot be read: No such file or directory", err.message)
    _, err = core.header(shell.directory(), "migrations/x.lua")
    assert.equal("migrations/x.lua is a directory, not a file", err.message)
  end)
end)

describe("loading a file", function()
  it("gives a checksum that line ends and trailing blanks do not change", function()
    local text = 'revision = "a"\n\nfunction upgrade()\nend\n'
    local sum = assert(script.load(text)).checksum
    assert.matches("^%x+$", sum)
    assert.equal(64, #sum)
    assert.equal(sum, script.load(text:gsub("\n", "\r\n")).checksum)
    assert.equal(sum, script.load(text:gsub("\n", "  \t\n") .. "\n\n").checksum)
    assert.not_equal(sum, script.load(text:gsub("end", "  end")).checksum)
    assert.not_equal(sum, script.load(text:gsub("\n\n", "\n")).checksum)
  end)

  it("reads the settings", function()
    assert.equal("{a=5, lock_timeout='4s'}",
      script.load('revision = "a"\nsettings = { lock_timeout = "4s", a = 5 }\nfunction upgrade() end').settings)
    assert.equal("settings: 'a' must be a string, a number, true or false",
      script.load_error('revision = "a"\nsettings = { a = {1} }\nfunction upgrade() end').message)
  end)

  it("asks for the functions", function()
    local function fails(text, expected)
      assert.equal(expected, script.short(script.load_error('revision = "a"\n' .. text)))
    end
    fails("", "0: the revision has no function upgrade()")
    fails("function updgrade() end", "2: there is no function upgrade(): did you mean it by 'updgrade'?")
    fails("function upgrade() end\nfunction downgrde() end",
      "3: there is no function downgrade(): did you mean it by 'downgrde'?")
    fails("upgrade = 5", "0: 'upgrade' must be a function, got the number 5")
    fails("function upgrade() end function change() end",
      "0: the revision has change() and upgrade(): change() stands for both")
    fails("function upgrade( end", "2: <name> or '...' expected near 'end'")
    fails("function upgrade()\n  op.drop_table('x'\nend", "4: ')' expected (to close '(' at line 3) near 'end'")
  end)

  it("keeps op and db for the functions", function()
    local function fails(text, expected)
      assert.equal(expected, script.short(script.load_error('revision = "a"\n' .. text)))
    end
    fails('op.drop_table("x")', "2: op.drop_table answers only inside the functions of a migration")
    fails('local x = db.scalar("select 1")', "2: db.scalar answers only inside the functions of a migration")
    fails("local x = ctx.offline", "2: ctx answers only inside the functions of a migration")
    fails('log("x")', "2: log answers only inside the functions of a migration")
  end)
end)

describe("a migration", function()
  it("has helper functions and local variables", function()
    assert.equal("7: drop_table{name='t_1'}\n", script.run([[
revision = "a"
local prefix = "t_"
function upgrade()
  helper(1)
end
function helper(n)
  op.drop_table(prefix .. n)
end]]))
  end)

  it("is told about undeclared names and assigned ones", function()
    local function fails(lua, expected)
      assert.equal(expected, script.short(script.body_error(lua)))
    end
    fails("x = 1", "3: global variable 'x' is assigned inside a function: write 'local x'")
    fails("return foobarbaz", "3: undeclared variable 'foobarbaz'")
    fails("opp.drop_table('x')", "3: undeclared variable 'opp', did you mean 'op'?")
    fails("os.exit()", "3: 'os' is not available in a migration")
    fails("require 'x'", "3: 'require' is not available in a migration")
    fails("op = nil", "3: 'op' cannot be changed")
    fails("op.drop_table = nil", "3: this table is read-only: the string \"drop_table\" cannot be set")
    fails("string.format = nil", "3: this table is read-only: the string \"format\" cannot be set")
    fails("log.infp('x')", "3: there is no log.infp, did you mean log.info?")
    fails("return ctx.foo", "3: there is no ctx.foo")
    fails("return ctx.offlin", "3: there is no ctx.offlin, did you mean ctx.offline?")
    fails("local x = nil + 1", "3: attempt to perform arithmetic on a nil value")
    fails("return sql 'a' .. 'b'",
      "3: sql \"...\" cannot be joined by '..': join the texts first, sql(\"...\" .. name)")
    fails("error('mine')", "3: mine")
    fails("error({ message = 'mine', hint = 'do' })", "3: mine")
    fails("error()", "3: error(nil) was called")
    fails("assert(false, 'no')", "3: no")
    fails("return op.drop_table()", "3: op.drop_table: argument 1, 'name' (the table), is missing")
  end)

  it("keeps the line of an error from a coroutine, and of a long file name", function()
    assert.equal("4: inner", script.short(script.body_error(
      "local co = coroutine.wrap(function()\n error('inner') end)\nco()")))
    local long = "migrations/" .. ("x"):rep(100) .. ".lua"
    local _, err = core.run(script.file('revision = "a"\nfunction upgrade()\n error("e") end'), long, "upgrade")
    assert.same({ "e", long, 3 }, { err.message, err.file, err.line })
    _, err = core.run(script.file('revision = "a"\nfunction upgrade('), long, "upgrade")
    assert.same({ "<name> or '...' expected near <eof>", long, 2 }, { err.message, err.file, err.line })
  end)

  it("sees errors of the server as tables", function()
    assert.equal("3: execute{sql='fail x'}\ninfo: false the server says no 42P01 3 fail x ask politely\n",
      script.body [[local ok, e = pcall(op.execute, "fail x")
        log(ok, e.message, e.sqlstate, e.line, e.sql, e.hint)]])
    local err = script.body_error 'local ok, e = pcall(op.execute, "fail x") error(e)'
    assert.same({ "the server says no", "42P01", 3, "fail x", 6 },
      { err.message, err.sqlstate, err.line, err.sql, err.position })
    err = script.body_error 'local ok, e = pcall(op.execute, "fail x") error(tostring(e))'
    assert.equal("3: the server says no", script.short(err))
  end)

  it("has a trace", function()
    local _, err = script.run [[
revision = "a"
function upgrade() helper() end
function helper() error("x") end]]
    assert.matches("x.lua:3: in [^\n]*helper", err.trace)
    assert.matches("x.lua:2: in ", err.trace)
  end)

  it("reads rows by the types of their columns", function()
    assert.equal("2: query: " .. [[a:20=9223372036854775807 b:25=7 c:16=t d:25=~ e:701=1.5 f:1700=1.10
info: integer 9223372036854775807 string boolean nil 1.5 1.10
]], (script.run [[revision = "a"
function upgrade() local r = db.one("a:20=9223372036854775807 b:25=7 c:16=t d:25=~ e:701=1.5 f:1700=1.10;")
  log(math.type(r.a), r.a, type(r.b), type(r.c), r.d, r.e, r.f) end]]))
    assert.equal("3: query: a:23=1 / a:23=2\ninfo: 2 2\n",
      script.body 'local r = db.query("a:23=1 / a:23=2") log(#r, r[2].a)')
    assert.equal("3: query: none\n3: query: none\n3: query: none\ninfo: nil nil 0\n",
      script.body 'log(db.one("none"), db.scalar("none"), #db.query("none"))')
    assert.equal("3: query: a:23=5 b:23=6\ninfo: 5\n", script.body 'log(db.scalar("a:23=5 b:23=6"))')
    assert.equal("db.one: the query gives 2 rows (db.query reads them all)",
      script.body_error('db.one("a:23=1 / a:23=2")').message)
  end)

  it("says how JSON is read where a text is taken for a table", function()
    local err = script.body_error 'local r = db.one("a:3802={}") log(r.a.name)'
    assert.equal("a string has no field 'name'", err.message)
    assert.matches("db%.decode%(text%)", err.hint)
    assert.equal("info: 3 A\n", script.body 'local s = "abc" log(#s, s:sub(1, 1):upper())')
  end)

  it("goes through rows", function()
    assert.equal("3: query: a:23=1 / a:23=2\ninfo: 1\ninfo: 2\n",
      script.body 'for row in db.each("a:23=1 / a:23=2") do log(row.a) end')
    assert.equal("3: each: a:23=1 / a:23=2 <x>\ninfo: 1\ninfo: 2\n",
      script.body 'db.each("a:23=1 / a:23=2", "x", function(row) log(row.a) end)')
    local err = script.body_error 'db.each("a:23=1 / a:23=2",\n function(row) error("stop " .. row.a) end)'
    assert.equal("4: stop 1", script.short(err))
  end)

  it("passes parameters as text", function()
    assert.equal('3: query: none <true> <1> <0.1> <1e+300> <NaN> <-Infinity> <a\'b> <null> <{1,"a\\"b",NULL}>\n',
      script.body [[db.query("none", true, 1, 0.1, 1e300, 0/0 ~= 0/0 and -(0/0), -math.huge, "a'b", db.NULL,
        { 1, 'a"b', db.NULL })]])
    local function fails(lua, expected)
      assert.equal(expected, script.body_error(lua).message)
    end
    fails('db.query("none", nil)', "db.query: parameter 1 is nil: write db.NULL for NULL")
    fails('db.query("none", sql "x")', "db.query: parameter 1 is sql \"...\": a parameter is a value")
    fails('db.query("none", print)', "db.query: parameter 1 is a function")
    fails('db.query("none", { 1, a = 1 })',
      "db.query: parameter 1: a table that is a parameter must be a list of values, or have keys alone")
    fails('db.query("none", "a\\0b")',
      "db.query: parameter 1 holds a NUL byte, which PostgreSQL cannot store in text")
    fails('db.query("none", "\\xff")', "db.query: parameter 1 is not valid UTF-8")
    fails("db.query()", "db.query takes SQL text, got nothing")
    fails('db.query(" ; ")', "db.query: the SQL text is empty")
  end)

  it("has autocommit, which does not nest", function()
    assert.equal("autocommit begins\n3: drop_table{name='x'}\nautocommit ends\n",
      script.body 'op.autocommit(function() op.drop_table("x") end)')
    assert.equal("3: op.autocommit inside op.autocommit", script.short(script.body_error(
      "op.autocommit(function() op.autocommit(function() end) end)")))
    assert.equal("3: op.autocommit takes a function, got nothing", script.short(script.body_error("op.autocommit()")))
  end)

  it("says what the linter may pass over", function()
    local text = 'revision = "a"\nlint.allow("r1", "why")\nfunction upgrade()\n  lint.allow("r2", "so")\nend'
    assert.equal("2: r1: why\n", script.load(text).silences)
    assert.equal("4: allow r2: so\n", (script.run(text)))
    assert.equal("a", script.header(text).id)
    assert.equal("lint.allow takes the name of a rule and the reason, two strings",
      script.body_error('lint.allow("r1")').message)
  end)

  it("is verified by true alone", function()
    local function verdict(lua)
      return select(2, script.run('revision = "a"\nfunction upgrade() end\nfunction verify() ' .. lua .. " end", "verify"))
    end
    assert.is_true(verdict "return true")
    assert.is_false(verdict "return 1")
    assert.is_false(verdict "")
    assert.equal("op.drop_table: verify() only looks, it cannot change anything", verdict('op.drop_table("x")').message)
  end)

  it("without the function that is asked for says so", function()
    local _, err = script.run('revision = "a"\nfunction upgrade() end', "downgrade")
    assert.equal("the revision has no function downgrade()", err.message)
  end)
end)

describe("the locked environment", function()
  local function fails(lua, pattern, memory)
    assert.matches(pattern, script.body_error(lua, memory).message)
  end

  it("has no way to bytecode, files or the program's own globals", function()
    for _, name in ipairs { "load", "loadstring", "dofile", "loadfile", "io", "os", "debug", "package", "_G",
      "collectgarbage", "rawset", "rawget" } do
      fails("return " .. name, "^'" .. name .. "' is not available in a migration")
    end
    fails("return string.dump(function() end)", "there is no string.dump")
    fails("return (''):dump()", "a string has no field 'dump'")
  end)

  it("hides metatables", function()
    assert.equal("info: false false false false false\n", script.body [[
      log(getmetatable(""), getmetatable(op), getmetatable(string), getmetatable(sql "x"), getmetatable(_ENV))]])
    fails("setmetatable(op, {})", "cannot change a protected metatable")
    fails("setmetatable(_ENV, nil)", "cannot change a protected metatable")
    fails("setmetatable({}, { __gc = function() end })", "__gc is not available")
    assert.equal("info: x\n", script.body [[log(setmetatable({}, { __tostring = function() return "x" end }))]])
  end)

  it("does not share its tables with another file", function()
    local text = 'revision = "a"\nfunction helper() end\nfunction upgrade() return helper() end'
    assert(script.run(text))
    assert.matches("undeclared variable 'helper'", script.body_error("helper()").message)
  end)

  it("bounds memory and stack", function()
    local mib = 1 << 20
    fails("local s = ('x'):rep(1 << 30)", "not enough memory: a script may use 1024 MiB")
    fails("local t = {} for i = 1, 1e9 do t[i] = { i } end", "not enough memory: a script may use 32 MiB", 32 * mib)
    fails("local function f() return 1 + f() end f()", "stack overflow")
    fails("local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x", "loop")
    fails("return ('x'):rep(1e8, 'y')", "not enough memory", 32 * mib)
    fails("local s = ('a'):rep(300000) return s:find(('.-'):rep(300000) .. 'b')", "too complex")
  end)

  it("cannot keep op for later", function()
    local err = script.load_error [[
revision = "a"
local co = coroutine.wrap(function() op.drop_table("x") end)
co()
function upgrade() end]]
    assert.equal("op.drop_table answers only inside the functions of a migration", err.message)
  end)

  it("does not let scripts yield through C", function()
    fails("coroutine.wrap(function() op.autocommit(function() coroutine.yield() end) end)()",
      "attempt to yield across a C%-call boundary")
    fails("coroutine.yield()", "attempt to yield")
  end)

  it("ends endless loops when interrupted, pcall or not", function()
    finally(function() core.interrupt(false) end)
    core.interrupt(true)
    fails("while true do end", "^interrupted$")
    fails("while true do pcall(function() while true do end end) end", "^interrupted$")
    fails("while true do local co = coroutine.wrap(function() while true do end end) pcall(co) end", "^interrupted$")
  end)
end)

describe("a configuration", function()
  local function eval(text, env)
    return core.config(script.file(text), env or {})
  end

  it("is a table, with env and file", function()
    local path = script.file("secret\n")
    assert.equal("{a='v', b='d', c='secret', list={1, 2}, n=1.5}", eval(([[
      return { a = env "A", b = env("B", "d"), x = env "X", c = file "%s", list = { 1, 2 }, n = 1.5 }]]):format(path),
      { A = "v" }))
  end)

  it("is checked", function()
    local function fails(text, expected)
      local _, err = eval(text)
      assert.equal(expected, script.short(err))
    end
    fails("", "0: the configuration must return a table, got nothing")
    fails("return 5", "0: the configuration must return a table, got the number 5")
    fails("return { a = function() end }", "0: configuration: a: a function is no text, number, boolean or table")
    fails("\nreturn { os.getenv 'X' }", "2: 'os' is not available in a configuration")
    fails("\nreturn { url = evn 'X' }", "2: undeclared variable 'evn', did you mean 'env'?")
    fails("return { 1, 2 }", "0: the configuration must return a table { key = value }, got a list")
    fails("return { 1, a = 2 }", "0: configuration: a table has both list items and keys")
    fails("return {", "1: unexpected symbol near <eof>")
    fails("local t = {} t.t = t return t", "0: configuration: tables are nested more than 64 deep")
  end)
end)
