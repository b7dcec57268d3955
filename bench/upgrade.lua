-- upgrade and downgrade of N revisions, a transaction each, against all who could do it.
local project = require "bench.project"
local shell = require "spec.support.shell"

return function(bench)
  local SIZES = bench.quick and { 1, 10 } or { 1, 100, 1000 }
  local ALEMBIC = "/usr/bin/alembic"

  -- What moonshift sends, as written down by the proxy: { up = file, down = file }.
  local function record(directory)
    local sockets, files = bench.directory(), {}
    bench.database "bench_record"
    for _, way in ipairs { "up", "down" } do
      files[way] = ("%s/%s.record"):format(directory, way)
      shell.output(([[%s %s 0 %s & proxy=$!; trap 'kill $proxy' EXIT
        while ! test -S %s/.s.PGSQL.5432; do sleep 0.01; done
        cd %s && DATABASE_URL=%s %s -q %s 2>&1]]):format(bench.tool "proxy", sockets, files[way], sockets,
        directory, shell.quote(bench.url("bench_record", sockets)), bench.moonshift,
        way == "up" and "upgrade" or "downgrade base"))
    end
    return files
  end

  -- The same as text for psql: { up =, down = } with its transactions, { up_one =,
  -- down_one = } for psql -1, without them.
  local function texts(directory, n)
    local files = {}
    for way, words in pairs { up = "upgrade head", down = ("downgrade %s:base"):format(project.id(n)) } do
      local text = shell.output(("cd %s && DATABASE_URL= %s -q %s --sql"):format(directory, bench.moonshift, words))
      files[way] = ("%s/%s.sql"):format(directory, way)
      files[way .. "_one"] = ("%s/%s_one.sql"):format(directory, way)
      shell.write(files[way], text)
      shell.write(files[way .. "_one"], (("\n" .. text):gsub("\nBEGIN;\n", "\n"):gsub("\nCOMMIT;\n", "\n")))
    end
    return files
  end

  -- Fails when somebody has not done the work.
  local function check(database, n)
    local count = bench.ask(database, [[select count(*) || ' ' || count(*) filter (where relkind = 'i')
      from pg_class where relname ~ '^(ix_)?t\d+(_name)?$']])
    if count ~= ("%d %d"):format(2 * n, n) then error("the work was not done: " .. count) end
  end

  -- An entrant whose calls are made for each way and database.
  local function entrant(name, n, call)
    return { name = name, run = function()
      local url, sample = bench.database "bench_run", {}
      for _, way in ipairs { "up", "down" } do
        sample[way] = bench.measure(call(way, url))
        check("bench_run", way == "up" and n or 0)
      end
      return sample
    end }
  end

  local function entrants(n)
    local directory = project.moonshift(n)
    local records, sql = record(directory), texts(directory, n)
    local list = {
      entrant("moonshift", n, function(way, url)
        local call = { bench.moonshift, "-q", cwd = directory, env = { DATABASE_URL = url } }
        for word in (way == "up" and "upgrade" or "downgrade base"):gmatch "%S+" do call[#call + 1] = word end
        return call
      end),
      entrant("bare pipeline", n, function(way, url) return { bench.tool "floor", url, records[way] } end),
      entrant("psql -1", n, function(way, url)
        return { bench.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-1", "-f", sql[way .. "_one"], url }
      end),
      entrant("psql -f", n, function(way, url)
        return { bench.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", sql[way], url }
      end),
    }
    if not bench.peers then return list end
    local peer = project.alembic(n)
    for _, each in ipairs { true, false } do
      list[#list + 1] = entrant(each and "alembic, each" or "alembic, one", n, function(way, url)
        return { ALEMBIC, way == "up" and "upgrade" or "downgrade", way == "up" and "head" or "base", cwd = peer,
          env = { DATABASE_URL = url, [each and "EACH" or "ONE"] = "1" } }
      end)
    end
    return list
  end

  local function rows_of(list, samples, way)
    local rows, ours = {}, bench.pick(samples.moonshift, way)
    for _, e in ipairs(list) do
      local theirs = bench.pick(samples[e.name], way)
      local function ms(key) return bench.ms(bench.median(theirs, key)) end
      rows[#rows + 1] = { e.name, ms "wall", ms "client", ms "server", ms "total",
        ("%.1f"):format(bench.median(theirs, "peak")), bench.times(bench.ratio(theirs, ours, "wall")),
        bench.times(bench.ratio(theirs, ours, "total")) }
    end
    return rows
  end

  local function goals(n, samples)
    local function up(name) return samples[name] and bench.pick(samples[name], "up") end
    local ours = up "moonshift"
    local function times(other, key) return other and bench.ratio(other, ours, key) end
    local function of(other, key) return bench.ratio(ours, up(other), key) end
    local each, one = up "alembic, each", up "alembic, one"
    local least = each and math.min(times(each, "wall"), times(one, "wall"))
    bench.goal(("upgrade, N = %d: wall of Alembic's faster mode, times ours"):format(n), least,
      ({ [100] = 4.5, [1000] = 2.5 })[n] or 15, "", true)
    if n < 1000 then return end
    bench.goal("upgrade, N = 1000: total CPU, times the bare pipeline's", of("bare pipeline", "total"), 1.05)
    bench.goal("upgrade, N = 1000: total CPU, times that of psql -1", of("psql -1", "total"), 1)
    bench.goal("upgrade, N = 1000: wall, times that of psql -1", of("psql -1", "wall"), 1)
    bench.goal("upgrade, N = 1000: client CPU of a revision", bench.median(ours, "client") * 1000 / n, 0.1, " ms")
    bench.goal("upgrade, N = 1000: peak memory", bench.median(ours, "peak"), 16, " MiB")
  end

  bench.heading "Upgrade and downgrade, a transaction for each revision"
  for _, n in ipairs(SIZES) do
    bench.note("%d revisions", n)
    local list = entrants(n)
    local samples = bench.rounds(list, bench.runs)
    for _, way in ipairs { "up", "down" } do
      bench.text(("%sgrade, N = %d:"):format(way == "up" and "Up" or "Down", n))
      bench.table({ "who", "wall ms", "client CPU", "server CPU", "total CPU", "peak MiB",
        "wall, times ours", "total, times ours" }, rows_of(list, samples, way))
    end
    goals(n, samples)
  end
end
