-- The same upgrade with a network between client and server: what round trips cost.
local project = require "bench.project"
local shell = require "spec.support.shell"

return function(bench)
  local N = bench.quick and 10 or 1000
  local TRIPS = bench.quick and { 0, 5 } or { 0, 1, 5, 20 } -- ms
  -- Waiting is not noisy, and there is much of it: the slow ones run once with a delay.
  local FEW = 3

  -- Runs f with a socket directory from which a round trip takes `trip` ms. Gives what f
  -- gives, and how many round trips were waited for.
  local function with_delay(trip, f)
    local sockets = shell.directory()
    local start = "%s %s %d >%s/awaited 2>&1 & echo $!; while ! test -S %s/.s.PGSQL.5432; do sleep 0.01; done"
    local pid = shell.output(start:format(bench.tool "proxy", sockets, trip * 500, sockets, sockets)):match "%d+"
    local done, result = pcall(f, sockets)
    -- Where process 1 does not reap (a container's `sleep infinity`), it stays as a zombie.
    os.execute(("kill %s; while grep -qs '^State:.[^Z]' /proc/%s/status; do sleep 0.01; done"):format(pid, pid))
    if not done then error(result, 0) end
    return result, tonumber(shell.read(sockets .. "/awaited"))
  end

  local function entrants()
    local ours = project.moonshift(N)
    local text = ours .. "/up.sql"
    shell.write(text, shell.output(("cd %s && DATABASE_URL= %s -q upgrade --sql"):format(ours, bench.moonshift)))
    local list = {
      { name = "moonshift", call = { bench.moonshift, "-q", "upgrade", cwd = ours } },
      { name = "psql -f", slow = true, call = { bench.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", text } },
    }
    if bench.peers then
      list[3] = { name = "alembic", slow = true,
        call = { "/usr/bin/alembic", "upgrade", "head", cwd = project.alembic(N), env = { EACH = "1" } } }
    end
    return list
  end

  local function run(entrant, sockets)
    local _, database = bench.database()
    local call, env = { table.unpack(entrant.call) }, { DATABASE_URL = bench.url(database, sockets) }
    for name, value in pairs(entrant.call.env or {}) do env[name] = value end
    call.cwd, call.env = entrant.call.cwd, env
    if call[1] == bench.psql then call[#call + 1] = env.DATABASE_URL end
    return bench.measure(call)
  end

  -- All delays of one round, since the work itself is what a round trip is paired with.
  local function measure(list)
    local walls, awaited = {}, {}
    for _, e in ipairs(list) do
      walls[e.name] = {}
      for _, trip in ipairs(TRIPS) do
        bench.note("%s, %d ms", e.name, trip)
        local runs = math.min(bench.runs, e.slow and trip > 0 and 1 or FEW)
        local samples, trips = with_delay(trip, function(sockets)
          return bench.rounds({ { name = "it", run = function() return run(e, sockets) end } }, runs).it
        end)
        walls[e.name][trip] = bench.median(samples, "wall")
        awaited[e.name] = trips / runs
      end
    end
    return walls, awaited
  end

  bench.heading(("The same with a network delay: upgrade, N = %d"):format(N))
  local list = entrants()
  local walls, awaited = measure(list)
  local rows = {}
  for _, trip in ipairs(TRIPS) do
    local ours = walls.moonshift[trip]
    for _, e in ipairs(list) do
      local wall = walls[e.name][trip]
      local more = trip > 0 and ("%.0f"):format((wall - walls[e.name][0]) / trip * 1000) or "-"
      rows[#rows + 1] = { ("%d ms round trips, %s"):format(trip, e.name), ("%.2f"):format(wall),
        ("%.0f"):format(awaited[e.name]), more, bench.times(wall / ours) }
    end
  end
  bench.table({ "who", "wall s", "answers awaited", "round trips more", "times ours" }, rows)
  local ours = walls.moonshift
  bench.goal(("upgrade, N = %d: answers awaited, each a round trip"):format(N), awaited.moonshift, 20)
  bench.goal(("upgrade, N = %d, 5 ms round trips: round trips more than without"):format(N),
    (ours[5] - ours[0]) / 0.005, 20)
  bench.goal("the same: wall of psql -f, times ours", walls["psql -f"][5] / ours[5], 10, "", true)
  bench.goal("the same: wall of Alembic, times ours", walls.alembic and walls.alembic[5] / ours[5], 20, "", true)
end
