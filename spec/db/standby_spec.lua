-- max_lag of op.backfill beside a real standby: pg_basebackup of a server of its own.
local cli = require "spec.support.cli"
local project = require "spec.support.project"
local shell = require "spec.support.shell"

-- Runs inside scripts/with-postgres. What is told line by line is what the spec looks at.
local SCRIPT = [[
set -eu
as=; [ "$(id -u)" != 0 ] || as="runuser -u postgres --"
standby=$PGHOST/standby
at_standby() { psql -XAtq -p 5433 -c "$1"; }
here() { psql -XAtq -c "$1"; }
trap 'cd /; $as pg_ctl -D $standby -m immediate stop >/dev/null 2>&1 || true' EXIT
cd /
$as pg_basebackup -D $standby -R -X stream -c fast -U postgres -h $PGHOST
$as pg_ctl -D $standby -o "-c port=5433" -l $PGHOST/standby.log -w start >/dev/null
cd "$PROJECT"
moonshift upgrade 001_a
until [ "$(at_standby "select count(*) from pg_tables where tablename = 't'")" = 1 ]; do sleep 0.1; done
at_standby "select pg_wal_replay_pause()" >/dev/null
moonshift upgrade 002_b & pid=$!
# It begins, sees the standby fall behind, and waits.
until [ "$(here "select count(*) from pg_stat_replication where replay_lag > '1.5 s'")" = 1 ]; do sleep 0.1; done
sleep 0.5
first=$(here "select sum(done) from moonshift_progress")
sleep 1.5
second=$(here "select sum(done) from moonshift_progress")
echo "waits: $first $second"
at_standby "select pg_wal_replay_resume()" >/dev/null
wait $pid
echo "done: $(here "select count(*) from t where n = 1")"
until [ "$(at_standby "select count(*) from t where n = 1")" = 4000 ]; do sleep 0.1; done
echo "standby has it"
here "create role blind login; grant all on schema public to blind; grant all on all tables in schema public to blind"
moonshift upgrade 003_c --url "postgres://blind@/postgres?host=$PGHOST" || echo "status $?"
]]

describe("op.backfill beside a standby", function()
  it("waits while the standby lags, and refuses where it could not see that", function()
    local function revision(id, down, n)
      return project.revision { id, down = down, head = "transactional = false",
        up = ('op.backfill { table = "t", set = { n = %d }, batch = 100, pause_ms = 40, max_lag = 1 }'):format(n) }
    end
    local p = project.new { db = false, files = {
      ["migrations/1.lua"] = project.revision { "001_a",
        up = 'op.execute "create table t as select i as id, 0 as n from generate_series(1, 4000) i"\n'
          .. 'op.create_primary_key("t_pk", "t", { "id" })' },
      ["migrations/2.lua"] = revision("002_b", "001_a", 1),
      ["migrations/3.lua"] = revision("003_c", "002_b", 2),
      ["run"] = SCRIPT,
    } }
    local r = cli.run { shell = ("%s/scripts/with-postgres --set wal_level=replica --set max_wal_senders=4 "
      .. "--set wal_receiver_status_interval=1 bash %s"):format(shell.source, p:path "run"),
      cwd = "/", env = { PROJECT = p.dir }, timeout = 100 }
    assert.equal(0, r.status, r.out .. r.err)
    local first, second = r.out:match "waits: (%d+) (%d+)"
    assert(first, r.out .. r.err)
    assert.equal(first, second)
    assert.is_true(tonumber(first) > 0 and tonumber(first) < 4000, first)
    assert.matches("done: 4000\nstandby has it\n", r.out)
    assert.matches("max_lag cannot be kept: this role does not see how far the standbys are", r.err, 1, true)
    assert.matches("grant pg_monitor", r.err, 1, true)
    assert.matches("status 1\n$", r.out)
  end)
end)
