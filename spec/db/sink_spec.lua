-- The connection and its pipeline, against a server.
local pg = require("moonshift_core").pg
local db = require "spec.support.db"

-- Both ways to run statements must behave alike (law 5).
for _, one_by_one in ipairs { false, true } do
  describe(one_by_one and "one by one" or "the pipeline", function()
    local d, c

    before_each(function()
      d = d or db.create()
      d:exec "drop schema public cascade; create schema public"
      c = assert(pg.open { url = d.url, one_by_one = one_by_one })
    end)
    after_each(function() c:close() end)

    -- Runs statements until one fails, then waits; returns the error.
    local function failure(statements)
      for i, sql in ipairs(statements) do
        local ok, e = c:exec(sql, { line = i })
        if not ok then return e end
      end
      local _, e = c:sync()
      return e
    end

    it("runs statements in order and reads rows", function()
      assert(c:exec "begin")
      assert(c:exec "create table t (a int, b text)")
      assert(c:exec("insert into t values ($1, $2), (2, null)", { "1", "x" }))
      assert.is_true(c:in_transaction())
      assert(c:exec "commit")
      assert.is_false(c:in_transaction())
      local rows = assert(c:query "select * from t order by a")
      assert.same({ { "1", "x" }, { "2" }, tag = "SELECT 2" }, rows)
      assert.equal("2", d:scalar "select count(*) from t")
    end)

    it("stays in the transaction when only a savepoint is rolled back", function()
      for _, sql in ipairs { "begin", "savepoint here", "Rollback\nTo here" } do assert(c:exec(sql)) end
      assert.is_true(c:in_transaction())
      assert(c:exec "rollback")
      assert.is_false(c:in_transaction())
    end)

    it("shows no password that the server quotes, and no half of a letter", function()
      local e = failure { "do $$ begin execute 'alter role nobody_at_all password ''s3kr3t'''; end $$" }
      assert.equal("42704", e.sqlstate)
      assert.is_nil(e.text:find("s3kr3t", 1, true), e.text)
      assert(c:recover())
      e = failure { "do $$ begin raise exception 'no'; end $$ -- " .. ("ü"):rep(200) }
      assert.is_truthy(utf8.len(e.text), e.text)
    end)

    it("names the failed statement of many", function()
      assert(c:exec "begin")
      local e = failure {
        "create table a (n int)", "create table b (n int)", "create table c (n int)",
        "insert into a values (1)", "insert into nowhere values (1)", "create table d (n int)",
        "create table e (n int)", "insert into b values (1)", "commit", "create table after_it (n int)",
      }
      assert.equal('relation "nowhere" does not exist', e.message)
      assert.equal("42P01", e.sqlstate)
      assert.equal(5, e.line)
      assert.equal("migrations/x.lua", e.file)
      assert.equal("insert into nowhere values (1)", e.sql)
      assert.equal(13, e.position)
      assert(c:recover())
      assert.equal("0", d:scalar "select count(*) from pg_class where relnamespace = 'public'::regnamespace")
    end)

    it("tells the same failure until it is recovered from", function()
      local e = failure { "begin", "select 1/0" }
      local _, again = c:exec "select 1"
      local _, and_again = c:query "select 1"
      assert.equal(e.message, again.message)
      assert.equal(e.message, and_again.message)
      assert(c:recover())
      assert.same({ { "1" }, tag = "SELECT 1" }, c:query "select 1")
    end)

    it("keeps nothing that is queued behind a COMMIT that fails", function()
      d:exec [[create table parent (id int primary key);
               create table child (id int references parent deferrable initially deferred)]]
      local e = failure {
        "begin", "create table first (n int)", "commit",
        "begin", "insert into child values (1)", "commit",
        "begin", "create table third (n int)", "commit",
      }
      assert.equal("23503", e.sqlstate)
      assert.equal(6, e.line)
      assert(c:recover())
      assert.same({ "child", "first", "parent" },
        d:column "select tablename from pg_tables where schemaname = 'public' order by 1")
    end)

    it("turns a division by zero into the message of a guard", function()
      assert(c:exec "begin")
      c:exec("select 1 / (select count(*) from pg_class where relname = 'no')",
        { guard = "it is not there\nlook again" })
      local _, e = c:sync()
      assert.equal("it is not there", e.message)
      assert.equal("look again", e.hint)
      assert.is_nil(e.sql)
    end)

    it("prepares what comes again, and again after DEALLOCATE and after an error", function()
      assert(c:lock {}) -- it finds out that no pooler is between
      assert(c:exec "create table t (n int)")
      for i = 1, 20 do
        assert(c:exec("insert into t values ($1::int)", { tostring(i), again = true }))
        if i == 10 then assert(c:exec("deallocate all", { raw = true })) end
      end
      assert(c:exec "begin")
      c:exec "select 1/0"
      c:exec("insert into t values ($1::int + 1)", { "1", again = true })
      assert.is_nil((c:sync()))
      assert(c:recover())
      assert(c:exec("insert into t values ($1::int + 1)", { "1", again = true }))
      assert.equal("21", assert(c:query "select count(*) from t")[1][1])
      assert.equal("2", assert(c:query "select count(*) from pg_prepared_statements")[1][1])
    end)

    it("runs what refuses a transaction alone", function()
      assert(c:exec "create table t (n int)")
      assert(c:exec("create index concurrently i on t (n)", { no_tx = true }))
      assert(c:exec("vacuum t", { no_tx = true }))
      assert(c:exec "begin")
      local _, e = c:exec("vacuum t", { no_tx = true, line = 3 })
      assert.equal("25001", e.sqlstate)
      assert.truthy(e.hint:find("op.autocommit", 1, true))
      assert(c:recover())
      assert.equal("t", assert(c:query "select indisvalid from pg_index where indexrelid = 'i'::regclass")[1][1])
    end)

    it("needs no recovery from a failed query outside a transaction", function()
      local _, e = c:query "select nothing"
      assert.equal("42703", e.sqlstate)
      assert.equal("1", assert(c:query "select 1")[1][1])
      local _, alone = c:exec("vacuum nowhere", { no_tx = true })
      assert.equal("42P01", alone.sqlstate)
      assert.equal("1", assert(c:query "select 1")[1][1])
    end)

    it("restores the session that a script changed", function()
      c:close()
      c = assert(pg.open { url = d.url, one_by_one = one_by_one,
        settings = { lock_timeout = "4s", search_path = "public" } })
      assert(c:exec("select set_config('search_path', '', false)", { raw = true }))
      assert(c:query "select set_config('lock_timeout', '9s', false)")
      assert(c:reset())
      local rows = assert(c:query "select current_setting('search_path'), current_setting('lock_timeout')")
      assert.same({ "public", "4s" }, rows[1])
      assert(c:exec "begin")
      assert(c:exec("set lock_timeout = '9s'", { raw = true }))
      assert.is_nil((c:query "select 1/0"))
      assert(c:recover())
      assert.equal("4s", assert(c:query "select current_setting('lock_timeout')")[1][1])
    end)

    it("hands out rows one at a time", function()
      local n, sum = 0, 0
      assert(c:each("select i from generate_series(1, $1) i", { "5000" }, function(row)
        n = n + 1
        sum = sum + tonumber(row[1])
      end))
      assert.equal(5000, n)
      assert.equal(12502500, sum)
      assert.equal("1", assert(c:query "select 1")[1][1])
    end)

    it("stops handing out rows when their receiver fails", function()
      local n = 0
      local _, e = c:each("select i from generate_series(1, 10000000) i", {}, function()
        n = n + 1
        if n == 3 then error("enough", 0) end
      end)
      assert.equal("enough", e.message)
      assert.equal(3, n)
      assert.equal("1", assert(c:query "select 1")[1][1])
    end)

    it("tells of an error in the middle of the rows", function()
      local n = 0
      local _, e = c:each("select 1 / (3 - i) from generate_series(1, 5) i", {}, function() n = n + 1 end)
      assert.equal("22012", e.sqlstate)
      assert.equal(2, n)
    end)

    it("lets statements run between rows, in a transaction", function()
      assert(c:exec "create table t (n int)")
      assert(c:exec "begin")
      local n = 0
      assert(c:each("select i from generate_series(1, $1::int) i", { "1234" }, function(row)
        assert(c:exec("insert into t values ($1::int)", { row[1] }))
        if n % 400 == 0 then
          assert(c:each("select n from t where n = $1::int", { row[1] }, function() n = n + 1 end))
        else
          n = n + 1
        end
      end))
      assert.equal(1234, n)
      assert(c:exec "commit")
      assert.equal("1234", assert(c:query "select count(*) from t")[1][1])
      local _, e = c:each("select 1", {}, function()
        error(select(2, c:exec "select 2").message, 0)
      end)
      assert.truthy(e.message:find("busy with the rows of db.each or of a COPY", 1, true))
    end)

    it("shows the script's own text when a query in a loop is wrong", function()
      assert(c:exec "begin")
      local _, e = c:each("select nothing", { line = 4 }, function() end)
      assert.equal("select nothing", e.sql)
      assert.equal(8, e.position)
      assert.equal(4, e.line)
      assert(c:recover())
      assert(c:exec "begin")
      _, e = c:each("select 1", {}, function() error("mine", 0) end)
      assert.equal("mine", e.message)
      assert.equal("2", assert(c:query "select 2")[1][1])
      assert(c:exec "commit")
      assert(c:each("insert into pg_temp.x select 1 returning 1", {}, function() end) == nil)
    end)

    it("ends with interrupted when a signal asks for it", function()
      pg.cancel_after(100)
      local _, e = c:query "select pg_sleep(20)"
      assert.equal("57014", e.sqlstate)
      assert.truthy(e.hint:find("interrupted", 1, true))
      assert.equal("1", assert(c:query "select 1")[1][1])
      assert(c:exec "begin")
      pg.cancel_after(100)
      _, e = c:query "select pg_sleep(20)"
      assert.equal("57014", e.sqlstate)
      assert(c:recover())
      pg.cancel_after(1)
      local t = os.clock()
      repeat until os.clock() - t > 0.05
      _, e = c:exec "select 1"
      assert.equal("interrupted", e.message)
    end)

    -- One by one nothing is collected: there is no such moment.
    if not one_by_one then
      it("ends too when the signal came before the server had the statement", function()
        assert(c:exec "begin")
        assert(c:exec "select pg_sleep(20)") -- collected, not sent yet
        pg.cancel_after(1)
        local t = os.clock()
        repeat until os.clock() - t > 0.05
        local _, e = c:sync()
        assert.equal("57014", e.sqlstate)
        assert.truthy(e.hint:find("interrupted", 1, true))
      end)
    end

    it("says who blocks it while it waits, and when lock_timeout ends the wait", function()
      d:exec "create table held (n int)"
      local a = assert(pg.open { url = d.url })
      assert(a:exec "begin")
      assert(a:exec "lock table held")
      assert(a:sync())
      assert(c:exec "begin")
      assert(c:exec "set local lock_timeout = '1500ms'")
      c:exec("alter table held add m int", { line = 5 })
      local _, e = c:sync()
      local who = ("AccessExclusiveLock on held is held up by pid %d (moonshift, role postgres, "
        .. "idle in transaction since "):format(a:pid())
      assert.equal("55P03", e.sqlstate)
      assert.equal(who, e.detail:sub(1, #who))
      assert.truthy(e.detail:find(": lock table held)", 1, true), e.detail)
      assert.equal("WARNING: waiting for a lock: " .. e.detail, c:notices()[1])
      a:close()
      assert(c:recover())
      assert.equal("1", d:scalar [[select count(*) from pg_stat_activity
        where application_name = 'moonshift' and datname = current_database()]])
    end)

    it("copies data in", function()
      assert(c:exec "create table t (a int, b text)")
      assert.equal(3, c:copy_in("copy t from stdin", { "1\tx\n2\t", "y\n", "3\t\\N\n" }))
      assert.same({ { "1", "x" }, { "2", "y" }, { "3" } }, d:query "select * from t order by a")
      local big = {}
      for i = 1, 300 do big[i] = ("%d\t%s\n"):format(i, ("z"):rep(10000)) end
      assert.equal(300, c:copy_in("copy t from stdin", big))
      local _, e = c:copy_in("copy t from stdin", { "1\tx\n", "no number\ty\n" })
      assert.equal("22P02", e.sqlstate)
      assert.truthy(e.context:find("line 2", 1, true), e.context)
      local _, mine = c:copy_in("copy t from stdin", { "1\tx\n", false })
      assert.equal("the source failed", mine.message)
      local _, not_copy = c:copy_in("select 1", { "x" })
      assert.equal("the statement is not COPY ... FROM STDIN", not_copy.message)
      assert.equal("303", assert(c:query "select count(*) from t")[1][1])
    end)

    it("refuses COPY without data", function()
      local _, e = c:exec("copy pg_class to stdout", { line = 7 })
      assert.truthy(e.message:find("nowhere to go", 1, true))
      assert.equal(7, e.line)
      local _, from = c:exec "copy pg_class from stdin"
      assert.truthy(from.message:find("use op.copy_from", 1, true), from.message)
      assert.equal("1", assert(c:query "select 1")[1][1])
    end)

    it("tells notices outside of libpq", function()
      assert(c:exec "do $$ begin raise notice 'one'; raise warning 'two'; end $$")
      assert(c:sync())
      assert.same({ "NOTICE: one", "WARNING: two" }, c:notices())
    end)

    it("says where in a function or a script the error is", function()
      local _, e = c:query "do $$ begin\n perform 1;\n execute 'selec 1';\nend $$"
      assert.equal("selec 1", e.sql)
      assert.equal(1, e.position)
      assert.truthy(e.context:find("line 3 at EXECUTE", 1, true))
      assert(c:exec "begin")
      c:exec("selec 1", { first_line = 12 })
      _, e = c:sync()
      assert.equal("the statement starts at line 12 of its SQL text", e.context)
    end)

    it("hints by cause", function()
      local cases = {
        { "create table pg_temp.t (n int); ", nil },
        { 'select * from "public.t"', "write schema =" },
        { 'select "pg_catalog.now"()', "write function_schema =" }, { 'select "now()"()', "without parentheses" },
        { "select pg_catalog.no_such()", "a cast may be missing" },
        { "select * from public.missing", nil },
        { "create table dup (n int)", "moonshift stamp REVISION", "create table dup (n int)" },
        { "create type dup_t (input = int4in, output = int4out)", "then do a full CREATE TYPE." },
        { "security label on table dup is 'x'", "by its provider" },
        { "grant select on dup to nobody_here", "a role is created outside of migrations" },
        { "drop table dup", "objects too; other objects depend", "create view dup_v as select n from dup" },
      }
      for i = 2, #cases do
        local sql, hint, first = table.unpack(cases[i], 1, 3)
        if first then assert(c:exec(first)) assert(c:sync()) end
        local _, e = c:query(sql)
        if hint then assert.truthy(e.hint:find(hint, 1, true), e.hint) else assert.is_nil(e.hint) end
      end
    end)

    it("takes texts and parameters as they are, but no NUL byte", function()
      local odd = "é\\ ' \" $1 \n\t"
      assert.equal(odd, assert(c:query("select $1::text", { odd }))[1][1])
      assert.is_nil((c:query("select $1::text", { "a\0b" })))
      local _, e = c:exec("select 'a\0b'")
      assert.equal("the SQL text holds a NUL byte", e.message)
    end)
  end)
end

describe("the pipeline", function()
  local d = db.create()

  it("does not block on many statements with long results", function()
    local c = assert(pg.open { url = d.url })
    assert(c:exec "create table many (n serial, t text)")
    assert(c:exec "begin")
    assert(c:exec_times("select repeat('x', 5000)", { times = 10000 }))
    assert(c:exec_times("insert into many (t) values ('" .. ("y"):rep(2000) .. "')", { times = 10000 }))
    assert(c:exec "commit")
    assert(c:sync())
    assert.equal("10000", d:scalar "select count(*) from many")
    local _, e = c:exec_times("insert into many (n) values (1 / (9000 - (select max(n) from many)))", { times = 1 })
    c:close()
    assert.is_nil(e)
  end)

  it("waits for reads only, not for commits", function()
    local c = assert(pg.open { url = d.url })
    assert(c:exec "create table trips (n int)")
    assert(c:sync())
    local before = c:round_trips()
    for i = 1, 1000 do
      assert(c:exec "begin")
      assert(c:exec("insert into trips values ($1::int)", { tostring(i), again = true }))
      assert(c:exec "commit")
      assert(c:exec("set work_mem = '1MB'", { raw = true, quiet = true }))
      assert(c:reset())
    end
    assert(c:sync())
    assert.equal(1, c:round_trips() - before)
    assert.equal("1000", assert(c:query "select count(*) from trips")[1][1])
    c:close()
  end)

  it("takes one statement of many megabytes", function()
    local c = assert(pg.open { url = d.url })
    assert(c:exec("select length('" .. ("z"):rep(20000000) .. "')"))
    assert.equal("20000000", assert(c:query("select length($1)", { ("z"):rep(20000000) }))[1][1])
    c:close()
  end)

  it("says that the server went away, and whether a COMMIT was under way", function()
    local c = assert(pg.open { url = d.url })
    assert(c:exec "begin")
    assert(c:exec "create table half (n int)")
    assert(c:exec "select pg_sleep(0.2), pg_terminate_backend(pg_backend_pid())")
    assert(c:exec("insert into half values (1)", { line = 9 }))
    local _, e = c:sync()
    assert.equal("the connection to the server was lost", e.message)
    assert.equal("57P01", e.sqlstate)
    assert.truthy(e.hint:find("what was not committed is undone", 1, true))
    assert.is_true(c:lost())
    assert.is_nil((c:recover()))
    c:close()

    c = assert(pg.open { url = d.url })
    assert(c:exec "begin")
    assert(c:exec "select pg_terminate_backend(pg_backend_pid())")
    assert(c:exec "commit") -- stands behind what the server was at
    _, e = c:sync()
    assert.truthy(e.hint:find("what was not committed is undone", 1, true), e.hint)
    assert.is_nil(e.text:find("half"))
    c:close()

    d:exec [[create table last (n int);
      create function farewell() returns trigger language plpgsql as
        'begin perform pg_terminate_backend(pg_backend_pid()); return null; end';
      create constraint trigger farewell after insert on last deferrable initially deferred
        for each row execute function farewell()]]
    c = assert(pg.open { url = d.url })
    for _, sql in ipairs { "begin", "insert into last values (1)", "commit", "select 1" } do assert(c:exec(sql)) end
    _, e = c:sync()
    assert.truthy(e.hint:find("a COMMIT was under way", 1, true), e.hint)
    c:close()
    assert.equal("0", d:scalar "select count(*) from pg_class where relname = 'half'")
  end)

  it("notices a server that is gone while nothing runs", function()
    local c = assert(pg.open { url = d.url })
    d:exec(("select pg_terminate_backend(%d)"):format(c:pid()))
    local _, e = c:query "select 1"
    assert.equal("the connection to the server was lost", e.message)
    _, e = c:exec "select 1"
    assert.equal("the connection to the server was lost", e.message)
    c:close()
  end)
end)

describe("connecting", function()
  local d = db.create()

  it("says why it cannot, without the password", function()
    local host = os.getenv "PGHOST"
    local cases = {
      { "postgresql://u:S3cr@127.0.0.1:1/d", "Connection refused", "is it running" },
      { "postgresql:///d?host=/nowhere", "No such file or directory", "socket" },
      { "postgresql://postgres:S3cr@/missing?host=" .. host, 'database "missing" does not exist', "createdb missing" },
      { "postgresql://nobody:S3cr@/postgres?host=" .. host, 'role "nobody" does not exist', "createuser nobody" },
      { "postgresql://u:S3cr@no.such.host.invalid/d", "could not translate host name", "host name is not known" },
    }
    for _, case in ipairs(cases) do
      local c, e = pg.open { url = case[1] }
      assert.is_nil(c)
      assert.truthy(e.message:find("cannot connect to postgresql://", 1, true), e.message)
      assert.truthy(e.detail:find(case[2], 1, true), e.detail)
      assert.truthy(e.hint:find(case[3], 1, true), e.hint)
      assert.is_nil(e.text:find("S3cr", 1, true))
    end
  end)

  it("takes a password with special characters, and says when it is wrong", function()
    d:exec [[
      do $$ begin create role spec_password login password 'p@ss%/w'; exception when duplicate_object then null; end $$;
      alter role spec_password password 'p@ss%/w';
      create temp table hba (line text);
      do $$ begin execute format('copy hba from %L', current_setting('hba_file')); end $$;
      do $$ begin
        execute format($q$copy (select 'local all spec_password scram-sha-256' union all
          select line from hba where line !~ 'spec_password') to %L$q$, current_setting('hba_file'));
      end $$;
      select pg_reload_conf(), pg_sleep(0.3)]]
    local url = d.url:gsub("//postgres@", "//spec_password:PASSWORD@")
    local function try(password) return pg.open { url = (url:gsub("PASSWORD", (password:gsub("%%", "%%%%")))) } end
    local c = assert(try "p%40ss%25%2Fw")
    assert.equal("spec_password", assert(c:query "select session_user")[1][1])
    c:close()
    local none, e = try "wr0ng"
    assert.is_nil(none)
    assert.equal("28P01", e.sqlstate)
    assert.truthy(e.hint:find("the password is wrong", 1, true))
    assert.is_nil(e.text:find("wr0ng", 1, true))
    none, e = pg.open { url = (url:gsub(":PASSWORD", "")) }
    assert.is_nil(none)
    assert.truthy(e.hint:find("PGPASSWORD", 1, true), e.text)
  end)

  it("says that there is no room", function()
    local full = db.create()
    d:exec(([[do $$ begin create role spec_guest login; exception when duplicate_object then null; end $$;
      alter database %s connection limit 0]]):format(full.name))
    local c, e = pg.open { url = full.url:gsub("//postgres@", "//spec_guest@") }
    assert.is_nil(c)
    assert.equal("53300", e.sqlstate)
    assert.truthy(e.hint:find("CONNECTION LIMIT", 1, true))
  end)

  it("applies settings, role and another database", function()
    local other = db.create()
    d:exec "do $$ begin create role spec_owner; exception when duplicate_object then null; end $$"
    local c = assert(pg.open { url = d.url, database = other.name, role = "spec_owner",
      settings = { lock_timeout = "4s" } })
    assert.same({ other.name, "spec_owner", "4s", "moonshift" }, assert(c:query [[
      select current_database(), current_user, current_setting('lock_timeout'),
             current_setting('application_name')]])[1])
    c:close()
    local none, e = pg.open { url = d.url, settings = { lock_timeout = "soon" } }
    assert.is_nil(none)
    assert.truthy(e.message:find('invalid value for parameter "lock_timeout"', 1, true))
    none, e = pg.open { url = d.url, role = "no_such_role" }
    assert.is_nil(none)
    assert.truthy(e.message:find('role "no_such_role" does not exist', 1, true))
  end)
end)
