/* Views, materialized views and foreign tables. */
#include "pg/catalog_read.h"

/* The query as the server prints it, without the semicolon at its end. */
static void set_query(struct rec *rec, struct row row)
{
    str query = str_trim(row_str(row, "query"));
    if (str_ends(query, STR(";")))
        query.n--;
    rec_set(rec, K_query, val_str(query));
}

static void read_plain_view(struct reader *r, struct row row)
{
    struct object *o = add_named(r, row, "view", OP_create_view, CLASS_CLASS);
    struct rec *v = o->create->args;
    o->owner = row_str(row, "owner");
    set_query(v, row);
    struct val with = row_map(row, "options", r->arena);
    const struct val *check = val_get(&with, STR("check_option"));
    if (check->kind == VAL_STR) {
        /* WITH CHECK OPTION has a form of its own. */
        rec_set(v, K_check_option, *check);
        struct val rest = val_map(r->arena, with.map.n - 1);
        for (size_t i = 0, n = 0; i < with.map.n; i++)
            if (!str_is(with.map.at[i].key, "check_option"))
                rest.map.at[n++] = with.map.at[i];
        with = rest;
    }
    if (with.kind == VAL_MAP && with.map.n)
        rec_set(v, K_with, with);
    add_relation(r, row, r->out->n - 1);
}

static void read_materialized_view(struct reader *r, struct row row)
{
    static const struct pick picks[] = {{K_using, "access_method", AS_TEXT},
                                        {K_with, "options", AS_MAP},
                                        {K_tablespace, "tablespace", AS_TEXT},
                                        {0, NULL, 0}};
    struct object *o =
        add_named(r, row, "materialized view", OP_create_materialized_view, CLASS_CLASS);
    o->owner = row_str(row, "owner");
    set_query(o->create->args, row);
    set_picks(r, o->create->args, row, picks);
    if (!row_bool(row, "populated"))
        o->unpopulated = true; /* a state of its rows, not of the schema */
    add_relation(r, row, r->out->n - 1);
}

static void read_foreign_table(struct reader *r, struct row row)
{
    static const struct pick picks[] = {{K_server, "server", AS_TEXT},
                                        {K_options, "server_options", AS_MAP},
                                        {0, NULL, 0}};
    struct object *o =
        add_named(r, row, "foreign table", OP_create_foreign_table, CLASS_CLASS);
    o->owner = row_str(row, "owner");
    set_picks(r, o->create->args, row, picks);
    add_relation(r, row, r->out->n - 1);
}

void read_view(struct reader *r, struct row row)
{
    switch (row_char(row, "kind")) {
    case 'v':
        read_plain_view(r, row);
        break;
    case 'm':
        read_materialized_view(r, row);
        break;
    default:
        read_foreign_table(r, row);
    }
}
