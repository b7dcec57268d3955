create table allowed (code text);
