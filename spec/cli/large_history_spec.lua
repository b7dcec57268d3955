-- Ten thousand revision files: what only looks at them reads their headers, runs nothing of
-- them and needs little memory; what runs a thousand of them needs no more for each.
local bench_project = require "bench.project"
local cli = require "spec.support.cli"
local project = require "spec.support.project"
local shell = require "spec.support.shell"

local MANY = 10000

-- The peak memory of a run in KiB. Sanitizers would keep what is freed for a while.
local function peak(p, ...)
  local out = p:path "cost"
  cli.expect(0, p:run { program = shell.build .. "/bench/measure", out, cli.program, "--quiet",
    env = { ASAN_OPTIONS = "quarantine_size_mb=0:thread_local_quarantine_size_kb=0:detect_leaks=0" }, ... })
  return tonumber(shell.read(out):match "^%d+ %d+ %d+ (%d+)")
end

-- A history whose functions are no Lua at all: compiling one would fail.
local function broken(n)
  local files = {}
  for i = 1, n do
    files[("migrations/%05d.lua"):format(i)] = ([[
message = "number %d"
revision = "r%05d"
down_revision = %s

function upgrade()
  ) this is not Lua (
end
]]):format(i, i, i > 1 and ('"r%05d"'):format(i - 1) or "nil")
  end
  local p = project.new { files = files }
  p.db:exec(("create table moonshift_version (version_num text primary key); \z
    insert into moonshift_version values ('r%05d')"):format(n))
  return p
end

describe(MANY .. " revisions", function()
  local many, few = broken(MANY), broken(1)
  local head = ("r%05d"):format(MANY)

  it("are listed without compiling their functions", function()
    assert.equal(head .. " (head)\n", many:ok("heads").out)
    assert.equal(head .. " (head)\n", many:ok("current").out)
    local history = many:ok("history").out
    assert.equal(("r%05d -> %s (head), number %d\n"):format(MANY - 1, head, MANY), history:match "^[^\n]*\n")
    assert.equal("<base> -> r00001, number 1\n", history:match "[^\n]*\n$")
    assert.equal(MANY, select(2, history:gsub("\n", "")))
    assert.matches("Nothing to do: the database is at " .. head, many:ok("upgrade").err, 1, true)
    -- And they are what they seem to be.
    assert.matches("unexpected symbol near ')'", few:fails(1, "downgrade").err, 1, true)
  end)

  for _, command in ipairs { "heads", "current", "history", "upgrade" } do
    it(("need less than 2 KiB each for %s"):format(command), function()
      local each = (peak(many, command) - peak(few, command)) / MANY
      assert.is_true(each < 2, ("%.2f KiB for each revision"):format(each))
    end)
  end
end)

describe("running revisions", function()
  it("needs less than 4 KiB for each", function()
    local peaks = {}
    for i, n in ipairs { 100, 1000 } do
      local p = project.new { files = {} }
      shell.output(("rm -rf %s/migrations && cp -R %s/migrations %s"):format(p.dir, bench_project.moonshift(n), p.dir))
      peaks[i] = peak(p, "upgrade")
      assert.equal(n, tonumber(p.db:scalar "select count(*) from moonshift_log"))
    end
    local each = (peaks[2] - peaks[1]) / 900
    assert.is_true(each < 4, ("%.2f KiB for each revision"):format(each))
  end)
end)
