-- The walk of examples/rag-chat: seven tables, three enum types, an address in .env with a
-- driver suffix, another database for one command.
local cli = require "spec.support.cli"
local db = require "spec.support.db"
local project = require "spec.support.project"
local readme = require "spec.support.readme"

local page = "examples/rag-chat/README.md"
local seven = { "conversations", "documents", "knowledge_pools", "messages", "scratchpad_entries",
  "user_memories", "users" }

-- The address as the application writes it, in .env and nowhere else.
local function example()
  local p = project.copy("examples/rag-chat")
  p.env.DATABASE_URL = nil
  p:write(".env", "DATABASE_URL=" .. p.db.url:gsub("^postgresql:", "postgresql+asyncpg:") .. "\n")
  return p, readme.walk(page, p)
end

local function tables(d)
  return d:column "select relname from pg_class where relkind = 'r' \z
    and relnamespace = 'public'::regnamespace and relname not like 'moonshift%' order by 1"
end

describe("examples/rag-chat", function()
  it("walks its README", function()
    local p, walk = example()

    local r = walk:ok("moonshift upgrade")
    assert.matches("Running upgrade  -> 001_initial_schema, initial schema", r.err, 1, true)
    assert.same(seven, tables(p.db))
    assert.same({
      { "document_status", "pending,processing,completed,failed" },
      { "message_role", "user,assistant,system" },
      { "scratchpad_entry_type", "todo,note,journal" },
    }, p.db:query "select typname, string_agg(enumlabel, ',' order by enumsortorder) \z
      from pg_enum join pg_type t on t.oid = enumtypid group by 1 order by 1")
    assert.same({ "ix_messages_conversation_created: btree (conversation_id, created_at)" },
      p.db:indexes "messages")
    assert.same({ "uq_user_memories_user_key" },
      p.db:column "select conname from pg_constraint where contype = 'u' and conrelid = 'user_memories'::regclass")
    local full = p.db:dump()

    walk:ok("moonshift upgrade head")
    assert.equal("001_initial_schema (head)\n", walk:ok("moonshift current").out)
    assert.equal("<base> -> 001_initial_schema (head), initial schema\n", walk:ok("moonshift history").out)
    walk:ok("moonshift downgrade 001_initial_schema")
    assert.same(seven, tables(p.db))

    walk:ok("moonshift downgrade")
    assert.same({}, tables(p.db))
    assert.same({}, p.db:query "select 1 from pg_enum")
    walk:ok("moonshift upgrade")
    assert.equal(full, p.db:dump())
    walk:ok("moonshift reset --yes")
    assert.same({}, tables(p.db))

    -- The same from the text of --sql.
    walk:ok("moonshift upgrade head --sql > migrations.sql")
    local other = db.create()
    other:load(p:path "migrations.sql")
    assert.equal(full, other:dump())
    assert.same({ "001_initial_schema" }, other:heads())

    -- Mark as current what is there already.
    walk:ok("moonshift stamp head")
    assert.equal("001_initial_schema (head)\n", walk:ok("moonshift current").out)

    walk:ok 'moonshift revision -m "custom_migration"'
    assert.equal(2, #p:files "migrations")
    walk:all_done { "moonshift create", "ragchat_test" }
  end)

  it("asks before a reset, and does not when nobody can answer", function()
    local p = example()
    p:ok "upgrade"
    local r = p:run "reset"
    assert.not_equal(0, r.status)
    assert.matches("--yes", r.err, 1, true)
    assert.same(seven, tables(p.db))
  end)

  it("takes another database for one command", function()
    local p = example()
    local other = db.create()
    cli.expect(0, p:sh(("DATABASE_URL='%s' moonshift upgrade"):format(
      other.url:gsub("^postgresql:", "postgresql+asyncpg:"))))
    assert.same(seven, tables(other))
    assert.same({}, tables(p.db))
  end)

  it("says which revision has no file", function()
    local p = example()
    p:ok "upgrade"
    local r = p:fails(6, "upgrade", "nowhere")
    assert.matches("Can't locate revision identified by 'nowhere'", r.err, 1, true)
    p.db:exec "update moonshift_version set version_num = 'gone_with_the_wind'"
    for _, command in ipairs { "current", "upgrade", "downgrade" } do
      r = p:fails(6, command)
      assert.matches("Can't locate revision identified by 'gone_with_the_wind'", r.err, 1, true)
    end
    p:ok("stamp", "--purge", "head")
    assert.same({ "001_initial_schema" }, p.db:heads())
  end)

  it("lets two programs at once do the work once", function()
    local p = example()
    local a, b = p:start "upgrade", p:start "upgrade"
    a, b = a:wait(), b:wait()
    assert.same({ 0, 0 }, { a.status, b.status }, a.err .. b.err)
    assert.equal("1", p.db:scalar "select count(*) from moonshift_log")
    assert.same(seven, tables(p.db))
  end)
end)
