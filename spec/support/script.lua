-- Revision files for the specs of the script layer: text in, what the host saw out.
local core = require("moonshift_core").script
local shell = require "spec.support.shell"

local script = {}

local directory, count = nil, 0

-- A file with this text.
function script.file(text)
  directory = directory or shell.directory()
  count = count + 1
  local path = ("%s/%d.lua"):format(directory, count)
  shell.write(path, text)
  return path
end

-- Runs upgrade() (or another entry) of a text; what the host was asked, or nil and the error.
function script.run(text, entry, memory)
  return core.run(script.file(text), "migrations/x.lua", entry or "upgrade", memory)
end

-- Runs statements as the body of upgrade(), which starts on line 3.
function script.body(lua, memory)
  return script.run('revision = "a"\nfunction upgrade()\n' .. lua .. "\nend\n", "upgrade", memory)
end

-- The error of such a body.
function script.body_error(lua, memory)
  local result, err = script.body(lua, memory)
  assert(result == nil, "no error, but: " .. tostring(result))
  return err
end

function script.header(text)
  return core.header(script.file(text), "migrations/x.lua")
end

function script.load(text)
  return core.load(script.file(text), "migrations/x.lua")
end

function script.load_error(text)
  local result, err = script.load(text)
  assert(result == nil, "no error")
  return err
end

-- "line: message", for one-line expectations.
function script.short(err)
  return ("%d: %s"):format(err.line, err.message)
end

return script
