-- What a person sees when the database cannot be reached, or goes away, or blocks; and
-- that no password is seen anywhere.
local project = require "spec.support.project"
local shell = require "spec.support.shell"

local SECRET = "S3cr3t%40word"

describe("a database that cannot be reached", function()
  local p = project.new { files = { ["migrations/001_a.lua"] = project.revision { "001_a" } } }
  local host = os.getenv "PGHOST"
  local cases = {
    { "a bad URL", "postgresql://u:S3cr@word@h/d", 'holds a "@" that is not encoded', '"@" as %40' },
    { "another database's URL", "mysql://u:S3cr@h/d", '"mysql://" is not a PostgreSQL URL', "postgresql://" },
    { "a port that is none", "postgresql://u:S3cr@h:port/d", "is not a number", "postgresql://" },
    { "a refused connection", "postgresql://u:" .. SECRET .. "@127.0.0.1:1/d",
      "cannot connect to postgresql://u:***@127.0.0.1:1/d", "is it running" },
    { "no such database", "postgresql://postgres@/nope?host=" .. host, 'database "nope" does not exist', "createdb nope" },
    { "no such role", "postgresql://nobody:S3cr@/postgres?host=" .. host, 'role "nobody" does not exist', "createuser nobody" },
  }
  for _, case in ipairs(cases) do
    local name, url, said, hint = table.unpack(case)
    it("is told apart: " .. name, function()
      for _, command in ipairs { "current", "upgrade", "status", "check" } do
        local r = p:fails(1, { "--url", url, command, "-v" })
        assert.truthy(r.err:find("error: ", 1, true), r.err)
        assert.truthy(r.err:find(said, 1, true), r.err)
        assert.truthy(r.err:find(hint, 1, true), r.err)
        assert.equal("", r.out)
        assert.is_nil((r.out .. r.err):find("S3cr", 1, true), r.err)
      end
    end)
  end

  it("and no command shows its password", function()
    local url = p.db.url:gsub("//postgres@", "//postgres:" .. SECRET:gsub("%%", "%%%%") .. "@")
    local env = { DATABASE_URL = url }
    p:write("migrations/002_role.lua", project.revision { "002_role", down = "001_a",
      up = [[op.execute "create role spec_secret_role password 'S3cr3t'" op.execute "drop role spec_secret_role"]] })
    for _, words in ipairs {
      { "config" }, { "config", "--json" }, { "current", "-v" }, { "history", "-v" }, { "status" },
      { "upgrade", "-v" }, { "log" }, { "downgrade", "base", "-v" },
    } do
      words.env = env
      local r = p:run(words)
      assert.is_nil((r.out .. r.err):find("S3cr", 1, true), table.concat(words, " ") .. "\n" .. r.out .. r.err)
    end
  end)
end)

describe("a statement that waits", function()
  it("is cancelled by Ctrl-C, and nothing of its revision is kept", function()
    local p = project.new { files = {
      ["migrations/001_a.lua"] = project.revision { "001_a", up = 'op.execute "create table a (n int)"' },
      ["migrations/002_b.lua"] = project.revision { "002_b", down = "001_a",
        up = 'op.execute "create table b (n int)"\n  op.execute "select pg_sleep(60)"' },
    } }
    local r = p:sh [[
      moonshift upgrade & it=$!
      for i in $(seq 200); do
        psql "$DATABASE_URL" -Atc "select count(*) from pg_stat_activity
          where query like '%pg_sleep(60)%' and datname = current_database() and pid <> pg_backend_pid()" | grep -q 1 && break
        sleep 0.05
      done
      kill -INT $it
      wait $it; echo "status $?"]]
    assert.truthy(r.out:find("status 130", 1, true), r.out .. r.err)
    assert.truthy(r.err:find("at migrations/002_b.lua:", 1, true), r.err)
    assert.truthy(r.err:find("interrupted", 1, true), r.err)
    assert.same({ { "001_a" } }, p.db:query "select version_num from moonshift_version")
    assert.equal("0", p.db:scalar "select count(*) from pg_class where relname = 'b'")
    p:write("migrations/002_b.lua", project.revision { "002_b", down = "001_a" })
    p:ok "upgrade"
  end)

  it("says who blocks it", function()
    local p = project.new {
      files = {
        ["migrations/001_a.lua"] = project.revision { "001_a", up = 'op.execute "alter table held add m int"',
          head = 'settings = { lock_timeout = "1500ms" }' },
      },
      config = "return { lock_retries = 0 }\n",
    }
    p.db:exec "create table held (n int)"
    local holder = io.popen(("env -u LD_PRELOAD psql -X -q -d %s -c 'begin; lock table held; select pg_sleep(5)' >/dev/null")
      :format(shell.quote(p.db.url)), "r")
    repeat until p.db:scalar "select count(*) from pg_locks where relation = 'held'::regclass and granted" == "1"
    local r = p:fails(1, "upgrade")
    holder:close()
    assert.truthy(r.err:find("SQLSTATE: 55P03", 1, true), r.err)
    assert.truthy(r.err:find("AccessExclusiveLock on held is held up by pid %d+ %(psql, role postgres"), r.err)
    assert.truthy(r.err:find("waiting for a lock", 1, true), r.err)
  end)
end)
