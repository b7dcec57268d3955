-- The walk of examples/threads: what its guide says to type, and what must come of it.
local cli = require "spec.support.cli"
local project = require "spec.support.project"
local readme = require "spec.support.readme"

local page = "examples/threads/README.md"

describe("examples/threads", function()
  it("walks its README", function()
    local p = project.copy("examples/threads")
    local walk = readme.walk(page, p)

    assert.equal("", walk:ok("moonshift current").out)
    assert.same({}, p.db:tables())

    local r = walk:ok("moonshift upgrade head")
    assert.matches("INFO  [moonshift] Running upgrade  -> 001_create_threads_table, create threads table",
      r.err, 1, true)
    assert.equal("", r.out)
    assert.same({ "001_create_threads_table" }, p.db:heads())
    assert.same({
      "id uuid not null default gen_random_uuid()",
      "email character varying(255) not null",
      "created_at timestamp with time zone not null default now()",
      "updated_at timestamp with time zone not null default now()",
      "is_deleted boolean not null default false",
      "platform platform not null",
    }, p.db:columns("threads"))
    assert.same({
      "ix_threads_created_at: btree (created_at)",
      "ix_threads_email: btree (email)",
    }, p.db:indexes("threads"))
    assert.same({ "sherab", "webuddhist", "webuddhist-app" },
      p.db:column "select unnest(enum_range(null::platform))")

    -- Again: nothing to do, and nothing done.
    assert.not_matches("Running", walk:ok("moonshift upgrade 001_create_threads_table").err)

    assert.equal("001_create_threads_table (head)\n", walk:ok("moonshift current").out)
    assert.equal("<base> -> 001_create_threads_table (head), create threads table\n",
      walk:ok("moonshift history").out)
    local verbose = walk:ok("moonshift history --verbose").out
    assert.matches("Rev: 001_create_threads_table (head)", verbose, 1, true)
    assert.matches("Parent: <base>", verbose, 1, true)
    assert.matches("001_create_threads_table.lua", verbose, 1, true)

    assert.matches("Running downgrade 001_create_threads_table -> , create threads table",
      walk:ok("moonshift downgrade -1").err, 1, true)
    assert.same({}, p.db:heads())
    walk:ok("moonshift upgrade head")
    walk:ok("moonshift downgrade 001_create_threads_table")
    assert.same({ "001_create_threads_table" }, p.db:heads())

    walk:ok('moonshift revision -m "description_of_changes"')
    local written
    for _, name in ipairs(p:files("migrations")) do
      if name:find("description_of_changes") then written = p:read("migrations/" .. name) end
    end
    assert.truthy(written, "no file of the new revision")
    assert.matches('down_revision = "001_create_threads_table"', written, 1, true)
    walk:ok("moonshift upgrade head")

    walk:ok("moonshift downgrade base")
    assert.same({}, p.db:heads())
    assert.same({}, p.db:column "select typname from pg_type where typname = 'platform'")

    walk:ok("moonshift stamp head")
    assert.equal(1, #p.db:heads())
    assert.falsy(p.db:scalar "select to_regclass('threads')")

    walk:all_done { "--autogenerate" }
  end)

  it("says so when the table is there already, and changes nothing", function()
    local p = project.copy("examples/threads")
    p.db:exec "create table threads (id int)"
    local before = p.db:dump()
    local r = p:fails(1, "upgrade", "head")
    assert.matches('relation "threads" already exists', r.err, 1, true)
    assert.matches("migrations/001_create_threads_table.lua:7", r.err, 1, true)
    assert.matches("42P07", r.err, 1, true)
    assert.equal(before, p.db:dump())
    p:ok("stamp", "head")
    assert.equal("001_create_threads_table (head)\n", p:ok("current").out)
  end)

  it("says so when the server is not there", function()
    local p = project.copy("examples/threads", { db = false })
    local r = p:fails(1, "--url", "postgresql://admin:chatAdmin@localhost:1/ai_chat", "current")
    assert.matches("connection", r.err:lower(), 1, true)
    assert.not_matches("chatAdmin", r.err, 1, true)
  end)

  it("takes the address of moonshift.lua when DATABASE_URL is not set", function()
    local p = project.copy("examples/threads", { db = false })
    local r = cli.run(p:call { "config" })
    assert.equal(0, r.status)
    assert.matches("localhost:5434/ai_chat", r.out, 1, true)
    assert.not_matches("chatAdmin", r.out, 1, true)
  end)
end)
