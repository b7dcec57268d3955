-- Data work: a backfill, a load, their memory, and who has to wait meanwhile.
--
-- The backfill fills one text column of a table (id bigint primary key, name, copy) from
-- another. Each run begins with a copy of the same database, behind a checkpoint, in which
-- Moonshift's tables are already.
local peers = require "bench.data_peers"
local shell = require "spec.support.shell"

local PYTHON = "/usr/bin/python3"

-- A project with one revision whose upgrade() is `body`.
local function project(body)
  local directory = shell.directory()
  shell.write(directory .. "/moonshift.lua", "return {}\n")
  shell.write(directory .. "/migrations/001_data.lua",
    ('revision = "001_data"\ntransactional = false\nfunction upgrade()\n%s\nend\n'):format(body))
  return directory
end

-- Files that another run has deleted (README.md) do no harm here: the runs write rows, and
-- make no more than a table. So a database of this name goes before a new one is made.
local function database(bench, name, template)
  bench.ask("postgres", ("drop database if exists %s with (force)"):format(name))
  bench.ask("postgres", ("create database %s %s"):format(name, template or ""))
  bench.ready(name)
  return bench.url(name)
end

local function copy_of_table(bench)
  return database(bench, "bench_data", "template bench_table strategy file_copy")
end

-- The tables of the bookkeeping are made once for a database, not for each piece of work.
local function ensure_version(bench)
  bench.measure { bench.moonshift, "ensure-version", cwd = project "",
    env = { DATABASE_URL = bench.url "bench_table" } }
end

local function rate(bench, rows, samples)
  return ("%.0f"):format(rows / bench.median(samples, "wall"))
end

-- ---- backfill -------------------------------------------------------------------------

local function make_table(bench, rows)
  database(bench, "bench_table")
  bench.ask("bench_table", "create table t (id bigint primary key, name text not null, copy text)")
  bench.ask("bench_table", ("insert into t select i, 'Name of ' || i from generate_series(1, %d) i"):format(rows))
  bench.ask("bench_table", "vacuum (analyze, freeze) t")
  ensure_version(bench)
end

local function fresh(bench)
  local url = copy_of_table(bench)
  bench.ask("bench_data", "select count(*) from t")
  return url
end

local function filled(bench, rows)
  assert(bench.ask("bench_data", "select count(*) from t where copy = lower(name)") == tostring(rows),
    "the backfill left rows out")
end

local FILL = 'op.backfill { table = "t", set = { copy = sql "lower(name)" }%s }'
local THROUGH_LUA = 'op.backfill { table = "t", read = "select id, name from t", apply = function(rows)'
  .. '\nfor i, row in ipairs(rows) do rows[i] = { id = row.id, copy = row.name:lower() } end'
  .. '\nreturn rows end }'

local function backfill_entrants(bench, rows)
  local function moonshift(name, body)
    local directory = project(body)
    return { name = name, command = function(url)
      return { bench.moonshift, "upgrade", "head", cwd = directory, env = { DATABASE_URL = url } }
    end }
  end
  local function psql(name, text)
    local path = shell.directory() .. "/script.sql"
    shell.write(path, text)
    return { name = name, command = function(url)
      return { bench.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", path }
    end }
  end
  local list = {
    moonshift("moonshift", FILL:format ""),
    moonshift("moonshift, 2 workers", FILL:format ", workers = 2"),
    moonshift("moonshift, through Lua", THROUGH_LUA),
    psql("PL/pgSQL loop", peers.loop(rows)),
    psql("one UPDATE", "update t set copy = lower(name);"),
    psql("psql, batches", peers.batches(rows)),
  }
  if bench.peers then
    local script = shell.directory() .. "/fill.py"
    shell.write(script, peers.PYTHON_FILL)
    list[#list + 1] = { name = "Python, execute_values", command = function(url)
      return { PYTHON, script, url }
    end }
  end
  return list
end

local function runs_of(bench, entrants, prepare, check)
  local list = {}
  for i, entrant in ipairs(entrants) do
    list[i] = { name = entrant.name, run = function()
      bench.note("%s", entrant.name)
      local sample = bench.measure(entrant.command(prepare()))
      check()
      return sample
    end }
  end
  return bench.rounds(list, bench.runs)
end

local function report(bench, rows, entrants, samples)
  local lines = {}
  for i, entrant in ipairs(entrants) do
    local own = samples[entrant.name]
    lines[i] = { entrant.name, rate(bench, rows, own), bench.times(bench.ratio(own, samples.moonshift, "wall")),
      ("%.1f"):format(bench.median(own, "client")), ("%.1f"):format(bench.median(own, "peak")) }
  end
  bench.table({ "who", "rows/s", "times ours", "client CPU, s", "peak, MiB" }, lines)
end

local function backfills(bench, rows)
  bench.heading(("Backfill of %d rows"):format(rows))
  make_table(bench, rows)
  local entrants = backfill_entrants(bench, rows)
  local samples = runs_of(bench, entrants, function() return fresh(bench) end,
    function() filled(bench, rows) end)
  report(bench, rows, entrants, samples)
  local function against(name) return bench.ratio(samples[name], samples.moonshift, "wall") end
  bench.goal("backfill against a PL/pgSQL loop, rows/s", against "PL/pgSQL loop", 0.95, " times", true)
  if bench.peers then
    bench.goal("backfill against Python with execute_values, rows/s", against "Python, execute_values", 5,
      " times", true)
    bench.goal("backfill with 2 workers against the same, rows/s",
      bench.ratio(samples["Python, execute_values"], samples["moonshift, 2 workers"], "wall"), 5, " times", true)
  end
  bench.goal("backfill with 2 workers against one UPDATE, rows/s",
    bench.ratio(samples["one UPDATE"], samples["moonshift, 2 workers"], "wall"), 1, " times", true)
end

-- ---- killed ---------------------------------------------------------------------------

-- kill -9 five times, each at random within its sixth of the rows, then to the end; the table
-- must be as by one UPDATE.
local function killed(bench, rows)
  bench.heading "Killed five times"
  local url = fresh(bench)
  local options = (", pause_ms = 20, workers = 2, batch = %d"):format(rows // 200)
  local directory = project(FILL:format(options))
  local command = ("cd %s; DATABASE_URL=%s"):format(shell.quote(directory), shell.quote(url))
  local function done()
    return tonumber(bench.ask("bench_data", "select count(copy) from t"))
  end
  math.randomseed(os.time())
  local at = {}
  for i = 1, 5 do
    local enough = rows * (i - 1 + math.random()) / 6
    local pid = shell.output(("%s %s upgrade head >/dev/null 2>&1 & echo $!"):format(command, bench.moonshift))
      :match "%d+"
    repeat until done() >= enough or not os.execute(("kill -0 %s 2>/dev/null"):format(pid))
    assert(os.execute(("kill -9 %s"):format(pid)), "the backfill ended before it was killed")
    at[i] = ("%d"):format(done())
  end
  assert(os.execute(("%s %s upgrade head >/dev/null 2>&1"):format(command, bench.moonshift)))
  filled(bench, rows)
  local digest = "select md5(string_agg(t::text, '' order by id)) from t"
  local ours = bench.ask("bench_data", digest)
  fresh(bench)
  bench.ask("bench_data", "update t set copy = lower(name)")
  local same = ours == bench.ask("bench_data", digest)
  bench.text(("kill -9 after %s rows; run once more. MD5 of all rows against that of one UPDATE: %s."):format(
    table.concat(at, ", "), same and "the same" or "**another**"))
  bench.goal("killed five times, equal to one UPDATE", same and 1 or 0, 1, "", true)
end

-- ---- a writer meanwhile ---------------------------------------------------------------

-- Seconds of a command; other sessions are at work, so the harness cannot measure it.
local function seconds(call)
  local env = ""
  for name, value in pairs(call.env or {}) do env = ("%s %s=%s"):format(env, name, shell.quote(value)) end
  local words = {}
  for i, word in ipairs(call) do words[i] = shell.quote(word) end
  local function now() return tonumber(shell.read("/proc/uptime"):match "%S+") end
  local begun = now()
  assert(os.execute(("cd %s && env%s %s >/dev/null 2>&1"):format(call.cwd or ".", env, table.concat(words, " "))))
  return now() - begun
end

local function quantile(values, q)
  table.sort(values)
  return values[math.max(1, math.ceil(#values * q))]
end

-- pgbench updates single rows; its log has the latency of each in microseconds.
local function writer(bench, rows)
  bench.heading "A writer on the same table"
  local lines = {}
  for _, entrant in ipairs(backfill_entrants(bench, rows)) do
    if entrant.name:find "^moonshift" or entrant.name == "one UPDATE" then
      local url, dir = fresh(bench), shell.directory()
      shell.write(dir .. "/w.sql",
        ("\\set id random(1, %d)\nupdate t set name = name || '.' where id = :id;\n"):format(rows))
      local pgbench = (bench.psql:gsub("psql$", "pgbench"))
      os.execute(("cd %s && exec %s -n -c 6 -R 200 -T 600 -l --log-prefix=w -f w.sql %s >out 2>&1 & echo $! >%s/pid")
        :format(dir, pgbench, shell.quote(url), dir))
      os.execute "sleep 0.5"
      local wall = seconds(entrant.command(url))
      os.execute(("kill %s; sleep 0.3"):format(shell.read(dir .. "/pid"):match "%d+"))
      local waits = {}
      for line in shell.output(("cat %s/w.[0-9]*"):format(dir)):gmatch "[^\n]+" do
        local micros = line:match "^%d+ %d+ (%d+) %d" -- the last line may have been cut off
        waits[#waits + 1] = micros and micros / 1000
      end
      -- pgbench writes its log in pieces: beside a short backfill there may be none.
      local function ms(value) return value and ("%.1f"):format(value) or "-" end
      local p99 = quantile(waits, 0.99)
      lines[#lines + 1] = { entrant.name, ("%.1f"):format(wall), #waits, ms(quantile(waits, 0.5)),
        ms(p99), ms(waits[#waits]) }
      if entrant.name ~= "one UPDATE" then
        bench.goal("a writer's 99th percentile beside " .. entrant.name, p99, 100, " ms")
      end
    end
  end
  bench.table({ "beside", "backfill, s", "writes", "median, ms", "p99, ms", "longest, ms" }, lines)
end

-- ---- loads ----------------------------------------------------------------------------

local function loads(bench, rows)
  bench.heading(("Load of %d rows"):format(rows))
  local dir = project [[op.copy_from("c", { "id", "name", "note" }, { file = "rows.csv", format = "csv" })]]
  local csv = dir .. "/migrations/rows.csv"
  local lua = project(peers.LUA_ROWS:format(rows))
  database(bench, "bench_table")
  bench.ask("bench_table", "create table c (id bigint primary key, name text not null, note text)")
  ensure_version(bench)
  shell.output(("seq 1 %d | awk '{print $1 \",Name of \" $1 \",\" ($1 %% 3 ? \"note\" : \"\")}' >%s"):format(rows, csv))
  local function moonshift(name, directory)
    return { name = name, command = function(url)
      return { bench.moonshift, "upgrade", "head", cwd = directory, env = { DATABASE_URL = url } }
    end }
  end
  local list = {
    moonshift("moonshift", dir),
    moonshift("moonshift, rows of Lua", lua),
    { name = "psql \\copy", command = function(url)
      return { bench.psql, "-X", "-q", "-d", url, "-c",
        ("\\copy c (id, name, note) from '%s' with (format csv)"):format(csv) }
    end },
  }
  if bench.peers then
    local alembic = peers.alembic(csv)
    list[#list + 1] = { name = "alembic, bulk_insert", command = function(url)
      return { "/usr/bin/alembic", "upgrade", "head", cwd = alembic, env = { DATABASE_URL = url } }
    end }
  end
  local samples = runs_of(bench, list, function() return copy_of_table(bench) end, function()
    assert(bench.ask("bench_data", "select count(*) from c") == tostring(rows), "the load left rows out")
  end)
  report(bench, rows, list, samples)
  bench.goal("op.copy_from against \\copy, rows/s", bench.ratio(samples["psql \\copy"], samples.moonshift, "wall"),
    0.95, " times", true)
  if bench.peers then
    bench.goal("op.copy_from against bulk_insert, rows/s",
      bench.ratio(samples["alembic, bulk_insert"], samples.moonshift, "wall"), 5, " times", true)
  end
end

-- ---- memory ---------------------------------------------------------------------------

local function memory(bench, rows)
  bench.heading(("Memory for %d rows"):format(rows))
  local lines = {}
  local function measure(name, body)
    local directory = project(body)
    local sample = bench.measure { bench.moonshift, "upgrade", "head", cwd = directory,
      env = { DATABASE_URL = database(bench, "bench_data") } }
    lines[#lines + 1] = { name, ("%.0f"):format(rows / sample.wall), ("%.1f"):format(sample.peak) }
    bench.goal("memory of " .. name, sample.peak, 32, " MiB")
  end
  local query = ("select i as id, 'Name of ' || i as name from generate_series(1, %d) i"):format(rows)
  measure("db.each", ([[local n = 0
    db.each("%s", function(row) n = n + 1 end)
    if n ~= %d then error(n) end]]):format(query, rows))
  measure("op.copy_from, a function", ([[op.execute "create unlogged table c (id bigint, name text)"
    local i = 0
    op.copy_from("c", { "id", "name" }, { rows = function()
      i = i + 1
      if i <= %d then return { i, "Name of " .. i } end
    end })]]):format(rows))
  local csv = shell.directory() .. "/rows.csv"
  shell.output(("seq 1 %d | awk '{print $1 \",Name of \" $1}' >%s"):format(rows, csv))
  measure("op.copy_from, a file", ([[op.execute "create unlogged table c (id bigint, name text)"
    op.copy_from("c", { "id", "name" }, { file = "%s", format = "csv" })]]):format(csv))
  os.remove(csv)
  bench.table({ "what", "rows/s", "peak, MiB" }, lines)
end

return function(bench)
  local rows = bench.quick and 20000 or 1000000
  backfills(bench, rows)
  killed(bench, rows)
  writer(bench, rows)
  loads(bench, bench.quick and 10000 or 1000000)
  memory(bench, bench.quick and 100000 or 10000000)
end
