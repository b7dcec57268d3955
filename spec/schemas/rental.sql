-- A film rental: domains, enums, aggregates, full text search, a partitioned table.
create domain year as integer constraint year_check check (value >= 1901 and value <= 2155);
create domain bigint_pos as bigint not null check (value > 0);
create type mpaa_rating as enum ('G', 'PG', 'PG-13', 'R', 'NC-17');
create function last_updated() returns trigger language plpgsql as $$
begin
  new.last_update = current_timestamp;
  return new;
end $$;
create function _group_concat(text, text) returns text language sql immutable as $_$
select case when $2 is null then $1 when $1 is null then $2 else $1 || ', ' || $2 end
$_$;
create aggregate group_concat(text) (sfunc = _group_concat, stype = text);
create sequence actor_actor_id_seq;
create table actor (
  actor_id integer default nextval('actor_actor_id_seq') primary key,
  first_name text not null, last_name text not null,
  last_update timestamptz default now() not null);
create table language (language_id serial primary key, name character(20) not null,
  last_update timestamptz default now() not null);
create table category (category_id serial primary key, name text not null,
  last_update timestamptz default now() not null);
create table film (
  film_id serial primary key, title text not null, description text, release_year year,
  language_id integer not null references language on update cascade on delete restrict,
  original_language_id integer references language on update cascade on delete restrict,
  rental_duration smallint default 3 not null, rental_rate numeric(4,2) default 4.99 not null,
  length smallint, replacement_cost numeric(5,2) default 19.99 not null,
  rating mpaa_rating default 'G', last_update timestamptz default now() not null,
  special_features text[], fulltext tsvector not null, revenue_projection numeric(5,2)
    generated always as (rental_duration * rental_rate) stored);
create index film_fulltext_idx on film using gist (fulltext);
create index idx_title on film (title);
create index idx_fk_language_id on film (language_id);
create table film_actor (actor_id integer not null references actor on update cascade on delete restrict,
  film_id integer not null references film on update cascade on delete restrict,
  last_update timestamptz default now() not null, primary key (actor_id, film_id));
create table film_category (film_id integer not null references film, category_id integer not null references category,
  last_update timestamptz default now() not null, primary key (film_id, category_id));
create trigger film_fulltext_trigger before insert or update on film for each row
  execute function tsvector_update_trigger('fulltext', 'pg_catalog.english', 'title', 'description');
create trigger last_updated before update on film for each row execute function last_updated();
create trigger last_updated before update on actor for each row execute function last_updated();
create table country (country_id serial primary key, country text not null);
create table city (city_id serial primary key, city text not null, country_id integer not null references country);
create table address (address_id serial primary key, address text not null, address2 text, district text not null,
  city_id integer not null references city, postal_code text, phone text not null);
create table staff (staff_id serial primary key, first_name text not null, last_name text not null,
  address_id integer not null references address, email text, store_id integer not null,
  active boolean default true not null, username text not null, password text, picture bytea);
create table store (store_id serial primary key, manager_staff_id integer not null references staff,
  address_id integer not null references address);
alter table staff add constraint staff_store_id_fkey foreign key (store_id) references store;
create unique index idx_unq_manager_staff_id on store (manager_staff_id);
create table customer (customer_id serial primary key, store_id integer not null references store,
  first_name text not null, last_name text not null, email text, address_id integer not null references address,
  activebool boolean default true not null, create_date date default ('now'::text)::date not null,
  last_update timestamptz default now(), active integer);
create table inventory (inventory_id serial primary key, film_id integer not null references film,
  store_id integer not null references store);
create table rental (rental_id serial primary key, rental_period tstzrange not null,
  inventory_id integer not null references inventory, customer_id integer not null references customer,
  staff_id integer not null references staff,
  check (not isempty(rental_period)));
create unique index idx_unq_rental on rental (lower(rental_period), inventory_id, customer_id);
create table payment (payment_id serial, customer_id integer not null, staff_id integer not null,
  rental_id integer not null, amount numeric(5,2) not null, payment_date timestamptz not null,
  primary key (payment_date, payment_id)) partition by range (payment_date);
create table payment_p2022_01 partition of payment for values from ('2022-01-01 00:00:00+00') to ('2022-02-01 00:00:00+00');
create table payment_p2022_02 partition of payment for values from ('2022-02-01 00:00:00+00') to ('2022-03-01 00:00:00+00');
alter table payment_p2022_01 add constraint payment_p2022_01_customer_id_fkey foreign key (customer_id) references customer;
alter table payment_p2022_02 add constraint payment_p2022_02_customer_id_fkey foreign key (customer_id) references customer;
create index idx_fk_payment_p2022_01_customer_id on payment_p2022_01 (customer_id);
create view actor_info as
  select a.actor_id, a.first_name, a.last_name,
    group_concat(distinct (c.name || ': ') || (select group_concat(f.title) from film f
      join film_category fc_1 on f.film_id = fc_1.film_id join film_actor fa_1 on f.film_id = fa_1.film_id
      where fc_1.category_id = c.category_id and fa_1.actor_id = a.actor_id)) as film_info
  from actor a left join film_actor fa on a.actor_id = fa.actor_id
  left join film_category fc on fa.film_id = fc.film_id left join category c on fc.category_id = c.category_id
  group by a.actor_id, a.first_name, a.last_name;
create view customer_list as
  select cu.customer_id as id, cu.first_name || ' ' || cu.last_name as name, a.address, a.postal_code as "zip code",
    case when cu.activebool then 'active' else '' end as notes, cu.store_id as sid
  from customer cu join address a using (address_id);
create materialized view rental_by_category as
  select c.name as category, sum(p.amount) as total_sales from payment p join rental r using (rental_id)
  join inventory i using (inventory_id) join film_category fc using (film_id) join category c using (category_id)
  group by c.name order by sum(p.amount) desc with no data;
create unique index rental_category on rental_by_category (category);
create function inventory_in_stock(p_inventory_id integer) returns boolean language plpgsql as $_$
declare v_rentals integer;
begin
  select count(*) into v_rentals from rental where inventory_id = p_inventory_id;
  return v_rentals = 0;
end $_$;
create function film_in_stock(p_film_id integer, p_store_id integer, out p_film_count integer) returns setof integer
  language sql as $_$ select inventory_id from inventory where film_id = $1 and store_id = $2 and inventory_in_stock(inventory_id) $_$;
create function rewards_report(min_monthly_purchases integer default 7, min_dollar_amount_purchased numeric default 25.00)
  returns setof customer language plpgsql security definer as $_$
begin
  return query select * from customer where active > min_monthly_purchases;
end $_$;
comment on table film is 'What can be rented';
comment on column film.rating is 'Motion picture rating';
comment on function film_in_stock(integer, integer) is 'Copies that are not out';
