/* Tables. */
#include "plan/write.h"

/* What stands between the parentheses of CREATE TABLE, one element a line. */
struct body {
    struct pen *p;
    bool open;
};

static void element(struct body *b)
{
    put(b->p, b->open ? ",\n    " : " (\n    ");
    b->open = true;
}

static size_t count_keys(struct list columns)
{
    size_t n = 0;
    for (size_t i = 0; i < columns.n; i++)
        n += rec_bool(columns.at[i].rec, K_primary_key) ? 1 : 0;
    return n;
}

/* primary_key = true on several columns is one key over all of them. */
static void shared_key(struct body *b, struct list columns)
{
    bool first = true;
    element(b);
    put(b->p, "PRIMARY KEY (");
    for (size_t i = 0; i < columns.n; i++) {
        if (!rec_bool(columns.at[i].rec, K_primary_key))
            continue;
        buf_sep(&b->p->b, &first, ", ");
        put_form(b->p, columns.at[i].rec, "{name}");
    }
    put(b->p, ")");
}

static bool is_not_valid(const struct rec *r)
{
    const struct field *f = shape_field(r->shape, STR("not_valid"));
    return f && rec_bool(r, K_not_valid);
}

static const struct {
    enum key key;
    put_constraint_fn *write;
} constraints[] = {
    {K_unique, put_constraint_unique},
    {K_checks, put_constraint_check},
    {K_foreign_keys, put_constraint_foreign_key},
    {K_excludes, put_constraint_exclude},
};
enum { N_CONSTRAINTS = sizeof constraints / sizeof *constraints };

static void put_like(struct pen *p, const struct rec *r)
{
    static const enum key keys[] = {K_including, K_excluding};
    put_form(p, r, "LIKE {schema.table}");
    for (size_t i = 0; i < 2; i++) {
        struct list words = rec_list(r, keys[i]);
        for (size_t j = 0; j < words.n; j++) {
            put(p, i == 0 ? " INCLUDING " : " EXCLUDING ");
            put_word(p, words.at[j].s);
        }
    }
}

static void check_columns(struct pen *p, struct list columns)
{
    for (size_t i = 0; i < columns.n; i++)
        for (size_t j = 0; j < i; j++)
            if (str_eq(rec_str(columns.at[i].rec, K_name),
                       rec_str(columns.at[j].rec, K_name)))
                pen_fail(p, "the column '%.*s' is given twice",
                         STR_ARG(rec_str(columns.at[i].rec, K_name)));
}

static void put_body(struct pen *p, const struct rec *r)
{
    struct body b = {.p = p};
    struct list columns = rec_list(r, K_columns), like = rec_list(r, K_like);
    size_t n_keys = count_keys(columns);
    bool plain = !rec_has(r, K_partition_of) && !rec_has(r, K_of_type);
    if (n_keys && rec_has(r, K_primary_key))
        pen_fail(p, "primary_key is given for the table and for a column");
    check_columns(p, columns);
    for (size_t i = 0; i < like.n; i++) {
        element(&b);
        put_like(p, like.at[i].rec);
    }
    for (size_t i = 0; i < columns.n; i++) {
        const struct rec *c = columns.at[i].rec;
        element(&b);
        put_column(p, c, plain ? COLUMN_PLAIN : COLUMN_EXISTING,
                   n_keys == 1 && rec_bool(c, K_primary_key));
    }
    if (n_keys > 1)
        shared_key(&b, columns);
    if (rec_has(r, K_primary_key)) {
        element(&b);
        put_constraint_primary_key(p, rec_at(r, K_primary_key)->rec);
    }
    for (size_t i = 0; i < N_CONSTRAINTS; i++) {
        struct list list = rec_list(r, constraints[i].key);
        for (size_t j = 0; j < list.n; j++) {
            if (is_not_valid(list.at[j].rec))
                continue;
            element(&b);
            constraints[i].write(p, list.at[j].rec);
        }
    }
    if (b.open)
        put(p, "\n)");
    else if (plain)
        put(p, " ()");
}

/* CREATE TABLE takes NOT VALID but ignores it: such constraints are added after. */
static void not_valid_constraints(struct pen *p, const struct rec *r)
{
    for (size_t i = 0; i < N_CONSTRAINTS; i++) {
        struct list list = rec_list(r, constraints[i].key);
        for (size_t j = 0; j < list.n; j++) {
            if (!is_not_valid(list.at[j].rec))
                continue;
            put_form(p, r, "ALTER TABLE {schema.name} ADD ");
            constraints[i].write(p, list.at[j].rec);
            put(p, " NOT VALID");
            pen_end(p, 0);
        }
    }
}

static void comments_on_constraints(struct pen *p, const struct rec *r)
{
    str schema = rec_str(r, K_schema), table = rec_str(r, K_name);
    const struct val *key = rec_at(r, K_primary_key);
    if (key->kind == VAL_REC)
        constraint_comment(p, key->rec, schema, table);
    for (size_t i = 0; i < N_CONSTRAINTS; i++) {
        struct list list = rec_list(r, constraints[i].key);
        for (size_t j = 0; j < list.n; j++)
            constraint_comment(p, list.at[j].rec, schema, table);
    }
}

/* What a table is told after it and its indexes are there. */
static bool table_states(struct pen *p, const struct rec *r)
{
    const struct val *security = rec_at(r, K_row_security);
    if (security->kind == VAL_STR || (security->kind == VAL_BOOL && security->b))
        pen_stmt(p, r, "ALTER TABLE {schema.name} ENABLE ROW LEVEL SECURITY");
    if (security->kind == VAL_STR)
        pen_stmt(p, r, "ALTER TABLE {schema.name} FORCE ROW LEVEL SECURITY");
    if (rec_has(r, K_replica_identity))
        pen_stmt(p, r, "ALTER TABLE {schema.name} REPLICA IDENTITY {replica_identity}");
    if (rec_has(r, K_cluster_on))
        pen_stmt(p, r, "ALTER TABLE {schema.name} CLUSTER ON {cluster_on}");
    return p->ok;
}

/* The four ways to get columns from elsewhere do not mix, but for inherits and like. */
static bool check_origin(struct pen *p, const struct rec *r)
{
    bool inherits = rec_has(r, K_inherits) || rec_has(r, K_like);
    if ((rec_has(r, K_partition_of) && (inherits || rec_has(r, K_of_type))) ||
        (rec_has(r, K_of_type) && inherits))
        return pen_fail(p,
                        "partition_of, of_type, and inherits or like exclude each other");
    if (rec_bool(r, K_temporary) && rec_bool(r, K_unlogged))
        return pen_fail(p, "temporary and unlogged exclude each other");
    return true;
}

bool compile_create_table(struct pen *p, const struct rec *r)
{
    if (!check_origin(p, r))
        return false;
    str schema = rec_str(r, K_schema), table = rec_str(r, K_name);
    const struct val *parent = rec_at(r, K_partition_of);
    put_form(p, r,
             "CREATE[unlogged: UNLOGGED][temporary: TEMPORARY] TABLE"
             "[if_not_exists: IF NOT EXISTS] {schema.name}[of_type: OF {of_type}]");
    if (parent->kind == VAL_REC)
        put_form(p, parent->rec, " PARTITION OF {schema.table}");
    put_body(p, r);
    if (parent->kind == VAL_REC)
        put_form(p, parent->rec, " {bound}");
    if (rec_has(r, K_inherits)) {
        put(p, " INHERITS (");
        put_relations(p, rec_list(r, K_inherits));
        put(p, ")");
    }
    put_form(p, r,
             "[partition_by: PARTITION BY {partition_by}][using: USING {using}]"
             "[with: WITH ({with})][on_commit: ON COMMIT {on_commit}]"
             "[tablespace: TABLESPACE {tablespace}]");
    pen_end(p, 0);
    not_valid_constraints(p, r);

    struct list columns = rec_list(r, K_columns), indexes = rec_list(r, K_indexes);
    for (size_t i = 0; i < columns.n; i++)
        compile_column_rest(p, schema, table, columns.at[i].rec);
    for (size_t i = 0; i < indexes.n; i++)
        compile_nested_index(p, schema, table, indexes.at[i].rec);
    table_states(p, r);
    comments_on_constraints(p, r);
    return pen_comment(p, r, "TABLE {schema.name}");
}

FORM(drop_table, "DROP TABLE[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")
FORM(rename_table, "ALTER TABLE[if_exists: IF EXISTS] {schema.name} RENAME TO {new_name}")
FORM(create_table_comment, "COMMENT ON TABLE {schema.name} IS {comment}")
FORM(drop_table_comment, "COMMENT ON TABLE {schema.name} IS NULL")

FORM(inherit, "ALTER TABLE {schema.table} INHERIT {parent_schema.parent}")
FORM(no_inherit, "ALTER TABLE {schema.table} NO INHERIT {parent_schema.parent}")
FORM(attach_partition,
     "ALTER TABLE {schema.table} ATTACH PARTITION {partition_schema.partition} {bound}")

bool compile_detach_partition(struct pen *p, const struct rec *r)
{
    if (rec_bool(r, K_concurrently) && rec_bool(r, K_finalize))
        return pen_fail(p, "concurrently and finalize exclude each other");
    put_form(p, r,
             "ALTER TABLE {schema.table} DETACH PARTITION {partition_schema.partition}"
             "[concurrently: CONCURRENTLY][finalize: FINALIZE]");
    return pen_end(p, rec_bool(r, K_concurrently) ? STMT_NO_TX : 0);
}

bool compile_enable_row_security(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r, "ALTER TABLE {schema.table} ENABLE ROW LEVEL SECURITY");
    if (rec_has(r, K_force))
        pen_stmt(p, r, "ALTER TABLE {schema.table} [!force:NO ]FORCE ROW LEVEL SECURITY");
    return p->ok;
}

bool compile_disable_row_security(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r, "ALTER TABLE {schema.table} DISABLE ROW LEVEL SECURITY");
    if (rec_has(r, K_force))
        pen_stmt(p, r, "ALTER TABLE {schema.table} [!force:NO ]FORCE ROW LEVEL SECURITY");
    return p->ok;
}

FORM(replica_identity, "ALTER TABLE {schema.table} REPLICA IDENTITY {identity}")
FORM(cluster_on, "ALTER TABLE {schema.table} [index:CLUSTER ON {index}]"
                 "[!index:SET WITHOUT CLUSTER]")
