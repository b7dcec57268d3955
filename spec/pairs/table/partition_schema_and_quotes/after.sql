create schema "S 1";
create table "S 1"."P t"("A a" int, "B" text not null) partition by list("A a");
create table "S 1"."P 1" partition of "S 1"."P t"("B" default 'q') for values in (1);
create table "P 1" partition of "S 1"."P t" for values in (2);
create index "I x" on "S 1"."P t"("B", lower("B"));
