-- Behind PgBouncer: in session mode all works; in transaction mode the lock would be lost,
-- and is refused.
local pg = require("moonshift_core").pg
local cleanup = require "spec.support.cleanup"
local db = require "spec.support.db"
local shell = require "spec.support.shell"

local port = 7400 + shell.pid % 500

-- Starts PgBouncer for a database and returns the URL through it.
local function bouncer(d, mode, size)
  local dir = shell.directory()
  port = port + 1
  shell.write(dir .. "/users.txt", '"postgres" ""\n')
  shell.write(dir .. "/ini", ([[
[databases]
%s = host=%s port=%s dbname=%s user=postgres
[pgbouncer]
listen_addr =
listen_port = %d
unix_socket_dir = %s
auth_type = any
auth_file = %s/users.txt
pool_mode = %s
default_pool_size = %d
logfile = %s/log
pidfile = %s/pid
]]):format(d.name, os.getenv "PGHOST", os.getenv "PGPORT", d.name, port, dir, dir, mode, size, dir, dir))
  local as = shell.output("id -u"):match "^0" and "runuser -u postgres -- " or ""
  if as ~= "" then shell.output("chown -R postgres: " .. dir) end
  shell.output(("env -u LD_PRELOAD %spgbouncer -d -q %s/ini"):format(as, dir))
  cleanup.add(function() os.execute(("kill $(cat %s/pid) 2>/dev/null"):format(dir)) end)
  shell.output(("for i in $(seq 100); do test -S %s/.s.PGSQL.%d && exit; sleep 0.05; done; cat %s/log; false")
    :format(dir, port, dir))
  return ("postgresql://postgres@/%s?host=%s&port=%d"):format(d.name, dir, port)
end

local there = os.execute "command -v pgbouncer >/dev/null"

describe("behind PgBouncer", function()
  if not there then
    pending "pgbouncer is not installed"
    return
  end
  local d = db.create()

  for _, size in ipairs { 1, 5 } do
    it(("the lock works in session mode, pool of %d"):format(size), function()
      local c = assert(pg.open { url = bouncer(d, "session", size) })
      assert(c:lock({}, 0))
      assert(c:unlock {})
      c:close()
    end)

    it(("the lock is refused in transaction mode, pool of %d"):format(size), function()
      local c = assert(pg.open { url = bouncer(d, "transaction", size) })
      local ok, e = c:lock({}, 0)
      assert.is_nil(ok)
      assert.truthy(e.message:find("a pooler in transaction mode", 1, true), e.text)
      assert.truthy(e.hint:find("to the server itself", 1, true))
      c:close()
      assert.equal("0", d:scalar [[select count(*) from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())]])
    end)
  end

  it("transactions without the lock work in transaction mode", function()
    local url = bouncer(d, "transaction", 5)
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
end)
