-- op.copy_from, online and as the text of --sql (law 4): the same rows.
local db = require "spec.support.db"
local project = require "spec.support.project"

local offline = { DATABASE_URL = "postgres://nobody@nowhere/none" }

local function new(call, files)
  files = files or {}
  files["migrations/1.lua"] = project.revision { "001_a",
    up = 'op.create_table("t", { { "n", "int" }, { "s", "text" } })\n  ' .. call,
    down_body = 'op.drop_table("t")' }
  return project.new { files = files }
end

local function rows(d)
  return d:query "select n, s from t order by n, s"
end

local function same(call, files)
  local p, other = new(call, files), db.create()
  p:ok("upgrade", "head")
  other:exec(p:ok({ "upgrade", "head", "--sql", env = offline }).out)
  assert.same(rows(p.db), rows(other))
  return rows(p.db)
end

describe("op.copy_from", function()
  it("copies rows made by Lua", function()
    local found = same [[op.copy_from("t", { "n", "s" }, { rows = {
      { 1, "plain" }, { 2, "tab\tline\nback\\slash \\. \\N" }, { 3, "" }, { 4, op.NULL }, { 5, "\\." },
    } })]]
    assert.equal(5, #found)
    assert.equal("tab\tline\nback\\slash \\. \\N", found[2][2])
    assert.is_nil(found[4][2])
    assert.equal("\\.", found[5][2])
  end)

  it("copies a file of CSV, with and without a line break at its end", function()
    local call = 'op.copy_from("t", { "n", "s" }, { file = "t.csv", format = "csv", header = true })'
    local found = same(call, { ["migrations/t.csv"] = 'n,s\n1,"a ""b"", c\n2"\n2,; drop table t; --' })
    assert.same({ { "1", 'a "b", c\n2' }, { "2", "; drop table t; --" } }, found)
    assert.equal(1, #same(call, { ["migrations/t.csv"] = "n,s\n1,x\n" }))
    assert.equal(0, #same(call, { ["migrations/t.csv"] = "n,s\n" }))
  end)

  it("refuses offline what psql would read otherwise", function()
    local call = 'op.copy_from("t", { "n", "s" }, { file = "t.csv", format = "csv" })'
    local p = new(call, { ["migrations/t.csv"] = '1,"\n\\.\n"\n2,b\n' })
    local r = p:run { "upgrade", "head", "--sql", env = offline }
    assert.equal(1, r.status)
    assert.matches("a line with \\. alone", r.err, 1, true)
    assert.matches("migrations/1.lua:%d", r.err)
    p = new('op.copy_from("t", { "n", "s" }, { file = "t.bin", format = "binary" })', { ["migrations/t.bin"] = "PGCOPY" })
    r = p:run { "upgrade", "head", "--sql", env = offline }
    assert.equal(1, r.status)
    assert.matches("COPY in binary format needs a live connection", r.err)
  end)

  it("cannot read rows offline, and says what to ask", function()
    local p = new 'log(db.scalar "select 1")'
    local r = p:run { "upgrade", "head", "--sql", env = offline }
    assert.equal(1, r.status)
    assert.matches("reading rows needs a live connection", r.err)
    assert.matches("ctx.offline", r.err, 1, true)
    assert.matches("migrations/1.lua:%d", r.err)
  end)
end)
