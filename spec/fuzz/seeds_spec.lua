-- The seeds of the fuzz targets (scripts/fuzz), and what was found once, through the same
-- entries in this build; and, where clang is, that the libFuzzer programs still build.
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"

local folder = shell.source .. "/spec/fuzz/seeds"
local targets = {}
for name in shell.read(shell.source .. "/spec/fuzz/target/targets.def"):gmatch "\nTARGET%((%w+)," do
  targets[#targets + 1] = name
end

describe("the fuzz target", function()
  if not shell.exists(shell.build .. "/fuzz_replay") then
    pending "a build without sanitizers has no fuzz_replay"
    return
  end

  for _, target in ipairs(targets) do
    it(target .. " holds for each seed and its halves", function()
      local words, cut = { target, program = shell.build .. "/fuzz_replay" }, shell.directory()
      for _, file in ipairs(shell.files(folder .. "/" .. target)) do
        local text = shell.read(folder .. "/" .. target .. "/" .. file)
        for i = 0, 7 do
          local path = ("%s/%s.%d"):format(cut, file, i)
          shell.write(path, text:sub(i < 4 and 1 or #text // 8 * (i - 3), i < 4 and #text - #text // 4 * i or -1))
          words[#words + 1] = path
        end
      end
      assert.is_true(#words > 8, "no seeds")
      local r = cli.expect(0, cli.run(words))
      assert.equal(("%d replayed\n"):format(#words - 1), r.out)
    end)
  end

  it("has seeds for each, and none without a target", function()
    local known = {}
    for _, target in ipairs(targets) do known[target] = true end
    for _, file in ipairs(shell.files(folder)) do
      assert.is_true(known[file:match "^[^/]+"], file)
    end
    assert.is_true(#targets >= 7)
  end)
end)
