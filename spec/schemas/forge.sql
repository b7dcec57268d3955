-- A code forge: many checks on text, partial and expression indexes, hash partitions in a
-- schema of their own, sync triggers, exclusion constraints.
create schema partitions_dynamic;
comment on schema partitions_dynamic is 'Schema to hold partitions managed by the application';
create schema partitions_static;
create extension btree_gist with schema public;
create extension pg_trgm with schema public;
create function table_sync_function_0992e728d3() returns trigger language plpgsql as $$
begin
if (TG_OP = 'DELETE') then delete from merge_request_diff_commits_b5377a7a34 where id = old.id;
end if;
return null;
end $$;
create function insert_projects_sync_event() returns trigger language plpgsql as $$
begin insert into projects_sync_events (project_id) values (coalesce(new.id, old.id)); return null; end $$;
create function next_traversal_ids_sibling(traversal_ids integer[]) returns integer[] language plpgsql immutable strict as $$
begin return traversal_ids[1:array_length(traversal_ids, 1) - 1] || array[traversal_ids[array_length(traversal_ids, 1)] + 1]; end $$;
create table namespaces (
  id bigint not null, name character varying not null, path character varying not null, owner_id bigint,
  created_at timestamp without time zone, type character varying default 'User'::character varying not null,
  visibility_level integer default 20 not null, traversal_ids integer[] default '{}'::integer[] not null,
  settings jsonb default '{}'::jsonb not null, description character varying default ''::character varying not null);
create sequence namespaces_id_seq start with 1 increment by 1 no minvalue no maxvalue cache 1;
alter sequence namespaces_id_seq owned by namespaces.id;
alter table only namespaces alter column id set default nextval('namespaces_id_seq'::regclass);
alter table only namespaces add constraint namespaces_pkey primary key (id);
create index index_namespaces_on_name_trigram on namespaces using gin (name gin_trgm_ops);
create unique index index_namespaces_on_lower_path on namespaces (lower((path)::text)) where type::text = 'User'::text;
create index index_namespaces_public_groups on namespaces using btree (type, id) where (((type)::text = 'Group'::text) and (visibility_level = 20));
create index index_btree_namespaces_traversal_ids on namespaces using btree (traversal_ids);
create table projects (
  id bigserial primary key, name character varying, namespace_id bigint not null, last_activity_at timestamp without time zone,
  star_count integer default 0 not null, archived boolean default false not null, merge_requests_rebase_enabled boolean default false not null,
  suggestion_commit_message character varying(255), project_namespace_id bigint, topics text[] default array[]::text[],
  constraint check_1a6f946a8a check ((project_namespace_id is not null)),
  constraint check_fa75869cb1 check ((char_length(name) <= 255)),
  constraint check_kind check (name in ('a', 'b') or suggestion_commit_message in ('x', 'y', 'z')));
alter table only projects add constraint fk_projects_namespace_id foreign key (namespace_id) references namespaces(id) on delete restrict not valid;
create table projects_sync_events (id bigint generated always as identity primary key, project_id bigint not null references projects on delete cascade);
create trigger trigger_projects_parent_id_on_insert after insert on projects for each row execute function insert_projects_sync_event();
create trigger trigger_projects_parent_id_on_update after update on projects for each row
  when ((old.namespace_id is distinct from new.namespace_id)) execute function insert_projects_sync_event();
create table issues (
  id bigserial primary key, title character varying, author_id bigint, project_id bigint references projects on delete cascade,
  state_id smallint default 1 not null, due_date date, confidential boolean default false not null, relative_position integer,
  start_at timestamptz, end_at timestamptz, search_vector tsvector,
  constraint check_dates check (start_at is null or end_at is null or start_at < end_at)) with (fillfactor = 90);
alter table issues alter column title set statistics 500;
create index index_issues_on_title_trigram on issues using gin (title gin_trgm_ops) with (fastupdate = 'false');
create index idx_issues_on_project_id_and_rel_position on issues (project_id, relative_position asc nulls last, id desc);
create index idx_issues_covering on issues (project_id) include (id, state_id) where confidential;
create table analytics_events (project_id bigint not null, stage_id bigint not null, start_at timestamptz not null, note text,
  primary key (stage_id, project_id), constraint check_note check ((char_length(note) <= 1024))) partition by hash (stage_id);
create table partitions_static.analytics_events_00 partition of analytics_events for values with (modulus 3, remainder 0);
create table partitions_static.analytics_events_01 partition of analytics_events for values with (modulus 3, remainder 1);
create table partitions_static.analytics_events_02 partition of analytics_events for values with (modulus 3, remainder 2);
create index index_analytics_events_on_start_at on analytics_events (start_at);
create table web_hook_logs (id bigint not null, web_hook_id integer not null, created_at timestamp without time zone not null,
  url_hash text, primary key (id, created_at)) partition by range (created_at);
create table partitions_dynamic.web_hook_logs_000000 partition of web_hook_logs for values from (minvalue) to ('2024-01-01 00:00:00');
create table partitions_dynamic.web_hook_logs_202401 partition of web_hook_logs for values from ('2024-01-01 00:00:00') to ('2024-02-01 00:00:00');
create table p_ci_builds (id bigint not null, partition_id bigint not null, status character varying, tag boolean, yaml text,
  constraint check_lock check ((status)::text = any ((array['a'::character varying, 'b'::character varying])::text[])),
  primary key (id, partition_id)) partition by list (partition_id);
create table ci_builds partition of p_ci_builds for values in (100, 101);
create table partitions_dynamic.ci_builds_102 partition of p_ci_builds for values in ('102');
create table on_call_shifts (id bigserial primary key, participant_id bigint not null, rotation_id bigint not null,
  starts_at timestamptz not null, ends_at timestamptz not null,
  constraint inc_mgmnt_no_overlapping_oncall_shifts exclude using gist (rotation_id with =, tstzrange(starts_at, ends_at, '[)'::text) with &&));
create view postgres_indexes as select i.indexrelid::regclass::text as identifier, c.relname as name
  from pg_index i join pg_class c on c.oid = i.indexrelid where not i.indisexclusion;
create trigger table_sync_trigger_57c8465cd7 after delete on issues for each row execute function table_sync_function_0992e728d3();
create statistics issues_stats (dependencies) on project_id, state_id from issues;
create unlogged table schema_cache (key text primary key, value bytea);
