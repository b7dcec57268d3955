/* Publications, subscriptions, foreign data. */
#include "plan/write.h"

static void put_published(struct pen *p, struct list tables, bool names_only, bool *first)
{
    for (size_t i = 0; i < tables.n; i++) {
        buf_sep(&p->b, first, ", ");
        if (i == 0) /* 14 takes the word once */
            put(p, "TABLE ");
        put_form(p, tables.at[i].rec, "[only:ONLY ]{schema.name}");
        if (!names_only)
            put_form(p, tables.at[i].rec,
                     "[columns: ({columns})][where: WHERE ({where})]");
    }
}

static void put_published_schemas(struct pen *p, struct list schemas, bool *first)
{
    if (schemas.n && p->c->server_version && p->c->server_version < 150000)
        pen_fail(p, "publishing schemas needs PostgreSQL 15");
    for (size_t i = 0; i < schemas.n; i++) {
        buf_sep(&p->b, first, ", ");
        put(p, "TABLES IN SCHEMA ");
        put_ident(p, schemas.at[i].s);
    }
}

bool compile_create_publication(struct pen *p, const struct rec *r)
{
    struct list tables = rec_list(r, K_tables), schemas = rec_list(r, K_schemas);
    bool first = true;
    put_form(p, r, "CREATE PUBLICATION {name}[all_tables: FOR ALL TABLES]");
    if (tables.n || schemas.n) {
        if (rec_bool(r, K_all_tables))
            pen_fail(p, "all_tables leaves no room for tables and schemas");
        put(p, " FOR ");
        put_published(p, tables, false, &first);
        put_published_schemas(p, schemas, &first);
    }
    put_form(p, r, "[with: WITH ({with})]");
    pen_end(p, 0);
    return pen_comment(p, r, "PUBLICATION {name}");
}

FORM(drop_publication, "DROP PUBLICATION[if_exists: IF EXISTS] {name}")
FORM(rename_publication, "ALTER PUBLICATION {name} RENAME TO {new_name}")

static bool change_published(struct pen *p, const struct rec *r, const char *verb,
                             enum key tables_key, enum key schemas_key)
{
    struct list tables = rec_list(r, tables_key), schemas = rec_list(r, schemas_key);
    bool first = true;
    if (tables.n == 0 && schemas.n == 0)
        return p->ok;
    put_form(p, r, "ALTER PUBLICATION {name} ");
    put(p, verb);
    put_published(p, tables, tables_key == K_drop_tables, &first);
    put_published_schemas(p, schemas, &first);
    return pen_end(p, 0);
}

bool compile_alter_publication(struct pen *p, const struct rec *r)
{
    change_published(p, r, "SET ", K_tables, K_schemas);
    change_published(p, r, "ADD ", K_add_tables, K_add_schemas);
    change_published(p, r, "DROP ", K_drop_tables, K_drop_schemas);
    if (rec_has(r, K_with))
        pen_stmt(p, r, "ALTER PUBLICATION {name} SET ({with})");
    return p->ok;
}

static bool is_false(const struct val *v)
{
    return v->kind == VAL_BOOL && !v->b;
}

bool compile_create_subscription(struct pen *p, const struct rec *r)
{
    const struct val *with = rec_at(r, K_with);
    bool makes_slot = !is_false(val_get(with, STR("create_slot"))) &&
                      !is_false(val_get(with, STR("connect")));
    put_form(p, r,
             "CREATE SUBSCRIPTION {name} CONNECTION {connection} "
             "PUBLICATION {publications}[with: WITH ({with})]");
    pen_end(p, makes_slot ? STMT_NO_TX : 0);
    return pen_comment(p, r, "SUBSCRIPTION {name}");
}

bool compile_drop_subscription(struct pen *p, const struct rec *r)
{
    put_form(p, r, "DROP SUBSCRIPTION[if_exists: IF EXISTS] {name}");
    return pen_end(p, rec_bool(r, K_with_slot) ? STMT_NO_TX : 0);
}

FORM(rename_subscription, "ALTER SUBSCRIPTION {name} RENAME TO {new_name}")

bool compile_alter_subscription(struct pen *p, const struct rec *r)
{
    if (rec_has(r, K_connection))
        pen_stmt(p, r, "ALTER SUBSCRIPTION {name} CONNECTION {connection}");
    if (rec_has(r, K_publications))
        pen_stmt(p, r,
                 "ALTER SUBSCRIPTION {name} SET PUBLICATION {publications} "
                 "WITH (refresh = false)");
    if (rec_has(r, K_add_publications))
        pen_stmt(p, r,
                 "ALTER SUBSCRIPTION {name} ADD PUBLICATION {add_publications} "
                 "WITH (refresh = false)");
    if (rec_has(r, K_drop_publications))
        pen_stmt(p, r,
                 "ALTER SUBSCRIPTION {name} DROP PUBLICATION {drop_publications} "
                 "WITH (refresh = false)");
    if (rec_has(r, K_with))
        pen_stmt(p, r, "ALTER SUBSCRIPTION {name} SET ({with})");
    if (rec_has(r, K_skip))
        pen_stmt(p, r, "ALTER SUBSCRIPTION {name} SKIP (lsn = {skip})");
    if (rec_has(r, K_enabled))
        pen_stmt(p, r, "ALTER SUBSCRIPTION {name} [enabled:ENABLE][!enabled:DISABLE]");
    if (rec_bool(r, K_refresh)) {
        put_form(p, r, "ALTER SUBSCRIPTION {name} REFRESH PUBLICATION");
        pen_end(p, STMT_NO_TX);
    }
    return p->ok;
}

/* ---- foreign data ------------------------------------------------------------- */

bool compile_create_foreign_data_wrapper(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r,
             "CREATE FOREIGN DATA WRAPPER {name}[handler: HANDLER {handler}]"
             "[validator: VALIDATOR {validator}][options: OPTIONS ({options*})]");
    return pen_comment(p, r, "FOREIGN DATA WRAPPER {name}");
}

FORM(drop_foreign_data_wrapper,
     "DROP FOREIGN DATA WRAPPER[if_exists: IF EXISTS] {name}[cascade: CASCADE]")
FORM(rename_foreign_data_wrapper,
     "ALTER FOREIGN DATA WRAPPER {name} RENAME TO {new_name}")

bool compile_alter_foreign_data_wrapper(struct pen *p, const struct rec *r)
{
    static const struct {
        enum key key;
        const char *given, *none;
    } functions[] = {
        {K_handler, "[handler: HANDLER {handler}]", " NO HANDLER"},
        {K_validator, "[validator: VALIDATOR {validator}]", " NO VALIDATOR"}};
    if (!rec_has(r, K_handler) && !rec_has(r, K_validator) && !rec_has(r, K_options))
        return pen_fail(p, "nothing to change: give handler, validator or options");
    put_form(p, r, "ALTER FOREIGN DATA WRAPPER {name}");
    for (size_t i = 0; i < 2; i++)
        put_form(p, r,
                 rec_at(r, functions[i].key)->kind == VAL_NULL ? functions[i].none
                                                               : functions[i].given);
    put_option_changes(p, r);
    return pen_end(p, 0);
}

bool compile_create_server(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r,
             "CREATE SERVER[if_not_exists: IF NOT EXISTS] {name}[type: TYPE {type}]"
             "[version: VERSION {version}] FOREIGN DATA WRAPPER {wrapper}"
             "[options: OPTIONS ({options*})]");
    return pen_comment(p, r, "SERVER {name}");
}

FORM(drop_server, "DROP SERVER[if_exists: IF EXISTS] {name}[cascade: CASCADE]")
FORM(rename_server, "ALTER SERVER {name} RENAME TO {new_name}")

bool compile_alter_server(struct pen *p, const struct rec *r)
{
    if (!rec_has(r, K_version) && !rec_has(r, K_options))
        return pen_fail(p, "nothing to change: give version or options");
    put_form(p, r, "ALTER SERVER {name}[version: VERSION {version}]");
    put_option_changes(p, r);
    return pen_end(p, 0);
}

static bool mapping(struct pen *p, const struct rec *r, const char *verb,
                    const char *middle)
{
    put_form(p, r, verb);
    put_role(p, rec_str(r, K_role));
    put_form(p, r, middle);
    return p->ok;
}

bool compile_create_user_mapping(struct pen *p, const struct rec *r)
{
    mapping(p, r, "CREATE USER MAPPING[if_not_exists: IF NOT EXISTS] FOR ",
            " SERVER {server}[options: OPTIONS ({options*})]");
    return pen_end(p, 0);
}

bool compile_drop_user_mapping(struct pen *p, const struct rec *r)
{
    mapping(p, r, "DROP USER MAPPING[if_exists: IF EXISTS] FOR ", " SERVER {server}");
    return pen_end(p, 0);
}

bool compile_alter_user_mapping(struct pen *p, const struct rec *r)
{
    mapping(p, r, "ALTER USER MAPPING FOR ", " SERVER {server}");
    put_option_changes(p, r);
    return pen_end(p, 0);
}

/* ---- foreign tables ----------------------------------------------------------- */

static void put_foreign_body(struct pen *p, const struct rec *r, enum column_style style)
{
    struct list columns = rec_list(r, K_columns), checks = rec_list(r, K_checks);
    bool first = true;
    if (columns.n + checks.n == 0) {
        put(p, style == COLUMN_FOREIGN ? " ()" : "");
        return;
    }
    put(p, " (\n    ");
    for (size_t i = 0; i < columns.n; i++) {
        buf_sep(&p->b, &first, ",\n    ");
        put_column(p, columns.at[i].rec, style, false);
    }
    for (size_t i = 0; i < checks.n; i++) {
        buf_sep(&p->b, &first, ",\n    ");
        put_constraint_check(p, checks.at[i].rec);
    }
    put(p, "\n)");
}

bool compile_create_foreign_table(struct pen *p, const struct rec *r)
{
    const struct val *parent = rec_at(r, K_partition_of);
    struct list columns = rec_list(r, K_columns), checks = rec_list(r, K_checks);
    str schema = rec_str(r, K_schema), table = rec_str(r, K_name);
    if (parent->kind == VAL_REC && rec_has(r, K_inherits))
        return pen_fail(p, "partition_of and inherits exclude each other");
    put_form(p, r, "CREATE FOREIGN TABLE[if_not_exists: IF NOT EXISTS] {schema.name}");
    if (parent->kind == VAL_REC)
        put_form(p, parent->rec, " PARTITION OF {schema.table}");
    put_foreign_body(p, r, parent->kind == VAL_REC ? COLUMN_EXISTING : COLUMN_FOREIGN);
    if (parent->kind == VAL_REC)
        put_form(p, parent->rec, " {bound}");
    if (rec_has(r, K_inherits)) {
        put(p, " INHERITS (");
        put_relations(p, rec_list(r, K_inherits));
        put(p, ")");
    }
    put_form(p, r, " SERVER {server}[options: OPTIONS ({options*})]");
    pen_end(p, 0);
    for (size_t i = 0; i < columns.n; i++) {
        struct rec *c = rec_copy(p->a, columns.at[i].rec);
        rec_set(c, K_options, (struct val){.kind = VAL_NONE});
        compile_column_rest(p, schema, table, c);
    }
    for (size_t i = 0; i < checks.n; i++)
        constraint_comment(p, checks.at[i].rec, schema, table);
    return pen_comment(p, r, "FOREIGN TABLE {schema.name}");
}

FORM(drop_foreign_table,
     "DROP FOREIGN TABLE[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")
FORM(rename_foreign_table,
     "ALTER FOREIGN TABLE[if_exists: IF EXISTS] {schema.name} RENAME TO {new_name}")

bool compile_alter_foreign_table(struct pen *p, const struct rec *r)
{
    put_form(p, r, "ALTER FOREIGN TABLE {schema.name}[column: ALTER COLUMN {column}]");
    put_option_changes(p, r);
    return pen_end(p, 0);
}

bool compile_import_foreign_schema(struct pen *p, const struct rec *r)
{
    if (rec_has(r, K_limit_to) && rec_has(r, K_except))
        return pen_fail(p, "limit_to and except exclude each other");
    return pen_stmt(p, r,
                    "IMPORT FOREIGN SCHEMA {remote_schema}"
                    "[limit_to: LIMIT TO ({limit_to})][except: EXCEPT ({except})] "
                    "FROM SERVER {server} INTO {schema}[options: OPTIONS ({options*})]");
}
