/* op.backfill in a revision: one statement to the journal, done when its last batch is.
 */
#include "app/runner_inside.h"

#include "app/bar.h"
#include "base/hash.h"
#include "pg/backfill.h"
#include "plan/quote.h"

/* A copy of the op that names its key in the order of the index that has it. */
static struct op *with_key(struct flight *f, const struct op *op, struct err *e)
{
    struct op *copy = op_copy(f->arena, op);
    struct buf table = buf_in(f->arena);
    struct list key;
    quote_name(&table, rec_str(op->args, K_schema), rec_str(op->args, K_table));
    if (!backfill_key(f->r->sink, buf_done(&table), rec_list(op->args, K_key), &key,
                      op->from, f->arena, e))
        return NULL;
    rec_set(copy->args, K_key, (struct val){.kind = VAL_LIST, .list = key});
    return copy;
}

/* -- what it asks for meanwhile ------------------------------------------------------ */

static bool prepare_session(void *context, struct conn *c, struct err *e)
{
    return flight_settings_of(context, c, false, e);
}

static bool after_batch(void *context, const struct backfill_report *report, bool *stop,
                        struct err *e)
{
    struct flight *f = context;
    if (f->r->advance)
        f->r->advance(f->r->context, f->step->revision->id, report);
    if (!f->calls || !f->calls->on_batch)
        return true;
    f->batch = BATCH_LOOK;
    bool ok = f->calls->on_batch(f->calls->context, report, stop, e);
    f->batch = BATCH_NONE;
    return ok;
}

static bool apply_rows(void *context, const struct rows *rows, struct row_writes *out,
                       struct arena *a, struct err *e)
{
    struct flight *f = context;
    f->batch = BATCH_APPLY;
    bool ok = f->calls->apply(f->calls->context, rows, out, a, e);
    f->batch = BATCH_NONE;
    return ok;
}

/* -- running it ---------------------------------------------------------------------- */

/* What makes two backfills the same one: not how fast they go. */
static str identity(const struct backfill *b, struct arena *a)
{
    const str parts[] = {b->table, b->set, b->where, b->read};
    uint64_t h = HASH_START;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        h = journal_hash(h, parts[i]);
    for (size_t i = 0; i < b->key.n; i++)
        h = journal_hash(h, b->key.at[i].s);
    return str_fmt(a, "%016llx", (unsigned long long)h);
}

static void say_begin(struct flight *f, str part)
{
    int64_t done = 0;
    bool found = false;
    str ranges = str_fmt(f->arena, "%.*s, range ", STR_ARG(part));
    for (size_t i = 0; i < f->r->progress.n; i++) {
        const struct progress *p = &f->r->progress.at[i];
        if (p->up != f->step->up || !str_eq(p->revision, f->step->revision->id) ||
            !(str_eq(p->part, part) || str_starts(p->part, ranges)))
            continue;
        found = true;
        done += p->done;
    }
    if (found)
        runner_say(f->r, "info", "Continuing %.*s after %lld rows", STR_ARG(part),
                   (long long)done);
}

static void say_end(struct flight *f, const struct backfill_report *report)
{
    if (f->r->advance)
        f->r->advance(f->r->context, f->step->revision->id, report);
    str took = report->seconds < 0.5 ? STR_NONE
                                     : str_fmt(f->arena, " in %.1f s", report->seconds);
    runner_say(f->r, "info", "Backfill of %.*s: %lld rows%.*s, %lld of them changed",
               STR_ARG(report->table), (long long)report->walked, STR_ARG(took),
               (long long)report->changed);
}

/* It failed: what it did is kept. A batch whose COMMIT was not answered is not counted. */
static bool say_kept(struct flight *f, const struct backfill_report *report,
                     struct err *e)
{
    if (report->rows == 0 || e->kind == ERR_INTERRUPTED) /* on_batch's wish says so */
        return false;
    str rows = bar_rows(report->rows, report->total, false, f->arena);
    runner_say(f->r, "warn",
               "Backfill of %.*s: %.*s are done: the next run goes on behind them",
               STR_ARG(report->table), STR_ARG(rows));
    return err_hint(e, "running the same command again goes on from there");
}

static bool run(struct flight *f, const struct backfill *b, const struct stmt *s,
                struct err *e)
{
    struct runner *r = f->r;
    struct backfill_report report;
    const struct backfill_watch watch = {.context = f,
                                         .session = prepare_session,
                                         .batch = after_batch,
                                         .apply = apply_rows};
    struct progress own = {.revision = f->step->revision->id,
                           .up = f->step->up,
                           .part = str_fmt(f->arena, "backfill %lld of %.*s",
                                           (long long)f->journal.met, STR_ARG(b->name)),
                           .checksum = identity(b, f->arena)};
    say_begin(f, own.part);
    f->journal.used = true;
    if (!backfill_run(r->conn, &r->names, b, &own, &watch, &report, e))
        return say_kept(f, &report, e);
    say_end(f, &report);
    /* The journal first: it takes over when all this began. */
    return runner_control(r, s->from.file, "BEGIN", e) && journal_save(f, e) &&
           progress_forget_ranges(r->sink, &r->names, own.revision, own.up, own.part,
                                  f->arena, e) &&
           runner_control(r, s->from.file, "COMMIT", e) && r->sink->sync(r->sink, e);
}

const struct op *flight_backfill(struct flight *f, const struct op *op, bool *done,
                                 struct err *e)
{
    struct backfill b;
    bool skip = false;
    *done = false;
    if (!backfill_of(op, &b, f->arena, e))
        return err_at(e, op->from.file, op->from.line), NULL;
    if (f->r->sink->offline) {
        if (!f->calls || !f->calls->on_batch)
            return op;
        err_set(e, ERR_FAILED, "op.backfill: on_batch cannot be written as SQL");
        return err_at(e, op->from.file, op->from.line), NULL;
    }
    op = with_key(f, op, e);
    if (!op || f->r->watch)
        return op;
    if (!backfill_of(op, &b, f->arena, e)) /* now with its key */
        return err_at(e, op->from.file, op->from.line), NULL;
    struct stmt s = {
        .sql =
            b.read.n ? b.read : backfill_update(&b, (struct range){NULL, NULL}, f->arena),
        .from = op->from,
        .flags = STMT_NO_TX};
    if (!journal_meet(f, &s, &skip, e))
        return NULL;
    if (f->open && !skip) {
        flight_refuse_alone(f, &s, e);
        return NULL;
    }
    *done = skip || run(f, &b, &s, e);
    return *done ? op : NULL;
}
