create type region as enum ('eu', 'us', 'asia');
create table sales (id int, r region not null) partition by list (r);
create table sales_eu partition of sales for values in ('eu');
create table sales_us partition of sales for values in ('us');
create table sales_asia partition of sales for values in ('asia');
