-- The templates of init: what they write is used as its user would use it.
local cli = require "spec.support.cli"
local lyaml = require "lyaml"
local project = require "spec.support.project"
local shell = require "spec.support.shell"

local MODEL = [[model.table("users", { { "id", "bigint", primary_key = true, identity = true } })]]

-- A project of a template, with a database of its own.
local function made(template)
  local p = project.new { config = false }
  p:ok("init", "-q", "-t", template)
  return p
end

describe("the template makefile", function()
  it("has targets that do what `make help` says", function()
    local p = made "makefile"
    local function make(words)
      return cli.expect(0, p:sh("make -s " .. words)).out
    end
    for _, name in ipairs { "help", "migrate", "db-upgrade", "db-downgrade", "db-status", "db-reset" } do
      assert.matches("\n" .. name:gsub("%-", "%%-") .. " +%l", "\n" .. make "help")
    end
    assert.matches("moonshift upgrade head\n", make "-n db-upgrade", 1, true)

    p:write("models/users.lua", MODEL)
    cli.expect(2, p:sh "make -s migrate")
    make [[migrate MSG='the "users" of `false`, it'"'"'s all']]
    local written = p:read("migrations/" .. p:files("migrations")[2])
    assert.matches("\n" .. [[message       = "the \"users\" of `false`, it's all"]] .. "\n", written, 1, true)
    make "db-upgrade"
    assert.truthy(p.db:scalar "select to_regclass('users')")
    assert.matches("(head)", make "db-status", 1, true)
    make "db-downgrade"
    assert.falsy(p.db:scalar "select to_regclass('users')")
    make "db-upgrade"
    p.db:exec "insert into users default values"
    assert.not_equal(0, p:sh("make -s db-reset").status) -- no terminal to ask on
    assert.equal("1", p.db:scalar "select count(*) from users")
  end)
end)

describe("the template ci", function()
  -- The commands of a job, those that install left out.
  local function commands(workflow, job)
    local found = {}
    for _, step in ipairs(workflow.jobs[job].steps) do
      if step.run and not step.run:find("sudo", 1, true) then found[#found + 1] = step.run end
    end
    return found
  end

  local p, workflow
  before_each(function()
    p = made "ci"
    workflow = lyaml.load(p:read ".github/workflows/migrations.yml")
    p:write("models/users.lua", MODEL)
    p:ok("revision", "--autogenerate", "-q", "-m", "users", "--rev-id", "001")
    cli.expect(0, p:sh "git init -qb main . && git add . && \z
      git -c user.name=a -c user.email=a@b commit -qm one && git update-ref refs/remotes/origin/main main")
  end)

  it("checks, and then migrates, on main only", function()
    assert.equal("check", workflow.jobs.migrate.needs)
    assert.equal("github.ref == 'refs/heads/main'", workflow.jobs.migrate["if"])
    assert.equal(4, #commands(workflow, "check"))
    for _, command in ipairs(commands(workflow, "check")) do cli.expect(0, p:sh(command)) end
    p:ok("downgrade", "base")
    assert.same({ "moonshift upgrade head" }, commands(workflow, "migrate"))
    cli.expect(0, p:sh(commands(workflow, "migrate")[1]))
    assert.equal("001", p.db:heads()[1])
  end)

  it("stops what would hurt", function()
    local one_head, lint, test, agree = table.unpack(commands(workflow, "check"))
    p:write("migrations/002a.lua", project.revision { "002a", down = "001", up = 'op.drop_table("users")' })
    assert.equal(1, p:sh(lint).status)
    assert.not_equal(0, p:sh(test).status)
    assert.equal(4, p:sh(agree).status)
    assert.equal(0, p:sh(one_head).status)
    p:write("migrations/002b.lua", project.revision { "002b", down = "001" })
    assert.equal(7, p:sh(one_head).status)
  end)
end)

describe("the template docker", function()
  -- What the image runs: the words of /bin/sh -c.
  local function command(p)
    local cmd = lyaml.load(p:read("Dockerfile.migrate"):match "\nCMD (%b[])")
    assert.same({ "/bin/sh", "-c" }, { cmd[1], cmd[2] })
    return cmd[3]
  end

  it("waits for the server, migrates, and lets others wait for that", function()
    local p = made "docker"
    local services = lyaml.load(p:read "docker-compose.yml").services
    assert.equal("service_healthy", services.migrate.depends_on.db.condition)
    assert.equal("Dockerfile.migrate", services.migrate.build.dockerfile)
    assert.equal("build", services.migrate.pull_policy)
    assert.equal("db", services.migrate.environment.POSTGRES_HOST)
    for _, part in ipairs { "USER", "PASSWORD", "DB" } do
      local name = "POSTGRES_" .. part
      assert.equal(services.db.environment[name], services.migrate.environment[name])
    end
    p:write("models/users.lua", MODEL)
    p:ok("revision", "--autogenerate", "-q", "-m", "users", "--rev-id", "001")
    cli.expect(0, p:sh(command(p)))
    assert.equal("001", p.db:heads()[1])
  end)

  it("copies what there is, as the user who reads it", function()
    local p = made "docker"
    local file, copied = p:read "Dockerfile.migrate", 0
    local user = file:match "\nUSER (%d+:%d+)\n"
    assert.truthy(user, "Kubernetes cannot tell a name from root")
    for owner, source in file:gmatch "\nCOPY %-%-chown=(%S+) (%S+) " do
      assert.equal(user, owner)
      assert.truthy(p:exists(source), source)
      copied = copied + 1
    end
    assert.equal(3, copied)
  end)

  it("stops when the container is told to", function()
    local p = made "docker"
    p:write("migrations/001.lua", project.revision { "001", up = 'op.execute "select pg_sleep(60)"' })
    local handle = p:start { shell = command(p) }
    for _ = 1, 400 do
      if handle:peek().err:find("Running upgrade", 1, true) then break end
      os.execute "sleep 0.05"
    end
    handle:kill "TERM"
    local r = cli.expect(143, handle:wait())
    assert.matches("canceling statement due to user request", r.err, 1, true)
  end)
end)

describe("the program's own Dockerfile", function()
  local file = shell.read(shell.source .. "/Dockerfile")

  it("copies what is there, and installs what the static program wants", function()
    local n = 0
    for line in file:gmatch "\nCOPY ([^-][^\n]*)" do
      local words = {}
      for word in line:gmatch "%S+" do words[#words + 1] = word end
      for i = 1, #words - 1 do
        assert.truthy(shell.exists(shell.source .. "/" .. words[i]), words[i])
        n = n + 1
      end
    end
    assert.equal(6, n)
    for _, package in ipairs { "libpq5", "libcjson1" } do assert.matches(package, file, 1, true) end
  end)
end)
