-- Headers of revision files: what is scanned by hand is what Lua reads, and random bytes get
-- an answer or one error. FUZZ_SEED repeats a run, FUZZ_ROUNDS makes it longer.
local core = require("moonshift_core").script
local script = require "spec.support.script"

local seed = tonumber(os.getenv "FUZZ_SEED" or "20240519")
local rounds = tonumber(os.getenv "FUZZ_ROUNDS" or "300")

local function pick(list) return list[math.random(#list)] end

local names = { "revision", "message", "down_revision", "branch_labels", "depends_on", "transactional", "settings",
  "irreversible", "revision", "local x", "foo", "function upgrade" }
local values = { "nil", "true", "false", '"a"', "'b'", '"a\\"b"', '"a\\n"', '"\\x41"', '"a\\z  b"', "[[a]]", "{}",
  '{ "a" }', '{ "a", "b" }', "{ 'a'; 'b', }", '{ a = "b" }', '{ lock_timeout = "4s", n = 5, b = true }', "5", "1.5",
  '"a" .. "b"', '("a")', '"a" or "b"', "tostring(5)", '"x":upper()', '"a" "b"', "{ { 'a' } }", '{ [1] = "a" }',
  '"ü"', "\"two words\"", "nil or 'c'", "true and false", "(nil)", '""', "{ nil }" }
local blanks = { " ", "", "\n", "\t", "\r\n", " -- x\n", "--[[ long\n ]]", "; ", "\n\n", " --[ x\n" }
local tails = { "function upgrade() end", "function upgrade()\n  local message = 1\nend\ndepends_on = 'z'",
  "upgrade = function() end", "function upgrade() end if true then depends_on = 'z' end",
  "function upgrade() end down_revision\n=\n'q'", "function upgrade() depends_on = 'never run' end",
  "local function f() end function upgrade() end", "" }

local function random_header()
  local parts = {}
  for _ = 1, math.random(1, 6) do
    parts[#parts + 1] = pick(names) .. pick(blanks) .. "=" .. pick(blanks) .. pick(values) .. pick(blanks) .. "\n"
  end
  parts[math.random(#parts)] = 'revision = "r"\n'
  return table.concat(parts) .. pick(tails)
end

local fields = { "id", "message", "transactional", "irreversible", "down", "labels", "depends" }

describe("headers", function()
  math.randomseed(seed)

  it("are scanned to what Lua reads", function()
    local compared = 0
    for _ = 1, rounds do
      local path = script.file(random_header())
      local header, err = core.header(path, "x.lua")
      local loaded = core.load(path, "x.lua")
      if not header then
        assert.is_true(#err.message > 0)
      end
      if loaded then
        assert.is_table(header, ("FUZZ_SEED=%d: a good file is refused: %s"):format(seed, path))
        compared = compared + 1
        for _, field in ipairs(fields) do
          assert.same(loaded[field], header[field], ("FUZZ_SEED=%d: %s of %s"):format(seed, field, path))
        end
      end
    end
    assert.is_true(compared > rounds / 50, "too few headers made sense: " .. compared)
  end)

  it("of random bytes are refused or read", function()
    local base = 'message = "m"\nrevision = "r"\ndown_revision = { "a", "b" }\nsettings = { a = "b" }\n'
      .. "function upgrade()\nend\n"
    for _ = 1, rounds do
      local bytes = { base:byte(1, -1) }
      for _ = 1, math.random(1, 8) do
        local at = math.random(#bytes)
        local how = math.random(3)
        if how == 1 then bytes[at] = math.random(0, 255)
        elseif how == 2 then table.remove(bytes, at)
        else table.insert(bytes, at, pick { 34, 39, 92, 91, 93, 123, 125, 61, 45, 10, 0, 255 }) end
      end
      local header, err = core.header(script.file(string.char(table.unpack(bytes))), "x.lua")
      assert.is_true(header ~= nil or #err.message > 0)
    end
  end)
end)
