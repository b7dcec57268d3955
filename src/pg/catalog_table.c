/* Tables of every kind with their columns, and where they hang. */
#include "pg/catalog_read.h"

#include "plan/quote.h"

#include <string.h>

/* Remembers a relation by oid, for its columns, constraints and indexes. The rows come
 * ordered by name, so the list is sorted by oid when all are there. */
void add_relation(struct reader *r, struct row row, size_t object)
{
    *PUSH(r->arena, r->relations, r->n_relations, r->relations_room) = (struct relation){
        .oid = row_oid(row, "oid"),
        .kind = row_char(row, "kind"),
        .schema = row_str(row, "schema"),
        .name = row_str(row, "name"),
        .object = object,
        .is_partition = !row_null(row, "bound") && row_char(row, "kind") != 'f',
    };
}

/* Row security is an object of its own, so that switching it does not touch the table. */
static void add_row_security(struct reader *r, struct row row, size_t table)
{
    bool on = row_bool(row, "row_security"), force = row_bool(row, "force_row_security");
    if (!on && !force)
        return;
    struct object *o = add_object(r, "row security",
                                  on ? OP_enable_row_security : OP_disable_row_security,
                                  CLASS_ROW_SECURITY, row_oid(row, "oid"));
    o->schema = r->out->at[table].schema;
    o->table = r->out->at[table].name;
    set_str(o->create->args, K_table, row, "name");
    set_schema(r, o->create->args, K_schema, o->schema);
    set_true(o->create->args, K_force, force);
    object_needs(r->out, r->out->n - 1, (struct need){table, .automatic = true},
                 r->arena);
}

/* What identifies an old row in logical replication; an index is named by read_indexes.
 */
static void add_replica_identity(struct reader *r, struct row row, size_t table)
{
    char how = row_char(row, "replica_identity");
    if (how == 'd')
        return;
    struct object *o = add_object(r, "replica identity", OP_replica_identity,
                                  CLASS_REPLICA_IDENTITY, row_oid(row, "oid"));
    o->schema = r->out->at[table].schema;
    o->table = r->out->at[table].name;
    set_str(o->create->args, K_table, row, "name");
    set_schema(r, o->create->args, K_schema, o->schema);
    rec_set(o->create->args, K_identity,
            val_str(how == 'n' ? STR("nothing") : STR("full")));
    rec_set(o->create->args, K_existing_identity, val_str(STR("default")));
    object_needs(r->out, r->out->n - 1, (struct need){table, .automatic = true},
                 r->arena);
}

static void read_table(struct reader *r, struct row row)
{
    struct object *o =
        add_object(r, "table", OP_create_table, CLASS_CLASS, row_oid(row, "oid"));
    struct rec *t = o->create->args;
    o->schema = row_str(row, "schema");
    o->name = row_str(row, "name");
    o->owner = row_str(row, "owner");
    set_schema(r, t, K_schema, o->schema);
    set_str(t, K_name, row, "name");
    set_str(t, K_comment, row, "comment");
    set_true(t, K_unlogged, row_bool(row, "unlogged"));
    set_str(t, K_tablespace, row, "tablespace");
    set_str(t, K_using, row, "access_method");
    set_str(t, K_partition_by, row, "partition_key");
    set_str(t, K_of_type, row, "of_type");
    struct val with = row_map(row, "options", r->arena);
    struct val toast = row_map(row, "toast_options", r->arena);
    if (with.kind == VAL_MAP || toast.kind == VAL_MAP) {
        size_t own = with.kind == VAL_MAP ? with.map.n : 0;
        size_t more = toast.kind == VAL_MAP ? toast.map.n : 0;
        struct val both = val_map(r->arena, own + more);
        for (size_t i = 0; i < own; i++)
            both.map.at[i] = with.map.at[i];
        for (size_t i = 0; i < more; i++) {
            both.map.at[own + i] = toast.map.at[i];
            both.map.at[own + i].key =
                str_fmt(r->arena, "toast.%.*s", STR_ARG(toast.map.at[i].key));
        }
        rec_set(t, K_with, both);
    }
    add_relation(r, row, r->out->n - 1);
    size_t table = r->out->n - 1;
    add_row_security(r, row, table);
    add_replica_identity(r, row, table);
}

void read_relations(struct reader *r, void (*other)(struct reader *, struct row))
{
    struct rows rows = answer_rows(r, "relations");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        char kind = row_char(row, "kind");
        if (kind == 'r' || kind == 'p')
            read_table(r, row);
        else
            other(r, row);
    }
}

/* A foreign table is made by itself, and then has its place: an object of its own. */
static void add_foreign_place(struct reader *r, struct row row,
                              const struct relation *child)
{
    bool is_partition = row_bool(row, "is_partition");
    const struct relation *parent = relation_of(r, row_oid(row, "parent"));
    struct object *o = add_object(r, is_partition ? "partition" : "child",
                                  is_partition ? OP_attach_partition : OP_inherit,
                                  CLASS_FOREIGN_PLACE, child->oid);
    struct rec *args = o->create->args;
    o->schema = child->schema;
    o->table = child->name;
    o->name = row_str(row, "parent_name");
    if (is_partition) {
        set_str(args, K_table, row, "parent_name");
        set_schema(r, args, K_schema, row_str(row, "parent_schema"));
        rec_set(args, K_partition, val_str(child->name));
        set_schema(r, args, K_partition_schema, child->schema);
        set_str(args, K_bound, row, "bound");
    } else {
        rec_set(args, K_table, val_str(child->name));
        set_schema(r, args, K_schema, child->schema);
        set_str(args, K_parent, row, "parent_name");
        set_schema(r, args, K_parent_schema, row_str(row, "parent_schema"));
    }
    size_t at = r->out->n - 1;
    object_needs(r->out, at, (struct need){child->object, .automatic = true}, r->arena);
    if (parent)
        object_needs(r->out, at, (struct need){parent->object, .automatic = true},
                     r->arena);
}

/* The parents of each table: a partition's place, or the tables it inherits from. */
void read_inherits(struct reader *r)
{
    struct rows rows = answer_rows(r, "inherits");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        const struct relation *child = relation_of(r, row_oid(row, "child"));
        if (child && child->kind == 'f')
            add_foreign_place(r, row, child);
        if (!child || (child->kind != 'r' && child->kind != 'p'))
            continue;
        struct rec *t = r->out->at[child->object].create->args;
        struct rec *parent;
        if (row_bool(row, "is_partition")) {
            parent = rec_new(r->arena, &shape_partition_of);
            rec_set(parent, K_table, val_str(row_str(row, "parent_name")));
            rec_set(parent, K_bound, val_str(row_str(row, "bound")));
            set_schema(r, parent, K_schema, row_str(row, "parent_schema"));
            rec_set(t, K_partition_of, val_rec(parent));
            continue;
        }
        parent = rec_new(r->arena, &shape_relation);
        rec_set(parent, K_name, val_str(row_str(row, "parent_name")));
        set_schema(r, parent, K_schema, row_str(row, "parent_schema"));
        struct list before = rec_list(t, K_inherits);
        struct val list = val_list(r->arena, before.n + 1);
        for (size_t k = 0; k < before.n; k++)
            list.list.at[k] = before.at[k];
        list.list.at[before.n] = val_rec(parent);
        rec_set(t, K_inherits, list);
    }
}

static const char *storage_word(char storage)
{
    switch (storage) {
    case 'p':
        return "plain";
    case 'e':
        return "external";
    case 'm':
        return "main";
    default:
        return "extended";
    }
}

/* The column as the literal of create_table and add_column writes it. */
struct rec *column_record(struct reader *r, struct row row)
{
    struct rec *c = rec_new(r->arena, &shape_column);
    char generated = row_char(row, "generated");
    set_str(c, K_name, row, "name");
    set_type(r, c, K_type, row, "type");
    if (row_bool(row, "not_null"))
        rec_set(c, K_nullable, val_bool(false));
    if (generated) {
        set_bare(r, c, K_generated, row, "default_value");
        set_true(c, K_virtual, generated == 'v');
    } else
        set_sql(c, K_default, row, "default_value");
    set_str(c, K_collate, row, "collation");
    if (!row_null(row, "storage"))
        rec_set(c, K_storage, val_str(str_of(storage_word(row_char(row, "storage")))));
    char compression = row_char(row, "compression");
    if (compression)
        rec_set(c, K_compression, val_str(compression == 'l' ? STR("lz4") : STR("pglz")));
    if (!row_null(row, "statistics"))
        rec_set(c, K_statistics, val_int(row_int(row, "statistics")));
    struct val options =
        row_map(row, row_char(row, "relation_kind") == 'f' ? "server_options" : "options",
                r->arena);
    if (options.kind == VAL_MAP)
        rec_set(c, K_options, options);
    set_str(c, K_comment, row, "comment");
    return c;
}

static void add_attribute(struct reader *r, struct row row, struct object *type)
{
    static const struct pick picks[] = {{K_name, "name", AS_TEXT},
                                        {K_type, "type", AS_TYPE},
                                        {K_collate, "collation", AS_TEXT},
                                        {K_comment, "comment", AS_TEXT},
                                        {0, NULL, 0}};
    struct list before = rec_list(type->create->args, K_attributes);
    struct val list = val_list(r->arena, before.n + 1);
    for (size_t i = 0; i < before.n; i++)
        list.list.at[i] = before.at[i];
    struct rec *attribute = rec_new(r->arena, &shape_attribute);
    set_picks(r, attribute, row, picks);
    list.list.at[before.n] = val_rec(attribute);
    rec_set(type->create->args, K_attributes, list);
}

/* A column that came from a parent is the parent's: what it adds of its own (a default, a
 * comment) is not an add_column but an alter_column. */
static bool is_inherited(struct row row)
{
    return row_int(row, "inherited") > 0 && !row_bool(row, "is_local");
}

/* One more pair of a map, in the order of keys. */
static void add_pair(struct reader *r, struct rec *rec, enum key k, str key,
                     struct val val)
{
    const struct val *old = rec_at(rec, k);
    size_t n = old->kind == VAL_MAP ? old->map.n : 0;
    struct val map = val_map(r->arena, n + 1);
    for (size_t i = 0; i < n; i++)
        map.map.at[i] = old->map.at[i];
    map.map.at[n] = (struct pair){key, val};
    map_sort(&map.map);
    rec_set(rec, k, map);
}

/* A view's column has a comment and a default of its own; the rest is its query's. */
static void describe_view_column(struct reader *r, struct row row,
                                 const struct relation *view)
{
    struct rec *v = r->out->at[view->object].create->args;
    str name = row_str(row, "name");
    if (!row_null(row, "comment"))
        add_pair(r, v, K_column_comments, name, val_str(row_str(row, "comment")));
    if (row_null(row, "default_value"))
        return;
    add_pair(r, v, K_defaults, name, val_sql(row_str(row, "default_value")));
    add_alias(r, (struct address){CLASS_ATTRDEF, row_oid(row, "default_oid"), 0},
              view->object);
}

/* "NULL::integer AS id": what a view's column is, and how a view without rows says it. */
static str null_column(struct reader *r, struct row row)
{
    struct buf b = buf_in(r->arena);
    buf_fmt(&b, "NULL::%.*s AS ", STR_ARG(row_str(row, "type")));
    quote_ident(&b, row_str(row, "name"));
    return buf_done(&b);
}

static void read_column(struct reader *r, struct row row)
{
    const struct relation *t = relation_of(r, row_oid(row, "relation"));
    if (!t)
        return;
    if (t->kind == 'v' || t->kind == 'm') {
        struct strs *columns = &r->out->at[t->object].columns;
        strs_add(columns, null_column(r, row), r->arena);
        describe_view_column(r, row, t);
        return;
    }
    if (t->kind == 'c') {
        add_attribute(r, row, &r->out->at[t->object]);
        return;
    }
    struct object *o = add_object(r, "column", OP_add_column, CLASS_CLASS, t->oid);
    o->address.sub = (int)row_int(row, "number");
    o->schema = t->schema;
    o->table = t->name;
    o->name = row_str(row, "name");
    /* A foreign table is made with all its columns: see add_foreign_place. */
    o->follows = t->kind != 'f' && (is_inherited(row) || t->is_partition);
    o->shared = t->kind != 'f' && row_int(row, "inherited") > 0 && !o->follows;
    o->usual_storage = storage_word(row_char(row, "usual_storage"));
    o->always = row_char(row, "identity") == 'a';
    struct rec *args = o->create->args;
    set_schema(r, args, K_schema, t->schema);
    rec_set(args, K_table, val_str(t->name));
    rec_set(args, K_column, val_rec(column_record(r, row)));
    if (!row_null(row, "default_oid"))
        add_alias(r, (struct address){CLASS_ATTRDEF, row_oid(row, "default_oid"), 0},
                  r->out->n - 1);
}

void read_columns(struct reader *r, struct rows *rows)
{
    *rows = answer_rows(r, "columns");
    for (size_t i = 0; i < rows->n_rows; i++) {
        struct row row = {rows, i};
        read_column(r, row);
    }
}
