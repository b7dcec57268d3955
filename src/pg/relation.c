#include "pg/relation.h"

#include "pg/sql.h"

static struct param schema_param(str schema)
{
    return schema.n ? (struct param){.text = schema} : (struct param){.null = true};
}

bool relation_read(struct sink *s, str schema, str name, struct relation *out,
                   struct arena *a, struct err *e)
{
    struct param params[] = {schema_param(schema), {.text = name}};
    struct stmt look = {.sql = sql_named("relation"),
                        .params = params,
                        .n_params = 2,
                        .flags = STMT_QUIET};
    struct rows rows;
    *out = (struct relation){.bytes = -1};
    if (!s->query(s, &look, &rows, a, e))
        return false;
    if (rows.n_rows == 0)
        return true;
    long bytes;
    out->name = rows.cells[0].text;
    if (!rows.cells[1].null && str_int(rows.cells[1].text, &bytes)) {
        out->bytes = bytes;
        out->size = rows.cells[2].text;
    }
    return true;
}

bool relation_column(struct sink *s, str schema, str name, str column,
                     struct column_facts *out, struct arena *a, struct err *e)
{
    struct param params[] = {schema_param(schema), {.text = name}, {.text = column}};
    struct stmt look = {.sql = sql_named("relation_column"),
                        .params = params,
                        .n_params = 3,
                        .flags = STMT_QUIET};
    struct rows rows;
    *out = (struct column_facts){0};
    if (!s->query(s, &look, &rows, a, e))
        return false;
    if (rows.n_rows)
        *out = (struct column_facts){rows.cells[0].text, str_is(rows.cells[1].text, "t")};
    return true;
}
