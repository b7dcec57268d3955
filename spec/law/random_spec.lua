-- Law 7 without chosen points: programs killed at random moments, one after the other and
-- eight at once, going up and going down. FUZZ_ROUNDS asks for more than the few
-- rounds of a test run; docs/reliability.md says what many of them found.
local project = require "spec.support.project"

local ROUNDS = tonumber(os.getenv "FUZZ_ROUNDS" or "3")

local NO_TRANSACTION = [[
  op.create_index("ix_t_name", "t", { "name" }, { concurrently = true })
  op.backfill { table = "t", set = { lower = sql "lower(name)" }, where = "lower is null", batch = 500, workers = 2 }
  op.execute "insert into t values (-1, 'x', 'x')"
  op.create_index("ix_t_lower", "t", { "lower" }, { concurrently = true, unique = true })]]

local NO_TRANSACTION_DOWN = [[
  op.drop_index("ix_t_lower", { concurrently = true })
  op.execute "delete from t where id = -1"
  op.execute "update t set lower = null"
  op.drop_index("ix_t_name", { concurrently = true })]]

local AUTOCOMMIT = [[
  op.add_column("t", { "age", "integer", default = 7, nullable = false })
  op.autocommit(function() op.create_index("ix_t_age", "t", { "age" }, { concurrently = true }) end)
  op.execute "insert into t values (-2, 'y', 'y', 1)"
  op.create_table("u", { { "id", "bigserial", primary_key = true } })]]

local AUTOCOMMIT_DOWN = [[
  op.drop_table("u")
  op.execute "delete from t where id = -2"
  op.drop_index("ix_t_age")
  op.drop_column("t", "age")]]

local function history()
  local files = {
    ["migrations/1.lua"] = project.revision { "001",
      up = 'op.create_table("t", { { "id", "bigint", primary_key = true }, { "name", "text" }, { "lower", "text" } })\n'
        .. "  op.execute \"insert into t select i, 'N' || i from generate_series(1, 20000) i\"",
      down_body = 'op.drop_table("t")' },
    ["migrations/2.lua"] = project.revision { "002", down = "001", head = "transactional = false",
      up = NO_TRANSACTION, down_body = NO_TRANSACTION_DOWN },
    ["migrations/3.lua"] = project.revision { "003", down = "002", up = AUTOCOMMIT, down_body = AUTOCOMMIT_DOWN },
  }
  for i = 4, 9 do
    files[("migrations/%d.lua"):format(i)] = project.revision { "00" .. i, down = "00" .. (i - 1),
      up = ('op.create_table("t%d", { { "id", "bigserial", primary_key = true } })\n'
        .. "  op.execute \"insert into t values (-%d, 'z', 'z%d', 1)\""):format(i, i, i),
      down_body = ('op.execute "delete from t where id = -%d"\n  op.drop_table("t%d")'):format(i, i) }
  end
  return files
end

-- Schema, rows, version and what the bookkeeping says.
local function state(p)
  return { p.db:dump(), p.db:scalar "select md5(string_agg(t::text, ',' order by id)) from t", p.db:heads(),
    p.db:unfinished(), p.db:scalar "select count(*) from pg_index where not indisvalid" }
end

local function whole()
  local p = project.new { files = history() }
  p:ok("-q", "upgrade")
  return state(p)
end

-- Starts it and kills it after `most` seconds or sooner; a run that ends before has done its work.
local function killed(p, most, ...)
  local handle = p:start("-q", ...)
  os.execute(("sleep %.3f"):format(math.random() * most))
  handle:kill "KILL"
  local r = handle:wait()
  assert(r.status == 0 or r.status == 137, r.err)
end

describe("programs killed at random moments", function()
  local expected
  setup(function()
    math.randomseed(os.time())
    expected = whole()
  end)

  it("leave work that the same command finishes, up and down", function()
    for _ = 1, ROUNDS do
      local p = project.new { files = history() }
      for _ = 1, 4 do killed(p, 1, "upgrade") end
      p:ok("-q", "upgrade")
      assert.same(expected, state(p))
      assert.equal("0", p.db:scalar "select count(*) - count(distinct revision) from moonshift_log")
      for _ = 1, 3 do killed(p, 0.8, "downgrade", "base") end
      p:ok("-q", "downgrade", "base")
      assert.matches("^%s*$", p.db:dump())
      p.db:drop()
    end
  end)

  it("do not keep others from finishing", function()
    for _ = 1, ROUNDS do
      local p, handles = project.new { files = history() }, {}
      for i = 1, 8 do handles[i] = p:start("-q", "upgrade") end
      for i = 2, 8, 2 do
        os.execute(("sleep %.3f"):format(math.random() * 0.4))
        handles[i]:kill "KILL"
      end
      for i, handle in ipairs(handles) do
        local r = handle:wait()
        assert(r.status == 0 or i % 2 == 0 and r.status == 137, r.err)
      end
      assert.same(expected, state(p))
      assert.equal("0", p.db:scalar "select count(*) - count(distinct revision) from moonshift_log")
      p.db:drop()
    end
  end)
end)
