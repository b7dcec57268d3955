-- The program, run as a user would, in a world of its own.
--
--   local cli = require "spec.support.cli"
--   local r = cli.run { "upgrade", "head", cwd = dir, env = { DATABASE_URL = url } }
--   r.status, r.out, r.err
--
-- The environment is empty but for PATH, HOME (an empty directory), a UTF-8 locale and
-- `env`; nothing of the caller's database settings reaches the program. Whatever the
-- program does, sanitizer output fails the spec, leaks included.
local shell = require "spec.support.shell"

local cli = {}

cli.program = shell.absolute(os.getenv("MOONSHIFT") or shell.build .. "/moonshift")

local home
-- `env -i NAME=VALUE...`: the whole environment of what runs after it.
local function environment(given)
  home = home or shell.directory()
  local vars = {
    PATH = shell.build .. ":/usr/local/bin:/usr/bin:/bin",
    HOME = home,
    LC_ALL = "C.UTF-8",
    TZ = "UTC",
    TERM = "dumb",
    USER = "spec",
    ASAN_OPTIONS = "detect_leaks=1:abort_on_error=0:exitcode=99",
    UBSAN_OPTIONS = "print_stacktrace=1:exitcode=99",
  }
  for name, value in pairs(given or {}) do
    vars[name] = value or nil
  end
  local words = {}
  for name, value in pairs(vars) do
    words[#words + 1] = shell.quote(name .. "=" .. value)
  end
  table.sort(words)
  -- A background job of sh ignores SIGINT, and children inherit that.
  return "env -i --default-signal=INT --default-signal=QUIT " .. table.concat(words, " ")
end

local function command_line(call)
  if call.shell then return "sh -c " .. shell.quote(call.shell) end
  local words = { shell.quote(call.program or cli.program) }
  for _, word in ipairs(call) do
    words[#words + 1] = shell.quote(word)
  end
  return table.concat(words, " ")
end

-- A directory for one run: the file `in` is its standard input.
local function workspace(call)
  local dir = shell.directory()
  shell.write(dir .. "/in", call.input or "")
  return dir
end

local function collect(dir, command, status)
  local result = {
    command = command,
    status = status,
    out = shell.read(dir .. "/out"),
    err = shell.read(dir .. "/err"),
  }
  os.execute("rm -rf " .. dir)
  return result
end

local function check_sanitizer(result)
  local report = result.err:match("[^\n]*Sanitizer:[^\n]*.*") or result.err:match("[^\n]*runtime error:.*")
  if report then
    error(("sanitizer report of %s:\n%s"):format(result.command, report), 3)
  end
end

-- Runs the program to its end. call: the arguments as list; cwd, env (added to the empty
-- one), input (text on stdin), program (another one), shell (a command line for sh instead),
-- timeout (seconds, default 120).
function cli.run(call)
  local dir, command = workspace(call), command_line(call)
  local _, how, status = os.execute(("cd %s && %s timeout -k 5 %d %s <%s/in >%s/out 2>%s/err")
    :format(shell.quote(call.cwd or dir), environment(call.env), call.timeout or 120, command,
      dir, dir, dir))
  local result = collect(dir, command, how == "exit" and status or 128 + status)
  check_sanitizer(result)
  return result
end

-- Starts the program and returns a handle at once: handle:wait() gives the result,
-- handle:kill("INT") sends a signal, handle:running() tells, handle:peek() gives what was
-- written so far, handle.pid() the process id; both only before wait.
function cli.start(call)
  local dir, command = workspace(call), command_line(call)
  -- There for peek(), which may come before the program has started.
  shell.write(dir .. "/out", "")
  shell.write(dir .. "/err", "")
  -- exec twice: the process id is the program's own.
  shell.write(dir .. "/run", ("echo $$ >%s/pid.tmp; mv %s/pid.tmp %s/pid\ncd %s || exit 126\nexec %s %s\n")
    :format(dir, dir, dir, shell.quote(call.cwd or dir), environment(call.env), command))
  os.execute((("( timeout --foreground -k 5 %d sh @/run <@/in >@/out 2>@/err; echo $? >@/rc.tmp; "
    .. "mv @/rc.tmp @/rc ) &"):format(call.timeout or 120):gsub("@", dir)))

  local handle = {}
  function handle.running()
    return not shell.exists(dir .. "/rc")
  end
  function handle.kill(_, signal)
    while handle.running() and not shell.exists(dir .. "/pid") do
      os.execute("sleep 0.02")
    end
    if handle.running() then
      os.execute(("kill -%s %d 2>/dev/null"):format(signal, tonumber(shell.read(dir .. "/pid"))))
    end
  end
  function handle.pid()
    return tonumber(shell.read(dir .. "/pid"))
  end
  function handle.peek()
    local function so_far(file) -- not there before the program is
      return shell.exists(file) and shell.read(file) or ""
    end
    return { out = so_far(dir .. "/out"), err = so_far(dir .. "/err") }
  end
  function handle.wait()
    while handle.running() do
      os.execute("sleep 0.02")
    end
    local result = collect(dir, command, tonumber(shell.read(dir .. "/rc")))
    check_sanitizer(result)
    return result
  end
  return handle
end

-- Fails with all that the program said when the status is another one.
function cli.expect(status, result)
  if result.status ~= status then
    error(("%s: exit status %d, not %d\n--- stdout\n%s--- stderr\n%s"):format(result.command,
      result.status, status, result.out, result.err), 2)
  end
  return result
end

return cli
