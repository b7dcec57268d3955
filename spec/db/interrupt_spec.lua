-- SIGINT and SIGTERM wherever the program can be, and a disk that is full when a file is
-- written. (spec/db/concurrent_spec has them in a long statement.) After each: the version
-- row is true, nothing half-done is recorded, and the same command does the work.
local cli = require "spec.support.cli"
local project = require "spec.support.project"
local proxy = require "spec.support.proxy"

local function until_true(what)
  for _ = 1, 400 do
    if what() then return end
    os.execute "sleep 0.05"
  end
  error("waited too long", 2)
end

local STATUS = { INT = 130, TERM = 143 }

for signal, status in pairs(STATUS) do
  describe("SIG" .. signal, function()
    for _, head in ipairs { "transactional = true", "transactional = false" } do
      it("ends a Lua loop, " .. head, function()
        local p = project.new { files = {
          ["migrations/1.lua"] = project.revision { "001_a", up = 'op.execute "create table a (n int)"' },
          ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", head = head, up = [[
op.execute "insert into a values (1)"
  log.info "in the loop"
  while ctx.x.loop do pcall(function() while true do end end) end
  op.execute "insert into a values (2)"]] } } }
        local handle = p:start("upgrade", "head", "-x", "loop=1")
        until_true(function() return handle:peek().err:find("in the loop", 1, true) end)
        handle:kill(signal)
        local r = handle:wait()
        assert.equal(status, r.status, r.err)
        assert.truthy(r.err:find("interrupted", 1, true), r.err)
        assert.truthy(r.err:find("1 of 2 applied; the database is at 001_a", 1, true), r.err)
        assert.equal("001_a", p.db:scalar "select version_num from moonshift_version")
        p:ok("upgrade", "head")
        assert.same({ "1", "2" }, p.db:column "select n from a order by n")
        assert.equal(0, p.db:unfinished())
      end)
    end

    for _, first in ipairs { "select 1", "create table early (a later.mood)" } do
      it("ends the building of models, " .. first, function()
        local p = project.new { files = {
          ["models/a.sql"] = first .. ";\ncreate schema later; create type later.mood as enum ('a');\n"
            .. "select pg_sleep(40);\n",
          ["migrations/1.lua"] = project.revision { "001_a" } } }
        p:ok("upgrade", "head")
        local handle = p:start { "check" }
        until_true(function()
          return p.db:scalar [[select count(*) from pg_stat_activity where query like '%pg_sleep(40)%'
            and datname like 'moonshift_scratch%' and wait_event = 'PgSleep']] ~= "0"
        end)
        local pid = handle.pid()
        handle:kill(signal)
        local r = handle:wait()
        assert.equal(status, r.status, r.err)
        assert.equal("0", p.db:scalar [[select count(*) from pg_stat_activity where query like '%pg_sleep(40)%'
            and datname like 'moonshift_scratch%']])
        assert.equal("0", p.db:scalar([[select count(*) from pg_database
          where datname ~ '^moonshift_scratch_[0-9]+_]] .. pid .. [[_']]))
      end)
    end

    for _, mode in ipairs { "session", "table" } do
      it("ends the waiting for a lock, lock_mode " .. mode, function()
        local p = project.new { config = ('return { lock_mode = "%s" }\n'):format(mode),
          files = { ["migrations/1.lua"] = project.revision { "001_a", up = 'op.execute "select pg_sleep(3)"' } } }
        local first = p:start("upgrade", "head")
        until_true(function() return first:peek().err:find("Running upgrade", 1, true) end)
        local second = p:start("upgrade", "head", "--lock-wait", "forever")
        until_true(function() return second:peek().err:find("Waiting for the migration lock: pid", 1, true) end)
        second:kill(signal)
        local r = second:wait()
        assert.equal(status, r.status, r.err)
        assert.truthy(first:running(), "it did not end at once")
        cli.expect(0, first:wait())
        assert.same({ "001_a" }, p.db:column "select revision from moonshift_log")
        p:ok("upgrade", "head")
      end)
    end
  end)
end

describe("a long statement", function()
  it("is heard while it runs", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a", up = [==[
op.execute [[do $$ begin raise notice 'half of it'; perform pg_sleep(60); end $$]]]==] } } }
    local handle = p:start("upgrade")
    until_true(function() return handle:peek().err:find("NOTICE: half of it", 1, true) or not handle:running() end)
    assert.is_true(handle:running())
    handle:kill "INT"
    local r = handle:wait()
    assert.equal(130, r.status)
    assert.equal(1, select(2, r.err:gsub("NOTICE: half of it", "")))
  end)
end)

describe("a second signal", function()
  it("ends the program although the server does not answer the first one's request to cancel", function()
    local sleep = "select pg_sleep(60) as s" .. math.random(1e9)
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a",
      up = ("op.execute %q"):format(sleep) } } }
    local host, port = proxy.start "one"
    local handle = p:start("upgrade", "--url", ("postgresql://postgres@%s:%d/%s"):format(host, port, p.db.name))
    local running = ("select count(*) from pg_stat_activity where query = '%s'"):format(sleep)
    until_true(function() return p.db:scalar(running) == "1" end)
    local from = os.time()
    handle:kill "INT"
    os.execute "sleep 0.5"
    assert.is_true(handle:running())
    handle:kill "INT"
    assert.equal(130, handle:wait().status)
    assert.is_true(os.time() - from < 15)
    p.db:exec(("select pg_terminate_backend(pid) from pg_stat_activity where query = '%s'"):format(sleep))
  end)
end)

describe("a disk that is full", function()
  -- A file system of its own, of which nothing is left: a limit of zero bytes for each file
  -- written fails the same way (EFBIG for ENOSPC) and needs no rights.
  local function full(p, words)
    local r = cli.run { cwd = p.dir, env = p.env,
      shell = ("( ulimit -f 0; trap '' XFSZ; moonshift %s; echo status $? ) 2>&1 | cat"):format(words) }
    return { err = r.out, status = tonumber(r.out:match "status (%d+)\n$") }
  end

  for words, leaves in pairs {
    ["revision -m new"] = "migrations",
    ["create new"] = "migrations",
    ["merge heads -m joined"] = "migrations",
    ["init other"] = "other",
  } do
    it("fails " .. words:match "%a+" .. " and leaves no half of a file", function()
      local p = project.new { files = {
        ["migrations/1.lua"] = project.revision { "001_a" },
        ["migrations/2.lua"] = words:find "merge" and project.revision { "002_b" } or nil } }
      if not words:find "merge" then p:ok("upgrade", "head") end
      p:write("models/a.sql", "create table a (n int);")
      local before = p:files()
      local r = full(p, words)
      assert.equal(1, r.status, r.err)
      assert.truthy(r.err:find("error: cannot write", 1, true), r.err)
      assert.truthy(r.err:find("File too large", 1, true), r.err)
      for _, file in ipairs(p:files()) do
        if file:find(leaves, 1, true) then
          local known = false
          for _, old in ipairs(before) do known = known or old == file end
          assert.is_true(known, file .. " was left behind: " .. p:read(file))
        end
      end
      cli.expect(0, cli.run { shell = "exec moonshift " .. words, cwd = p.dir, env = p.env })
    end)
  end

  it("is told when the listing goes to it", function()
    local p = project.new { db = false, files = { ["migrations/1.lua"] = project.revision { "001_a" } } }
    local r = cli.run { shell = "exec moonshift history >/dev/full", cwd = p.dir, env = p.env }
    assert.equal(1, r.status)
    assert.truthy(r.err:find("cannot write to standard output: No space left on device", 1, true), r.err)
  end)

  it("is told when the SQL goes to it, and nothing is claimed", function()
    local p = project.new { db = false, files = { ["migrations/1.lua"] = project.revision { "001_a" } } }
    local r = cli.run { shell = "exec moonshift upgrade head --sql >/dev/full", cwd = p.dir, env = p.env }
    assert.equal(1, r.status)
    assert.truthy(r.err:find("No space left on device", 1, true), r.err)
  end)
end)
