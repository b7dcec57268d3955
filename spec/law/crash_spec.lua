-- Law 7: the whole server crashes (pg_ctl stop -m immediate) before each statement of a
-- revision, and in the middle of a concurrent index build. After its recovery the version
-- row is true, nothing half-done counts as done, and the same command finishes the work.
--
-- Runs inside scripts/with-postgres, since the server is this spec's own. What happens is
-- told line by line.
local cli = require "spec.support.cli"
local project = require "spec.support.project"
local shell = require "spec.support.shell"

local SCRIPT = [[
set -u
as=; [ "$(id -u)" != 0 ] || as="runuser -u postgres --"
control() { (cd / && $as pg_ctl -D "$PGHOST/data" -l "$PGHOST/server.log" -w "$@") >/dev/null 2>&1; }
ask() { psql -XAtq -d "$db" -c "$1"; }
url() { echo "postgresql://postgres@/$db?host=$PGHOST"; }
tell() { # what the database says of itself
  echo "$1: status $2, at $(ask 'select version_num from moonshift_version'), log" \
    "$(ask "select string_agg(revision, ' ' order by id) from moonshift_log"), rows" \
    "$(ask "select case when to_regclass('a') is not null then (xpath('//n/text()',
      query_to_xml('select count(*) n from a', false, true, '')))[1]::text end"), unfinished" \
    "$(ask "select case when to_regclass('moonshift_progress') is not null then (xpath('//n/text()',
      query_to_xml('select count(*) n from moonshift_progress', false, true, '')))[1]::text else '0' end"), index" \
    "$(ask "select indisvalid from pg_index where indexrelid = to_regclass('ix_a')")"
}
crash() { # $1 way, $2 what the server does when it is stopped, as a pattern
  for _ in $(seq 400); do
    [ "$(ask "select count(*) from pg_stat_activity where query like '$2' and state = 'active'
      and datname = current_database() and pid <> pg_backend_pid()")" = 0 ] || break
    sleep 0.05
  done
  control -m immediate stop
  wait "$run"; status=$?
  control start
  tell "$1 crashed" "$status"
  grep -c 'error: the connection to the server was lost' "$db.err"
  ask "delete from stop_at"
  (cd "$way" && moonshift upgrade head --url "$(url)" >"../$db.out" 2>&1)
  tell "$1 finished" $?
}
point() { # $1 way, $2 the statement it stops before
  way=$1 db=c_$1_$2
  psql -XAtq -c "create database $db template made"
  ask "insert into stop_at values ($2)"
  (cd "$way" && exec moonshift upgrade head --url "$(url)") >"$db.err" 2>&1 & run=$!
  crash "$way $2" "%wait_at($2)%"
}
build() { # $1 way: in the middle of the build
  way=$1 db=c_$1_build
  psql -XAtq -c "create database $db template made"
  ask "insert into stop_at values (3)"
  (cd "$way" && exec moonshift upgrade head --url "$(url)") >"$db.err" 2>&1 & run=$!
  until [ "$(ask "select count(*) from pg_stat_activity where query like '%wait_at(3)%' and state = 'active'
    and pid <> pg_backend_pid() and datname = current_database()")" = 1 ]; do sleep 0.05; done
  # The build waits for that one's snapshot, its index being there and not valid.
  psql -XAtq -d "$db" -c "begin isolation level repeatable read; select 1; select pg_sleep(60)" >/dev/null 2>&1 &
  until [ "$(ask "select count(*) from pg_stat_activity where query like '%pg_sleep(60)%' and state = 'active'
    and pid <> pg_backend_pid() and datname = current_database()")" = 1 ]; do sleep 0.05; done
  ask "delete from stop_at"
  crash "$way build" "CREATE INDEX CONCURRENTLY%"
}
psql -XAtq -c "create database made"
db=made
ask 'create table stop_at (n int);
  create function wait_at(at int) returns void language plpgsql as $$ begin
    while exists (select from stop_at where n = at) loop perform pg_sleep(0.02); end loop; end $$'
for way in transactional none autocommit; do
  for n in 1 2 3 4 5; do point $way $n; done
done
build none
build autocommit
# What a failed run has told is on the disk, also where nobody writes it there meanwhile.
psql -XAtq -c "alter system set wal_writer_delay = '10s'" -c 'select pg_reload_conf()' >/dev/null
db=c_failing
psql -XAtq -c "create database $db"
(cd failing && moonshift upgrade head --url "$(url)") >"$db.err" 2>&1; status=$?
control -m immediate stop
control start
tell "failing crashed" "$status, $(grep -o '[0-9] of [0-9] applied' "$db.err")"
]]

local STATEMENTS = {
  'op.execute "create table a (n int primary key)"',
  'op.execute "insert into a select generate_series(1, 50)"',
  'op.create_index("ix_a", "a", { "n" }, { concurrently = true })',
  'op.execute "insert into a select generate_series(51, 60)"',
  'op.add_column("a", { "m", "int" })',
}

local function revisions(way)
  local lines = {}
  for i, statement in ipairs(STATEMENTS) do
    lines[#lines + 1] = ('op.execute "select wait_at(%d)"'):format(i)
    if way == "transactional" then statement = statement:gsub(", { concurrently = true }", "") end
    if way == "autocommit" and i == 3 then statement = "op.autocommit(function() " .. statement .. " end)" end
    lines[#lines + 1] = statement
  end
  return {
    project.revision { "001_a", up = 'op.execute "create table first (n int)"' },
    project.revision { "002_b", down = "001_a", up = table.concat(lines, "\n  "),
      head = way == "none" and "transactional = false" or "" },
    project.revision { "003_c", down = "002_b", up = 'op.execute "create table last (n int)"' },
  }
end

describe("a server that crashes", function()
  local files = { run = SCRIPT }
  for _, way in ipairs { "transactional", "none", "autocommit" } do
    files[way .. "/moonshift.lua"] = "return {}\n"
    for i, text in ipairs(revisions(way)) do files[("%s/migrations/%d.lua"):format(way, i)] = text end
  end
  files["failing/moonshift.lua"] = "return {}\n"
  for i, body in ipairs { "create table a as select 1 as n", "insert into a values (2)", "select 1 / 0 from a" } do
    files[("failing/migrations/%d.lua"):format(i)] = project.revision { "00" .. i, down = i > 1 and "00" .. i - 1 or nil,
      up = ("op.execute %q"):format(body) }
  end
  local p = project.new { db = false, config = false, files = files }
  local r = cli.run { cwd = p.dir, timeout = 300,
    shell = ("%s/scripts/with-postgres --set synchronous_commit=on bash ./run"):format(shell.source) }

  -- How many of the rows are there when it crashed before the n-th statement.
  local ROWS = { transactional = { "", "", "", "", "" }, none = { "", "0", "50", "50", "60" },
    autocommit = { "", "", "", "50", "50" } }
  local function line(what)
    return r.out:match("%f[^\n%z]" .. what .. ": ([^\n]*)") or error(what .. " is not told:\n" .. r.out .. r.err)
  end

  it("is said to be lost each time", function()
    local _, times = r.out:gsub("\n1\n", "\n")
    assert.equal(17, times, r.out .. r.err)
  end)

  for way, rows in pairs(ROWS) do
    for n = 1, 5 do
      it(("before statement %d, %s, leaves what is true, and the same command finishes it"):format(n, way), function()
        local crashed = line(("%s %d crashed"):format(way, n))
        local at = (n == 1 or way == "transactional") and "0" or "1"
        if way == "autocommit" and n < 4 then at = "[01]" end -- what is before op.autocommit is one piece
        -- Of a transactional run only the last commit waits for the disk: up to three times
        -- wal_writer_delay (200 ms) of it can be gone, in the order it was made (manual, 30.4).
        if crashed:find "^status 1, at , log , rows" then
          assert.equal("status 1, at , log , rows , unfinished 0, index ", crashed)
          assert.truthy(way == "transactional" or n == 1 or way == "autocommit" and n < 4, crashed)
        else
          assert.matches(("^status 1, at 001_a, log 001_a, rows %s, unfinished %s, index"):format(rows[n], at), crashed)
        end
        assert.equal("status 0, at 003_c, log 001_a 002_b 003_c, rows 60, unfinished 0, index t",
          line(("%s %d finished"):format(way, n)))
      end)
    end
  end

  it("just after a run failed has what the run said", function()
    assert.equal("status 1, 2 of 3 applied, at 002, log 001 002, rows 2, unfinished 0, index ", line "failing crashed")
  end)

  for _, way in ipairs { "none", "autocommit" } do
    it("in the middle of a concurrent build, " .. way .. ", leaves an index that is not valid, which is built anew", function()
      assert.equal("status 1, at 001_a, log 001_a, rows 50, unfinished 1, index f", line(way .. " build crashed"))
      assert.equal("status 0, at 003_c, log 001_a 002_b 003_c, rows 60, unfinished 0, index t",
        line(way .. " build finished"))
    end)
  end
end)
