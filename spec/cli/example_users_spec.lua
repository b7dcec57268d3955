-- The walk of examples/users: a project in a subdirectory, a Makefile, two people at once.
local cli = require "spec.support.cli"
local project = require "spec.support.project"
local readme = require "spec.support.readme"

local page = "examples/users/README.md"
local initial, chat = "8f3c2d1a9b4e", "b71e05c3d2aa"

-- moonshift is run in backend/, make in the directory above.
local function example()
  local p = project.copy("examples/users")
  return p, readme.walk(page, p)
end

local function backend(p)
  return { cwd = p:path "backend" }
end

describe("examples/users", function()
  it("walks its README", function()
    local p, walk = example()

    local r = walk:ok("moonshift upgrade head", backend(p))
    assert.matches("Running upgrade  -> 8f3c2d1a9b4e, initial migration", r.err, 1, true)
    assert.matches("Running upgrade 8f3c2d1a9b4e -> b71e05c3d2aa, add chat history", r.err, 1, true)
    assert.same({ "chathistory", "moonshift_log", "moonshift_version", "user" }, p.db:tables())
    assert.same({
      "id integer not null",
      "username character varying not null",
      "email character varying not null",
      "created_at timestamp without time zone not null default now()",
    }, p.db:columns('"user"'))
    assert.same({ "ix_user_email: unique btree (email)", "ix_user_username: unique btree (username)" },
      p.db:indexes('"user"'))

    assert.equal(chat .. " (head)\n", walk:ok("moonshift current", backend(p)).out)
    assert.equal(initial .. " -> " .. chat .. " (head), add chat history\n"
      .. "<base> -> " .. initial .. ", initial migration\n",
      walk:ok("moonshift history", backend(p)).out)

    walk:ok("moonshift downgrade -1", backend(p))
    assert.same({ initial }, p.db:heads())
    walk:ok("moonshift upgrade +1", backend(p))
    assert.same({ chat }, p.db:heads())
    walk:ok("moonshift downgrade base", backend(p))
    assert.same({}, p.db:heads())

    walk:ok("make db-upgrade")
    assert.same({ chat }, p.db:heads())
    assert.matches(chat .. " (head)", walk:ok("make db-status").out, 1, true)
    walk:ok("make db-downgrade")
    assert.same({ initial }, p.db:heads())
    walk:ok("make db-upgrade")

    -- Two people at once.
    for i = 1, 2 do
      local id = ("c0ffee00000%d"):format(i)
      p:write("backend/migrations/" .. id .. "_x.lua", project.revision { id, down = chat,
        message = "branch " .. i, up = ("op.execute 'create table t%d (n int)'"):format(i),
        down_body = ("op.drop_table('t%d')"):format(i) })
    end
    r = cli.expect(7, p:sh("moonshift upgrade head", backend(p)))
    assert.matches("Multiple head revisions are present", r.err, 1, true)
    assert.same({ chat }, p.db:heads())
    walk:ok('moonshift merge c0ffee000001 c0ffee000002 -m "merge migrations"', backend(p))
    walk:ok("moonshift upgrade head", backend(p))
    assert.equal(1, #p.db:heads())
    assert.equal("2", p.db:scalar "select count(*) from pg_class where relname in ('t1', 't2')")

    walk:all_done { "autogenerate", "make migrate" }
  end)

  it("keeps a row of a table with a reserved word for a name", function()
    local p = example()
    p:sh("moonshift upgrade head", backend(p))
    p.db:exec [[
      insert into "user" (username, email) values ('ann', 'ann@example.org');
      insert into chathistory (user_id, message) values (1, 'hello')]]
    local ok, why = p.db:try [[insert into "user" (username, email) values ('ann', 'x')]]
    assert.falsy(ok)
    assert.matches("ix_user_username", why, 1, true)
  end)
end)
