-- An ERP: wide tables full of comments, inheritance, keys that set null, jsonb translations.
create extension pg_trgm;
create extension unaccent;
create function immutable_unaccent(text) returns text language sql immutable parallel safe strict as $$ select public.unaccent('public.unaccent', $1) $$;
create table res_company (id serial primary key, name varchar not null, partner_id int not null, sequence int, create_uid int, write_date timestamp);
create table res_users (id serial primary key, active boolean default true, login varchar not null, password varchar, company_id int not null, partner_id int not null, create_uid int references res_users on delete set null,
  constraint res_users_login_key unique (login));
create table res_partner (id serial primary key, name varchar, company_id int references res_company on delete set null, parent_id int references res_partner on delete set null,
  user_id int references res_users on delete set null, vat varchar, complete_name jsonb, credit_limit double precision,
  type varchar, check ((type = 'contact' and name is not null) or type <> 'contact'));
alter table res_partner add constraint res_partner_vat unique nulls not distinct (vat, company_id); -- from 15
alter table res_company add constraint res_company_partner_id_fkey foreign key (partner_id) references res_partner on delete restrict;
alter table res_users add constraint res_users_company_id_fkey foreign key (company_id) references res_company on delete restrict;
alter table res_users add constraint res_users_partner_id_fkey foreign key (partner_id) references res_partner on delete restrict;
create index res_partner_name_trgm on res_partner using gin (immutable_unaccent(name) gin_trgm_ops) where name is not null;
create index res_partner_complete_name on res_partner using gin ((jsonb_path_query_array(complete_name, '$.*'::jsonpath)::text) gin_trgm_ops);
comment on table res_partner is 'Contact';
comment on column res_partner.name is 'Name';
comment on column res_partner.type is 'Address Type: it''s "contact" or other';
comment on column res_partner.credit_limit is E'Credit Limit\nin the company''s currency';
comment on constraint res_partner_check on res_partner is 'CHECK( (type=''contact'' AND name IS NOT NULL) or (type!=''contact'') )';
comment on index res_partner_name_trgm is 'search';
create table ir_actions (id serial primary key, name varchar, type varchar not null, help text);
create table ir_act_window (res_model varchar not null, view_mode varchar default 'tree,form' not null, primary key (id)) inherits (ir_actions);
create table ir_act_url (url text, target varchar(64) default 'new', check (target in ('new', 'self', 'download')), primary key (id)) inherits (ir_actions);
create table account_move (id serial primary key, name varchar, date date not null, state varchar default 'draft' not null, amount_total numeric, company_id int references res_company,
  partner_id int references res_partner, currency_rate numeric(12,6) default 1.0, made_sequence_hook boolean, payment_reference varchar);
create unique index account_move_unique_name on account_move (name, company_id) where (state = 'posted' and name <> '/');
create index account_move_to_check_idx on account_move (company_id) where state in ('draft', 'cancel');
create table account_move_line (id serial primary key, move_id int not null references account_move on delete cascade, debit numeric default 0.0, credit numeric default 0.0,
  balance numeric generated always as (debit - credit) stored, display_type varchar,
  constraint check_credit_debit check (display_type in ('line_section', 'line_note') or credit * debit = 0),
  constraint check_accountable check (coalesce(display_type, '') not in ('line_section') or move_id is not null));
create table account_tax_rel (src_id int not null references account_move_line on delete cascade, dest_id int not null references account_move_line on delete cascade, primary key (src_id, dest_id));
create index on account_tax_rel (dest_id, src_id);
comment on table account_tax_rel is 'RELATION BETWEEN account_tax AND account_tax';
create sequence ir_sequence_001 start with 1000 increment by 5 minvalue 10 maxvalue 999999 cache 20 cycle;
create view report_sale as
  select min(l.id) as id, date_trunc('month', m.date::timestamptz) as month, extract(year from m.date) as year,
    sum(case when l.debit > 0 then l.debit else -l.credit end) as total, count(*) filter (where m.state = 'posted') as nbr,
    coalesce(p.name, 'none')::varchar as partner, m.company_id
  from account_move_line l join account_move m on m.id = l.move_id left join res_partner p on p.id = m.partner_id
  where m.state not in ('cancel', 'draft') and (m.date between '2020-01-01' and current_date or m.date is null)
  group by grouping sets ((date_trunc('month', m.date::timestamptz), extract(year from m.date), p.name, m.company_id), ()) having sum(l.debit) > 0;
create materialized view report_stock with (autovacuum_enabled = false) as select partner, sum(total) as total from report_sale group by 1;
create unique index report_stock_partner on report_stock (partner);
create function account_check() returns trigger language plpgsql as $$ begin if new.debit < 0 then raise exception 'negative: %', new.debit; end if; return new; end $$;
create constraint trigger account_check_later after insert or update of debit, credit on account_move_line
  deferrable initially deferred for each row execute function account_check();
