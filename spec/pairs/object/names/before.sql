create schema "Weird ""Schema"".x";
create table "Weird ""Schema"".x"."select" ("from" int primary key, "a.b" text, "Ünïcode ☃" int, U&"tab\0009x" int, constraint "check" check ("from" > 0));
create view "Weird ""Schema"".x"."v.v" as select "from", "a.b" from "Weird ""Schema"".x"."select";
create table aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa (id serial primary key, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb int unique);
create type "Mood's" as enum ('it''s', 'back\slash', 'dollar $$', '☃');
create function "do"("in" int, "Out" text) returns int language sql as $body$ select 1 -- $$ ' " $body$;
