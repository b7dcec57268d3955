#include "pg/progress.h"

#include "pg/sql.h"
#include "plan/quote.h"

static str table_of(const struct ledger_names *names, struct arena *a)
{
    struct buf b = buf_in(a);
    quote_name(&b, names->schema.n ? names->schema : STR("public"),
               STR("moonshift_progress"));
    return buf_done(&b);
}

/* What is read, and where it stands in a row. */
enum { REVISION, DIRECTION, PART, CHECKSUM, DONE, TOTAL, RUNNING, POSITION, SINCE };
#define COLUMNS                                                                          \
    "revision, direction, part, checksum, done, coalesce(total, 0), running, position, " \
    "date_trunc('second', started_at)"

/* Rows of COLUMNS, and whether they are being worked on. */
static void take_rows(const struct rows *rows, bool live, struct progresses *out,
                      struct arena *a)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        long done = 0, total = 0;
        str_int(rows_text(rows, i, DONE), &done);
        str_int(rows_text(rows, i, TOTAL), &total);
        *PUSH(a, out->at, out->n, out->room) =
            (struct progress){.revision = rows_text(rows, i, REVISION),
                              .up = str_is(rows_text(rows, i, DIRECTION), "up"),
                              .part = rows_text(rows, i, PART),
                              .checksum = rows_text(rows, i, CHECKSUM),
                              .done = done,
                              .total = total,
                              .running = rows_text(rows, i, RUNNING),
                              .position = rows_text(rows, i, POSITION),
                              .since = rows_text(rows, i, SINCE),
                              .live = live};
    }
}

int64_t progress_asked(const struct progress *p)
{
    str rest = p->position, hash, number;
    long asked;
    if (str_split(&rest, ' ', &hash) && str_split(&rest, ' ', &number) &&
        str_int(number, &asked))
        return asked;
    return p->done;
}

bool progress_refused(const struct progress *p)
{
    return str_ends(p->position, STR(" refused"));
}

bool progress_read(struct sink *s, const struct ledger_names *names,
                   struct progresses *out, struct arena *a, struct err *e)
{
    bool there = false, live = false;
    *out = (struct progresses){0};
    if (!ledger_has(s, names, STR("moonshift_progress"), &there, a, e))
        return false;
    if (!there)
        return true;
    str table = table_of(names, a);
    struct rows rows = {0};
    struct param params[] = {sql_param(names->version_table)};
    struct stmt read = {.sql = str_fmt(a,
                                       "SELECT " COLUMNS " FROM %.*s WHERE version_table "
                                       "= $1 ORDER BY started_at, length(part), part",
                                       STR_ARG(table)),
                        .params = params,
                        .n_params = 1,
                        .flags = STMT_QUIET};
    if (!s->query(s, &read, &rows, a, e) ||
        (rows.n_rows && !ledger_locked(s, names, &live, a, e)))
        return false;
    take_rows(&rows, live, out, a);
    return true;
}

/* The parameters that name a backfill: $1 to $4. Its ranges: */
#define RANGES                                                                           \
    "version_table = $1 AND revision = $2 AND direction = $3 AND (part = $4 OR "         \
    "starts_with(part, $4 || ', range '))"
enum { RANGE_PARAMS = 4 };

static void put_range_params(struct param *params, const struct ledger_names *names,
                             str revision, bool up, str part)
{
    params[0] = sql_param(names->version_table);
    params[1] = sql_param(revision);
    params[2] = sql_param(up ? STR("up") : STR("down"));
    params[3] = sql_param(part);
}

bool progress_ranges(struct sink *s, const struct ledger_names *names, str revision,
                     bool up, str part, struct progresses *out, struct arena *a,
                     struct err *e)
{
    struct param params[RANGE_PARAMS];
    struct rows rows = {0};
    put_range_params(params, names, revision, up, part);
    struct stmt read = {.sql = str_fmt(a,
                                       "SELECT " COLUMNS " FROM %.*s WHERE " RANGES
                                       " ORDER BY length(part), part FOR UPDATE",
                                       STR_ARG(table_of(names, a))),
                        .params = params,
                        .n_params = RANGE_PARAMS,
                        .flags = STMT_QUIET};
    *out = (struct progresses){0};
    if (!s->query(s, &read, &rows, a, e))
        return false;
    take_rows(&rows, true, out, a);
    return true;
}

bool progress_forget_ranges(struct sink *s, const struct ledger_names *names,
                            str revision, bool up, str part, struct arena *a,
                            struct err *e)
{
    struct param params[RANGE_PARAMS];
    put_range_params(params, names, revision, up, part);
    struct stmt forget = {
        .sql = str_fmt(a, "DELETE FROM %.*s WHERE " RANGES, STR_ARG(table_of(names, a))),
        .params = params,
        .n_params = RANGE_PARAMS,
        .flags = STMT_QUIET};
    return s->exec(s, &forget, e);
}

bool progress_move(struct sink *s, const struct ledger_names *names,
                   const struct progress *p, str before, struct arena *a, struct err *e)
{
    struct param params[] = {
        sql_param(names->version_table),
        sql_param(p->revision),
        sql_param(p->up ? STR("up") : STR("down")),
        sql_param(p->part),
        sql_param(str_fmt(a, "%lld", (long long)p->done)),
        sql_param_or_null(p->position),
        sql_param_or_null(before),
    };
    struct stmt move = {
        .sql = str_fmt(
            a,
            "WITH moved AS (UPDATE %.*s SET done = $5::bigint, position = $6, "
            "updated_at = clock_timestamp() WHERE version_table = $1 AND revision = "
            "$2 AND direction = $3 AND part = $4 AND position IS NOT DISTINCT FROM "
            "$7 RETURNING 1) SELECT 1 / count(*) FROM moved",
            STR_ARG(table_of(names, a))),
        .params = params,
        .n_params = sizeof params / sizeof *params,
        .flags = STMT_QUIET | STMT_AGAIN,
        .guard = STR(
            "another run of this backfill has gone on meanwhile\n"
            "what it did is done; running the same command again goes on from there")};
    return s->exec(s, &move, e);
}

bool progress_save(struct sink *s, const struct ledger_names *names,
                   const struct progress *progress, struct arena *a, struct err *e)
{
    str table = table_of(names, a), since = STR("now()");
    /* The revision may have begun with a backfill, which has rows of its own. */
    if (str_is(progress->part, "statements"))
        since = str_fmt(a,
                        "coalesce((SELECT min(started_at) FROM %.*s WHERE version_table "
                        "= $1 AND revision = $2 AND direction = $3), now())",
                        STR_ARG(table));
    struct param params[] = {
        sql_param(names->version_table),
        sql_param(progress->revision),
        sql_param(progress->up ? STR("up") : STR("down")),
        sql_param(progress->part),
        sql_param_or_null(progress->checksum),
        sql_param(str_fmt(a, "%lld", (long long)progress->done)),
        sql_param_or_null(progress->running),
        sql_param_or_null(progress->position),
        {.text = str_fmt(a, "%lld", (long long)progress->total),
         .null = !progress->total},
    };
    struct stmt save = {
        .sql = str_fmt(
            a,
            "INSERT INTO %.*s (version_table, revision, direction, part, checksum, "
            "done, running, position, total, started_at) "
            "VALUES ($1, $2, $3, $4, $5, $6::bigint, $7, $8, $9::bigint, %.*s) "
            "ON CONFLICT (version_table, revision, direction, part) DO UPDATE SET "
            "checksum = excluded.checksum, done = excluded.done, "
            "running = excluded.running, position = excluded.position, "
            "updated_at = clock_timestamp()",
            STR_ARG(table), STR_ARG(since)),
        .params = params,
        .n_params = sizeof params / sizeof *params,
        .flags = STMT_QUIET | STMT_AGAIN};
    return s->exec(s, &save, e);
}

bool progress_forget(struct sink *s, const struct ledger_names *names, str revision,
                     str part, struct arena *a, struct err *e)
{
    str table = table_of(names, a);
    struct param params[] = {sql_param(names->version_table), sql_param(revision),
                             sql_param_or_null(part)};
    struct stmt forget = {
        .sql = str_fmt(a,
                       "DELETE FROM %.*s WHERE version_table = $1 AND revision = $2 "
                       "AND part = coalesce($3, part)",
                       STR_ARG(table)),
        .params = params,
        .n_params = 3,
        .flags = STMT_QUIET};
    return s->exec(s, &forget, e);
}
