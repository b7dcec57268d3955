-- Files, directories and quoting for the other support modules.
local lfs = require "lfs"
local cleanup = require "spec.support.cleanup"

local shell = {}

function shell.quote(text)
  return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

function shell.read(path)
  local f = assert(io.open(path, "rb"))
  local text = f:read("a")
  f:close()
  return text
end

-- Writes a file, making the directories above it.
function shell.write(path, text)
  local at = 1
  while true do
    local slash = path:find("/", at + 1, true)
    if not slash then break end
    lfs.mkdir(path:sub(1, slash - 1))
    at = slash
  end
  local f = assert(io.open(path, "wb"))
  f:write(text)
  f:close()
end

function shell.exists(path)
  return lfs.attributes(path) ~= nil
end

-- The output of a command that must succeed.
function shell.output(command)
  local pipe = assert(io.popen(command, "r"))
  local text = pipe:read("a")
  local ok, how, status = pipe:close()
  if not ok then error(("%s: %s %s\n%s"):format(command, how, status, text), 2) end
  return text
end

-- A new directory, removed when the spec file ends.
function shell.directory()
  local dir = shell.output("mktemp -d /tmp/moonshift-spec.XXXXXX"):gsub("\n", "")
  cleanup.add(function()
    os.execute(("test ! -e %s || { chmod -R u+rwX %s; rm -rf %s; }"):format(dir, dir, dir))
  end)
  return dir
end

-- All files under a directory, relative to it, sorted.
function shell.files(dir)
  local found = {}
  local function walk(sub)
    for name in lfs.dir(dir .. "/" .. sub) do
      if name ~= "." and name ~= ".." then
        local path = sub == "" and name or sub .. "/" .. name
        if lfs.attributes(dir .. "/" .. path, "mode") == "directory" then
          walk(path)
        else
          found[#found + 1] = path
        end
      end
    end
  end
  walk("")
  table.sort(found)
  return found
end

-- This process, so that names made by it are its own (specs run side by side).
local stat = assert(io.open("/proc/self/stat"))
shell.pid = stat:read("n")
stat:close()

-- Absolute: programs are run in other directories.
function shell.absolute(path)
  return path:find("^/") and path or lfs.currentdir() .. "/" .. path
end
shell.source = shell.absolute(os.getenv("MOONSHIFT_SOURCE") or ".")
shell.build = shell.absolute(os.getenv("MOONSHIFT_BUILD") or "build-test")

return shell
