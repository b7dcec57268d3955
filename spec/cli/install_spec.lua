-- cmake --install: a program that runs from where it was put, needing nothing of the tree;
-- its manual page.
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

    for _, file in ipairs { "man/man1/moonshift.1", "bash-completion/completions/moonshift",
      "zsh/site-functions/_moonshift",
      "fish/vendor_completions.d/moonshift.fish",
      "doc/moonshift/docs/tutorial.md", "doc/moonshift/examples/threads/README.md" } do
      assert.truthy(#shell.read(dir .. "/usr/share/" .. file) > 1000, file)
    end

    cli.expect(0, cli.run { "init", "shop", program = program, cwd = dir })
    assert.truthy(shell.exists(dir .. "/shop/moonshift.lua"))
    cli.expect(0, cli.run { "revision", "-m", "first", program = program, cwd = dir .. "/shop" })
    assert.equal(2, #shell.files(dir .. "/shop/migrations"))
  end)
end)

describe("moonshift(1)", function()
  local page = shell.read(shell.build .. "/moonshift.1")

  it("is good roff", function()
    assert.equal("", shell.output("env -u LD_PRELOAD mandoc -T lint -W warning " .. shell.build .. "/moonshift.1"))
  end)

  it("tells of every command, key and exit status", function()
    local function names(name)
      assert.matches(name:gsub("%-", "\\-"), page, 1, true)
    end
    local n = 0
    for name in cli.run({ "--help" }).out:match("^(.-)\nOptions"):gmatch("\n  ([%l-]+)  ") do
      names(".SS " .. name)
      n = n + 1
    end
    for name in cli.run({ "config" }).out:gmatch("%f[^\n%z]([%l_]+) ") do
      names(".B " .. name .. "\n")
      n = n + 1
    end
    assert.truthy(n > 50)
    for status = 0, 7 do names(".TP\n.B " .. status .. "\n") end
    for _, title in ipairs { "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES" } do names(".SH " .. title) end
  end)
end)

describe("the rockspec", function()
  it("is of this version, and builds a target that there is", function()
    local version = cli.run({ "--version" }).out:match "moonshift (%S+)"
    local rock = {}
    assert(loadfile(("%s/moonshift-%s-1.rockspec"):format(shell.source, version), "t", rock))()
    assert.equal(version .. "-1", rock.version)
    local target = rock.build.build_command:match "%-%-target (%S+)"
    assert.matches("add_library(" .. target .. " MODULE", shell.read(shell.source .. "/CMakeLists.txt"), 1, true)
    assert.matches(target .. ".so", rock.build.install_command, 1, true)
  end)
end)
