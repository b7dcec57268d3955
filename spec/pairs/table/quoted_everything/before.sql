create schema "My Schema";
create table "My Schema"."Ta ""ble"(id int generated always as identity primary key, "Select" text default 'it''s', "ünï" int);
create index "I dx" on "My Schema"."Ta ""ble"("Select");
