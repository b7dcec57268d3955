/* Constraints and indexes of tables. */
#include "pg/catalog_read.h"

#include "plan/quote.h"

#include <string.h>

static const char *action_word(char action)
{
    switch (action) {
    case 'r':
        return "restrict";
    case 'c':
        return "cascade";
    case 'n':
        return "set null";
    case 'd':
        return "set default";
    default:
        return NULL; /* no action: the default */
    }
}

static void put_word(struct rec *rec, enum key k, const char *word)
{
    if (word)
        rec_set(rec, k, val_str(str_of(word)));
}

static void put_deferrable(struct rec *c, struct row row)
{
    set_true(c, K_deferrable, row_bool(row, "deferrable"));
    if (row_bool(row, "deferred"))
        put_word(c, K_initially, "deferred");
}

/* What is not enforced counts as not validated in pg_constraint: that is no news. */
static void put_checked(struct rec *c, struct row row)
{
    bool enforced = row_bool(row, "enforced");
    set_true(c, K_not_enforced, !enforced);
    set_true(c, K_not_valid, enforced && !row_bool(row, "valid"));
}

static void put_foreign_key(struct reader *r, struct rec *c, struct row row)
{
    set_str(c, K_referent_table, row, "referent");
    set_schema(r, c, K_referent_schema, row_str(row, "referent_schema"));
    set_names(r, c, K_columns, row_strs(row, "columns", r->arena));
    set_names(r, c, K_referent_columns, row_strs(row, "referent_columns", r->arena));
    put_word(c, K_on_delete, action_word(row_char(row, "on_delete")));
    put_word(c, K_on_update, action_word(row_char(row, "on_update")));
    set_names(r, c, K_on_delete_columns, row_strs(row, "on_delete_columns", r->arena));
    if (row_char(row, "match") == 'f')
        put_word(c, K_match, "full");
    set_true(c, K_period, row_bool(row, "period"));
    put_deferrable(c, row);
    put_checked(c, row);
}

/* Elements come with the index; their operators are kept until then. */
static void put_operators(struct reader *r, struct rec *c, struct row row)
{
    struct strs operators = row_strs(row, "operators", r->arena);
    struct val list = val_list(r->arena, operators.n);
    for (size_t i = 0; i < operators.n; i++) {
        struct rec *element = rec_new(r->arena, &shape_exclude_key);
        rec_set(element, K_operator, val_str(operators.at[i]));
        list.list.at[i] = val_rec(element);
    }
    rec_set(c, K_elements, list);
    put_deferrable(c, row);
}

static void read_table_constraint(struct reader *r, struct row row,
                                  const struct relation *t)
{
    static const struct {
        char kind;
        const char *noun;
        enum op_kind create;
    } kinds[] = {
        {'p', "primary key", OP_create_primary_key},
        {'u', "unique constraint", OP_create_unique_constraint},
        {'f', "foreign key", OP_create_foreign_key},
        {'c', "check constraint", OP_create_check_constraint},
        {'x', "exclude constraint", OP_create_exclude_constraint},
    };
    size_t i = 0;
    while (kinds[i].kind != row_char(row, "kind"))
        i++;
    struct object *o = add_object(r, kinds[i].noun, kinds[i].create, CLASS_CONSTRAINT,
                                  row_oid(row, "oid"));
    o->schema = t->schema;
    o->table = t->name;
    o->name = row_str(row, "name");
    o->definition = row_str(row, "definition");
    o->follows =
        row_oid(row, "parent") != 0 ||
        (t->kind != 'f' && row_int(row, "inherited") > 0 && !row_bool(row, "is_local"));
    if (row_oid(row, "parent"))
        add_leader(r, r->out->n - 1,
                   (struct address){CLASS_CONSTRAINT, row_oid(row, "parent"), 0});
    struct rec *c = o->create->args;
    set_schema(r, c, K_schema, t->schema);
    rec_set(c, K_table, val_str(t->name));
    set_str(c, K_name, row, "name");
    set_str(c, K_comment, row, "comment");
    switch (kinds[i].kind) {
    case 'f':
        put_foreign_key(r, c, row);
        break;
    case 'c':
        set_bare(r, c, K_condition, row, "condition");
        set_true(c, K_no_inherit, row_bool(row, "no_inherit"));
        put_checked(c, row);
        break;
    case 'x':
        put_operators(r, c, row);
        break;
    default:
        set_names(r, c, K_columns, row_strs(row, "columns", r->arena));
        set_true(c, K_without_overlaps, row_bool(row, "period"));
        put_deferrable(c, row);
    }
}

static struct object *object_at(const struct catalog_index *index, unsigned class_oid,
                                unsigned oid)
{
    return catalog_by_address(index, (struct address){class_oid, oid, 0});
}

/* A condition of a domain is part of the domain's literal, in the order of names. */
static void read_domain_constraint(struct reader *r, const struct catalog_index *index,
                                   struct row row)
{
    struct object *d = object_at(index, CLASS_TYPE, row_oid(row, "domain"));
    if (!d)
        return;
    struct rec *check = rec_new(r->arena, &shape_check);
    set_str(check, K_name, row, "name");
    set_bare(r, check, K_condition, row, "condition");
    set_true(check, K_not_valid, !row_bool(row, "valid"));
    set_str(check, K_comment, row, "comment");
    rec_add(d->create->args, K_checks, val_rec(check), r->arena);
    add_alias(r, (struct address){CLASS_CONSTRAINT, row_oid(row, "oid"), 0},
              (size_t)(d - r->out->at));
}

void read_constraints(struct reader *r)
{
    struct rows rows = answer_rows(r, "constraints");
    struct catalog_index *index = catalog_index(r->out, r->arena);
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        const struct relation *t = relation_of(r, row_oid(row, "relation"));
        if (t)
            read_table_constraint(r, row, t);
        else if (row_oid(row, "domain"))
            read_domain_constraint(r, index, row);
    }
}

/* One key in the house's form: only what is not the default is written down. */
static struct val key_of(struct reader *r, struct row row, const struct shape *shape)
{
    struct rec *key = rec_new(r->arena, shape);
    if (row_null(row, "expression"))
        rec_set(key, K_name, val_str(row_str(row, "column_name")));
    else
        rec_set(key, K_name, val_sql(row_str(row, "expression")));
    set_str(key, K_collate, row, "collation");
    if (!row_null(row, "opclass")) {
        struct strs options = row_strs(row, "opclass_options", r->arena);
        struct buf b = buf_in(r->arena);
        bool first = true;
        buf_str(&b, row_str(row, "opclass"));
        for (size_t i = 0; i < options.n; i++) {
            buf_put(&b, first ? "(" : ", ");
            buf_str(&b, options.at[i]);
            first = false;
        }
        if (!first)
            buf_char(&b, ')');
        rec_set(key, K_opclass, val_str(buf_done(&b)));
    }
    long flags = row_int(row, "flags"); /* pg_index.indoption: 1 desc, 2 nulls first */
    bool descends = flags & 1, nulls_first = flags & 2;
    if (descends)
        rec_set(key, K_order, val_str(STR("desc")));
    if (nulls_first != descends)
        rec_set(key, K_nulls, val_str(nulls_first ? STR("first") : STR("last")));
    if (shape == &shape_key && !row_null(row, "statistics"))
        rec_set(key, K_statistics, val_int(row_int(row, "statistics")));
    return val_rec(key);
}

/* The rows of index_keys that belong to one index: they stand together. */
struct keys {
    const struct rows *rows;
    size_t first, end, n_keys;
};

static struct keys keys_of(const struct rows *rows, unsigned index)
{
    struct keys k = {.rows = rows};
    size_t low = 0, high = rows->n_rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (row_oid((struct row){rows, middle}, "index") < index)
            low = middle + 1;
        else
            high = middle;
    }
    k.first = k.end = low;
    while (k.end < rows->n_rows && row_oid((struct row){rows, k.end}, "index") == index)
        k.n_keys += row_bool((struct row){rows, k.end++}, "is_key");
    return k;
}

static void put_include(struct reader *r, struct rec *rec, struct keys k)
{
    struct strs names = {0};
    for (size_t i = k.first + k.n_keys; i < k.end; i++)
        strs_add(&names, row_str((struct row){k.rows, i}, "column_name"), r->arena);
    set_names(r, rec, K_include, names);
}

/* How an index hangs on the index of the parent table. */
static void set_index_parent(struct reader *r, size_t object, struct row row)
{
    struct object *o = &r->out->at[object];
    o->index_form = row_str(row, "form");
    o->key_names = row_str(row, "key_names");
    if (!row_null(row, "parent"))
        add_leader(r, object, (struct address){CLASS_CLASS, row_oid(row, "parent"), 0});
}

/* What a constraint has from the index behind it. */
static void complete_constraint(struct reader *r, struct object *o, struct row row,
                                struct keys k)
{
    struct rec *c = o->create->args;
    struct val with = row_map(row, "options", r->arena);
    set_index_parent(r, (size_t)(o - r->out->at), row);
    put_include(r, c, k);
    if (with.kind == VAL_MAP)
        rec_set(c, K_with, with);
    set_str(c, K_tablespace, row, "tablespace");
    if (o->create->info->kind == OP_create_unique_constraint)
        set_true(c, K_nulls_not_distinct, row_bool(row, "nulls_not_distinct"));
    if (o->create->info->kind != OP_create_exclude_constraint)
        return;
    if (!str_is(row_str(row, "method"), "gist"))
        set_str(c, K_using, row, "method");
    set_bare(r, c, K_where, row, "condition");
    struct list elements = rec_list(c, K_elements);
    for (size_t i = 0; i < elements.n && i < k.n_keys; i++) {
        struct rec *element = elements.at[i].rec;
        struct val sign = *rec_at(element, K_operator);
        *element = *key_of(r, (struct row){k.rows, k.first + i}, &shape_exclude_key).rec;
        rec_set(element, K_operator, sign);
    }
}

static void read_index(struct reader *r, struct row row, struct keys k)
{
    struct object *o =
        add_object(r, "index", OP_create_index, CLASS_CLASS, row_oid(row, "oid"));
    o->schema = row_str(row, "schema");
    o->table = STR_NONE;
    o->name = row_str(row, "name");
    o->definition = row_str(row, "definition");
    o->follows = !row_null(row, "parent");
    set_index_parent(r, r->out->n - 1, row);
    struct rec *x = o->create->args;
    set_schema(r, x, K_schema, o->schema);
    set_str(x, K_name, row, "name");
    set_str(x, K_table, row, "table_name");
    struct val keys = val_list(r->arena, k.n_keys);
    for (size_t i = 0; i < k.n_keys; i++)
        keys.list.at[i] = key_of(r, (struct row){k.rows, k.first + i}, &shape_key);
    rec_set(x, K_keys, keys);
    put_include(r, x, k);
    set_true(x, K_unique, row_bool(row, "is_unique"));
    set_true(x, K_nulls_not_distinct, row_bool(row, "nulls_not_distinct"));
    if (!str_is(row_str(row, "method"), "btree"))
        set_str(x, K_using, row, "method");
    set_bare(r, x, K_where, row, "condition");
    set_str(x, K_tablespace, row, "tablespace");
    set_str(x, K_comment, row, "comment");
    struct val with = row_map(row, "options", r->arena);
    if (with.kind == VAL_MAP)
        rec_set(x, K_with, with);
    /* An index on ONLY the partitioned table stays invalid until every partition has one.
     */
    set_true(x, K_only, row_char(row, "table_kind") == 'p' && !row_bool(row, "is_valid"));
}

/* REPLICA IDENTITY USING INDEX: the table's entry has been made, without the index. */
static void name_replica_identity(struct reader *r, const struct catalog_index *objects,
                                  struct row row, size_t index)
{
    struct object *o =
        object_at(objects, CLASS_REPLICA_IDENTITY, row_oid(row, "relation"));
    if (!o || !row_bool(row, "is_replica_identity"))
        return;
    struct buf b = buf_in(r->arena);
    buf_put(&b, "using index ");
    quote_ident(&b, row_str(row, "name"));
    rec_set(o->create->args, K_identity, val_str(buf_done(&b)));
    object_needs(r->out, (size_t)(o - r->out->at), (struct need){.object = index},
                 r->arena);
}

/* The index behind a constraint has a comment of its own, beside the constraint's. */
static void add_index_comment(struct reader *r, struct row row, size_t constraint)
{
    if (row_null(row, "comment"))
        return;
    struct object *o =
        add_object(r, "comment", OP_comment_on, CLASS_COMMENT, row_oid(row, "oid"));
    struct rec *c = o->create->args;
    o->schema = row_str(row, "schema");
    o->name = str_fmt(r->arena, "index %.*s", STR_ARG(row_str(row, "name")));
    rec_set(c, K_kind, val_str(STR("index")));
    set_str(c, K_name, row, "name");
    set_schema(r, c, K_schema, o->schema);
    set_str(c, K_comment, row, "comment");
    rec_set(c, K_existing, val_null());
    object_needs(r->out, r->out->n - 1, (struct need){constraint, .automatic = true},
                 r->arena);
}

/* The index that CLUSTER goes by: the mark goes with it. */
static void add_clustering(struct reader *r, struct row row, size_t index)
{
    if (!row_bool(row, "is_clustered"))
        return;
    struct object *o = add_object(r, "clustering", OP_cluster_on, CLASS_CLUSTERING,
                                  row_oid(row, "relation"));
    o->schema = row_str(row, "table_schema");
    o->table = row_str(row, "table_name");
    set_str(o->create->args, K_table, row, "table_name");
    set_schema(r, o->create->args, K_schema, o->schema);
    set_str(o->create->args, K_index, row, "name");
    object_needs(r->out, r->out->n - 1, (struct need){index, .automatic = true},
                 r->arena);
}

void read_indexes(struct reader *r)
{
    struct rows rows = answer_rows(r, "indexes"), keys = answer_rows(r, "index_keys");
    struct catalog_index *objects = catalog_index(r->out, r->arena);
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        if (!relation_of(r, row_oid(row, "relation")))
            continue;
        unsigned oid = row_oid(row, "oid");
        struct keys k = keys_of(&keys, oid);
        unsigned constraint = row_oid(row, "constraint_oid");
        if (!constraint) {
            read_index(r, row, k);
            name_replica_identity(r, objects, row, r->out->n - 1);
            add_clustering(r, row, r->out->n - 1);
            continue;
        }
        struct object *o = object_at(objects, CLASS_CONSTRAINT, constraint);
        if (!o)
            continue;
        complete_constraint(r, o, row, k);
        add_alias(r, (struct address){CLASS_CLASS, oid, 0}, (size_t)(o - r->out->at));
        size_t at = (size_t)(o - r->out->at);
        name_replica_identity(r, objects, row, at);
        add_index_comment(r, row, at);
        add_clustering(r, row, at);
    }
}
