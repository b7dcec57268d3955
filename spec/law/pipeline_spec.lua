-- Law 5: pipelined equals one by one: the same database, the same log, the same error line,
-- wherever a statement fails. Law 7, at the sink: wherever the server process dies, the
-- version row and the tables tell the same story, and running again finishes.
local pg = require("moonshift_core").pg
local db = require "spec.support.db"

local REVISIONS = 3

-- What a runner sends for some revisions, each statement a function of connection and
-- line, and where each revision begins.
local function statements()
  local list, begins = {}, {}
  local function add(run) list[#list + 1] = run end
  local function sql(text, more)
    add(function(c, line)
      local options = { line = line }
      for k, v in pairs(more or {}) do options[k] = v end
      return c:exec(text, options)
    end)
  end
  for i = 1, REVISIONS do
    local id, before = "r" .. i, i > 1 and { "r" .. i - 1 } or nil
    begins[i] = #list + 1
    sql "begin"
    sql(("create table t%d (n int primary key, m int)"):format(i))
    sql(("create index on t%d (m)"):format(i), { raw = true })
    sql(("insert into t%d values ($1::int)"):format(i), { "1", again = true })
    if i == 2 then
      add(function(c, line) return c:query("select count(*) from t2", { line = line }) end)
    end
    add(function(c)
      return c:move({}, { removed = before, added = { id }, revision = id, up = true })
    end)
    sql "commit"
    add(function(c) return c:reset() end)
  end
  begins[REVISIONS + 1] = #list + 1
  return list, begins
end

local function run(c, list, from)
  for line = from or 1, #list do
    local ok, e = list[line](c, line)
    if not ok then return e end
  end
  local ok, e = c:sync()
  return not ok and e or nil
end

-- A connection of the spec's own, to prepare and to look.
local function eye(url)
  local c = assert(pg.open { url = url })
  local look = {}
  function look.fresh()
    for _, sql in ipairs {
      "drop schema public cascade", "create schema public",
      "create table parent (n int primary key)",
      "create table child (n int references parent deferrable initially deferred)",
    } do
      assert(c:exec(sql))
    end
    assert(c:sync())
    assert(c:ensure {})
    c:notices()
  end
  local function column(sql)
    local values = {}
    for i, row in ipairs(assert(c:query(sql))) do values[i] = row[1] end
    return values
  end
  -- What can be seen afterwards; it must tell one story.
  function look.state()
    local tables = column "select tablename from pg_tables where tablename like 't_' order by 1"
    local n = #tables
    assert.same(n > 0 and { "r" .. n } or {}, (column "select version_num from moonshift_version"))
    assert.equal(n, #column "select revision from moonshift_log")
    assert.equal(2 * n, #column "select 1 from pg_indexes where tablename like 't_'")
    assert.same({}, column "select n from child")
    return tables
  end
  return look
end

-- Runs what is left, as a next run of the program would.
local function finish(c, look)
  local list, begins = statements()
  assert.is_nil(run(c, list, begins[#look.state() + 1]))
  assert.equal(REVISIONS, #look.state())
end

describe("a failure at every statement", function()
  local d = db.create()
  local look = eye(d.url)
  local failures = {
    ["a syntax error"] = "selec 1",
    ["an error in the middle of rows"] = "select 1 / (3 - n) from generate_series(1, 5) n",
    ["a constraint that is checked at COMMIT"] = "insert into child values (7)",
  }
  for name, text in pairs(failures) do
    it(("by %s ends alike, pipelined or one by one"):format(name), function()
      for at = 1, #statements() do
        local seen = {}
        for _, one_by_one in ipairs { true, false } do
          look.fresh()
          local list = statements()
          local original = list[at]
          list[at] = function(c, line)
            local ok, e = c:exec(text, { line = line })
            if ok then ok, e = original(c, line) end
            return ok, e
          end
          local c = assert(pg.open { url = d.url, one_by_one = one_by_one })
          assert(c:lock {})
          local e = assert(run(c, list))
          assert(c:recover())
          seen[#seen + 1] = { tables = look.state(), line = e.line, message = e.message, sqlstate = e.sqlstate }
          finish(c, look)
          c:close()
        end
        assert.same(seen[1], seen[2], "at statement " .. at)
      end
    end)
  end
end)

describe("a server process that dies at every statement", function()
  it("leaves what is true, and the next run finishes", function()
    local d = db.create()
    local look = eye(d.url)
    for at = 1, #statements() do
      look.fresh()
      local list = statements()
      local original = list[at]
      list[at] = function(c, line)
        local ok, e = c:exec("select pg_terminate_backend(pg_backend_pid())", { line = line })
        if ok then ok, e = original(c, line) end
        return ok, e
      end
      local c = assert(pg.open { url = d.url })
      assert.equal("the connection to the server was lost", assert(run(c, list)).message)
      c:close()
      c = assert(pg.open { url = d.url })
      finish(c, look)
      c:close()
    end
  end)
end)
