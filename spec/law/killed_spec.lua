-- Law 7: a program killed at any statement, and a server that goes away at any statement,
-- leave a version row that is true, and the same command finishes the work.
--
-- Before each of its statements the revision waits as long as a row in stop_at says so:
-- there the spec kills it.
local project = require "spec.support.project"

local function pause()
  os.execute "sleep 0.05"
end

local STATEMENTS = {
  'op.execute "create table a (n int primary key)"',
  'op.execute "insert into a select generate_series(1, 50)"',
  'op.create_index("ix_a", "a", { "n" }, { concurrently = true })',
  'op.execute "insert into a select generate_series(51, 60)"',
  'op.add_column("a", { "m", "int" })',
}

-- The body with a wait in front of the n-th statement. The wait's text is always there, so
-- that the file is the same file after the kill.
local function body(way)
  local lines = {}
  for i, statement in ipairs(STATEMENTS) do
    lines[#lines + 1] = ('op.execute "select wait_at(%d)"'):format(i)
    lines[#lines + 1] = way == "autocommit" and i == 3
      and "op.autocommit(function() " .. statement .. " end)" or statement
  end
  return table.concat(lines, "\n  ")
end

local function made(way)
  local p = project.new { files = {
    ["migrations/1.lua"] = project.revision { "001_a", up = 'op.execute "create table first (n int)"' },
    ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", up = body(way),
      head = way == "none" and "transactional = false" or "" },
    ["migrations/3.lua"] = project.revision { "003_c", down = "002_b", up = 'op.execute "create table last (n int)"' },
  } }
  p.db:exec [[create table stop_at (n int);
    create function wait_at(at int) returns void language plpgsql as $$ begin
      while exists (select from stop_at where n = at) loop perform pg_sleep(0.02); end loop; end $$]]
  return p
end

local waiting = [[select count(*) from pg_stat_activity where datname = current_database()
  and pid <> pg_backend_pid() and query like '%%wait_at(%d)%%' and state = 'active']]
local others = [[select count(*) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()]]
local terminate = [[select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()]]

local function stop_at(p, n, how)
  p.db:exec(("insert into stop_at values (%d)"):format(n))
  local handle = p:start("upgrade", "head")
  for _ = 1, 200 do
    if p.db:scalar(waiting:format(n)) == "1" then break end
    pause()
  end
  assert.equal("1", p.db:scalar(waiting:format(n)))
  if how == "program" then handle:kill "KILL" end
  p.db:exec(terminate)
  local r = handle:wait()
  assert.not_equal(0, r.status)
  for _ = 1, 200 do
    if p.db:scalar(others) == "0" then break end
    pause()
  end
  p.db:exec "delete from stop_at"
  return r
end

for _, way in ipairs { "none", "autocommit", "revision" } do
  describe("a revision, " .. way, function()
    for n = 1, #STATEMENTS do
      for _, how in ipairs { "program", "server" } do
        if way ~= "revision" or n == 5 then
          it(("with its %s dying before statement %d is finished by the same command"):format(how, n), function()
            local p = made(way)
            if way == "revision" then
              p:write("migrations/2.lua", (p:read("migrations/2.lua"):gsub(", { concurrently = true }", "")))
            end
            stop_at(p, n, how)
            assert.equal("001_a", p.db:scalar "select version_num from moonshift_version")
            assert.equal("001_a", p.db:scalar "select string_agg(revision, ' ') from moonshift_log")
            if way == "revision" then
              assert.falsy(p.db:scalar "select to_regclass('a')")
            end
            p:ok("upgrade", "head")
            assert.equal("003_c", p.db:scalar "select version_num from moonshift_version")
            assert.equal("60", p.db:scalar "select count(*) from a")
            assert.equal("t", p.db:scalar "select indisvalid from pg_index where indexrelid = 'ix_a'::regclass")
            assert.equal(0, p.db:unfinished())
          end)
        end
      end
    end
  end)
end
