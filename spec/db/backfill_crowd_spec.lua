-- op.backfill among others: several connections, other writers, kills, limits of speed.
local project = require "spec.support.project"
local people = require "spec.support.people"

local made = people.made

-- A project with a table of the spec's own; `call` fills it.
local function with(schema, call, head)
  local p = project.new { files = {
    ["migrations/1.lua"] = project.revision { "001_a", up = "op.execute [[" .. schema .. "]]",
      down_body = "op.execute 'drop schema public cascade; create schema public'" },
    ["migrations/2.lua"] = project.revision { "002_b", down = "001_a",
      head = head or "transactional = false", up = call },
  } }
  p:ok("upgrade", "001_a")
  return p
end

describe("op.backfill", function()
  it("makes batches of the size that takes the time asked for", function()
    local function sizes(schema, options)
      local p = with(schema, ([[op.backfill { table = "t", %s, on_batch = function(at) log("batch " .. at.batch) end }]])
        :format(options))
      local list = {}
      for size in p:ok("upgrade", "head").err:gmatch "batch (%d+)" do list[#list + 1] = tonumber(size) end
      return list
    end
    local slow = sizes([[create table t (id int primary key, n int);
      insert into t select i, 0 from generate_series(1, 1200) i;
      create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.001); return new; end';
      create trigger slow before update on t for each row execute function slow()]], 'set = { n = 1 }, target_ms = 30')
    for i = 5, #slow do assert.is_true(slow[i] <= 60, table.concat(slow, " ")) end
    assert.is_true(#slow > 15)
    local fast = sizes([[create table t (id int primary key, n int);
      insert into t select i, 0 from generate_series(1, 60000) i]], 'set = { n = 1 }, target_ms = 1000')
    assert.same({ 200, 200, 400, 800, 1600 }, { table.unpack(fast, 1, 5) })
  end)

  it("keeps to max_rate and pause_ms, also with several workers", function()
    local function seconds(options)
      local p = made(("op.backfill { table = 'people', set = { n = 1 }, %s }"):format(options))
      local r = p:ok("upgrade", "head")
      return tonumber(r.err:match "20000 rows in ([%d.]+) s")
    end
    assert.is_true(seconds "max_rate = 15000" > 0.6)
    assert.is_true(seconds "max_rate = 15000, workers = 3" > 0.6)
    assert.is_true(seconds "batch = 5000, pause_ms = 200" > 0.55)
  end)

  it("gives way to others: rows changed, inserted and deleted meanwhile, and deadlocks", function()
    local p = with([[create table t (id int primary key, name text, copy text);
      insert into t select i, 'n' || i, null from generate_series(1, 6000) i]],
      [[op.backfill { table = "t", set = { copy = sql "name" }, where = "copy is distinct from name",
        batch = 200, pause_ms = 5 }]])
    local handle = p:start("upgrade", "head")
    -- Two rows in the other order: now and then a deadlock, which one of the two loses.
    local lost = 0
    for i = 1, 60 do
      if not p.db:try(([[begin; update t set name = 'late', copy = 'late' where id = %d;
        delete from t where id = %d; insert into t values (%d, 'new', 'new'); select pg_sleep(0.02);
        update t set name = 'late', copy = 'late' where id = %d; commit;]]):format(i * 97 + 50, i * 97 + 1,
          6000 + i, i * 97)) then
        lost = lost + 1
      end
    end
    local r = handle:wait()
    assert.equal(0, r.status, r.err)
    assert.equal("0", p.db:scalar "select count(*) from t where copy is distinct from name")
    assert.equal(tostring(6000), p.db:scalar "select count(*) from t")
    assert.is_true(lost < 60)
  end)

  it("works with several connections, each in its range, and goes on after a kill", function()
    local p = made [[op.backfill { table = "pairs", set = { done = sql "done + 1" }, batch = 10, workers = 3 }
      op.backfill { table = "people", set = { n = sql "n + 1" }, batch = 200, pause_ms = 40, workers = 4 }]]
    local kills = 0
    for _ = 1, 3 do
      local handle = p:start("upgrade", "head")
      os.execute "sleep 0.7"
      handle:kill "KILL"
      if handle:wait().status ~= 0 then kills = kills + 1 end
    end
    assert.equal(3, kills)
    assert.equal("4", p.db:scalar "select count(*) from moonshift_progress where part like 'backfill 2 of people, range % of 4'")
    local r = p:ok("upgrade", "head")
    assert.matches("Continuing backfill 2 of people after %d+ rows", r.err)
    assert.equal("20000", p.db:scalar "select count(*) from people where n = 1")
    assert.equal("1600", p.db:scalar "select count(*) from pairs where done = 1")
    assert.equal(0, p.db:unfinished())
  end)

  it("reads the key once for each batch, not all of its range, in a table without statistics", function()
    local p = with([[create table t (id int primary key, n int not null);
      insert into t select i, 0 from generate_series(1, 60000) i]],
      [[op.backfill { table = "t", set = { n = sql "n + 1" }, batch = 1000, workers = 2 }]])
    p:ok("upgrade", "head")
    assert.equal("60000", p.db:scalar "select count(*) from t where n = 1")
    -- What a session read is counted by the time it has ended.
    while p.db:scalar [[select count(*) from pg_stat_activity where datname = current_database()
      and application_name = 'moonshift']] ~= "0" do os.execute "sleep 0.05" end
    local read = tonumber(p.db:scalar "select idx_tup_read from pg_stat_user_indexes where indexrelname = 't_pkey'")
    assert.is_true(read >= 60000 and read < 4 * 60000, read)
  end)

  it("does not go on as another backfill than it was", function()
    local p = made [[op.backfill { table = "people", set = { n = sql "n + 1" }, batch = 5000,
      on_batch = function() return false end }]]
    p:fails(5, "upgrade", "head")
    local text = p:read "migrations/2.lua"
    p:write("migrations/2.lua", (text:gsub("n %+ 1", "n + 2")))
    local r = p:fails(5, "upgrade", "head")
    assert.matches("its table, key, set, where or read has been changed since", r.err, 1, true)
    -- How fast it goes may be changed.
    p:write("migrations/2.lua", (text:gsub("batch = 5000,%s+on_batch = .* end }", "batch = 300 }")))
    p:ok("upgrade", "head")
    assert.equal("20000", p.db:scalar "select count(*) from people where n = 1")
  end)

  it("uses the revision's settings on every connection", function()
    local p = made([[op.backfill { table = "people",
      set = { lower_name = sql "current_setting('moonshift.spec')" }, workers = 2 }]],
      'transactional = false\nsettings = { ["moonshift.spec"] = "here" }')
    p:ok("upgrade", "head")
    assert.equal("20000", p.db:scalar "select count(*) from people where lower_name = 'here'")
  end)

  it("walks over the partitions of a table", function()
    local p = with([[create table t (id int, k int, n int, primary key (id, k)) partition by list (k);
      create table t1 partition of t for values in (1); create table t2 partition of t default;
      insert into t select i, i % 3, 0 from generate_series(1, 3000) i]],
      [[op.backfill { table = "t", set = { n = sql "n + 1" }, batch = 300, workers = 2 }]])
    p:ok("upgrade", "head")
    assert.equal("3000", p.db:scalar "select count(*) from t where n = 1")
  end)

  it("ends on a signal and when a connection is lost, and goes on", function()
    local p = made [[op.backfill { table = "people", set = { n = sql "n + 1" }, batch = 200, pause_ms = 40, workers = 3 }]]
    local handle = p:start("upgrade", "head")
    local function wait_for_rows(n)
      while tonumber(p.db:scalar "select count(*) from people where n = 1") < n and handle.running() do
        os.execute "sleep 0.05"
      end
    end
    wait_for_rows(1000)
    handle:kill "INT"
    local r = handle:wait()
    assert.equal(130, r.status, r.err)
    assert.matches("interrupted", r.err)
    -- One of the three connections; the program's own tells what is true.
    handle = p:start("upgrade", "head")
    wait_for_rows(3000)
    p.db:exec [[select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
      and application_name = 'moonshift' order by backend_start desc limit 1]]
    r = handle:wait()
    assert.equal(1, r.status, r.err)
    assert.matches("terminating connection due to administrator command", r.err)
    assert.same({ { "t" } }, p.db:query [[select count(*) =
      (select sum(done) from moonshift_progress) from people where n = 1]])
    p:ok("upgrade", "head")
    assert.equal("20000", p.db:scalar "select count(*) from people where n = 1")
  end)
end)
