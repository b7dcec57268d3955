-- Whole scripts: what pg_dump writes runs through op.execute and op.execute_file, and what is
-- wrong in a script is named with the line and the file that it stands in.
local db = require "spec.support.db"
local project = require "spec.support.project"
local shell = require "spec.support.shell"

local EXECUTE_FILE = 'op.execute_file("s.sql")'

local function with_script(text, up, head)
  return project.new { files = {
    ["migrations/1.lua"] = project.revision { "001_a", up = up or EXECUTE_FILE, head = head },
    ["migrations/s.sql"] = text,
  } }
end

-- As pg_dump writes it, with its \restrict lines.
local function dumped(d, options)
  return shell.output(("env -u LD_PRELOAD pg_dump %s -d %s"):format(options, d.name))
end

-- pg_dump reads no server that is newer than itself.
(db.old_tools() and pending or describe)("the text of pg_dump", function()
  local source, text

  setup(function()
    source = db.create()
    source:exec(shell.read(shell.source .. "/spec/schemas/rental.sql"))
    text = dumped(source, "--schema-only")
    assert.truthy(#text > 5000, #text)
  end)

  for way, up in pairs { ["op.execute_file"] = EXECUTE_FILE, ["op.execute"] = "op.execute [==[\n%s]==]" } do
    it("runs as a whole through " .. way, function()
      local p = with_script(text, (up:gsub("%%s", function() return text end)))
      p:ok "upgrade"
      assert.equal(source:dump(), p.db:dump())
    end)
  end

  it("runs statement by statement outside transactions", function()
    local p = with_script(text, nil, "transactional = false")
    p:ok "upgrade"
    assert.equal(source:dump(), p.db:dump())
  end)

  it("with rows in COPY blocks is refused, with what to do", function()
    source:exec "create table seen (n int); insert into seen values (1)"
    local p = with_script(dumped(source, "-t seen"))
    local r = p:fails(1, "upgrade")
    assert.matches("COPY ... FROM stdin takes its data from psql", r.err, 1, true)
    assert.matches("context: the script is s.sql", r.err, 1, true)
    assert.matches("hint: use op.copy_from, or dump with pg_dump --inserts or --schema-only", r.err, 1, true)
    p:write("migrations/s.sql", dumped(source, "--inserts -t seen"))
    p:ok "upgrade"
    assert.equal("1", p.db:scalar "select n from public.seen")
  end)
end)

describe("a mistake in a script", function()
  for name, case in pairs {
    -- What is newer than the parser is asked itself.
    ["of syntax"] = { "select 1;\n\nselct 2;", db.server_version() < 160000
      and { 'syntax error at or near "selct" (line 3 of the script)', "the script is s.sql" }
      or { 'syntax error at or near "selct"', "the statement starts at line 3 of s.sql" } },
    ["that the server finds"] = { "create table a (n int);\n\ncreate index on a (m);",
      { 'column "m" does not exist', "the statement starts at line 3 of s.sql" } },
    ["in its first line"] = { "select nothing", { "the statement starts at line 1 of s.sql" } },
    ["that ends the transaction"] = { "select 1;\ncommit;\n",
      { "line 2 of the script: commit would end the transaction", "the script is s.sql" } },
    ["that only psql knows"] = { "select 1;\n\\connect other\n",
      { "line 2 of the script: \\connect is a command of psql", "remove the line", "the script is s.sql" } },
    ["that cannot be in a transaction"] = { "create table a (n int);\ncreate index concurrently on a (n);\n",
      { "this statement cannot run inside a transaction block", "the statement starts at line 2 of s.sql",
        "set `transactional = false` in the revision, or wrap the call: op.autocommit(function() ... end)" } },
  } do
    it(name .. " is named with its line and its file", function()
      local r = with_script(case[1]):fails(1, "upgrade")
      for _, part in ipairs(case[2]) do assert.matches(part, r.err, 1, true) end
      assert.matches("at migrations/1.lua:", r.err, 1, true)
    end)
  end

  it("is none outside a transaction: CREATE INDEX CONCURRENTLY", function()
    local script = "create table a (n int);\ncreate index concurrently ix on a (n);\n"
    for _, p in ipairs { with_script(script, nil, "transactional = false"),
      with_script(script, "op.autocommit(function() op.execute_file('s.sql') end)") } do
      p:ok "upgrade"
      assert.equal("t", p.db:scalar "select indisvalid from pg_index where indexrelid = 'ix'::regclass")
    end
  end)
end)
