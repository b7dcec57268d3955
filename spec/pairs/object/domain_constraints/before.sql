create domain email as text constraint email_at check (value like '%@%');
create domain pos as int default 1 not null check (value > 0);
create table u (e email, n pos, es email[]);
