-- Text compared with a file that was looked at by a person.
--
--   golden.check("help_upgrade", text)    against spec/golden/help_upgrade.txt
--
-- MOONSHIFT_GOLDEN=write (re)writes the files instead; look at the difference before
-- committing.
local shell = require "spec.support.shell"

local golden = {}

local function first_difference(expected, actual)
  local a, b = {}, {}
  for line in (expected .. "\n"):gmatch("(.-)\n") do a[#a + 1] = line end
  for line in (actual .. "\n"):gmatch("(.-)\n") do b[#b + 1] = line end
  for i = 1, math.max(#a, #b) do
    if a[i] ~= b[i] then
      return ("line %d\n  expected: %s\n  actual:   %s"):format(i, a[i] or "(end)", b[i] or "(end)")
    end
  end
end

function golden.check(name, actual)
  local path = ("%s/spec/golden/%s"):format(shell.source, name)
  if not name:find("%.%w+$") then path = path .. ".txt" end
  if os.getenv("MOONSHIFT_GOLDEN") == "write" then
    shell.write(path, actual)
    return
  end
  if not shell.exists(path) then
    error(path .. " is not there; MOONSHIFT_GOLDEN=write makes it. The text is:\n" .. actual, 2)
  end
  local expected = shell.read(path)
  if expected ~= actual then
    error(("%s differs from what it should be, at %s\n--- all of it\n%s"):format(name,
      first_difference(expected, actual), actual), 2)
  end
end

return golden
