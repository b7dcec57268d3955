-- Calls of every operation with random arguments, made from the rows of op.def. Whatever is
-- asked: there is an answer or one error with a line; what is rendered reads back as the
-- same; and names and texts full of quotes, backslashes and dollars give the same statements
-- as harmless ones. FUZZ_SEED repeats a run, FUZZ_ROUNDS makes it longer.
local plan = require("moonshift_core").plan
local script = require "spec.support.script"

local seed = tonumber(os.getenv "FUZZ_SEED" or "20240517")
local rounds = tonumber(os.getenv "FUZZ_ROUNDS" or "600")

local rows = plan.rows()
local shapes = {}
for _, shape in ipairs(rows.shapes) do shapes[shape.name] = shape end

local function pick(list) return list[math.random(#list)] end
local function chance(p) return math.random() < p end

-- What stands for a name or a text until it is known whether it is to be a harmless one.
local function place(kind, places)
  places[#places + 1] = kind
  return ("\0%d\0"):format(#places)
end

local weird = {
  name = { "a", "Order", 'we"ird', "select", "ü€", "%s%n", "a b", "back\\slash", "$1", "--x", "/*", ";", "'", "a.b", "$$" },
  text = { "it's", "\\", "\\'", "%d", "two\nlines", "ü€", "", "$$", "$a$", "--x", "/*", "';", '"', "E'x'", "\\N", "\t" },
}

local function fill(source, places, harmless)
  return (source:gsub("%z(%d+)%z", function(n)
    local kind = places[tonumber(n)]
    return ("%q"):format(harmless and "n" .. n or weird[kind][(tonumber(n) * 7 + #places) % #weird[kind] + 1])
      :gsub("\\\n", "\\n")
  end))
end

local function words_of(field)
  local words = {}
  for word in field.words:gmatch("[^|]+") do words[#words + 1] = ("%q"):format(word) end
  return words
end

local record

local function list(make, n)
  local items = {}
  for i = 1, n or math.random(3) do items[i] = make() end
  return "{ " .. table.concat(items, ", ") .. " }"
end

-- SQL where SQL is expected: something that fits the place, by its key.
local fitting = {
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

local make = {}
function make.name(_, p) return place("name", p) end
function make.names(_, p) return chance(0.3) and make.name(nil, p) or list(function() return make.name(nil, p) end) end
function make.text(_, p) return place("text", p) end
function make.texts(_, p) return list(function() return make.text(nil, p) end) end
function make.sql(field)
  if fitting[field.key] and chance(0.7) then return ("%q"):format(fitting[field.key]) end
  return field.key:find "type" and '"integer"' or pick { '"1 > 0"', 'sql "1 > 0"', '"integer"', '"range (a)"' }
end
function make.sqls(field) return list(function() return make.sql(field) end) end
function make.value(_, p)
  return pick { "true", "false", "0", "-5", "1.5", "1e300", "9007199254740993", "op.NULL", 'sql "now()"',
    place("text", p), place("text", p) }
end
function make.values(_, p) return list(function() return make.value(nil, p) end) end
function make.comment(_, p) return chance(0.2) and "op.NULL" or place("text", p) end
function make.bool() return pick { "true", "false" } end
function make.int() return tostring(math.random(-1, 100)) end
function make.word(field) return pick(words_of(field)) end
function make.words(field) return chance(0.5) and make.word(field) or list(function() return make.word(field) end) end
function make.flag(field) return chance(0.5) and make.bool() or make.word(field) end
function make.map(_, p) return ("{ fillfactor = %s }"):format(make.value(nil, p)) end
function make.rows(_, p)
  return list(function() return ("{ [%s] = %s }"):format(place("name", p), make.value(nil, p)) end)
end
function make.record(field, p, depth) return record(shapes[field.shape], p, depth + 1) end
function make.records(field, p, depth)
  return list(function() return record(shapes[field.shape], p, depth + 1) end, math.random(2))
end
function make.keys(field, p, depth)
  return list(function()
    return chance(0.6) and shapes[field.shape].name == "key" and pick { place("name", p), 'sql "lower(a)"' }
      or record(shapes[field.shape], p, depth + 1)
  end)
end
function make.reference(field, p, depth) return record(shapes[field.shape], p, depth + 1) end
function make.any(_, p) return make.value(nil, p) end
make["function"] = function() return "function() end" end

-- The types as plan.rows words them, where a maker has a shorter name.
local aliases = { SQL = "sql", ["list of SQL"] = "sqls", ["text or NULL"] = "comment", boolean = "bool",
  integer = "int", ["boolean or word"] = "flag", anything = "any" }

local function value(field, p, depth)
  local maker = make[aliases[field.type] or field.type]
  assert(maker, "no maker for " .. tostring(field.type))
  return maker(field, p, depth)
end

-- Positional arguments, items and keys of a shape, each a list of sources.
local function parts(shape, p, depth)
  local positions, items, keys = {}, nil, {}
  local stopped = false
  for _, field in ipairs(shape.fields) do
    local where = field.place
    if where == "argument" then
      positions[#positions + 1] = value(field, p, depth)
    elseif where == "argument or nil" then
      positions[#positions + 1] = chance(0.8) and value(field, p, depth) or "nil"
    elseif where == "optional argument" then
      stopped = stopped or chance(0.4)
      if not stopped then positions[#positions + 1] = value(field, p, depth) end
    elseif where == "items" then
      items = value(field, p, depth)
    elseif where == "rest" then
      for _ = 1, math.random(0, 2) do positions[#positions + 1] = make.value(nil, p) end
    elseif where == "required option" or chance(depth > 1 and 0.05 or 0.15) then
      keys[#keys + 1] = ("[%q] = %s"):format(field.key,
        where == "option or NULL" and chance(0.3) and "op.NULL" or value(field, p, depth))
    end
  end
  return positions, items, keys
end

local function inside(source)
  return source:match("^{ (.*) }$") or source
end

function record(shape, p, depth)
  local positions, items, keys = parts(shape, p, depth)
  if items then positions[#positions + 1] = inside(items) end
  for _, key in ipairs(keys) do positions[#positions + 1] = key end
  return "{ " .. table.concat(positions, ", ") .. " }"
end

local function call(op, p)
  local arguments, items, keys = parts(op, p, 1)
  if items then table.insert(keys, 1, inside(items)) end
  if #keys > 0 then arguments[#arguments + 1] = "{ " .. table.concat(keys, ", ") .. " }" end
  return ("op.%s(%s)"):format(op.name, table.concat(arguments, ", "))
end

-- Of these the "name" is SQL by its nature: a type, a symbol, a number.
local function name_is_sql(source)
  for _, kind in ipairs { "operator", "cast", "transform", "large object" } do
    if source:find(('^op%%.[%%w_]+%%("%s"'):format(kind)) then return true end
  end
  return false
end

local function load_call(source)
  return plan.load(script.file('revision = "a"\nfunction upgrade()\n' .. source .. "\nend\n"))
end

local function same(what, ok, source, other)
  if not ok then error(("FUZZ_SEED=%d: %s:\n%s\n%s"):format(seed, what, source, other or ""), 2) end
end

local function check_error(err, source)
  same("an error without text or line", err and #err.message > 0 and err.line, source)
end

-- Rendered and read again: the same ops.
local function check_render(ops, source)
  local text = ops:render()
  local again, err = load_call(text)
  same("what is rendered cannot be read: " .. (err and err.message or ""), again, source, text)
  same("what is rendered is another operation", ops:equals(again), source, text)
end

local function says_why(message)
  for _, why in ipairs { "empty", "NUL byte", "UTF%-8", "64 bytes", "large object" } do
    if message:find(why) then return true end
  end
end

describe("operations with random arguments", function()
  math.randomseed(seed)

  it("are read, rendered, read again, and compiled to what harmless names give", function()
    local compiled = 0
    for round = 1, rounds do
      local places = {}
      local template = call(rows.ops[round % #rows.ops + 1], places)
      local source, harmless = fill(template, places, false), fill(template, places, true)
      local ops, err = load_call(source)
      if not ops then
        check_error(err, source)
      else
        check_render(ops, source)
        local plain = load_call(harmless)
        same("harmless names are refused", plain, source, harmless)
        local text, plain_text = ops:script(150000), plain:script(150000)
        local statements = plain_text and plan.split(plain_text)
        if text and statements and not name_is_sql(source) then
          compiled = compiled + 1
          local found, why = plan.split(text)
          same("the SQL does not parse: " .. (why and why.message or ""), found, source, text)
          same(("%d statements, not %d"):format(#found, #statements), #found == #statements, source, text)
        end
      end
    end
    assert.is_true(compiled > rounds / 4, "too few calls made sense: " .. compiled)
  end)

  it("refuse names and texts that PostgreSQL cannot keep, wherever they stand", function()
    local broken = {
      name = { ("y"):rep(64), ("ü"):rep(32), "", "a\0b", "\xff", "\xc0\x80", "\xed\xa0\x80" },
      text = { "a\0b", "\xff", "\xc3", "\xf4\x90\x80\x80" },
    }
    local seen = 0
    for _, row in ipairs(rows.ops) do
      for _ = 1, 4 do
        local places = {}
        local template = call(row, places)
        local plain = load_call(fill(template, places, true))
        local expected = plain and plain:script(180000)
        for i = 1, expected and #places or 0 do
          local bad = pick(broken[places[i]])
          local source = fill(template:gsub(("%%z%d%%z"):format(i), function()
            return '"' .. bad:gsub(".", function(c) return ("\\%03d"):format(c:byte()) end) .. '"'
          end), places, true)
          local ops, err = load_call(source)
          local text
          if ops then text, err = ops:script(180000) end
          -- what is there for readers and for the way back only does not matter
          if text ~= expected then
            seen = seen + 1
            same("it became SQL", not text, source, text)
            same("no line", ops or err.line, source)
            same("not said: " .. err.message, says_why(err.message) or name_is_sql(source), source)
          end
        end
      end
    end
    assert.is_true(seen > #rows.ops, seen .. " were refused")
  end)

  it("of wrong types are refused with a line", function()
    local wrong = { "5", "true", "{}", "{ {} }", "{ 1, 2, 3 }", "{ x = 1 }", "print", "op", "db.NULL", 'sql "x"',
      '"\\xff"', '"a\\0b"', "-0.0", "0/0", "math.maxinteger", "setmetatable({}, {})", "{ [3] = 1 }", "{ [true] = 1 }",
      '("x"):rep(100000)', "coroutine.create(print)" }
    for _ = 1, rounds do
      local places = {}
      local template = call(pick(rows.ops), places)
      template = template:gsub("%z%d+%z", function(found) return chance(0.3) and pick(wrong) or found end)
      template = template:gsub("true", function() return pick(wrong) end)
      local source = fill(template, places, false)
      local ops, err = load_call(source)
      if ops then
        ops:script(150000)
        ops:reverse()
        check_render(ops, source)
      else
        check_error(err, source)
      end
    end
  end)
end)
