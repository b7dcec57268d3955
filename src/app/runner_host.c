#include "app/runner_inside.h"

#include "plan/compile.h"
#include "plan/quote.h"

#include <ctype.h>
#include <strings.h>

bool flight_refuse_alone(const struct flight *f, const struct stmt *s, struct err *e)
{
    err_set(e, ERR_FAILED, "this statement cannot run inside a transaction block");
    e->sql = str_copy(&e->arena, s->sql);
    e->context = stmt_place(s, &e->arena);
    if (f->r->in_all)
        err_hint(e, "run without --single-transaction or --dry-run, with "
                    "`transactional = false` in the revision");
    else
        err_hint(e, "set `transactional = false` in the revision, or wrap the call: "
                    "op.autocommit(function() ... end)");
    return err_at(e, s->from.file, s->from.line);
}

/* A setting's value as SET wants it. search_path is a list of names, each its own
 * literal; everything else is one literal (manual, SET). */
static bool put_setting(struct buf *b, str name, const struct val *v, struct err *e)
{
    for (size_t i = 0; i < name.n; i++)
        if (!isalnum((unsigned char)name.p[i]) && name.p[i] != '_' && name.p[i] != '.')
            return err_set(e, ERR_FAILED, "settings: '%.*s' is not the name of a setting",
                           STR_ARG(name));
    buf_str(b, name);
    buf_put(b, " = ");
    if (str_is(name, "search_path") && v->kind == VAL_STR) {
        str rest = v->s, one;
        bool first = true, quoted;
        while (name_list_next(&rest, &one, &quoted, b->arena)) {
            buf_sep(b, &first, ", ");
            quote_literal(b, one);
        }
        if (rest.n)
            return err_set(e, ERR_FAILED, "search_path: '%.*s' is not a list of names",
                           STR_ARG(v->s));
        if (first)
            buf_put(b, "''");
        return true;
    }
    switch (v->kind) {
    case VAL_STR:
        quote_literal(b, v->s);
        return true;
    case VAL_SQL:
        buf_str(b, v->s);
        return true;
    case VAL_BOOL:
        buf_put(b, v->b ? "on" : "off");
        return true;
    case VAL_INT:
        buf_fmt(b, "%lld", (long long)v->i);
        return true;
    case VAL_NUM:
        buf_num(b, v->num);
        return true;
    case VAL_NULL:
        buf_put(b, "DEFAULT");
        return true;
    default:
        return err_set(e, ERR_FAILED,
                       "settings: '%.*s' must be text, a number or a boolean",
                       STR_ARG(name));
    }
}

/* A setting as a call, which unlike SET LOCAL works outside of BEGIN, too. */
static bool put_local_call(struct buf *b, str name, const struct val *v, struct err *e)
{
    struct buf text = buf_in(b->arena);
    switch (v->kind) {
    case VAL_STR:
        buf_str(&text, v->s);
        break;
    case VAL_BOOL:
        buf_put(&text, v->b ? "on" : "off");
        break;
    case VAL_INT:
        buf_fmt(&text, "%lld", (long long)v->i);
        break;
    case VAL_NUM:
        buf_num(&text, v->num);
        break;
    default:
        return err_set(e, ERR_FAILED,
                       "settings: with lock_mode = \"table\" '%.*s' of a "
                       "revision that is not transactional must be text, a number or a "
                       "boolean",
                       STR_ARG(name));
    }
    buf_put(b, "SELECT pg_catalog.set_config(");
    quote_literal(b, name);
    buf_put(b, ", ");
    quote_literal(b, buf_done(&text));
    buf_put(b, ", true)");
    return true;
}

/* The revision's settings, for its transaction or for the session. Those of the session
 * are marked as the user's, so that the reset after the revision finds them; where there
 * is no session to rely on, each of its transactions gets them. `c` is NULL offline. */
bool flight_settings_of(struct flight *f, struct conn *c, bool local, struct err *e)
{
    const struct val *settings = &f->m.settings;
    struct sink *sink = c ? conn_sink(c) : f->r->sink;
    if (settings->kind != VAL_MAP)
        return true;
    for (size_t i = 0; i < settings->map.n; i++) {
        const struct pair *p = &settings->map.at[i];
        struct buf b = buf_in(f->arena);
        bool each = !local && c && conn_local(c);
        if (!each)
            buf_put(&b, local ? "SET LOCAL " : "SET ");
        if (!(each ? put_local_call : put_setting)(&b, p->key, &p->val, e))
            return err_at(e, f->m.revision.file, 0);
        struct stmt s = {.sql = buf_done(&b),
                         .from = {f->m.revision.file, 0},
                         .flags = STMT_QUIET | (local || each ? 0 : STMT_RAW)};
        if (each) {
            conn_preamble(c, &s);
            continue;
        }
        f->dirty = f->dirty || !local;
        if (!sink->exec(sink, &s, e))
            return false;
    }
    return true;
}

bool flight_settings(struct flight *f, bool local, struct err *e)
{
    return flight_settings_of(f, f->r->conn, local, e);
}

static bool put_option(struct runner *r, const char *name, str value, struct err *e)
{
    if (value.n == 0)
        return true;
    struct buf b = buf_in(r->arena);
    struct val v = val_str(value);
    buf_put(&b, "SET ");
    if (!put_setting(&b, str_of(name), &v, e))
        return false;
    str sql = buf_done(&b);
    return runner_control(r, STR_NONE, sql.p, e);
}

bool runner_session(struct runner *r, struct err *e)
{
    return put_option(r, "role", r->options.role, e) &&
           put_option(r, "search_path", r->options.search_path, e);
}

bool flight_reset(struct flight *f, struct err *e)
{
    struct runner *r = f->r;
    if (r->conn)
        conn_preamble_cut(r->conn, f->preambles);
    if (r->conn)
        return conn_reset_session(r->conn, e);
    if (!f->dirty || r->in_all)
        return true;
    f->dirty = false;
    return runner_control(r, STR_NONE, "RESET ROLE", e) &&
           runner_control(r, STR_NONE, "RESET ALL", e) && runner_session(r, e);
}

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
    if (!op_compile(op, &c, &list, f->arena, e))
        return err_at(e, op->from.file, op->from.line);
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
