-- cmake --install: a program that runs from where it was put, needing nothing of the tree.
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"

describe("cmake --install", function()
  it("puts a program that makes a project on its own", function()
    local dir = shell.directory()
    shell.output(("env -u LD_PRELOAD cmake --install %s --prefix %s/usr"):format(
      shell.quote(shell.build), dir))
    local program = dir .. "/usr/bin/moonshift"
    local version = cli.expect(0, cli.run { "--version", program = program }).out
    assert.matches("moonshift %d+%.%d+", version)
    assert.matches("Lua 5%.4", version)
    assert.matches("libpq", version, 1, true)

    cli.expect(0, cli.run { "init", "shop", program = program, cwd = dir })
    assert.truthy(shell.exists(dir .. "/shop/moonshift.lua"))
    cli.expect(0, cli.run { "revision", "-m", "first", program = program, cwd = dir .. "/shop" })
    assert.equal(2, #shell.files(dir .. "/shop/migrations"))
  end)
end)
