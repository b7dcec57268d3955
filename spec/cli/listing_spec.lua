-- What current, history, heads, branches and show print: Alembic's text.
local project = require "spec.support.project"

local revision = project.revision

-- a - b - d (merge) - e        x depends on b, y is above x
--   \ c /
local function branched(given)
  given = given or {}
  given.files = {
    ["migrations/001_a.lua"] = revision { "001_a", message = "first\n\nmore about it" },
    ["migrations/002_b.lua"] = revision { "002_b", down = "001_a", message = "left" },
    ["migrations/002_c.lua"] = revision { "002_c", down = "001_a", message = "right",
      head = 'branch_labels = "side"' },
    ["migrations/003_d.lua"] = revision { "003_d", down = { "002_b", "002_c" }, message = "join" },
  }
  return project.new(given)
end

describe("history", function()
  it("prints newest first, with labels, branch and merge points", function()
    local p = branched { db = false }
    assert.equal([[
002_b, 002_c -> 003_d (side) (head) (mergepoint), join
001_a -> 002_c (side), right
001_a -> 002_b, left
<base> -> 001_a (branchpoint), first
]], p:ok("history").out)
    assert.equal("", p:ok("history").err)
  end)

  it("takes ranges", function()
    local p = branched { db = false }
    assert.equal("001_a -> 002_c (side), right\n<base> -> 001_a (branchpoint), first\n",
      p:ok("history", "-r", ":002_c").out)
    assert.equal("002_b, 002_c -> 003_d (side) (head) (mergepoint), join\n001_a -> 002_b, left\n",
      p:ok("history", "-r002_b:").out)
    local r = p:fails(2, "history", "-r", "001_a")
    assert.equal("error: History range requires [start]:[end], [start]:, or :[end]\n", r.err)
    assert.matches("Can't locate revision identified by 'nope'", p:fails(6, "history", "-r", "nope:").err)
  end)

  it("prints blocks with -v", function()
    local p = branched { db = false }
    local out = p:ok("history", "--verbose", "-r", ":001_a").out
    assert.equal(([[
Rev: 001_a (branchpoint)
Parent: <base>
Branches into: 002_b, 002_c
Path: %s/migrations/001_a.lua

    first

    more about it

    Revision ID: 001_a
    Revises:

]]):format(p.dir), out)
    assert.matches("^Rev: 003_d %(head%) %(mergepoint%)\nMerges: 002_b, 002_c\nBranch names: side\nPath: ",
      p:ok("history", "-v").out)
  end)

  it("marks the current revision with -i, and takes current in ranges", function()
    local p = branched()
    p:ok("upgrade", "002_b")
    local r = p:ok("history", "-i")
    assert.matches("\n001_a %-> 002_b %(current%), left\n", r.out)
    assert.equal(1, select(2, r.out:gsub("%(current%)", "")))
    assert.matches("^Rev: 002_b %(current%)\n", p:ok("show", "current").out)
    assert.matches("^○ 003_d.*│ ○ 002_c.*● │ 002_b %(current%).*● 001_a", p:ok("history", "-i", "--graph").out)
    assert.equal("002_b, 002_c -> 003_d (side) (head) (mergepoint), join\n001_a -> 002_b, left\n",
      p:ok("history", "-r", "current:").out)
  end)

  it("asks no database for a revision that has current in its name", function()
    local p = project.new { db = false, files = {
      ["migrations/1.lua"] = project.revision { "001_current_a" },
      ["migrations/2.lua"] = project.revision { "current_b", down = "001_current_a" } } }
    assert.matches("^Rev: 001_current_a\n", p:ok("show", "001_current_a").out)
    assert.matches("^Rev: 001_current_a\n", p:ok("show", "current_b-1").out)
    assert.matches("001_current_a", p:ok("history", "-r", "001_current_a:current_b").out)
    for _, range in ipairs { "current", "001_current_a:current", "current-1" } do
      assert.matches("cannot connect", p:fails(1, "history", "-r", range).err)
    end
  end)

  it("is JSON with --json", function()
    local p = branched { db = false }
    local out = p:ok("history", "--json").out
    assert.equal(out, p:ok("--json", "history").out)
    assert.equal(out, p:ok("history", "--format=json").out)
    assert.equal([[
  {
    "revision": "002_c",
    "message": "right",
    "down_revision": [
      "001_a"
    ],
    "branch_labels": [
      "side"
    ],
    "depends_on": [],
    "file": "migrations/002_c.lua",
    "created": null,
    "transactional": true,
    "irreversible": null,
    "head": false,
    "effective_head": false,
    "branchpoint": false,
    "mergepoint": false
  },
]], out:match('(  {\n    "revision": "002_c".-\n  },\n)'))
    assert.matches('"message": "first\\n\\nmore about it"', out, 1, true)
  end)

  it("stays JSON for any bytes of a message", function()
    local p = project.new { db = false, files = {
      ["migrations/a.lua"] = 'revision = "aaaa"\nmessage = "q\\" b\\\\ t\\t \\1 \\xFF\\xC3( é \\xED\\xA0\\x80"\n'
        .. "function upgrade() end\nfunction downgrade() end\n" } }
    local bad = "\xEF\xBF\xBD"
    assert.truthy(p:ok("history", "--json").out:find('"message": "q\\" b\\\\ t\\t \\u0001 ' .. bad .. bad .. "( é "
      .. bad .. bad .. bad .. '"', 1, true))
  end)

  it("draws lines, and text for Graphviz and Mermaid", function()
    local p = branched { db = false }
    assert.equal([[
● 003_d (side) (head) (mergepoint), join
├─╮
│ ● 002_c (side), right
● │ 002_b, left
├─╯
● 001_a (branchpoint), first
]], p:ok("history", "--graph").out)
    local ascii = p:ok({ "history", "--graph", env = { LC_ALL = "C" } }).out
    assert.is_nil(ascii:find("[\128-\255]"))
    assert.equal(p:ok("history", "--json").out, p:ok("history", "--graph", "--json").out)
    assert.matches("^digraph", p:ok("history", "--format", "dot").out)
    assert.matches("^flowchart", p:ok("history", "--format", "mermaid").out)
  end)

  it("of no revisions is empty", function()
    local p = project.new { db = false }
    assert.equal("", p:ok("history").out)
    assert.equal("[]\n", p:ok("history", "--json").out)
  end)
end)

describe("heads, branches and show", function()
  it("list the newest of each line", function()
    local p = branched { db = false }
    assert.equal("003_d (side) (head)\n", p:ok("heads").out)
    p:write("migrations/x.lua", revision { "x001", head = 'depends_on = "002_b"' })
    assert.equal("003_d (side) (head)\nx001 (head)\n", p:ok("heads").out)
    local r = p:fails(7, "heads", "--check")
    assert.equal("003_d (side) (head)\nx001 (head)\n", r.out)
    assert.matches("^error: Multiple head revisions are present", r.err)
    p:write("migrations/y.lua", revision { "y001", head = 'depends_on = "003_d"' })
    assert.matches("003_d %(side%) %(effective head%)\n", p:ok("heads").out)
    assert.is_nil(p:ok("heads", "--resolve-dependencies").out:find("003_d", 1, true))
    assert.matches("<base> %(003_d%) %-> y001 %(head%), y001\n", p:ok("history").out)
  end)

  it("list where lines part", function()
    local p = branched { db = false }
    assert.equal("001_a (branchpoint)\n      -> 002_b\n      -> 002_c (side)\n\n", p:ok("branches").out)
    assert.matches("\n      %-> 002_b, left\n", p:ok("branches", "-v").out)
    assert.matches('"branchpoint": {', p:ok("branches", "--json").out)
  end)

  it("show what a header says", function()
    local p = branched { db = false }
    assert.equal(p:ok("history", "-v", "-r", ":001_a").out, p:ok("show", "001_a").out)
    assert.equal(p:ok("show", "003_d").out, p:ok("show", "head").out)
    assert.equal(p:ok("show", "003_d").out, p:ok("show", "side@head").out)
    assert.matches('"revision": "001_a"', p:ok("show", "001_a", "--json").out)
    local r = p:fails(6, "show", "nope")
    assert.equal("", r.out)
    assert.matches("^error: Can't locate revision identified by 'nope'\n", r.err)
  end)
end)

describe("current", function()
  it("prints nothing and makes nothing in an empty database", function()
    local p = branched()
    local r = p:ok("current")
    assert.equal("", r.out)
    assert.equal("INFO  [moonshift] Context impl PostgreSQL.\nINFO  [moonshift] Will assume transactional DDL.\n",
      r.err)
    assert.equal("", p:ok("current", "--quiet").err)
    assert.equal("[]\n", p:ok("current", "--json").out)
    assert.equal("0", p.db:scalar "select count(*) from pg_class where relnamespace = 'public'::regnamespace")
  end)

  it("prints the heads of what is applied", function()
    local p = branched()
    p:ok("upgrade", "002_b")
    assert.equal("002_b\n", p:ok("current").out)
    p:ok("upgrade", "head")
    assert.equal("003_d (head) (mergepoint)\n", p:ok("current").out)
    local out = p:ok("current", "-v").out
    assert.matches("^Current revision%(s%) for [^\n]+:\nRev: 003_d %(head%) %(mergepoint%)\nMerges: ", out)
    local json = p:ok("current", "--json").out
    assert.matches('"revision": "003_d"', json)
    assert.matches('"current": true', json)
    assert.equal(json, p:ok("current", "-v", "--json").out)
  end)

  it("counts a head that another line depends on", function()
    local p = project.new { files = {
      ["migrations/a.lua"] = revision { "aaa1" },
      ["migrations/b.lua"] = revision { "bbb1", head = 'depends_on = "aaa1"' },
    } }
    p:ok("upgrade", "heads")
    local lines = {}
    for line in p:ok("current").out:gmatch("[^\n]+") do lines[#lines + 1] = line end
    table.sort(lines)
    assert.same({ "aaa1 (effective head)", "bbb1 (head)" }, lines)
  end)

  it("fails with status 3 for --check-heads until all heads are applied", function()
    local p = branched()
    assert.matches("^error: Database is not on all head revisions\n  hint: moonshift upgrade heads\n",
      p:fails(3, "current", "--check-heads", "-q").err)
    p:ok("upgrade", "head")
    p:ok("current", "--check-heads")
  end)

  it("says what to do about a revision that no file holds", function()
    local p = branched()
    p:ok("upgrade", "head")
    os.remove(p:path "migrations/003_d.lua")
    local r = p:fails(6, "current", "-q")
    assert.matches("^error: Can't locate revision identified by '003_d'\n  hint: the database is at 003_d", r.err)
    assert.equal("", r.out)
  end)

  it("works for a role that may only read", function()
    local p = branched()
    p:ok("upgrade", "head")
    local url = p.db:read_only_url()
    assert.equal("003_d (head) (mergepoint)\n", p:ok("current", "--url", url).out)
  end)
end)

describe("a broken history", function()
  local function refused(files, status, ...)
    local p = project.new { db = false, files = files }
    for _, words in ipairs { { "history" }, { "heads" }, { "revision", "-m", "x" } } do
      local r = p:fails(status, words)
      assert.equal("", r.out)
      for _, part in ipairs { ... } do
        assert.truthy(r.err:find(part, 1, true), "no '" .. part .. "' in:\n" .. r.err)
      end
    end
  end

  it("names both files of one id", function()
    refused({ ["migrations/one.lua"] = revision { "same" }, ["migrations/two.lua"] = revision { "same" } }, 1,
      "same", "migrations/one.lua", "migrations/two.lua")
  end)

  it("names the revisions of a cycle", function()
    refused({ ["migrations/a.lua"] = revision { "aaa1", down = "bbb1" },
      ["migrations/b.lua"] = revision { "bbb1", down = "aaa1" } }, 1, "aaa1", "bbb1")
  end)

  it("names the file whose parent is missing", function()
    refused({ ["migrations/a.lua"] = revision { "aaa1", down = "gone" } }, 6, "gone", "migrations/a.lua")
  end)

  it("names the file that is no migration", function()
    refused({ ["migrations/a.lua"] = "" }, 1, "migrations/a.lua")
    refused({ ["migrations/a.lua"] = "\27Lua binary \0\1\2" }, 1, "migrations/a.lua")
    refused({ ["migrations/a.lua"] = "\255\254\0x\0" }, 1, "migrations/a.lua")
    refused({ ["migrations/a.lua"] = "revision = 'a\nfunction upgrade() end" }, 1, "migrations/a.lua:1")
  end)

  it("names the file that cannot be read", function()
    local p = project.new { db = false, files = { ["migrations/a.lua/x"] = "" } }
    assert.truthy(p:fails(1, "history").err:find("migrations/a.lua", 1, true))
  end)
end)
