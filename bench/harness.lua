-- What the parts of the bench share: running a command and knowing what it cost, runs in
-- turns, medians, tables, goals.
--
-- A part is a file bench/NAME.lua that returns function(bench); bench is this module:
--
--   bench.runs, bench.quick, bench.peers       as asked for on the command line
--   bench.moonshift, bench.psql, bench.tool(name)   programs, absolute paths
--   bench.note("...")                          progress, on stderr
--   bench.database()                           a new, empty database; gives its URL and name
--   bench.ready(name)                          the same start for every run in a database
--   bench.measure { "psql", "-c", "...", cwd =, env =, log = }   gives a sample
--   bench.rounds(entrants, runs)               samples of several that take turns
--   bench.median(samples, "wall")              of one entrant
--   bench.ratio(samples, other, "wall")        median of the paired quotients
--   bench.heading(text), bench.text(text), bench.table(heads, rows)
--   bench.goal(text, value, limit, unit)       a line of the table of goals
--   bench.later(f)                             f runs when all parts have (see README.md:
--                                              what deletes files comes last)
--
-- A sample: wall, client, server, total (seconds of CPU: client + server), peak (MiB).
local shell = require "spec.support.shell"
local cleanup = require "spec.support.cleanup"

local bench = { runs = 7, quick = false, peers = true, report = {}, goals = {}, last = {} }

local function absolute(path)
  return path:sub(1, 1) == "/" and path or shell.source .. "/" .. path
end

bench.build = absolute(shell.build)
bench.moonshift = bench.build .. "/moonshift"
bench.directory = shell.directory

function bench.tool(name)
  return bench.build .. "/bench/" .. name
end

function bench.note(format, ...)
  io.stderr:write("bench: ", format:format(...), "\n")
end

-- ---- the server -----------------------------------------------------------------------

local host = assert(os.getenv("PGHOST"), "start me with bench/run")
local postmaster = shell.read(host .. "/data/postmaster.pid"):match "%d+"

-- The server's own psql: Debian's /usr/bin/psql is a script that looks for it.
bench.psql = shell.output(("readlink /proc/%s/exe"):format(postmaster)):match "(.*)/" .. "/psql"

-- A connection URL; `socket` is another directory than the server's (a proxy's).
function bench.url(name, socket)
  return ("postgresql://postgres@/%s?host=%s"):format(name, socket or host)
end

-- The first column of the first row, as text.
function bench.ask(name, sql)
  return (shell.output(("PGOPTIONS='-c client_min_messages=error' %s -X -A -t -q -d %s -c %s"):format(
    bench.psql, name, shell.quote(sql))):gsub("\n.*", ""))
end

-- The first session of a new database builds the file of its catalog cache (some 20 ms),
-- and what was written before has to reach the disk some day: nobody's work, so it is done
-- here.
function bench.ready(name)
  bench.ask(name, "checkpoint")
end

-- It stays until the server goes: what a dropped one leaves is felt by the runs after it.
local databases = 0
function bench.database()
  databases = databases + 1
  local name = "bench_" .. databases
  bench.ask("postgres", "create database " .. name)
  bench.ready(name)
  return bench.url(name), name
end

-- ---- measuring ------------------------------------------------------------------------

local scratch = shell.directory()

local function words(list)
  local quoted = {}
  for i, word in ipairs(list) do quoted[i] = shell.quote(word) end
  return table.concat(quoted, " ")
end

-- Runs a command that must succeed. call: its words; cwd; env (added to the caller's);
-- log (where its standard output goes).
function bench.measure(call)
  local env = {}
  for name, value in pairs(call.env or {}) do env[#env + 1] = name .. "=" .. value end
  local out, err = scratch .. "/out", scratch .. "/err"
  local done = os.execute(("cd %s && env %s %s -s %s %s %s >%s 2>%s"):format(
    shell.quote(call.cwd or scratch), words(env), shell.quote(bench.tool "measure"), postmaster,
    out, words(call), shell.quote(call.log or "/dev/null"), err))
  local status, wall, client, peak, server
  if done then status, wall, client, peak, server = shell.read(out):match "(%d+) (%d+) (%d+) (%d+) (%d+)" end
  if status ~= "0" then
    error(("%s: exit status %s\n%s"):format(words(call), status, shell.read(err)), 2)
  end
  return { wall = wall / 1e6, client = client / 1e6, peak = peak / 1024, server = server / 1e6,
    total = (client + server) / 1e6 }
end

-- Lets entrants take turns, every second round in the other order, so that what changes on
-- the machine meanwhile meets all of them. An entrant: { name =, run = function() } whose
-- run gives a sample, or several as { up = sample, down = sample }. Gives
-- { [name] = { sample of the first round, of the second, ... } }.
function bench.rounds(entrants, runs)
  local samples = {}
  for _, entrant in ipairs(entrants) do samples[entrant.name] = {} end
  for round = 1, runs do
    local from, to, by = 1, #entrants, 1
    if round % 2 == 0 then from, to, by = to, from, -1 end
    for i = from, to, by do
      samples[entrants[i].name][round] = entrants[i].run()
    end
  end
  return samples
end

-- ---- numbers --------------------------------------------------------------------------

local function middle(values)
  table.sort(values)
  local n = #values
  return n % 2 == 1 and values[n // 2 + 1] or (values[n // 2] + values[n // 2 + 1]) / 2
end

function bench.median(samples, key)
  local values = {}
  for i, sample in ipairs(samples) do values[i] = sample[key] end
  return middle(values)
end

-- How many times what the other needs, round by round.
function bench.ratio(samples, others, key)
  local values = {}
  for i, sample in ipairs(samples) do
    values[#values + 1] = others[i] and others[i][key] > 0 and sample[key] / others[i][key] or nil
  end
  return #values > 0 and middle(values) or nil
end

-- One of several samples that each run gave: pick(samples, "up").
function bench.pick(samples, key)
  local picked = {}
  for i, sample in ipairs(samples) do picked[i] = sample[key] end
  return picked
end

-- Seconds as milliseconds; what is not there as a dash.
function bench.ms(seconds)
  if not seconds then return "-" end
  return (seconds < 0.01 and "%.1f" or "%.0f"):format(seconds * 1000)
end

function bench.times(ratio)
  return ratio and (ratio < 10 and "%.2f" or "%.0f"):format(ratio) or "-"
end

-- ---- the report -----------------------------------------------------------------------

local function say(line)
  bench.report[#bench.report + 1] = line
  print(line)
end

function bench.heading(text)
  say("## " .. text)
  say("")
end

function bench.text(text)
  say(text)
  say("")
end

-- A table: the first column to the left, the others to the right.
function bench.table(heads, rows)
  local widths = {}
  for _, row in ipairs { heads, table.unpack(rows) } do
    for i, cell in ipairs(row) do
      widths[i] = math.max(widths[i] or 3, utf8.len(tostring(cell)))
    end
  end
  local function line(row)
    local cells = {}
    for i, cell in ipairs(row) do
      local blanks = (" "):rep(widths[i] - utf8.len(tostring(cell)))
      cells[i] = i == 1 and cell .. blanks or blanks .. cell
    end
    say("| " .. table.concat(cells, " | ") .. " |")
  end
  line(heads)
  local rule = {}
  for i, width in ipairs(widths) do rule[i] = ("-"):rep(width - 1) .. (i == 1 and "-" or ":") end
  say("| " .. table.concat(rule, " | ") .. " |")
  for _, row in ipairs(rows) do line(row) end
  say("")
end

-- A goal and what was measured; `least` when the value must not be below the limit. The
-- small sizes of --quick say nothing about goals.
function bench.goal(text, value, limit, unit, least)
  if bench.quick then return end
  local met = not value and "not measured" or (least and value >= limit or not least and value <= limit)
    and "yes" or "**no**"
  local function number(x)
    return x and ("%.4g%s"):format(x, unit or "") or "-"
  end
  bench.goals[#bench.goals + 1] = { text, (least and "≥ " or "≤ ") .. number(limit), number(value), met }
end

function bench.later(f)
  bench.last[#bench.last + 1] = f
end

-- Runs f; databases, directories and processes of the bench go, however it ends.
function bench.main(f)
  local ok, message = xpcall(f, debug.traceback)
  cleanup.run()
  if not ok then
    io.stderr:write("bench: ", message, "\n")
    os.exit(1)
  end
end

return bench
