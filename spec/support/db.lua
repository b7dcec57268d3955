-- A database of its own for a spec, on the server of scripts/with-postgres.
--
--   local db = require "spec.support.db"
--   local d = db.create()
--   d.url                              for DATABASE_URL or --url
--   d:query("select a, b from t")      { { "1", "x" }, ... }, text, NULL is nil
--   d:scalar("select count(*) from t") "1"
--   d:exec(sql)  d:load(file)          run a script; an error fails the spec
--   d:dump()                           pg_dump --schema-only, normalised
--   d:drop()                           now; else when the spec file ends
local cleanup = require "spec.support.cleanup"
local shell = require "spec.support.shell"

local db = {}
local database = {}
database.__index = database

local function server()
  local host = os.getenv("PGHOST")
  if not host then
    error("no PostgreSQL: run the specs with scripts/test, or with scripts/with-postgres", 0)
  end
  return { host = host, port = os.getenv("PGPORT") or "5432", user = os.getenv("PGUSER") or "postgres" }
end

-- A client program of PostgreSQL with input from a string; returns ok, stdout, stderr.
local function client(words, input)
  local stem = os.tmpname()
  shell.write(stem, input or "")
  local quoted = {}
  for _, word in ipairs(words) do
    quoted[#quoted + 1] = shell.quote(word)
  end
  -- Not under the sanitizer's runtime, which the interpreter carries for the core module.
  local ok = os.execute(("env -u LD_PRELOAD -u PGOPTIONS %s <%s >%s.out 2>%s.err"):format(
    table.concat(quoted, " "), stem, stem, stem))
  local out, err = shell.read(stem .. ".out"), shell.read(stem .. ".err")
  os.remove(stem)
  os.remove(stem .. ".out")
  os.remove(stem .. ".err")
  return ok == true, out, err
end

local FIELD, RECORD, NULL = "\x1f", "\x1e", "\x1d"

local function psql(name, text, ...)
  return client({ "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-A", "-t", "-F", FIELD, "-R", RECORD,
    "-P", "null=" .. NULL, "-d", name, "-f", "-", ... }, text)
end

local made = 0
-- A new, empty database; with `template`, a copy of that one.
function db.create(template)
  local at = server()
  made = made + 1
  local name = ("spec_%d_%d"):format(shell.pid, made)
  local ok, _, err = psql("postgres", ("create database %s template %s"):format(name,
    template or "template0"))
  if not ok then error(err, 2) end
  local d = setmetatable({
    name = name,
    url = ("postgresql://%s@/%s?host=%s&port=%s"):format(at.user, name, at.host, at.port),
  }, database)
  cleanup.add(function() d:drop() end)
  return d
end

function database:drop()
  if not self.dropped then
    self.dropped = true
    local function drop()
      return psql("postgres", ("drop database if exists %s with (force)"):format(self.name))
    end
    if not drop() then -- a subscription holds it
      psql(self.name, [[select format('alter subscription %I set (slot_name = none)', subname),
          format('drop subscription %I', subname)
        from pg_subscription join pg_database d on d.oid = subdbid and datname = current_database() \gexec]])
      drop()
    end
  end
end

function database:query(sql)
  local ok, out, err = psql(self.name, sql)
  if not ok then error(err .. "in: " .. sql, 2) end
  local rows = {}
  if out == "" then return rows end
  for line in (out:gsub("\n$", "") .. RECORD):gmatch("(.-)" .. RECORD) do
    local row, n = {}, 0
    for value in (line .. FIELD):gmatch("(.-)" .. FIELD) do
      n = n + 1
      if value ~= NULL then row[n] = value end
    end
    rows[#rows + 1] = row
  end
  return rows
end

function database:scalar(sql)
  local rows = self:query(sql)
  return rows[1] and rows[1][1]
end

-- The first column of all rows.
function database:column(sql)
  local values = {}
  for i, row in ipairs(self:query(sql)) do
    values[i] = row[1]
  end
  return values
end

function database:exec(sql)
  local ok, out, err = psql(self.name, sql)
  if not ok then error(err, 2) end
  return out
end

-- Runs a script and returns ok, stderr.
function database:try(sql)
  local ok, _, err = psql(self.name, sql)
  return ok, err
end

function database:load(path)
  return self:exec(shell.read(path))
end

-- pg_dump's text without what differs from run to run: comments, SET, set_config, and the
-- \restrict lines with their random key.
function db.normalise(text)
  local lines = {}
  for line in text:gmatch("[^\n]*") do
    local setting = line:find("^SET ") and not line:find("^SET default_") -- those are the tables'
    if line ~= "" and not line:find("^%-%-") and not setting
      and not line:find("^SELECT pg_catalog%.set_config")
      and not line:find("^\\restrict") and not line:find("^\\unrestrict") then
      lines[#lines + 1] = line
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

-- Whether psql and pg_dump are older than the server, which pg_dump then refuses to read.
-- Where the two are of one installation (everywhere but in scripts/server-matrix) that is
-- never so.
local dump_is_old
function db.old_tools()
  if dump_is_old == nil then
    local _, _, err = client { "pg_dump", "--schema-only", "-d", "template1" }
    dump_is_old = err:find("server version mismatch", 1, true) ~= nil
  end
  return dump_is_old
end

local ROWS = [[select oid::regclass || ' ' || query_to_xml('select * from only ' || oid::regclass, true, true, '')
  from pg_class
  where relkind = 'r' and relnamespace::regnamespace::text !~ '^(pg_|information_schema)' and relname !~ '^%smoonshift_'
  order by 1]]

-- The schema as text. options: data = true (rows, too), bookkeeping = true (the tables of
-- Moonshift's own, which are left out otherwise).
function database:dump(options)
  options = options or {}
  if db.old_tools() then
    local reader = shell.read(shell.source .. "/spec/support/schema.sql")
    if options.bookkeeping then reader = reader:gsub("%^moonshift_", "^no table") end
    local lines = self:column(reader)
    for _, rows in ipairs(options.data and self:column(ROWS:format(options.bookkeeping and "no " or "")) or {}) do
      -- Times as pg_dump writes them.
      lines[#lines + 1] = (rows:gsub("(%d%d%d%d%-%d%d%-%d%d)T(%d%d:%d%d:[%d.]+)%+00:00", "%1 %2+00"))
    end
    return table.concat(lines, "\n") .. "\n"
  end
  local words = { "pg_dump", "-d", self.name }
  if not options.data then words[#words + 1] = "--schema-only" end
  if not options.bookkeeping then words[#words + 1] = "--exclude-table=*.moonshift_*" end
  local ok, out, err = client(words)
  if not ok then error(err, 2) end
  return db.normalise(out)
end

-- The tables, as psql's \dt would list them: { "threads", ... }.
function database:tables()
  return self:column "select relname from pg_class where relkind in ('r', 'p') \z
    and relnamespace = 'public'::regnamespace order by 1"
end

-- { "name: definition", ... } of the indexes of a table that no constraint owns.
function database:indexes(table_name)
  return self:column(([[
    select c.relname || ': ' || case when i.indisunique then 'unique ' else '' end
           || regexp_replace(pg_get_indexdef(i.indexrelid), '.* USING ', '')
      from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = '%s'::regclass
       and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)
     order by 1]]):format(table_name))
end

-- { "name type [not null] [default]", ... } in the order of the table.
function database:columns(table_name)
  return self:column(([[
    select attname || ' ' || format_type(atttypid, atttypmod)
           || case when attnotnull then ' not null' else '' end
           || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
      from pg_attribute a
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where attrelid = '%s'::regclass and attnum > 0 and not attisdropped
     order by attnum]]):format(table_name))
end

-- The current heads, as recorded.
function database:heads()
  return self:column "select version_num from moonshift_version order by 1"
end

-- As the server counts: 150004.
local version
function db.server_version()
  version = version or tonumber((select(2, psql("postgres", "show server_version_num"))))
  return version
end

-- A script without the lines that only newer servers take: they end with "-- from 15".
function db.for_server(sql)
  return (sql:gsub("[^\n]*%-%- from (%d+)\n", function(since)
    if tonumber(since) > db.server_version() // 10000 then return "" end
  end))
end

-- Makes a role of the cluster once; several specs may ask at the same time.
function db.role(name)
  psql("postgres", ([[do $$ begin create role %s;
    exception when duplicate_object or unique_violation then null; end $$]]):format(name))
end

-- How many steps have stopped half-way. The table is made when the first of them begins.
function database:unfinished()
  if not self:scalar "select to_regclass('moonshift_progress')" then return 0 end
  return tonumber(self:scalar "select count(*) from moonshift_progress")
end

-- Who may connect is not the superuser: a role that can read and nothing else.
function database:read_only_url()
  self:exec([[
    do $$ begin
      create role spec_read_only login;
    exception when duplicate_object or unique_violation then null; end $$;
    grant usage on schema public to spec_read_only;
    grant select on all tables in schema public to spec_read_only;]])
  return (self.url:gsub("//[^@]*@", "//spec_read_only@"))
end

return db
