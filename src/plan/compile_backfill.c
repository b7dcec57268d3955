#include "plan/backfill.h"
#include "plan/quote.h"
#include "plan/sqltext.h"
#include "plan/write.h"

enum { OFFLINE_BATCH = 10000 };

static void put_columns(struct buf *b, const struct backfill *f, const char *before)
{
    bool first = true;
    for (size_t i = 0; i < f->key.n; i++) {
        buf_sep(b, &first, ", ");
        buf_put(b, before);
        quote_ident(b, f->key.at[i].s);
    }
}

/* (a, b) >= (x, y), which a btree index can look up as it stands (manual, 9.24.5). */
static void put_end(struct buf *b, const struct backfill *f, const char *sign,
                    const str *end)
{
    bool first = true;
    buf_put(b, f->key.n > 1 ? "(" : "");
    put_columns(b, f, "");
    buf_fmt(b, "%s %s %s", f->key.n > 1 ? ")" : "", sign, f->key.n > 1 ? "(" : "");
    for (size_t i = 0; i < f->key.n; i++) {
        buf_sep(b, &first, ", ");
        buf_str(b, end[i]);
    }
    buf_put(b, f->key.n > 1 ? ")" : "");
}

static void put_range(struct buf *b, const struct backfill *f, struct range r,
                      bool with_where)
{
    const char *word = " WHERE ";
    if (r.from) {
        buf_put(b, word);
        put_end(b, f, ">=", r.from);
        word = " AND ";
    }
    if (r.until) {
        buf_put(b, word);
        put_end(b, f, "<", r.until);
        word = " AND ";
    }
    if (with_where && f->where.n) /* a comment at its end stops at the line break */
        buf_fmt(b, "%s(%.*s\n)", word, STR_ARG(f->where));
}

/* The names are the batch's own: ORDER BY prefers output columns (manual, SELECT), and
 * those are text. */
static void put_key_texts(struct buf *b, const struct backfill *f)
{
    bool first = true;
    for (size_t i = 0; i < f->key.n; i++) {
        buf_sep(b, &first, ", ");
        quote_ident(b, f->key.at[i].s);
        buf_fmt(b, "::text AS moonshift_%zu", i + 1);
    }
}

static void put_order(struct buf *b, const struct backfill *f)
{
    buf_put(b, " ORDER BY ");
    put_columns(b, f, "");
}

/* Keys as text that gives the very same value again, whatever a session has set: a double
 * is not rounded (extra_float_digits), and a place that one session wrote means the same
 * to the next (DateStyle). Until the end of this transaction, where nothing of the user's
 * runs: what his SQL makes of a date is as he set it. Input reads these in any style. */
static void put_exact_texts(struct buf *b, const struct backfill *f)
{
    buf_put(b, "WITH moonshift_style AS MATERIALIZED (SELECT "
               "set_config('DateStyle', 'ISO', true), "
               "set_config('IntervalStyle', 'postgres', true), "
               "set_config('extra_float_digits', '1', true), "
               "set_config('bytea_output', 'hex', true)) SELECT ");
    put_key_texts(b, f);
    buf_put(b, " FROM moonshift_style, (SELECT ");
    put_columns(b, f, "");
}

/* The range's end is looked at last. Inside, a planner without statistics would take two
 * bounds for so few rows that it sorts all of the range for each batch, where the index
 * has them in order. */
str backfill_next(const struct backfill *f, struct range r, int64_t n, struct arena *a)
{
    struct buf b = buf_in(a);
    put_exact_texts(&b, f);
    buf_fmt(&b, " FROM %.*s", STR_ARG(f->table));
    put_range(&b, f, (struct range){r.from, NULL}, false);
    put_order(&b, f);
    buf_fmt(&b, " OFFSET %lld LIMIT 1) AS moonshift_rows", (long long)n);
    put_range(&b, f, (struct range){NULL, r.until}, false);
    return buf_done(&b);
}

str backfill_count(const struct backfill *f, struct range r, int64_t most,
                   struct arena *a)
{
    struct buf b = buf_in(a);
    buf_fmt(&b, "SELECT count(*) FROM (SELECT FROM %.*s", STR_ARG(f->table));
    put_range(&b, f, r, false);
    buf_fmt(&b, " LIMIT %lld) AS moonshift_rows", (long long)most);
    return buf_done(&b);
}

/* An UPDATE that leaves the keys alone locks its rows FOR NO KEY UPDATE: foreign keys to
 * them are not held up (manual, 13.3.2). A row that somebody else has just changed is
 * waited for and looked at again as it then is (13.2.1). */
str backfill_update(const struct backfill *f, struct range r, struct arena *a)
{
    struct buf b = buf_in(a);
    buf_fmt(&b, "UPDATE %.*s SET %.*s", STR_ARG(f->table), STR_ARG(f->set));
    put_range(&b, f, r, true);
    return buf_done(&b);
}

str backfill_lock(const struct backfill *f, struct range r, struct arena *a)
{
    struct buf b = buf_in(a);
    buf_fmt(&b, "SELECT count(*) FROM (SELECT FROM %.*s", STR_ARG(f->table));
    put_range(&b, f, r, false);
    put_order(&b, f);
    buf_put(&b, " FOR NO KEY UPDATE) AS moonshift_rows");
    return buf_done(&b);
}

str backfill_read(const struct backfill *f, struct range r, struct arena *a)
{
    struct buf b = buf_in(a);
    buf_fmt(&b, "SELECT * FROM (%.*s\n) AS moonshift_rows", STR_ARG(f->read));
    put_range(&b, f, r, false);
    put_order(&b, f);
    return buf_done(&b);
}

static bool in_key(const struct backfill *f, str column)
{
    for (size_t i = 0; i < f->key.n; i++)
        if (str_eq(f->key.at[i].s, column))
            return true;
    return false;
}

/* moonshift_new.a::numeric: the value of a column as its type. */
static void put_new(struct buf *b, str name, str type)
{
    buf_put(b, "moonshift_new.");
    quote_ident(b, name);
    buf_fmt(b, "::%.*s", STR_ARG(type));
}

/* Values come as text. A column that is an array is one here, too: a JSON array is then
 * read as such, and text by the array's input function. */
str backfill_write(const struct backfill *f, struct list columns, const str *types,
                   struct arena *a)
{
    struct buf b = buf_in(a), where = buf_in(a), given = buf_in(a);
    bool first = true, first_key = true, first_given = true;
    buf_fmt(&b, "UPDATE %.*s AS moonshift_old SET ", STR_ARG(f->table));
    for (size_t i = 0; i < columns.n; i++) {
        str name = columns.at[i].s;
        buf_sep(&given, &first_given, ", ");
        quote_ident(&given, name);
        buf_fmt(&given, " %.*s",
                STR_ARG(str_ends(types[i], STR("[]")) ? types[i] : STR("text")));
        if (in_key(f, name)) {
            buf_sep(&where, &first_key, " AND ");
            buf_put(&where, "moonshift_old.");
            quote_ident(&where, name);
            buf_put(&where, " = ");
            put_new(&where, name, types[i]);
        } else {
            buf_sep(&b, &first, ", ");
            quote_ident(&b, name);
            buf_put(&b, " = ");
            put_new(&b, name, types[i]);
        }
    }
    str columns_text = buf_done(&given), where_text = buf_done(&where);
    buf_fmt(&b, " FROM json_to_recordset($1::json) AS moonshift_new (%.*s) WHERE %.*s",
            STR_ARG(columns_text), STR_ARG(where_text));
    return buf_done(&b);
}

str backfill_split(const struct backfill *f, int64_t parts, double percent,
                   struct arena *a)
{
    struct buf b = buf_in(a);
    put_exact_texts(&b, f);
    buf_put(&b, ", row_number() OVER (ORDER BY ");
    put_columns(&b, f, "");
    buf_fmt(&b, ") AS moonshift_n, count(*) OVER () AS moonshift_of FROM %.*s",
            STR_ARG(f->table));
    if (percent < 100)
        buf_fmt(&b, " TABLESAMPLE SYSTEM (%g)", percent);
    buf_fmt(
        &b,
        ") AS moonshift_rows WHERE moonshift_n > 1 AND moonshift_n * %lld / moonshift_of "
        "> (moonshift_n - 1) * %lld / moonshift_of AND moonshift_n < moonshift_of",
        (long long)parts, (long long)parts);
    put_order(&b, f);
    return buf_done(&b);
}

/* -- the op -------------------------------------------------------------------------- */

static bool fail(struct err *e, const char *message)
{
    return err_set(e, ERR_FAILED, "op.backfill: %s", message);
}

/* The query is asked for each batch again, with the batch's range around it. */
static bool is_limited(str query)
{
    struct arena a = {0};
    struct sql_facts facts;
    struct stmt stmt = {.sql = query};
    bool limited = query.n && sql_facts(&stmt, &facts, &a) && (facts.flags & SQL_LIMITED);
    arena_reset(&a);
    return limited;
}

static bool check(const struct backfill *f, const struct op *op, struct err *e)
{
    const struct map *set = &rec_at(op->args, K_set)->map;
    bool by_set = rec_has(op->args, K_set);
    if (by_set == (f->read.n > 0))
        return fail(e, "give either set = { ... } or read = \"select ...\" with apply = "
                       "function(rows) ... end");
    if (by_set && set->n == 0)
        return fail(e, "'set' names no column");
    for (size_t i = 0; by_set && i < set->n; i++)
        if (in_key(f, set->at[i].key))
            return fail(e, "'set' changes the key that the walk follows: name another "
                           "unique key");
    if (f->read.n && f->where.n)
        return fail(e, "put the condition of 'where' into the query of 'read'");
    if (is_limited(f->read))
        return fail(e, "LIMIT or OFFSET in the query of 'read' would leave rows out: "
                       "'batch' says how many are read at a time");
    if (f->read.n && f->workers > 1)
        return fail(e, "functions run one at a time: 'workers' is for 'set'");
    if (f->batch < 0 || f->pause_ms < 0 || f->max_lag < 0 || f->max_rate < 0)
        return fail(e, "batch, pause_ms, max_lag and max_rate cannot be negative");
    if (f->target_ms < 1)
        return fail(e, "'target_ms' is 1 or more");
    if (f->workers < 1 || f->workers > 64)
        return fail(e, "'workers' is a number from 1 to 64");
    return true;
}

/* The query of `read`, without what would end it early. */
static str query_of(str sql)
{
    sql = str_trim(sql);
    while (sql.n && sql.p[sql.n - 1] == ';')
        sql = str_trim(str_cut(sql, 0, sql.n - 1));
    return sql;
}

bool backfill_of(const struct op *op, struct backfill *out, struct arena *a,
                 struct err *e)
{
    const struct rec *r = op->args;
    struct buf table = buf_in(a);
    struct compile_context none = {0};
    struct stmt_list list = {0};
    struct pen p = pen_for(op, &none, &list, a, e);
    const struct map *set = &rec_at(r, K_set)->map;
    bool first = true;
    quote_name(&table, rec_str(r, K_schema), rec_str(r, K_table));
    for (size_t i = 0; rec_has(r, K_set) && i < set->n; i++) {
        buf_sep(&p.b, &first, ", ");
        put_ident(&p, set->at[i].key);
        put(&p, " = ");
        put_value(&p, &set->at[i].val);
    }
    if (!p.ok)
        return false;
    *out = (struct backfill){.table = buf_done(&table),
                             .name = rec_str(r, K_table),
                             .set = buf_done(&p.b),
                             .where = rec_str(r, K_where),
                             .read = query_of(rec_str(r, K_read)),
                             .key = rec_list(r, K_key),
                             .batch = rec_int(r, K_batch, 0),
                             .target_ms = rec_int(r, K_target_ms, 100),
                             .pause_ms = rec_int(r, K_pause_ms, 0),
                             .max_lag = rec_int(r, K_max_lag, 0),
                             .max_rate = rec_int(r, K_max_rate, 0),
                             .workers = rec_int(r, K_workers, 1),
                             .from = op->from};
    return check(out, op, e);
}

/* -- offline ------------------------------------------------------------------------- */

/* "a, b" of the table, or its variables "moonshift_from_1, moonshift_from_2". */
static str variables(const struct backfill *f, const char *stem, str *each,
                     struct arena *a)
{
    struct buf b = buf_in(a);
    for (size_t i = 0; i < f->key.n; i++) {
        each[i] = str_fmt(a, "moonshift_%s_%zu", stem, i + 1);
        buf_fmt(&b, "%s%.*s", i ? ", " : "", STR_ARG(each[i]));
    }
    return buf_done(&b);
}

static void put_declare(struct buf *b, const struct backfill *f, const str *names)
{
    for (size_t i = 0; i < f->key.n; i++) {
        buf_fmt(b, "    %.*s %.*s.", STR_ARG(names[i]), STR_ARG(f->table));
        quote_ident(b, f->key.at[i].s);
        buf_put(b, "%TYPE;\n");
    }
}

/* What a batch waits for, in PL/pgSQL. Each wait begins behind a COMMIT. */
static void put_waits(struct buf *b, const struct backfill *f, int64_t batch)
{
    if (f->pause_ms > 0)
        buf_fmt(b, "            PERFORM pg_sleep(%lld / 1000.0);\n            COMMIT;\n",
                (long long)f->pause_ms);
    if (f->max_rate > 0)
        buf_fmt(b, "            PERFORM pg_sleep(%lld / %lld.0);\n            COMMIT;\n",
                (long long)batch, (long long)f->max_rate);
    if (f->max_lag > 0)
        buf_fmt(
            b,
            "            WHILE EXISTS (SELECT FROM pg_catalog.pg_stat_replication WHERE "
            "replay_lag > make_interval(secs => %lld)) LOOP\n"
            "                COMMIT;\n                PERFORM pg_sleep(0.5);\n"
            "            END LOOP;\n            COMMIT;\n",
            (long long)f->max_lag);
}

/* The body of the DO block. */
static str loop_of(const struct backfill *f, struct arena *a)
{
    struct buf b = buf_in(a);
    str *from = NEW_N(a, str, f->key.n), *next = NEW_N(a, str, f->key.n);
    str all_from = variables(f, "from", from, a),
        all_next = variables(f, "next", next, a);
    struct buf names = buf_in(a);
    int64_t batch = f->batch > 0 ? f->batch : OFFLINE_BATCH;
    if (f->max_rate > 0 && f->max_rate < batch)
        batch = f->max_rate;
    str update = backfill_update(f, (struct range){from, next}, a);
    str last = backfill_update(f, (struct range){from, NULL}, a);
    put_columns(&names, f, "");
    str key = buf_done(&names);
    buf_put(&b, "\nDECLARE\n");
    put_declare(&b, f, from);
    put_declare(&b, f, next);
    buf_fmt(
        &b,
        "BEGIN\n    SELECT %.*s INTO %.*s FROM %.*s ORDER BY %.*s LIMIT 1;\n    LOOP\n",
        STR_ARG(key), STR_ARG(all_from), STR_ARG(f->table), STR_ARG(key));
    buf_fmt(&b, "        SELECT %.*s INTO %.*s FROM %.*s", STR_ARG(key),
            STR_ARG(all_next), STR_ARG(f->table));
    put_range(&b, f, (struct range){from, NULL}, false);
    buf_fmt(&b, " ORDER BY %.*s OFFSET %lld LIMIT 1;\n        IF FOUND THEN\n",
            STR_ARG(key), (long long)batch);
    buf_fmt(&b, "            %.*s;\n            COMMIT;\n", STR_ARG(update));
    put_waits(&b, f, batch);
    for (size_t i = 0; i < f->key.n; i++)
        buf_fmt(&b, "            %.*s := %.*s;\n", STR_ARG(from[i]), STR_ARG(next[i]));
    buf_fmt(&b,
            "        ELSE\n            %.*s;\n            COMMIT;\n            EXIT;\n"
            "        END IF;\n    END LOOP;\nEND",
            STR_ARG(last));
    return buf_done(&b);
}

/* A DO block may commit where no transaction is open (manual, 43.8). A function cannot go
 * with it: plan and lint see the query that it reads by. */
bool compile_backfill(struct pen *p, const struct rec *r)
{
    struct backfill f;
    (void)r;
    if (!backfill_of(p->op, &f, p->a, p->e))
        return p->ok = false;
    if (f.read.n && !p->c->shown) {
        fail(p->e, "a function in Lua cannot be written as SQL");
        return p->ok =
                   err_hint(p->e, "run it against the database, or write set = { ... }");
    }
    if (f.key.n == 0) {
        fail(p->e, "without a database the key is not known");
        return p->ok = err_hint(p->e, "name the columns of a unique key: key = \"id\"");
    }
    if (f.read.n) {
        buf_str(&p->b, backfill_read(&f, (struct range){NULL, NULL}, p->a));
    } else {
        put(p, "DO ");
        quote_dollar(&p->b, loop_of(&f, p->a));
    }
    return pen_end(p, STMT_NO_TX);
}
