-- Reads the migrations of other tools: what `moonshift import` makes revisions of.
--
-- A reader takes a directory and gives a list of revisions, parents first:
--   { id =, message =, down = { ids }, labels = {}, depends = {}, created = date or nil,
--     source = path, stem = name of the new file without .lua,
--     up = part, undo = part or nil (no way down), missing = why bodies cannot be had }
-- A part is { text = SQL, outside = true when it is not run in a transaction }.
-- A file that looks like a migration and is none is not passed over in silence:
-- skip(path, why).
local alembic = require "import.alembic"
local files = require "import.files"

local readers = {}

local fail = files.fail

-- The lines of a file between the annotations of a tool. `what(line)` gives the words of an
-- annotation, or nil for a line of SQL; `on(words, number)` takes them and says where the
-- lines that follow belong: a part, or nil for nowhere.
local function sections(path, what, on)
  local number, part = 0, nil
  for line in (files.read(path) .. "\n"):gmatch("([^\n]*)\n") do
    number = number + 1
    local words = what(line)
    if words then
      part = on(words, number, part)
    elseif part then
      part[#part + 1] = line
    elseif not line:find("^%s*$") and not line:find("^%s*%-%-") then
      fail("there is SQL above the first annotation, which the tool would never run",
        "move it below the annotation, or remove it", path, number)
    end
  end
end

local function closed(part)
  part.text = table.concat(part, "\n")
  for i = #part, 1, -1 do
    part[i] = nil
  end
  return part
end

-- dbmate: NUMBER_name.sql, with -- migrate:up and -- migrate:down.
function readers.dbmate(directory, skip)
  local found = {}
  for _, name in ipairs(files.list(directory)) do
    local version, rest = name:match("^(%d+)(.*)%.sql$")
    local path = directory .. "/" .. name
    if not version then
      skip(path, "its name is not VERSION_name.sql")
    else
      local parts = {}
      sections(path, function(line) return line:match("^%-%-%s*migrate:(.*)$") end,
        function(words, number)
          local which, options = words:match("^(%l+)(.*)$")
          if which ~= "up" and which ~= "down" or parts[which] then
            fail(("'migrate:%s' is not migrate:up or migrate:down, each once"):format(words), nil, path, number)
          end
          parts[which] = { outside = options:find("transaction:false", 1, true) ~= nil }
          return parts[which]
        end)
      if not parts.up then
        fail("the file has no '-- migrate:up'", nil, path)
      end
      found[#found + 1] = {
        version = version, id = version, message = files.words(rest), source = path,
        stem = name:sub(1, -5), up = closed(parts.up), undo = parts.down and closed(parts.down),
      }
    end
  end
  -- dbmate goes by the names of its files, and takes a version as text.
  local by_version = {}
  for _, revision in ipairs(found) do
    local other = by_version[revision.version]
    if other then
      fail(("two files have the version %s: %s and %s"):format(revision.version, other.source, revision.source),
        "rename one of them")
    end
    by_version[revision.version] = revision
  end
  return files.chain(found)
end

local function goose_file(path)
  local parts, outside = {}, false
  sections(path, function(line) return line:match("^%s*%-%-%s*%+goose%s+(.-)%s*$") end,
    function(words, number, part)
      local word = words:upper() -- goose reads them in any case
      if word == "UP" or word == "DOWN" then
        if parts[word] then
          fail(("there are two '+goose %s'"):format(words), nil, path, number)
        end
        parts[word] = {}
        return parts[word]
      elseif word == "NO TRANSACTION" then
        outside = true
      elseif word == "ENVSUB ON" then
        fail("values of environment variables are put into this file by goose",
          "write the values into the SQL and remove '+goose ENVSUB ON'", path, number)
      elseif word ~= "STATEMENTBEGIN" and word ~= "STATEMENTEND" and word ~= "ENVSUB OFF" then
        fail(("'+goose %s' is no annotation of goose"):format(words), nil, path, number)
      end
      return part
    end)
  if not parts.UP then
    fail("the file has no '-- +goose Up'", nil, path)
  end
  for _, part in pairs(parts) do
    closed(part).outside = outside
  end
  return parts.UP, parts.DOWN
end

-- goose: NUMBER_name.sql with +goose annotations; NUMBER_name.go cannot be read.
function readers.goose(directory, skip)
  local found = {}
  for _, name in ipairs(files.list(directory)) do
    local version, rest, kind = name:match("^(%d+)_(.*)%.(%w+)$")
    local path = directory .. "/" .. name
    if kind ~= "sql" and kind ~= "go" or name:find("_test%.go$") then
      skip(path, "its name is not VERSION_name.sql")
    else
      local revision = {
        version = version, id = version, message = files.words(rest), source = path, stem = version .. "_" .. rest,
      }
      if kind == "sql" then
        revision.up, revision.undo = goose_file(path)
      else
        revision.missing = "it is written in Go"
      end
      found[#found + 1] = revision
    end
  end
  files.order(found)
  return files.chain(found)
end

-- golang-migrate: NUMBER_name.up.sql and NUMBER_name.down.sql, run as they are.
readers["golang-migrate"] = function(directory, skip)
  local found, by_version = {}, {}
  for _, name in ipairs(files.list(directory)) do
    local version, rest, way = name:match("^(%d+)_(.*)%.(%l+)%.sql$")
    local path = directory .. "/" .. name
    if way ~= "up" and way ~= "down" then
      skip(path, "its name is not VERSION_name.up.sql or .down.sql")
    else
      local key = version:gsub("^0+", "")
      local revision = by_version[key]
      if not revision then
        revision = { version = version, id = version }
        by_version[key], found[#found + 1] = revision, revision
      end
      local field = way == "up" and "up" or "undo"
      if revision[field] then
        fail(("two files have the version %s: %s and %s"):format(version, revision[field].path, path),
          "rename one of them")
      end
      revision[field] = { text = files.read(path), path = path }
      if way == "up" then
        revision.id, revision.source = version, path
        revision.message, revision.stem = files.words(rest), version .. "_" .. rest
      end
    end
  end
  for _, revision in ipairs(found) do
    if not revision.up then
      fail(("%s has no .up.sql beside it"):format(revision.undo.path))
    end
  end
  files.order(found)
  return files.chain(found)
end

-- ${name} of Flyway becomes what -x name=value says.
local function placeholders(text, path, values)
  local number = 0
  return (text:gsub("[^\n]*\n?", function(line)
    number = number + 1
    return (line:gsub("%${([%w_:.%-]+)}", function(name)
      return values[name] or fail(("the placeholder ${%s} has no value"):format(name),
        ("say -x %s=VALUE"):format(name), path, number)
    end))
  end))
end

local function flyway_part(path, values)
  local settings = files.exists(path .. ".conf") and files.read(path .. ".conf") or ""
  return {
    text = placeholders(files.read(path), path, values),
    outside = settings:find("executeInTransaction%s*=%s*false") ~= nil,
  }
end

local function by_stem(a, b) return a.stem < b.stem end

-- Flyway: V1.2__name.sql, U1.2__name.sql (its undo), R__name.sql after all of them.
function readers.flyway(directory, skip, values)
  local found, undo, again = {}, {}, {}
  for _, name in ipairs(files.list(directory, true)) do
    local path, base = directory .. "/" .. name, name:match("[^/]*$")
    local kind, version, rest, suffix = base:match("^([VUR])([%d._]-)__(.*)%.(%w+)$")
    local revision = rest and {
      version = version:gsub("_", "."), message = files.words(rest), source = path,
      stem = files.id(base:match("^(.*)%.")),
    }
    if not rest or (version == "") ~= (kind == "R") or suffix == "conf" then
      if suffix ~= "conf" and not base:find("%.sql%.conf$") then
        local callback = base:find("^before%u") or base:find("^after%u")
        skip(path, callback and "it is a callback of Flyway's"
          or "its name is not V1__name.sql, U1__name.sql or R__name.sql")
      end
    elseif kind == "U" then
      undo[#undo + 1] = revision
    else
      revision.id = kind == "V" and revision.version or revision.stem
      if suffix == "sql" then
        revision.up = flyway_part(path, values)
      else
        revision.missing = "it is not written in SQL"
      end
      local list = kind == "V" and found or again
      list[#list + 1] = revision
    end
  end
  files.order(found)
  files.order(undo)
  table.sort(again, by_stem)
  for _, back in ipairs(undo) do
    local of
    for _, revision in ipairs(found) do
      of = files.compare(revision.version, back.version) == 0 and revision or of
    end
    if not of then
      fail(("%s undoes a version that no file has"):format(back.source))
    end
    of.undo = flyway_part(back.source, values)
  end
  table.move(again, 1, #again, #found + 1, found)
  return files.chain(found)
end

-- A directory of plain SQL files in the order of their names: x.sql, or x.up.sql and
-- x.down.sql, or x/migration.sql.
function readers.sql(directory, skip)
  local found, undo, ids = {}, {}, {}
  for _, name in ipairs(files.list(directory, true)) do
    local stem = name:match("^([^/]+)/migration%.sql$") or name:match("^([^/]+)%.up%.sql$")
    local back = name:match("^([^/]+)/down%.sql$") or name:match("^([^/]+)%.down%.sql$")
    stem = stem or not back and name:match("^([^/]+)%.sql$")
    local path = directory .. "/" .. name
    if back then
      undo[back] = path
    elseif not stem then
      skip(path, "its name is not NAME.sql")
    else
      local id = files.id(stem)
      if ids[id] then
        fail(("two files would be the revision '%s': %s and %s"):format(id, ids[id], path), "rename one of them")
      end
      ids[id] = path
      local message = files.words(stem:gsub("^[%d._]+[_%-%s]", ""))
      found[#found + 1] = {
        key = stem, id = id, stem = id, source = path, message = message ~= "" and message or stem,
        up = { text = files.read(path) },
      }
    end
  end
  table.sort(found, function(a, b) return a.key < b.key end)
  for _, revision in ipairs(found) do
    local path = undo[revision.key]
    revision.undo, undo[revision.key] = path and { text = files.read(path) }, nil
  end
  local lonely = next(undo)
  if lonely then
    fail(("%s undoes a file that is not there"):format(undo[lonely]))
  end
  return files.chain(found)
end

readers.alembic = alembic.read

local import = {}

-- read{ tool =, directory =, x = values of -x } gives { revisions = …, skipped = { { path =,
-- why = } }, and of Alembic: ini =, version_table =, version_schema = }.
function import.read(args)
  local result = { skipped = {} }
  local directory = args.directory:gsub("(.)/+$", "%1"):gsub("^%./(.)", "%1")
  result.revisions = readers[args.tool](directory, function(path, why)
    if path:find("%.sql$") or path:find("%.py$") or path:find("%.go$") then
      result.skipped[#result.skipped + 1] = { path = path, why = why }
    end
  end, args.x or {}, result)
  if #result.revisions == 0 then
    fail(("there are no migrations of %s in '%s'"):format(args.tool, directory))
  end
  for _, revision in ipairs(result.revisions) do
    revision.stem = revision.stem:gsub("[%s/]", "_")
  end
  return result
end

return import
