-- Values of all kinds, there and back: what Lua writes by a parameter, op.bulk_insert,
-- op.upsert, op.copy_from and a backfill's apply is what SQL's own literal is, and what is
-- read can be written again.
local project = require "spec.support.project"

math.randomseed(20240229)
local random = math.random

local function text_of_any_kind()
  local pieces = { "a", "B", " ", "'", '"', "\\", "\t", "\n", "\r", ",", "{", "}", "é", "漢", "😀", "NULL",
    "\\N", "\1", "$1", "%", "[[", "]]" }
  local out = {}
  for i = 1, random(0, 8) do out[i] = pieces[random(#pieces)] end
  return table.concat(out)
end

-- Lua source of a value, and the SQL literal of the same.
local function quoted(text)
  return "'" .. text:gsub("'", "''") .. "'"
end

local function of_text(text)
  return ("%q"):format(text), quoted(text)
end

local function bigint()
  local i = ({ 0, -1, math.maxinteger, math.mininteger, 9007199254740993 })[random(8)] or random(0)
  return i == math.mininteger and "math.mininteger" or tostring(i), "'" .. i .. "'"
end

local function digits(n)
  local out = { n > 0 and tostring(random(1, 9)) or nil }
  for i = 2, n do out[i] = tostring(random(0, 9)) end
  return table.concat(out)
end

local function double()
  local special = { { "0/0", "'NaN'" }, { "1/0", "'Infinity'" }, { "-1/0", "'-Infinity'" }, { "-0.0", "'-0'" } }
  local pick = special[random(8)]
  if pick then return table.unpack(pick) end
  local x = (random() - 0.5) * 10.0 ^ random(-300, 300)
  return ("%a"):format(x), ("'%.17g'"):format(x)
end

-- JSON as a Lua table; null and the empty array are what Lua has no word for.
local function document(depth)
  local kind = random(depth > 3 and 6 or 9)
  if kind == 1 then return "db.NULL", "null"
  elseif kind == 2 then return "true", "true"
  elseif kind <= 4 then local i = random(-1000, 1000) return tostring(i), tostring(i)
  elseif kind <= 6 then
    local text = text_of_any_kind():gsub("\1", "")
    return ("%q"):format(text), '"' .. text:gsub('[\\"]', "\\%0"):gsub("%c",
      { ["\t"] = "\\t", ["\n"] = "\\n", ["\r"] = "\\r" }) .. '"'
  elseif kind == 7 then return "db.array{}", "[]"
  end
  local lua, sql = {}, {}
  for i = 1, random(1, 3) do
    local a, b = document(depth + 1)
    lua[i] = kind == 8 and a or ("k%d = %s"):format(i, a)
    sql[i] = kind == 8 and b or ('"k%d": %s'):format(i, b)
  end
  if kind == 8 then return "db.array{" .. table.concat(lua, ", ") .. "}", "[" .. table.concat(sql, ", ") .. "]" end
  return "{" .. table.concat(lua, ", ") .. "}", "{" .. table.concat(sql, ", ") .. "}"
end

local function object()
  local a, b = document(1)
  return "{ doc = " .. a .. " }", quoted('{"doc": ' .. b .. "}")
end

local function array(element, depth, inner)
  return function()
    local lua, sql = {}, {}
    for i = 1, inner and 2 or depth == 1 and random(0, 4) or 2 do
      local a, b = "op.NULL", "NULL"
      if depth > 1 then a, b = array(element, depth - 1, true)()
      elseif random(4) > 1 then a, b = element() end
      lua[i], sql[i] = a, b
    end
    if depth == 1 and #lua == 0 then return "{}", "'{}'" end
    return "{" .. table.concat(lua, ", ") .. "}", "array[" .. table.concat(sql, ", ") .. "]"
  end
end

local function one_of(...)
  local list = { ... }
  return function() return of_text(list[random(#list)]) end
end

local KINDS = {
  { "bigint", bigint },
  { "numeric", function()
    return of_text((random(2) == 1 and "-" or "") .. digits(random(1, 40)) .. "." .. digits(random(1, 30)))
  end },
  { "numeric", one_of("NaN", "Infinity", "-Infinity", "0.000", "1e-20") },
  { "double precision", double },
  { "real", one_of("0.1", "NaN", "-Infinity", "3.4e38", "1e-40") },
  { "boolean", function() local b = tostring(random(2) == 1) return b, b end },
  { "text", function() return of_text((text_of_any_kind())) end },
  { "timestamptz", one_of("2024-02-29 23:59:59.999999+02", "infinity", "-infinity",
    "0001-01-01 00:00:00+00 BC", "294276-12-31 00:00:00+00") },
  { "timestamp", one_of("2024-03-31 02:30:00.000001", "infinity", "4713-01-01 00:00:00 BC") },
  { "date", one_of("2024-02-29", "-infinity", "0044-03-15 BC") },
  { "time", one_of("24:00:00", "00:00:00.000001") },
  { "interval", one_of("1 year -2 mons +3 days -04:05:06.789", "-00:00:00.000001", "100000 years") },
  { "bytea", function() return of_text("\\x" .. digits(2 * random(0, 8))) end },
  { "uuid", one_of("00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11") },
  { "mood", one_of("sad", "it's", "two words") },
  { "jsonb", object },
  { "json", object },
  { "pair", one_of("(1,a)", '(,"x, ""y"" \\\\z")', "(7,)") },
  { "int4range", one_of("empty", "[1,10)", "(,5)", "[3,)") },
  { "tstzrange", one_of('["2024-01-01 00:00:00+00","2024-02-01 00:00:00+00")') },
  { "inet", one_of("10.0.0.0/8", "::1") },
  { "bit varying", one_of("", "010011") },
  { "bigint[]", array(bigint, 1) },
  { "text[]", array(function() return of_text((text_of_any_kind())) end, 1) },
  { "text[]", array(function() return of_text((text_of_any_kind())) end, 2) },
  { "numeric[]", array(function() return of_text(digits(30)) end, 3) },
  { "double precision[]", array(double, 1) },
  { "mood[]", array(one_of("sad", "it's"), 1) },
}

local EACH = 12

local UPGRADE = [[
  local values = { %s }
  local rows, named = {}, {}
  for i = 1, #values do
    rows[i] = { i, values[i] }
    named[i] = { id = i, v = values[i] }
    op.execute("insert into by_param values ($1, $2)", i, values[i])
  end
  op.bulk_insert("by_bulk", named)
  op.upsert("by_upsert", named, { conflict = "id" })
  op.upsert("by_upsert", named, { conflict = "id" })
  op.copy_from("by_copy", { "id", "v" }, { rows = rows })
  op.backfill { table = "by_apply", read = "select id from by_apply", apply = function() return named end }
  for _, row in ipairs(db.query "select id, v from by_param") do
    op.execute("insert into again values ($1, $2)", row.id, row.v == nil and db.NULL or row.v)
  end]]

describe("values of type", function()
  for number, kind in ipairs(KINDS) do
    local type_name, make = kind[1], kind[2]
    it(("%s (%d)"):format(type_name, number), function()
      local lua, sql = {}, {}
      for i = 1, EACH do
        lua[i], sql[i] = make()
        sql[i] = ("(%d, %s::%s)"):format(i, sql[i], type_name)
      end
      lua[EACH + 1], sql[EACH + 1] = "db.NULL", ("(%d, null::%s)"):format(EACH + 1, type_name)
      local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a",
        head = "transactional = false", up = UPGRADE:format(table.concat(lua, ", ")) } } }
      local tables = { "by_param", "by_bulk", "by_upsert", "by_copy", "by_apply", "again", "want" }
      local made = { "create type mood as enum ('sad', 'it''s', 'two words'); create type pair as (a int, b text);" }
      for _, name in ipairs(tables) do
        made[#made + 1] = ("create table %s (id int primary key, v %s);"):format(name, type_name)
      end
      p.db:exec(table.concat(made, "\n") .. "insert into want values " .. table.concat(sql, ",\n")
        .. "; insert into by_apply select id from want")
      p:ok("upgrade", "head")
      -- JSON's own text has no equality, and key order is not kept by Lua.
      local cast = type_name == "json" and "::jsonb" or type_name == "pair" and "::text" or ""
      local found = {}
      for i, name in ipairs(tables) do
        found[i] = ([[select '%s', want.id, want.v::text, got.v::text from want left join %s got using (id)
          where got.v%s is distinct from want.v%s]]):format(name, name, cast, cast)
      end
      assert.same({}, p.db:query(table.concat(found, " union all ")))
      if type_name == "double precision" then -- equal, but not the same
        assert.equal("0", p.db:scalar "select count(*) from want join by_copy c using (id) where want.v::text <> c.v::text")
      end
    end)
  end
end)

describe("db.decode_array", function()
  it("gives the list that was written", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a", up = [[
      local list = { { "a", 'b "c" \\', "" }, { "NULL", db.NULL, "{}" } }
      local back = db.decode_array(db.scalar("select $1::text[]", list))
      for i = 1, 2 do for k = 1, 3 do assert(back[i][k] == list[i][k], i .. k) end end
      local numbers = db.decode_array(db.scalar "select '[0:2]={9007199254740993,NULL,-1}'::bigint[]", math.tointeger)
      assert(numbers[1] == 9007199254740993 and numbers[2] == db.NULL and numbers[3] == -1)
      assert(#db.decode_array(db.scalar "select '{}'::int[]") == 0 and db.decode_array(nil) == nil)
      for _, bad in ipairs { "", "{", "{a", '{"a}', "{a}b", "a", "{,}", "[0:1]" } do
        assert(not pcall(db.decode_array, bad), bad)
      end
      local object = db.decode(db.scalar("select $1::jsonb", { a = db.NULL, b = db.array {}, c = {} }))
      assert(object.a == db.NULL and db.encode(object) == '{"a":null,"b":[],"c":{}}', db.encode(object))]] } } }
    p:ok("upgrade", "head")
  end)
end)
