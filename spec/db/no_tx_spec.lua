-- Which statements cannot run in a transaction is the server's to say (SQLSTATE 25001): what
-- the program knows from the text alone is compared with it. And what it makes of them.
local db = require "spec.support.db"
local plan = require("moonshift_core").plan
local project = require "spec.support.project"

local function refused(d, sql)
  local ok, err = d:try("begin;\n" .. sql .. ";\nrollback")
  return not ok and err:find("cannot run inside a transaction block", 1, true) ~= nil
    or not ok and err:find("cannot be executed within a pipeline", 1, true) ~= nil, err
end

describe("statements that cannot run in a transaction", function()
  local d

  setup(function()
    d = db.create()
    d:exec [[
      create table t (a integer);
      create index i on t (a);
      cluster t using i;
      create table p (n integer) partition by list (n);
      create table q partition of p for values in (1);
      create index ip on p (n);
      create materialized view m as select 1 as a;
      create unique index im on m (a);
      create type mood as enum ('ok');
      create subscription slotted connection 'host=nowhere' publication pub with (connect = false);
      create subscription plain connection 'host=nowhere' publication pub with (connect = false, slot_name = none);]]
  end)

  it("are those that the server refuses", function()
    for _, sql in ipairs {
      "create index concurrently on t (a)", "drop index concurrently i",
      "reindex index concurrently i", "reindex (concurrently) table t", "reindex (verbose, concurrently) table t",
      "reindex schema public", "reindex database " .. d.name, "reindex system " .. d.name, "vacuum", "vacuum t",
      "vacuum (full, analyze) t", "create database x", "drop database if exists x", "create tablespace x location '/x'",
      "drop tablespace if exists x", "alter system set work_mem = '5MB'", "alter system reset all",
      "alter database " .. d.name .. " set tablespace pg_default", "cluster", "cluster verbose", "discard all",
      "alter table p detach partition q concurrently",
      "create subscription s connection 'host=nowhere' publication pub",
      "drop subscription slotted", "alter subscription slotted refresh publication",
      "alter subscription slotted set publication pub", "alter subscription slotted add publication pub2",
      "alter subscription slotted drop publication pub",
    } do
      local known = assert(plan.split(sql, true))[1].no_tx
      assert.is_true(known, sql)
      if not sql:find "^alter subscription" then -- these want a running subscription first
        assert.is_true(refused(d, sql), sql)
      end
    end
  end)

  it("are no others", function()
    for _, sql in ipairs {
      "create index on t (a)", "reindex table t", "reindex (concurrently false) table t", "reindex index i", "analyze",
      "analyze t", "cluster t", "cluster t using i", "discard plans", "discard temp", "discard sequences",
      "alter type mood add value 'fine'", "refresh materialized view m", "refresh materialized view concurrently m",
      "alter database " .. d.name .. " set work_mem = '5MB'", "alter database " .. d.name .. " refresh collation version",
      "alter table p detach partition q",
      "alter subscription plain disable", "alter subscription plain set publication a with (refresh = false)",
      "alter subscription plain set (slot_name = none)", "alter subscription plain connection 'host=else'",
      "create subscription s connection 'x' publication p with (connect = false)",
      "create subscription s connection 'host=x' publication p with (create_slot = false, connect = false)",
      "checkpoint", "listen x", "notify x", "lock table t", "load 'plpgsql'", "truncate t",
    } do
      assert.is_nil(assert(plan.split(sql, true))[1].no_tx, sql)
      local is, err = refused(d, sql)
      assert.is_false(is, err)
    end
  end)

  it("are refused with the two ways out, or by the server when the text does not tell", function()
    for sql, message in pairs {
      ["vacuum t"] = "cannot run inside a transaction block",
      ["reindex table p"] = "cannot run inside a transaction block", -- partitioned
      ["do 'begin commit; end'"] = "invalid transaction termination",
    } do
      local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a", up = ([[
op.execute "create table t (a integer)"
  op.execute "create table p (n integer) partition by list (n)"
  op.execute %q]]):format(sql) } } }
      local r = p:fails(1, "upgrade")
      assert.matches(message, r.err, 1, true)
      assert.matches("at migrations/1.lua:8", r.err, 1, true)
      assert.matches("set `?transactional = false`?", r.err)
      assert.matches("op.autocommit(function() ... end)", r.err, 1, true)
      assert.same({}, p.db:tables())
      p:write("migrations/1.lua", "transactional = false\n" .. p:read "migrations/1.lua")
      p:ok "upgrade"
      p.db:drop()
    end
  end)
end)

describe("an index that is built concurrently", function()
  local function building(options)
    return project.new { files = {
      ["migrations/1.lua"] = project.revision { "001_a", up = 'op.execute "create table a (n integer)"' },
      ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", head = "transactional = false",
        up = ('op.create_index("ix", "a", { "n" }, { unique = true, concurrently = true%s })'):format(options) },
    } }
  end

  local function state(p)
    return p.db:column "select indisvalid from pg_index where indexrelid = to_regclass('ix')"
  end

  for name, options in pairs { plainly = "", ["if it is not there"] = ", if_not_exists = true" } do
    it("takes the place of the invalid one that a failure left: " .. name, function()
      local p = building(options)
      p:ok("upgrade", "001_a")
      p.db:exec "insert into a values (1), (1)"
      local r = p:fails(1, "upgrade")
      assert.matches("23505", r.err, 1, true)
      assert.same({ "f" }, state(p))
      -- as it failed once, it fails again, and is not taken for done
      p:fails(1, "upgrade")
      assert.same({ "001_a" }, p.db:heads())
      p.db:exec "delete from a"
      p:ok "upgrade"
      assert.same({ "t" }, state(p))
      assert.same({ "002_b" }, p.db:heads())
    end)
  end

  it("leaves a valid one alone", function()
    local p = building ", if_not_exists = true"
    p:ok("upgrade", "001_a")
    p.db:exec "create unique index ix on a (n)"
    local oid = p.db:scalar "select 'ix'::regclass::oid"
    p:ok "upgrade"
    assert.equal(oid, p.db:scalar "select 'ix'::regclass::oid")
  end)

  it("must be valid in the end", function()
    local d = db.create()
    d:exec "create table a (n integer); insert into a values (1), (1)"
    local cases = require "spec.support.cases"
    local script = assert(assert(cases.load
      [[op.create_index("ix", "a", { "n" }, { unique = true, concurrently = true })]]):script(150000))
    local last = script:match "SELECT 1 / count.*"
    assert.is_false((d:try(script)))
    local ok, err = d:try(last)
    assert.is_false(ok)
    assert.matches("division by zero", err, 1, true)
    d:exec("delete from a;\n")
    for _, statement in ipairs(assert(plan.split(script, false))) do d:exec(statement.sql) end
    d:exec(last)
  end)
end)
