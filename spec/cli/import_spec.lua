-- import: what is written, what is kept, and what is refused.
local foreign = require "spec.support.foreign"
local project = require "spec.support.project"

local function new(files)
  return project.new { db = false, config = false, files = files }
end

local function refused(tool, files, message, place)
  local p = new(files)
  local r = p:fails(1, "import", tool, "d")
  assert.matches(message, r.err, 1, true)
  if place then
    assert.matches("\n  at " .. place .. "\n", r.err, 1, true)
  end
  assert.is_false(p:exists "migrations")
  assert.is_false(p:exists "moonshift.lua")
end

describe("import", function()
  it("writes files that a person could have written", function()
    local p = new(foreign["golang-migrate"].files)
    local r = p:ok("import", "golang-migrate", "schema/")
    assert.matches("INFO  [moonshift] 3 revisions of golang-migrate: 3 whole, 0 to be filled in, 0 there already\n",
      r.err, 1, true)
    local text = p:read("migrations/000001_create_users.lua"):gsub("Create Date: [^\n]*", "Create Date: D")
    assert.equal([==[
-- Imported from golang-migrate: schema/000001_create_users.up.sql
-- Create Date: D

message       = "create users"
revision      = "000001"
down_revision = nil
branch_labels = nil
depends_on    = nil

function upgrade()
  op.execute([=[
CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO users VALUES (1, 'a;b'), (2, ']]');
]=])
end

function downgrade()
  op.execute("DROP TABLE users;")
end
]==], text)
    text = p:read "migrations/000002_index_names.lua"
    assert.matches([[
function upgrade()
  op.autocommit(function()
    op.execute("CREATE INDEX CONCURRENTLY users_name ON users (name);")
  end)
end
]], text, 1, true)
  end)

  it("cuts a script where it begins and commits, and nowhere else", function()
    local p = new { ["d/1.sql"] = [[
-- BEGIN; is no statement here
CREATE TABLE a (x int, y text DEFAULT 'COMMIT;');
COMMIT;
-- alone
CREATE INDEX CONCURRENTLY i ON a (x); /* and */
VACUUM a;
START TRANSACTION;
DO $$ BEGIN NULL; END $$;
SAVEPOINT s;
END;
-- nothing more
]], ["d/2.sql"] = "VACUUM;\n", ["d/3.sql"] = "-- only this\n" }
    p:ok("import", "sql", "d")
    assert.equal([==[
-- Imported from d/1.sql
function upgrade()
  op.execute([[
-- BEGIN; is no statement here
CREATE TABLE a (x int, y text DEFAULT 'COMMIT;');
]])
  op.autocommit(function()
    op.execute([[
-- alone
CREATE INDEX CONCURRENTLY i ON a (x); /* and */
VACUUM a;
]])
  end)
  op.execute([[
DO $$ BEGIN NULL; END $$;
SAVEPOINT s;
]])
end
]==], p:read("migrations/1.lua"):gsub("\n%-%- Create Date.-(\nfunction)", "%1"):gsub("\nfunction downgrade.*", ""))
    assert.matches('\ntransactional = false\n.*\n  op.execute%("VACUUM;"%)\n', p:read "migrations/2.lua")
    assert.matches("function upgrade()\n  -- nothing to do\nend\n", p:read "migrations/3.lua", 1, true)
  end)

  it("lists with --dry-run and writes nothing", function()
    local p = new(foreign.goose.files)
    local r = p:ok("import", "goose", "migrations.goose", "--dry-run")
    assert.equal("  Would write migrations/00001_create_users.lua  "
      .. "(00001, from migrations.goose/00001_create_users.sql)\n", r.out:match "^[^\n]*\n")
    assert.is_false(p:exists "migrations")
    assert.is_false(p:exists "moonshift.lua")
    local json = p:ok("import", "goose", "migrations.goose", "--dry-run", "--json").out
    assert.matches('"written": false', json, 1, true)
    assert.is_nil(json:find('"written": true', 1, true))
    assert.matches("--adopt has nothing to do with --dry-run",
      p:fails(2, "import", "goose", "migrations.goose", "--dry-run", "--adopt").err, 1, true)
    assert.matches('"revision": "00010",\n    "down_revision": [\n      "00002"\n    ]', json, 1, true)
  end)

  it("keeps what is there, and takes up what is new", function()
    local p = new(foreign.dbmate.files)
    p:ok("import", "dbmate", "db/migrations")
    p:write("migrations/20240101120000_create_users.lua",
      p:read "migrations/20240101120000_create_users.lua" .. "-- mine\n")
    p:write("db/migrations/20250101120000_later.sql", "-- migrate:up\nselect 1;\n")
    local r = p:ok("import", "dbmate", "db/migrations")
    assert.is_nil(r.err:find("Wrote moonshift.lua", 1, true))
    assert.matches("1 whole, 0 to be filled in, 3 there already", r.err, 1, true)
    assert.matches("  Keeping migrations/20240101120000_create_users.lua  ", r.out, 1, true)
    assert.matches("-- mine\n$", p:read "migrations/20240101120000_create_users.lua")
    assert.matches("20240103120000 -> 20250101120000 (head), later\n", p:ok("history").out, 1, true)
    assert.matches('irreversible  = "db/migrations/20250101120000_later.sql has no way down"\n',
      p:read "migrations/20250101120000_later.lua", 1, true)
  end)

  it("writes one again whose file was removed, though others stand on it", function()
    local p = new(foreign.dbmate.files)
    p:ok("import", "dbmate", "db/migrations")
    local file = "migrations/20240102120000_index_names.lua"
    assert(os.remove(p:path(file)))
    local r = p:ok("import", "dbmate", "db/migrations")
    assert.matches("1 whole, 0 to be filled in, 2 there already", r.err, 1, true)
    assert.matches('\nrevision      = "20240102120000"\n', p:read(file), 1, true)
    assert.not_matches("heads", r.err, 1, true)
  end)

  it("warns of a second head where a file came between others", function()
    local p = new(foreign.dbmate.files)
    p:ok("import", "dbmate", "db/migrations")
    p:write("db/migrations/20240101130000_between.sql", "-- migrate:up\nselect 1;\n")
    local r = p:ok("import", "dbmate", "db/migrations")
    assert.matches("WARN  [moonshift] there are 2 heads now: ", r.err, 1, true)
    assert.not_matches("heads now", p:ok("import", "dbmate", "db/migrations").err, 1, true) -- nothing came
    p:ok("merge", "heads", "-m", "join")
    assert.matches("(head) (mergepoint), join", p:ok("history").out, 1, true)
  end)

  it("reads goose's annotations in any case, as goose does", function()
    local p = new { ["d/1_a.sql"] = "-- +goose no transaction\n-- +goose up\nselect 1;\n-- +goose down\nselect 2;\n" }
    p:ok("import", "goose", "d")
    local text = p:read "migrations/1_a.lua"
    assert.matches('transactional = false\n.*op.execute%("select 1;"%).*op.execute%("select 2;"%)', text)
  end)

  it("does not overwrite a file that is another revision's", function()
    local p = new(foreign.sql.files)
    p:write("migrations/001_users.lua", project.revision { "mine" })
    local r = p:fails(1, "import", "sql", "scripts")
    assert.matches("error: 'migrations/001_users.lua' is there already", r.err, 1, true)
    assert.same({ "migrations/001_users.lua" }, { "migrations/" .. table.concat(p:files "migrations") })
  end)

  it("leaves no part of a file that cannot be written whole", function()
    local p = new { ["d/1.sql"] = "select 1", ["d/2.sql"] = "select '" .. ("x"):rep(50000) .. "'" }
    local r = p:sh "trap '' XFSZ; ulimit -f 32; moonshift import sql d"
    assert.equal("error: cannot write 'migrations/2.lua': File too large\n  hint: nothing was written\n",
      r.err:match "error: .*")
    assert.same({ ".gitkeep", "1.lua" }, p:files "migrations")
  end)

  it("wants a tool that it knows, and a directory that is one", function()
    local p = new()
    assert.matches("did you mean 'dbmate'?", p:fails(2, "import", "dbmat", "x").err, 1, true)
    assert.matches("needs the directory", p:fails(2, "import", "dbmate").err, 1, true)
    assert.matches("'x' is not a directory", p:fails(1, "import", "dbmate", "x").err, 1, true)
    assert.matches("--adopt has nothing to do", p:fails(2, "import", "sql", "x", "--adopt").err, 1, true)
    p:write("d/README.md", "")
    assert.matches("there are no migrations of goose in 'd'", p:fails(1, "import", "goose", "d").err, 1, true)
  end)

  it("names the file and line of what it cannot take", function()
    refused("dbmate", { ["d/1_a.sql"] = "create table t ();\n-- migrate:up\n" }, "above the first annotation", "d/1_a.sql:1")
    refused("dbmate", { ["d/1_a.sql"] = "-- a\n" }, "has no '-- migrate:up'", "d/1_a.sql")
    refused("dbmate", { ["d/1_a.sql"] = "-- migrate:up\n\n-- migrate:up\n" }, "each once", "d/1_a.sql:3")
    refused("goose", { ["d/1_a.sql"] = "-- +goose Up\n-- +goose Upp\n" }, "no annotation of goose", "d/1_a.sql:2")
    refused("goose", { ["d/1_a.sql"] = "-- +goose ENVSUB ON\n-- +goose Up\n" }, "environment", "d/1_a.sql:1")
    refused("golang-migrate", { ["d/1_a.down.sql"] = "" }, "d/1_a.down.sql has no .up.sql beside it")
    refused("flyway", { ["d/V1__a.sql"] = "select 1;\nselect '${who}';\n" },
      "the placeholder ${who} has no value", "d/V1__a.sql:2")
    refused("flyway", { ["d/V1__a.sql"] = "", ["d/U2__a.sql"] = "" }, "undoes a version that no file has")
    refused("sql", { ["d/a.sql"] = "select 1;\nselect '\xE9';\n" }, "is not UTF-8", "d/a.sql:2")
    refused("sql", { ["d/a.sql"] = "s\0e\0l\0" }, "is not UTF-8", "d/a.sql:1")
    refused("sql", { ["d/a.sql"] = "copy t from stdin;\n1\n\\.\n" }, "takes its data from psql", "d/a.sql")
    refused("sql", { ["d/a.sql"] = "begin;\nselect 1;\nrollback;\n" }, "rollback has no place in a migration", "d/a.sql")
    refused("sql", { ["d/a.sql"] = "begin isolation level serializable;\n" }, "level serializable has no place", "d/a.sql")
  end)

  it("refuses two files of one version", function()
    refused("dbmate", { ["d/1_a.sql"] = "-- migrate:up\n", ["d/1_b.sql"] = "-- migrate:up\n" }, "two files have the version 1")
    refused("goose", { ["d/1_a.sql"] = "-- +goose Up\n", ["d/01_b.sql"] = "-- +goose Up\n" }, "two files have the version")
    refused("golang-migrate", { ["d/1_a.up.sql"] = "", ["d/01_b.up.sql"] = "" }, "two files have the version")
    refused("flyway", { ["d/V1__a.sql"] = "", ["d/V1_0__b.sql"] = "" }, "two files have the version")
    refused("sql", { ["d/a b.sql"] = "", ["d/a-b.sql"] = "" }, "would be the revision 'a_b'")
  end)

  it("says which files it passes over, and which bodies it cannot have", function()
    local p = new { ["d/1_a.sql"] = "-- +goose Up\nselect 1;\n", ["d/2_b.go"] = "package m\n", ["d/c.sql"] = "" }
    local r = p:ok("import", "goose", "d")
    assert.matches("WARN  [moonshift] d/c.sql is not imported: its name", r.err, 1, true)
    assert.matches("WARN  [moonshift] migrations/2_b.lua: upgrade() is to be filled in: it is written in Go\n", r.err, 1, true)
    p:write("f/V1__a.sql", "")
    p:write("f/afterMigrate.sql", "")
    assert.matches("f/afterMigrate.sql is not imported: it is a callback of Flyway's\n",
      p:ok("import", "flyway", "f", "--dry-run").err, 1, true)
    assert.matches('\n  error("upgrade() of d/2_b.go is not filled in yet")\n', p:read "migrations/2_b.lua", 1, true)
  end)
end)

describe("import alembic", function()
  local function files(more)
    local all = {}
    for path, text in pairs(foreign.alembic.files) do all[path] = text end
    for path, text in pairs(more or {}) do all[path] = text end
    return all
  end

  it("reads headers alone where alembic is not to be run", function()
    local p = new(files())
    local r = p:ok("import", "alembic", "db", "--headers")
    assert.matches("4 revisions of alembic: 1 whole, 3 to be filled in", r.err, 1, true)
    local text = p:read "migrations/b0b_add_email.lua"
    assert.matches("\n-- upgrade() is to be filled in: alembic was not run (--headers)\n", text, 1, true)
    assert.matches([[
  error("upgrade() of db/versions/b0b_add_email.py is not filled in yet")
  -- what it was:
  -- op.add_column('users', sa.Column('email', sa.Text))
]], text, 1, true)
    assert.matches("  version_table = \"alembic_version\",\n", p:read "moonshift.lua", 1, true)
    assert.matches("(mergepoint)", p:ok("history").out, 1, true)
  end)

  it("says so when alembic is not there, or a project has another configuration", function()
    local p = new(files { ["moonshift.lua"] = "return {}\n" })
    local r = p:ok("import", "alembic", ".", "--alembic", "no-such-alembic --x")
    assert.matches("filled in: there is no program 'no-such-alembic'\n", r.err, 1, true)
    assert.matches('WARN  [moonshift] Next: add version_table = "alembic_version" to the configuration', r.err, 1, true)
    assert.matches("does not name Alembic's table", p:fails(1, "import", "alembic", "--adopt").err, 1, true)
  end)

  it("reads functions that stand on one line", function()
    local p = new(files { ["db/versions/x.py"] = [[
revision = 'x1'
down_revision = None
def upgrade() -> None: op.execute("create table x ()")
def downgrade(): pass  # nothing
]] })
    p:ok("import", "alembic", "db", "--headers")
    local text = p:read "migrations/x.lua"
    assert.matches('not filled in yet")\n  -- what it was:\n  -- op.execute("create table x ()")\n', text, 1, true)
    assert.matches("function downgrade()\n  -- nothing to do\nend", text, 1, true)
    assert.is_nil(text:find("irreversible", 1, true))
  end)

  it("takes what an alembic told, up to where it failed, and its last words", function()
    -- A program that answers as alembic does; nothing of Python is needed here.
    local fake = [[
#!/bin/sh
[ -f alembic.ini ] && [ "$3" = --sql ] || exit 9
case "$1 $2" in
"upgrade heads") printf 'BEGIN;\n\nCREATE TABLE alembic_version (v text);\n\n-- Running upgrade  -> 1975ea83b712\n\n'
  printf 'CREATE TABLE users ();\n\nINSERT INTO alembic_version VALUES (1);\n\n-- Running upgrade 1975ea83b712 -> b0b\n\nCREATE'
  echo 'Traceback' >&2; echo 'KeyError: 7' >&2; exit 1 ;;
"downgrade "*) exit 0 ;;
esac
echo 'FAILED: no way' >&2; exit 1
]]
    local p = new(files { ["bin/alembic"] = fake })
    os.execute("chmod +x " .. p:path "bin/alembic")
    local r = p:ok("import", "alembic", ".", "--alembic", p:path "bin/alembic")
    assert.matches("b0b_add_email.lua: upgrade() is to be filled in: '" .. p:path "bin/alembic"
      .. " upgrade --sql' failed: FAILED: no way\n", r.err, 1, true)
    assert.matches("downgrade --sql' failed: it wrote nothing for it\n", r.err, 1, true)
    assert.matches('function upgrade()\n  op.execute("CREATE TABLE users ();")\nend\n',
      p:read "migrations/1975ea83b712_create_users.lua", 1, true)
  end)

  it("finds the files from wherever in the project one points", function()
    local files_of = foreign.alembic.files
    local function revisions(p)
      local n = 0
      for _, path in ipairs(p:files "migrations") do n = n + (path:find "^[%x]+_%a+_?%a*%.lua$" and 1 or 0) end
      return n
    end
    for where, at in pairs { ["app/"] = "app", ["app"] = "app/db", ["app/db/"] = "app/db/versions" } do
      local p = new()
      for path, text in pairs(files_of) do p:write("app/" .. path, text) end
      p:ok("import", "alembic", at, "--headers")
      assert.equal(4, revisions(p), where)
    end
    -- Flask-Migrate: alembic.ini stands in the directory of env.py, without script_location.
    local p = new()
    for path, text in pairs(files_of) do p:write("migrations/" .. path:gsub("^db/", ""), text) end
    p:write("migrations/alembic.ini", "[alembic]\n# file_template = %%(rev)s\n")
    p:write("migrations/env.py", files_of["db/env.py"] .. 'x(version_table="flask_version", version_table_schema=\'ops\')\n')
    p:ok("import", "alembic", "migrations", "--headers")
    assert.truthy(p:exists "migrations/b0b_add_email.lua")
    assert.matches('  version_schema = "ops",\n  version_table = "flask_version",\n', p:read "moonshift.lua", 1, true)
    -- Several places, as the comment-ridden ini of a large project names them.
    p = new()
    for path, text in pairs(files_of) do
      p:write((path:find "b0b" and "more/b0b_add_email.py" or path), text)
    end
    p:write("alembic.ini", "[alembic]\nscript_location = db\nversion_locations = %(here)s/db/versions,\n  %(here)s/more\n[x]\n")
    p:ok("import", "alembic", ".", "--headers")
    assert.equal(4, revisions(p))
  end)

  it("names what only Python could tell, two of one id, and a parent that is missing", function()
    local p = new(files { ["db/versions/x.py"] = '"""x"""\nrevision = make_id()\n' })
    local r = p:fails(1, "import", "alembic", ".", "--headers")
    assert.matches("revision is not plain text", r.err, 1, true)
    assert.matches("\n  at db/versions/x.py:2\n", r.err, 1, true)
    p:write("db/versions/x.py", "revision = 'b0b'\ndown_revision = None\n")
    assert.matches("two files have the revision 'b0b'", p:fails(1, "import", "alembic", ".", "--headers").err, 1, true)
    p:write("db/versions/x.py", "revision = 'x'\ndown_revision = 'gone'\n")
    assert.matches("gone", p:fails(6, "import", "alembic", ".", "--headers").err, 1, true)
    assert.is_false(p:exists "migrations")
  end)
end)
