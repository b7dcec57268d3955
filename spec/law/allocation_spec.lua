-- Law 7, the first third: whichever allocation fails, the program says so and ends with
-- status 1; nothing is corrupted (the sanitizers watch), and without the failure all is well.
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"

local dir = shell.directory()
shell.write(dir .. "/moonshift.lua", 'return { migrations = env("NOWHERE", "migrations") }\n')
shell.write(dir .. "/migrations/a.lua", [[
local prefix = "t_"
revision = "a1"
function upgrade()
  op.create_table(prefix .. "c", {
    { "id", "int" }, { "n", "text", references = "x.y" },
    indexes = { { "id", name = "q" }, { sql "lower(n)" } },
  })
  op.copy_from("c", { "id", "n" }, { rows = { { 3, "x\ty" }, { 4 } } })
  pcall(function() error { message = "x" } end)
  pcall(op.drop_table, 5)
  coroutine.wrap(function() op.drop_table("x") end)()
  log("x", ctx.offline, tostring(sql "x"))
  op.autocommit(function() op.execute("select 1") end)
end
]])

local function run(variable, n)
  return cli.run { "upgrade", "head", "--sql", cwd = dir, env = { [variable] = n and tostring(n) or nil } }
end

-- Walks every `step`-th allocation until the program is done before it fails.
local function walk(variable, step, message)
  local n, failures = 1, 0
  while true do
    local result = run(variable, n)
    if result.status == 0 then break end
    assert.equal(1, result.status, ("%s=%d: %s"):format(variable, n, result.err))
    assert.matches(message, result.err)
    failures, n = failures + 1, n + step
  end
  assert.is_true(failures > 0)
end

describe("when memory runs out", function()
  it("in Lua, the program says so and ends", function()
    local good = run("NONE")
    assert.same({ 0, "COMMIT" }, { good.status, good.out:match("COMMIT") })
    walk("MOONSHIFT_FAIL_LUA_ALLOC", 23, "error: not enough memory")
  end)

  it("in an arena, the program says so and ends", function()
    walk("MOONSHIFT_FAIL_ALLOC", 1, "error: out of memory")
  end)
end)
