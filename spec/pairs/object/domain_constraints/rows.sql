insert into u values ('a@b', 5, '{c@d}');
