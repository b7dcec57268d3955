-- Files that do not agree with the database: one that is gone, one that was edited.
local json = require "dkjson"

local cli = require "spec.support.cli"
local project = require "spec.support.project"

local function two()
  return project.new { files = {
    ["migrations/001.lua"] = project.revision { "001", up = 'op.create_table("a", { { "id", "int" } })' },
    ["migrations/002.lua"] = project.revision { "002", down = "001", up = 'op.create_table("b", { { "id", "int" } })' },
  } }
end

local function has(text, what) assert.truthy(text:find(what, 1, true), ("no %q in:\n%s"):format(what, text)) end

describe("a revision that no file defines", function()
  it("is looked for in the branches of git, and the command that fetches it is told", function()
    local p = two()
    p:write("models/.gitkeep", "")
    os.remove(p:path "migrations/002.lua")
    p:write("migrations/002_größe.lua", project.revision { "00(2", down = "001" })
    p:ok("upgrade")
    cli.expect(0, p:sh [[git init -qb main . && git add moonshift.lua migrations/001.lua &&
      git -c user.name=a -c user.email=a@b commit -qm one && git checkout -qb feature/two && git add migrations &&
      git -c user.name=a -c user.email=a@b commit -qm two && git checkout -q main]])
    assert.falsy(p:exists "migrations/002_größe.lua")
    for _, command in ipairs { "upgrade", "current" } do
      local err = p:fails(6, command).err
      has(err, "Can't locate revision identified by '00(2'")
      has(err, "the branch feature/two has it: git checkout feature/two -- migrations/002_größe.lua")
    end
    has(p:fails(6, { "-c", "../moonshift.lua", "upgrade", cwd = p:path "models" }).err,
      "git checkout feature/two -- ../migrations/002_größe.lua")
    p:sh "git update-ref refs/remotes/origin/two feature/two; git branch -qD feature/two"
    has(p:fails(6, "upgrade").err, "the branch origin/two has it: git checkout origin/two -- migrations/002_größe.lua")
    cli.expect(0, p:sh "git checkout origin/two -- migrations/002_größe.lua")
    p:ok("downgrade", "base")
  end)

  it("is only said to be missing where there is no git", function()
    local p = two()
    p:ok("upgrade")
    os.remove(p:path "migrations/002.lua")
    local err = p:fails(6, "downgrade", "-1").err
    has(err, "Can't locate revision identified by '002'")
    assert.falsy(err:find("git", 1, true), err)
    has(p:ok("status").out, "moonshift stamp --purge REVISION")
  end)
end)

describe("a version table with a row too many", function()
  it("is refused with the command that repairs it, and that does", function()
    local p = two()
    p:ok("upgrade")
    p.db:exec "insert into moonshift_version values ('001')"
    has(p:fails(1, "upgrade").err, "moonshift stamp --purge 002")
    p:ok("stamp", "--purge", "002")
    assert.same({ "002" }, p.db:column "select version_num from moonshift_version")
    p.db:exec "insert into moonshift_version values ('gone_1'), ('gone_2')"
    p:ok("stamp", "--purge", "base")
    assert.equal("0", p.db:scalar "select count(*) from moonshift_version")
  end)
end)

describe("an applied file that was edited", function()
  it("is told until it is put back or accepted", function()
    local p = two()
    p:ok("upgrade")
    local before = p:read "migrations/001.lua"
    p:write("migrations/001.lua", before .. "-- a comment\n")
    has(p:fails(4, "status", "--exit-code").out, "moonshift resolve 001 --edited")
    p:write("migrations/001.lua", before)
    p:ok("status", "--exit-code")
    p:write("migrations/001.lua", before .. "-- a comment\n")
    p:ok("resolve", "001", "--edited")
    p:ok("status", "--exit-code")
    assert.equal("002", p.db:scalar "select version_num from moonshift_version")
    p:write("migrations/001.lua", before .. "-- another\n")
    p:fails(4, "status", "--exit-code")
  end)

  it("is accepted where another program has applied it, too, and nothing was logged", function()
    local p = two()
    p.db:exec "create table alembic_version (version_num varchar(32) primary key); insert into alembic_version values ('002')"
    p:write("moonshift.lua", 'return { version_table = "alembic_version" }\n')
    p:ok("resolve", "001", "--edited")
    p:write("migrations/001.lua", p:read "migrations/001.lua" .. "-- a comment\n")
    has(p:fails(4, "status", "--exit-code").out, "edited since it was applied: 001")
  end)

  it("is not one for CRLF, a byte order mark or blanks at the end", function()
    local p = two()
    p:ok("upgrade")
    local before = p:read "migrations/001.lua"
    p:write("migrations/001.lua", "\xEF\xBB\xBF" .. before:gsub("\n", " \r\n") .. "\r\n\r\n")
    p:ok("status", "--exit-code")
    p:ok("downgrade", "base")
  end)

  it("cannot be accepted when it is not applied", function()
    local p = two()
    p:ok("upgrade", "001")
    has(p:fails(6, "resolve", "002", "--edited").err, "revision '002' is not applied")
    p:fails(2, "resolve", "001", "--edited", "--applied")
  end)
end)

describe("check --files", function()
  local function edit(p, file) p:write(file, p:read(file) .. "-- a comment\n") end

  it("names each edited revision with its file, and what to type", function()
    local p = two()
    p:ok("upgrade")
    edit(p, "migrations/001.lua")
    edit(p, "migrations/002.lua")
    local r = p:fails(4, "check", "--files")
    has(r.out, "edited since it was applied: 001 (migrations/001.lua)\n")
    has(r.out, "edited since it was applied: 002 (migrations/002.lua)\n")
    has(r.err, "error: 2 files were edited since they were applied")
    has(r.err, "hint: put the file back, or, where it does the same as before: moonshift resolve 001 --edited")
    p:ok("resolve", "001", "--edited")
    r = p:fails(4, "check", "--files", "--json")
    assert.same({ edited = { { revision = "002", file = "migrations/002.lua" } }, missing = {}, compared = 2, unknown = {} },
      json.decode(r.out))
    p:ok("resolve", "002", "--edited")
    p:ok("check", "--files")
  end)

  it("says in one line that all are as applied; one that is pending may change", function()
    local p = two()
    p:ok("upgrade", "001")
    edit(p, "migrations/002.lua")
    local r = p:ok("check", "--files")
    assert.equal("", r.out)
    has(r.err, "INFO  [moonshift] 1 applied file: none was edited since it was applied\n")
    assert.same({ edited = {}, missing = {}, compared = 1, unknown = {} }, json.decode(p:ok("check", "--files", "--json").out))
  end)

  it("says of what was only stamped that it cannot be compared", function()
    local p = two()
    p:ok("stamp", "001")
    p:ok("upgrade")
    edit(p, "migrations/001.lua")
    has(p:ok("check", "--files").err, "1 applied file: none was edited since it was applied; no checksum is known of 001\n")
    assert.same({ "001" }, json.decode(p:ok("check", "--files", "--json").out).unknown)
  end)

  it("names the revision whose file is gone, and the edited ones beside it", function()
    local p = project.new { files = {
      ["migrations/a.lua"] = project.revision { "aaaa" },
      ["migrations/b.lua"] = project.revision { "bbbb" },
    } }
    p:ok("upgrade", "heads")
    edit(p, "migrations/a.lua")
    os.remove(p:path "migrations/b.lua")
    local r = p:fails(6, "check", "--files")
    has(r.out, "edited since it was applied: aaaa (migrations/a.lua)\n")
    has(r.out, "applied, and no file defines it: bbbb\n")
    has(r.err, "Can't locate revision identified by 'bbbb'")
    assert.same({ "bbbb" }, json.decode(p:fails(6, "check", "--files", "--json").out).missing)
  end)

  it("reads no models, makes no database and changes nothing", function()
    local p = two()
    p:ok("upgrade")
    p:write("models/a.lua", "this is no Lua")
    local url, before = p.db:read_only_url(), p.db:dump { data = true, bookkeeping = true }
    p:ok { "check", "--files", env = { DATABASE_URL = url } }
    edit(p, "migrations/002.lua")
    p:fails(4, { "check", "--files", env = { DATABASE_URL = url } })
    assert.equal(before, p.db:dump { data = true, bookkeeping = true })
  end)
end)

describe("stamp base", function()
  it("is a line of its own in the log", function()
    local p = two()
    p:ok("upgrade")
    p:ok("stamp", "base")
    assert.matches("stamp  base ", p:ok("log").out)
    assert.equal("", p:ok("current").out)
  end)
end)

describe("a database of Alembic's", function()
  it("is told apart, with the setting that goes on with it", function()
    local p = two()
    p.db:exec "create table alembic_version (version_num varchar(32) primary key)"
    p.db:exec "insert into alembic_version values ('001')"
    for _, command in ipairs { "current", "upgrade" } do
      has(p:ok(command).err, 'version_table = "alembic_version" in moonshift.lua goes on with it')
    end
    assert.falsy(p:ok("current").err:find("alembic_version", 1, true))
    p:write("moonshift.lua", 'return { version_table = "alembic_version" }')
    local r = p:ok("current")
    assert.matches("^001\n", r.out)
    assert.falsy(r.err:find("goes on with it", 1, true))
  end)
end)
