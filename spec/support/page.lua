-- A page of the documentation, typed as its reader would type it, in one shell with a
-- PostgreSQL of its own, and what it shows compared with what is printed.
--
--   page.spec("docs/tutorial.md", { describe = describe, it = it })     the whole spec
--   page.blocks(path)                 { { language, words, text, line }, ... }
--
-- What may stand in a fenced block:
--
--   ```console            `$ command`, then what it prints (standard output and error, as
--                         on a terminal). `…` stands for anything within a line, a line of
--                         `…` for any lines. Nothing shown: nothing compared. A command
--                         ends with status 0, unless what is shown has a line "error: ".
--                         With MOONSHIFT_GOLDEN=write a lone `?` is filled in with what is
--                         printed, and lines without `…` that are no longer true.
--   ```console norun WHY  not run; spec/docs/pages_spec.lua counts these.
--   ```lua (or any)       whose first line is a comment with a path: written to that file.
--                         `…` in the path finds the one file there is; a migration without
--                         `revision =` takes the place of that file's functions.
--   ```lua                else: the body of an upgrade(), compiled without a server.
--
-- Identifiers of 12 hexadecimal digits, dates with a time and durations are made while the
-- page is typed: any stands for any.
local cli = require "spec.support.cli"
local shell = require "spec.support.shell"

local page = {}

-- The fenced blocks of a text.
local function blocks_of(text)
  local found, open, number = {}, nil, 0
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    number = number + 1
    if open and line == "```" then
      open.text = table.concat(open.lines, "\n")
      found[#found + 1], open = open, nil
    elseif open then
      open.lines[#open.lines + 1] = line
    else
      local language, words = line:match("^```(%S+) ?(.*)$")
      if language then open = { language = language, words = words, line = number, lines = {} } end
    end
  end
  if open then error(("line %d: a block that does not end"):format(open.line), 0) end
  return found
end

function page.blocks(path)
  return blocks_of(shell.read(shell.source .. "/" .. path))
end

-- Why a block is not run, or nil.
function page.not_run(block)
  return block.words:match("^norun%f[%s%z](.*)")
end

-- The path in a block's first line, when that is a comment that holds a path and no more.
function page.file(block)
  local first = block.lines[1] or ""
  local path = first:match("^%-%- (%S+)$") or first:match("^# (%S+)$") or first:match("^// (%S+)$")
  return path and path:find("[./]") and path or nil
end

-- { { command, shown = { lines }, line }, ... } of a console block.
local function commands_of(block)
  local found = {}
  for i, line in ipairs(block.lines) do
    local last = found[#found]
    if last and last.open then
      last.command = last.command .. "\n" .. line
      last.open = line:find("\\$") ~= nil
    elseif line:find("^%$ ") then
      found[#found + 1] = { command = line:sub(3), open = line:find("\\$") ~= nil, shown = {},
        line = block.line + i }
    elseif last then
      last.shown[#last.shown + 1] = line
      last.first = last.first or block.line + i
    else
      error(("line %d: output without a command"):format(block.line + i), 0)
    end
  end
  for _, one in ipairs(found) do
    while one.shown[#one.shown] == "" do one.shown[#one.shown] = nil end
  end
  return found
end

-- What a page does, in order: { kind = "run", ... } and { kind = "write", ... }.
local function steps_of(path)
  local steps, text = {}, shell.read(shell.source .. "/" .. path)
  for _, block in ipairs(blocks_of(text)) do
    if page.not_run(block) then
      assert(block.words:find("^norun %S+"), ("%s:%d: norun wants a reason"):format(path, block.line))
    elseif block.language == "console" then
      for _, step in ipairs(commands_of(block)) do
        step.kind, step.path = "run", path
        steps[#steps + 1] = step
      end
    elseif page.file(block) then
      steps[#steps + 1] = { kind = "write", path = path, line = block.line, file = page.file(block),
        text = block.text }
    end
  end
  return steps
end

local PROLOGUE = [==[
run() { # run N: the command of step N, in this shell
  eval "$(cat "$steps/$1.command")" >"$steps/$1.out" 2>&1 </dev/null
  echo $? >"$steps/$1.status"
}
put() { # put N FILE: writes step N's text
  local path=$2 found
  if [[ $path == *…* ]]; then
    found=(${path//…/*})
    [ ${#found[@]} = 1 ] && [ -e "${found[0]}" ] ||
      { echo "not one file like $path: ${found[*]}" >"$steps/$1.out"; return; }
    path=${found[0]}
    grep -q '^revision ' "$steps/$1.text" ||
      { sed '/^function/,$d' "$path"; cat "$steps/$1.text"; } >"$steps/$1.whole"
  fi
  [ -e "$steps/$1.whole" ] || cp "$steps/$1.text" "$steps/$1.whole"
  mkdir -p "$(dirname "$path")" && cat "$steps/$1.whole" >"$path" && echo 0 >"$steps/$1.status"
}
]==]

-- Runs all steps in one shell; gives each its `printed` and `status`.
local function run(steps)
  local dir = shell.directory()
  local script = { ("steps=%s/steps\n"):format(dir) .. PROLOGUE }
  for i, step in ipairs(steps) do
    local stem = ("%s/steps/%d"):format(dir, i)
    if step.kind == "run" then
      shell.write(stem .. ".command", step.command)
      script[#script + 1] = "run " .. i
    else
      shell.write(stem .. ".text", step.text .. "\n")
      script[#script + 1] = ("put %d %s"):format(i, shell.quote(step.file))
    end
  end
  shell.write(dir .. "/script", table.concat(script, "\n") .. "\n")
  -- Typed in a clone, as far as pages need one.
  shell.output(([[
    cd %s && mkdir -p %s/work && cp -R moonshift.lua migrations examples %s/work && cd %s/work &&
    git init -qb main . && git add . && git -c user.name=a -c user.email=a@b commit -qm all]]):format(
    shell.quote(shell.source), dir, dir, dir))
  local all = cli.run { program = shell.source .. "/scripts/with-postgres", "bash", dir .. "/script",
    cwd = dir .. "/work", timeout = 600, env = { PAGER = "cat" } }
  for i, step in ipairs(steps) do
    local stem = ("%s/steps/%d"):format(dir, i)
    step.printed = shell.exists(stem .. ".out") and shell.read(stem .. ".out") or ""
    step.status = tonumber(shell.exists(stem .. ".status") and shell.read(stem .. ".status") or nil)
  end
  return all
end

-- What differs from one run to the next, put alike.
local function settle(line)
  return (line:gsub("%f[%w]" .. ("%x"):rep(12) .. "%f[%W_]", "IDENTIFIER")
:gsub("%(%S+@%S+, ", "(USER@HOST, ")
    :gsub("%d%d%d%d%-%d%d%-%d%d %d%d:%d%d:%d%d", "TIME"):gsub("%d%d:%d%d:%d%d%.%d+", "DURATION")
    :gsub("%s+$", ""))
end

-- Whether a line shown is the line printed.
local function same(shown, printed)
  local pattern = settle(shown):gsub("[%^%$%(%)%%%.%[%]%*%+%-%?]", "%%%0"):gsub("…", ".*")
  return settle(printed):find("^" .. pattern .. "$") ~= nil
end

-- Whether the lines from i are those printed from j.
local function match(shown, i, printed, j)
  while shown[i] do
    if shown[i] == "…" then
      for k = j, #printed + 1 do
        if match(shown, i + 1, printed, k) then return true end
      end
      return false
    end
    if not printed[j] or not same(shown[i], printed[j]) then return false end
    i, j = i + 1, j + 1
  end
  return printed[j] == nil
end

local function lines_of(text)
  local lines = {}
  for line in text:gsub("%s+$", ""):gmatch("([^\n]*)\n?") do lines[#lines + 1] = (line:gsub("%s+$", "")) end
  if lines[#lines] == "" then lines[#lines] = nil end
  return lines
end

local DIFFERENT = "it prints something else"

-- What is wrong with a step that has run, or nil.
local function complaint(step)
  if step.printed:find("Sanitizer:", 1, true) or step.printed:find("runtime error:", 1, true) then
    return "a sanitizer spoke"
  end
  if step.kind == "write" then
    return step.status ~= 0 and "the file is not written" or nil
  end
  local must_fail = false
  for _, line in ipairs(step.shown) do must_fail = must_fail or line:find("error: ", 1, true) ~= nil end
  if must_fail and step.status == 0 then return "it succeeds, and the page shows an error" end
  if not must_fail and step.status ~= 0 then return "exit status " .. tostring(step.status) end
  if #step.shown > 0 and not match(step.shown, 1, lines_of(step.printed), 1) then
    return DIFFERENT
  end
  return nil
end

local function report(step, what)
  return ("%s:%d: %s\n$ %s\n--- shown\n%s\n--- printed\n%s"):format(step.path, step.line, what,
    step.command or "write " .. step.file, table.concat(step.shown or {}, "\n"), step.printed)
end

-- Whether what a page shows is to be written anew: a lone `?`, or what was printed has changed
-- and a person had no hand in it, but for the `…` of the first lines.
local function is_stale(step)
  if step.kind ~= "run" or #step.shown == 0 then return false end
  if #step.shown == 1 and step.shown[1] == "?" then return true end
  for i, line in ipairs(step.shown) do
    if line:find("…", 1, true) and not (i == 1 and line == "…") then return false end
  end
  return step.shown[2] ~= nil and complaint(step) == DIFFERENT
end

-- Does so, from the page's end on, so that lines keep their numbers.
local function fill_in(path, steps)
  local text = lines_of(shell.read(shell.source .. "/" .. path))
  for i = #steps, 1, -1 do
    local step = steps[i]
    if is_stale(step) then
      for _ = 1, #step.shown do table.remove(text, step.first) end
      local printed = step.printed:gsub("^INFO  %[moonshift%] Context[^\n]*\nINFO[^\n]* DDL%.\n", "…\n")
      for k, line in ipairs(lines_of(printed)) do
        line = line:gsub("/tmp/moonshift%-spec%.%w+/work", "…"):gsub("root@%w+", "ann@laptop")
        table.insert(text, step.first + k - 1, line)
      end
      step.shown = {}
    end
  end
  shell.write(shell.source .. "/" .. path, table.concat(text, "\n") .. "\n")
end

-- Types the page; an error tells the first step that differs. Gives the steps.
function page.walk(path)
  local steps = steps_of(path)
  assert(#steps > 0, path .. " has nothing to type")
  local all = run(steps)
  if os.getenv "MOONSHIFT_GOLDEN" == "write" then fill_in(path, steps) end
  for _, step in ipairs(steps) do
    local what = complaint(step)
    if what then error(report(step, what) .. "\n--- around\n" .. all.err, 2) end
  end
  return steps
end

-- Lua that is not a file: each must compile as the body of an upgrade(). Cells of tables
-- that begin with op. count, too.
function page.fragments(path)
  local found = {}
  for _, block in ipairs(page.blocks(path)) do
    if block.language == "lua" and not page.file(block) and not page.not_run(block) then
      found[#found + 1] = { text = block.text, line = block.line }
    end
  end
  local number = 0
  for line in (shell.read(shell.source .. "/" .. path) .. "\n"):gmatch("([^\n]*)\n") do
    number = number + 1
    if line:find("^|") then
      for cell in line:gmatch("`(op%.[^`]*%b())`") do
        found[#found + 1] = { text = (cell:gsub("\\|", "|")), line = number }
      end
    end
  end
  return found
end

local function compile(path, fragment)
  local dir = shell.directory()
  shell.write(dir .. "/moonshift.lua", "return {}\n")
  local text = fragment.text
  if text:find("^model%.") or text:find("\nmodel%.") then
    assert(load(text, ("@%s:%d"):format(path, fragment.line)))
    return
  end
  if not text:find("function upgrade", 1, true) then text = "function upgrade()\n" .. text .. "\nend\n" end
  if not text:find("function downgrade", 1, true) then text = text .. "\nfunction downgrade() end\n" end
  shell.write(dir .. "/migrations/a.lua", 'message = "m"\nrevision = "aaaa"\n' .. text)
  local r = cli.run { "upgrade", "head", "--sql", cwd = dir }
  if r.status ~= 0 then
    error(("%s:%d: does not compile\n%s\n%s"):format(path, fragment.line, fragment.text, r.err), 0)
  end
end

-- Declares the spec of a page. `busted` has describe and it, which only a spec file sees.
function page.spec(path, busted)
  local it = busted.it
  busted.describe(path, function()
    it("says what happens when it is typed", function() page.walk(path) end)
    it("holds Lua that compiles", function()
      for _, fragment in ipairs(page.fragments(path)) do compile(path, fragment) end
    end)
  end)
end

return page
