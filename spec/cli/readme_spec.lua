-- The README: its tour is walked, its table is the program's, its picture is what is printed.
local cli = require "spec.support.cli"
local project = require "spec.support.project"
local readme = require "spec.support.readme"
local shell = require "spec.support.shell"

local text = shell.read(shell.source .. "/README.md")

describe("the README", function()
  it("tours a project from nothing", function()
    local p = project.new { config = false }
    local walk = readme.walk("README.md", p)
    walk:ok "moonshift init shop"
    p.dir = p:path "shop"
    assert.equal("", walk:ok("moonshift current").out)

    local model = assert(text:match("```lua\n(model%.table.-)```"))
    p:write("models/users.lua", model)
    walk:ok 'moonshift revision --autogenerate -m "create users"'
    local written
    for _, name in ipairs(p:files "migrations") do
      if name:find "create_users" then written = p:read("migrations/" .. name) end
    end
    -- The page shows what is written, but for the warning that rows go with the table.
    local shown = assert(text:match("```lua\n(function upgrade.-)```"))
    assert.equal(shown, (written:match("function upgrade.*"):gsub("  %-%- data loss[^\n]*\n", "")))

    local sql = walk:ok("moonshift upgrade head --sql").out
    assert.matches("CREATE TABLE users", sql, 1, true)
    assert.matches("CREATE TABLE users", walk:ok("moonshift plan").out, 1, true)
    walk:ok "moonshift lint"
    walk:ok "moonshift test"
    walk:ok "moonshift upgrade head"
    assert.matches("%(head%)", walk:ok("moonshift current").out)
    assert.matches("create users", walk:ok("moonshift history").out, 1, true)
    walk:ok "moonshift check"
    walk:ok "moonshift downgrade -1"
    assert.falsy(p.db:scalar "select to_regclass('users')")
    walk:ok "moonshift upgrade"
    assert.truthy(p.db:scalar "select to_regclass('users')")
    local _, runs = walk:ok("moonshift log").out:gsub("\n", "")
    assert.equal(3, runs)
    walk:all_done()
  end)

  it("shows what the worked history prints", function()
    local p = project.copy "migrations"
    shell.output(("mkdir %s/m && mv %s/*.lua %s/m && mv %s/m %s/migrations && cp moonshift.lua %s"):format(
      p.dir, p.dir, p.dir, p.dir, p.dir, p.dir))
    local r = p:ok("upgrade", "head")
    for line in r.err:gmatch("[^\n]*Running[^\n]*") do
      assert.matches("    " .. line .. "\n", text, 1, true)
    end
    assert.matches("    " .. p:ok("current").out, text, 1, true)
  end)

  it("lists the commands that there are, in the words of --help", function()
    local commands = cli.expect(0, cli.run { "--help" }).out:match("^(.-)\nOptions")
    local rows = {}
    for name, does in commands:gmatch("\n  ([%w-]+) +([^\n]+)") do
      rows[#rows + 1] = ("| `%s` | %s |"):format(name, (does:gsub("|", "\\|")))
    end
    assert.truthy(#rows > 20)
    local listed = text:match("\n## Commands\n.-%-|\n(.-)\n\n")
    assert.equal(table.concat(rows, "\n"), listed)
  end)

  it("names files that are there", function()
    for path in text:gmatch("%]%(([%w/.]+)%)") do
      assert.truthy(shell.exists(shell.source .. "/" .. path), path)
    end
  end)
end)
