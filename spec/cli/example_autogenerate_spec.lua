-- The examples' models and migrations say the same, and what their guides type to have a
-- migration written writes one.
local cli = require "spec.support.cli"
local project = require "spec.support.project"

local examples = {
  { path = "examples/threads", sub = "" },
  { path = "examples/users", sub = "backend/" },
  { path = "examples/rag-chat", sub = "" },
  { path = "examples/sessions", sub = "" },
}

local function newest(p, sub, slug)
  for _, name in ipairs(p:files(sub .. "migrations")) do
    if name:find(slug, 1, true) then return p:read(sub .. "migrations/" .. name) end
  end
  error("no migration " .. slug)
end

-- The server prints `varchar in (...)` in another way once it has read its own print.
local function like(dump)
  return (dump:gsub("CHECK %b()", "CHECK ..."))
end

for _, example in ipairs(examples) do
  describe(example.path, function()
    it("has models that say what its migrations make", function()
      local p = project.copy(example.path)
      local function here(call)
        call.cwd = p:path(example.sub)
        return call
      end
      cli.expect(0, p:run(here { "upgrade", "head" }))
      cli.expect(0, p:run(here { "check" }))
      -- And from nothing: a migration written from the models alone makes the same database.
      local made = like(p.db:dump())
      cli.expect(0, p:run(here { "test" }))
      cli.expect(0, p:run(here { "downgrade", "base" }))
      p:sh("rm " .. example.sub .. "migrations/*.lua")
      cli.expect(0, p:run(here { "revision", "--autogenerate", "-m", "initial migration" }))
      cli.expect(0, p:run(here { "upgrade", "head" }))
      assert.equal(made, like(p.db:dump()))
    end)
  end)
end

describe("a migration written from a changed model", function()
  it("comes by the guide's command, and by make", function()
    local p = project.copy "examples/users"
    cli.expect(0, p:sh "make db-upgrade")
    local model = p:read "backend/models/user.lua"
    p:write("backend/models/user.lua", (model:gsub('\n  indexes', '\n  { "age", "integer" },\n  indexes')))
    cli.expect(0, p:sh('moonshift revision --autogenerate -m "add age field to user"',
      { cwd = p:path "backend" }))
    assert.matches('op.add_column("user", { "age", "integer" })',
      newest(p, "backend/", "add_age_field_to_user"), 1, true)
    cli.expect(0, p:sh("moonshift upgrade head", { cwd = p:path "backend" }))
    assert.equal("age integer", p.db:columns('"user"')[5])

    p:write("backend/models/note.lua", 'model.table("note", { { "id", "integer", primary_key = true } })\n')
    cli.expect(0, p:sh 'make migrate MSG="your migration message"')
    cli.expect(0, p:sh "make db-upgrade")
    assert.same({ "id integer not null" }, p.db:columns "note")
  end)

  it("is refused while the database is behind", function()
    local p = project.copy "examples/rag-chat"
    local r = p:run { "create", "add_new_column" }
    assert.not_equal(0, r.status)
    assert.matches("Target database is not up to date.", r.err, 1, true)
    p:ok "upgrade"
    p:write("models/extra.lua", 'model.table("extra", { { "new_column", "text" } })\n')
    p:ok { "create", "add_new_column" }
    assert.matches('op.create_table("extra"', newest(p, "", "add_new_column"), 1, true)
    p:ok "upgrade"
    p:ok "check"
  end)
end)
