-- Cases of operations: files in spec/golden/op/ without code between the cases.
--
--   === title [mode]        mode: text (never run; text 18: for PostgreSQL 18), up (run, not
--                           undone; up 16: by 16 and newer servers), from 16 (up and down, by
--                           16 and newer), none: up and down by every server
--   op.create_index(...)    the call, as in a migration
--   --
--   CREATE INDEX ...;       what it becomes
--   --
--   op.drop_index(...)      what undoes it, or !why nothing does
--
-- MOONSHIFT_GOLDEN=write fills in what follows the calls; look at the difference before
-- committing. fixture.sql is the database that the cases find; "-- from 15" at the end of a
-- line is for 15 and newer servers.
local db = require "spec.support.db"
local shell = require "spec.support.shell"
local core = require "moonshift_core"

local cases = {
  directory = shell.source .. "/spec/golden/op/",
  write = os.getenv "MOONSHIFT_GOLDEN" == "write",
}

local function trim(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

-- All cases of a file: { title, mode, version: for which it is compiled, since: the first server
-- that runs it, call, sql, back, op: what it is a case of, the last operation of the call }.
function cases.read(name)
  local list, case, part = {}, nil, nil
  for line in io.lines(cases.directory .. name .. ".txt") do
    local title = line:match("^=== (.*)")
    if title then
      local mode, version = title:match("%[(%a+) ?(%d*)%]$")
      case = { file = name, title = title:gsub("%s*%[%a+ ?%d*%]$", ""), heading = title,
        mode = mode ~= "from" and mode or nil, version = tonumber(version),
        since = mode ~= "text" and tonumber(version) or 0, call = "", sql = "", back = "" }
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

-- The cases that a server of this version (150004) can run, and the titles of those that it cannot.
function cases.runnable(list, version)
  local can, cannot = {}, {}
  for _, case in ipairs(list) do
    if case.mode ~= "text" and case.since <= version // 10000 then
      can[#can + 1] = case
    elseif case.mode ~= "text" then
      cannot[#cannot + 1] = ("%s (%d)"):format(case.title, case.since)
    end
  end
  return can, cannot
end

-- A database made of fixture.sql; returns the server's version, too.
function cases.fixture()
  local d = db.create()
  d:exec(db.for_server(shell.read(cases.directory .. "fixture.sql")))
  return d, db.server_version()
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
