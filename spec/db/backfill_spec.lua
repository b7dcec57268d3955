-- op.backfill: rows changed in batches, resumed after a kill, written as a loop by --sql.
local project = require "spec.support.project"
local db = require "spec.support.db"
local people = require "spec.support.people"

local ROWS, made = people.ROWS, people.made

local FILL = [[op.backfill { table = "people", set = { lower_name = sql "lower(name)", n = sql "n + 1" },
    where = "n = 0 -- only once" }]]

local function check(d)
  assert.equal(tostring(ROWS), d:scalar "select count(*) from people where lower_name = lower(name) and n = 1")
end

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
  it("does every row once", function()
    local p = made(FILL)
    p:ok("upgrade", "head")
    check(p.db)
    assert.equal(0, p.db:unfinished())
    assert.equal("002_b", p.db:scalar "select version_num from moonshift_version")
  end)

  it("walks a key of several columns, in batches of the size asked for", function()
    local p = made [[op.backfill { table = "pairs", set = { done = sql "done + 1" }, batch = 7, schema = "public" }]]
    p:ok("upgrade", "head")
    assert.equal("1600", p.db:scalar "select count(*) from pairs where done = 1")
    assert.equal("229", p.db:scalar "select count(distinct xmin::text) from pairs") -- 1600 / 7
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
    assert.equal(0, p.db:unfinished())
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
    assert.truthy(r.out:find("SELECT id INTO moonshift_from_1 FROM people ORDER BY id LIMIT 1;", 1, true), r.out)
    assert.equal("0", p.db:scalar "select count(*) from people where n = 1")
  end)

  it("walks by text, uuid, and other unique keys, NULL values and all", function()
    local p = with([[
      create table texts (code text collate "C" primary key, n int);
      insert into texts select case when i % 7 = 0 then '' || chr(9) || i else md5(i::text) || ' "x"\, é' end, null
        from generate_series(1, 3000) i;
      create table ids (id uuid primary key, n int);
      insert into ids select gen_random_uuid(), case when i % 2 = 0 then i end from generate_series(1, 3000) i;
      create table stamps (id int, at timestamptz not null, price numeric(30, 10) not null, n int);
      create unique index on stamps (price, at) include (id);
      insert into stamps select i, now() - i * interval '0.001 s', i / 7.0, null from generate_series(1, 3000) i]],
      [[for _, name in ipairs { "texts", "ids", "stamps" } do
        op.backfill { table = name, set = { n = sql "coalesce(n, 0) + 1" }, batch = 256 }
      end]])
    p:ok("upgrade", "head")
    assert.equal("3000", p.db:scalar "select count(*) from texts where n = 1")
    assert.equal("1500", p.db:scalar "select count(*) from ids where n = 1")
    assert.equal("3000", p.db:scalar "select count(*) from stamps where n = 1")
  end)

  it("keeps its place exactly, whatever a session says about the text of values", function()
    -- Rounded to no digit, all these doubles are one; the first day of March is the third of January.
    local p = with([[create table doubles (k float8 primary key, n int not null default 0);
      insert into doubles select 1 + i * 2.220446049250313e-16 from generate_series(1, 300) i;
      create table days (k timestamp, s interval, n int not null default 0, primary key (k, s));
      insert into days select '2024-01-01'::timestamp + i * interval '1 day', i * interval '-1 day 1 hour'
        from generate_series(0, 299) i]],
      [[op.backfill { table = "doubles", set = { n = sql "n + 1" }, batch = 40, workers = 2 }
      op.backfill { table = "days", set = { n = sql "n + 1" }, batch = 64,
        on_batch = function() return not ctx.x.stop end }]],
      [[transactional = false; settings = { extra_float_digits = "-15" }]])
    p:fails(5, "upgrade", "head", "-x", "stop=1", "--url", p.env.DATABASE_URL .. "&options=-cdatestyle%3DSQL,DMY")
    p:ok("upgrade", "head", "--url", p.env.DATABASE_URL .. "&options=-cdatestyle%3DSQL,MDY%20-cintervalstyle%3Dsql_standard")
    assert.equal("300", p.db:scalar "select count(*) from doubles where n = 1")
    assert.equal("300", p.db:scalar "select count(*) from days where n = 1")
  end)

  it("refuses a key by which rows would be left out", function()
    local schema = [[create table t (a int unique, b int not null, c int not null, d int primary key, n int);
      create index on t (b); create unique index on t (c) where b > 0]]
    local function error_of(options)
      local r = with(schema, "op.backfill { table = 't', " .. options .. " }"):fails(1, "upgrade", "head")
      assert.matches("at migrations/2.lua:6", r.err, 1, true)
      return r.err
    end
    assert.matches("the key (a) of t can be NULL, and rows without a key would be left out",
      error_of 'key = "a", set = { n = 1 }', 1, true)
    assert.matches("no unique index of t is on (b), and of rows with the same key",
      error_of 'key = "b", set = { n = 1 }', 1, true)
    assert.matches("no unique index of t is on (c)", error_of 'key = "c", set = { n = 1 }', 1, true)
    assert.matches("no unique index of t is on (d, b)", error_of 'key = { "d", "b" }, set = { n = 1 }', 1, true)
    assert.matches("op.backfill: nope does not exist", with("select", "op.backfill { table = 'nope', set = { n = 1 } }")
      :fails(1, "upgrade", "head").err, 1, true)
    assert.matches("op.backfill: v is no table", with("create view v as select 1 as id, 2 as n",
      "op.backfill { table = 'v', set = { n = 1 } }"):fails(1, "upgrade", "head").err, 1, true)
    assert.matches("t has no column 'x'", error_of 'key = "x", set = { n = 1 }', 1, true)
    assert.matches("'set' changes the key that the walk follows", error_of 'set = { d = 1 }', 1, true)
    assert.matches("give either set = { ... } or read", error_of 'where = "n = 1"', 1, true)
    assert.matches("'read' and 'apply' belong together", error_of 'read = "select 1"', 1, true)
    assert.matches("LIMIT or OFFSET in the query of 'read' would leave rows out",
      error_of 'read = "select d from t order by d limit 10", apply = print', 1, true)
    assert.matches("LIMIT or OFFSET", error_of 'read = "select d from t offset 1 row", apply = print', 1, true)
    assert.matches("'workers' is for 'set'", error_of 'read = "select 1", apply = print, workers = 2', 1, true)
  end)

  it("takes rows through a function: locked, read, written back", function()
    local p = with([[create table people (id int primary key, raw jsonb, name text, tags text[],
      score float8, seen int default 0);
      insert into people (id, raw) select i, jsonb_build_object('name', 'N ' || i, 'tags', jsonb_build_array('a', null, i))
        from generate_series(1, 2500) i]],
      [[op.backfill { table = "people", batch = 400,
        read = "select p.id, p.raw, length(p.raw::text) as size from people p where id <> 7;",
        apply = function(rows)
          local out = {}
          for i, row in ipairs(rows) do
            local raw = db.decode(row.raw)
            out[i] = { id = row.id, name = raw.name:upper(), tags = raw.tags, score = 0 / 0 }
            if row.id == 8 then out[i] = { id = 8, name = op.NULL } end
          end
          op.execute("update people set seen = seen + 1 where id between $1 and $2", rows[1].id, rows[#rows].id)
          return out
        end }]])
    p:ok("upgrade", "head")
    assert.equal("2498", p.db:scalar [[select count(*) from people where name = 'N ' || id
      and tags = array['a', null, id::text] and score = 'NaN']])
    assert.same({ { "7", nil, nil, nil, "1" }, { "8", nil, nil, nil, "1" } },
      p.db:query "select id, name, tags, score, seen from people where id in (7, 8) order by id")
    assert.equal("2500", p.db:scalar "select count(*) from people where seen = 1")
    local r = p:fails(1, "upgrade", "--sql", "001_a:head")
    assert.matches("a function in Lua cannot be written as SQL", r.err, 1, true)
    assert.matches("migrations/2.lua:6", r.err, 1, true)
  end)

  it("keeps its place when a function fails", function()
    local p = with([[create table t (id int primary key, n int); insert into t select i, 0 from generate_series(1, 900) i]],
      [[op.backfill { table = "t", batch = 100, read = "select id, n from t",
        apply = function(rows)
          if rows[1].id == 401 and ctx.x.fail then error("no more") end
          for _, row in ipairs(rows) do row.n = row.n + 1 end
          return rows
        end }]])
    local r = p:fails(1, "upgrade", "head", "-x", "fail=1")
    assert.matches("no more", r.err, 1, true)
    assert.matches("WARN  [moonshift] Backfill of t: 400 rows of about 900 (44%) are done", r.err, 1, true)
    assert.matches("hint: running the same command again goes on from there", r.err, 1, true)
    assert.equal("400", p.db:scalar "select count(*) from t where n = 1")
    r = p:ok("upgrade", "head")
    assert.matches("Continuing backfill 1 of t after 400 rows", r.err, 1, true)
    assert.equal("900", p.db:scalar "select count(*) from t where n = 1")
    p = with("create table t (id int primary key, n int); insert into t values (1, 0)",
      [[op.backfill { table = "t", read = "select id, n from t", apply = function() return { { n = 1 } } end }]])
    assert.matches("a row that apply returned lacks the key 'id'", p:fails(1, "upgrade", "head").err, 1, true)
    p = with("create table t (id int primary key, n int); insert into t values (1, 0)",
      [[op.backfill { table = "t", read = "select n from t", apply = function() end }]])
    assert.matches("hint: the query of 'read' has to give the key of the table, too",
      p:fails(1, "upgrade", "head").err, 1, true)
  end)

  it("tells on_batch, which can stop it", function()
    local p = made [[op.backfill { table = "people", set = { n = sql "n + 1" }, batch = 4000,
      on_batch = function(at)
        log(("%d of %d, %d changed, batch %d"):format(at.rows, at.total, at.changed, at.batch))
        db.scalar "select count(*) from people"
        return not (ctx.x.stop and at.rows == 8000)
      end }]]
    local r = p:fails(5, "upgrade", "head", "-x", "stop=1")
    assert.matches("was stopped by on_batch after 8000 rows", r.err, 1, true)
    assert.equal("8000", p.db:scalar "select count(*) from people where n = 1")
    r = p:ok("upgrade", "head")
    assert.matches("20000 of %d+, 12000 changed, batch 4000", r.err)
    assert.equal("20000", p.db:scalar "select count(*) from people where n = 1")
    p = made [[op.backfill { table = "people", set = { n = 1 }, on_batch = function() op.execute "select 1" end }]]
    assert.matches("op.execute cannot be used inside of on_batch", p:fails(1, "upgrade", "head").err, 1, true)
  end)
end)
