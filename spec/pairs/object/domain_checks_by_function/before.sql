create table allowed (code text primary key);
create function is_allowed(c text) returns boolean language sql stable as $$ select exists (select from allowed where code = c) $$;
create domain code as text constraint code_allowed check (is_allowed(value));
create table t (id int primary key, c code, cs code[]);
