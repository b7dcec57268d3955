#include "app/runner_inside.h"

#include "plan/reverse.h"

#include <assert.h>
#include <stdlib.h>

/* Which function of the file makes this step; a merge may have none. */
static bool choose(const struct flight *f, enum entry *entry, bool *none, struct err *e)
{
    const struct migration *m = &f->m;
    str id = f->step->revision->id;
    *none = false;
    if (f->step->up) {
        *entry = m->has_upgrade ? ENTRY_UPGRADE : ENTRY_CHANGE;
        if (m->has_upgrade || m->has_change)
            return true;
    } else {
        if (m->revision.irreversible.p)
            return runner_irreversible(f->step->revision, e);
        *entry = m->has_downgrade ? ENTRY_DOWNGRADE : ENTRY_CHANGE;
        if (m->has_downgrade || m->has_change)
            return true;
    }
    if (f->step->revision->down.n > 1) {
        *none = true;
        return true;
    }
    const char *missing = f->step->up ? "upgrade" : "downgrade";
    err_set(e, ERR_FAILED, "revision '%.*s' has no function %s()", STR_ARG(id), missing);
    if (f->step->up)
        err_hint(e, "write `function upgrade() ... end`, or change()");
    else
        err_hint(e,
                 "write `function downgrade() ... end`, or say why there is no way back: "
                 "irreversible = \"...\"");
    return err_at(e, f->step->revision->file, 0);
}

bool runner_irreversible(const struct revision *rev, struct err *e)
{
    err_set(e, ERR_FAILED, "revision '%.*s' cannot be undone: %.*s", STR_ARG(rev->id),
            STR_ARG(rev->irreversible));
    err_hint(e, "`moonshift stamp` moves the version without running anything");
    return err_at(e, rev->file, 0);
}

/* change() on the way down: its operations are kept, then undone in the other order. */
static bool undo_change(struct flight *f, struct err *e)
{
    f->recording = true;
    bool ok = migration_run(f->r->vm, &f->m, ENTRY_CHANGE, &f->host, NULL, e);
    f->recording = false;
    struct ops undo = {0};
    if (!ok || !ops_reverse(&f->recorded, &undo, f->arena, e)) {
        err_hint(e, "write upgrade() and downgrade() instead of change()");
        return err_at(e, f->m.revision.file, 0);
    }
    return flight_ops(f, &undo, e);
}

static bool run_body(struct flight *f, struct err *e)
{
    enum entry entry = ENTRY_UPGRADE;
    bool none;
    if (!choose(f, &entry, &none, e))
        return false;
    if (none)
        return true;
    if (entry == ENTRY_CHANGE && !f->step->up)
        return undo_change(f, e);
    return migration_run(f->r->vm, &f->m, entry, &f->host, NULL, e);
}

static bool run_verify(struct flight *f, struct err *e)
{
    struct runner *r = f->r;
    if (!f->step->up || !f->m.has_verify)
        return true;
    if (r->sink->offline) {
        if (r->sink->remark)
            r->sink->remark(r->sink, STR("verify() needs a live database: left out"));
        return true;
    }
    struct verdict verdict;
    if (!migration_run(r->vm, &f->m, ENTRY_VERIFY, &f->host, &verdict, e))
        return false;
    if (verdict.ok)
        return true;
    err_set(e, ERR_FAILED, "verify() of revision '%.*s' did not return true%s%.*s",
            STR_ARG(f->step->revision->id), verdict.why.n ? ": " : "",
            STR_ARG(verdict.why));
    err_hint(e, f->journal.used
                    ? "its statements have committed by themselves; the version "
                      "has not been moved"
                    : "the revision has been rolled back");
    return err_at(e, f->m.revision.file, 0);
}

/* Who runs this, for the log. --sql leaves it to whoever runs the text. */
static void fill_run(const struct flight *f, struct run *run)
{
    struct runner *r = f->r;
    *run = (struct run){.revision = f->step->revision->id,
                        .message = revision_title(f->step->revision),
                        .checksum = str_of(f->m.checksum),
                        .program = r->options.program,
                        .up = f->step->up,
                        .pieces = f->journal.used};
    if (!r->sink->offline)
        runner_who(r, run);
}

/* Settings of a revision end with its transaction; in one transaction for all they are
 * put back by hand. */
static bool restore_settings(struct flight *f, struct err *e)
{
    const struct val *settings = &f->m.settings;
    if (!f->r->in_all || settings->kind != VAL_MAP)
        return true;
    for (size_t i = 0; i < settings->map.n; i++) {
        str sql = str_fmt(f->arena, "SET LOCAL %.*s = DEFAULT",
                          STR_ARG(settings->map.at[i].key));
        if (!runner_control(f->r, f->m.revision.file, sql.p, e))
            return false;
    }
    return f->r->conn ? conn_settings_again(f->r->conn, e) : runner_session(f->r, e);
}

/* Everything behind the script: verify, the version row with the log, the commit. */
static bool finish(struct flight *f, struct err *e)
{
    struct runner *r = f->r;
    struct run run;
    fill_run(f, &run);
    if (!run_verify(f, e))
        return false;
    if (!f->open && !flight_begin(f, e))
        return false;
    if (!ledger_move(r->sink, &r->names, f->step, &run, f->arena, e))
        return err_at(e, f->m.revision.file, 0);
    return journal_close(f, e) && restore_settings(f, e) && flight_commit(f, e) &&
           flight_reset(f, e);
}

/* Before the script: the transaction, or the session's settings when there is none. */
static bool start(struct flight *f, struct err *e)
{
    const struct runner *r = f->r;
    if (f->transactional)
        return flight_begin(f, e);
    if (!(r->ensured && r->journaled) &&
        !(flight_begin(f, e) && journal_ensure(f, e) && flight_commit(f, e) &&
          r->sink->sync(r->sink, e)))
        return false;
    return flight_settings(f, false, e);
}

static bool fly(struct flight *f, struct err *e)
{
    struct runner *r = f->r;
    const struct revision *rev = f->step->revision;
    str path = str_fmt(f->arena, "%.*s/%.*s", STR_ARG(r->root), STR_ARG(rev->file));
    if (!migration_load(r->vm, path.p, rev->file, &f->m, f->arena, e))
        return false;
    f->transactional =
        r->in_all || (f->m.revision.transactional && r->options.mode != RUN_NONE);
    f->preambles = r->conn ? conn_preambles(r->conn) : 0;
    flight_host(f);
    journal_open(f);
    bool ok = start(f, e) && run_body(f, e) && finish(f, e);
    if (r->conn)
        conn_preamble_cut(r->conn, f->preambles);
    migration_unload(r->vm, &f->m);
    return ok;
}

/* The same journey without sending anything but reads. */
static bool preview(struct flight *f, struct err *e)
{
    struct runner *r = f->r;
    const struct revision *rev = f->step->revision;
    str path = str_fmt(f->arena, "%.*s/%.*s", STR_ARG(r->root), STR_ARG(rev->file));
    if (!migration_load(r->vm, path.p, rev->file, &f->m, f->arena, e))
        return false;
    flight_host(f);
    bool ok = runner_control(r, rev->file, "BEGIN READ ONLY", e) && run_body(f, e) &&
              runner_control(r, rev->file, "ROLLBACK", e) && r->sink->sync(r->sink, e);
    migration_unload(r->vm, &f->m);
    return ok;
}

bool runner_preview(struct runner *r, const struct step *step, struct err *e)
{
    assert(r->watch && step->revision);
    r->asked = 0;
    struct arena arena = {0};
    struct flight f = {.r = r, .step = step, .arena = &arena};
    bool ok = preview(&f, e);
    struct err ignored = {0};
    if (!ok && !conn_lost(r->conn))
        conn_recover(r->conn, &ignored);
    err_clear(&ignored);
    arena_reset(&arena);
    return ok;
}

bool runner_step(struct runner *r, const struct step *step, struct err *e)
{
    assert(step->revision);
    struct arena arena = {0};
    struct flight f = {.r = r, .step = step, .arena = &arena};
    str line = step_line(step, &arena);
    runner_say(r, "info", "%.*s", STR_ARG(line));
    if (r->sink->remark)
        r->sink->remark(r->sink, line);
    bool ok = fly(&f, e);
    arena_reset(&arena);
    return ok;
}
