-- upgrade and downgrade of N revisions, a transaction each, against all who could do it.
--
-- Every upgrade has a database of its own, which stays; the downgrades, which delete files,
-- come when everything else has been measured (README.md).
local project = require "bench.project"
local shell = require "spec.support.shell"

return function(bench)
  local SIZES = bench.quick and { 1, 10 } or { 1, 100, 1000 }
  local ALEMBIC = "/usr/bin/alembic"

  local function words(way)
    return way == "up" and "upgrade" or "downgrade base"
  end

  -- What moonshift sends on its way up or down in a database, as written down by the proxy.
  local function record(directory, way, database)
    local sockets, file = bench.directory(), ("%s/%s.record"):format(directory, way)
    shell.output(([[%s %s 0 %s & proxy=$!; trap 'kill $proxy' EXIT
      while ! test -S %s/.s.PGSQL.5432; do sleep 0.01; done
      cd %s && DATABASE_URL=%s %s -q %s 2>&1]]):format(bench.tool "proxy", sockets, file, sockets,
      directory, shell.quote(bench.url(database, sockets)), bench.moonshift, words(way)))
    return file
  end

  -- The same as text for psql: { up =, down = } with its transactions, { up_one =,
  -- down_one = } for psql -1, without them.
  local function texts(directory, n)
    local files = {}
    for way, call in pairs { up = "upgrade head", down = ("downgrade %s:base"):format(project.id(n)) } do
      local text = shell.output(("cd %s && DATABASE_URL= %s -q %s --sql"):format(directory, bench.moonshift, call))
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
  local function entrant(name, call)
    return { name = name, call = call, databases = {} }
  end

  local function entrants(n)
    local directory = project.moonshift(n)
    local _, recorded = bench.database()
    local sql, records = texts(directory, n), { up = record(directory, "up", recorded) }
    local list = {
      entrant("moonshift", function(way, url)
        local call = { bench.moonshift, "-q", cwd = directory, env = { DATABASE_URL = url } }
        for word in words(way):gmatch "%S+" do call[#call + 1] = word end
        return call
      end),
      entrant("bare pipeline", function(way, url)
        records[way] = records[way] or record(directory, way, recorded)
        return { bench.tool "floor", url, records[way] }
      end),
      entrant("psql -1", function(way, url)
        return { bench.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-1", "-f", sql[way .. "_one"], url }
      end),
      entrant("psql -f", function(way, url)
        return { bench.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", sql[way], url }
      end),
    }
    if not bench.peers then return list end
    local peer = project.alembic(n)
    for _, each in ipairs { true, false } do
      list[#list + 1] = entrant(each and "alembic, each" or "alembic, one", function(way, url)
        return { ALEMBIC, way == "up" and "upgrade" or "downgrade", way == "up" and "head" or "base", cwd = peer,
          env = { DATABASE_URL = url, [each and "EACH" or "ONE"] = "1" } }
      end)
    end
    return list
  end

  -- All upgrades of a list, or all downgrades from where the upgrades have led.
  local function measure(list, n, way)
    for _, e in ipairs(list) do
      e.run = function()
        local url, name
        if way == "up" then
          url, name = bench.database()
          table.insert(e.databases, name)
        else
          name = table.remove(e.databases, 1)
          url = bench.url(name)
          bench.ready(name)
        end
        local sample = bench.measure(e.call(way, url))
        check(name, way == "up" and n or 0)
        return sample
      end
    end
    return bench.rounds(list, bench.runs)
  end

  local function report(list, samples)
    local rows, ours = {}, samples.moonshift
    for _, e in ipairs(list) do
      local theirs = samples[e.name]
      local function ms(key) return bench.ms(bench.median(theirs, key)) end
      rows[#rows + 1] = { e.name, ms "wall", ms "client", ms "server", ms "total",
        ("%.1f"):format(bench.median(theirs, "peak")), bench.times(bench.ratio(theirs, ours, "wall")),
        bench.times(bench.ratio(theirs, ours, "total")) }
    end
    bench.table({ "who", "wall ms", "client CPU", "server CPU", "total CPU", "peak MiB",
      "wall, times ours", "total, times ours" }, rows)
  end

  local function goals(n, samples)
    local ours, each, one = samples.moonshift, samples["alembic, each"], samples["alembic, one"]
    local function of(other, key) return bench.ratio(ours, samples[other], key) end
    local least = each and math.min(bench.ratio(each, ours, "wall"), bench.ratio(one, ours, "wall"))
    bench.goal(("upgrade, N = %d: wall of Alembic's faster mode, times ours"):format(n), least,
      ({ [100] = 4.5, [1000] = 2.5 })[n] or 15, "", true)
    if n < 1000 then return end
    bench.goal("upgrade, N = 1000: total CPU, times the bare pipeline's", of("bare pipeline", "total"), 1.05)
    bench.goal("upgrade, N = 1000: total CPU, times that of psql -1", of("psql -1", "total"), 1)
    bench.goal("upgrade, N = 1000: wall, times that of psql -1", of("psql -1", "wall"), 1)
    bench.goal("upgrade, N = 1000: client CPU of a revision", bench.median(ours, "client") * 1000 / n, 0.1, " ms")
    bench.goal("upgrade, N = 1000: peak memory", bench.median(ours, "peak"), 16, " MiB")
  end

  bench.heading "Upgrade, a transaction for each revision"
  local lists = {}
  for _, n in ipairs(SIZES) do
    bench.note("%d revisions up", n)
    lists[n] = entrants(n)
    local samples = measure(lists[n], n, "up")
    bench.text(("N = %d:"):format(n))
    report(lists[n], samples)
    goals(n, samples)
  end
  bench.later(function()
    bench.heading "Downgrade of the same"
    for _, n in ipairs(SIZES) do
      bench.note("%d revisions down", n)
      bench.text(("N = %d:"):format(n))
      report(lists[n], measure(lists[n], n, "down"))
    end
  end)
end
