-- Finding and writing the files of a project. Every function takes one table.
local lfs = require "lfs"

local project = {}

local function fail(message, hint)
  error({ message = message, hint = hint }, 0)
end

-- Names of the files in a directory that end in `suffix`, sorted; hidden ones left out.
-- list{ directory =, suffix = ".lua" }
function project.list(args)
  local names = {}
  if lfs.attributes(args.directory, "mode") ~= "directory" then
    fail(("'%s' is not a directory"):format(args.directory))
  end
  for name in lfs.dir(args.directory) do
    if name:sub(1, 1) ~= "." and name:sub(-#args.suffix) == args.suffix then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

-- Makes a directory and what stands above it.
local function make_directory(path)
  if path == "" or lfs.attributes(path, "mode") == "directory" then
    return
  end
  make_directory(path:match("^(.*)/[^/]*$") or "")
  local made, why = lfs.mkdir(path)
  if not made and lfs.attributes(path, "mode") ~= "directory" then
    fail(("cannot make the directory '%s': %s"):format(path, why))
  end
end

-- Writes a new file, whole or not at all, and never over another one: the text goes to a
-- temporary file, which then gets its name by link(2), and that fails where a file is.
-- write{ path =, text = }
function project.write(args)
  local directory = args.path:match("^(.*)/[^/]*$") or "."
  make_directory(directory)
  if lfs.symlinkattributes(args.path) then
    fail(("'%s' is there already"):format(args.path), "nothing is overwritten: move it away first")
  end
  local temporary = ("%s/.moonshift-%d-%s"):format(directory, os.time(), tostring(args):match("0x(%x+)"))
  local file, why = io.open(temporary, "wb")
  if not file then
    fail(("cannot write in '%s': %s"):format(directory, why:sub(#temporary + 3)))
  end
  local ok
  ok, why = file:write(args.text)
  local closed, close_why = file:close()
  if ok and closed then
    ok, why = lfs.link(temporary, args.path)
    -- Some file systems have no hard links. Then a rename, which a file made meanwhile by
    -- somebody else would not survive: the check comes as late as it can.
    if not ok and not lfs.symlinkattributes(args.path) then
      ok, why = os.rename(temporary, args.path)
    end
  else
    why = why or close_why
    ok = nil
  end
  os.remove(temporary)
  if not ok then
    fail(("cannot write '%s': %s"):format(args.path, why or "unknown error"), "nothing was written")
  end
  return args.path
end

-- The whole of a file, or nil when there is none.
function project.read(args)
  local file = io.open(args.path, "rb")
  if not file then
    return nil
  end
  local text = file:read("a")
  file:close()
  return text
end

return project
