-- What the readers of other tools' migrations share: finding files, reading text, versions.
local lfs = require "lfs"
local project = require "project"

local files = {}

function files.fail(message, hint, path, line)
  error({ message = message, hint = hint, file = path, line = line }, 0)
end

local function line_of(text, byte)
  return select(2, text:sub(1, byte):gsub("\n", "\n")) + 1
end

-- Where the first byte stands that is not UTF-8, or nil. utf8.len knows code points up to
-- 2^31 only when told to be lax, so what it refuses PostgreSQL refuses too.
local function not_utf8(text)
  local n, byte = utf8.len(text)
  return n == nil and byte or text:find("\0", 1, true)
end

-- A file's text: without a byte order mark, lines ended by \n.
function files.read(path)
  local text = project.read { path = path }
  if not text then
    files.fail(("'%s' cannot be read"):format(path))
  end
  text = text:gsub("^\xEF\xBB\xBF", ""):gsub("\r\n", "\n")
  local bad = not_utf8(text)
  if bad then
    files.fail("the file is not UTF-8 text",
      ("convert it first: iconv -f latin1 -t utf-8 (or from utf-16) %s"):format(path), path, line_of(text, bad))
  end
  return text
end

-- The names of the files in a directory, sorted bytewise; hidden ones left out. With
-- `deep`, those of the directories below too, as "below/name".
function files.list(directory, deep)
  local names = {}
  local function walk(under)
    for name in lfs.dir(directory .. "/" .. under) do
      local mode = name:sub(1, 1) ~= "." and lfs.attributes(directory .. "/" .. under .. name, "mode")
      if mode == "file" then
        names[#names + 1] = under .. name
      elseif mode == "directory" and deep then
        walk(under .. name .. "/")
      end
    end
  end
  if lfs.attributes(directory, "mode") ~= "directory" then
    files.fail(("'%s' is not a directory"):format(directory))
  end
  walk ""
  table.sort(names)
  return names
end

function files.exists(path)
  return lfs.attributes(path, "mode") ~= nil
end

function files.is_directory(path)
  return lfs.attributes(path, "mode") == "directory"
end

-- "create_users-table" as a person would say it.
function files.words(name)
  return (name:gsub("[_%-%s]+", " "):gsub("^ ", ""):gsub(" $", ""))
end

-- An identifier: what @ - + : / and white space would mean elsewhere becomes _.
function files.id(text)
  return (text:gsub("[@%-+:/%s]+", "_"))
end

-- Compares "1.10" with "1.9" by their numbers, of any length. Negative, 0 or positive.
function files.compare(a, b)
  local function parts(version)
    local list = {}
    for number in version:gmatch("%d+") do
      list[#list + 1] = (number:gsub("^0+", ""))
    end
    while list[#list] == "" do -- 1 and 1.0 are one version
      list[#list] = nil
    end
    return list
  end
  local x, y = parts(a), parts(b)
  for i = 1, math.max(#x, #y) do
    local p, q = x[i] or "", y[i] or ""
    if #p ~= #q then
      return #p - #q
    elseif p ~= q then
      return p < q and -1 or 1
    end
  end
  return 0
end

-- Sorts revisions by `version` and refuses two of one version.
function files.order(revisions)
  table.sort(revisions, function(a, b)
    local by = files.compare(a.version, b.version)
    return by < 0 or by == 0 and a.source < b.source
  end)
  for i = 2, #revisions do
    if files.compare(revisions[i - 1].version, revisions[i].version) == 0 then
      files.fail(("two files have the version %s: %s and %s"):format(revisions[i].version,
        revisions[i - 1].source, revisions[i].source), "rename one of them")
    end
  end
end

-- Each revision after the one before it.
function files.chain(revisions)
  for i = 2, #revisions do
    revisions[i].down = { revisions[i - 1].id }
  end
  return revisions
end

return files
