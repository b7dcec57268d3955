create function ev() returns event_trigger language plpgsql as $$ begin end $$;
create event trigger e1 on ddl_command_end execute function ev();
