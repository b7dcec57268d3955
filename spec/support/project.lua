-- A project in a directory of its own, with a database of its own.
--
--   local project = require "spec.support.project"
--   local p = project.new {
--     files = {
--       ["migrations/001_a.lua"] = project.revision { "001_a", up = 'op.execute "..."' },
--       ["models/a.lua"] = "...",
--     },
--   }
--   p:run("upgrade", "head")         any exit status; { status, out, err }
--   p:ok("upgrade", "head")          must be 0
--   p:fails(1, "upgrade", "head")    must be 1
--   p.db:query("...")                spec/support/db
--
-- moonshift.lua is `return {}` unless given. DATABASE_URL is the project's database; an
-- `env` field of new{} adds to the environment. `db = false` for a project without one.
local cli = require "spec.support.cli"
local db = require "spec.support.db"
local shell = require "spec.support.shell"

local project = {}
local methods = {}
methods.__index = methods

-- The text of a revision file. { id, down = id or list, message =, up = body, down_body =,
-- head = further lines of the header }
function project.revision(r)
  local function value(v)
    if v == nil then return "nil" end
    if type(v) == "string" then return ("%q"):format(v) end
    local parts = {}
    for i, item in ipairs(v) do parts[i] = ("%q"):format(item) end
    return "{ " .. table.concat(parts, ", ") .. " }"
  end
  return ([[
message = %s
revision = %s
down_revision = %s
%s
function upgrade()
  %s
end

function downgrade()
  %s
end
]]):format(value(r.message or r[1]), value(r[1]), value(r.down), r.head or "", r.up or "",
    r.down_body or "")
end

function project.new(given)
  given = given or {}
  local p = setmetatable({ dir = shell.directory(), env = {} }, methods)
  if given.db ~= false then
    p.db = db.create()
    p.env.DATABASE_URL = p.db.url
  end
  for name, value in pairs(given.env or {}) do
    p.env[name] = value
  end
  if given.config ~= false then
    p:write("moonshift.lua", given.config or "return {}\n")
    require("lfs").mkdir(p.dir .. "/migrations")
  end
  for path, text in pairs(given.files or {}) do
    p:write(path, text)
  end
  return p
end

-- A copy of a directory of the source tree ("examples/threads"), with a database.
function project.copy(path, given)
  given = given or {}
  given.config = false
  local p = project.new(given)
  shell.output(("cp -R %s/. %s"):format(shell.quote(shell.source .. "/" .. path), p.dir))
  return p
end

function methods:path(path)
  return self.dir .. "/" .. path
end

function methods:write(path, text)
  shell.write(self:path(path), text)
end

function methods:read(path)
  return shell.read(self:path(path))
end

function methods:exists(path)
  return shell.exists(self:path(path))
end

function methods:files(sub)
  return shell.files(sub and self:path(sub) or self.dir)
end

-- What cli.run takes, with this project's directory and environment.
function methods:call(call)
  local env = {}
  for name, value in pairs(self.env) do env[name] = value end
  for name, value in pairs(call.env or {}) do env[name] = value end
  call.env = env
  call.cwd = call.cwd or self.dir
  return call
end

local function arguments(...)
  local first = ...
  return type(first) == "table" and first or { ... }
end

-- p:run("upgrade", "head") or p:run { "upgrade", "head", input = "y\n", env = { ... } }
function methods:run(...)
  return cli.run(self:call(arguments(...)))
end

function methods:start(...)
  return cli.start(self:call(arguments(...)))
end

function methods:ok(...)
  return cli.expect(0, self:run(...))
end

function methods:fails(status, ...)
  return cli.expect(status, self:run(...))
end

-- A command line for sh in the project's directory, `moonshift` being on the PATH.
function methods:sh(command, call)
  call = call or {}
  call.shell = command
  return cli.run(self:call(call))
end

return project
