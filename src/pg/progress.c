#include "pg/progress.h"

#include "plan/quote.h"

static str table_of(const struct ledger_names *names, struct arena *a)
{
    struct buf b = buf_in(a);
    quote_name(&b, names->schema.n ? names->schema : STR("public"),
               STR("moonshift_progress"));
    return buf_done(&b);
}

static struct param text_param(str s)
{
    return (struct param){.text = s};
}

static struct param may_param(str s)
{
    return (struct param){.text = s, .null = s.n == 0};
}

static str cell(const struct rows *rows, size_t row, size_t column)
{
    const struct cell *c = &rows->cells[row * rows->n_columns + column];
    return c->null ? STR_NONE : c->text;
}

bool progress_read(struct sink *s, const struct ledger_names *names, struct progresses *out,
                   struct arena *a, struct err *e)
{
    *out = (struct progresses){0};
    str table = table_of(names, a);
    struct param where[] = {text_param(table)};
    struct stmt probe = {.sql = STR("SELECT to_regclass($1::text) IS NOT NULL"),
                         .params = where, .n_params = 1, .flags = STMT_QUIET};
    struct rows rows = {0};
    if (!s->query(s, &probe, &rows, a, e))
        return false;
    if (!str_is(cell(&rows, 0, 0), "t"))
        return true;
    struct param params[] = {text_param(names->version_table)};
    struct stmt read = {
        .sql = str_fmt(a,
                       "SELECT revision, direction, part, checksum, done, running, position, "
                       "date_trunc('second', started_at) FROM %.*s "
                       "WHERE version_table = $1 ORDER BY started_at, part",
                       STR_ARG(table)),
        .params = params, .n_params = 1, .flags = STMT_QUIET};
    rows = (struct rows){0};
    if (!s->query(s, &read, &rows, a, e))
        return false;
    for (size_t i = 0; i < rows.n_rows; i++) {
        long done = 0;
        str_int(cell(&rows, i, 4), &done);
        *PUSH(a, out->at, out->n, out->room) =
            (struct progress){.revision = cell(&rows, i, 0),
                              .up = str_is(cell(&rows, i, 1), "up"),
                              .part = cell(&rows, i, 2),
                              .checksum = cell(&rows, i, 3),
                              .done = done,
                              .running = cell(&rows, i, 5),
                              .position = cell(&rows, i, 6),
                              .since = cell(&rows, i, 7)};
    }
    return true;
}

bool progress_save(struct sink *s, const struct ledger_names *names,
                   const struct progress *progress, struct arena *a, struct err *e)
{
    str table = table_of(names, a);
    struct param params[] = {
        text_param(names->version_table),
        text_param(progress->revision),
        text_param(progress->up ? STR("up") : STR("down")),
        text_param(progress->part),
        may_param(progress->checksum),
        text_param(str_fmt(a, "%lld", (long long)progress->done)),
        may_param(progress->running),
        may_param(progress->position),
    };
    struct stmt save = {
        .sql = str_fmt(a,
                       "INSERT INTO %.*s (version_table, revision, direction, part, checksum, "
                       "done, running, position, started_at) "
                       "VALUES ($1, $2, $3, $4, $5, $6::bigint, $7, $8, now()) "
                       "ON CONFLICT (version_table, revision, direction, part) DO UPDATE SET "
                       "checksum = excluded.checksum, done = excluded.done, "
                       "running = excluded.running, position = excluded.position, "
                       "updated_at = clock_timestamp()",
                       STR_ARG(table)),
        .params = params, .n_params = sizeof params / sizeof *params,
        .flags = STMT_QUIET | STMT_AGAIN};
    return s->exec(s, &save, e);
}

bool progress_forget(struct sink *s, const struct ledger_names *names, str revision, str part,
                     struct arena *a, struct err *e)
{
    str table = table_of(names, a);
    struct param params[] = {text_param(names->version_table), text_param(revision),
                             may_param(part)};
    struct stmt forget = {
        .sql = str_fmt(a, "DELETE FROM %.*s WHERE version_table = $1 AND revision = $2 "
                       "AND part = coalesce($3, part)",
                       STR_ARG(table)),
        .params = params, .n_params = 3, .flags = STMT_QUIET};
    return s->exec(s, &forget, e);
}
