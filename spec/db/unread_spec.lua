-- Nobody reads what the program says: a pipe whose reader went away, a standard file that
-- was closed, a terminal that is gone. The work goes on, or ends as Ctrl-C ends it, and the
-- exit status is true. Listings end in silence.
local cli = require "spec.support.cli"
local project = require "spec.support.project"

-- Enough lines for a reader that leaves after the first one to be missed.
local TALKS = [[
op.execute "create table a (n int)"
  for i = 1, 200 do log.info("line " .. i) db.scalar "select pg_sleep(0.002)" end
  op.execute "insert into a values (1)"]]

local function talker(head)
  return project.new { files = {
    ["migrations/1.lua"] = project.revision { "001_a", head = head, up = TALKS,
      down_body = 'for i = 1, 200 do log.info "line" end op.drop_table "a"' },
    ["migrations/2.lua"] = project.revision { "002_b", down = "001_a",
      up = 'op.execute "create table b (n int)"', down_body = 'op.drop_table "b"' } } }
end

-- The status of the first command of a pipe, which sh does not tell.
local function piped(p, command, reader)
  local r = p:sh(("{ %s; echo $? >status; } | %s"):format(command, reader))
  return tonumber((p:read "status")), r
end

describe("a reader that went away", function()
  for _, head in ipairs { "transactional = true", "transactional = false" } do
    it("does not end a run, " .. head, function()
      local p = talker(head)
      assert.equal(0, (piped(p, "moonshift upgrade head 2>&1", "head -1")))
      assert.equal("002_b", p.db:scalar "select version_num from moonshift_version")
      assert.equal("1", p.db:scalar "select count(*) from a")
      assert.equal(0, p.db:unfinished())
      assert.equal(0, (piped(p, "moonshift downgrade base 2>&1", "true")))
      assert.equal("0", p.db:scalar "select count(*) from moonshift_version")
    end)
  end

  it("does not end a backfill that tells of itself in JSON", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a",
      head = "transactional = false", up = [[
op.execute "create table t (id int primary key, n int)"
  op.execute "insert into t select generate_series(1, 3000)"
  op.backfill { table = "t", set = { n = sql "id" }, batch = 100 }]] } } }
    local status, r = piped(p, "moonshift upgrade head --json", "true")
    assert.equal(0, status, r.err)
    assert.equal("0", p.db:scalar "select count(*) from t where n is null")
    assert.equal("001_a", p.db:scalar "select version_num from moonshift_version")
  end)

  it("does not end what models and database are compared by", function()
    local p = talker ""
    p:write("models/a.lua", 'model.table("a", { { "n", "int" } })')
    p:ok("upgrade", "head")
    assert.equal(0, (piped(p, "moonshift revision --autogenerate -m drop 2>&1 >/dev/null", "true")))
    assert.equal(3, #p:files "migrations")
  end)

  it("ends a listing in silence, as SIGPIPE would", function()
    local files = {}
    for i = 1, 300 do
      files[("migrations/%03d.lua"):format(i)] = project.revision { ("rev_%03d"):format(i),
        down = i > 1 and ("rev_%03d"):format(i - 1) or nil, message = ("x"):rep(300) }
    end
    local p = project.new { db = false, files = files }
    for _, command in ipairs { "history", "history --json" } do
      local status, r = piped(p, "moonshift " .. command, "true")
      assert.equal(141, status, command)
      assert.equal("", r.err)
    end
    -- SQL that is cut off is no listing.
    local status, r = piped(p, "moonshift -q upgrade head --sql", "true")
    assert.equal(1, status)
    assert.truthy(r.err:find("the SQL text cannot be written: Broken pipe", 1, true), r.err)
  end)

  it("leaves the programs of hooks to the signal", function()
    local p = talker ""
    p:write("moonshift.lua", [[return { hooks = { before_run = { "yes | head -1; kill -PIPE $$; echo survived" } } }]])
    local r = p:fails(1, "upgrade", "head")
    assert.truthy(r.err:find("ended by signal 13", 1, true), r.err)
  end)
end)

describe("a closed standard file", function()
  it("is no connection's place: nothing that is said reaches the server", function()
    for _, closed in ipairs { "2>&-", ">&- 2>&-", "<&- >&- 2>&-" } do
      local p = talker ""
      cli.expect(0, p:sh("exec moonshift upgrade head " .. closed))
      assert.equal("1", p.db:scalar "select count(*) from a")
      assert.equal("002_b", p.db:scalar "select version_num from moonshift_version")
    end
  end)

  it("is told of when it was to hold a listing", function()
    local r = talker "":sh "exec moonshift heads >&-"
    assert.equal(1, r.status)
    assert.truthy(r.err:find("cannot write to standard output: Bad file descriptor", 1, true), r.err)
  end)
end)

describe("a terminal that is closed", function()
  local function sleeper()
    return project.new { files = { ["migrations/1.lua"] = project.revision { "001_a",
      up = 'log.info "begun" op.execute "select pg_sleep(2)" op.execute "create table a (n int)"' } } }
  end
  local function hang_up(p, command)
    local handle = p:start { shell = command }
    for _ = 1, 400 do
      if handle:peek().err:find("begun", 1, true) then break end
      os.execute "sleep 0.05"
    end
    handle:kill "HUP"
    return handle:wait()
  end

  it("ends a run as Ctrl-C does: what runs in the server is cancelled", function()
    local p = sleeper()
    local r = hang_up(p, "exec moonshift upgrade head")
    assert.equal(129, r.status, r.err)
    assert.truthy(r.err:find("0 of 1 applied", 1, true), r.err)
    p:ok("upgrade", "head")
  end)

  it("does not, under nohup", function()
    local p = sleeper()
    cli.expect(0, hang_up(p, "trap '' HUP; exec moonshift upgrade head"))
    assert.equal("001_a", p.db:scalar "select version_num from moonshift_version")
  end)
end)
