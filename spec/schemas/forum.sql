-- A forum: old-style timestamps, many defaults, read-only functions in a schema of their own,
-- a view over three tables, views of views with rules.
create schema forum_functions;
create extension hstore with schema public;
create extension unaccent with schema public;
create type hashtag_kind as enum ('tag', 'category', 'channel');
create function forum_functions.raise_topics_user_seen_readonly() returns trigger language plpgsql as $rcr$
  BEGIN
    RAISE EXCEPTION 'Forum: user_seen in topics is readonly';
  END
$rcr$;
create table users (
  id integer not null, username character varying(60) not null, username_lower character varying(60) not null,
  created_at timestamp without time zone not null, name character varying, active boolean default false not null,
  trust_level integer not null, ip_address inet, locale character varying(10), custom hstore,
  flair_group_id integer, last_seen_at timestamp(0) without time zone);
create sequence users_id_seq as integer start with 1 increment by 1 no minvalue no maxvalue cache 1;
alter sequence users_id_seq owned by users.id;
alter table only users alter column id set default nextval('users_id_seq'::regclass);
alter table only users add constraint users_pkey primary key (id);
create unique index index_users_on_username_lower on users (username_lower);
create index idx_users_moderator on users (id) where active and trust_level >= 2;
create index index_users_on_last_seen_at on users (last_seen_at) where (last_seen_at is not null);
create table categories (id serial primary key, name varchar(50) not null, color varchar(6) default '0088CC' not null,
  position int, parent_category_id integer references categories, sort_order varchar default 'activity',
  permission hashtag_kind[] default '{tag,category}', settings jsonb default '{"a": [1, 2], "b": null}');
create unique index unique_index_categories_on_name on categories (coalesce(parent_category_id, '-1'::integer), lower((name)::text));
create table topics (id serial primary key, title varchar not null, user_id integer references users on delete set null,
  category_id integer references categories, visible boolean default true not null, fancy_title varchar, deleted_at timestamp,
  archetype varchar default 'regular'::varchar not null, user_seen int,
  constraint has_category_id check (((category_id is not null) or ((archetype)::text <> 'regular'::text))),
  constraint pm_has_no_category check (((category_id is null) or ((archetype)::text <> 'private_message'::text))));
create trigger topics_user_seen_readonly before insert or update of user_seen on topics for each row
  when ((new.user_seen is not null)) execute function forum_functions.raise_topics_user_seen_readonly();
create table posts (id serial primary key, user_id integer references users, topic_id integer not null references topics,
  post_number integer not null, raw text not null, cooked text not null, deleted_at timestamp, post_type int default 1 not null,
  score double precision default 0.0 not null, raw_email text, unique (topic_id, post_number) deferrable initially deferred);
create index idx_posts_deleted_posts on posts (topic_id, post_number) where (deleted_at is not null);
create index idx_posts_user_id_deleted_at on posts (user_id) where (deleted_at is null);
create table post_search_data (post_id integer primary key references posts on delete cascade, search_data tsvector, raw_data text, locale text collate "C", version int default 0);
create index idx_search_post on post_search_data using gin (search_data);
create view badge_posts as
  select p.id, p.user_id, p.topic_id, p.post_number, p.raw, p.cooked, t.title
  from posts p join topics t on t.id = p.topic_id join categories c on c.id = t.category_id
  where p.deleted_at is null and t.visible and p.post_type in (1, 2, 3);
create view user_badges as with recursive c as (select 1 as n union all select n + 1 from c where n < 3)
  select u.id, array_agg(c.n order by c.n desc) filter (where c.n > 1) as ns, row_number() over w as rn
  from users u cross join c left join lateral (select 1 from badge_posts b where b.user_id = u.id limit 1) x on true
  group by u.id window w as (order by u.id);
create view writable as select id, username, active from users where active with local check option;
create rule writable_delete as on delete to writable do instead update users set active = false where users.id = old.id;
create function forum_functions.slug(t text) returns text language sql immutable parallel safe return lower(replace(t, ' ', '-'));
create index topics_slug on topics (forum_functions.slug(title));
alter table users enable row level security;
create policy users_self on users for select using (id = current_setting('forum.user_id', true)::int);
create policy users_admin on users as permissive for all to postgres using (true) with check (true);
create table "group_users" (group_id integer not null, user_id integer not null references users, level smallint default 0, constraint group_users_pk primary key (group_id, user_id));
cluster "group_users" using group_users_pk;
alter table group_users replica identity full;
