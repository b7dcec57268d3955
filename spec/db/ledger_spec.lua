-- What the target database remembers, and the lock.
local pg = require("moonshift_core").pg
local db = require "spec.support.db"
local project = require "spec.support.project"

local function open(d, more)
  local given = more or {}
  given.url = given.url or d.url
  return assert(pg.open(given))
end

describe("the ledger", function()
  local d, c
  before_each(function()
    d = db.create()
    c = open(d)
  end)
  after_each(function()
    c:close()
    d:drop()
  end)

  local function rows(names)
    return assert(c:read(names or {}))
  end

  it("reads nothing where nothing is, and creates nothing", function()
    local before = d:dump { bookkeeping = true }
    local ids, exists, schema = c:read {}
    assert.same({}, ids)
    assert.is_false(exists)
    assert.equal("public", schema)
    assert.same({}, assert(c:log {}))
    assert.equal(before, d:dump { bookkeeping = true })
  end)

  it("creates what is missing, with comments, once", function()
    assert(c:ensure {})
    assert(c:ensure {})
    assert.same({ "moonshift_log", "moonshift_version" },
      d:column "select tablename from pg_tables where schemaname = 'public' order by 1")
    assert.same({}, d:column [[
      select c.relname || coalesce('.' || a.attname, '') from pg_class c
      left join lateral (select attname, attnum from pg_attribute where attrelid = c.oid and attnum > 0
                         union all select null, 0) a on true
      where c.relkind = 'r' and c.relname like 'moonshift%'
        and not exists (select from pg_description
                        where objoid = c.oid and classoid = 'pg_class'::regclass and objsubid = a.attnum)]])
    assert.same({}, c:notices())
    d:exec "drop table moonshift_log"
    assert(c:ensure {})
    assert.equal("0", d:scalar "select count(*) from moonshift_log")
  end)

  it("lives in a schema of its own, and is found on the search path", function()
    assert(c:ensure { schema = "Odd one" })
    assert.equal("0", d:scalar [[select count(*) from "Odd one".moonshift_version]])
    assert(c:move({ schema = "Odd one" }, { added = { "a" }, up = true, revision = "a" }))
    assert(c:sync())
    assert.same({ "a" }, rows { schema = "Odd one" })
    local along = open(d, { settings = { search_path = [[nowhere, "Odd one"]] } })
    local ids, exists, schema = along:read {}
    assert.same({ "a" }, ids)
    assert.is_true(exists)
    assert.equal("Odd one", schema)
    along:close()
  end)

  it("moves rows in every shape, and logs each", function()
    assert(c:ensure {})
    local long = ("r"):rep(60)
    local steps = {
      { { added = { "a" } }, { "a" } },
      { { added = { "b" } }, { "a", "b" } },
      { { removed = { "a" }, added = { long } }, { "b", long } },
      { { removed = { "b", long }, added = { "m" } }, { "m" } },
      { { removed = { "m" }, added = { "x&<>", "y'z", "ü" } }, { "x&<>", "y'z", "ü" } },
      { { removed = { "x&<>", "y'z", "ü" } }, {} },
    }
    for i, step in ipairs(steps) do
      local move = step[1]
      move.revision, move.message, move.up = "r" .. i, "it's", i % 2 == 1
      move.checksum, move.user, move.host, move.program = "c", "me", "here", "moonshift 0"
      assert(c:move({}, move))
      local found = rows()
      table.sort(found)
      table.sort(step[2])
      assert.same(step[2], found)
    end
    local log = assert(c:log({}, 2))
    assert.equal(2, #log)
    local line = log[1]
    assert.same({ "6", "r6", "down", "it's", "c", "postgres", "me", "here", "moonshift 0" },
      { table.unpack(line, 1, 9) })
    assert.truthy(line[10]:find "^%d%d%d%d%-")
    assert.truthy(line[11]:find "^00:00:0")
    assert.equal(6, #assert(c:log {}))
    assert.equal(0, #assert(c:log { table = "another" }))
  end)

  it("records a stamp, and nobody's name where nobody is named", function()
    assert(c:ensure {})
    assert(c:move({}, { added = { "a" }, revision = "a", stamped = true, up = true }))
    assert(c:sync())
    assert.same({ { "a", "stamp" } }, d:query "select revision, direction, host from moonshift_log")
  end)

  it("stops the run when the rows are not as expected", function()
    assert(c:ensure {})
    d:exec "insert into moonshift_version values ('z')"
    local function guard(move)
      assert(c:exec "begin")
      c:move({}, move)
      c:exec "commit"
      c:exec "create table behind (n int)"
      local _, e = c:sync()
      assert(c:recover())
      return e
    end
    local e = guard { removed = { "a" }, added = { "b" } }
    assert.equal("public.moonshift_version does not hold 'a' any more, so nothing was changed", e.message)
    assert.truthy(e.hint:find("moonshift current", 1, true))
    assert.equal(e.message, guard({ removed = { "a" } }).message)
    assert.equal("public.moonshift_version holds 'z' already, so nothing was changed",
      guard({ added = { "z" } }).message)
    assert.truthy(guard { removed = { "z", "a" }, added = { "b" } })
    assert.same({ "z" }, rows())
    assert.equal(0, #assert(c:log {}))
    assert.equal("0", d:scalar "select count(*) from pg_class where relname = 'behind'")
  end)

  it("takes over a database of Alembic's", function()
    d:exec [[create table alembic_version (version_num varchar(32) not null,
               constraint alembic_version_pkc primary key (version_num));
             insert into alembic_version values ('ae1027a6acf')]]
    local names = { table = "alembic_version" }
    assert.same({ "ae1027a6acf" }, rows(names))
    -- A role that does not own it leaves the limit of its identifiers as it is.
    assert(c:ensure {})
    local reader = open(d, { url = d:read_only_url() })
    assert(reader:ensure(names))
    reader:close()
    local limit = "select atttypmod from pg_attribute where attrelid = 'alembic_version'::regclass and attnum = 1"
    assert.equal("36", d:scalar(limit))
    d:exec "drop table moonshift_version, moonshift_log"
    assert(c:ensure(names))
    assert.equal("-1", d:scalar(limit))
    local long = ("n"):rep(60)
    assert(c:move(names, { removed = { "ae1027a6acf" }, added = { long }, revision = long, up = true }))
    assert.same({ long }, rows(names))
    assert.same({ "alembic_version", "moonshift_log" },
      d:column "select tablename from pg_tables where schemaname = 'public' order by 1")
  end)

  it("refuses a table that is none of its own", function()
    d:exec "create table users (id int)"
    local _, e = c:ensure { table = "users" }
    assert.equal("public.users is no version table: it has no column version_num", e.message)
    _, e = c:read { table = "users" }
    assert.equal("42703", e.sqlstate)
    assert.truthy(e.hint:find("version_table", 1, true))
  end)

  it("reads with a role that can only read, in a read-only session", function()
    assert(c:ensure {})
    assert(c:move({}, { added = { "a" }, revision = "a", up = true }))
    assert(c:sync())
    local reader = open(d, { url = d:read_only_url(), settings = { default_transaction_read_only = "on" } })
    assert.same({ "a" }, (assert(reader:read {})))
    assert.equal(1, #assert(reader:log {}))
    assert(reader:ensure {})
    reader:close()
  end)

  it("keeps working when a script empties the search path", function()
    assert(c:ensure {})
    assert(c:exec "begin")
    assert(c:exec("select set_config('search_path', '', false)", { raw = true }))
    assert(c:move({ schema = "public" }, { added = { "a" }, revision = "a", up = true }))
    assert(c:exec "commit")
    assert(c:reset())
    assert.same({ "a" }, rows())
  end)
end)

describe("the lock", function()
  local d = db.create()

  it("is held by one, who is named to the others", function()
    local a, b = open(d), open(d)
    assert(a:lock {})
    local _, e = b:lock({}, 0)
    assert.truthy(e.message:find("another program is migrating this database: pid " .. a:pid(), 1, true), e.message)
    assert.truthy(e.message:find("(moonshift, role postgres, from this machine), connected since 2",
      1, true), e.message)
    local _, late = b:lock({}, 300)
    assert.truthy(late.message:find("0.3 s were not enough", 1, true), late.message)
    assert.truthy(late.hint:find("--lock-wait", 1, true))
    assert(b:lock { table = "another" })
    assert(a:unlock {})
    assert(b:lock({}, 0))
    a:close()
    b:close()
  end)

  it("waits without a transaction, so that a concurrent index build ends", function()
    local a = open(d)
    assert(a:lock {})
    assert(a:exec "create table t (n int)")
    assert(a:sync())
    local name = os.tmpname()
    -- A second program waits meanwhile, in a process of its own.
    local waiter = io.popen(([[lua5.4 -e '
      package.cpath = "%s"
      local pg = require("moonshift_core").pg
      local b = assert(pg.open { url = "%s" })
      local got, told = assert(b:lock({}, 20000))
      print(#told > 0 and told[1]:match("pid %%d+"))' >%s 2>&1; echo]]):format(package.cpath, d.url, name))
    repeat until tonumber(d:scalar [[select count(*) from pg_stat_activity
      where query like '%advisory%' and pid <> pg_backend_pid() and state = 'idle'
        and datname = current_database()]]) >= 1
    assert(a:exec("set statement_timeout = '10s'"))
    assert(a:exec("create index concurrently i on t (n)", { no_tx = true }))
    assert(a:unlock {})
    waiter:close()
    local file = assert(io.open(name))
    assert.equal(("pid %d\n"):format(a:pid()), file:read "a")
    file:close()
    os.remove(name)
    a:close()
  end)
end)

describe("a version table that cannot be read now", function()
  local p
  local function told(r, hint)
    assert.matches(hint, r.err, 1, true)
    assert.falsy(r.err:find("convert_to", 1, true), "our own statement helps nobody")
  end
  before_each(function()
    p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a" } },
      config = 'return { lock_timeout = "200ms" }\n' }
    p:ok("upgrade")
  end)

  it("since the role may not: what it needs is told", function()
    db.role "spec_blind"
    p.db:exec "alter role spec_blind login"
    for _, command in ipairs { "status", "upgrade", "current" } do
      told(p:fails(1, command, "--url", (p.db.url:gsub("//[^@]*@", "//spec_blind@"))),
        "GRANT SELECT ON moonshift_version, moonshift_log, moonshift_progress")
    end
  end)

  it("since somebody has locked it", function()
    local holder = p:start { shell = ([[psql -X -q -c "begin" -c "lock moonshift_version" -c "select pg_sleep(60)" "%s"]])
      :format(p.db.url) }
    local held = "select count(*) from pg_locks where relation = 'moonshift_version'::regclass and granted"
    repeat until p.db:scalar(held) == "1" or not holder.running()
    told(p:fails(1, "status"), "another session holds a lock on moonshift_version")
    p.db:exec [[select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()]]
    holder:wait()
    p:ok("status")
  end)
end)
