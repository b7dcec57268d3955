-- Names and texts are written as the server writes them.
local cases = require "spec.support.cases"
local db = require "spec.support.db"

local function lua(text)
  return '"' .. text:gsub(".", function(c) return ("\\%03d"):format(c:byte()) end) .. '"'
end

describe("quoting", function()
  local d

  setup(function() d = db.create() end)

  it("is the server's, for every keyword and odd names", function()
    -- Left out: keywords since 16 that may stand bare where a name is expected.
    d:exec [[
      create table names as select word as name from pg_get_keywords() where word !~ '^(json|merge_action)'
      union select unnest(array['a b', 'A', '_a', '1a', 'a1', 'a$', 'ä', 'a"b', 'a''b', 'a\b', '%s', 'a.b'])]]
    local calls, expected = {}, {}
    for i, row in ipairs(d:query "select name, quote_ident(name) from names order by name") do
      calls[i] = ("op.drop_table(%s)"):format(lua(row[1]))
      expected[i] = "DROP TABLE " .. row[2] .. ";"
    end
    assert.is_true(#calls > 400)
    local version = tonumber(d:scalar "show server_version_num")
    local script = assert(assert(cases.load(table.concat(calls, "\n"))):script(version))
    local i = 0
    for line in script:gmatch("[^\n]+") do
      i = i + 1
      -- what became a keyword later is quoted for servers that do not know it yet, too
      if line ~= 'DROP TABLE "system_user";' then assert.equal(expected[i], line) end
    end
    assert.equal(#expected, i)
  end)

  it("keeps every character of a text, in both string modes", function()
    local text = {}
    for byte = 1, 127 do text[#text + 1] = string.char(byte) end
    text = table.concat(text) .. "äß\u{20AC}\u{1F600}''\\\\'"
    local ops = assert(cases.load(([[
      op.execute("create table t (id integer, a text)")
      op.bulk_insert("t", { { id = 1, a = %s } })]]):format(lua(text))))
    local script = assert(ops:script(150000))
    d:exec(script .. "\nset standard_conforming_strings = off;\n" .. script:match("INSERT.*"))
    local hex = text:gsub(".", function(c) return ("%02x"):format(c:byte()) end)
    assert.same({ { hex }, { hex } }, d:query "select encode(convert_to(a, 'UTF8'), 'hex') from t")
  end)
end)
