-- Law 8: every --help equals its golden text, and the list of commands is the README's.
local cli = require "spec.support.cli"
local golden = require "spec.support.golden"

local function commands()
  local names = {}
  local text = cli.expect(0, cli.run { "--help" }).out
  text = text:match("^(.-)\nOptions") or text
  for name in text:gmatch("\n  (%l[%l%-]*)  +%S") do names[#names + 1] = name end
  assert(#names > 20, "the list of commands is not read")
  return names
end

describe("help", function()
  it("of the program is its golden text", function()
    golden.check("help/moonshift", cli.run({ "--help" }).out)
  end)

  for _, name in ipairs(commands()) do
    it("of " .. name .. " is its golden text", function()
      local r = cli.expect(0, cli.run { name, "--help" })
      assert.equal("", r.err)
      for line in r.out:gmatch("[^\n]+") do
        assert.is_true(utf8.len(line) <= 80 or line:find "^usage:" ~= nil, name .. ": a line is too wide: " .. line)
      end
      golden.check("help/" .. name, r.out)
    end)
  end
end)
