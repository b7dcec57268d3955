-- The commands of a document, run: what a page tells its reader to type is what is tested.
--
--   local walk = readme.walk("examples/threads/README.md", p)
--   walk:ok("moonshift upgrade head")     the page must hold that line; status 0
--   walk:run("moonshift current")         any status
--   walk:all_done()                       no command of the page was left out, but
--                                         those that hold one of these words: { "word" }
--
-- Commands are the lines of ```bash blocks, except `cd` and NAME=value alone, and what
-- stands in `backticks` in tables, if it starts with moonshift.
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"

local readme = {}
local walk = {}
walk.__index = walk

function readme.commands(text)
  local found = {}
  for block in text:gmatch("\n```bash\n(.-)```") do
    for line in block:gmatch("[^\n]+") do
      if not line:find("^#") and not line:find("^cd ") and not line:find("^[A-Z_]+=%S+$") then
        found[#found + 1] = line
      end
    end
  end
  for line in text:gmatch("\n|([^\n]*)") do
    for command in line:gmatch("`(moonshift [^`]*)`") do found[#found + 1] = command end
  end
  return found
end

function readme.walk(path, project)
  local left = {}
  for _, command in ipairs(readme.commands(shell.read(shell.source .. "/" .. path))) do
    left[command] = "new"
  end
  return setmetatable({ path = path, project = project, left = left }, walk)
end

-- call: what cli.run takes, in addition
function walk:run(command, call)
  if not self.left[command] then error(self.path .. " does not say: " .. command, 2) end
  self.left[command] = "done"
  return self.project:sh(command, call)
end

function walk:ok(command, call)
  return cli.expect(0, self:run(command, call))
end

function walk:all_done(elsewhere)
  local missed = {}
  for command, state in pairs(self.left) do
    local excused = state == "done"
    for _, word in ipairs(elsewhere or {}) do
      excused = excused or command:find(word, 1, true)
    end
    if not excused then missed[#missed + 1] = command end
  end
  table.sort(missed)
  if #missed > 0 then
    error(self.path .. " has commands that nothing ran:\n" .. table.concat(missed, "\n"), 2)
  end
end

return readme
