#include "app/edited.h"

#include "app/out.h"
#include "script/migration.h"

/* The checksum of the file when it was applied last; the log is newest first. */
static str logged(const struct rows *log, str id)
{
    for (size_t i = 0; i < log->n_rows; i++)
        if (str_eq(rows_text(log, i, LOG_REVISION), id))
            return rows_text(log, i, LOG_CHECKSUM);
    return STR_NONE;
}

static bool compare(struct session *s, struct revision *rev, str then, struct edited *out,
                    struct err *e)
{
    struct migration m;
    struct arena arena = {0};
    str path = session_path(s, rev->file);
    bool ok = migration_load(s->vm, path.p, rev->file, &m, &arena, e);
    if (ok) {
        out->compared++;
        if (!str_is(then, m.checksum))
            *PUSH(s->arena, out->files.at, out->files.n, out->files.room) = rev;
        migration_unload(s->vm, &m);
    }
    arena_reset(&arena);
    return ok;
}

bool edited_find(struct session *s, const struct ledger_names *names,
                 const struct plan *applied, struct edited *out, struct err *e)
{
    struct rows log;
    if (!ledger_log(conn_sink(s->conn), names, 0, &log, s->arena, e))
        return false;
    /* A plan of the way down is newest first; people count from the oldest. */
    for (size_t i = applied->n; i-- > 0;) {
        struct revision *rev = graph_exact(s->graph, applied->at[i].revision->id);
        str then = logged(&log, rev->id);
        if (then.n == 0)
            *PUSH(s->arena, out->unknown.at, out->unknown.n, out->unknown.room) = rev;
        else if (!compare(s, rev, then, out, e))
            return false;
    }
    return true;
}

void edited_print(const struct edited *found)
{
    for (size_t i = 0; i < found->files.n; i++)
        out_print("edited since it was applied: %.*s (%.*s)\n",
                  STR_ARG(found->files.at[i]->id), STR_ARG(found->files.at[i]->file));
}

void edited_json(struct json *j, const struct edited *found)
{
    json_open(j, '[');
    for (size_t i = 0; i < found->files.n; i++) {
        json_open(j, '{');
        json_put_str(j, "revision", found->files.at[i]->id);
        json_put_str(j, "file", found->files.at[i]->file);
        json_close(j);
    }
    json_close(j);
}

str edited_hint(const struct edited *found, struct arena *a)
{
    return str_fmt(a,
                   "put the file back, or, where it does the same as before: moonshift "
                   "resolve %.*s --edited",
                   STR_ARG(found->files.at[0]->id));
}
