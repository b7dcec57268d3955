-- The runner against a database: transactions, the version row, what is true after a
-- failure.
local json = require "dkjson"
local project = require "spec.support.project"

local function table_of(name)
  return ('op.execute "create table %s (id int primary key)"'):format(name),
    ('op.execute "drop table %s"'):format(name)
end

-- Revisions 001 to n in a line, each making a table; `change` may replace fields.
local function line(n, change)
  local files, before = {}, nil
  for i = 1, n do
    local id = ("%03d_t%d"):format(i, i)
    local up, down = table_of("t" .. i)
    local r = { id, down = before, message = "make t" .. i, up = up, down_body = down }
    for key, value in pairs(change and change[i] or {}) do r[key] = value end
    files["migrations/" .. id .. ".lua"] = project.revision(r)
    before = id
  end
  return project.new { files = files }
end

local function versions(p)
  if not p.db:scalar "select to_regclass('moonshift_version')" then return "" end
  return table.concat(p.db:column "select version_num from moonshift_version order by 1", " ")
end

local function tables(p)
  return table.concat(p.db:column [[select tablename from pg_tables
    where schemaname = 'public' and tablename not like 'moonshift%' order by 1]], " ")
end

describe("upgrade", function()
  it("runs every revision and says so as Alembic does", function()
    local p = line(3)
    local r = p:ok("upgrade", "head")
    assert.equal("", r.out)
    assert.truthy(r.err:find("INFO  [moonshift] Context impl PostgreSQL.\n", 1, true))
    assert.truthy(r.err:find("INFO  [moonshift] Will assume transactional DDL.\n", 1, true))
    assert.truthy(r.err:find("INFO  [moonshift] Running upgrade  -> 001_t1, make t1\n", 1, true))
    assert.truthy(r.err:find("INFO  [moonshift] Running upgrade 001_t1 -> 002_t2, make t2\n", 1, true))
    assert.equal("003_t3", versions(p))
    assert.equal("t1 t2 t3", tables(p))
    local log = p.db:query "select revision, direction, message from moonshift_log order by id"
    assert.same({ { "001_t1", "up", "make t1" }, { "002_t2", "up", "make t2" },
      { "003_t3", "up", "make t3" } }, log)
  end)

  it("does nothing, and writes nothing, when there is nothing to do", function()
    local p = line(1)
    p:ok("upgrade")
    local r = p:ok { "upgrade", "head", env = { DATABASE_URL = p.db:read_only_url() } }
    assert.truthy(r.err:find("Nothing to do: the database is at 001_t1", 1, true))
  end)

  it("goes down again to what was there before", function()
    local p = line(3)
    local before = p.db:dump()
    p:ok("upgrade", "head")
    local r = p:ok("downgrade", "-1")
    assert.truthy(r.err:find("INFO  [moonshift] Running downgrade 003_t3 -> 002_t2, make t3\n", 1, true))
    assert.equal("002_t2", versions(p))
    p:ok("downgrade", "base")
    assert.equal("", versions(p))
    assert.equal(before, p.db:dump())
  end)

  it("keeps exactly two of five when the third fails", function()
    local p = line(5, { [3] = { up = 'op.execute "create table half (a int)"\n'
      .. '  op.execute "select * from missing"' } })
    local good = line(2)
    good:ok("upgrade", "head")
    local r = p:fails(1, "upgrade", "head")
    assert.truthy(r.err:find('relation "missing" does not exist', 1, true))
    assert.truthy(r.err:find("migrations/003_t3.lua:7", 1, true), r.err)
    assert.truthy(r.err:find("2 of 5 applied; the database is at 002_t2", 1, true))
    assert.equal("002_t2", versions(p))
    assert.equal(good.db:dump(), p.db:dump())
    assert.equal("2", p.db:scalar "select count(*) from moonshift_log")
    p:write("migrations/003_t3.lua", project.revision { "003_t3", down = "002_t2",
      up = table_of "t3" })
    p:ok("upgrade", "head")
    assert.equal("t1 t2 t3 t4 t5", tables(p))
  end)

  it("leaves an empty database empty when the first revision fails", function()
    local p = line(2, { [1] = { up = 'op.execute "select * from missing"' } })
    p:fails(1, "upgrade", "head")
    assert.equal("0", p.db:scalar "select count(*) from pg_tables where schemaname = 'public'")
  end)

  it("takes a failing COMMIT for what it is", function()
    local p = line(4, { [2] = { up = [[
op.execute "create table a (id int primary key)"
  op.execute "create table b (a int references a deferrable initially deferred)"
  op.execute "insert into b values (7)"]] } })
    local r = p:fails(1, "upgrade", "head")
    assert.truthy(r.err:find("SQLSTATE: 23503", 1, true), r.err)
    assert.truthy(r.err:find("002_t2", 1, true))
    assert.truthy(r.err:find("1 of 4 applied", 1, true))
    assert.equal("001_t1", versions(p))
    assert.equal("t1", tables(p))
  end)

  it("rolls back what verify() does not confirm", function()
    local p = line(3)
    local text = p:read "migrations/002_t2.lua"
    p:write("migrations/002_t2.lua", text .. "\nfunction verify() return db.scalar "
      .. '"select count(*) from t2" == 1, "no row" end\n')
    local r = p:fails(1, "upgrade", "head")
    assert.truthy(r.err:find("verify() of revision '002_t2' did not return true: no row\n", 1, true), r.err)
    assert.equal("001_t1", versions(p))
    assert.equal("t1", tables(p))
    p:write("migrations/002_t2.lua", text .. "\nfunction verify() return db.scalar "
      .. '"select count(*) from t2" == 0 end\n')
    p:ok("upgrade", "head")
    assert.equal("003_t3", versions(p))
  end)

  it("keeps settings and session changes inside their revision", function()
    local p = line(3, {
      [1] = { head = 'settings = { search_path = "elsewhere, public", work_mem = "7MB" }',
        up = [[op.execute "create schema elsewhere"
  op.execute "create table here (a int)"
  assert(db.scalar "show work_mem" == "7MB")]] },
      [2] = { up = [[assert(db.scalar "show work_mem" ~= "7MB")
  op.execute "set search_path to ''"
  op.execute "set statement_timeout = '77s'"]] },
      [3] = { up = [[assert(db.scalar "show statement_timeout" ~= "77s")
  op.execute "create table last (a int)"]] },
    })
    p:ok("upgrade", "head")
    assert.equal("elsewhere", p.db:scalar "select schemaname from pg_tables where tablename = 'here'")
    assert.equal("public", p.db:scalar "select schemaname from pg_tables where tablename = 'last'")
    assert.equal("003_t3", versions(p))
  end)

  it("waits for the disk at the last commit, which takes those before with it", function()
    local change = {}
    for i = 1, 3 do
      change[i] = { up = ('op.execute "create table t%d as select current_setting(\'synchronous_commit\') as s"'):format(i) }
    end
    change[2].head = 'settings = { synchronous_commit = "local" }'
    local p = line(3, change)
    p.db:exec(("alter database %s set synchronous_commit = on"):format(p.db.name))
    p:ok("upgrade", "head")
    assert.same({ "off", "local", "on" }, p.db:column "select s from t1 union all select s from t2 union all select s from t3")
    p:ok("downgrade", "-1")
    p:ok("upgrade")
    assert.equal("on", p.db:scalar "select s from t3")
  end)

  it("records an id of sixty characters", function()
    local id = "r" .. ("0123456789"):rep(5) .. "_long_name"
    local p = project.new { files = { ["migrations/a.lua"] = project.revision { id, up = table_of "t1" } } }
    p:ok("upgrade", "head")
    assert.equal(id, versions(p))
    assert.equal(id .. " (head)\n", p:ok("current").out)
  end)

  it("whose body drops the version table too is rolled back, and told what to do", function()
    local p = project.new { files = { ["migrations/a.lua"] = project.revision { "001_a", up = table_of "t1",
      down_body = 'op.execute "drop schema public cascade; create schema public"' } } }
    p:ok("upgrade", "head")
    local r = p:fails(1, "downgrade", "base")
    assert.truthy(r.err:find("hint: .*version_schema in moonshift.lua"), r.err)
    assert.equal("001_a", versions(p))
  end)

  it("says which function is missing", function()
    local p = project.new { files = { ["migrations/a.lua"] = 'revision = "001_a"\n' } }
    local r = p:fails(1, "upgrade", "head")
    assert.truthy(r.err:find("has no function upgrade()", 1, true))
    assert.truthy(r.err:find("migrations/a.lua", 1, true))
  end)

  it("undoes change(), and says when there is no way down", function()
    local p = project.new { files = {
      ["migrations/1.lua"] = [[
revision = "001_a"
function change()
  op.create_table("a", { { "id", "int", primary_key = true } })
  op.create_index("ix_a", "a", { "id" })
end]],
      ["migrations/2.lua"] = [[
revision = "002_b"
down_revision = "001_a"
irreversible = "the old data is gone"
function upgrade() op.execute "delete from a" end]],
    } }
    p:ok("upgrade", "head")
    local r = p:fails(1, "downgrade", "base")
    assert.truthy(r.err:find("revision '002_b' cannot be undone: the old data is gone", 1, true))
    p:ok("stamp", "001_a")
    p:ok("downgrade", "base")
    assert.equal("", tables(p))
  end)
end)

describe("one transaction for all", function()
  it("keeps all or nothing", function()
    local p = line(3, { [3] = { up = 'op.execute "select * from missing"' } })
    p:fails(1, "upgrade", "head", "--single-transaction")
    assert.equal("", tables(p))
    assert.equal("", versions(p))
    p:ok("upgrade", "002_t2", "--single-transaction")
    assert.equal("t1 t2", tables(p))
  end)

  it("is refused for a revision that says transactional = false", function()
    local p = line(2, { [2] = { head = "transactional = false" } })
    local r = p:fails(1, "upgrade", "head", "--single-transaction")
    assert.truthy(r.err:find("transactional = false", 1, true))
    assert.equal("", tables(p))
  end)

  it("is rolled back by --dry-run", function()
    local p = line(3)
    local before = p.db:dump { bookkeeping = true }
    local r = p:ok("upgrade", "head", "--dry-run")
    assert.truthy(r.err:find("Dry run: 3 revisions would be applied; all is rolled back", 1, true))
    assert.equal(before, p.db:dump { bookkeeping = true })
    p:write("migrations/003_t3.lua", project.revision { "003_t3", down = "002_t2",
      up = 'op.execute "select 1/0"' })
    p:fails(1, "upgrade", "head", "--dry-run")
    assert.equal(before, p.db:dump { bookkeeping = true })
  end)
end)

describe("outside a transaction", function()
  local concurrently = 'op.create_index("ix_t1", "t1", { "id" }, { concurrently = true })'

  it("a concurrent index is refused in a transactional revision, with two ways out", function()
    local p = line(2, { [2] = { up = concurrently } })
    local r = p:fails(1, "upgrade", "head")
    assert.truthy(r.err:find("cannot run inside a transaction block", 1, true))
    assert.truthy(r.err:find("transactional = false", 1, true))
    assert.truthy(r.err:find("op.autocommit", 1, true))
    assert.equal("001_t1", versions(p))
  end)

  it("works with transactional = false, and in op.autocommit", function()
    local p = line(3, {
      [2] = { head = "transactional = false", up = concurrently },
      [3] = { up = [[op.execute "create table before (a int)"
  op.autocommit(function() op.execute "create index concurrently ix_2 on t1 (id)" end)
  op.execute "create table after (a int)"]] },
    })
    p:ok("upgrade", "head")
    assert.equal("003_t3", versions(p))
    assert.equal("after before t1", tables(p))
    assert.equal("2", p.db:scalar [[select count(*) from pg_index
      join pg_class c on c.oid = indexrelid where indisvalid and relname in ('ix_t1', 'ix_2')]])
    assert.equal(0, p.db:unfinished())
  end)

  it("makes moonshift_progress for the first revision that commits in pieces", function()
    local p = line(3, {
      [2] = { up = [[op.execute "create table t2 (id int)"
  op.autocommit(function() op.execute "create index concurrently ix_2 on t1 (id)" end)]] },
      [3] = { head = "transactional = false", up = concurrently },
    })
    local there = "select to_regclass('moonshift_progress')"
    p:ok("upgrade", "001_t1")
    assert.is_nil(p.db:scalar(there))
    for _, words in ipairs { { "status" }, { "plan" }, { "log" }, { "current" } } do p:ok(words) end
    assert.matches("was not interrupted", p:fails(6, "resolve", "001_t1", "--applied").err, 1, true)
    assert.is_nil(p.db:scalar(there))
    p:ok("upgrade", "002_t2")
    assert.equal("moonshift_progress", p.db:scalar(there))
    p.db:exec "drop table moonshift_progress"
    local r = p:ok("upgrade", "head")
    assert.falsy(r.err:find("NOTICE", 1, true), r.err)
    assert.equal(0, p.db:unfinished())
    p.db:exec "drop table moonshift_progress"
    p:ok "ensure-version"
    assert.equal("moonshift_progress", p.db:scalar(there))
  end)

  it("a role that may not make moonshift_progress is told who can", function()
    local p = line(2, { [2] = { head = "transactional = false", up = concurrently } })
    p:ok("upgrade", "001_t1")
    local reader = p.db:read_only_url()
    p.db:exec "revoke create on schema public from public" -- everybody may until 14
    p.db:exec "grant all on all tables in schema public to spec_read_only"
    local r = p:fails(1, { "upgrade", "--url", reader })
    assert.matches("permission denied for schema public", r.err, 1, true)
    assert.matches("hint: the first revision that commits piece by piece makes moonshift_progress", r.err, 1, true)
    assert.matches("moonshift ensure-version", r.err, 1, true)
    assert.equal("001_t1", versions(p))
    p:ok "ensure-version"
    p.db:exec "grant all on all tables in schema public to spec_read_only"
    r = p:fails(1, { "upgrade", "--url", reader })
    assert.matches("must be owner of table t1", r.err, 1, true)
    assert.equal(1, p.db:unfinished())
  end)

  it("goes on after the statement that failed, without running the others again", function()
    local body = [[op.execute "create table a (n int)"
  op.execute "insert into a values (1)"
  op.execute "create unique index concurrently ix_a on a (n)"
  op.execute "insert into a select n + 1 from a"]]
    local p = line(2, { [2] = { head = "transactional = false",
      up = body .. '\n  op.execute "insert into later values (1)"' } })
    p:fails(1, "upgrade", "head")
    assert.equal("001_t1", versions(p))
    assert.equal("2", p.db:scalar "select count(*) from a")
    local status = p:fails(5, "status", "--exit-code")
    assert.truthy(status.out:find("interrupted: upgrade of 002_t2 after 4 of 5 statements", 1, true), status.out)
    assert.truthy(status.out:find("\n  next: insert into later values (1) (migrations/002_t2.lua:", 1, true), status.out)
    local unfinished = json.decode(p:ok("status", "--json").out).interrupted[1]
    assert.same({ 4, 5 }, { unfinished.done, unfinished.total })
    p.db:exec "create table later (n int)"
    local r = p:ok("upgrade", "head")
    assert.truthy(r.err:find("Continuing 002_t2 after statement 4", 1, true))
    assert.equal("2", p.db:scalar "select count(*) from a")
    assert.equal("1", p.db:scalar "select count(*) from later")
    assert.equal(0, p.db:unfinished())
    assert.equal("002_t2", versions(p))
  end)

  it("builds an index again that an earlier try left invalid", function()
    local p = line(2, { [2] = { head = "transactional = false",
      up = 'op.execute "create unique index concurrently ix_u on u (n)"' } })
    p.db:exec "create table u (n int); insert into u values (1), (1)"
    local r = p:fails(1, "upgrade", "head")
    assert.truthy(r.err:find("23505", 1, true))
    p.db:exec "delete from u where ctid in (select max(ctid) from u)"
    p:ok("upgrade", "head")
    assert.equal("t", p.db:scalar "select indisvalid from pg_index where indexrelid = 'ix_u'::regclass")
  end)

  it("is not stamped over: what became of it is said first", function()
    local p = line(3, { [2] = { head = "transactional = false",
      up = 'op.execute "create table t2 (id int)" op.execute "vacuum missing"',
      down_body = 'op.execute "vacuum missing"' } })
    local function refused(what, ...)
      local r = p:fails(5, "stamp", ...)
      assert.truthy(r.err:find(what .. " of revision '002_t2' was interrupted, and waits", 1, true), r.err)
      assert.truthy(r.err:find("moonshift resolve 002_t2 --applied | --rolled-back", 1, true), r.err)
    end
    p:fails(1, "upgrade", "head")
    for _, words in ipairs { { "head" }, { "002_t2" }, { "--purge", "head" } } do
      refused("the upgrade", table.unpack(words))
      assert.equal("001_t1", versions(p))
      assert.equal(1, p.db:unfinished())
    end
    -- Elsewhere the step waits as before.
    p:ok("stamp", "base")
    p:ok("stamp", "001_t1")
    p:ok("resolve", "002_t2", "--applied")
    assert.equal("002_t2", versions(p))
    p:fails(1, "downgrade", "-1")
    p:ok("stamp", "head")
    assert.equal(1, p.db:unfinished())
    refused("the downgrade", "001_t1")
    refused("the downgrade", "base")
    p:ok("resolve", "002_t2", "--rolled-back")
    p:ok("stamp", "base")
  end)

  describe("when the file was edited meanwhile", function()
    local p
    local function body(text)
      p:write("migrations/002_t2.lua", project.revision { "002_t2", down = "001_t1",
        head = "transactional = false", up = text })
    end
    local function asks(what)
      local r = p:fails(5, "upgrade", "head")
      assert.truthy(r.err:find(what, 1, true), r.err)
      assert.truthy(r.err:find("its file has been edited since", 1, true), r.err)
      assert.truthy(r.err:find("moonshift resolve 002_t2 --applied | --rolled-back", 1, true), r.err)
      assert.equal("001_t1", versions(p))
    end
    before_each(function()
      p = line(2)
      body 'op.execute "create table a (n int)"\n  op.execute "vacuum missing"'
      p:fails(1, "upgrade", "head")
    end)

    it("goes on behind what is done", function()
      body 'op.execute "create table a (n int)"\n  op.execute "vacuum a"'
      local r = p:ok("upgrade", "head")
      assert.truthy(r.err:find("its file has been edited since", 1, true), r.err)
      assert.equal("002_t2", versions(p))
      p:ok("status", "--exit-code")
    end)

    it("asks for a decision when what is done is not in it", function()
      body 'op.execute "create table b (n int)"\n  op.execute "vacuum b"'
      asks "now makes other statements than then"
      body ""
      asks "now makes fewer statements than then"
      p:ok("resolve", "002_t2", "--applied")
      assert.equal("002_t2", versions(p))
      p:ok("status", "--exit-code")
    end)

    it("asks for a decision when a statement that is gone may have been carried out", function()
      body 'op.execute "create table a (n int)"\n  op.execute "vacuum a"'
      p.db:exec "update moonshift_progress set position = replace(position, ' refused', '')"
      asks 'nobody knows what became of "vacuum missing"'
      body 'op.execute "create table a (n int)"'
      asks "now makes fewer statements than then"
    end)
  end)
end)

describe("other commands of the runner", function()
  it("stamp records without running", function()
    local p = line(3)
    local r = p:ok("stamp", "002_t2")
    assert.truthy(r.err:find("INFO  [moonshift] Running stamp_revision  -> 002_t2\n", 1, true), r.err)
    assert.equal("002_t2", versions(p))
    assert.equal("", tables(p))
    assert.equal("stamp", p.db:scalar "select direction from moonshift_log")
    p.db:exec "update moonshift_version set version_num = 'lost'"
    local lost = p:fails(6, "upgrade", "head")
    assert.truthy(lost.err:find("Can't locate revision identified by 'lost'", 1, true))
    p:fails(6, "status", "--exit-code")
    p:ok("stamp", "head", "--purge")
    assert.equal("003_t3", versions(p))
    p:ok("stamp", "base")
    assert.equal("", versions(p))
  end)

  it("status names a backfill that is next by its operation", function()
    local p = line(1)
    p:write("migrations/b.lua", project.revision { "002_b", down = "001_t1", head = "transactional = false", up = [[
op.execute "create table b as select i, 0 as n from generate_series(1, 3) i"
  op.create_primary_key("b_pkey", "b", { "i" })
  op.backfill { table = "b", set = { n = 1 }, batch = 1, on_batch = function() return ctx.x.on ~= nil end }]] })
    local r = p:run("upgrade")
    assert.equal(5, r.status, r.err)
    assert.matches("  next: op.backfill (migrations/b.lua:", p:ok("status").out, 1, true)
    p:ok("upgrade", "-x", "on=1")
  end)

  it("redo undoes the last one and runs it again", function()
    local p = line(2)
    p:ok("upgrade")
    local r = p:ok("redo")
    assert.truthy(r.err:find("Running downgrade 002_t2 -> 001_t1", 1, true))
    assert.truthy(r.err:find("Running upgrade 001_t1 -> 002_t2", 1, true))
    assert.equal("002_t2", versions(p))
    assert.equal("4", p.db:scalar "select count(*) from moonshift_log")
  end)

  it("redo undoes a merge, too, and joins the lines again", function()
    local p = line(1)
    p:write("migrations/a.lua", project.revision { "002_a", down = "001_t1" })
    p:write("migrations/b.lua", project.revision { "002_b", down = "001_t1" })
    p:write("migrations/m.lua", project.revision { "003_m", down = { "002_b", "002_a" }, up = 'op.create_table("m")',
      down_body = 'op.drop_table("m")' })
    p:ok("upgrade")
    local r = p:ok("redo")
    assert.matches("Running downgrade 003_m %-> 002_[ab], 002_[ab]", r.err)
    assert.matches("Running upgrade 002_[ab], 002_[ab] %-> 003_m", r.err)
    assert.falsy(r.err:find("Running downgrade 002", 1, true))
    assert.equal("003_m", versions(p))
  end)

  it("status tells what is pending and what was edited", function()
    local p = line(3)
    p:ok("upgrade", "002_t2")
    local r = p:fails(3, "status", "--exit-code")
    assert.truthy(r.out:find("current:  002_t2", 1, true))
    assert.truthy(r.out:find("pending:  1\n  003_t3, make t3", 1, true), r.out)
    p:ok("upgrade")
    p:ok("status", "--exit-code")
    p:write("migrations/002_t2.lua", p:read("migrations/002_t2.lua"):gsub("\n", "\r\n"))
    p:ok("status", "--exit-code")
    p:write("migrations/002_t2.lua", p:read("migrations/002_t2.lua") .. "-- more\n")
    r = p:fails(4, "status", "--exit-code")
    assert.truthy(r.out:find("edited since it was applied: 002_t2", 1, true))
  end)

  it("plan and status change nothing and need no right to write", function()
    local p = line(3)
    p:ok("upgrade", "001_t1")
    p.db:exec "revoke create on schema public from public"
    local url = p.db:read_only_url()
    local before = p.db:dump { data = true, bookkeeping = true }
    for _, command in ipairs { "plan", "status", "current", "log", "history" } do
      p:ok { command, env = { DATABASE_URL = url } }
      p:ok { command, "--json", env = { DATABASE_URL = url } }
    end
    local r = p:ok { "plan", env = { DATABASE_URL = url } }
    assert.truthy(r.out:find("-- Running upgrade 001_t1 -> 002_t2, make t2\n", 1, true), r.out)
    assert.truthy(r.out:find("create table t2 (id int primary key);", 1, true))
    assert.equal(before, p.db:dump { data = true, bookkeeping = true })
  end)

  it("current on an empty database prints nothing and creates nothing", function()
    local p = line(1)
    local r = p:ok("current")
    assert.equal("", r.out)
    assert.equal("0", p.db:scalar "select count(*) from pg_class where relname like 'moonshift%'")
  end)

  it("continues a live Alembic database", function()
    local p = line(3)
    p:write("moonshift.lua", 'return { version_table = "alembic_version" }\n')
    p.db:exec [[create table alembic_version (version_num varchar(32) not null,
        constraint alembic_version_pkc primary key (version_num));
      insert into alembic_version values ('001_t1'); create table t1 (id int)]]
    p:ok("upgrade", "head")
    assert.equal("003_t3", p.db:scalar "select version_num from alembic_version")
    assert.equal("t1 t2 t3", (tables(p):gsub("alembic_version ", "")))
    assert.equal("0", p.db:scalar "select count(*) from pg_class where relname = 'moonshift_version'")
  end)
end)
