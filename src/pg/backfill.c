#include "pg/backfill_inner.h"

#include "base/clock.h"
#include "pg/sql.h"

enum {
    FIRST_BATCH = 100, /* doubled at once; rows may be slow, so it begins small */
    LEAST_BATCH = 10,
    MOST_BATCH = 50000,
    MOST_READ = 10000, /* of rows that stand in the memory of Lua */
    TRIES = 6,         /* of a batch that lost against others */
};

struct crew {
    const struct ledger_names *names;
    const struct backfill *b;
    const struct backfill_watch *watch;
    struct backfill_report *report;
    str *types;          /* of the key */
    struct rows columns; /* of the table: names and types, once they are asked for */
    struct walk *walks;
    size_t n_walks;
    struct conn **conns; /* the first one is the caller's */
    size_t n_conns;
    int64_t begun_ms;
    bool stop;
    struct arena arena;
};

/* -- statements ---------------------------------------------------------------------- */

/* A range in parameters: their expressions, "$1::text::bigint", and their values. */
struct bound_range {
    struct range range;
    struct param *params;
    size_t n;
};

static str *ends(const struct crew *r, const struct param *key, struct bound_range *out,
                 struct arena *a)
{
    if (!key)
        return NULL;
    str *text = NEW_N(a, str, r->b->key.n);
    for (size_t i = 0; i < r->b->key.n; i++) {
        out->params[out->n++] = key[i];
        text[i] = str_fmt(a, "$%zu::text::%.*s", out->n, STR_ARG(r->types[i]));
    }
    return text;
}

static struct bound_range bind(const struct crew *r, const struct param *from,
                               const struct param *until, struct arena *a)
{
    struct bound_range out = {.params = NEW_N(a, struct param, 2 * r->b->key.n)};
    out.range.from = ends(r, from, &out, a);
    out.range.until = ends(r, until, &out, a);
    return out;
}

static struct stmt stmt_for(const struct crew *r, str sql,
                            const struct bound_range *bound)
{
    return (struct stmt){.sql = sql,
                         .params = bound->params,
                         .n_params = bound->n,
                         .flags = STMT_QUIET,
                         .from = r->b->from};
}

static bool control(const struct crew *r, struct conn *c, const char *sql, struct err *e)
{
    struct stmt stmt = {.sql = str_of(sql), .flags = STMT_QUIET, .from = r->b->from};
    return conn_sink(c)->exec(conn_sink(c), &stmt, e);
}

/* -- one batch ----------------------------------------------------------------------- */

/* Without modifiers: a cast to varchar(5) would cut what an assignment refuses. */
static bool load_columns(struct crew *r, struct sink *s, struct err *e)
{
    struct param table = {.text = r->b->table};
    struct stmt look = {.sql =
                            STR("SELECT attname, format_type(atttypid, -1) FROM "
                                "pg_catalog.pg_attribute WHERE attrelid = "
                                "$1::text::regclass AND attnum > 0 AND NOT attisdropped"),
                        .params = &table,
                        .n_params = 1,
                        .flags = STMT_QUIET,
                        .from = r->b->from};
    return r->columns.n_rows || s->query(s, &look, &r->columns, &r->arena, e);
}

static bool types_of(struct crew *r, struct list columns, str *types, struct err *e)
{
    for (size_t i = 0; i < columns.n; i++) {
        const struct cell *cell = r->columns.cells;
        size_t k = 0;
        while (k < r->columns.n_rows && !str_eq(cell[2 * k].text, columns.at[i].s))
            k++;
        if (k == r->columns.n_rows) {
            err_set(e, ERR_FAILED,
                    "op.backfill: %.*s has no column '%.*s', which a row that "
                    "apply returned names",
                    STR_ARG(r->b->table), STR_ARG(columns.at[i].s));
            return err_at(e, r->b->from.file, r->b->from.line);
        }
        types[i] = cell[2 * k + 1].text;
    }
    return true;
}

/* Rows that apply returned say which they are, and what is to be changed in them. */
static bool check_write(const struct backfill *b, const struct row_write *write,
                        struct err *e)
{
    for (size_t i = 0; i < b->key.n; i++) {
        if (list_has(write->columns, b->key.at[i].s))
            continue;
        err_set(e, ERR_FAILED,
                "op.backfill: a row that apply returned lacks the key '%.*s'",
                STR_ARG(b->key.at[i].s));
        return err_at(e, b->from.file, b->from.line);
    }
    if (write->columns.n > b->key.n)
        return true;
    err_set(e, ERR_FAILED,
            "op.backfill: a row that apply returned has nothing but its key");
    return err_at(e, b->from.file, b->from.line);
}

/* Rows through the functions of the migration: locked, then read, so that nobody changes
 * them between reading and writing. */
static bool through_functions(struct crew *r, struct walk *w, struct arena *a,
                              struct err *e)
{
    struct sink *s = conn_sink(w->c);
    struct bound_range bound = bind(r, w->from, w->next ? w->next : w->until, a);
    struct stmt lock = stmt_for(r, backfill_lock(r->b, bound.range, a), &bound);
    struct stmt read = stmt_for(r, backfill_read(r->b, bound.range, a), &bound);
    struct rows rows;
    struct row_writes writes = {0};
    w->changed = 0;
    if (!s->exec(s, &lock, e) || !s->query(s, &read, &rows, a, e))
        return str_is(str_of(e->sqlstate), "42703") && /* undefined_column */
               err_hint(e, "the query of 'read' has to give the key of the table, too");
    if (rows.n_rows && !r->watch->apply(r->watch->context, &rows, &writes, a, e))
        return false;
    for (size_t i = 0; i < writes.n; i++) {
        struct list columns = writes.at[i].columns;
        str *types = NEW_N(a, str, columns.n);
        if (!check_write(r->b, &writes.at[i], e) || !load_columns(r, s, e) ||
            !types_of(r, columns, types, e))
            return false;
        struct param json = {.text = writes.at[i].json};
        struct stmt write = {.sql = backfill_write(r->b, columns, types, a),
                             .params = &json,
                             .n_params = 1,
                             .flags = STMT_QUIET,
                             .from = r->b->from};
        if (!s->exec(s, &write, e))
            return false;
        w->changed += (int64_t)writes.at[i].n_rows;
    }
    return true;
}

static bool change_rows(struct crew *r, struct walk *w, struct arena *a, struct err *e)
{
    if (r->b->read.n)
        return through_functions(r, w, a, e);
    struct bound_range bound = bind(r, w->from, w->next ? w->next : w->until, a);
    struct stmt update = stmt_for(r, backfill_update(r->b, bound.range, a), &bound);
    update.changed = &w->changed;
    return conn_sink(w->c)->exec(conn_sink(w->c), &update, e);
}

/* Ends the batch, and asks in the same message where the one behind it will end. */
static bool commit(struct crew *r, struct walk *w, struct arena *a, struct err *e)
{
    struct stmt last = {.sql = STR("COMMIT"), .flags = STMT_QUIET, .from = r->b->from};
    struct arena *texts = &w->texts[(w->turn + 1) % 3];
    w->ahead = w->size;
    arena_rewind(texts);
    if (!w->next)
        return conn_post(w->c, &last, &w->after, texts, e);
    struct bound_range bound = bind(r, w->next, w->until, a);
    struct stmt look = stmt_for(r, backfill_next(r->b, bound.range, w->size, a), &bound);
    return control(r, w->c, "COMMIT", e) && conn_post(w->c, &look, &w->after, texts, e);
}

/* The place is moved first: its row is locked for as long as the batch runs, and another
 * run of this backfill, or what is left of one that was killed, waits there. READ
 * COMMITTED, so that an UPDATE sees rows as others have just changed them. The commit is
 * not waited for: what a crash of the server can lose are whole batches, with their
 * places, and the end of the walk is recorded by a commit that is waited for, and with it
 * all before (manual, 30.4). */
static bool send_batch(struct crew *r, struct walk *w, struct err *e)
{
    struct arena a = {0};
    struct progress to = w->at;
    w->sent = true;
    w->sent_ms = clock_ms();
    w->moved = w->next ? place_write(w->next, w->until, r->b->key.n, &w->texts[w->turn])
                       : STR("done");
    to.position = w->moved;
    to.done += w->rows;
    bool ok = control(r, w->c, "BEGIN ISOLATION LEVEL READ COMMITTED", e) &&
              control(r, w->c, "SET LOCAL synchronous_commit = off", e) &&
              progress_move(conn_sink(w->c), r->names, &to, w->at.position, &a, e) &&
              change_rows(r, w, &a, e) && commit(r, w, &a, e);
    arena_reset(&a);
    return ok;
}

/* Where the first batch of a range ends, and how many rows the last batch has. */
static bool look_ahead(struct crew *r, struct walk *w, struct err *e)
{
    struct arena *a = &w->texts[(w->turn + 1) % 3];
    struct sink *s = conn_sink(w->c);
    struct bound_range bound = bind(r, w->from, w->until, a);
    struct stmt look = stmt_for(r, backfill_next(r->b, bound.range, w->size, a), &bound);
    w->ahead = w->size;
    return s->query(s, &look, &w->after, a, e);
}

static bool count_rest(struct crew *r, struct walk *w, struct err *e)
{
    struct arena a = {0};
    struct sink *s = conn_sink(w->c);
    struct bound_range bound = bind(r, w->from, w->until, &a);
    struct stmt count =
        stmt_for(r, backfill_count(r->b, bound.range, w->ahead, &a), &bound);
    struct rows rows;
    long n = 0;
    bool ok = s->query(s, &count, &rows, &a, e);
    if (ok)
        str_int(rows.cells[0].text, &n);
    w->rows = n;
    arena_reset(&a);
    return ok;
}

/* What was ahead is the batch to be sent. */
static bool step_ahead(struct crew *r, struct walk *w, struct err *e)
{
    bool last = w->after.n_rows == 0;
    w->turn = (w->turn + 1) % 3;
    w->next = last ? NULL : place_key(&w->after, 0, &w->texts[w->turn]);
    w->rows = w->ahead;
    return !last || count_rest(r, w, e);
}

/* -- between batches ----------------------------------------------------------------- */

/* pg_stat_replication hides the lag from roles that are not in pg_monitor: then waiting
 * for it would be an empty promise. */
static bool lag_of(struct crew *r, bool *late, struct err *e)
{
    struct arena a = {0};
    struct sink *s = conn_sink(r->conns[0]);
    struct param params[] = {{.text = str_fmt(&a, "%lld", (long long)r->b->max_lag)}};
    struct stmt look = {.sql = sql_named("backfill_lag"),
                        .params = params,
                        .n_params = 1,
                        .flags = STMT_QUIET,
                        .from = r->b->from};
    struct rows rows;
    bool ok = s->query(s, &look, &rows, &a, e);
    if (ok && str_is(rows.cells[1].text, "t")) {
        err_set(e, ERR_FAILED,
                "op.backfill: max_lag cannot be kept: this role does not see "
                "how far the standbys are");
        err_hint(e, "grant pg_monitor to it, or leave max_lag out");
        ok = err_at(e, r->b->from.file, r->b->from.line);
    }
    *late = ok && str_is(rows.cells[0].text, "t");
    arena_reset(&a);
    return ok;
}

static bool wait_for_standbys(struct crew *r, struct err *e)
{
    enum { LOOK_MS = 200 };
    bool late = r->b->max_lag > 0;
    while (late) {
        if (!lag_of(r, &late, e))
            return false;
        if (late)
            clock_pause(LOOK_MS);
    }
    return true;
}

/* max_rate: no batch begins before the rows up to now have had their time. */
static void keep_rate(const struct crew *r)
{
    if (r->b->max_rate <= 0)
        return;
    int64_t due = r->begun_ms + r->report->walked * 1000 / r->b->max_rate;
    clock_pause(due - clock_ms());
}

static int64_t adapted(const struct backfill *b, int64_t size, int64_t took_ms)
{
    int64_t fit = took_ms > 0 ? size * b->target_ms / took_ms : size * 2;
    fit = fit > size * 2 ? size * 2 : fit < size / 2 ? size / 2 : fit;
    int64_t most = b->read.n ? MOST_READ : MOST_BATCH;
    return fit < LEAST_BATCH ? LEAST_BATCH : fit > most ? most : fit;
}

static int64_t next_size(const struct crew *r, const struct walk *w, int64_t took_ms)
{
    const struct backfill *b = r->b;
    int64_t size = b->batch > 0 ? b->batch : adapted(b, w->size, took_ms);
    return b->max_rate > 0 && size > b->max_rate ? b->max_rate : size;
}

static void look_at_time(struct crew *r)
{
    r->report->seconds = (double)(clock_ms() - r->begun_ms) / 1000;
}

static bool tell(struct crew *r, struct err *e)
{
    look_at_time(r);
    return !r->watch->batch || r->watch->batch(r->watch->context, r->report, &r->stop, e);
}

/* A batch has committed: the walk stands behind it. */
static bool moved_on(struct crew *r, struct walk *w, struct err *e)
{
    struct backfill_report *report = r->report;
    w->sent = false;
    w->tries = 0;
    w->at.position = w->moved;
    w->at.done += w->rows;
    w->size = next_size(r, w, clock_ms() - w->sent_ms);
    report->rows += w->rows;
    report->walked += w->rows;
    report->changed += w->changed;
    report->batch = w->rows;
    if (!w->next) {
        w->ended = true;
        w->c = NULL;
        return tell(r, e);
    }
    w->from = w->next;
    if (!tell(r, e) || !wait_for_standbys(r, e))
        return false;
    clock_pause(r->b->pause_ms);
    return true;
}

/* Others may be in the way of a batch: a deadlock, a lock that was not given in time. */
static bool may_try_again(const struct walk *w, const struct err *e)
{
    str state = str_of(e->sqlstate);
    return w->tries < TRIES && !conn_lost(w->c) &&
           (str_is(state, "40P01") || str_is(state, "40001") || str_is(state, "55P03"));
}

static bool try_again(struct crew *r, struct walk *w, struct err *e)
{
    err_clear(e);
    w->sent = false;
    clock_pause((int64_t)50 << w->tries++);
    return conn_recover(w->c, e) &&
           (!r->watch->session || r->watch->session(r->watch->context, w->c, e));
}

/* -- all walks ----------------------------------------------------------------------- */

/* Gives a connection to walks that have none, while there are any. */
static bool man(struct crew *r, struct err *e)
{
    for (size_t i = 0; i < r->n_conns; i++) {
        struct walk *free = NULL;
        bool busy = false;
        for (size_t k = 0; k < r->n_walks; k++) {
            busy = busy || r->walks[k].c == r->conns[i];
            if (!free && !r->walks[k].c && !r->walks[k].ended)
                free = &r->walks[k];
        }
        if (busy || !free || r->stop)
            continue;
        free->c = r->conns[i];
        free->size = next_size(r, free, 0);
        if (!look_ahead(r, free, e))
            return false;
    }
    return true;
}

static bool send_all(struct crew *r, struct err *e)
{
    for (size_t i = 0; i < r->n_walks; i++) {
        struct walk *w = &r->walks[i];
        if (!w->c || w->sent || r->stop)
            continue;
        keep_rate(r);
        if (w->tries == 0 && !step_ahead(r, w, e))
            return false;
        if (!send_batch(r, w, e) && !(may_try_again(w, e) && try_again(r, w, e)))
            return false;
    }
    return true;
}

/* The walk whose batch has ended first, or NULL when none is on its way. */
static struct walk *first_ended(struct crew *r)
{
    struct arena a = {0};
    struct conn **waiting = NEW_N(&a, struct conn *, r->n_walks);
    struct walk **of = NEW_N(&a, struct walk *, r->n_walks);
    size_t n = 0;
    for (size_t i = 0; i < r->n_walks; i++)
        if (r->walks[i].sent) {
            waiting[n] = r->walks[i].c;
            of[n++] = &r->walks[i];
        }
    /* Alone it is waited for by sync, which also looks at who blocks it. */
    struct walk *w = n == 0 ? NULL : n == 1 ? of[0] : of[conn_first_done(waiting, n)];
    arena_reset(&a);
    return w;
}

static bool any_left(const struct crew *r)
{
    for (size_t i = 0; i < r->n_walks; i++)
        if (r->walks[i].sent || (!r->walks[i].ended && !r->stop))
            return true;
    return false;
}

static bool walk_all(struct crew *r, struct err *e)
{
    while (any_left(r)) {
        if (!man(r, e) || !send_all(r, e))
            return false;
        struct walk *w = first_ended(r);
        if (!w)
            continue;
        struct sink *s = conn_sink(w->c);
        if (s->sync(s, e) ? !moved_on(r, w, e)
                          : !(may_try_again(w, e) && try_again(r, w, e)))
            return false;
    }
    return true;
}

/* -- begin and end ------------------------------------------------------------------- */

static bool open_conns(struct crew *r, struct conn *own, struct err *e)
{
    size_t left = 0;
    for (size_t i = 0; i < r->n_walks; i++)
        left += !r->walks[i].ended;
    size_t n = left < (size_t)r->b->workers ? left : (size_t)r->b->workers;
    r->conns = NEW_N(&r->arena, struct conn *, n + 1);
    r->conns[0] = own;
    r->n_conns = 1;
    while (r->n_conns < n) {
        struct conn *c = conn_open_again(own, e);
        if (!c)
            return err_hint(e, "each of the workers is a connection of its own");
        r->conns[r->n_conns++] = c;
        if (r->watch->session && !r->watch->session(r->watch->context, c, e))
            return false;
    }
    return true;
}

/* What is still under way is waited for: it commits, or it does not, but it does not go
 * on behind our back, nor bring answers when nobody has a place for them. */
static void close_conns(struct crew *r)
{
    for (size_t i = 0; i < r->n_conns; i++)
        conn_settle(r->conns[i]);
    for (size_t i = 1; i < r->n_conns; i++)
        conn_close(r->conns[i]);
}

static bool stopped(const struct crew *r, struct err *e)
{
    err_set(e, ERR_INTERRUPTED,
            "op.backfill of %.*s was stopped by on_batch after %lld rows",
            STR_ARG(r->b->name), (long long)r->report->rows);
    err_hint(e, "running the same command again goes on from there");
    return err_at(e, r->b->from.file, r->b->from.line);
}

static void add_up(struct crew *r)
{
    for (size_t i = 0; i < r->n_walks; i++) {
        r->report->rows += r->walks[i].at.done;
        r->report->total += r->walks[i].at.total;
        r->walks[i].size = r->b->batch > 0 ? r->b->batch : FIRST_BATCH;
    }
}

bool backfill_run(struct conn *c, const struct ledger_names *names,
                  const struct backfill *b, const struct progress *own,
                  const struct backfill_watch *watch, struct backfill_report *report,
                  struct err *e)
{
    struct backfill found = *b;
    struct crew r = {.names = names,
                     .b = &found,
                     .watch = watch,
                     .report = report,
                     .begun_ms = clock_ms()};
    *report = (struct backfill_report){.table = b->name};
    bool ok = backfill_find_key(conn_sink(c), b->table, b->key, &found.key, &r.types,
                                b->from, &r.arena, e) &&
              place_ranges(c, names, &found, own, &r.walks, &r.n_walks, &r.arena, e);
    if (ok) {
        add_up(&r);
        ok = open_conns(&r, c, e) && wait_for_standbys(&r, e) && walk_all(&r, e);
        close_conns(&r);
    }
    bool left = false;
    for (size_t i = 0; i < r.n_walks; i++) {
        left = left || !r.walks[i].ended;
        for (int k = 0; k < 3; k++)
            arena_reset(&r.walks[i].texts[k]);
    }
    look_at_time(&r);
    if (ok && left)
        ok = stopped(&r, e);
    report->ended = ok;
    arena_reset(&r.arena);
    return ok;
}
