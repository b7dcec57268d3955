-- One object of every kind that PostgreSQL has, in a database whose models have none of
-- them: each is found, or said to be not compared. The catalogs are asked what is there, so
-- an object of a kind that nobody thought of fails here.
local db = require "spec.support.db"
local project = require "spec.support.project"

-- What both have, so that what stands in it is not swallowed by it.
local BARE = [[
create table x_table (id int, a int, b text, v tsvector);
create table x_parent (id int) partition by range (id);
create view x_view as select 1 as one;
create domain x_domain as int;
create type x_enum as enum ('x_old');
create publication x_pub_with;
]]

local EVERYTHING = [[
create schema x_schema;
create extension citext;
create table x_new (a int);
create table x_identity (i int generated always as identity, s serial);
create type x_composite as (a int);
create type x_range as range (subtype = int4, multirange_type_name = x_multirange);
create type x_enum2 as enum ('x_label');
create domain x_domain2 as int;
alter domain x_domain add constraint x_domain_check check (value > 0);
create type x_base;
create function x_base_in(cstring) returns x_base language internal strict immutable as 'int4in';
create function x_base_out(x_base) returns cstring language internal strict immutable as 'int4out';
create type x_base (input = x_base_in, output = x_base_out, like = int4);
create type x_shell;
create sequence x_sequence;
create materialized view x_matview as select 1 as one;
create view x_view2 as select 2 as two;
create index x_index on x_table (a);
alter table x_table alter a set default 7;
alter table x_table add constraint x_check check (id > 0);
alter table x_table add constraint x_primary primary key (id);
alter table x_table add constraint x_unique unique (a);
alter table x_table add constraint x_foreign foreign key (a) references x_table;
alter table x_table add constraint x_exclude exclude using btree (b with =);
create statistics x_statistics on id, a from x_table;
create rule x_rule as on delete to x_table do instead nothing;
create function x_trigger_function() returns trigger language plpgsql as 'begin return new; end';
create trigger x_trigger before insert on x_table for each row execute function x_trigger_function();
create policy x_policy on x_table using (true);
create table x_partition partition of x_parent for values from (1) to (2);
create procedure x_procedure() language sql as 'select 1';
create aggregate x_aggregate(int) (sfunc = int4pl, stype = int);
create function x_event_function() returns event_trigger language plpgsql as 'begin end';
create event trigger x_event on ddl_command_end execute function x_event_function();
alter event trigger x_event disable;
create operator x_schema.=== (leftarg = int, rightarg = int, function = int4eq);
create operator x_schema.<<<>>> (leftarg = int, rightarg = int, function = int4eq, commutator = operator(x_schema.>>><<<));
create operator family x_family using btree;
create function x_compare(x_composite, x_composite) returns int language sql immutable as 'select 1';
alter operator family x_family using btree add function 1 (x_composite, x_composite) x_compare(x_composite, x_composite);
create function x_less(x_composite, x_composite) returns boolean language sql immutable as 'select true';
create operator x_schema.<<<< (leftarg = x_composite, rightarg = x_composite, function = x_less);
create operator class x_class for type x_composite using btree as
  operator 1 x_schema.<<<<, function 1 x_compare(x_composite, x_composite);
create cast (x_composite as int) with inout;
create collation x_collation (locale = 'C');
create conversion x_conversion for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create language x_language handler plpgsql_call_handler;
create access method x_method type table handler heap_tableam_handler;
create function x_transform_function(internal) returns internal language internal strict immutable as 'prsd_headline';
create transform for x_composite language sql (from sql with function x_transform_function(internal));
create text search parser x_parser (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
create text search template x_template (lexize = dsimple_lexize);
create text search dictionary x_dictionary (template = simple);
create text search configuration x_configuration (copy = simple);
create foreign data wrapper x_wrapper;
create server x_server foreign data wrapper x_wrapper;
create user mapping for postgres server x_server;
create foreign table x_foreign_table (a int) server x_server;
create publication x_publication;
alter publication x_pub_with add table x_table;
alter publication x_pub_with add tables in schema x_schema; -- from 15
alter default privileges in schema x_schema grant select on tables to spec_reader;
create subscription x_subscription connection 'dbname=nowhere' publication p with (connect = false);
select lo_create(424242);
]]

-- What has no name of its own, and what is said of it.
local NAMELESS = {
  pg_attrdef = "column 'x_table.a'",
  pg_cast = "cast 'x_composite as integer'",
  pg_default_acl = "default privilege 'tables of ",
  pg_enum = "enum 'x_enum2'",
  pg_publication_rel = "publication 'x_pub_with'",
  pg_publication_namespace = "publication 'x_pub_with'",
  pg_transform = "transform 'for x_composite language sql'",
  pg_user_mapping = "user mapping 'x_server.postgres'",
  pg_largeobject_metadata = "not compared: large object 424242",
  pg_amop = "operator class 'x_class using btree'",
  pg_amproc = "operator family 'x_family using btree'",
}

-- Members of other objects go and come with them: pg_depend says 'i', or 'e' of what is in
-- an extension, or 'a' of the sequence of a serial column. Members of those are the server's.
local OBJECTS = [[
with member as (
  select classid, objid from pg_depend where deptype in ('i', 'e')
  union all
  select d.classid, d.objid from pg_depend d join pg_sequence on seqrelid = d.objid
   where d.deptype = 'a'
  union all
  select d.classid, d.objid from pg_depend d
    join pg_depend e on e.classid = d.refclassid and e.objid = d.refobjid and e.deptype = 'e'
   where d.deptype = 'a'
)
select '%s', o.oid, coalesce(i.identity, ''), i.type
  from %s o cross join lateral pg_identify_object('%s'::regclass, o.oid, 0) i
 where o.oid >= 16384 and not exists (
         select from member m where m.classid = '%s'::regclass and m.objid = o.oid)
   and coalesce(i.schema, '') <> 'pg_toast'
   -- Subscriptions of all databases stand in one catalog.
   and not exists (select from pg_subscription s join pg_database on subdbid = pg_database.oid
                    where i.type = 'subscription' and s.oid = o.oid and datname <> current_database())
   -- Since 18 NOT NULL is a constraint; under the server's own name it is its column's.
   and coalesce(i.identity, '') !~ '^\w+_not_null on ']]

-- Every catalog of this database that has objects with an oid.
local function catalogs(d)
  return d:column [[
    select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'oid'
     where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'r'
       and (not c.relisshared or c.relname = 'pg_subscription') and a.attnum > 0
     order by 1]]
end

describe("an object of each kind", function()
  local p, said
  setup(function()
    db.role "spec_reader"
    p = project.new { files = { ["models/schema.sql"] = BARE } }
    p.db:exec(BARE .. db.for_server(EVERYTHING))
    said = p:fails(4, "check").err
  end)
  teardown(function()
    p.db:exec "alter subscription x_subscription set (slot_name = none); drop subscription x_subscription"
  end)

  it("is in every catalog of the server", function()
    for _, catalog in ipairs(catalogs(p.db)) do
      local n = p.db:scalar(("select count(*) from %s where oid >= 16384"):format(catalog))
      assert.is_true(tonumber(n) > 0, "nothing of ours is in " .. catalog)
    end
  end)

  it("is found, or said to be not compared", function()
    local silent = {}
    for _, catalog in ipairs(catalogs(p.db)) do
      -- Labels are no objects to the server, and large objects have another class.
      local other = (catalog == "pg_enum" or catalog == "pg_largeobject_metadata")
        and ("select '%s', 1, '', ''"):format(catalog)
      for _, object in ipairs(p.db:query(other or (OBJECTS:gsub("%%s", catalog)))) do
        local identity, kind = object[3], object[4]
        -- Every name of ours begins with x_, but an operator's.
        local text = NAMELESS[catalog]
          or kind == "domain constraint" and "changed domain 'x_domain'" or identity:match("x_schema%.([<>=]+)")
          or identity:match("x_[%w_]+") or identity
        if not said:find(text, 1, true) and not BARE:find(" " .. text .. " ", 1, true) then
          silent[#silent + 1] = ("%s: %s %s"):format(catalog, kind, identity)
        end
      end
    end
    assert.same({}, silent)
  end)
end)
