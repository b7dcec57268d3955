-- Connections that fail: what is said, with which exit status, and `wait`.
local db = require "spec.support.db"
local project = require "spec.support.project"
local proxy = require "spec.support.proxy"

local function one(given)
  given = given or {}
  given.files = { ["migrations/001_a.lua"] = project.revision { "001_a" } }
  return project.new(given)
end

-- The same failure for every command that connects.
local function fails(p, status, url, ...)
  for _, words in ipairs { { "current" }, { "upgrade", "head" }, { "status" }, { "history", "-i" } } do
    words[#words + 1] = "--url"
    words[#words + 1] = url
    local r = p:fails(status, words)
    assert.equal("", r.out)
    assert.equal(1, select(2, r.err:gsub("%f[%w]error: ", "")))
    for _, part in ipairs { ... } do
      assert.truthy(r.err:find(part, 1, true), "no '" .. part .. "' in:\n" .. r.err)
    end
    assert.is_nil(r.err:find("sekret", 1, true))
  end
end

describe("a connection", function()
  it("that is refused says so", function()
    fails(one { db = false }, 1, "postgres://u:sekret@127.0.0.1:1/d", "error: cannot connect to postgres://u:***@127.0.0.1:1/d",
      "Connection refused", "moonshift wait")
  end)

  it("to a database that does not exist says which", function()
    local p = one()
    fails(p, 1, (p.db.url:gsub("spec_%d+_%d+", "no_such_database")), 'database "no_such_database" does not exist')
  end)

  it("with a role that does not exist says which", function()
    local p = one()
    local url = p.db.url .. (p.db.url:find("?", 1, true) and "&" or "?") .. "user=no_such_role"
    fails(p, 1, url, 'role "no_such_role" does not exist')
  end)

  it("with a wrong password says so and shows none", function()
    local p = one()
    local file = p.db:scalar "show hba_file"
    local hba = p.db:scalar(("select pg_read_file('%s')"):format(file))
    local function write(text)
      p.db:exec(([[create table hba (n serial, line text);
        insert into hba (line) select unnest(string_to_array($hba$%s$hba$, E'\n'));
        copy (select line from hba order by n) to program 'cat >"%s"';
        drop table hba; select pg_reload_conf()]]):format(text, file))
    end
    finally(function()
      write(hba)
      p.db:exec "drop role with_password"
    end)
    p.db:exec "create role with_password login password 'right'"
    write("local all with_password scram-sha-256\nhost all with_password all scram-sha-256\n" .. hba)
    local url = p.db.url .. (p.db.url:find("?", 1, true) and "&" or "?") .. "user=with_password&password="
    for _ = 1, 50 do -- the reload takes a moment
      if p:run("current", "--url", url .. "sekret").status ~= 0 then break end
    end
    fails(p, 1, url .. "sekret", 'password authentication failed for user "with_password"')
    assert.equal("", p:ok("current", "--url", url .. "right").out)
    local r = p:fails(1, "wait", "--timeout", "1h", "--url", url .. "sekret")
    assert.matches("password authentication failed", r.err)
  end)

  it("whose URL is wrong says where", function()
    local p = one { db = false }
    for _, url in ipairs { "mysql://u:sekret@h/d", "postgres://u:sekret@h:port/d", "http://h/d", "postgres://u:sek%zzret@h/d",
      "nonsense" } do
      local r = p:fails(1, "current", "--url", url)
      assert.equal("", r.out)
      assert.matches("^error: ", r.err)
      assert.is_nil(r.err:find("sek", 1, true))
    end
  end)
end)

describe("every form of connection", function()
  local host = os.getenv "PGHOST"
  local user, port = os.getenv "PGUSER" or "postgres", os.getenv "PGPORT" or "5432"

  local function reaches(p, name, call)
    call = call or {}
    table.insert(call, 1, "wait")
    call.env = call.env or {}
    call.env.DATABASE_URL = false
    local r = p:ok(call)
    assert.matches("the server answers: database " .. name .. "\n$", r.err)
  end

  it("reaches the server", function()
    local p = one()
    local name = p.db:scalar "select current_database()"
    p.env.DATABASE_URL = nil
    local encoded = host:gsub("/", "%%2F")
    local rest = ("?host=%s&port=%s"):format(encoded, port)
    for _, scheme in ipairs { "postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg2" } do
      reaches(p, name, { "--url", ("%s://%s:p%%40ss%%25%%2Fw@/%s%s"):format(scheme, user, name, rest) })
    end
    reaches(p, name, { "--url", ("host=%s port=%s user=%s dbname=%s"):format(host, port, user, name) })
    reaches(p, name, { env = { PGHOST = host, PGPORT = port, PGUSER = user, PGDATABASE = name } })
    p:write(".env", ("PGHOST=%s\nPGPORT=%s\nPGUSER=%s\nPGDATABASE=%s\n"):format(host, port, user, name))
    reaches(p, name)
    p:write(".env", ("POSTGRES_HOST=%s\r\nPOSTGRES_PORT=%s\r\nexport POSTGRES_DB=\"%s\"\r\nPOSTGRES_USER='%s'\r\n"
      .. "POSTGRES_PASSWORD=\"it's a \\\\ p@ss\" # any\r\n"):format(host, port, name, user))
    reaches(p, name)
    p:write(".env", ("DATABASE_URL=postgresql+asyncpg://%s@/%s%s\n"):format(user, name, rest))
    reaches(p, name)
    p:write(".env", "")
    p:write("moonshift.lua", ([[return { environments = { here = { url = "postgres://%s@/%s%s" } } }]])
      :format(user, name, rest))
    reaches(p, name, { "-e", "here" })
  end)

  it("is said to be nowhere when its variable is empty", function()
    local p = one()
    local name = p.db:scalar "select current_database()"
    local libpq = { DATABASE_URL = "", PGHOST = host, PGPORT = port, PGUSER = user, PGDATABASE = name }
    local warning = "DATABASE_URL is set, but empty"
    assert.matches(warning, p:ok({ "current", env = libpq }).err, 1, true)
    assert.matches(warning, p:ok({ "wait", "-q", env = libpq }).err, 1, true)
    assert.equal("", p:ok({ "current", "-q", "--url", p.db.url, env = { DATABASE_URL = "" } }).err)
  end)

  it("wants a user's name where the process's user has none, as in a container", function()
    for _, command in ipairs { "current", "wait --timeout forever" } do -- and waiting does not help
      local r = one({ db = false }):sh("unshare --user --map-user=4242 moonshift --url postgresql://127.0.0.1:1/d "
        .. command)
      assert.equal(1, r.status)
      assert.matches("detail: local user with ID 4242 does not exist\n  hint: name the user in the URL", r.err, 1, true)
    end
  end)

  it("takes PG* from .env, the last line of two, and never before the environment's own", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a",
      up = 'log.info("name " .. db.scalar "show application_name")' } } }
    p:write(".env", "PGAPPNAME=one\nPGAPPNAME=two\n")
    assert.matches("name two\n", p:ok("upgrade", "--dry-run").err, 1, true)
    assert.matches("name three\n", p:ok({ "upgrade", "--dry-run", env = { PGAPPNAME = "three" } }).err, 1, true)
  end)

  it("carries lock_timeout, statement_timeout, search_path and role to the session", function()
    local p = one { files = {} }
    p.db:exec "create schema app; create role owner_of_app; grant all on schema app to owner_of_app"
    finally(function() p.db:exec "drop owned by owner_of_app; drop role owner_of_app" end)
    p:write("migrations/001_a.lua", project.revision { "001_a", up = [[
      op.execute("create table seen as select current_setting('lock_timeout') as l, "
        .. "current_setting('statement_timeout') as s, current_setting('search_path') as p, current_user as u")]] })
    p:write("moonshift.lua", [[return { lock_timeout = "3s", statement_timeout = "5min",
      search_path = "app, public", role = "owner_of_app", version_schema = "app" }]])
    p:ok("upgrade", "head")
    assert.same({ { "3s", "5min", "app, public", "owner_of_app" } }, p.db:query "select l, s, p, u::text from app.seen")
    p:ok("upgrade", "head", "--lock-timeout", "1s")
    assert.equal("001_a", p.db:scalar "select version_num from app.moonshift_version")
    assert.matches("^error: %-%-lock%-timeout: 'lock_timeout' must be a time", p:fails(2, "upgrade",
      "--lock-timeout", "1").err)
  end)
end)

describe("what is no server", function()
  local HTTP = ("HTTP/1.1 400 Bad Request\r\n\r\n"):gsub(".", function(c) return ("%02x"):format(c:byte()) end)

  it("is told by what it answers, or that it hangs up", function()
    for _, bytes in ipairs { HTTP, "" } do
      local r = one({ db = false }):fails(1, "current", "--url", ("postgres://u@%s:%d/d"):format(proxy.start("say", bytes)))
      assert.matches("hint: something answers there, but not as PostgreSQL does", r.err, 1, true)
    end
  end)

  -- One that accepts and never answers: libpq waits, and cannot be interrupted.
  local function mute(more)
    return ("postgres://u@%s:%d/d"):format(proxy.start("mute")) .. (more or "")
  end

  it("is not waited for longer than `wait` may, or a host has", function()
    local p = one { db = false }
    local from = os.time()
    assert.matches("timeout expired", p:fails(1, "wait", "--timeout", "2s", "--url", mute()).err, 1, true)
    assert.matches("timeout expired", p:fails(1, "current", "--url", mute "?connect_timeout=2").err, 1, true)
    assert.is_true(os.time() - from < 20)
  end)

  it("is left at the first signal", function()
    local p = one { db = false }
    for signal, status in pairs { INT = 130, TERM = 143 } do
      for _, json in ipairs { false, true } do
        local command = p:start("upgrade", "--url", mute(), json and "--json" or nil)
        os.execute "sleep 0.3" -- by then it waits; sooner, the signal ends it as well
        local from = os.time()
        command:kill(signal)
        local r = command:wait()
        assert.equal(status, r.status)
        assert.is_true(os.time() - from < 10)
        assert.matches(json and ('"status": %d, "kind": "failed", "message": "interrupted'):format(status)
          or "error: interrupted", r.err, 1, true)
      end
    end
  end)
end)

describe("target_session_attrs", function()
  it("that no host has is told", function()
    local p = one()
    local url = p.db.url .. (p.db.url:find("?", 1, true) and "&" or "?") .. "target_session_attrs=read-only"
    assert.matches("hint: no host of the URL is what its target_session_attrs asks for",
      p:fails(1, "current", "--url", url).err, 1, true)
  end)
end)

describe("wait", function()
  it("ends at once when the server answers", function()
    local p = one()
    local r = p:ok("wait")
    assert.equal("", r.out)
    assert.matches("^INFO  %[moonshift%] the server answers: database spec_", r.err)
  end)

  it("does not wait for a password to come", function()
    local p = one()
    db.role "spec_password login"
    local url = p.db.url:gsub("//[^@]*@", "//spec_password@")
    local r = p:fails(1, { "wait", "--timeout", "1h", "--url", url, timeout = 30 })
    assert.matches("no password supplied", r.err, 1, true)
  end)

  it("gives up after its time", function()
    local p = one { db = false }
    local r = p:fails(1, "wait", "--timeout", "0", "--url", "postgres://127.0.0.1:1/d")
    assert.matches("^error: cannot connect to postgres://127.0.0.1:1/d\n", r.err)
    r = p:fails(1, "wait", "--timeout", "600ms", "--url", "postgres://127.0.0.1:1/d")
    assert.matches("^INFO  %[moonshift%] waiting for the server: .-\nerror: ", r.err)
    assert.equal("error: --timeout takes a time like 30s or 5min, not 'soon'\n",
      p:fails(2, "wait", "--timeout", "soon").err)
  end)

  it("goes on until the database is there", function()
    local p = one()
    local later = "later_" .. p.db.url:match("spec_(%d+_%d+)")
    local url = p.db.url:gsub("spec_%d+_%d+", later)
    local waiting = p:start("wait", "--timeout", "60s", "--url", url)
    while waiting:running() and not waiting:peek().err:find "waiting for the server" do
      os.execute "sleep 0.05"
    end
    p.db:exec("create database " .. later)
    finally(function() p.db:exec("drop database " .. later) end)
    local r = waiting:wait()
    assert.equal(0, r.status)
    assert.matches("the server answers: database " .. later .. "\n$", r.err)
  end)

  it("ends with the first signal", function()
    local p = one { db = false }
    local waiting = p:start("wait", "--timeout", "forever", "--url", "postgres://127.0.0.1:1/d")
    while waiting:running() and not waiting:peek().err:find "waiting for the server" do
      os.execute "sleep 0.05"
    end
    waiting:kill "INT"
    local r = waiting:wait()
    assert.equal(128 + 2, r.status)
    assert.matches("\nerror: interrupted while waiting for the server\n$", r.err)
  end)
end)
