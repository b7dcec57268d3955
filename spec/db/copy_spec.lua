-- op.copy_from, online and as the text of --sql (law 4): the same rows.
local lfs = require "lfs"

local db = require "spec.support.db"
local project = require "spec.support.project"

-- The names in a header are compared from 15 on.
local header = db.server_version() >= 150000 and 'header = "match"' or "header = true"
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

  it("says what to write where the server is too old to compare a header", function()
    local p = new([[op.copy_from("t", { "n", "s" }, { text = "n,s\n1,a\n", format = "csv", header = "match" })]])
    local r = p:fails(1, "upgrade", "--sql", "--server-version", "14")
    assert.matches('header = "match" needs PostgreSQL 15: write header = true', r.err, 1, true)
    assert.matches("at migrations/", r.err, 1, true)
    assert.matches("HEADER MATCH", p:ok("upgrade", "--sql").out, 1, true)
  end)

  it("copies a file of CSV, with and without a line break at its end", function()
    -- Up to 17 psql sends "\\." at the end of CSV, which a server from 18 on takes for data.
    if db.old_tools() then return pending "psql is older than the server" end
    local call = 'op.copy_from("t", { "n", "s" }, { file = "t.csv", format = "csv", header = true })'
    local found = same(call, { ["migrations/t.csv"] = 'n,s\n1,"a ""b"", c\n2"\n2,; drop table t; --' })
    assert.same({ { "1", 'a "b", c\n2' }, { "2", "; drop table t; --" } }, found)
    assert.equal(1, #same(call, { ["migrations/t.csv"] = "n,s\n1,x\n" }))
    assert.equal(0, #same(call, { ["migrations/t.csv"] = "n,s\n" }))
  end)

  it("copies lines that end as Windows ends them", function()
    if db.old_tools() then return pending "psql is older than the server" end
    local want = { { "1", "a\r\nb" }, { "2", "c" } }
    local call = 'op.copy_from("t", { "n", "s" }, { file = "t.csv", format = "csv" })'
    assert.same(want, same(call, { ["migrations/t.csv"] = '1,"a\r\nb"\r\n2,c\r\n' }))
    assert.same(want, same(call, { ["migrations/t.csv"] = '1,"a\r\nb"\r\n2,c' }))
    assert.same({ { "1", "a" }, { "2", "c" } }, same('op.copy_from("t", { "n", "s" }, { file = "t.tsv" })',
      { ["migrations/t.tsv"] = "1\ta\r\n2\tc\r\n" }))
  end)

  it("does not take a byte order mark for data", function()
    if db.old_tools() then return pending "psql is older than the server" end
    local bom = "\xEF\xBB\xBF"
    assert.same({ { "1", bom .. "a" }, { "2", "b" } },
      same('op.copy_from("t", { "n", "s" }, { file = "t.csv", format = "csv", ' .. header .. " })",
        { ["migrations/t.csv"] = bom .. "n,s\r\n1," .. bom .. "a\r\n2,b\r\n" }))
    assert.equal(0, #same('op.copy_from("t", { "n", "s" }, { file = "t.tsv" })', { ["migrations/t.tsv"] = bom }))
    local p = new('op.copy_from("t", { "s" }, { file = "t.csv", encoding = "latin1" })', { ["migrations/t.csv"] = bom .. "\n" })
    p:ok("upgrade", "head")
    assert.same({ { nil, "ï»¿" } }, rows(p.db))
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

  it("says which line of which file", function()
    local function error_of(call, files)
      return new(call, files):fails(1, "upgrade", "head").err
    end
    local csv = { ["migrations/t.csv"] = "n,s\n1,a\nx,b\n" }
    local err = error_of('op.copy_from("t", { "n", "s" }, { file = "t.csv", format = "csv", header = true })', csv)
    assert.matches("invalid input syntax for type integer", err)
    assert.matches('context: migrations/t.csv:3, column n: "x"', err, 1, true)
    assert.matches("at migrations/1.lua:7", err, 1, true)
    err = error_of('op.copy_from("t", { "n", "s" }, { rows = { { 1, "a" }, { 2 }, { "y" } } })')
    assert.matches('context: the data, line 3, column n: "y"', err, 1, true)
    err = error_of('op.copy_from("t", { "n", "s" }, { text = "1;a;b\\n", format = "csv", delimiter = ";" })')
    assert.matches('context: the data, line 1: "1;a;b"', err, 1, true)
  end)

  it("takes every form that COPY takes", function()
    if db.old_tools() then return pending "psql is older than the server" end
    assert.same({ { "1", "a'b" }, { "2", nil }, { "3", "" } },
      same([[op.copy_from("t", { "n", "s" }, { text = "n|s\n1|'a\\'b'\n2|-\n3|''\n", format = "csv",
        delimiter = "|", quote = "'", escape = "\\", null = "-", ]] .. header .. " })"))
    local found = new([[op.copy_from("t", { "n", "s" }, { file = "t.tsv", encoding = "latin1" })]],
      { ["migrations/t.tsv"] = "1\tgr\xfc\xdfe\n2\t\\N\n" })
    found:ok("upgrade", "head")
    assert.same({ { "1", "grüße" }, { "2" } }, rows(found.db))
  end)
end)

describe("db.copy_to", function()
  it("writes what op.copy_from reads", function()
    local p = new [[op.copy_from("t", { "n", "s" }, { rows = { { 1, "tab\t, \"q\"\nline" }, { 2, op.NULL }, { 3, "" } } })
      op.create_table("u", { { "n", "int" }, { "s", "text" } })
      log(("%d rows"):format(db.copy_to("select n, s from t order by n", "t.csv", { format = "csv", header = true })))
      op.copy_from("u", { "n", "s" }, { file = "t.csv", format = "csv", header = true })
      local lines = {}
      db.copy_to("t", function(line) lines[#lines + 1] = line end, { columns = { "n" } })
      log(table.concat(lines))]]
    local r = p:ok("upgrade", "head")
    assert.matches("3 rows", r.err)
    assert.matches("1\n2\n3\n", r.err)
    assert.same(rows(p.db), p.db:query "select n, s from u order by n")
    assert.equal('n,s\n1,"tab\t, ""q""\nline"\n2,\n3,""\n', p:read "migrations/t.csv")
  end)

  it("goes on after a function that fails, and needs a database", function()
    local p = new [[op.execute "insert into t select i, 'x' from generate_series(1, 200000) i"
      if ctx.x.caught then
        log(tostring(pcall(db.copy_to, "t", function() error("enough") end)))
      end
      db.copy_to("select 1", function(line) error("got " .. line) end)]]
    assert.matches("got 1", p:fails(1, "upgrade", "head").err)
    assert.matches("reading rows needs a live connection",
      p:run { "upgrade", "head", "--sql", env = offline }.err, 1, true)
    assert.matches("relation \"nothing\" does not exist",
      new('db.copy_to("nothing", "x.csv")'):fails(1, "upgrade", "head").err)
  end)

  -- The coroutine is closed by the collector, long after the revision has ended.
  it("leaves no part of a file behind when it fails in a coroutine", function()
    local p = project.new { files = {
      ["migrations/1.lua"] = project.revision { "001_a", head = "transactional = false",
        up = 'log(coroutine.resume(coroutine.create(function() db.copy_to("select 1 / 0", "x.csv") end)))' },
      ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", up = 'log(#("x"):rep(100000))' },
    } }
    assert.matches("division by zero", p:ok("upgrade", "head").err, 1, true)
    for name in lfs.dir(p:path "migrations") do
      assert.is_nil(name:match("^x%.csv.*"))
    end
  end)
end)

describe("op.bulk_insert and op.upsert", function()
  it("take more values than the protocol has parameters", function()
    local p = new [[local rows = {}
      for i = 1, 70000 do rows[i] = { n = i, s = "row " .. i } end
      op.bulk_insert("t", rows)
      op.create_unique_constraint("t_n", "t", { "n" })
      for i = 1, 70000 do rows[i] = { n = i + 1000, s = "again " .. i } end
      op.upsert("t", rows, { conflict = "n" })]]
    p:ok("upgrade", "head")
    assert.same({ { "71000", "1000", "70000" } }, p.db:query [[select count(*),
      count(*) filter (where s = 'row ' || n), count(*) filter (where s = 'again ' || n - 1000) from t]])
  end)

  it("update what was asked for, and say where rows differ", function()
    local p = new [[op.execute "create table u (a int, b text, n int default 7, s text default 'd', primary key (a, b))"
      op.bulk_insert("u", { { a = 1, b = "x", n = 1 }, { a = 1, b = "y", n = op.NULL, s = "S" } })
      op.upsert("u", { { a = 1, b = "x", n = 10, s = "new" }, { a = 2, b = "x", n = 20, s = "new" } },
        { conflict = { "a", "b" }, update = "n", where = "u.n < excluded.n" })
      op.upsert("u", { { a = 1, b = "y", n = 5 } }, { conflict = { "a", "b" }, where = "u.n < excluded.n" })]]
    p:ok("upgrade", "head")
    assert.same({ { "1", "x", "10", "d" }, { "1", "y", nil, "S" }, { "2", "x", "20", "new" } },
      p.db:query "select * from u order by a, b")
    local r = new('op.upsert("t", { { n = 1, s = "a" }, { n = 2 } }, { conflict = "n" })'):fails(1, "upgrade", "head")
    assert.matches("row 2 lacks 's', which others name", r.err, 1, true)
  end)
end)
