-- bench/run starts this when server and programs are there.
local source = os.getenv("MOONSHIFT_SOURCE") or "."
package.path = source .. "/?.lua;" .. package.path
local bench = require "bench.harness"
local shell = require "spec.support.shell"

-- Without --only all but the work on rows, whose results are a page of their own.
local PARTS = { "upgrade", "listing", "delay" }
local DATA = { "data" }

local function parse(words)
  local only, save, at = {}, false, 1
  while at <= #words do
    local word = words[at]
    if word == "--only" then
      only[#only + 1] = words[at + 1]
      at = at + 1
    elseif word == "--runs" then
      bench.runs = math.tointeger(words[at + 1]) or 0
      at = at + 1
    elseif word == "--quick" then bench.quick = true
    elseif word == "--no-peers" then bench.peers = false
    elseif word == "--save" then save = true
    end
    at = at + 1
  end
  if bench.quick then bench.runs = 1 end
  if bench.runs < 1 then error("--runs wants a number", 0) end
  return #only > 0 and only or nil, save
end

local function first_line(command)
  return (shell.output(command .. " 2>&1"):match "[^\n]*")
end

-- What was measured, with what, on what: no names, no paths.
local function describe()
  local function field(path, pattern) return shell.read(path):match(pattern) end
  local rows = {
    { "Moonshift", first_line(bench.moonshift .. " --version"):match "%S+$" },
    { "PostgreSQL", bench.ask("postgres", "show server_version") },
    { "psql", first_line(bench.psql .. " --version"):match "%(PostgreSQL%) (.*)" },
    { "processors", field("/proc/cpuinfo", "model name%s*:%s*([^\n]*)") or first_line "uname -m" },
    { "their number", first_line "nproc" },
    { "memory", ("%.0f GiB"):format(field("/proc/meminfo", "MemTotal:%s*(%d+)") / 1048576) },
    { "file system", first_line('stat -f -c %T "$PGHOST"') },
    { "kernel", first_line "uname -sr" },
    { "load before", field("/proc/loadavg", "%S+") },
    { "date", os.date "!%Y-%m-%d" },
    { "runs of each", bench.runs },
  }
  if bench.peers then
    table.insert(rows, 3, { "Alembic", first_line [[/usr/bin/python3 -c 'import alembic, sqlalchemy, psycopg2
print(f"{alembic.__version__} (SQLAlchemy {sqlalchemy.__version__}, psycopg2 {psycopg2.__version__.split()[0]})")']] })
  end
  bench.table({ "what", "version" }, rows)
  local settings = {}
  for _, name in ipairs { "fsync", "synchronous_commit", "full_page_writes", "wal_level", "shared_buffers",
    "max_wal_size", "autovacuum" } do
    settings[#settings + 1] = ("%s = %s"):format(name, bench.ask("postgres", "show " .. name))
  end
  bench.text("The server: " .. table.concat(settings, ", ") .. ". Unix sockets.")
end

-- The page anew; what a human wrote under Remarks stays.
local function save_results(parts)
  local data = parts[1] == DATA[1]
  local path = shell.source .. (data and "/bench/RESULTS-data.md" or "/bench/RESULTS.md")
  local old = shell.exists(path) and shell.read(path) or ""
  local remarks = old:match "\n## Remarks\n.*" or "\n## Remarks\n\nNone.\n"
  shell.write(path, ("# Results%s\n\nWritten by `bench/run%s --save`; [README.md](README.md) says what "
    .. "the columns mean.\n\n%s%s"):format(data and " of data work" or "", data and " --only data" or "",
    table.concat(bench.report, "\n"), remarks))
end

-- The parts to run, in their order.
local function wanted(only)
  if not only then return PARTS end
  local parts, missing = {}, {}
  for _, name in ipairs(only) do missing[name] = true end
  for _, list in ipairs { PARTS, DATA } do
    for _, name in ipairs(list) do
      if missing[name] then parts[#parts + 1] = name end
      missing[name] = nil
    end
  end
  if next(missing) then error("there is no part " .. next(missing), 0) end
  return parts
end

bench.main(function()
  local only, save = parse(arg)
  local parts = wanted(only)
  if save and #parts > 1 and parts[#parts] == DATA[1] then error("data is saved alone", 0) end
  describe()
  for _, name in ipairs(parts) do
    bench.note("%s ...", name)
    require("bench." .. name)(bench)
  end
  for _, part in ipairs(bench.last) do part() end
  if #bench.goals > 0 then
    bench.heading "Goals"
    bench.table({ "goal", "limit", "measured", "met" }, bench.goals)
  end
  if save then save_results(parts) end
end)
