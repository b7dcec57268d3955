#include "pg/foreign.h"

#include "pg/sql.h"

const char *foreign_table(str tool)
{
    static const struct {
        const char *tool, *table;
    } tables[] = {
        {"dbmate", "schema_migrations"},
        {"golang-migrate", "schema_migrations"},
        {"goose", "goose_db_version"},
        {"flyway", "flyway_schema_history"},
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (str_is(tool, tables[i].tool))
            return tables[i].table;
    return NULL;
}

/* The table's full name, by the session's search path. */
static bool find_table(struct sink *s, str tool, str table, str *found, struct arena *a,
                       struct err *e)
{
    struct param name = {.text = str_copy(a, table)};
    struct stmt stmt = {.sql = str_copy(a, sql_named("foreign_table")),
                        .params = &name,
                        .n_params = 1,
                        .flags = STMT_QUIET};
    struct rows rows;
    if (!s->query(s, &stmt, &rows, a, e))
        return false;
    *found = rows.cells[0].text;
    if (!rows.cells[0].null)
        return true;
    err_set(e, ERR_FAILED, "there is no table '%.*s', where %.*s records what is applied",
            STR_ARG(table), STR_ARG(tool));
    return err_hint(e, "--table NAME names another one; a database that the tool never "
                       "touched needs no --adopt, but: moonshift upgrade");
}

static enum foreign_state state_of(str word)
{
    return str_is(word, "failed")  ? FOREIGN_FAILED
           : str_is(word, "up to") ? FOREIGN_UP_TO
                                   : FOREIGN_APPLIED;
}

bool foreign_read(struct sink *s, str tool, str table, struct foreign *out,
                  struct arena *a, struct err *e)
{
    struct rows rows;
    if (!find_table(s, tool, table, &out->table, a, e))
        return false;
    str text = sql_named(str_fmt(a, "foreign_%.*s", STR_ARG(tool)).p);
    str place = STR("{table}");
    size_t at = str_index(text, place);
    struct stmt stmt = {.sql = str_fmt(a, "%.*s%.*s%.*s", STR_ARG(str_cut(text, 0, at)),
                                       STR_ARG(out->table),
                                       STR_ARG(str_cut(text, at + place.n, text.n))),
                        .flags = STMT_QUIET};
    if (!s->query(s, &stmt, &rows, a, e))
        return err_hint(e,
                        "%.*s does not look like a table of %.*s: --table NAME names "
                        "another one",
                        STR_ARG(out->table), STR_ARG(tool));
    out->n = rows.n_rows;
    out->at = NEW_N(a, struct foreign_row, out->n);
    for (size_t i = 0; i < out->n; i++)
        out->at[i] = (struct foreign_row){rows.cells[2 * i].text,
                                          state_of(rows.cells[2 * i + 1].text)};
    return true;
}
