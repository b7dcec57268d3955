#include "app/runner_inside.h"
#include "base/clock.h"

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
    if (r->sink->query(r->sink, &s, &rows, r->arena, e))
        return true;
    if (!str_is(str_of(e->sqlstate), "25006")) /* what only reads has nothing to bring */
        return false;
    err_clear(e);
    return true;
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
        str line = e->line ? str_fmt(r->arena, ":%d", e->line) : STR_NONE;
        runner_say(r, "warn",
                   "lock_timeout at %.*s%.*s, trying again in %lld ms (%d of %d)",
                   STR_ARG(e->file.n ? e->file : STR("the bookkeeping")), STR_ARG(line),
                   (long long)pause, tries + 1, r->options.lock_retries);
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

bool runner_move(struct runner *r, bool up, str target, struct err *e)
{
    struct plan plan;
    struct strs rows = {0};
    bool there;
    if (!ledger_read(r->sink, &r->names, &rows, &there, r->arena, e) ||
        !runner_plan(r, up, &rows, target, &plan, e))
        return false;
    if (plan.n == 0) {
        runner_say_nothing(r, &rows);
        return true;
    }
    str advice = STR_NONE;
    if (!there && !ledger_advise(r->sink, &r->names, &advice, r->arena, e))
        return false;
    if (advice.n)
        runner_say(r, "warn", "%.*s", STR_ARG(advice));
    if (!check_plan(r, &plan, e) || !runner_lock(r, e))
        return false;
    bool ok = move_locked(r, up, target, e);
    runner_unlock(r);
    return ok;
}

/* Where the last revision leads back to. To one parent of a merge is to all of them; "-1"
 * would ask which one. */
static str step_back(const struct runner *r, const struct strs *rows)
{
    const struct revision *last =
        rows->n == 1 ? graph_exact(r->graph, rows->at[0]) : NULL;
    return last && last->down.n > 1 ? last->down.at[0] : STR("-1");
}

bool runner_redo(struct runner *r, struct err *e)
{
    if (!runner_lock(r, e))
        return false;
    struct strs rows = {0};
    bool there;
    bool ok = ledger_read(r->sink, &r->names, &rows, &there, r->arena, e) &&
              move_locked(r, false, step_back(r, &rows), e);
    for (size_t i = 0; ok && i < rows.n; i++)
        ok = move_locked(r, true, rows.at[i], e);
    runner_unlock(r);
    return ok;
}

/* -- text ------------------------------------------------------------------------------- */

bool runner_write(struct runner *r, bool up, str from, str target, struct err *e)
{
    struct plan plan;
    if (!runner_state_of(r, from, &r->before, e) ||
        !runner_plan(r, up, &r->before, target, &plan, e) || !check_plan(r, &plan, e))
        return false;
    /* Text that begins at nothing makes the tables; a range finds them there. */
    r->ensured = r->journaled = r->before.n > 0;
    if (!runner_session(r, e))
        return false;
    return r->options.mode == RUN_ALL ? run_together(r, &plan, e)
                                      : run_steps(r, &plan, 0, e);
}
