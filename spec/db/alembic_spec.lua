-- Alembic's calls, and what its users write here for them: the same database, by pg_dump.
-- The pairs are in spec/alembic/calls.txt; each runs in a schema of its own, on one database
-- by the SQL of the installed Alembic, on the other by ours.
local cases = require "spec.support.cases"
local db = require "spec.support.db"
local shell = require "spec.support.shell"

local folder = shell.source .. "/spec/alembic/"

-- { title, ours = Lua, theirs = SQL }
local function read_pairs()
  local text = shell.read(folder .. "calls.txt")
  local pipe = assert(io.popen(("env -u LD_PRELOAD /usr/bin/python3 %s/render.py < %s/calls.txt")
    :format(shell.quote(folder), shell.quote(folder))))
  local rendered = pipe:read "a"
  assert(pipe:close(), "render.py failed")
  local list, sql = {}, rendered:gmatch "([^\0]*)\0"
  for case in (text .. "\n=== "):gmatch "=== (.-)\n%f[=]" do
    local title, ours = case:match "^([^\n]*)\n.-\n%-%-\n(.*)$"
    list[#list + 1] = { title = title, ours = ours, theirs = sql() }
  end
  return list
end

-- The names of a case's two schemas, in text where they are called @ and app.
local function in_schema(text, n)
  local name = ("c%02d"):format(n)
  return (text:gsub("@", name):gsub("%f[%w_]app%f[^%w_]", name .. "app"))
end

-- A dump in parts: the lines of each case, which begin with one that names its schema.
local function by_case(dump)
  local parts, current = {}, nil
  for line in dump:gmatch "[^\n]+" do
    current = tonumber(line:match "%f[%w_]c(%d%d)%f[%Wa]") or current
    parts[current] = parts[current] or {}
    table.insert(parts[current], line)
  end
  return parts
end

-- The lines that one has and the other has not.
local function difference(a, b)
  local count, out = {}, {}
  for _, line in ipairs(a) do count[line] = (count[line] or 0) + 1 end
  for _, line in ipairs(b) do count[line] = (count[line] or 0) - 1 end
  for line, n in pairs(count) do
    if n ~= 0 then out[#out + 1] = (n > 0 and "theirs: " or "ours: ") .. line end
  end
  table.sort(out)
  return table.concat(out, "\n")
end

describe("an Alembic user's calls", function()
  if not os.execute "env -u LD_PRELOAD /usr/bin/python3 -c 'import alembic' 2>/dev/null" then
    pending "Alembic is not installed"
    return
  end
  local list, theirs, ours = read_pairs(), nil, nil

  setup(function()
    local a, b = db.create(), db.create()
    local version = tonumber(a:scalar "show server_version_num")
    local fixture = shell.read(folder .. "fixture.sql")
    for n, case in ipairs(list) do
      local before = in_schema(fixture, n)
      a:exec(before .. in_schema(case.theirs, n))
      local ops, err = cases.load(in_schema(case.ours, n))
      assert(ops, err and case.title .. ": " .. err.message)
      b:exec(before .. assert(ops:script(version, true)))
    end
    theirs, ours = by_case(a:dump { data = true }), by_case(b:dump { data = true })
    a:drop()
    b:drop()
  end)

  for n, case in ipairs(list) do
    it("make the same database: " .. case.title, function()
      assert.is_true(#theirs[n] > 20, #theirs[n] .. " lines are no dump of the fixture")
      assert.equal("", difference(theirs[n], ours[n]))
    end)
  end

  it("are all there", function()
    assert.is_true(#list >= 25, #list .. " cases")
  end)
end)
