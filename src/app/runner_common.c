/* What all files of the runner stand on: saying, planning, the lock. */
#include "app/runner_inside.h"

#include "plan/masked.h"

#include <pwd.h>
#include <stdarg.h>
#include <unistd.h>

bool runner_control(struct runner *r, str file, const char *sql, struct err *e)
{
    struct stmt s = {.sql = str_of(sql), .flags = STMT_QUIET, .from = {.file = file}};
    return r->sink->exec(r->sink, &s, e);
}

void runner_say(struct runner *r, const char *level, const char *format, ...)
{
    struct arena a = {0};
    va_list args;
    va_start(args, format);
    r->say(r->context, level, str_vfmt(&a, format, args));
    va_end(args);
    arena_reset(&a);
}

str step_line(const struct step *step, struct arena *a)
{
    const struct revision *rev = step->revision;
    struct buf b = buf_in(a);
    buf_put(&b, step->up ? "Running upgrade " : "Running downgrade ");
    if (step->up) {
        buf_list(&b, &rev->down);
        buf_fmt(&b, " -> %.*s", STR_ARG(rev->id));
    } else {
        buf_fmt(&b, "%.*s -> ", STR_ARG(rev->id));
        buf_list(&b, &rev->down);
    }
    str title = revision_title(rev);
    if (title.n)
        buf_fmt(&b, ", %.*s", STR_ARG(title));
    return buf_done(&b);
}

/* -- sets of rows ----------------------------------------------------------------------- */

bool rows_same(const struct strs *a, const struct strs *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!strs_has(b, a->at[i]))
            return false;
    return true;
}

void step_apply(struct strs *rows, const struct step *step, struct arena *a)
{
    struct strs after = {0};
    for (size_t i = 0; i < rows->n; i++)
        if (!strs_has(&step->removed, rows->at[i]))
            strs_add(&after, rows->at[i], a);
    for (size_t i = 0; i < step->added.n; i++)
        if (!strs_has(&after, step->added.at[i]))
            strs_add(&after, step->added.at[i], a);
    *rows = after;
}

bool runner_plan(struct runner *r, bool up, const struct strs *rows, str target,
                 struct plan *out, struct err *e)
{
    *out = (struct plan){0};
    return up ? graph_upgrade(r->graph, rows, target, out, r->arena, e)
              : graph_downgrade(r->graph, rows, target, out, r->arena, e);
}

bool runner_state_of(struct runner *r, str from, struct strs *rows, struct err *e)
{
    *rows = (struct strs){0};
    if (from.n == 0)
        return true;
    struct strs none = {0}, targets = {.at = &from, .n = 1};
    return graph_stamp(r->graph, &none, &targets, true, rows, r->arena, e);
}

/* -- saying ----------------------------------------------------------------------------- */

void runner_say_nothing(struct runner *r, const struct strs *rows)
{
    struct buf b = buf_in(r->arena);
    buf_list(&b, rows);
    str at = buf_done(&b);
    runner_say(r, "info", "Nothing to do: the database is at %.*s",
               STR_ARG(at.n ? at : STR("base")));
}

bool flight_refuse_alone(const struct flight *f, const struct stmt *s, struct err *e)
{
    err_set(e, ERR_FAILED, "this statement cannot run inside a transaction block");
    e->sql = sql_masked(s->sql, &e->arena);
    e->context = stmt_place(s, &e->arena);
    if (f->r->in_all)
        err_hint(e, "run without --single-transaction or --dry-run, with "
                    "`transactional = false` in the revision");
    else
        err_hint(e, "set `transactional = false` in the revision, or wrap the call: "
                    "op.autocommit(function() ... end)");
    return err_at(e, s->from.file, s->from.line);
}

/* Asked once: the user's name is read from a file, or from a directory server. */
void runner_who(struct runner *r, struct run *run)
{
    if (!r->host.p) {
        char name[256] = "";
        const struct passwd *p = getpwuid(getuid());
        gethostname(name, sizeof name - 1);
        r->host = str_copy(r->arena, str_of(name));
        r->user = p ? str_copy(r->arena, str_of(p->pw_name)) : conn_user(r->conn);
    }
    run->host = r->host;
    run->user = r->user;
}

/* -- the lock --------------------------------------------------------------------------- */

static void waiting(void *context, str holder)
{
    runner_say(context, "info", "Waiting for the migration lock: %.*s", STR_ARG(holder));
}

bool runner_lock(struct runner *r, struct err *e)
{
    enum { SHORTEST_LEASE_MS = 1000 };
    const struct run_options *o = &r->options;
    struct run run = {0};
    struct strs rows;
    bool there;
    if (o->no_lock)
        return true;
    if (o->lock_in_table && o->lock_lease_ms < SHORTEST_LEASE_MS)
        return err_set(e, ERR_FAILED, "lock_lease must be a time of at least 1s");
    /* The names must be whole: the lock is that of one version table. */
    if (!r->names.schema.n &&
        !ledger_read(r->sink, &r->names, &rows, &there, r->arena, e))
        return false;
    runner_who(r, &run);
    struct lock_options options = {.in_table = o->lock_in_table,
                                   .lease_ms = o->lock_lease_ms,
                                   .wait_ms = o->lock_wait_ms,
                                   .waiting = waiting,
                                   .context = r,
                                   .program = o->program,
                                   .user = run.user,
                                   .host = run.host};
    r->locked = ledger_lock(r->conn, &r->names, &options, e);
    return r->locked;
}

/* After a failure the connection may be in any state; a lock that cannot be given back
 * ends with the session, which is what conn_close does. */
void runner_unlock(struct runner *r)
{
    struct err ignored = {0};
    if (r->locked && !conn_lost(r->conn) && !ledger_unlock(r->conn, &r->names, &ignored))
        runner_say(r, "warn", "the migration lock ends with this session: %.*s",
                   STR_ARG(ignored.message));
    err_clear(&ignored);
    r->locked = false;
}

/* The end of what was done under the lock, well or not. */
void runner_leave(struct runner *r, bool ok)
{
    struct err ignored = {0};
    if (!ok && !conn_lost(r->conn))
        conn_recover(r->conn, &ignored);
    err_clear(&ignored);
    runner_unlock(r);
}
