-- op.backfill: rows changed in batches, resumed after a kill, written as a loop by --sql.
local project = require "spec.support.project"
local db = require "spec.support.db"

local ROWS = 20000

local function made(call, head)
  local p = project.new { files = {
    ["migrations/1.lua"] = project.revision { "001_a", up = ([[
op.execute "create table people (id bigint primary key, name text not null, lower_name text, n int default 0)"
  op.execute "insert into people (id, name) select i * 3, 'Name ' || i from generate_series(1, %d) i"
  op.execute "create table pairs (a int, b text, done int default 0, primary key (a, b))"
  op.execute "insert into pairs select i, j::text from generate_series(1, 40) i, generate_series(1, 40) j"
  op.execute "create table keyless (n int)"]]):format(ROWS), down_body = 'op.execute "drop table people, pairs, keyless"' },
    ["migrations/2.lua"] = project.revision { "002_b", down = "001_a",
      head = head or "transactional = false", up = call },
  } }
  p:ok("upgrade", "001_a")
  return p
end

local FILL = [[op.backfill { table = "people", set = { lower_name = sql "lower(name)", n = sql "n + 1" },
    where = "n = 0 -- only once" }]]

local function check(d)
  assert.equal(tostring(ROWS), d:scalar "select count(*) from people where lower_name = lower(name) and n = 1")
end

describe("op.backfill", function()
  it("does every row once", function()
    local p = made(FILL)
    p:ok("upgrade", "head")
    check(p.db)
    assert.equal("0", p.db:scalar "select count(*) from moonshift_progress")
    assert.equal("002_b", p.db:scalar "select version_num from moonshift_version")
  end)

  it("walks a key of several columns, in batches of the size asked for", function()
    local p = made [[op.backfill { table = "pairs", set = { done = sql "done + 1" }, batch = 7, schema = "public" }]]
    p:ok("upgrade", "head")
    assert.equal("1600", p.db:scalar "select count(*) from pairs where done = 1")
    assert.equal("229", p.db:scalar "select count(distinct xmin::text) from pairs")
  end)

  it("works inside op.autocommit of a transactional revision", function()
    local p = made("op.autocommit(function() " .. FILL .. " end)", "")
    p:ok("upgrade", "head")
    check(p.db)
  end)

  it("is refused inside a transaction, without a key, for a column that is not there", function()
    local r = made(FILL, ""):fails(1, "upgrade", "head")
    assert.truthy(r.err:find("op.autocommit", 1, true), r.err)
    r = made('op.backfill { table = "keyless", set = { n = 1 } }'):fails(1, "upgrade", "head")
    assert.truthy(r.err:find("keyless has no primary key", 1, true), r.err)
    assert.truthy(r.err:find("migrations/2.lua:6", 1, true), r.err)
    r = made('op.backfill { table = "people", set = { nothing = 1 } }'):fails(1, "upgrade", "head")
    assert.truthy(r.err:find("42703", 1, true), r.err)
    made('op.backfill { table = "people" }'):fails(1, "upgrade", "head")
  end)

  it("killed, goes on after the last batch", function()
    local p = made((FILL:gsub("where", "batch = 500, pause_ms = 150, where")))
    local kills = 0
    for _ = 1, 3 do
      local handle = p:start("upgrade", "head")
      os.execute "sleep 0.6"
      handle:kill "KILL"
      if handle:wait().status ~= 0 then kills = kills + 1 end
      -- One snapshot: a batch that was sent before the kill may still commit.
      assert.same({ { "t" } }, p.db:query [[select count(*) =
        (select coalesce(sum(done), 0) from moonshift_progress) from people where n = 1]])
      assert.equal("001_a", p.db:scalar "select version_num from moonshift_version")
    end
    assert.equal(3, kills)
    local status = p:fails(5, "status", "--exit-code")
    assert.truthy(status.out:find("interrupted: 002_b, backfill 1 of people", 1, true), status.out)
    local r = p:ok("upgrade", "head")
    assert.truthy(r.err:find("Continuing backfill 1 of people after", 1, true), r.err)
    check(p.db)
    assert.equal("0", p.db:scalar "select count(*) from moonshift_progress")
  end)

  it("is a loop that commits in --sql, and asks for its key there", function()
    local p = made((FILL:gsub("where", 'key = "id", batch = 3000, where')))
    local other = db.create(p.db.name)
    p:ok("upgrade", "head")
    other:exec(p:ok("upgrade", "--sql", "001_a:head").out)
    check(other)
    assert.equal("7", other:scalar "select count(distinct xmin::text) from people")
    local r = made(FILL):fails(1, "upgrade", "--sql", "001_a:head")
    assert.truthy(r.err:find('key = "id"', 1, true), r.err)
  end)

  it("is shown by plan, with the key that was found", function()
    local p = made(FILL)
    local r = p:ok("plan")
    assert.truthy(r.out:find("WITH moonshift_batch AS MATERIALIZED (SELECT id AS moonshift_1", 1, true), r.out)
    assert.equal("0", p.db:scalar "select count(*) from people where n = 1")
  end)
end)
