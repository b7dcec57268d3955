-- What changes nothing: start-up, upgrade with nothing to do, current, heads, history, and
-- upgrade as text.
local project = require "bench.project"
local shell = require "spec.support.shell"

local COMMANDS = {
  { name = "upgrade, nothing to do", "upgrade", "head" },
  { name = "current", "current" },
  { name = "heads", "heads" },
  { name = "history", "history" },
  { name = "upgrade --sql", "upgrade", "head", "--sql" },
}

-- Goals for the client's CPU, in ms: [command][N].
local GOALS = {
  ["upgrade, nothing to do"] = { [1000] = 25, [10000] = 150 },
  current = { [5000] = 80 },
  heads = { [5000] = 80 },
  history = { [5000] = 80 },
  ["upgrade --sql"] = { [1000] = 100 },
}

return function(bench)
  local SIZES = bench.quick and { 10 } or { 1, 100, 1000, 5000, 10000 }
  local ALEMBIC, ALEMBIC_MOST = "/usr/bin/alembic", 5000

  -- An entrant that runs all commands, in a database that is at the head.
  local function entrant(name, program, directory, stamp)
    local env = { DATABASE_URL = (bench.database()) }
    bench.measure { program, cwd = directory, env = env, table.unpack(stamp) }
    return { name = name, run = function()
      local samples = {}
      for _, command in ipairs(COMMANDS) do
        samples[command.name] = bench.measure { program, cwd = directory, env = env,
          table.unpack(command) }
      end
      return samples
    end }
  end

  local function start_up()
    local empty = shell.directory()
    shell.write(empty .. "/moonshift.lua", "return {}\n")
    shell.write(empty .. "/migrations/.keep", "")
    local list, rows = {}, {}
    for _, word in ipairs { "--version", "heads" } do
      list[#list + 1] = { name = word, run = function()
        return bench.measure { bench.moonshift, word, cwd = empty }
      end }
    end
    local samples = bench.rounds(list, bench.runs)
    for _, e in ipairs(list) do
      local s = samples[e.name]
      rows[#rows + 1] = { "moonshift " .. e.name, bench.ms(bench.median(s, "wall")),
        bench.ms(bench.median(s, "client")), ("%.1f"):format(bench.median(s, "peak")) }
    end
    bench.text "Start-up, in a project without revisions:"
    bench.table({ "command", "wall ms", "client CPU", "peak MiB" }, rows)
  end

  local function rows_of(n, list, samples)
    local rows = {}
    for _, command in ipairs(COMMANDS) do
      local row = { command.name }
      local ours = bench.pick(samples.moonshift, command.name)
      for _, key in ipairs { "wall", "client" } do row[#row + 1] = bench.ms(bench.median(ours, key)) end
      row[#row + 1] = ("%.1f"):format(bench.median(ours, "peak"))
      local theirs = list[2] and bench.pick(samples.alembic, command.name)
      for _, key in ipairs { "wall", "client" } do
        row[#row + 1] = theirs and bench.ms(bench.median(theirs, key)) or "-"
      end
      row[#row + 1] = theirs and ("%.1f"):format(bench.median(theirs, "peak")) or "-"
      row[#row + 1] = theirs and bench.times(bench.ratio(theirs, ours, "wall")) or "-"
      rows[#rows + 1] = row
      local limit = GOALS[command.name][n]
      if limit then
        bench.goal(("%s, N = %d: client CPU"):format(command.name, n), bench.median(ours, "client") * 1000,
          limit, " ms")
      end
    end
    return rows
  end

  bench.heading "What changes nothing"
  start_up()
  for _, n in ipairs(SIZES) do
    bench.note("%d revisions", n)
    local list = { entrant("moonshift", bench.moonshift, project.moonshift(n), { "stamp", "heads" }) }
    if bench.peers and n <= ALEMBIC_MOST then
      list[2] = entrant("alembic", ALEMBIC, project.alembic(n), { "stamp", "head" })
    end
    bench.text(("N = %d:"):format(n))
    bench.table({ "command", "wall ms", "client CPU", "peak MiB", "alembic: wall", "client CPU", "peak MiB",
      "wall, times ours" }, rows_of(n, list, bench.rounds(list, bench.runs)))
  end
end
