-- The text of --sql is what online runs.
local project = require "spec.support.project"
local db = require "spec.support.db"

local files = {
  ["migrations/1.lua"] = project.revision { "001_a", message = "it's the first",
    up = [[op.create_table("a", {
    { "id", "bigint", primary_key = true, identity = true },
    { "name", "text", nullable = false, default = "it's; \\ $$ fine" } })
  op.bulk_insert("a", { { name = "one; two" }, { name = "back\\slash" } })]],
    down_body = 'op.drop_table("a")' },
  ["migrations/2.lua"] = project.revision { "002_b", down = "001_a",
    head = "transactional = false\nsettings = { work_mem = '5MB' }",
    up = 'op.create_index("ix_a", "a", { "name" }, { concurrently = true })',
    down_body = 'op.drop_index("ix_a", { concurrently = true })' },
  ["migrations/3.lua"] = project.revision { "003_c", down = "002_b",
    up = [==[op.execute [[
    create function f() returns int language plpgsql as $x$ begin return 1; end; $x$;
    create view v as select f() as one;]]]==],
    down_body = 'op.execute "drop view v; drop function f()"' },
}

local function both(offline, online)
  local p, other = project.new { files = files }, db.create()
  return p, other, offline, online
end

-- Rows of the log differ in who and when; what was run does not.
local function state(d)
  return { schema = d:dump { bookkeeping = true }, versions = d:query "select * from moonshift_version",
    log = d:query "select revision, direction, message, checksum from moonshift_log order by id",
    rows = d:scalar "select to_regclass('a')" and d:query "select * from a order by id" }
end

describe("--sql", function()
  it("through psql equals running, up and down", function()
    local p, other = both()
    local text = p:ok { "upgrade", "head", "--sql", env = { DATABASE_URL = "postgres://nobody@nowhere/none" } }
    assert.truthy(text.err:find("Running upgrade 001_a -> 002_b", 1, true))
    assert.falsy(text.out:find("INFO", 1, true))
    p:ok("upgrade", "head")
    other:exec(text.out)
    assert.same(state(p.db), state(other))
    other:exec(p:ok("downgrade", "--sql", "head:001_a").out)
    p:ok("downgrade", "001_a")
    assert.same(state(p.db), state(other))
    other:exec(p:ok("upgrade", "--sql", "001_a:head").out)
    p:ok("upgrade", "head")
    assert.same(state(p.db), state(other))
    other:exec(p:ok("downgrade", "--sql", "head:base").out)
    p:ok("downgrade", "base")
    assert.same(state(p.db), state(other))
  end)

  it("of stamp and ensure-version works alone", function()
    local p, other = both()
    other:exec(p:ok("ensure-version", "--sql").out)
    p:ok("ensure-version")
    assert.same(state(p.db), state(other))
    other:exec(p:ok("stamp", "--sql", "002_b").out)
    p:ok("stamp", "002_b")
    assert.same(state(p.db), state(other))
  end)

  it("puts the session back where the program would", function()
    local p, other = project.new {
      config = 'return { search_path = "app, public" }\n',
      files = {
        ["migrations/1.lua"] = project.revision { "001_a", up = [[op.execute "create schema app"
  op.execute "set search_path to ''"
  op.execute "create table public.one (n int)"]] },
        ["migrations/2.lua"] = project.revision { "002_b", down = "001_a",
          up = 'op.execute "create table two (n int)"' },
      } }, db.create()
    p.env.DATABASE_URL = p.db.url
    p.db:exec "create schema app"
    other:exec "create schema app"
    p:write("migrations/1.lua", p:read("migrations/1.lua"):gsub('op.execute "create schema app"', ""))
    p:ok("upgrade", "head")
    other:exec(p:ok("upgrade", "--sql").out)
    assert.equal("app", p.db:scalar "select schemaname from pg_tables where tablename = 'two'")
    assert.equal(p.db:dump(), other:dump())
  end)

  it("finds schemas of any name where the program finds them", function()
    local p, other = project.new {
      config = [=[return { search_path = [["Odd, ""one", Public]] }]=],
      files = {
        ["migrations/1.lua"] = project.revision { "001_a", up = 'op.execute "create table one (n int)"' },
        ["migrations/2.lua"] = project.revision { "002_b", down = "001_a",
          head = [=[settings = { search_path = [[ "Two" ,"Odd, ""one"]] }]=],
          up = 'op.execute "create table two (n int)"' },
      } }, db.create()
    p.env.DATABASE_URL = p.db.url
    local schemas = [[create schema "Odd, ""one"; create schema "Two"; create schema two]]
    p.db:exec(schemas)
    other:exec(schemas)
    p:ok("upgrade", "head")
    other:exec(p:ok("upgrade", "--sql").out)
    assert.equal('Odd, "one', p.db:scalar "select schemaname from pg_tables where tablename = 'one'")
    assert.equal("Two", p.db:scalar "select schemaname from pg_tables where tablename = 'two'")
    assert.equal(p.db:dump(), other:dump())
    for _, bad in ipairs { "a,,b", "a,", '"a', '"a" b' } do
      p:write("moonshift.lua", ("return { search_path = [[%s]] }"):format(bad))
      local r = p:fails(1, "upgrade", "--sql")
      assert.truthy(r.err:find("is not a list of names", 1, true), r.err)
    end
  end)

  it("stops with an error where a migration reads", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a",
      up = 'db.scalar "select 1"' } } }
    local r = p:fails(1, "upgrade", "--sql")
    assert.truthy(r.err:find("migrations/1.lua:", 1, true), r.err)
  end)

  it("says for which server it is written where that one is too old", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a",
      up = 'op.revoke_role("a", "b", { set_option_for = true })' } } }
    local r = p:fails(1, "upgrade", "--sql")
    assert.matches("set_option_for needs PostgreSQL 16", r.err, 1, true)
    assert.matches("hint: this SQL is for PostgreSQL 15: --server-version says for which", r.err, 1, true)
    assert.matches("REVOKE SET OPTION FOR a FROM b", p:ok("upgrade", "--sql", "--server-version", "16").out, 1, true)
  end)

  it("of downgrade needs a range", function()
    local p = project.new { files = files }
    p:fails(2, "downgrade", "--sql", "head:")
    local r = p:fails(2, "downgrade", "--sql", "base")
    assert.truthy(r.err:find("FROM:TO", 1, true))
    p:fails(2, "upgrade", "001_a:head")
    p:fails(2, "upgrade", "--sql", "--server-version", "fifteen")
  end)
end)
