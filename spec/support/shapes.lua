-- The rows of src/model/op.def as Lua tables, for specs that go through all of them:
--
--   shapes.ops.create_table     { { place, key, type, of | words }, … } in the order of the call
--   shapes.records.column       the same of a nested record
--
-- The file is plain enough to be read with patterns; the compiler reads the same text.
local shell = require "spec.support.shell"

local shapes = { ops = {}, records = {} }
local macros = {}

local function expand(text)
  for name, body in pairs(macros) do
    text = text:gsub("%f[%w_]" .. name .. "%f[^%w_]", (body:gsub("%%", "%%%%")))
  end
  return text
end

local function fields(text)
  local list = {}
  for place, key, type, rest in expand(text):gmatch("([A-Z_]+)%(([a-z_]+), ([A-Z]+), ([^\n)]*)") do
    local field = { place = place, key = key, type = type }
    if place:find("_OF$") then
      field.place, field.of = place:sub(1, -4), rest:match("^([a-z_]+),")
    elseif place:find("_IN$") then
      field.place, field.words = place:sub(1, -4), {}
      for word in rest:match('^"([^"]*)"'):gmatch("[^|]+") do
        table.insert(field.words, word)
      end
    end
    list[#list + 1] = field
  end
  return list
end

local function scan(path)
  local text = shell.read(path):gsub("\\\n", " ")
  for name, body in text:gmatch("#define ([A-Z_]+) ([^\n]*)") do
    macros[name] = body
  end
  for file in text:gmatch('#include "([^"]+)"') do
    scan(shell.source .. "/src/" .. file)
  end
  text = ("\n" .. text .. "\n\n"):gsub("\n\n", "\n\n\n")
  for name, body in text:gmatch("\nOP%((%a[%w_]*),(.-)%)\n[\n#]") do
    shapes.ops[name] = fields(body .. ")\n")
  end
  for name, body in text:gmatch("\nSHAPE%((%a[%w_]*),(.-)%)\n[\n#]") do
    shapes.records[name] = fields(body .. ")\n")
  end
end
scan(shell.source .. "/src/model/op.def")
assert(shapes.ops.create_table and shapes.records.column, "op.def reads otherwise than it did")

return shapes
