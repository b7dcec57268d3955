-- The bench still works: what measures migrations runs small and without peers, so that it
-- does not rot between the rare times that it is run for its numbers.
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"

local function bench(...)
  return { program = shell.source .. "/bench/run", timeout = 300, ... }
end

describe("bench/run", function()
  it("measures, and looks whether the work was done", function()
    local r = cli.expect(0, cli.run(bench("--quick", "--no-peers", "--build", shell.build,
      "--only", "upgrade", "--only", "listing", "--only", "delay")))
    for _, who in ipairs { "moonshift", "bare pipeline", "psql %-1", "psql %-f" } do
      assert.matches("\n| " .. who .. " +|[ %d.|]+|\n", r.out)
    end
    for _, what in ipairs { "heads", "current", "history", "upgrade %-%-sql" } do
      assert.matches("\n| " .. what .. " +|[ %d.|-]+|\n", r.out)
    end
    local awaited = r.out:match "\n| 5 ms round trips, moonshift +|[ %d.]+| +(%d+) |"
    assert.is_true(tonumber(awaited) <= 20, "answers awaited: " .. awaited)
    assert.not_matches("nan", r.out, 1, true)
  end)

  it("says what it is for, and refuses what it does not know", function()
    assert.matches("^usage: bench/run", cli.expect(0, cli.run(bench "--help")).out)
    cli.expect(2, cli.run(bench "--nonsense"))
    local r = cli.run(bench("--only", "nonsense", "--quick", "--no-peers", "--build", shell.build))
    assert.equal(1, r.status)
    assert.matches("there is no part nonsense", r.err, 1, true)
  end)
end)
