-- The scripts: each says what it is for; the throw-away server goes when its command goes.
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"

local function script(name, ...)
  return { program = shell.source .. "/scripts/" .. name, ... }
end

describe("each of scripts/", function()
  for _, name in ipairs(shell.files(shell.source .. "/scripts")) do
    it(name .. " tells how it is used", function()
      local r = cli.expect(0, cli.run(script(name, "--help")))
      assert.matches("^usage: scripts/" .. name:gsub("%-", "%%-"), r.out)
    end)
  end

  it("refuses an option that it does not have, and takes it for no directory", function()
    for _, name in ipairs { "package", "check-package" } do
      local r = cli.expect(2, cli.run(script(name, "--nonsense")))
      assert.matches(name .. ": unknown option --nonsense", r.err, 1, true)
    end
  end)
end)

describe("with-postgres", function()
  it("gives a server to a command and the command's status to its caller", function()
    local r = cli.run(script("with-postgres", "sh", "-c",
      "psql -Atc 'show listen_addresses'; psql \"$DATABASE_URL\" -Atc 'select 6 * 7'; echo $PGHOST; exit 3"))
    assert.equal(3, r.status)
    local answer, host = r.out:match("^\n(%d+)\n(%S+)\n$")
    assert.equal("42", answer)
    assert.falsy(shell.exists(host))
  end)

  it("takes the server down when it is stopped", function()
    local h = cli.start(script("with-postgres", "sh", "-c", "echo $PGHOST; exec sleep 60"))
    local host
    repeat
      os.execute "sleep 0.1"
      host = h:peek().out:match "(%S+)\n"
    until host or not h:running()
    assert.truthy(shell.exists(host .. "/data/postmaster.pid"))
    h:kill "TERM"
    assert.equal(143, h:wait().status)
    assert.falsy(shell.exists(host))
  end)

  it("refuses to start without a command", function()
    assert.equal(2, cli.run(script "with-postgres").status)
    assert.equal(2, cli.run(script("with-postgres", "--nonsense")).status)
  end)
end)
