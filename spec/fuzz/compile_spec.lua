-- Every shape of op.def filled with any values, through the reader, the compiler, the reversals and the renderer: what comes is
-- SQL that PostgreSQL's parser takes, or one error; what is rendered reads back the same.
-- FUZZ_SEED repeats a run, FUZZ_ROUNDS makes it longer.
local cases = require "spec.support.cases"
local plan = require("moonshift_core").plan

local rows = plan.rows()
local shapes = {}
for _, shape in ipairs(rows.shapes) do shapes[shape.name] = shape.fields end

local seed = tonumber(os.getenv "FUZZ_SEED" or "20261121")
local rounds = tonumber(os.getenv "FUZZ_ROUNDS" or "6")

local function pick(list) return list[math.random(#list)] end

local nasty = {
  "a", "users", "Select", "it's", 'say "hi"', "back\\slash", "\\", "'", '"', "%s%n%", "$1", "$$", "$body$", "$",
  "--", "/*", "*/", ";", "a;b", "ünï", "名前", "\u{1F600}", "a\nb", " ", "a.b", "[x]", "{y}", "E'", "\t", "public",
  "current_user", ("x"):rep(63), "100", "NULL", "-",
}
local broken = { "", ("y"):rep(64), "\0", "a\0b", "\xff", "\xc0\x80", "\xed\xa0\x80" }

local function text() return ("%q"):format(pick(nasty) .. (math.random() < 0.3 and pick(nasty) or "")):gsub("\\\n", "\\n") end

-- SQL where SQL is expected: something that fits the place, by its key.
local sql = {
  type = "integer", new_type = "text", existing_type = "integer", subtype = "integer", stype = "integer",
  mstype = "integer", source = "integer", target = "text", left = "integer", right = "integer", returns = "integer",
  transform = "integer", query = "select 1", commands = "delete from t", condition = "1 = 1", check = "1 = 1",
  where = "1 = 1", when = "true", expr = "a + 1", using = "a + 1", existing_using = "a + 1", generated = "a + 1",
  bound = "for values in (1)", existing_bound = "default", partition_by = "list (a)", identity = "full",
  existing_identity = "full", replica_identity = "nothing", arguments = "integer", operator = "=", name = "+",
  on_conflict = "do nothing", items = "function 1 f(integer)", add = "function 1 (integer, integer) f(integer)",
  drop = "function 1 (integer, integer)", sql = "select 1", of_type = "t", definition = "like = t",
  from_sql = "f(internal)", to_sql = "f(internal)",
}

local value, record

local function list(make)
  local items = {}
  for i = 1, math.random(1, 3) do items[i] = make() end
  return "{ " .. table.concat(items, ", ") .. " }"
end

local function scalar()
  return pick { text, function() return tostring(math.random(-5, 5)) end, function() return "0.5" end,
    function() return "true" end, function() return "false" end, function() return "op.NULL" end,
    function() return 'sql "now()"' end }()
end

local function map()
  local entries = {}
  for i = 1, math.random(1, 3) do entries[i] = ("[%s] = %s"):format(text(), pick { text, function() return "7" end }()) end
  return "{ " .. table.concat(entries, ", ") .. " }"
end

local function texts() return list(text) end

local by_type = {
  name = text, names = texts, text = text, texts = texts, value = scalar, values = scalar, ["text or NULL"] = text,
  integer = function() return tostring(math.random(0, 99)) end, boolean = function() return pick { "true", "false" } end,
  map = map, rows = function() return list(map) end,
  ["function"] = function() return "function(row) return row end" end,
  anything = scalar,
}

function value(field, depth)
  if field.type == "SQL" then return ("%q"):format(sql[field.key] or "f") end
  if field.type == "list of SQL" then return ("{ %q }"):format(sql[field.key] or "f") end
  if field.words then
    local words = {}
    for word in field.words:gmatch("[^|]+") do words[#words + 1] = word end
    local word = pick(words)
    -- the name of a cast or a transform is SQL: "text as integer"
    return ("%q"):format((word == "cast" or word == "transform") and "table" or word)
  end
  if field.shape then
    local one = record(shapes[field.shape], depth + 1)
    return (field.type == "records" or field.type == "keys") and "{ " .. one .. " }" or one
  end
  return by_type[field.type]()
end

-- Positional values, then the last table.
local function parts(fields, depth)
  local positional, named = {}, {}
  for _, field in ipairs(fields) do
    local optional = field.place:find("^option")
    if field.place == "items" then
      for i = 1, field.shape and 1 or 2 do
        table.insert(named, i, field.shape and record(shapes[field.shape], depth + 1) or text())
      end
    elseif field.place == "required option" or (optional and math.random() < 0.25) then
      named[#named + 1] = ("%s = %s"):format(field.key, value(field, depth))
    elseif field.place:find("argument") then
      local none = field.place == "argument or nil" and math.random() < 0.1
      positional[#positional + 1] = none and "nil" or value(field, depth)
    end
  end
  return positional, named
end

function record(fields, depth)
  local positional, named = parts(depth > 3 and {} or fields, depth)
  table.move(named, 1, #named, #positional + 1, positional)
  return "{ " .. table.concat(positional, ", ") .. " }"
end

local function call(row)
  local positional, named = parts(row.fields, 0)
  if #named > 0 then positional[#positional + 1] = "{ " .. table.concat(named, ", ") .. " }" end
  return ("op.%s(%s)"):format(row.name, table.concat(positional, ", "))
end

-- Combinations that make no sense to PostgreSQL are its own to refuse; a text that it cannot
-- read is our mistake.
local function check(lua)
  local ops, err = cases.load(lua)
  if not ops then
    assert(#err.message > 0)
    return false
  end
  local back, reason = ops:reverse()
  if back then back:script(150000) else assert(#reason.message > 0) end
  local again, unread = cases.load(ops:render("op."))
  assert(again, lua .. "\n" .. ops:render("op.") .. (unread and unread.message or ""))
  assert(again:equals(ops), lua .. "\n" .. ops:render("op."))
  local script, refused = ops:script(150000)
  if not script then
    assert(#refused.message > 0)
    return false
  end
  local statements, syntax = plan.split(script, false, 150000)
  local misread = not statements and (syntax.message:find("syntax error") or syntax.message:find("unterminated"))
  assert(not misread, lua .. "\n" .. script .. (syntax and syntax.message or ""))
  return true
end

describe("every operation", function()
  it("survives any value (seed " .. seed .. ")", function()
    math.randomseed(seed)
    local passed = 0
    for _ = 1, rounds do
      for _, row in ipairs(rows.ops) do
        if check(call(row)) then passed = passed + 1 end
      end
    end
    assert(passed > rounds * #rows.ops / 4, passed .. " calls became SQL")
  end)

  it("refuses what is no text (seed " .. seed .. ")", function()
    math.randomseed(seed)
    for _, bad in ipairs(broken) do
      local literal = "\"" .. bad:gsub(".", function(c) return ("\\%03d"):format(c:byte()) end) .. "\""
      for _, name in ipairs { "drop_table", "drop_schema", "drop_extension" } do
        local ops, err = cases.load(("op.%s(%s)"):format(name, literal))
        local script, refused
        if ops then script, refused = ops:script(150000) else refused = err end
        assert(not script and #refused.message > 0, name .. literal)
      end
    end
  end)
end)
