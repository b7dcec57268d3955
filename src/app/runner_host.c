#include "app/runner_inside.h"

#include "plan/compile.h"

#include <strings.h>

/* Only the run's last commit waits for the disk. What is written there is in the order of
 * the commits (manual, 30.4), so it takes those before with it, and a server that crashes
 * meanwhile is left as if the run had been stopped between two revisions. */
static bool commit_later(struct flight *f, struct err *e)
{
    const struct runner *r = f->r;
    if (!r->conn || !r->more || !f->transactional || r->in_all)
        return true;
    return runner_control(f->r, f->m.revision.file, "SET LOCAL synchronous_commit = off",
                          e);
}

bool flight_begin(struct flight *f, struct err *e)
{
    struct runner *r = f->r;
    if (!r->in_all && !runner_control(r, f->m.revision.file, "BEGIN", e))
        return false;
    f->open = true;
    if (!r->ensured) {
        if (!ledger_ensure(r->sink, &r->names, f->arena, e))
            return false;
        r->ensured = true;
    }
    return commit_later(f, e) && flight_settings(f, true, e);
}

bool flight_commit(struct flight *f, struct err *e)
{
    f->open = false;
    return f->r->in_all || runner_control(f->r, f->m.revision.file, "COMMIT", e);
}

/* A statement outside any transaction has the settings of whatever server process the
 * pooler picks for it. Timeouts do no harm by being left out; these do. */
static bool refuse_unsettled(const struct flight *f, const struct stmt *s, struct err *e)
{
    const struct run_options *o = &f->r->options;
    err_set(e, ERR_FAILED,
            "with lock_mode = \"table\" no %s reaches a statement that "
            "cannot run inside a transaction",
            o->role.n          ? "role"
            : o->search_path.n ? "search_path"
                               : "setting of the revision");
    err_hint(e, "give it to the role that connects (ALTER ROLE ... SET ...), or run this "
                "revision on a connection without the pooler");
    return err_at(e, s->from.file, s->from.line);
}

static bool is_unsettled(const struct flight *f)
{
    const struct run_options *o = &f->r->options;
    return conn_local(f->r->conn) &&
           (o->role.n || o->search_path.n || f->m.settings.kind == VAL_MAP);
}

/* One statement outside the revision's transaction. Where the server allows it, the
 * statement and the note that it is done are one small transaction: a crash leaves both
 * or neither. */
static bool exec_outside(struct flight *f, const struct stmt *s, struct err *e)
{
    struct sink *sink = f->r->sink;
    if (sink->offline)
        return sink->exec(sink, s, e);
    if (s->flags & STMT_NO_TX)
        return is_unsettled(f) ? refuse_unsettled(f, s, e) : journal_alone(f, s, e);
    return runner_control(f->r, f->m.revision.file, "BEGIN", e) &&
           sink->exec(sink, s, e) && journal_save(f, e) &&
           runner_control(f->r, f->m.revision.file, "COMMIT", e) && sink->sync(sink, e);
}

/* SET of a script, or a function that sets (pg_dump's set_config). SET LOCAL counts too:
 * one RESET too many does no harm. */
static bool sets(const struct stmt *s)
{
    str sql = str_trim(s->sql);
    return (s->flags & STMT_RAW) && ((sql.n > 4 && strncasecmp(sql.p, "set ", 4) == 0) ||
                                     str_index(sql, STR("set_config")) < sql.n);
}

bool flight_exec(struct flight *f, const struct stmt *s, struct err *e)
{
    bool skip = false;
    if (f->batch == BATCH_APPLY) /* its transaction is the backfill's, as is its place */
        return s->flags & STMT_NO_TX ? flight_refuse_alone(f, s, e)
                                     : f->r->sink->exec(f->r->sink, s, e);
    if (!journal_meet(f, s, &skip, e))
        return false;
    if (skip)
        return true;
    f->dirty = f->dirty || sets(s);
    if (!f->open)
        return exec_outside(f, s, e);
    if (s->flags & STMT_NO_TX)
        return flight_refuse_alone(f, s, e);
    return f->r->sink->exec(f->r->sink, s, e);
}

static bool apply_now(struct flight *f, const struct op *op, struct err *e)
{
    if (op->info->kind == OP_backfill) {
        bool done = false;
        op = flight_backfill(f, op, &done, e);
        if (!op || done)
            return op != NULL;
    }
    struct compile_context c = {.server_version = f->r->sink->server_version,
                                .autocommit = !f->open,
                                .shown = f->r->watch != NULL};
    struct stmt_list list = {0};
    if (!op_compile(op, &c, &list, f->arena, e)) {
        if (f->r->sink->offline &&
            str_index(e->message, STR("PostgreSQL")) < e->message.n)
            err_hint(e, "this SQL is for PostgreSQL %d: --server-version says for which",
                     c.server_version / 10000);
        return err_at(e, op->from.file, op->from.line);
    }
    if (f->r->watch) {
        f->r->watch(f->r->watch_context, op, &list);
        for (size_t i = 0; i < list.n; i++)
            f->r->asked += journal_asks(&list.at[i]);
        return true;
    }
    for (size_t i = 0; i < list.n; i++) {
        if (!list.at[i].from.file.p)
            list.at[i].from = op->from;
        if (!flight_exec(f, &list.at[i], e))
            return false;
    }
    return true;
}

bool flight_ops(struct flight *f, const struct ops *ops, struct err *e)
{
    for (size_t i = 0; i < ops->n; i++)
        if (!apply_now(f, ops->at[i], e))
            return false;
    return true;
}

/* -- struct host ------------------------------------------------------------------------ */

/* A function that a backfill calls writes through its transaction, and not between. */
static bool batch_allows(const struct flight *f, const struct op *op, struct err *e)
{
    if (f->batch == BATCH_APPLY && op->info->kind != OP_backfill)
        return true;
    err_set(e, ERR_FAILED, "op.%s cannot be used inside of %s", op->info->shape.name,
            f->batch == BATCH_APPLY ? "apply" : "on_batch");
    return err_at(e, op->from.file, op->from.line);
}

static bool host_apply(struct host *h, struct op *op, struct err *e)
{
    struct flight *f = (struct flight *)h;
    if (f->recording) {
        ops_add(&f->recorded, op, f->arena);
        return true;
    }
    if (f->batch != BATCH_NONE && !batch_allows(f, op, e))
        return false;
    return apply_now(f, op, e);
}

static bool host_backfill(struct host *h, struct op *op,
                          const struct backfill_calls *calls, struct err *e)
{
    struct flight *f = (struct flight *)h;
    f->calls = f->batch == BATCH_NONE ? calls : f->calls;
    bool ok = host_apply(h, op, e);
    f->calls = f->batch == BATCH_NONE ? NULL : f->calls;
    return ok;
}

static bool refuse_read(const struct flight *f, struct err *e)
{
    (void)f;
    err_set(e, ERR_FAILED, "change() cannot read from the database on the way down");
    return err_hint(e, "write upgrade() and downgrade() instead of change()");
}

/* Where statements commit by themselves, what a query writes could not be undone, and
 * would be written again when an interrupted revision goes on: the journal cannot skip a
 * query, whose rows the script needs. */
static struct stmt as_read(const struct flight *f, const struct stmt *s)
{
    struct stmt read = *s;
    if (!f->open)
        read.flags |= STMT_READS;
    return read;
}

static bool explain_read(const struct flight *f, struct err *e)
{
    if (!f->open && str_is(str_of(e->sqlstate), "25006")) {
        e->hint = STR_NONE;
        err_hint(e, "statements of this revision commit one by one, and after an "
                    "interruption a query runs again: write with op.execute, whose "
                    "statements are counted, and read with a query after it");
    }
    return false;
}

static bool host_query(struct host *h, const struct stmt *s, struct rows *rows,
                       struct arena *a, struct err *e)
{
    struct flight *f = (struct flight *)h;
    if (f->recording)
        return refuse_read(f, e);
    struct stmt read = as_read(f, s);
    return f->r->sink->query(f->r->sink, &read, rows, a, e) || explain_read(f, e);
}

static bool host_each(struct host *h, const struct stmt *s, row_fn *row, void *context,
                      struct err *e)
{
    struct flight *f = (struct flight *)h;
    if (f->recording)
        return refuse_read(f, e);
    struct stmt read = as_read(f, s);
    return f->r->sink->each(f->r->sink, &read, row, context, e) || explain_read(f, e);
}

static bool host_copy_in(struct host *h, const struct stmt *s, copy_fn *piece,
                         void *context, int64_t *rows, struct err *e)
{
    struct flight *f = (struct flight *)h;
    struct runner *r = f->r;
    bool skip = false;
    if (f->recording)
        return refuse_read(f, e);
    if (f->batch == BATCH_APPLY)
        return r->sink->copy_in(r->sink, s, piece, context, rows, e);
    if (f->batch == BATCH_LOOK)
        return err_set(e, ERR_FAILED, "op.copy_from cannot be used inside of on_batch");
    if (!journal_meet(f, s, &skip, e))
        return false;
    r->asked += r->watch != NULL;
    if (skip || r->watch)
        return true;
    if (f->open || r->sink->offline)
        return r->sink->copy_in(r->sink, s, piece, context, rows, e);
    return runner_control(r, f->m.revision.file, "BEGIN", e) &&
           r->sink->copy_in(r->sink, s, piece, context, rows, e) && journal_save(f, e) &&
           runner_control(r, f->m.revision.file, "COMMIT", e) &&
           r->sink->sync(r->sink, e);
}

static bool host_copy_out(struct host *h, const struct stmt *s, take_fn *take,
                          void *context, int64_t *rows, struct err *e)
{
    struct flight *f = (struct flight *)h;
    struct sink *sink = f->r->sink;
    if (f->recording)
        return refuse_read(f, e);
    return sink->copy_out ? sink->copy_out(sink, s, take, context, rows, e)
                          : sink_refuse_read(s, e);
}

static bool host_autocommit(struct host *h, bool begin, struct err *e)
{
    struct flight *f = (struct flight *)h;
    struct runner *r = f->r;
    if (f->recording || r->watch)
        return true;
    if (f->batch != BATCH_NONE)
        return err_set(e, ERR_FAILED, "op.autocommit cannot be used inside of a batch");
    if (r->in_all) {
        err_set(e, ERR_FAILED, "op.autocommit cannot run inside one transaction for all");
        return err_hint(e, "run without --single-transaction or --dry-run");
    }
    if (begin) {
        if (f->outside++ > 0 || !f->open)
            return true;
        return journal_ensure(f, e) && journal_save(f, e) && flight_commit(f, e) &&
               r->sink->sync(r->sink, e) && flight_settings(f, false, e);
    }
    if (--f->outside > 0 || !f->transactional)
        return true;
    return flight_reset(f, e) && flight_begin(f, e);
}

static void host_log(struct host *h, str level, str text)
{
    struct flight *f = (struct flight *)h;
    runner_say(f->r,
               str_is(level, "warn")    ? "warn"
               : str_is(level, "debug") ? "debug"
                                        : "info",
               "%.*s", STR_ARG(text));
}

void flight_host(struct flight *f)
{
    const struct runner *r = f->r;
    struct context context = {.up = f->step->up,
                              .offline = r->sink->offline,
                              .server_version = r->sink->server_version,
                              .env = r->options.environment,
                              .revision = f->step->revision->id,
                              .tag = r->options.tag,
                              .x = r->options.x};
    str file = f->step->revision->file;
    size_t slash = str_rfind(file, '/');
    str folder = slash < file.n ? str_cut(file, 0, slash) : STR(".");
    f->host = (struct host){
        .apply = host_apply,
        .query = host_query,
        .each = host_each,
        .copy_in = host_copy_in,
        .copy_out = host_copy_out,
        .backfill = host_backfill,
        .autocommit = host_autocommit,
        .log = host_log,
        .ctx = context_val(&context, f->arena),
        .arena = f->arena,
        .directory = str_fmt(f->arena, "%.*s/%.*s", STR_ARG(r->root), STR_ARG(folder)),
    };
}
