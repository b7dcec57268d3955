create schema "S 1";
create table "S 1"."P t"("A a" int, "B" text) partition by list("A a");
create table "S 1"."P 1" partition of "S 1"."P t" for values in (1);
