-- Cases of operations: files in spec/golden/op/ without code between the cases.
--
--   === title [mode]        mode: text (never run; text 18: for PostgreSQL 18), up (run, not
--                           undone), none: up and down
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

-- All cases of a file: { title, mode, version, call, sql, back, op: what it is a case of, the last
-- operation of the call }.
function cases.read(name)
  local list, case, part = {}, nil, nil
  for line in io.lines(cases.directory .. name .. ".txt") do
    local title = line:match("^=== (.*)")
    if title then
      local mode, version = title:match("%[(%a+) ?(%d*)%]$")
      case = { file = name, title = title:gsub("%s*%[%a+ ?%d*%]$", ""), heading = title,
        mode = mode, version = tonumber(version), call = "", sql = "", back = "" }
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
    for op in ("\n" .. one.call):gmatch("\nop%.([%a_]+)") do one.op = op end
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

-- The operations that calls make, or nil and an error.
function cases.load(calls)
  local path = os.tmpname()
  shell.write(path, 'revision = "a"\nfunction upgrade()\n' .. calls .. "\nend\n")
  local ops, err = core.plan.load(path)
  os.remove(path)
  return ops, err
end

-- What the file should say of a case: SQL, and the call that undoes it.
function cases.expected(ops, version)
  local script, err = ops:script((version or 15) * 10000)
  local sql = script and trim(script) or "!" .. err.message
  local back, reason = ops:reverse()
  return sql, back and trim(back:render()) or "!" .. reason.message
end

return cases
