-- The slips of people who are new to Lua: each error names file and line, and says what to
-- write instead.
local project = require "spec.support.project"

local header = 'revision = "001_x"\nmessage = "x"\n'

-- Lua in upgrade(), from line 4 on; what the error says; what the hint says.
local bodies = {
  { "# a comment", "unexpected symbol near '#'", "a comment begins with --" },
  { "// a comment", "unexpected symbol near '//'", "a comment begins with --" },
  { '""" a comment """', "near", "a comment begins with --" },
  { "if 1 = 2 then end", "'then' expected near '='", "compared by '=='" },
  { "if 1 != 2 then end", "'then' expected near '!'", "'~=' is not equal" },
  { "if true && true then end", "near '&'", "'and', 'or' and 'not'" },
  { "if true then elif true then end", "near", "'elseif'" },
  { "local i = 1; i += 1", "near '+'", "n = n + 1" },
  { "for i = 1, 2 do continue end", "near 'end'", "no 'continue'" },
  { 'if true then op.execute("select 1")', "'end' expected", "needs an 'end'" },
  { 'op.execute("select \\d")', "invalid escape sequence", "[[ ]]" },
  { 'op.execute("select\n1")', "unfinished string", "[[ ]]" },
  { 'op.execute("select "a"")', "')' expected", "[[ ]]" },
  { 'op.drop_table("t" { if_exists = true })', "')' expected near '{'", "comma" },
  { 'op.create_index("i", "t", { "a" }, unique = true)', "')' expected near '='", "{ unique = true }" },
  { 'op.create_table("t", { { "a", "int" } { "b", "int" } })', "'}' expected near '{'", "comma" },
  { 'op.create_table("t", {\n{ "a", "int" } \n"b" = 1 })', "'}' expected", "comma" },
  { 'op.drop_table("t", { if_exists = True })', "undeclared variable 'True'", "'true'" },
  { 'op.alter_column("t", "a", { default = None })', "undeclared variable 'None'", "op.NULL" },
  { 'op.drop_table(users)', "undeclared variable 'users'", "in quotes" },
  { 'op.add_column("t", sa.Column("a"))', "undeclared variable 'sa'", "PostgreSQL's own text" },
  { 'op.execute("select " + "1")', "attempt to add a 'string'", "'..'" },
  { 'op.execute("select " .. db.one("select null as a").a)', "concatenate a nil value", "$1" },
  { 'log(db.one("select 1 as a where false").a)', "index a nil value", "no row" },
  { 'log(db.query("select 1 as a")[0].a)', "index a nil value", "begin with 1" },
  { 'for _, n in { "a" } do log(n) end', "for iterator", "ipairs" },
  { 'if db.scalar("select 1.5") > 1 then end', "attempt to compare", "tonumber" },
  { "local f; f()", "attempt to call a nil value", "local function" },
  { 'op.create_table { "t", { "a", "int" } }', "takes its arguments in parentheses",
    "op.create_table(name, { columns, options })" },
  { 'op:drop_table("t")', "op.drop_table:", "op.drop_table(name, [{ options }])" },
  { 'op.create_table("t", { "a", "int" }, { "b", "int" })', "takes 1 argument and a table of options, got 3",
    "op.create_table(name, { columns, options })" },
  { 'local n op.create_table("t", { { "a", "int" }, n, { "b", "int" } })', "the list has a hole",
    "op.create_table(name, { columns, options })" },
  { 'op.create_table("t", { { "a" } })', "column 'a': item 2, 'type'", "{ name, type, nullable =" },
  { 'op.create_table("t", { { "a", "int" }, indexes = { { "ix", { "a", "a" } } } })',
    "index 1: key 2: takes 1 item before its keys, got 2", '{ "email", name = …, unique = true }' },
}

-- Whole files: line of the error, error, hint.
local files = {
  { 'revision = "001_x"\n<<<<<<< HEAD\nmessage = "a"\n=======\nmessage = "b"\n>>>>>>> b\nfunction upgrade() end\n', 2,
    "near '<<'", "a conflict of a merge" },
  { 'revision = "001_x"\nlocal down_revision = "abc"\nfunction upgrade() end\n', 2,
    "'down_revision' is local", "take the word 'local' away" },
  { 'local revision = "001_x"\nfunction upgrade() end\n', 1, "'revision' is local", "'local' away" },
  { 'revision = "001_x"\nlocal function upgrade() end\n', 2, "'upgrade' is local", "'local' away" },
  { 'revision = "001_x"\nfunction upgrade() end\nlocal function downgrade() end\n', 3,
    "'downgrade' is local", "'local' away" },
  { 'revision = 001_x\nfunction upgrade() end\n', 1, "malformed number", "in quotes" },
  { 'revision = "001_x"\ndef upgrade():\n  pass\n', 2, "near 'upgrade'", "function upgrade()" },
  { 'revision = "001_x"\nupgrade()\n  op.drop_table("t")\nend\n', 4, "<eof> expected near 'end'", "'function'" },
}

describe("what a newcomer to Lua writes", function()
  local p

  lazy_setup(function() p = project.new() end)

  local function says(text, line, message, hint)
    p:write("migrations/001_x.lua", text)
    local err = p:fails(1, "upgrade").err
    local function has(what) assert.truthy(err:find(what, 1, true), ("no %q for\n%s\nin\n%s"):format(what, text, err)) end
    has(message)
    has("at migrations/001_x.lua:" .. (line or ""))
    if hint then has "hint: " has(hint) end
  end

  for _, case in ipairs(bodies) do
    it("in upgrade(): " .. case[1], function()
      says(header .. "function upgrade()\n" .. case[1] .. "\nend\n", nil, case[2], case[3])
    end)
  end

  for _, case in ipairs(files) do
    it("as a file: " .. case[3], function() says(table.unpack(case)) end)
  end

  it("leaves a local variable alone that stands beside a field", function()
    p:write("migrations/001_x.lua",
      header .. 'local message = "mine"\nlocal upgrades = 1\nfunction upgrade() log(message) end\nfunction downgrade() end\n')
    p:ok("upgrade")
    p:ok("downgrade")
  end)
end)
