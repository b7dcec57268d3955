-- Revision files that are wrong: each gets one clear error, and the database stays as it was.
local project = require "spec.support.project"

local good = project.revision { "001_good", up = 'op.create_table("t", { { "id", "int" } })' }

-- A project whose second file is bad.
local function with(text)
  return project.new { files = { ["migrations/001_good.lua"] = good, ["migrations/002_bad.lua"] = text } }
end

-- The revision file of a body that starts on line 4.
local function body(lua)
  return 'revision = "002_bad"\ndown_revision = "001_good"\nfunction upgrade()\n' .. lua .. "\nend\n"
end

local function left_behind(p)
  return p.db:query("select relname from pg_class where relname in ('half', 'u')")
end

-- Checks what `upgrade` says, and that the bad revision left nothing behind.
local function refuses(text, expected)
  local p = with(text)
  local result = p:fails(1, "upgrade")
  for _, line in ipairs(expected) do
    assert.truthy(result.err:find(line, 1, true), ("no %q in:\n%s"):format(line, result.err))
  end
  assert.same({}, left_behind(p))
end

describe("a bad revision file", function()
  it("with a syntax error names the line", function()
    refuses(body 'op.drop_table("x"', { "error: ')' expected", "at migrations/002_bad.lua:5" })
  end)

  it("with an unknown global names it", function()
    refuses(body 'op.create_table("half") opp.drop_table("x")',
      { "error: undeclared variable 'opp', did you mean 'op'?", "at migrations/002_bad.lua:4" })
  end)

  it("with a mistake in its SQL points at it, behind tabs as well", function()
    refuses(body "op.execute [[select 1;\n\tselect\t'\u{e4}' x y\tfrom t]]",
      { "LINE 2: \tselect\t'\u{e4}' x y\tfrom t\n          \t      \t      ^\n" })
  end)

  it("without upgrade() says so", function()
    refuses('revision = "002_bad"\ndown_revision = "001_good"\n',
      { "error: the revision has no function upgrade()", "at migrations/002_bad.lua" })
  end)

  it("with a misspelt key suggests the right one", function()
    refuses(body 'op.create_table("half")\nop.create_table("u", { { "id", "int", nulable = true } })',
      { "error: op.create_table: column 'id': unknown key 'nulable', did you mean 'nullable'?",
        "at migrations/002_bad.lua:5" })
  end)

  it("with a wrong type says what is expected", function()
    refuses(body 'op.create_table("u", { { "id", 5 } })',
      { "error: op.create_table: column 'id': 'type' must be SQL (a string), got the number 5",
        "at migrations/002_bad.lua:4" })
  end)

  it("with SQL that fails shows it, and what was done before is gone", function()
    refuses(body 'op.create_table("half")\nop.execute("selekt 1")',
      { "at migrations/002_bad.lua:5", "selekt 1" })
    refuses(body 'op.create_table("half")\nop.execute("select nope")',
      { 'error: column "nope" does not exist', "at migrations/002_bad.lua:5", "SQLSTATE: 42703" })
  end)

  it("with a reference written as in SQL says how it is written here", function()
    refuses(body 'op.create_table("half", { { "n", "int", references = "half(n)" } })',
      { 'error: relation "half(n)" does not exist', 'hint: a name stands without parentheses: references = "table.column"' })
  end)

  it("that raises an error of its own shows it", function()
    refuses(body 'op.create_table("half")\nerror("not today")',
      { "error: not today", "at migrations/002_bad.lua:5" })
  end)

  it("of bytes that are no text says so", function()
    refuses("\1\2\3\0garbage\255", { "error: migrations/002_bad.lua is not UTF-8 text" })
    refuses(string.dump(load("return 1")), { "error: migrations/002_bad.lua is Lua bytecode, not Lua text" })
    refuses("", { "error: migrations/002_bad.lua is empty" })
    refuses("x", { "at migrations/002_bad.lua:1" })
  end)

  it("without a revision says so", function()
    refuses("function upgrade() end", { "error: migrations/002_bad.lua names no revision" })
  end)

  it("that cannot be read says so", function()
    local p = with(body "")
    os.execute(("cd %s/migrations && rm 002_bad.lua && ln -s nowhere 002_bad.lua"):format(p.dir))
    assert.matches("migrations/002_bad.lua cannot be read: No such file", p:fails(1, "upgrade").err)
  end)

  it("that takes all memory is stopped, and the database stays as it was", function()
    refuses(body 'op.create_table("half")\nlocal t = {} for i = 1, 1e12 do t[i] = ("x"):rep(1e6) .. i end',
      { "error: not enough memory: a script may use 1024 MiB", "at migrations/002_bad.lua" })
  end)

  it("that never ends is ended by Ctrl-C", function()
    local p = with(body 'op.create_table("half")\nlog("spinning")\nwhile true do pcall(function() end) end')
    local run = p:start("upgrade")
    while run:running() and not run:peek().err:find("spinning", 1, true) do
      os.execute("sleep 0.05")
    end
    run:kill("INT")
    local result = run:wait()
    assert.matches("interrupted", result.err)
    assert.not_equal(0, result.status)
    assert.same({}, left_behind(p))
  end)
end)
