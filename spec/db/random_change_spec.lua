-- Random schemas, and random changes of them: autogenerate, upgrade and downgrade give the
-- dumps that the schemas' own SQL gives, and nothing is left to compare; models that inspect
-- writes make the same again. The tables are empty: what rows may refuse is no matter of the
-- comparison. FUZZ_SEED repeats a run, FUZZ_ROUNDS makes it longer.
local pairs_of = require "spec.support.pairs"
local project = require "spec.support.project"
local random_schema = require "spec.support.random_schema"

local seed = tonumber(os.getenv "FUZZ_SEED" or "11")
local rounds = tonumber(os.getenv "FUZZ_ROUNDS" or "6")

-- Calls `check` with the SQL of a schema and of a changed one, which an error shows.
local function try(number, check)
  math.randomseed(number)
  local schema = random_schema.new()
  local pair = { before = random_schema.sql(schema) }
  pair.after = random_schema.sql(random_schema.changed(schema, math.random(6)))
  local ok, why = pcall(check, pair)
  if not ok then
    local message = type(why) == "table" and tostring(why.message or why) or tostring(why)
    error(("%s\n--- before\n%s--- after\n%s"):format(message, pair.before, pair.after), 0)
  end
end

for round = 1, rounds do
  local number = seed * 1000 + round
  describe("random schema " .. number, function()
    it("is changed at random, and back", function()
      try(number, pairs_of.check)
    end)

    it("is inspected, and made again of its models", function()
      try(number, function(pair)
        local format = number % 2 == 0 and "lua" or "sql"
        local p, again = project.new(), project.new()
        p.db:exec(pair.after)
        again:write("models/schema." .. format, p:ok("inspect", "--format", format).out)
        again:ok("revision", "--autogenerate", "-m", "all of it")
        again:ok("upgrade", "head")
        assert.equal(p.db:dump(), again.db:dump())
        again:ok("check")
        again:ok("downgrade", "base")
        assert.equal(project.new().db:dump(), again.db:dump())
      end)
    end)
  end)
end
