-- The rules of the house that a machine can check.
local shell = require "spec.support.shell"

local function sources(patterns)
  local found = {}
  for _, dir in ipairs { "src", "lua", "spec", "scripts", "migrations", "examples" } do
    if shell.exists(shell.source .. "/" .. dir) then
      for _, path in ipairs(shell.files(shell.source .. "/" .. dir)) do
        for _, pattern in ipairs(patterns) do
          if path:find(pattern) then
            found[#found + 1] = { path = dir .. "/" .. path,
              text = shell.read(shell.source .. "/" .. dir .. "/" .. path) }
          end
        end
      end
    end
  end
  assert(#found > 0, "nothing to look at")
  return found
end

local function fail_with(findings)
  if #findings > 0 then error("\n" .. table.concat(findings, "\n"), 2) end
end

-- C without comments, strings and character constants, line structure kept.
local function bare(text)
  local out, at = {}, 1
  local function blank(s) return (s:gsub("[^\n]", " ")) end
  while at <= #text do
    local c, two = text:sub(at, at), text:sub(at, at + 1)
    local stop
    if two == "/*" then
      stop = (text:find("*/", at + 2, true) or #text) + 1
    elseif two == "//" then
      stop = (text:find("\n", at, true) or #text + 1) - 1
    elseif c == '"' or c == "'" then
      stop = at + 1
      while stop <= #text and text:sub(stop, stop) ~= c do
        stop = stop + (text:sub(stop, stop) == "\\" and 2 or 1)
      end
    end
    if stop then
      out[#out + 1] = blank(text:sub(at, stop))
      at = stop + 1
    else
      local plain = text:match("^[^/\"']+", at) or c
      out[#out + 1] = plain
      at = at + #plain
    end
  end
  return table.concat(out)
end

describe("the sources", function()
  it("hold no file of more than 800 lines", function()
    local findings = {}
    for _, file in ipairs(sources { "%.[ch]$", "%.lua$", "%.def$" }) do
      local _, lines = file.text:gsub("\n", "")
      if lines > 800 then findings[#findings + 1] = ("%s: %d lines"):format(file.path, lines) end
    end
    fail_with(findings)
  end)

  it("call none of the functions that cannot be called safely", function()
    local banned = { "strcpy", "strcat", "sprintf", "vsprintf", "strtok", "atoi", "gets", "alloca",
      "strncpy", "strncat", "system" }
    local findings = {}
    for _, file in ipairs(sources { "%.[ch]$" }) do
      local code = bare(file.text)
      for _, name in ipairs(banned) do
        for at in code:gmatch("()%f[%w_]" .. name .. "%s*%(") do
          local _, line = code:sub(1, at):gsub("\n", "")
          findings[#findings + 1] = ("%s:%d: %s"):format(file.path, line + 1, name)
        end
      end
    end
    fail_with(findings)
  end)

  it("take memory from arenas: malloc and friends stand in base alone", function()
    -- Lua's own memory comes from the allocator that it is given in vm.c.
    local excepted = { ["src/script/vm.c"] = true }
    local findings = {}
    for _, file in ipairs(sources { "%.[ch]$" }) do
      if not file.path:find("^src/base/") and not excepted[file.path] then
        local code = bare(file.text)
        for _, name in ipairs { "malloc", "calloc", "realloc", "strdup", "strndup", "asprintf" } do
          for at in code:gmatch("()%f[%w_]" .. name .. "%s*%(") do
            local _, line = code:sub(1, at):gsub("\n", "")
            findings[#findings + 1] = ("%s:%d: %s"):format(file.path, line + 1, name)
          end
        end
      end
    end
    fail_with(findings)
  end)

  it("are free of tabs, trailing blanks and carriage returns", function()
    local findings = {}
    for _, file in ipairs(sources { "%.[ch]$", "%.lua$", "%.def$", "%.sql$" }) do
      local number = 0
      for line in (file.text .. "\n"):gmatch("(.-)\n") do
        number = number + 1
        if line:find("\t") or line:find("[ \r]$") then
          findings[#findings + 1] = ("%s:%d"):format(file.path, number)
        end
      end
      if file.text:sub(-1) ~= "\n" and file.text ~= "" then
        findings[#findings + 1] = file.path .. ": no newline at the end"
      end
    end
    fail_with(findings)
  end)

  -- One with a blank or a quote is the slip of a redirection.
  it("have names that need no quotes", function()
    local findings = {}
    for _, file in ipairs(sources { "" }) do
      if file.path:find "[^%w._/-]" then findings[#findings + 1] = file.path end
    end
    fail_with(findings)
  end)

  it("open every header with what its module is", function()
    local findings = {}
    for _, file in ipairs(sources { "%.h$", "%.def$" }) do
      if not file.text:find("^/%*") then findings[#findings + 1] = file.path end
    end
    fail_with(findings)
  end)

  it("pass luacheck", function()
    local command = ("cd %s && env -u LD_PRELOAD luacheck --quiet --no-color --codes . 2>&1"):format(
      shell.quote(shell.source))
    local pipe = assert(io.popen(command))
    local text = pipe:read("a")
    assert(pipe:close(), "\n" .. text)
  end)
end)
