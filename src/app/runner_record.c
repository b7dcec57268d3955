/* What is recorded without running anything: stamp, resolve, ensure-version. */
#include "app/runner_inside.h"

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
        runner_say_nothing(r, after);
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
    if (!runner_lock(r, e))
        return false;
    bool ok = stamp_locked(r, targets, purge, e);
    runner_leave(r, ok);
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
    if (!rev || !runner_lock(r, e))
        return false;
    bool ok = resolve_locked(r, rev, applied, e);
    runner_leave(r, ok);
    if (ok)
        runner_say(r, "info", "%.*s is %s", STR_ARG(rev->id),
                   applied ? "recorded as finished"
                           : "forgotten: it will run from its start");
    return ok;
}

static bool accept_locked(struct runner *r, const struct revision *rev,
                          const char *checksum, struct err *e)
{
    struct strs rows = {0};
    struct plan applied;
    bool there;
    if (!ledger_read(r->sink, &r->names, &rows, &there, r->arena, e) ||
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
    return runner_control(r, STR_NONE, "BEGIN", e) &&
           ledger_ensure(r->sink, &r->names, r->arena, e) &&
           ledger_record(r->sink, &r->names, &run, r->arena, e) &&
           runner_control(r, STR_NONE, "COMMIT", e) && r->sink->sync(r->sink, e);
}

bool runner_accept(struct runner *r, str revision, const char *checksum, struct err *e)
{
    const struct revision *rev = graph_find(r->graph, revision, e);
    if (!rev || !runner_lock(r, e))
        return false;
    bool ok = accept_locked(r, rev, checksum, e);
    runner_leave(r, ok);
    if (ok)
        runner_say(r, "info", "%.*s is recorded as it is now", STR_ARG(rev->id));
    return ok;
}

bool runner_ensure(struct runner *r, struct err *e)
{
    if (r->conn && !runner_lock(r, e))
        return false;
    bool ok = runner_control(r, STR_NONE, "BEGIN", e) &&
              ledger_ensure(r->sink, &r->names, r->arena, e) &&
              ledger_ensure_progress(r->sink, &r->names, r->arena, e) &&
              runner_control(r, STR_NONE, "COMMIT", e) && r->sink->sync(r->sink, e);
    if (r->conn)
        runner_leave(r, ok);
    return ok;
}

bool runner_write_stamp(struct runner *r, str from, const struct strs *targets,
                        struct err *e)
{
    struct strs before, after = {0};
    return runner_state_of(r, from, &before, e) &&
           graph_stamp(r->graph, &before, targets, false, &after, r->arena, e) &&
           runner_control(r, STR_NONE, "BEGIN", e) &&
           (before.n > 0 || ledger_ensure(r->sink, &r->names, r->arena, e)) &&
           stamp_step(r, &before, &after, e) && runner_control(r, STR_NONE, "COMMIT", e);
}
