-- No password is seen anywhere: in no output of any command, in no error, not in the list
-- of processes, not in what the server shows or the bookkeeping tables keep.
local project = require "spec.support.project"
local shell = require "spec.support.shell"

local SECRET, ENCODED = "hunt3r@2:/x", "hunt3r%402%3A%2Fx"
local PARTS = { "hunt3r", "2:/x", "402%3A", "s3kr3t" }

local function clean(text, what)
  for _, part in ipairs(PARTS) do
    assert.is_nil(text:find(part, 1, true), what .. " shows " .. part .. ":\n" .. text)
  end
end

local FILES = {
  ["migrations/1.lua"] = project.revision { "001_a", up = 'op.execute "create table a (n int)"',
    down_body = 'op.drop_table("a")' },
  ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", head = "transactional = false",
    up = 'op.execute "insert into a values (1)"', down_body = 'op.execute "delete from a"' },
  ["models/a.sql"] = "create table a (n int, m int);",
}

-- Commands with a status of any kind: what counts is what they say.
local COMMANDS = {
  { "config" }, { "config", "--json" }, { "config", "url" }, { "current" }, { "current", "-v", "--json" },
  { "history", "-i", "-v" },
  { "heads" }, { "status" }, { "status", "--json" }, { "plan" }, { "upgrade", "head", "-v" }, { "upgrade", "head", "--sql" },
  { "log" }, { "log", "--json" }, { "check", "-v" }, { "check", "--json" }, { "inspect" }, { "lint" },
  { "revision", "--autogenerate", "-m", "m", "-v" }, { "downgrade", "base", "-v", "--json" }, { "stamp", "nope" },
  { "wait", "--timeout", "1s" },
  { "upgrade", "head", "--dry-run" }, { "reset", "--yes", "-v" }, { "ensure-version", "-v" }, { "erd" },
}

-- A role that has to say its password (scripts/with-postgres lets it in by that only).
local function with_role(p)
  p.db:exec(([[do $$ begin create role spec_password login superuser;
    exception when duplicate_object or unique_violation then null; end $$;
    alter role spec_password superuser password '%s']]):format(SECRET))
  local host = "host=" .. os.getenv "PGHOST" .. " port=" .. (os.getenv "PGPORT" or "5432")
  return {
    url = ("postgresql://spec_password:%s@/%s?%s"):format(ENCODED, p.db.name, (host:gsub(" ", "&"))),
    driver = ("postgresql+asyncpg://spec_password:%s@/%s?%s"):format(ENCODED, p.db.name, (host:gsub(" ", "&"))),
    words = ("%s dbname=%s user=spec_password password='%s'"):format(host, p.db.name, SECRET),
    query = ("postgresql:///%s?%s&user=spec_password&password=%s"):format(p.db.name, (host:gsub(" ", "&")), ENCODED),
  }
end

describe("a password", function()
  local p = project.new { files = FILES }
  local urls = with_role(p)

  for way, url in pairs(urls) do
    it("in DATABASE_URL is shown by no command: " .. way, function()
      p:ok { "current", env = { DATABASE_URL = url } }
      for i = 1, #COMMANDS, way == "url" and 1 or 9 do
        local words, call = COMMANDS[i], { env = { DATABASE_URL = url } }
        for k, word in ipairs(words) do call[k] = word end
        local r = p:run(call)
        clean(r.out .. r.err, table.concat(words, " "))
      end
      p:run { "upgrade", "head", env = { DATABASE_URL = url } }
      clean(p.db:dump { data = true, bookkeeping = true }, "the database")
    end)

    it("that is wrong, for a server that is not there, or a database, is shown in no error: " .. way, function()
      for from, to in pairs { [p.db.name] = "no_such", hunt3r = "s3kr3t", [os.getenv "PGHOST"] = "/nonexistent",
        spec_password = "nobody_here" } do
        for _, words in ipairs { { "current", "-v" }, { "upgrade", "--json" } } do
          local call = { env = { DATABASE_URL = (url:gsub(from:gsub("%p", "%%%0"), (to:gsub("%%", "%%%%")))) } }
          for i, word in ipairs(words) do call[i] = word end
          local r = p:run(call)
          assert.not_equal(0, r.status)
          clean(r.out .. r.err, table.concat(words, " "))
        end
      end
    end)
  end

  for name, place in pairs {
    ["the configuration"] = function(q, url) q:write("moonshift.lua", ("return { url = %q }\n"):format(url)) end,
    [".env"] = function(q, url) q:write(".env", "DATABASE_URL='" .. url:gsub("'", "") .. "'\n") end,
    ["an environment"] = function(q, url)
      q:write("moonshift.lua", ("return { environments = { prod = { url = %q } } }\n"):format(url))
      q.env.MOONSHIFT_ENV = "prod"
    end,
    ["POSTGRES_PASSWORD"] = function(q)
      q.env.POSTGRES_HOST, q.env.POSTGRES_DB = os.getenv "PGHOST", q.db.name
      q.env.POSTGRES_USER, q.env.POSTGRES_PASSWORD, q.env.POSTGRES_PORT = "spec_password", SECRET, os.getenv "PGPORT" or "5432"
    end,
  } do
    it("in " .. name .. " is shown by no command", function()
      local q = project.new { files = FILES }
      local given = with_role(q).url
      q.env.DATABASE_URL = nil
      place(q, given)
      q:ok "current"
      for _, words in ipairs { { "config" }, { "config", "--json" }, { "upgrade", "-v" } } do
        local r = q:run(words)
        clean(r.out .. r.err, table.concat(words, " "))
      end
    end)
  end

  it("in SQL of a migration is shown by no error and no echo", function()
    local q = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a", up = [[
op.execute "create role spec_s3 password 's3kr3t'; drop role spec_s3"
  op.execute "alter role nobody_at_all password 's3kr3t'"]] } } }
    for _, words in ipairs { { "plan" }, { "plan", "--json" } } do
      local r = q:ok(words)
      assert.truthy(r.out:find("nobody_at_all", 1, true), r.out)
      clean(r.out .. r.err, table.concat(words, " "))
    end
    for _, words in ipairs { { "upgrade", "-v" }, { "upgrade", "--json" }, { "upgrade" } } do
      local r = q:fails(1, words)
      assert.truthy(r.err:find("nobody_at_all", 1, true), r.err)
      clean(r.out .. r.err, table.concat(words, " "))
    end
  end)

  it("of a user mapping is told of where it is written, and not shown elsewhere", function()
    local server = "create foreign data wrapper w; create server far foreign data wrapper w;"
    local q = project.new { files = { ["models/s.sql"] = server ..
      "create user mapping for public server far options (password 'n3w', \"user\" 'a');" } }
    q.db:exec(server .. "create user mapping for public server far options (\"user\" 'a', password 's3kr3t')")
    for _, words in ipairs { { "check" }, { "check", "--json" }, { "check", "-v" } } do
      local r = q:fails(4, words)
      assert.truthy(r.out:find("alter_user_mapping", 1, true), r.out)
      clean(r.out .. r.err, table.concat(words, " "))
      assert.is_nil(r.out:find("n3w", 1, true), r.out)
    end
    local r = q:ok("inspect")
    assert.truthy(r.err:find("these models hold the password of the user mapping of public for server far", 1, true), r.err)
    r = q:ok("revision", "--autogenerate", "-m", "x")
    assert.truthy(r.err:find("in upgrade(), the password of the user mapping of public", 1, true), r.err)
    assert.truthy(r.err:find("in downgrade(), the password of the user mapping of public", 1, true), r.err)
    clean(r.err, "revision")
    q:ok("upgrade")
    q:ok("check")
    q.db:exec "drop user mapping for public server far"
    r = q:fails(4, "check")
    assert.is_nil(r.out:find("n3w", 1, true), r.out)
  end)

  it("in SQL that is refused before the server sees it is shown by no error", function()
    for what, body in pairs {
      ["cannot run inside a transaction"] = [[op.create_subscription("s", "host=h password=s3kr3t", "p")]],
      ["unrecognized role option"] = [[op.execute "alter role r password 's3kr3t' frob"]],
      ["transaction"] = [[op.execute "select dblink_connect('password=s3kr3t'); commit"]],
    } do
      local q = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a", up = body } } }
      for _, words in ipairs { { "upgrade" }, { "upgrade", "--json" } } do
        local r = q:fails(1, words)
        assert.truthy(r.err:find(what, 1, true), r.err)
        clean(r.out .. r.err, table.concat(words, " "))
      end
    end
  end)

  for _, form in ipairs { "--url", "--url=" } do
    it("given with " .. form .. " is not in the list of processes, nor in the server's", function()
      local q = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a",
        up = 'log.info "here"\n  op.execute "select pg_sleep(30)"' } } }
      for way, url in pairs(with_role(q)) do
        local words = form == "--url" and { "upgrade", "--url", url } or { "upgrade", "--url=" .. url }
        local handle = q:start(table.unpack(words))
        for _ = 1, 200 do
          if q.db:scalar [[select count(*) from pg_stat_activity where query like '%pg_sleep(30)%'
            and state = 'active' and datname = current_database() and pid <> pg_backend_pid()]] == "1" then break end
          os.execute "sleep 0.05"
        end
        local seen = shell.output "for p in /proc/[0-9]*; do tr '\\0' ' ' 2>/dev/null <$p/cmdline; echo; done \z
          | grep -a 'moonshift upgrade'"
        local own = 0
        for line in seen:gmatch "[^\n]+" do
          if line:find("^/%S*moonshift upgrade") and line:find(q.db.name, 1, true) then
            own = own + 1
            clean(line, "ps")
          end
        end
        assert.equal(1, own, way .. ': it is not running')
        clean(table.concat(q.db:column [[select concat_ws(' ', query, application_name) from pg_stat_activity
          where usename = 'spec_password' and datname = current_database()]], "\n"), "pg_stat_activity")
        handle:kill "INT"
        handle:wait()
      end
    end)
  end
end)
