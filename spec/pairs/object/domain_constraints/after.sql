create domain email as text default 'x@y' constraint email_at check (value like '%_@_%');
alter domain email add constraint email_short check (length(value) < 100) not valid;
comment on constraint email_at on domain email is 'something at something';
comment on domain email is 'an address';
create domain pos as int check (value > 0);
create table u (e email, n pos, es email[]);
