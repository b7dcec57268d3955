-- Reads the headers of an Alembic history: Python is not run, only what stands at the top of
-- a file as plain assignments is understood. Bodies come from `alembic upgrade --sql`, which
-- is C's business (app/import_alembic.c), or are left to be filled in.
local files = require "import.files"

local alembic = {}

local fail = files.fail

-- "key = value" of an ini file's section, %% made one. %(here)s is where the file is, as any
-- path that does not begin with a slash.
local function ini_values(text, section)
  local values, inside, last = {}, false, nil
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    local header = line:match("^%[(.-)%]")
    local key, value = line:match("^([%w_]+)%s*[=:]%s*(.-)%s*$")
    if header then
      inside, last = header == section, nil
    elseif inside and key then
      values[key], last = value, key
    elseif inside and last and line:find("^%s+[^%s#;]") then
      values[last] = values[last] .. " " .. line:match("^%s*(.-)%s*$")
    end
  end
  for key, value in pairs(values) do
    values[key] = value:gsub("%%%(here%)s/?", ""):gsub("%%%%", "%%")
  end
  return values
end

local function under(base, path)
  path = path:gsub("^%./", "")
  return path:sub(1, 1) == "/" and path or base == "." and path or base .. "/" .. path
end

-- The directories of revision files, as version_locations or the script directory has them.
local function versions_of(script, here, values)
  local places = {}
  local separators = { space = "%s", os = ":%s", [":"] = ":%s", [";"] = ";%s" }
  local separator = separators[values.version_path_separator or ""] or "%s,"
  for place in (values.version_locations or ""):gmatch("[^" .. separator .. "]+") do
    places[#places + 1] = under(here, place)
  end
  return #places > 0 and places or { script .. "/versions" }
end

-- Where things are, from a directory that holds alembic.ini, or env.py, or the files.
local function locate(directory)
  local above = directory:match("^(.*)/[^/]*$") or directory == "." and ".." or "."
  local ini, here
  for _, place in ipairs { directory, above, under(above, "..") } do
    if not ini and files.exists(place .. "/alembic.ini") then
      ini, here = place .. "/alembic.ini", place
    end
  end
  local values = ini and ini_values(files.read(ini), "alembic") or {}
  local script = directory
  if here == directory then
    -- Flask-Migrate has all in one directory, and names none.
    script = values.script_location and under(here, values.script_location)
      or files.exists(here .. "/env.py") and here or under(here, "alembic")
    if (values.script_location or ""):find(":", 1, true) then
      fail(("script_location '%s' is inside a Python package"):format(values.script_location),
        "name the directory that holds env.py instead", ini)
    end
  elseif not files.exists(directory .. "/env.py") then
    return ini, { directory }, files.exists(above .. "/env.py") and above
  end
  return ini, versions_of(script, here or script, values), script
end

-- version_table and version_table_schema, where env.py gives them as plain text.
local function version_table(script)
  local path = script and script .. "/env.py"
  local text = path and files.exists(path) and files.read(path) or ""
  local function given(name)
    return text:match("[%s(,]" .. name .. "%s*=%s*[\"']([^\"'\n]+)[\"']")
  end
  return given "version_table" or "alembic_version", given "version_table_schema"
end

-- ---- Python, as far as a header needs it ----

local closing = { ['"""'] = true, ["'''"] = true }

-- The text between the quotes that start at `at`, and what follows; nil: no plain string.
local function python_string(text, at)
  local quote = text:match('^[rRuU]?(""")', at) or text:match("^[rRuU]?(''')", at) or text:match("^[rRuU]?([\"'])", at)
  if not quote then
    return nil
  end
  local start = text:find(quote, at, true) + #quote
  local i = start
  while i <= #text do
    if text:sub(i, i) == "\\" then
      i = i + 2
    elseif text:sub(i, i + #quote - 1) == quote then
      local value = text:sub(start, i - 1):gsub("\\\n", ""):gsub("\\(.)", { n = "\n", t = "\t",
        ["\\"] = "\\", ['"'] = '"', ["'"] = "'" })
      return value, i + #quote
    elseif text:sub(i, i) == "\n" and not closing[quote] then
      return nil
    else
      i = i + 1
    end
  end
  return nil
end

-- White space and comments, line breaks too when `inside` brackets.
local function skip_blank(text, at, inside)
  while true do
    local after = text:match(inside and "^%s+()" or "^[ \t]+()", at) or inside and text:match("^#[^\n]*()", at)
    if not after then
      return at
    end
    at = after
  end
end

-- None, "text", or a tuple, list or set of texts: a list, and true; else false.
local function python_value(text, at)
  at = skip_blank(text, at, false)
  if text:match("^None%f[^%w_]", at) then
    return {}, true
  end
  local one, after = python_string(text, at)
  if one then
    local rest = text:match("^[ \t]*([^\n]*)", after)
    return { one }, rest == "" or rest:sub(1, 1) == "#" or rest:sub(1, 1) == ";"
  end
  local open = text:match("^[%(%[{]", at)
  local close = ({ ["("] = ")", ["["] = "]", ["{"] = "}" })[open]
  local list = {}
  at = at + 1
  while close do
    at = skip_blank(text, at, true)
    if text:sub(at, at) == close then
      return list, true
    end
    one, after = python_string(text, at)
    if not one then
      return list, false
    end
    list[#list + 1] = one
    at = skip_blank(text, after, true)
    if text:sub(at, at) == "," then
      at = at + 1
    elseif text:sub(at, at) ~= close then
      return list, false
    end
  end
  return list, false
end

local function line_at(text, byte)
  return select(2, text:sub(1, byte - 1):gsub("\n", "\n")) + 1
end

-- A header's field, as a list of texts; nil when the file does not have it.
local function field(text, name, path)
  local at, from = 1, nil
  for line in (text .. "\n"):gmatch("([^\n]*\n)") do
    local after = line:match("^" .. name .. "%s*=()[^=]") or line:match("^" .. name .. "%s*:[^=\n]*=()[^=]")
    from = after and at + after - 1 or from
    at = at + #line
  end
  if not from then
    return nil
  end
  local list, plain = python_value(text, from)
  if not plain then
    fail(("%s is not plain text, so only Python could tell what it is"):format(name),
      "write it as None, \"text\" or (\"text\", \"text\") in the file, and import again", path, line_at(text, from))
  end
  return list
end

-- The first paragraph of the docstring, and its "Create Date".
local function doc_of(text)
  local at = 1
  while text:find("^%s*#[^\n]*\n", at) do
    at = select(2, text:find("^%s*#[^\n]*\n", at)) + 1
  end
  local doc = python_string(text, text:match("^%s*()", at))
  if not doc then
    return "", nil
  end
  local message = (doc:match("^%s*(.-)\n%s*\n") or doc):gsub("\n%s*", "\n"):gsub("%s+$", ""):gsub("^%s+", "")
  message = message:match("^(.-)\nRevision ID:") or not message:find("^Revision ID:") and message or ""
  return message, doc:match("\nCreate Date: *([%d%-]+ [%d:]+)")
end

-- The lines of `def NAME(...)`: nil when there is no such function, and whether they do
-- anything. Their common indentation is taken off.
local function body_of(text, name)
  local lines, inside = {}, false
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    if line:find("^def%s+" .. name .. "%s*%(") or line:find("^async%s+def%s+" .. name .. "%s*%(") then
      inside, lines = true, { line:match("%b()[^:]*:%s*([^%s#].-)%s*$") } -- def upgrade(): pass
    elseif inside and line:find("^[^%s#)]") then
      inside = false
    elseif inside then
      lines[#lines + 1] = (line:gsub("\t", "    "):gsub("%s+$", ""))
    end
  end
  while lines[1] and (lines[1] == "" or lines[1]:find("^%)")) do
    table.remove(lines, 1)
  end
  while lines[#lines] == "" do
    lines[#lines] = nil
  end
  if #lines == 0 then
    return nil, false
  end
  local least = 1000
  for _, line in ipairs(lines) do
    least = line == "" and least or math.min(least, #line:match("^ *"))
  end
  local busy = false
  for i, line in ipairs(lines) do
    lines[i] = line:sub(least + 1)
    busy = busy or not (lines[i] == "" or lines[i]:find("^#") or lines[i]:find("^pass%f[^%w_]") or
      lines[i]:find("^%.%.%.$") or lines[i]:find('^""".*"""$'))
  end
  return table.concat(lines, "\n"), busy
end

local function revision_of(text, path, name)
  local id = field(text, "revision", path)
  local message, created = doc_of(text)
  local up, does_up = body_of(text, "upgrade")
  local undo, does_undo = body_of(text, "downgrade")
  local no_way = not undo or undo:find "^raise%f[^%w_]"
  return {
    id = id[1], message = message, created = created, source = path, stem = name:sub(1, -4),
    down = field(text, "down_revision", path), labels = field(text, "branch_labels", path),
    depends = field(text, "depends_on", path),
    up = { outside = false }, undo = not no_way and { outside = false } or nil,
    python = { up = does_up and up or nil, undo = does_undo and not no_way and undo or nil },
  }
end

-- Parents and dependencies first; what stands in a circle keeps the order of names, for the
-- graph to refuse.
local function sorted(found)
  local by_id, placed, list = {}, {}, {}
  for _, revision in ipairs(found) do
    by_id[revision.id] = revision
  end
  local function place(revision)
    local stack = { { revision, 0 } }
    placed[revision] = true
    while #stack > 0 do -- a loop: histories are long, and Lua's C stack is not
      local top = stack[#stack]
      local down, depends = top[1].down or {}, top[1].depends or {}
      top[2] = top[2] + 1
      local name = down[top[2]] or depends[top[2] - #down]
      if not name then
        list[#list + 1] = top[1]
        stack[#stack] = nil
      elseif by_id[name] and not placed[by_id[name]] then
        placed[by_id[name]] = true
        stack[#stack + 1] = { by_id[name], 0 }
      end
    end
  end
  for _, revision in ipairs(found) do
    if not placed[revision] then
      place(revision)
    end
  end
  return list
end

-- A reader as import.lua describes it, without the SQL; `python` holds what the functions
-- say where they do something, and `result` gets ini, version_table and version_schema. A
-- downgrade() that only raises is no way down.
function alembic.read(directory, skip, _, result)
  local ini, places, script = locate(directory)
  local found, by_id = {}, {}
  for _, place in ipairs(places) do
    if not files.is_directory(place) then
      fail(("'%s' holds no alembic.ini, no env.py and no revision files"):format(directory),
        "name the directory that has alembic.ini, or the one with the revision files")
    end
    for _, name in ipairs(files.list(place)) do
      local path = place .. "/" .. name
      local text = name:find("%.py$") and files.read(path) or ""
      if name:find("%.py$") and field(text, "revision", path) then
        local revision = revision_of(text, path, name)
        if not revision.id or by_id[revision.id] then
          fail(revision.id and ("two files have the revision '%s': %s and %s"):format(revision.id,
            by_id[revision.id], path) or "the file has no revision id", nil, path)
        end
        by_id[revision.id], found[#found + 1] = path, revision
      elseif name:find("%.py$") and not name:find("^__init__") and name ~= "env.py" then
        skip(path, "it has no 'revision ='")
      end
    end
  end
  result.ini = ini
  result.version_table, result.version_schema = version_table(script)
  return sorted(found)
end

return alembic
