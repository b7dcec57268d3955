-- op.replace_enum builds everything anew that stands on the type. The oracle is a database
-- that was made with the new values at once.
local cases = require "spec.support.cases"
local db = require "spec.support.db"

-- Everything that can use a type; $VALUES are its values, $GONE is the value that goes, or
-- what it becomes.
local schema = [[
do $$ begin create role enum_reader; exception when duplicate_object or unique_violation then null; end $$;
create schema app;
create type app.mood as enum ($VALUES);
comment on type app.mood is 'it''s a mood';
revoke usage on type app.mood from public;
grant usage on type app.mood to enum_reader with grant option;
create function app.louder(m app.mood, times integer default 2) returns app.mood
  language plpgsql immutable as $$ begin return m; end $$;
comment on function app.louder(app.mood, integer) is 'loud';
revoke execute on function app.louder from public;
grant execute on function app.louder to enum_reader;
create function app.is_fine(m app.mood) returns boolean language sql immutable
  begin atomic select m <> '$GONE'::app.mood; end;
create procedure app.note(m app.mood) language sql as 'select 1';
create table app.moods (
  m app.mood default '$GONE' not null,
  id integer primary key,
  ms app.mood[] default array['$GONE', 'fine']::app.mood[],
  said text default ('fine'::app.mood)::text,
  unique (m, id),
  constraint ck_fine check (m <> 'fine' or app.is_fine(m)),
  constraint ck_in check (m in ('$GONE', 'fine', 'happy')),
  constraint ex_moods exclude using btree (id with =) where (m = '$GONE'));
comment on constraint ck_in on app.moods is 'known';
comment on column app.moods.m is 'now';
alter table app.moods add constraint ck_late check (m <> 'happy' or id > 0) not valid;
create table app.children (extra integer) inherits (app.moods);
alter table only app.children alter m set default 'happy';
create table app.refers (m app.mood, id integer,
  constraint fk_moods foreign key (m, id) references app.moods (m, id) on delete cascade deferrable);
create table app.parts (m app.mood, day date) partition by range (day);
create table app.parts_1 partition of app.parts for values from ('2024-01-01') to ('2025-01-01');
create index on app.parts (m);
create index ix_gone on app.moods (id) where m = '$GONE';
comment on index app.ix_gone is 'partly';
create index ix_loud on app.moods ((app.louder(m)));
create index ix_plain on app.moods (m);
create type app.pair as (m app.mood, n integer);
create view app.fine with (security_barrier = true) as
  select m, id, 'fine'::app.mood as always from app.moods where m <> '$GONE'::app.mood;
alter view app.fine alter m set default 'happy';
comment on view app.fine is 'the fine';
comment on column app.fine.m is 'a mood';
create view app.finer as select id, m from app.fine where app.is_fine(m);
grant select on app.finer to enum_reader;
grant update (m) on app.finer to enum_reader;
alter view app.finer owner to enum_reader;
create materialized view app.kept with (fillfactor = 70) as select m, count(*) as n from app.moods group by m;
create unique index ux_kept on app.kept (m);
create index ix_kept on app.kept (n);
alter materialized view app.kept cluster on ux_kept;
create materialized view app.later as select m from app.moods with no data;
create function app.of_view() returns setof app.finer language sql as 'select * from app.finer';
alter table app.moods enable row level security;
create policy p_fine on app.moods as restrictive for update to enum_reader, current_user
  using (m = '$GONE') with check (app.is_fine(m));
create policy p_all on app.moods using (m is not null);
comment on policy p_all on app.moods is 'anybody';
create function app.fired() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger t_of before update of m on app.moods for each row when (new.m = 'fine') execute function app.fired();
alter table app.moods enable always trigger t_of;
create trigger t_view instead of insert on app.finer for each row execute function app.fired();
create rule r_fine as on update to app.moods where new.m = '$GONE' do also delete from app.refers where id = new.id;
alter table app.moods disable rule r_fine;
create statistics app.st on (m = '$GONE'), id from app.moods;
]]

local function text(values, gone)
  return (schema:gsub("%$VALUES", values):gsub("%$GONE", gone))
end

describe("op.replace_enum", function()
  local before, wanted, version

  setup(function()
    before, wanted = db.create(), db.create()
    before:exec(text("'sad', 'fine', 'happy'", "sad"))
    wanted:exec(text("'happy', 'fine', 'new'", "new"))
    version = tonumber(before:scalar "show server_version_num")
  end)

  local function script(call)
    return assert(assert(cases.load(call)):script(version))
  end

  local function sorted(dump)
    local lines = {}
    for line in dump:gmatch("[^\n]+") do lines[#lines + 1] = line end
    table.sort(lines)
    return table.concat(lines, "\n")
  end

  it("builds anew what stands on the type, with its owner, rights and comments", function()
    local d = db.create(before.name)
    d:exec [[alter table app.moods disable row level security;
      insert into app.moods values ('sad', 1, '{sad,fine,null}'), ('happy', 2, null);
      insert into app.refers values ('sad', 1);
      alter table app.moods enable row level security;]]
    d:exec(script [[op.replace_enum("mood", { "happy", "fine", "new" }, { schema = "app", mapping = { sad = "new" } })]])
    assert.equal(sorted(wanted:dump()), sorted(d:dump()))
    assert.same({ { "new", "1", "{new,fine,NULL}" }, { "happy", "2" } },
      d:query "select m, id, ms from app.moods order by id")
    assert.same({ { "new", "1" } }, d:query "select m, id from app.refers")
  end)

  it("is the same with the schema on the search path, and goes back", function()
    local d = db.create(before.name)
    d:exec("set search_path to app, public;" .. script
      [[op.replace_enum("mood", { "happy", "fine", "new" }, { mapping = { sad = "new" } })]])
    assert.equal(sorted(wanted:dump()), sorted(d:dump()))
    d:exec(script [[op.replace_enum("mood", { "sad", "fine", "happy" }, { schema = "app", mapping = { new = "sad" } })]])
    assert.equal(sorted(before:dump()), sorted(d:dump()))
  end)

  it("refuses rows that hold a value that goes, by table, column and value", function()
    local d = db.create(before.name)
    d:exec "insert into app.moods values ('happy', 1, '{sad,fine}'), ('fine', 2, '{sad,sad}')"
    local sql = script [[op.replace_enum("mood", { "happy", "fine" }, { schema = "app" })]]
    local dump = d:dump()
    local ok, err = d:try(sql)
    assert.is_false(ok)
    assert.matches("3 rows of app.moods hold a value that type app.mood loses: ms = 'sad'", err, 1, true)
    assert.matches('mapping = { ["sad"] = "…" }', err, 1, true)
    assert.equal(dump, d:dump())
    -- and what stands on such a value
    d:exec "delete from app.moods"
    ok, err = d:try(sql)
    assert.is_false(ok)
    assert.matches('invalid input value for enum app.mood: "sad"', err, 1, true)
    assert.equal(dump, d:dump())
  end)

  it("says what it cannot build anew", function()
    for what, sql in pairs {
      ["type app.brave"] = "create domain app.brave as app.mood",
      ["column g of table g"] = "create table g (m app.mood, g text generated always as (case m when 'sad' then 'x' end) stored)",
      ["cast from app.mood to integer"] = [[create function n(app.mood) returns integer language sql as 'select 1';
        create cast (app.mood as integer) with function n(app.mood)]],
    } do
      local d = db.create(before.name)
      d:exec(sql)
      local ok, err = d:try(script [[op.replace_enum("mood", { "happy", "fine", "sad" }, { schema = "app" })]])
      assert.is_false(ok)
      assert.matches("type app.mood is used by what cannot be built anew: ", err, 1, true)
      assert.matches(what, err, 1, true)
      d:drop()
    end
  end)

  it("takes a mapping from values that go to values that stay only", function()
    for call, message in pairs {
      ['op.replace_enum("m", { "a" }, { mapping = { a = "a" } })'] = "'a' is still one of the values",
      ['op.replace_enum("m", { "a" }, { mapping = { b = "c" } })'] = "'c' is none of the values",
      ['op.replace_enum("m", { "a" }, { mapping = { b = 7 } })'] = "'b' must become a text or op.NULL",
    } do
      local _, err = assert(cases.load(call)):script(version)
      assert.matches(message, err.message, 1, true)
    end
    local d = db.create()
    d:exec "create type m as enum ('a', 'b'); create table t (m m default 'b'); insert into t values ('b')"
    d:exec(script 'op.replace_enum("m", { "a" }, { mapping = { b = op.NULL } })')
    assert.same({ {} }, d:query "select m from t")
    assert.same({ "m m" }, d:columns "t")
  end)
end)
