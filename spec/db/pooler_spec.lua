-- Behind PgBouncer: in session mode all works; in transaction mode the lock would be lost,
-- and is refused.
local pg = require("moonshift_core").pg
local bouncer = require "spec.support.bouncer"
local db = require "spec.support.db"
local people = require "spec.support.people"
local project = require "spec.support.project"
local shell = require "spec.support.shell"

describe("behind PgBouncer", function()
  if not bouncer.there then
    pending "pgbouncer is not installed"
    return
  end
  local d = db.create()

  for _, size in ipairs { 1, 5 } do
    it(("the lock works in session mode, pool of %d"):format(size), function()
      local c = assert(pg.open { url = bouncer.start(d, "session", size) })
      assert(c:lock({}, 0))
      assert(c:unlock {})
      c:close()
    end)

    it(("the lock is refused in transaction mode, pool of %d"):format(size), function()
      local c = assert(pg.open { url = bouncer.start(d, "transaction", size) })
      local ok, e = c:lock({}, 0)
      assert.is_nil(ok)
      assert.truthy(e.message:find("a pooler in transaction mode", 1, true), e.text)
      assert.truthy(e.hint:find("to the server itself", 1, true))
      assert.truthy(e.hint:find('lock_mode = "table"', 1, true))
      c:close()
      assert.equal("0", d:scalar [[select count(*) from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())]])
    end)
  end

  for _, mode in ipairs { "transaction", "session" } do
    it("commands that look leave nothing of their session to who is served next, " .. mode .. " mode", function()
      db.role "spec_pooled"
      local p = project.new {
        files = { ["migrations/1.lua"] = project.revision { "001_a", up = 'op.execute "create table a (n int)"' } },
        config = 'return { role = "spec_pooled", search_path = "pg_temp", statement_timeout = "7min" }\n' }
      local url = bouncer.start(p.db, mode, 1)
      for _, command in ipairs { "status", "current", "plan", "history", "log", "config", "wait" } do
        p:ok(command, "--url", url)
      end
      if mode == "transaction" then
        assert.matches("a pooler in transaction mode", p:fails(1, "upgrade", "--url", url).err, 1, true)
      end
      assert.equal("postgres 0 0 0\n", shell.output(([[env -u LD_PRELOAD psql -XAtq -F ' ' -c "select current_user,
        current_setting('lock_timeout'), current_setting('statement_timeout'), current_setting('idle_session_timeout')
        " '%s']]):format(url)))
    end)
  end

  it("in session mode a role and a search_path hold outside transactions", function()
    db.role "spec_pooled"
    local p = project.new {
      files = { ["migrations/1.lua"] = project.revision { "001_a", head = "transactional = false", up = [[
op.execute "create table a (n int)"
  op.create_index("ix", "a", { "n" }, { concurrently = true })]] } },
      config = 'return { role = "spec_pooled", search_path = "own", version_schema = "own" }\n' }
    p.db:exec "create schema own authorization spec_pooled"
    p:ok("upgrade", "--url", bouncer.start(p.db, "session", 2))
    assert.equal("spec_pooled", p.db:scalar "select relowner::regrole::text from pg_class where oid = 'own.ix'::regclass")
  end)

  it("in statement mode it says why not", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a" } } }
    local r = p:fails(1, "upgrade", "--url", bouncer.start(p.db, "statement", 2))
    assert.matches("hint: a pooler in statement mode carries no transactions", r.err, 1, true)
  end)

  it("transactions without the lock work in transaction mode", function()
    local url = bouncer.start(d, "transaction", 5)
    local a, b = assert(pg.open { url = url }), assert(pg.open { url = url })
    assert(a:ensure {})
    for i = 1, 20 do
      -- Two clients in turns, so that the server processes change hands.
      local c, other = a, b
      if i % 2 == 0 then c, other = b, a end
      assert(c:exec "begin")
      assert(c:move({}, { removed = i > 1 and { "r" .. i - 1 } or nil, added = { "r" .. i }, revision = "r", up = true }))
      assert(other:read {})
      assert(c:exec "commit")
      assert(c:sync())
    end
    assert.same({ "r20" }, (assert(a:read {})))
    a:close()
    b:close()
  end)

  for _, size in ipairs { 1, 4 } do
    it(("workers of a backfill share the pool in transaction mode, of %d, and go on after a kill"):format(size), function()
      local p = people.made [[op.backfill { table = "people", set = { n = sql "n + 1" }, batch = 200, pause_ms = 40,
        workers = 3 }]]
      p:write("moonshift.lua", 'return { lock_mode = "table", lock_lease = "1s" }\n')
      p.env.DATABASE_URL = bouncer.start(p.db, "transaction", size)
      local handle = p:start("upgrade", "head")
      local function done()
        return tonumber(p.db:scalar "select count(*) from people where n = 1")
      end
      while done() < 2000 and handle.running() do os.execute "sleep 0.05" end
      handle:kill "KILL"
      assert.are_not.equal(0, handle:wait().status)
      assert.is_true(done() < 20000)
      assert.matches("Continuing backfill 1 of people after %d+ rows", p:ok("upgrade", "head").err)
      assert.equal("20000", p.db:scalar "select count(*) from people where n = 1")
      assert.equal("0", p.db:scalar "select count(*) from moonshift_progress")
    end)
  end
end)
