-- Law 5 through the program: for migrations/ and every example, `pipeline = false` (each
-- statement waits for its answer) gives the same database, the same log and, wherever a
-- statement fails, the same error. The server makes them fail: event triggers and triggers
-- count what it is asked to do, and raise at the n-th.
local project = require "spec.support.project"
local shell = require "spec.support.shell"

local FAULTS = [[
create schema fault;
create sequence fault.met;
select nextval('fault.met');

create function fault.hit(what text) returns void language plpgsql as $$
begin
  if nextval('fault.met')::text = current_setting('fault.at', true) then
    raise exception 'injected: %', what using errcode = 'P0042';
  end if;
end $$;

create function fault.before_ddl() returns event_trigger language plpgsql as $$
begin
  -- Not our own triggers (below), nor each of the comments on the bookkeeping.
  if tg_tag = 'CREATE TRIGGER' and current_query() like '%function fault.%'
    or tg_tag = 'COMMENT' and current_query() like '%moonshift\_%' then return; end if;
  perform fault.hit(tg_tag);
end $$;

create function fault.before_dml() returns trigger language plpgsql as $$
begin perform fault.hit(tg_op || ' ' || tg_table_name); return null; end $$;

create function fault.at_commit() returns trigger language plpgsql as $$
begin perform fault.hit('COMMIT of ' || new.revision); return null; end $$;

-- What is written to a table counts as well; what the log is told is checked at COMMIT.
create function fault.watch(t regclass) returns void language plpgsql as $$
begin
  execute format('create or replace trigger fault before insert or update or delete on %s
    for each statement execute function fault.before_dml()', t);
  if t::text like '%moonshift_log' then
    execute format('create constraint trigger fault_commit after insert on %s
      deferrable initially deferred for each row execute function fault.at_commit()', t);
  end if;
end $$;

create function fault.after_create() returns event_trigger language plpgsql as $$
begin
  perform fault.watch(objid) from pg_event_trigger_ddl_commands()
    where object_type = 'table' and schema_name <> 'pg_temp';
end $$;

create event trigger fault_before on ddl_command_start execute function fault.before_ddl();
create event trigger fault_after on ddl_command_end
  when tag in ('CREATE TABLE', 'CREATE TABLE AS') execute function fault.after_create();
]]

-- The same database twice: "true" is pipelined, "false" one by one.
local WAYS = { "true", "false" }

local function pair(path, directory)
  local both = {}
  for i, way in ipairs(WAYS) do
    local p
    if path == "." then
      p = project.new { config = false }
      shell.output(("cd %s && cp -R moonshift.lua migrations %s"):format(shell.quote(shell.source), p.dir))
    else
      p = project.copy(path)
    end
    local file = directory .. "moonshift.lua"
    local text, n = p:read(file):gsub("return%s*{", "%0 pipeline = " .. way .. ",", 1)
    assert(n == 1, file .. " does not begin with return {")
    p:write(file, text)
    p.cwd = p:path(directory)
    both[i] = p
  end
  local function each(f)
    return f(both[1]), f(both[2])
  end
  return {
    run = function(call)
      return each(function(p)
        local words = { "-x", "rows=200", table.unpack(call) }
        words.cwd, words.env = p.cwd, call.env
        return p:run(words)
      end)
    end,
    each = each, both[1], both[2],
    same = function(f, message) assert.same(f(both[2]), f(both[1]), message) end,
  }
end

-- The log, without what is another one in each run: the time and how long it took.
local function log(p)
  return p.db:query [[select id, version_table, revision, direction, message, checksum, db_user, os_user, host,
    program from moonshift_log order by id]]
end

-- What a run has left, at a glance: rows of the bookkeeping and relations, with how many
-- statements were counted so far. That a statement was refused comes and goes without progress.
local function state(p)
  local progress = p.db:scalar "select to_regclass('public.moonshift_progress')" and [[union all
    select concat_ws(' ', 'progress', revision, part, done, running,
      replace(position, ' refused', '')) from moonshift_progress]] or ""
  local there, rows = pcall(p.db.query, p.db, ([[
    select string_agg(what, ' ' order by what), (select last_value from fault.met) from (
      select version_num from public.moonshift_version
      union all select 'log ' || count(*) from public.moonshift_log
      union all select concat_ws(' ', relkind, oid::regclass, relnatts) from pg_class
        where relnamespace = 'public'::regnamespace %s) as t (what)]]):format(progress))
  if there then return rows[1] end
  assert.matches('relation "public.moonshift_version" does not exist', rows, 1, true)
  return { "nothing", p.db:scalar "select last_value from fault.met" }
end

-- The error with its place, and what the program says was applied. The lines before, what
-- is running, come earlier in a pipeline: it has gone on meanwhile.
local function told(result)
  local lines = {}
  for line in result.err:gmatch "[^\n]+" do
    if line:find "^error:" or #lines > 0 or line:find "applied; " then lines[#lines + 1] = line end
  end
  return table.concat(lines, "\n")
end

local function dump(p)
  return p.db:dump { bookkeeping = true }
end

-- Some have no way down from the last revision: then both say so.
local function runs_alike(both, ...)
  local a, b = both.run { ... }
  if ... == "upgrade" or not a.err:find("cannot be undone", 1, true) then assert.equal(0, a.status, a.err) end
  assert.equal(b.status, a.status)
  local function steady(text) return (text:gsub("[^\n]* rows a second[^\n]*\n", "")) end
  assert.equal(steady(a.err), steady(b.err))
  both.same(dump)
  both.same(log)
end

-- Lets the first statement of what is pending fail, then the second, and so on. A failure
-- that leaves another state shows that something before it has been committed: there the
-- next run begins.
local function fail_at_all(both, ...)
  local met, at, before = {}, 1, state(both[1])
  repeat
    assert(#met < 300, "no end of failures")
    local env = { PGOPTIONS = ("-c fault.at=%d"):format(before[2] + at) }
    local a, b = both.run { env = env, ... }
    assert.equal(b.status, a.status, a.err .. b.err)
    assert.equal(told(b), told(a))
    local after = state(both[1])
    assert.same(after, state(both[2]), "at " .. at)
    if a.status ~= 0 then
      assert.equal(1, a.status)
      met[#met + 1] = assert(a.err:match "error: injected: ([^\n]*)", a.err)
      assert.matches("P0042", a.err, 1, true)
      at = after[1] == before[1] and at + 1 or 1
      before = after
    end
  until a.status == 0
  return met
end

local function revisions(p)
  local _, n = p:ok { "history", cwd = p.cwd }.out:gsub("\n", "")
  return n
end

local projects = { { path = ".", directory = "" } }
for _, file in ipairs(shell.files(shell.source .. "/examples")) do
  local path, directory = file:match "^([^/]+)/(.*)moonshift%.lua$"
  if path then projects[#projects + 1] = { path = "examples/" .. path, directory = directory } end
end

for _, example in ipairs(projects) do
  describe(example.path, function()
    it("ends alike, up and down", function()
      local both = pair(example.path, example.directory)
      runs_alike(both, "upgrade")
      runs_alike(both, "downgrade", "base")
    end)

    local function fails_alike(both, ...)
      local commits, met = 0, fail_at_all(both, ...)
      for _, what in ipairs(met) do
        if what:find "^COMMIT" then commits = commits + 1 end
      end
      both.same(dump)
      both.same(log)
      both.each(function(p) assert.equal(revisions(p), commits, table.concat(met, "\n")) end)
    end

    it("fails alike at every statement", function()
      local both = pair(example.path, example.directory)
      both.each(function(p) p.db:exec(FAULTS) end)
      -- Connections side by side meet the n-th statement in no order.
      if shell.output("cat " .. both[1].cwd .. "/migrations/*.lua"):find "workers *=" then return end
      fails_alike(both, "upgrade")
      if example.path == "." then fails_alike(both, "downgrade", "base") end
    end)
  end)
end
