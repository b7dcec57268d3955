-- README.md, typed; its table is the program's.
local cli = require "spec.support.cli"
local page = require "spec.support.page"
local shell = require "spec.support.shell"

local text = shell.read(shell.source .. "/README.md")

page.spec("README.md", { describe = describe, it = it })

describe("the README", function()
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
end)
