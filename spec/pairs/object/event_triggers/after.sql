create function ev() returns event_trigger language plpgsql as $$ begin end $$;
create event trigger e1 on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE') execute function ev();
alter event trigger e1 disable;
create event trigger e2 on sql_drop execute function ev();
alter event trigger e2 enable always;
comment on event trigger e1 is 'watch';
