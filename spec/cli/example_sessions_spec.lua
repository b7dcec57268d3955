-- The walk of examples/sessions: the address in five variables, psql looks at the tables.
local cli = require "spec.support.cli"
local project = require "spec.support.project"
local readme = require "spec.support.readme"

local page = "examples/sessions/README.md"

local function example(user, password)
  local p = project.copy("examples/sessions")
  p.env.DATABASE_URL = nil
  p:write(".env", ("POSTGRES_HOST=%s\nPOSTGRES_PORT=%s\nPOSTGRES_DB=%s\nPOSTGRES_USER=%s\nPOSTGRES_PASSWORD=%s\n")
    :format(os.getenv "PGHOST", os.getenv "PGPORT", p.db.name, user or "postgres", password or "any"))
  return p, readme.walk(page, p)
end

describe("examples/sessions", function()
  it("walks its README", function()
    local p, walk = example()

    local r = walk:ok("moonshift current")
    assert.equal("", r.out)
    assert.same({}, p.db:tables())

    r = walk:ok("moonshift upgrade head")
    assert.matches("INFO  [moonshift] Running upgrade  -> 001_initial_schema, "
      .. "Initial schema: create sessions and messages tables", r.err, 1, true)

    local psql = { env = { PGHOST = os.getenv "PGHOST", PGPORT = os.getenv "PGPORT",
      PGUSER = "postgres", PGDATABASE = p.db.name } }
    local listing = walk:ok('psql -c "\\dt"', psql).out
    for _, name in ipairs { "messages", "sessions", "moonshift_version" } do
      assert.matches("public | " .. name, listing:gsub(" +|", " |"), 1, true)
    end
    assert.same({
      "id uuid not null default gen_random_uuid()",
      "user_id character varying",
      "created_at timestamp without time zone not null default CURRENT_TIMESTAMP",
      "updated_at timestamp without time zone not null default CURRENT_TIMESTAMP",
      "metadata jsonb",
    }, p.db:columns "sessions")
    assert.same({
      "id integer not null",
      "session_id uuid not null",
      "role character varying not null",
      "content text not null",
      "created_at timestamp without time zone not null default CURRENT_TIMESTAMP",
      "sources jsonb",
      "latency_ms double precision",
      "top_k integer",
      "query_type character varying",
    }, p.db:columns "messages")
    assert.same({
      "ix_sessions_created_at: btree (created_at)",
      "ix_sessions_user_created: btree (user_id, created_at)",
      "ix_sessions_user_id: btree (user_id)",
    }, p.db:indexes "sessions")
    assert.same({
      "ix_messages_session_created: btree (session_id, created_at)",
      "ix_messages_session_id: btree (session_id)",
    }, p.db:indexes "messages")

    -- The key deletes what hangs on it; the check refuses a third role.
    p.db:exec [[
      insert into sessions (id) values ('00000000-0000-0000-0000-000000000001');
      insert into messages (session_id, role, content) select id, 'user', 'hello' from sessions]]
    assert.falsy((p.db:try "insert into messages (session_id, role, content) select id, 'system', '' from sessions"))
    p.db:exec "delete from sessions"
    assert.equal("0", p.db:scalar "select count(*) from messages")

    assert.equal("<base> -> 001_initial_schema (head), "
      .. "Initial schema: create sessions and messages tables\n", walk:ok("moonshift history").out)
    walk:ok "moonshift downgrade -1"
    assert.falsy(p.db:scalar "select to_regclass('sessions')")
    walk:ok "moonshift upgrade +1"
    assert.truthy(p.db:scalar "select to_regclass('sessions')")
    walk:ok "moonshift downgrade base"
    assert.same({}, p.db:heads())

    local sql = walk:ok("moonshift upgrade head --sql").out
    assert.matches("CREATE TABLE sessions", sql, 1, true)
    assert.matches("moonshift_version", sql, 1, true)
    assert.falsy(p.db:scalar "select to_regclass('sessions')")
    walk:ok "moonshift upgrade head --sql > migration.sql"
    assert.equal(sql, p:read "migration.sql")

    walk:ok 'moonshift revision -m "Add custom function"'
    walk:all_done { "--autogenerate" }
  end)

  it("says whose password is wrong, and never which", function()
    local p = example("spec_password", "not-this-one")
    p.db:exec [[
      do $$ begin create role spec_password login password 'p@ss%/w';
      exception when duplicate_object or unique_violation then null; end $$;
      alter role spec_password password 'p@ss%/w']]
    local r = p:fails(1, "current")
    assert.matches('password authentication failed for user "spec_password"', r.err, 1, true)
    assert.not_matches("not-this-one", r.err, 1, true)
    cli.expect(0, p:run { "current", env = { POSTGRES_PASSWORD = "p@ss%/w" } })
  end)
end)
