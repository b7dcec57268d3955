-- Revisions that commit piece by piece: what their queries may do, and what the log says
-- of their time. (spec/law/killed_spec interrupts them.)
local project = require "spec.support.project"

local function pieces(body)
  return project.new { files = {
    ["migrations/1.lua"] = project.revision { "001_a",
      up = 'op.execute "create table a (n int)"\n  op.execute "create sequence s"' },
    ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", head = "transactional = false", up = body },
  } }
end

describe("a query of a revision that commits piece by piece", function()
  for name, text in pairs {
    ["an insert"] = "insert into a values (1) returning n",
    ["a CTE that writes"] = "with w as (insert into a values (1) returning n) select n from w",
    ["a sequence"] = "select nextval('s')",
    ["a function that writes"] = "select write()",
  } do
    for _, word in ipairs { "query", "each" } do
      it(("may not write: db.%s of %s"):format(word, name), function()
        local p = pieces(word == "query" and ("db.query %q"):format(text)
          or ("for _ in db.each %q do end"):format(text))
        p:ok("upgrade", "001_a")
        p.db:exec [[create function write() returns int language sql as 'insert into a values (1) returning n']]
        local r = p:fails(1, "upgrade")
        assert.truthy(r.err:find("25006", 1, true), r.err)
        assert.truthy(r.err:find("write with op.execute", 1, true), r.err)
        assert.truthy(r.err:find("migrations/2.lua:", 1, true), r.err)
        assert.equal("0", p.db:scalar "select count(*) from a")
        assert.equal("001_a", p.db:scalar "select version_num from moonshift_version")
      end)
    end
  end

  it("reads what the statements before it have written, and they go on writing", function()
    local p = pieces [[
op.execute "insert into a values (1)"
  local n = db.scalar "select n from a"
  op.execute("insert into a values (" .. n + 1 .. ")")
  local seen = 0
  for row in db.each "select n from a" do seen = seen + row.n end
  op.execute("insert into a values (" .. seen .. ")")
  op.autocommit(function() db.query "select 1" end)
  op.create_index("ix", "a", { "n" }, { concurrently = true })]]
    p:ok "upgrade"
    assert.same({ "1", "2", "3" }, p.db:column "select n from a order by n")
    assert.equal("t", p.db:scalar "select indisvalid from pg_index where indexrelid = 'ix'::regclass")
  end)

  it("of a transactional revision may write: it is undone with it", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a", up = [[
op.execute "create table a (n int)"
  db.query "insert into a values (1) returning n"]] } } }
    p:ok "upgrade"
    assert.equal("1", p.db:scalar "select count(*) from a")
  end)
end)

describe("the log", function()
  for name, body in pairs {
    ["of a non-transactional revision"] = {
      "transactional = false", 'op.execute "select pg_sleep(0.7)"\n  op.execute "select 1"' },
    ["of one with op.autocommit in the middle"] = {
      "", 'op.execute "select pg_sleep(0.7)"\n  op.autocommit(function() op.execute "select 1" end)' },
  } do
    it(name .. " counts from its first statement", function()
      local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a", head = body[1], up = body[2] } } }
      p:ok "upgrade"
      assert.equal("t", p.db:scalar "select duration between '0.7s' and '20s' from moonshift_log")
      assert.equal("t", p.db:scalar "select abs(extract(epoch from now() - started_at - duration)) < 20 from moonshift_log")
    end)
  end
end)

describe("the log of a revision that begins with a backfill", function()
  for _, workers in ipairs { 1, 2 } do
    it("counts from its first batch, workers = " .. workers, function()
      local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a", head = "transactional = false",
        up = ([[op.backfill { table = "a", set = { m = 1 }, batch = 10, pause_ms = 100, workers = %d }]]):format(workers) } } }
      p.db:exec "create table a as select i as n, 0 as m from generate_series(1, 160) i; alter table a add primary key (n)"
      p:ok "upgrade"
      assert.equal("160", p.db:scalar "select sum(m) from a")
      assert.equal("t", p.db:scalar "select duration between '0.6s' and '20s' from moonshift_log")
    end)
  end
end)

describe("a statement that was carried out, and not noted before the program ended", function()
  it("is met again, and believed", function()
    local p = pieces [[
op.create_index("ix", "a", { "n" }, { concurrently = true })
  op.execute "insert into a values (1)"]]
    p:ok("upgrade", "001_a")
    p.db:exec [[
      create function fail() returns trigger language plpgsql as 'begin raise exception $$the note is lost$$; end';
      create function watch() returns event_trigger language plpgsql as $$
        begin
          if to_regclass('moonshift_progress') is not null and to_regclass('ix') is null then
            create or replace trigger lose before update on moonshift_progress for each row
              when (new.running is null or new.running = '') execute function fail();
          end if;
        end $$;
      create event trigger watch on ddl_command_end when tag in ('COMMENT') execute function watch()]]
    local r = p:fails(1, "upgrade")
    assert.truthy(r.err:find("the note is lost", 1, true), r.err)
    assert.equal("t", p.db:scalar "select indisvalid from pg_index where indexrelid = 'ix'::regclass")
    assert.equal("CREATE INDEX CONCURRENTLY ix ON a (n)", p.db:scalar "select running from moonshift_progress")
    p.db:exec "drop event trigger watch; drop trigger lose on moonshift_progress"
    r = p:ok("upgrade")
    assert.truthy(r.err:find("Statement %d had been carried out before the interruption"), r.err)
    assert.equal("1", p.db:scalar "select count(*) from a")
    assert.equal("002_b", p.db:scalar "select version_num from moonshift_version")
    assert.equal(0, p.db:unfinished())
  end)
end)
