local plan = require("moonshift_core").plan

local function split(text, in_transaction, version)
  return plan.split(text, in_transaction, version)
end

local function statements(text)
  local list, found = assert(split(text, true)), {}
  for i, statement in ipairs(list) do found[i] = statement.sql end
  return found
end

local function refused(text, version)
  local list, err = split(text, true, version)
  assert.is_nil(list)
  return err
end

describe("sql_split", function()
  it("cuts at semicolons that end statements", function()
    assert.same({ "select 1", "select ';'", 'select 1 as ";"', "select $$;$$", "select $a$;$$;$a$" },
      statements [[select 1; select ';'; select 1 as ";"; select $$;$$; select $a$;$$;$a$]])
    assert.same({ "create rule r as on insert to t do also (delete from a; delete from b)" },
      statements "create rule r as on insert to t do also (delete from a; delete from b);")
    assert.same({ "create function f() returns int begin atomic select 1; select case 1 when 1 then 2 end; end",
        "select 2" },
      statements "create function f() returns int begin atomic select 1; select case 1 when 1 then 2 end; end; select 2")
  end)

  it("drops comments and space around statements, not in them", function()
    assert.same({ "select /* in */ 1" }, statements "-- a\n /* b /* c */ ; */ select /* in */ 1 -- d ;\n; -- e")
    assert.same({}, statements " ;; -- nothing\n;")
    assert.same({}, statements "")
  end)

  it("knows the line where a statement starts", function()
    local list = assert(split("\n-- x\nselect 1;\n\n  select\n 2; select 3"))
    assert.same({ 3, 5, 6 }, { list[1].line, list[2].line, list[3].line })
  end)

  it("names the line of a syntax error, and the character in the script", function()
    local err = refused "select 'é';\nslect 2;"
    assert.equal('syntax error at or near "slect" (line 2 of the script)', err.message)
    assert.equal("42601", err.sqlstate)
    assert.equal(13, err.position)
    assert.matches("unterminated quoted string", refused("select 'x").message)
    assert.matches("unterminated /%* comment", refused("select 1 /* x").message)
  end)

  it("leaves what it does not know to a newer server", function()
    local text = "select 1; alter table t slect; create function f() returns int begin atomic select 1; end; "
      .. "frob (a; b); drop index concurrently ix; frobnicate"
    assert.matches("syntax error", refused(text).message)
    local list = assert(split(text, true, 180000))
    assert.equal(6, #list)
    assert.equal("create function f() returns int begin atomic select 1; end", list[3].sql)
    assert.equal("frob (a; b)", list[4].sql)
    assert.is_true(list[5].no_tx)
    assert.matches("COMMIT", refused("slect 1; COMMIT", 180000).message)
    assert.equal(2, #assert(split("slect 1; rollback to x", true, 180000)))
  end)

  it("passes over the lines that guard a dump", function()
    assert.same({ "select 1" }, statements "\\restrict aBc1\n\nselect 1;\n\n\\unrestrict aBc1\n")
  end)

  it("refuses what only psql understands", function()
    local err = refused "select 1;\n\\connect other\nselect 2"
    assert.equal("line 2 of the script: \\connect is a command of psql, not SQL", err.message)
    assert.matches("remove the line", err.hint)
    err = refused "select 1;\n\nCOPY public.t (a, b) FROM stdin;\n1\t2\n\\.\n"
    assert.equal("line 3 of the script: COPY ... FROM stdin takes its data from psql", err.message)
    assert.matches("op.copy_from", err.hint)
    assert.same({ [[select '\d', E'\'', $$\d$$]] }, statements [[select '\d', E'\'', $$\d$$]])
    assert.matches("NUL byte", refused("select 1;\nselect '\0'").message)
  end)

  it("refuses to end the transaction it runs in, and says what to do", function()
    for _, text in ipairs { "begin", "BEGIN", "start transaction", "commit", "end", "rollback", "abort",
      "prepare transaction 'x'", "commit and chain" } do
      local err = refused("select 1;\n" .. text)
      assert.matches("^line 2 of the script: ", err.message)
      assert.matches("transactional = false", err.hint, 1, true)
      assert.equal(2, #assert(split("select 1;\n" .. text, false)), text)
      local _, other = split("select 1;\n" .. text, "autocommit")
      assert.matches("^line 2 of the script: .*each statement commits by itself here", other.message)
    end
    for _, text in ipairs { "savepoint a", "release a", "rollback to a", "rollback to savepoint a" } do
      assert.equal(1, #assert(split(text, true)), text)
    end
  end)

  it("finds the statements that cannot run in a transaction", function()
    local alone = {
      "create index concurrently i on t (a)", "create unique index concurrently on t (a)",
      "drop index concurrently i", "reindex index concurrently i", "reindex (concurrently) table t",
      "reindex database d", "reindex system d", "reindex schema s", "vacuum", "vacuum full t", "vacuum (analyze) t",
      "create database d", "drop database d", "create tablespace t location '/x'", "drop tablespace t",
      "alter system set a = 1", "alter database d set tablespace t", "cluster", "discard all",
      "alter table p detach partition q concurrently", "create subscription s connection 'x' publication p",
      "commit prepared 'x'", "rollback prepared 'x'", "alter subscription s set (failover = true)",
      "drop subscription s", "alter subscription s refresh publication", "alter subscription s set publication p",
    }
    for _, text in ipairs(alone) do
      assert.is_true(assert(split(text, true))[1].no_tx, text)
    end
    local together = {
      "create index concurrently_i on t (a)", "create table concurrently_t (vacuum int)", "reindex table t",
      "reindex (concurrently false) table t", "analyze t", "cluster t", "discard temp",
      "alter type mood add value 'x'", "refresh materialized view concurrently m", "select 'vacuum'",
      "alter database d set a = 1", "alter table p detach partition q", "alter table p detach partition q finalize",
      "create subscription s connection 'x' publication p with (connect = false)",
      "create subscription s connection 'x' publication p with (create_slot = off)",
      "alter subscription s set publication p with (refresh = false)", "alter subscription s disable",
      "do $$ begin execute 'vacuum'; end $$",
    }
    for _, text in ipairs(together) do
      assert.is_nil(assert(split(text, true))[1].no_tx, text)
    end
  end)
end)

describe("what may have to run alone", function()
  it("does so where no transaction is open", function()
    for _, text in ipairs { "call p()", "CALL s.p(1)", "do 'begin commit; end'", "do $$ begin ROLLBACK; end $$",
      "reindex table t", "cluster t" } do
      assert.is_nil(assert(split(text, true))[1].no_tx, text)
      assert.is_true(assert(split(text, "autocommit"))[1].no_tx, text)
    end
    assert.is_nil(assert(split("do $$ begin end $$", "autocommit"))[1].no_tx)
    assert.is_nil(assert(split("select 'call commit'", "autocommit"))[1].no_tx)
  end)
end)

describe("sql_facts", function()
  local facts = plan.facts

  it("tells the kind of a statement and what it names", function()
    local f = facts "drop table if exists a, s.b cascade"
    assert.same({ "DropStmt", "OBJECT_TABLE", true, true }, { f.kind, f.object, f.if_exists, f.cascade })
    assert.same({ "a", "s.b" }, f.tables)
    assert.equal("i", facts("drop index i").name)
    assert.equal("f", facts("create function f() returns int language sql return 1").name)
    assert.is_nil(facts "slect")
  end)

  it("finds relations, not the names of WITH", function()
    local f = facts "with q as (select * from a) insert into t select * from q join s.b using (x)"
    assert.same({ "InsertStmt" }, { f.kind })
    table.sort(f.tables)
    assert.same({ "a", "s.b", "t" }, f.tables)
    assert.is_true(facts("select * from t").reads)
    assert.is_nil(facts("select * into u from t").reads)
  end)

  it("sees an UPDATE or DELETE without WHERE", function()
    assert.is_nil(facts("update t set a = (select 1 where true)").where)
    assert.is_true(facts("delete from t where a = 1").where)
  end)

  it("takes ALTER TABLE apart", function()
    local f = facts [[alter table only t add column a int not null default 7, add b text default now(),
      add c bigserial, drop column d cascade, alter e type bigint,
      add constraint fk foreign key (a) references s.u not valid, add constraint pk primary key using index ix]]
    assert.is_true(f.only and f.cascade)
    local a = f.actions
    assert.same({ kind = "AT_AddColumn", name = "a", type = "int4", not_null = true, default = true }, a[1])
    assert.same({ kind = "AT_AddColumn", name = "b", type = "text", default = true, computed = true }, a[2])
    assert.is_true(a[3].computed)
    assert.same({ kind = "AT_DropColumn", name = "d" }, a[4])
    assert.same({ "AT_AlterColumnType", "e", "int8" }, { a[5].kind, a[5].name, a[5].type })
    assert.same({ kind = "AT_AddConstraint", name = "fk", constraint = "CONSTR_FOREIGN", references = "s.u",
      not_valid = true }, a[6])
    assert.is_true(a[7].using_index)
  end)

  it("gives up on a tree that is too deep, and splits it all the same", function()
    local text = "select " .. ("a || "):rep(2000) .. "a"
    assert.is_nil(facts(text))
    assert.equal(1, #assert(split(text, true)))
  end)
end)

describe("the file sink", function()
  it("writes statements as psql runs them, remarks as comments", function()
    assert.equal("-- Running upgrade  -> 001, make\n-- \\! rm\n\ncreate table t (a int);\n\n",
      plan.sink { "Running upgrade  -> 001, make\n\\! rm", { "create table t (a int)" } })
  end)

  it("puts values in the place of parameters, and of nothing else", function()
    assert.equal([[select 'it''s', E'a\\b', NULL, '$1', $$ $1 $$, "$1", a$1 /* $1 */ -- $1]] .. "\n;\n\n",
      plan.sink { { [[select $1, $2, $3, '$1', $$ $1 $$, "$1", a$1 /* $1 */ -- $1]], "it's", "a\\b", false } })
    assert.equal("select $1;\n\n", plan.sink { { "select $1" } })
    assert.equal("select u& '7' from t;\n\n", plan.sink { { "select u&$1 from t", "7" } })
    local told = "SET standard_conforming_strings = on;\n\n"
    assert.equal(told .. "select '\\d';\n\nselect '\\w';\n\nRESET ALL;\n\n" .. told .. "select '\\s';\n\n",
      plan.sink { { "select '\\d'" }, { "select '\\w'" }, { "RESET ALL" }, { "select '\\s'" } })
    local _, err = plan.sink { { "select $2", "x" } }
    assert.equal("the statement wants $2, but 1 value is given", err.message)
  end)
end)
