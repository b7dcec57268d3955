/* Indexes. Building one concurrently takes three statements: an invalid leftover of the
 * same name goes first (IF NOT EXISTS would take it for done), and the end is checked
 * (manual, CREATE INDEX, "Building Indexes Concurrently"). */
#include "plan/quote.h"
#include "plan/write.h"

/* The index's name as text that to_regclass understands, as a literal. */
static str index_literal(struct pen *p, const struct rec *r)
{
    struct buf name = buf_in(p->a), literal = buf_in(p->a);
    quote_name(&name, rec_str(r, K_schema), rec_str(r, K_name));
    quote_literal(&literal, buf_done(&name));
    return buf_done(&literal);
}

static bool drop_invalid(struct pen *p, const struct rec *r)
{
    str name = index_literal(p, r);
    struct buf body = buf_in(p->a);
    buf_fmt(&body,
            "BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_index WHERE NOT indisvalid AND "
            "indexrelid = pg_catalog.to_regclass(%.*s)) THEN EXECUTE ",
            STR_ARG(name));
    struct buf drop = buf_in(p->a);
    buf_put(&drop, "DROP INDEX ");
    quote_name(&drop, rec_str(r, K_schema), rec_str(r, K_name));
    quote_literal(&body, buf_done(&drop));
    buf_put(&body, "; END IF; END");
    put(p, "DO ");
    quote_dollar(&p->b, buf_done(&body));
    return pen_end(p, STMT_QUIET);
}

static bool assert_valid(struct pen *p, const struct rec *r)
{
    str name = index_literal(p, r);
    put(p,
        "SELECT 1 / count(*) FROM pg_catalog.pg_index WHERE indisvalid AND indexrelid = "
        "pg_catalog.to_regclass(");
    buf_str(&p->b, name);
    put(p, ")");
    return pen_end_guard(p, str_fmt(p->a, "index %.*s is not valid after it was built",
                                    STR_ARG(rec_str(r, K_name))));
}

bool compile_create_index(struct pen *p, const struct rec *r)
{
    bool watched = rec_bool(r, K_concurrently) && rec_has(r, K_name);
    if (rec_bool(r, K_nulls_not_distinct) && p->c->server_version &&
        p->c->server_version < 150000)
        return pen_fail(p, "nulls_not_distinct needs PostgreSQL 15");
    if (rec_bool(r, K_if_not_exists) && !rec_has(r, K_name))
        return pen_fail(p, "if_not_exists needs the index's name");
    if (watched)
        drop_invalid(p, r);
    put_form(p, r,
             "CREATE[unique: UNIQUE] INDEX[concurrently: CONCURRENTLY]"
             "[if_not_exists: IF NOT EXISTS][name: {name}] ON[only: ONLY] {schema.table}"
             "[using: USING {using}] (");
    put_keys(p, rec_list(r, K_keys));
    put_form(p, r,
             ")[include: INCLUDE ({include})][nulls_not_distinct: NULLS NOT DISTINCT]"
             "[with: WITH ({with})][tablespace: TABLESPACE {tablespace}]"
             "[where: WHERE {where}]");
    pen_end(p, rec_bool(r, K_concurrently) ? STMT_NO_TX : 0);
    if (watched)
        assert_valid(p, r);
    struct list keys = rec_list(r, K_keys);
    for (size_t i = 0; i < keys.n; i++) {
        if (!rec_has(keys.at[i].rec, K_statistics))
            continue;
        if (!rec_has(r, K_name))
            return pen_fail(p, "statistics of an index's key need the index's name");
        put_form(p, r, "ALTER INDEX {schema.name} ALTER COLUMN ");
        buf_fmt(&p->b, "%zu", i + 1);
        put_form(p, keys.at[i].rec, " SET STATISTICS {statistics}");
        pen_end(p, 0);
    }
    if (rec_has(r, K_comment) && !rec_has(r, K_name))
        return pen_fail(p, "a comment on an index needs the index's name");
    return pen_comment(p, r, "INDEX {schema.name}");
}

bool compile_nested_index(struct pen *p, str schema, str table, const struct rec *index)
{
    struct rec *r = rec_new(p->a, &op_info(OP_create_index)->shape);
    rec_carry(r, index);
    rec_set(r, K_table, val_str(table));
    if (schema.p)
        rec_set(r, K_schema, val_str(schema));
    if (rec_has(r, K_name) && asks_if_not_exists(p))
        rec_set(r, K_if_not_exists, val_bool(true));
    return compile_create_index(p, r);
}

bool compile_drop_index(struct pen *p, const struct rec *r)
{
    static const struct chosen_drop chosen = {
        "SELECT relname, oid FROM pg_catalog.pg_index JOIN pg_catalog.pg_class "
        "ON oid = indexrelid WHERE indrelid",
        "DROP INDEX[if_exists: IF EXISTS] [schema:{schema}.]", "[cascade: CASCADE]",
        "{schema.table}", "regclass"};
    if (rec_bool(r, K_chosen) && !rec_has(r, K_table))
        return pen_fail(p, "chosen needs the table");
    if (rec_bool(r, K_chosen) && rec_bool(r, K_concurrently))
        return pen_fail(p, "chosen does not go with concurrently");
    if (rec_bool(r, K_chosen))
        return pen_drop_chosen(p, r, &chosen);
    put_form(p, r,
             "DROP INDEX[concurrently: CONCURRENTLY][if_exists: IF EXISTS] {schema.name}"
             "[cascade: CASCADE]");
    return pen_end(p, rec_bool(r, K_concurrently) ? STMT_NO_TX : 0);
}

FORM(rename_index, "ALTER INDEX[if_exists: IF EXISTS] {schema.name} RENAME TO {new_name}")
FORM(attach_index, "ALTER INDEX {schema.name} ATTACH PARTITION {index_schema.index}")

/* REINDEX of a schema or a partitioned table commits on its way: never in a transaction.
 * Whether a table is partitioned only the server can tell: alone where that can be. */
bool compile_reindex(struct pen *p, const struct rec *r)
{
    bool whole_schema = str_is(rec_str(r, K_kind), "schema");
    if (whole_schema && rec_has(r, K_schema))
        return pen_fail(p, "a schema is in no schema");
    put_form(p, r,
             "REINDEX[tablespace: (TABLESPACE {tablespace})] {kind}"
             "[concurrently: CONCURRENTLY] {schema.name}");
    bool alone = whole_schema || rec_bool(r, K_concurrently) || p->c->autocommit;
    return pen_end(p, alone ? STMT_NO_TX : 0);
}
