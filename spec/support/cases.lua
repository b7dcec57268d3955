-- Cases of operations: files in spec/golden/op/ without code between the cases.
--
--   === title [mode]        mode: text (never run), up (run, not undone), none: up and down
--   op.create_index(...)    the call, as in a migration
--   --
--   CREATE INDEX ...;       what it becomes
--   --
--   op.drop_index(...)      what undoes it, or !why nothing does
--
-- MOONSHIFT_GOLDEN=write fills in what follows the calls; look at the difference before
-- committing. fixture.sql is the database that the cases find.
local shell = require "spec.support.shell"
local core = require "moonshift_core"

local cases = {
  directory = shell.source .. "/spec/golden/op/",
  write = os.getenv "MOONSHIFT_GOLDEN" == "write",
}

local function trim(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

-- All cases of a file: { title, mode, call, sql, back }.
function cases.read(name)
  local list, case, part = {}, nil, nil
  for line in io.lines(cases.directory .. name .. ".txt") do
    local title = line:match("^=== (.*)")
    if title then
      case = { file = name, title = title:gsub("%s*%[%a+%]$", ""), heading = title,
        mode = title:match("%[(%a+)%]$"), call = "", sql = "", back = "" }
      list[#list + 1] = case
      part = "call"
    elseif line == "--" and case then
      part = part == "call" and "sql" or "back"
    elseif case then
      case[part] = case[part] .. line .. "\n"
    elseif line ~= "" then
      error(name .. ".txt: text before the first case: " .. line)
    end
  end
  for _, one in ipairs(list) do
    one.call, one.sql, one.back = trim(one.call), trim(one.sql), trim(one.back)
  end
  return list
end

function cases.save(name, list)
  local out = {}
  for i, case in ipairs(list) do
    out[i] = ("=== %s\n%s\n--\n%s\n--\n%s\n"):format(case.heading, case.call, case.sql, case.back)
  end
  shell.write(cases.directory .. name .. ".txt", table.concat(out, "\n"))
end

-- Names of the files, sorted.
function cases.files()
  local names = {}
  local list = assert(io.popen("ls " .. shell.quote(cases.directory)))
  for line in list:lines() do names[#names + 1] = line:match("^(.*)%.txt$") end
  list:close()
  return names
end

-- The cases of all files.
function cases.all()
  local list = {}
  for _, name in ipairs(cases.files()) do
    table.move(cases.read(name), 1, #cases.read(name), #list + 1, list)
  end
  return list
end

-- The rows of op.def, which are plain enough to be read here: { create_table = { "schema",
-- … }, … }, the names of their options.
function cases.operations()
  local list = {}
  local shorthand = {}
  local function options(text)
    local keys = {}
    for macro, keys_of in pairs(shorthand) do
      if text:find("%f[%a_]" .. macro .. "%f[^%a_]") then
        for _, key in ipairs(keys_of) do keys[#keys + 1] = key end
      end
    end
    for place, key in text:gmatch("([A-Z_]+)%(([a-z_]+), [A-Z]+,") do
      if place:find("^OPT") or place:find("^MUST") then keys[#keys + 1] = key end
    end
    return keys
  end
  local function scan(path)
    local text = shell.read(path):gsub("\\\n", " ")
    for macro, body in text:gmatch("#define ([A-Z_]+) ([^\n]*)") do
      shorthand[macro] = options(body)
    end
    for file in text:gmatch('#include "([^"]+)"') do
      scan(shell.source .. "/src/" .. file)
    end
    for name, body in (text .. "\n\n"):gmatch("\nOP%((%a[%w_]*),(.-)%)\n\n") do
      list[name] = options(body .. ")")
    end
  end
  scan(shell.source .. "/src/model/op.def")
  return list
end

-- The operations that calls make, or nil and an error.
function cases.load(calls)
  local path = os.tmpname()
  shell.write(path, 'revision = "a"\nfunction upgrade()\n' .. calls .. "\nend\n")
  local ops, err = core.plan.load(path)
  os.remove(path)
  return ops, err
end

-- What the file should say of a case: SQL, and the call that undoes it.
function cases.expected(ops)
  local script, err = ops:script(150000)
  local sql = script and trim(script) or "!" .. err.message
  local back, reason = ops:reverse()
  return sql, back and trim(back:render()) or "!" .. reason.message
end

return cases
