/* Columns: their definition inside CREATE TABLE, and what changes one. */
#include "plan/quote.h"
#include "plan/write.h"

/* A collation is given by name ("C", "de_DE") or as SQL ("app.german",
 * "pg_catalog.\"C\""). "en_US.utf8" is a name: a qualified one is all bare words or holds
 * quotes. */
void put_collation(struct pen *p, str collation)
{
    bool qualified = str_find(collation, '.') < collation.n;
    for (size_t i = 0; i < collation.n; i++) {
        char c = collation.p[i];
        if (c == '"') {
            put_sql(p, collation, "collate");
            return;
        }
        qualified &=
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    }
    if (qualified)
        put_sql(p, collation, "collate");
    else
        put_ident(p, collation);
}

static const char sequence_options[] =
    "[start: START WITH {start}][increment: INCREMENT BY {increment}]"
    "[min_value: MINVALUE {min_value}][max_value: MAXVALUE {max_value}]"
    "[cache: CACHE {cache}][cycle: CYCLE]";

void put_identity(struct pen *p, const struct rec *identity)
{
    if (rec_has(identity, K_restart))
        pen_fail(p, "restart is for a column that is an identity already: alter_column");
    put(p, "GENERATED ");
    put_form(p, identity, "[generated:{generated}][!generated:BY DEFAULT] AS IDENTITY");
    struct pen side = *p;
    side.b = buf_in(p->a);
    /* undocumented, but what pg_dump writes */
    put_form(&side, identity,
             "[sequence_name: SEQUENCE NAME {sequence_schema.sequence_name}]");
    put_form(&side, identity, sequence_options);
    p->ok = side.ok;
    str options = str_trim(buf_done(&side.b));
    if (options.n)
        buf_fmt(&p->b, " (%.*s)", STR_ARG(options));
}

static void put_references(struct pen *p, const struct rec *r)
{
    put_form(p, r,
             "[name: CONSTRAINT {name}] REFERENCES {schema.table}[column: ({column})]"
             "[match: MATCH {match}][on_delete: ON DELETE {on_delete}]"
             "[on_update: ON UPDATE {on_update}][deferrable: DEFERRABLE]"
             "[initially: INITIALLY {initially}]");
}

void put_column(struct pen *p, const struct rec *c, enum column_style style,
                bool inline_key)
{
    if (style == COLUMN_EXISTING && rec_has(c, K_compression))
        pen_fail(p, "a partition or a typed table gets compression by alter_column");
    put_form(p, c, style == COLUMN_EXISTING ? "{name} WITH OPTIONS" : "{name} {type}");
    put_form(p, c, "[compression: COMPRESSION {compression}]");
    if (style == COLUMN_FOREIGN)
        put_form(p, c, "[options: OPTIONS ({options*})]");
    if (rec_has(c, K_collate)) {
        put(p, " COLLATE ");
        put_collation(p, rec_str(c, K_collate));
    }
    const struct val *nullable = rec_at(c, K_nullable);
    needs_version(p, c, K_virtual, 180000);
    if (nullable->kind == VAL_BOOL && !nullable->b)
        put(p, " NOT NULL");
    put_form(p, c,
             "[default: DEFAULT {default}]"
             "[generated: GENERATED ALWAYS AS ({generated}) "
             "[virtual:VIRTUAL][!virtual:STORED]]");
    if (rec_has(c, K_identity)) {
        put(p, " ");
        put_identity(p, rec_at(c, K_identity)->rec);
    }
    if (inline_key)
        put(p, " PRIMARY KEY");
    if (!rec_bool(c, K_index)) /* else a unique index says it */
        put_form(p, c, "[unique: UNIQUE]");
    if (rec_has(c, K_references))
        put_references(p, rec_at(c, K_references)->rec);
    put_form(p, c, "[check: CHECK ({check})]");
}

/* ALTER TABLE s.t ALTER COLUMN c */
static void put_alter(struct pen *p, str schema, str table, str column)
{
    put(p, "ALTER TABLE ");
    put_name(p, schema, table);
    put(p, " ALTER COLUMN ");
    put_ident(p, column);
}

static bool column_comment(struct pen *p, str schema, str table, str column,
                           const struct rec *r)
{
    put(p, "COMMENT ON COLUMN ");
    put_name(p, schema, table);
    put(p, ".");
    put_ident(p, column);
    put_form(p, r, " IS {comment}");
    return pen_end(p, 0);
}

/* SET (n_distinct = …) */
static bool column_options(struct pen *p, str schema, str table, str column,
                           const struct map *options)
{
    struct pen side = *p;
    side.b = buf_in(p->a);
    put_alter(&side, schema, table, column);
    p->ok = side.ok;
    return pen_set(p, buf_done(&side.b), options);
}

/* Storage has no place in CREATE TABLE before PostgreSQL 16, statistics and options none
 * at all; an index and a comment are objects of their own. */
bool compile_column_rest(struct pen *p, str schema, str table, const struct rec *c)
{
    str name = rec_str(c, K_name);
    const struct val *options = rec_at(c, K_options);
    static const char *const forms[] = {"[storage: SET STORAGE {storage}]",
                                        "[statistics: SET STATISTICS {statistics}]"};
    static const enum key keys[] = {K_storage, K_statistics};
    for (size_t i = 0; i < 2; i++) {
        if (!rec_has(c, keys[i]))
            continue;
        put_alter(p, schema, table, name);
        put_form(p, c, forms[i]);
        pen_end(p, 0);
    }
    if (options->kind == VAL_MAP)
        column_options(p, schema, table, name, &options->map);
    if (rec_bool(c, K_index)) {
        put_form(p, c, "CREATE[unique: UNIQUE] INDEX ");
        put(p, asks_if_not_exists(p) ? "IF NOT EXISTS " : "");
        put_ident(p, str_fmt(p->a, "ix_%.*s_%.*s", STR_ARG(table), STR_ARG(name)));
        put(p, " ON ");
        put_name(p, schema, table);
        put_form(p, c, " ({name})");
        pen_end(p, 0);
    }
    if (rec_has(c, K_comment))
        column_comment(p, schema, table, name, c);
    return p->ok;
}

bool compile_add_column(struct pen *p, const struct rec *r)
{
    const struct rec *c = rec_at(r, K_column)->rec;
    put_form(p, r,
             "ALTER TABLE {schema.table} ADD COLUMN[if_not_exists: IF NOT EXISTS] ");
    put_column(p, c, COLUMN_PLAIN, rec_bool(c, K_primary_key));
    pen_end(p, 0);
    return compile_column_rest(p, rec_str(r, K_schema), rec_str(r, K_table), c);
}

FORM(rename_column, "ALTER TABLE {schema.table} RENAME COLUMN {column} TO {new_name}")
FORM(drop_column,
     "ALTER TABLE[only: ONLY] {schema.table} DROP COLUMN[if_exists: IF EXISTS] {column}"
     "[cascade: CASCADE]")

/* One subcommand of ALTER TABLE; the first brings the table. */
static void subcommand(struct pen *p, const struct rec *r, bool *first, const char *form)
{
    if (*first)
        put_form(p, r, "ALTER TABLE[only: ONLY] {schema.table}");
    put(p, *first ? " ALTER COLUMN " : ", ALTER COLUMN ");
    put_form(p, r, "{column} ");
    put_form(p, r, form);
    *first = false;
}

static void alter_type(struct pen *p, const struct rec *r, bool *first)
{
    /* the old default may have no cast to the new type: it goes first */
    if (rec_has(r, K_default) && rec_at(r, K_default)->kind != VAL_NULL)
        subcommand(p, r, first, "DROP DEFAULT");
    subcommand(p, r, first, "TYPE {type}");
    if (rec_has(r, K_collate)) {
        put(p, " COLLATE ");
        put_collation(p, rec_str(r, K_collate));
    }
    put_form(p, r, "[using: USING {using}]");
}

/* An identity that is there: all of it as `identity` has it, or its next value alone. */
static void change_identity(struct pen *p, const struct rec *identity, bool whole)
{
    if (whole || rec_has(identity, K_generated))
        put_form(p, identity,
                 "SET GENERATED [generated:{generated}][!generated:BY DEFAULT] ");
    struct pen side = *p;
    side.b = buf_in(p->a);
    put_form(&side, identity,
             "[start: SET START WITH {start}][increment: SET INCREMENT BY {increment}]"
             "[min_value: SET MINVALUE {min_value}][max_value: SET MAXVALUE {max_value}]"
             "[cache: SET CACHE {cache}]");
    if (rec_has(identity, K_cycle))
        put(&side, rec_bool(identity, K_cycle) ? " SET CYCLE" : " SET NO CYCLE");
    put_form(&side, identity, "[restart: RESTART WITH {restart}]");
    p->ok = side.ok;
    buf_str(&p->b, str_trim(buf_done(&side.b)));
}

static void alter_identity(struct pen *p, const struct rec *r, bool *first)
{
    const struct val *identity = rec_at(r, K_identity);
    bool was = rec_at(r, K_existing_identity)->kind == VAL_REC;
    if (identity->kind == VAL_NULL) {
        subcommand(p, r, first, "DROP IDENTITY");
    } else if (was || rec_has(identity->rec, K_restart)) {
        subcommand(p, r, first, "");
        change_identity(p, identity->rec, was);
    } else {
        subcommand(p, r, first, "ADD ");
        put_identity(p, identity->rec);
    }
}

bool compile_alter_column(struct pen *p, const struct rec *r)
{
    bool first = true;
    const struct val *options = rec_at(r, K_options);
    if (rec_has(r, K_using) && !rec_has(r, K_type))
        return pen_fail(p, "using needs type");
    if (rec_has(r, K_collate) && !rec_has(r, K_type))
        return pen_fail(p, "collate needs type");
    /* A default and an identity exclude each other: what goes, goes first. */
    if (rec_at(r, K_identity)->kind == VAL_NULL)
        alter_identity(p, r, &first);
    if (rec_at(r, K_default)->kind == VAL_NULL)
        subcommand(p, r, &first, "DROP DEFAULT");
    if (rec_at(r, K_generated)->kind == VAL_NULL)
        subcommand(p, r, &first, "DROP EXPRESSION");
    if (rec_has(r, K_type))
        alter_type(p, r, &first);
    if (rec_at(r, K_generated)->kind == VAL_STR) {
        needs_version(p, r, K_generated, 170000);
        subcommand(p, r, &first, "SET EXPRESSION AS ({generated})");
    }
    if (rec_has(r, K_default) && rec_at(r, K_default)->kind != VAL_NULL)
        subcommand(p, r, &first, "SET DEFAULT {default}");
    if (rec_has(r, K_nullable))
        subcommand(p, r, &first,
                   rec_bool(r, K_nullable) ? "DROP NOT NULL" : "SET NOT NULL");
    if (rec_at(r, K_identity)->kind == VAL_REC)
        alter_identity(p, r, &first);
    if (rec_has(r, K_statistics))
        subcommand(p, r, &first, "SET STATISTICS {statistics}");
    if (rec_has(r, K_storage))
        subcommand(p, r, &first, "SET STORAGE {storage}");
    if (rec_has(r, K_compression))
        subcommand(p, r, &first, "SET COMPRESSION {compression}");
    if (!first)
        pen_end(p, 0);
    str schema = rec_str(r, K_schema), table = rec_str(r, K_table),
        column = rec_str(r, K_column);
    if (options->kind == VAL_MAP)
        column_options(p, schema, table, column, &options->map);
    if (rec_has(r, K_comment))
        column_comment(p, schema, table, column, r);
    if (rec_has(r, K_new_column_name))
        pen_stmt(
            p, r,
            "ALTER TABLE {schema.table} RENAME COLUMN {column} TO {new_column_name}");
    return p->ok;
}
