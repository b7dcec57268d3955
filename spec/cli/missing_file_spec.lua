-- Files that do not agree with the database: one that is gone, one that was edited.
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
    p:ok("upgrade")
    cli.expect(0, p:sh [[git init -qb main . && git add moonshift.lua migrations/001.lua &&
      git -c user.name=a -c user.email=a@b commit -qm one && git checkout -qb feature/two && git add migrations &&
      git -c user.name=a -c user.email=a@b commit -qm two && git checkout -q main]])
    assert.falsy(p:exists "migrations/002.lua")
    for _, command in ipairs { "upgrade", "current" } do
      local err = p:fails(6, command).err
      has(err, "Can't locate revision identified by '002'")
      has(err, "the branch feature/two has it: git checkout feature/two -- migrations/002.lua")
    end
    cli.expect(0, p:sh "git checkout feature/two -- migrations/002.lua")
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
