#include "app/runner_inside.h"
#include "base/clock.h"

#include <stdarg.h>

bool runner_control(struct runner *r, str file, const char *sql, struct err *e)
{
    struct stmt s = {.sql = str_of(sql), .flags = STMT_QUIET, .from = {file, 0}};
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

/* How many steps of the plan lead from `before` to `now`; false: none of its states. */
static bool steps_done(const struct plan *plan, const struct strs *before,
                       const struct strs *now, size_t *done, struct arena *a)
{
    struct strs rows = *before;
    for (*done = 0; *done <= plan->n; (*done)++) {
        if (rows_same(&rows, now))
            return true;
        if (*done < plan->n)
            step_apply(&rows, &plan->at[*done], a);
    }
    return false;
}

/* -- planning --------------------------------------------------------------------------- */

/* Refuses, before anything runs, what is known not to work. */
static bool check_plan(struct runner *r, const struct plan *plan, struct err *e)
{
    bool one = r->options.mode == RUN_ALL || r->options.dry_run;
    for (size_t i = 0; i < plan->n; i++) {
        const struct revision *rev = plan->at[i].revision;
        if (!plan->at[i].up && rev->irreversible.p)
            return runner_irreversible(rev, e);
        if (one && !rev->transactional) {
            err_set(e, ERR_FAILED,
                    "revision '%.*s' says transactional = false and cannot run %s",
                    STR_ARG(rev->id),
                    r->options.dry_run ? "in a dry run" : "in a single transaction");
            err_hint(e, "stop before it: moonshift %s %.*s",
                     plan->at[i].up ? "upgrade" : "downgrade",
                     STR_ARG(plan->at[i].up && rev->down.n ? rev->down.at[0] : rev->id));
            return err_at(e, rev->file, 0);
        }
    }
    return true;
}

bool runner_plan(struct runner *r, bool up, const struct strs *rows, str target,
                 struct plan *out, struct err *e)
{
    *out = (struct plan){0};
    return up ? graph_upgrade(r->graph, rows, target, out, r->arena, e)
              : graph_downgrade(r->graph, rows, target, out, r->arena, e);
}

/* -- the lock --------------------------------------------------------------------------- */

static void waiting(void *context, str holder)
{
    runner_say(context, "info", "Waiting for the migration lock: %.*s", STR_ARG(holder));
}

static bool lock(struct runner *r, struct err *e)
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
static void unlock(struct runner *r)
{
    struct err ignored = {0};
    if (r->locked && !conn_lost(r->conn) && !ledger_unlock(r->conn, &r->names, &ignored))
        runner_say(r, "warn", "the migration lock ends with this session: %.*s",
                   STR_ARG(ignored.message));
    err_clear(&ignored);
    r->locked = false;
}

/* The end of what was done under the lock, well or not. */
static void leave(struct runner *r, bool ok)
{
    struct err ignored = {0};
    if (!ok && !conn_lost(r->conn))
        conn_recover(r->conn, &ignored);
    err_clear(&ignored);
    unlock(r);
}

/* -- running a plan --------------------------------------------------------------------- */

static bool interrupted(struct err *e)
{
    return vm_interrupted ? err_set(e, ERR_FAILED, "interrupted") : true;
}

static bool run_steps(struct runner *r, const struct plan *plan, size_t from,
                      struct err *e)
{
    for (size_t i = from; i < plan->n; i++) {
        r->more = i + 1 < plan->n;
        if (!interrupted(e) || !runner_step(r, &plan->at[i], e))
            return false;
    }
    return r->sink->sync(r->sink, e);
}

/* Everything in one transaction: committed at the end, or (dry run) rolled back. The
 * check of deferred constraints belongs to COMMIT, so the dry run asks for it. */
static bool run_together(struct runner *r, const struct plan *plan, struct err *e)
{
    str file = STR_NONE;
    if (!runner_control(r, file, "BEGIN", e))
        return false;
    r->in_all = true;
    bool ok = true;
    for (size_t i = 0; ok && i < plan->n; i++)
        ok = interrupted(e) && runner_step(r, &plan->at[i], e);
    r->in_all = false;
    if (!ok)
        return false;
    if (r->options.dry_run) {
        if (!runner_control(r, file, "SET CONSTRAINTS ALL IMMEDIATE", e) ||
            !runner_control(r, file, "ROLLBACK", e) || !r->sink->sync(r->sink, e))
            return false;
        runner_say(r, "info", "Dry run: %zu revision%s would be %s; all is rolled back",
                   plan->n, plan->n == 1 ? "" : "s",
                   plan->at[0].up ? "applied" : "undone");
        return true;
    }
    return runner_control(r, file, "COMMIT", e) && r->sink->sync(r->sink, e);
}

/* Commits before the last one of a run do not wait for the disk (runner_host.c,
 * commit_later): before it is told how far a run came, they are to be there. A
 * transaction waits when it has written something, if only a message to nobody. */
static bool reach_disk(struct runner *r, struct err *e)
{
    struct rows rows;
    struct stmt s = {.sql = STR("SELECT pg_catalog.pg_logical_emit_message(true, "
                                "'moonshift', '')"),
                     .flags = STMT_QUIET};
    return r->sink->query(r->sink, &s, &rows, r->arena, e);
}

/* Makes the connection usable again and asks it what is true now. */
static bool look_again(struct runner *r, const struct plan *plan, size_t *done,
                       struct strs *now)
{
    struct err e = {0};
    bool there;
    r->in_all = false;
    r->ensured = r->journaled = false; /* it may have been rolled back */
    bool ok = !conn_lost(r->conn) && conn_recover(r->conn, &e) && reach_disk(r, &e) &&
              ledger_read(r->sink, &r->names, now, &there, r->arena, &e) &&
              progress_read(r->sink, &r->names, &r->progress, r->arena, &e);
    if (!ok)
        runner_say(r, "warn",
                   "The connection is gone: `moonshift current` tells what has "
                   "been applied.");
    err_clear(&e);
    return ok && steps_done(plan, &r->before, now, done, r->arena);
}

static void tell_done(struct runner *r, const struct plan *plan, size_t done,
                      const struct strs *now)
{
    struct buf b = buf_in(r->arena);
    buf_list(&b, now);
    str at = buf_done(&b);
    runner_say(r, "info", "%zu of %zu %s; the database is at %.*s", done, plan->n,
               plan->n && !plan->at[0].up ? "undone" : "applied",
               STR_ARG(at.n ? at : STR("base")));
}

/* Runs the plan; a step that could not get a lock in time (SQLSTATE 55P03) is tried
 * again, with growing pauses. */
static bool run_plan(struct runner *r, const struct plan *plan, struct err *e)
{
    size_t done = 0, last = 0;
    int64_t pause = 200;
    bool together = r->options.mode == RUN_ALL || r->options.dry_run;
    for (int tries = 0;; tries++) {
        if (together ? run_together(r, plan, e) : run_steps(r, plan, done, e))
            return true;
        struct strs now = {0};
        bool known = look_again(r, plan, &done, &now);
        if (done > last)
            tries = 0, pause = 200;
        last = done;
        bool again = known && !vm_interrupted && str_is(str_of(e->sqlstate), "55P03") &&
                     tries < r->options.lock_retries;
        if (!again) {
            if (known)
                tell_done(r, plan, done, &now);
            return false;
        }
        runner_say(r, "warn",
                   "lock_timeout at %.*s:%d, trying again in %lld ms (%d of %d)",
                   STR_ARG(e->file), e->line, (long long)pause, tries + 1,
                   r->options.lock_retries);
        err_clear(e);
        clock_pause(pause);
        pause = pause < 15000 ? pause * 2 : 30000;
    }
}

static bool hook(struct runner *r, const char *name, str word, struct err *e)
{
    return !r->hook || r->options.dry_run || r->hook(r->context, name, word, e);
}

/* The plan between its hooks. on_error cannot make a failure another one. */
static bool run_hooked(struct runner *r, const struct plan *plan, struct err *e)
{
    if (plan->n == 0)
        return true;
    if (!hook(r, "before_run", STR_NONE, e))
        return err_hint(e, "nothing was run");
    if (run_plan(r, plan, e))
        return hook(r, "after_run", STR_NONE, e) ||
               err_hint(e, "the revisions were applied all the same");
    struct err ignored = {0};
    if (!hook(r, "on_error", e->message, &ignored))
        runner_say(r, "warn", "%.*s", STR_ARG(ignored.message));
    err_clear(&ignored);
    return false;
}

/* The rows are read again: while this program waited, another may have done the work. */
static bool move_locked(struct runner *r, bool up, str target, struct err *e)
{
    struct plan plan;
    bool there;
    return ledger_read(r->sink, &r->names, &r->before, &there, r->arena, e) &&
           runner_plan(r, up, &r->before, target, &plan, e) &&
           journal_check(r, &plan, e) && check_plan(r, &plan, e) &&
           run_hooked(r, &plan, e);
}

static void say_nothing_to_do(struct runner *r, const struct strs *rows)
{
    struct buf b = buf_in(r->arena);
    buf_list(&b, rows);
    str at = buf_done(&b);
    runner_say(r, "info", "Nothing to do: the database is at %.*s",
               STR_ARG(at.n ? at : STR("base")));
}

bool runner_move(struct runner *r, bool up, str target, struct err *e)
{
    struct plan plan;
    struct strs rows = {0};
    bool there;
    if (!ledger_read(r->sink, &r->names, &rows, &there, r->arena, e) ||
        !runner_plan(r, up, &rows, target, &plan, e))
        return false;
    if (plan.n == 0) {
        say_nothing_to_do(r, &rows);
        return true;
    }
    str advice = STR_NONE;
    if (!there && !ledger_advise(r->sink, &r->names, &advice, r->arena, e))
        return false;
    if (advice.n)
        runner_say(r, "warn", "%.*s", STR_ARG(advice));
    if (!check_plan(r, &plan, e) || !lock(r, e))
        return false;
    bool ok = move_locked(r, up, target, e);
    unlock(r);
    return ok;
}

bool runner_redo(struct runner *r, struct err *e)
{
    if (!lock(r, e))
        return false;
    struct strs rows = {0};
    bool there;
    bool ok = ledger_read(r->sink, &r->names, &rows, &there, r->arena, e) &&
              move_locked(r, false, STR("-1"), e);
    for (size_t i = 0; ok && i < rows.n; i++)
        ok = move_locked(r, true, rows.at[i], e);
    unlock(r);
    return ok;
}

/* -- recording only --------------------------------------------------------------------- */

/* The difference of two states, as one step without a revision file. */
static void difference(const struct strs *before, const struct strs *after,
                       struct step *out, struct arena *a)
{
    *out = (struct step){.up = true};
    for (size_t i = 0; i < before->n; i++)
        if (!strs_has(after, before->at[i]))
            strs_add(&out->removed, before->at[i], a);
    for (size_t i = 0; i < after->n; i++)
        if (!strs_has(before, after->at[i]))
            strs_add(&out->added, after->at[i], a);
}

static bool stamp_step(struct runner *r, const struct strs *before,
                       const struct strs *after, struct err *e)
{
    struct step step;
    difference(before, after, &step, r->arena);
    if (step.removed.n == 0 && step.added.n == 0) {
        say_nothing_to_do(r, after);
        return true;
    }
    struct buf b = buf_in(r->arena);
    buf_put(&b, "Running stamp_revision ");
    buf_list(&b, before);
    buf_put(&b, " -> ");
    buf_list(&b, after);
    str line = buf_done(&b);
    runner_say(r, "info", "%.*s", STR_ARG(line));
    if (r->sink->remark)
        r->sink->remark(r->sink, line);
    const struct strs *named = step.added.n ? &step.added : &step.removed;
    step.revision = graph_exact(r->graph, named->at[0]);
    step.up = step.added.n > 0;
    struct run run = {.revision = after->n ? named->at[0] : STR_NONE,
                      .message = !after->n       ? STR("base")
                                 : step.revision ? revision_title(step.revision)
                                                 : STR_NONE,
                      .program = r->options.program,
                      .up = step.up,
                      .stamped = true};
    if (!r->sink->offline)
        runner_who(r, &run);
    return ledger_move(r->sink, &r->names, &step, &run, r->arena, e);
}

/* All that is applied where the rows are these. */
static bool plan_applied(struct runner *r, const struct strs *rows, struct plan *out,
                         struct err *e)
{
    *out = (struct plan){0};
    return rows->n == 0 || runner_plan(r, false, rows, STR("base"), out, e);
}

static bool plan_has(const struct plan *plan, str revision)
{
    for (size_t i = 0; i < plan->n; i++)
        if (str_eq(plan->at[i].revision->id, revision))
            return true;
    return false;
}

/* A step that waits half done must not be recorded as done, or as never begun, by a word
 * about something else: whether it is, only `resolve` says. */
static bool stamp_check(struct runner *r, const struct strs *after, struct err *e)
{
    struct plan applied;
    if (!progress_read(r->sink, &r->names, &r->progress, r->arena, e) ||
        (r->progress.n && !plan_applied(r, after, &applied, e)))
        return false;
    for (size_t i = 0; i < r->progress.n; i++) {
        const struct progress *p = &r->progress.at[i];
        if (p->up != plan_has(&applied, p->revision))
            continue;
        err_set(e, ERR_INTERRUPTED,
                "the %s of revision '%.*s' was interrupted, and waits",
                p->up ? "upgrade" : "downgrade", STR_ARG(p->revision));
        return err_hint(e,
                        "say first what became of it: moonshift resolve %.*s --applied | "
                        "--rolled-back",
                        STR_ARG(p->revision));
    }
    return true;
}

static bool stamp_locked(struct runner *r, const struct strs *targets, bool purge,
                         struct err *e)
{
    struct strs before = {0}, after = {0};
    bool there;
    return ledger_read(r->sink, &r->names, &before, &there, r->arena, e) &&
           graph_stamp(r->graph, &before, targets, purge, &after, r->arena, e) &&
           stamp_check(r, &after, e) && runner_control(r, STR_NONE, "BEGIN", e) &&
           ledger_ensure(r->sink, &r->names, r->arena, e) &&
           stamp_step(r, &before, &after, e) &&
           runner_control(r, STR_NONE, "COMMIT", e) && r->sink->sync(r->sink, e);
}

bool runner_stamp(struct runner *r, const struct strs *targets, bool purge, struct err *e)
{
    if (!lock(r, e))
        return false;
    bool ok = stamp_locked(r, targets, purge, e);
    leave(r, ok);
    return ok;
}

/* The interrupted step of a revision, as the plan to it would make it. */
static bool resolve_locked(struct runner *r, const struct revision *rev, bool applied,
                           struct err *e)
{
    bool there, found = false, up = true;
    struct plan plan = {0};
    if (!ledger_read(r->sink, &r->names, &r->before, &there, r->arena, e) ||
        !progress_read(r->sink, &r->names, &r->progress, r->arena, e))
        return false;
    for (size_t i = 0; i < r->progress.n && !found; i++)
        if (str_eq(r->progress.at[i].revision, rev->id))
            found = true, up = r->progress.at[i].up;
    if (!found) {
        err_set(e, ERR_REVISION, "revision '%.*s' was not interrupted", STR_ARG(rev->id));
        return err_hint(e, "moonshift status");
    }
    if (applied && !(up ? runner_plan(r, true, &r->before, rev->id, &plan, e)
                        : runner_plan(r, false, &r->before, STR("-1"), &plan, e)))
        return false;
    if (applied && (plan.n != 1 || plan.at[0].revision != rev)) {
        err_set(e, ERR_FAILED, "'%.*s' is not the next step from where the database is",
                STR_ARG(rev->id));
        return err_hint(e, "record first what comes before it: moonshift stamp REV");
    }
    struct run run = {.revision = rev->id,
                      .message = revision_title(rev),
                      .program = r->options.program,
                      .up = up,
                      .stamped = true};
    runner_who(r, &run);
    return runner_control(r, STR_NONE, "BEGIN", e) &&
           (!applied ||
            ledger_move(r->sink, &r->names, &plan.at[0], &run, r->arena, e)) &&
           progress_forget(r->sink, &r->names, rev->id, STR_NONE, r->arena, e) &&
           runner_control(r, STR_NONE, "COMMIT", e) && r->sink->sync(r->sink, e);
}

bool runner_resolve(struct runner *r, str revision, bool applied, struct err *e)
{
    const struct revision *rev = graph_find(r->graph, revision, e);
    if (!rev || !lock(r, e))
        return false;
    bool ok = resolve_locked(r, rev, applied, e);
    leave(r, ok);
    if (ok)
        runner_say(r, "info", "%.*s is %s", STR_ARG(rev->id),
                   applied ? "recorded as finished"
                           : "forgotten: it will run from its start");
    return ok;
}

bool runner_accept(struct runner *r, str revision, const char *checksum, struct err *e)
{
    const struct revision *rev = graph_find(r->graph, revision, e);
    struct strs rows = {0};
    struct plan applied;
    bool there;
    if (!rev || !ledger_read(r->sink, &r->names, &rows, &there, r->arena, e) ||
        !plan_applied(r, &rows, &applied, e))
        return false;
    if (!plan_has(&applied, rev->id)) {
        err_set(e, ERR_REVISION, "revision '%.*s' is not applied", STR_ARG(rev->id));
        return err_hint(e, "moonshift status");
    }
    struct run run = {.revision = rev->id,
                      .message = revision_title(rev),
                      .checksum = str_of(checksum),
                      .program = r->options.program,
                      .stamped = true};
    runner_who(r, &run);
    if (!runner_control(r, STR_NONE, "BEGIN", e) ||
        !ledger_record(r->sink, &r->names, &run, r->arena, e) ||
        !runner_control(r, STR_NONE, "COMMIT", e) || !r->sink->sync(r->sink, e))
        return false;
    runner_say(r, "info", "%.*s is recorded as it is now", STR_ARG(rev->id));
    return true;
}

bool runner_ensure(struct runner *r, struct err *e)
{
    if (r->conn && !lock(r, e))
        return false;
    bool ok = runner_control(r, STR_NONE, "BEGIN", e) &&
              ledger_ensure(r->sink, &r->names, r->arena, e) &&
              ledger_ensure_progress(r->sink, &r->names, r->arena, e) &&
              runner_control(r, STR_NONE, "COMMIT", e) && r->sink->sync(r->sink, e);
    if (r->conn)
        leave(r, ok);
    return ok;
}

/* -- text ------------------------------------------------------------------------------- */

static bool state_of(struct runner *r, str from, struct strs *rows, struct err *e)
{
    *rows = (struct strs){0};
    if (from.n == 0)
        return true;
    struct strs none = {0}, targets = {.at = &from, .n = 1};
    return graph_stamp(r->graph, &none, &targets, true, rows, r->arena, e);
}

bool runner_write(struct runner *r, bool up, str from, str target, struct err *e)
{
    struct plan plan;
    if (!state_of(r, from, &r->before, e) ||
        !runner_plan(r, up, &r->before, target, &plan, e) || !check_plan(r, &plan, e))
        return false;
    /* Text that begins at nothing makes the tables; a range finds them there. */
    r->ensured = r->journaled = r->before.n > 0;
    if (!runner_session(r, e))
        return false;
    return r->options.mode == RUN_ALL ? run_together(r, &plan, e)
                                      : run_steps(r, &plan, 0, e);
}

bool runner_write_stamp(struct runner *r, str from, const struct strs *targets,
                        struct err *e)
{
    struct strs before, after = {0};
    return state_of(r, from, &before, e) &&
           graph_stamp(r->graph, &before, targets, false, &after, r->arena, e) &&
           runner_control(r, STR_NONE, "BEGIN", e) &&
           (before.n > 0 || ledger_ensure(r->sink, &r->names, r->arena, e)) &&
           stamp_step(r, &before, &after, e) && runner_control(r, STR_NONE, "COMMIT", e);
}
