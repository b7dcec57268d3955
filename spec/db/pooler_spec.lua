-- Behind PgBouncer: in session mode all works; in transaction mode the lock would be lost,
-- and is refused.
local pg = require("moonshift_core").pg
local bouncer = require "spec.support.bouncer"
local db = require "spec.support.db"
local people = require "spec.support.people"

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
