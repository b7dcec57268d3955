#include "plan/backfill.h"
#include "plan/quote.h"
#include "plan/write.h"

enum { OFFLINE_BATCH = 10000 };

static void put_key_columns(struct buf *b, const struct backfill *f)
{
    bool first = true;
    for (size_t i = 0; i < f->key.n; i++) {
        buf_sep(b, &first, ", ");
        quote_ident(b, f->key.at[i].s);
    }
}

/* The batch: rows are found by the key alone and locked as an UPDATE of other columns
 * does (FOR NO KEY UPDATE), so that foreign keys to them are not held up. Its columns
 * have names of their own, since `set` and `where` name those of the table. */
static void put_batch(struct buf *b, const struct backfill *f, const str *after,
                      int64_t batch)
{
    bool first = true;
    buf_put(b, "WITH moonshift_batch AS MATERIALIZED (SELECT ");
    for (size_t i = 0; i < f->key.n; i++) {
        buf_sep(b, &first, ", ");
        quote_ident(b, f->key.at[i].s);
        buf_fmt(b, " AS moonshift_%zu", i + 1);
    }
    buf_fmt(b, " FROM %.*s", STR_ARG(f->table));
    if (after || f->where.n)
        buf_put(b, " WHERE ");
    if (after) {
        first = true;
        buf_put(b, "(");
        put_key_columns(b, f);
        buf_put(b, ") > (");
        for (size_t i = 0; i < f->key.n; i++) {
            buf_sep(b, &first, ", ");
            buf_str(b, after[i]);
        }
        buf_put(b, f->where.n ? ") AND " : ")");
    }
    if (f->where.n)
        buf_fmt(b, "(%.*s\n)", STR_ARG(f->where)); /* a comment at its end stops there */
    buf_put(b, " ORDER BY ");
    put_key_columns(b, f);
    buf_fmt(b, " LIMIT %lld FOR NO KEY UPDATE), ", (long long)batch);
    buf_fmt(b, "moonshift_done AS (UPDATE %.*s SET %.*s FROM moonshift_batch WHERE ",
            STR_ARG(f->table), STR_ARG(f->set));
    for (size_t i = 0; i < f->key.n; i++) {
        buf_fmt(b, "%s%.*s.", i ? " AND " : "", STR_ARG(f->name));
        quote_ident(b, f->key.at[i].s);
        buf_fmt(b, " = moonshift_%zu", i + 1);
    }
    buf_put(b, ")");
}

/* The order is the key's own: the names are those of the batch, not of the output, which
 * is text (ORDER BY prefers output columns; manual, SELECT). */
static void put_last(struct buf *b, const struct backfill *f)
{
    buf_put(b, " FROM moonshift_batch ORDER BY ");
    for (size_t i = 0; i < f->key.n; i++)
        buf_fmt(b, "%smoonshift_batch.moonshift_%zu DESC", i ? ", " : "", i + 1);
    buf_put(b, " LIMIT 1");
}

str backfill_batch(const struct backfill *f, const str *after, int64_t batch,
                   struct arena *a)
{
    struct buf b = buf_in(a);
    put_batch(&b, f, after, batch);
    buf_put(&b, " SELECT ");
    for (size_t i = 0; i < f->key.n; i++)
        buf_fmt(&b, "moonshift_%zu::text AS last_%zu, ", i + 1, i + 1);
    buf_put(&b, "(SELECT count(*) FROM moonshift_batch)");
    put_last(&b, f);
    return buf_done(&b);
}

bool backfill_of(const struct op *op, struct backfill *out, struct arena *a,
                 struct err *e)
{
    const struct rec *r = op->args;
    struct buf table = buf_in(a);
    struct compile_context none = {0};
    struct stmt_list list = {0};
    struct pen p = pen_for(op, &none, &list, a, e);
    const struct val *set = rec_at(r, K_set);
    bool first = true;
    struct buf name = buf_in(a);
    quote_name(&table, rec_str(r, K_schema), rec_str(r, K_table));
    quote_ident(&name, rec_str(r, K_table));
    for (size_t i = 0; i < set->map.n; i++) {
        buf_sep(&p.b, &first, ", ");
        put_ident(&p, set->map.at[i].key);
        put(&p, " = ");
        put_value(&p, &set->map.at[i].val);
    }
    if (p.ok && set->map.n == 0)
        pen_fail(&p, "op.backfill: 'set' names no column");
    if (!p.ok)
        return false;
    *out = (struct backfill){.table = buf_done(&table),
                             .name = buf_done(&name),
                             .set = buf_done(&p.b),
                             .where = rec_str(r, K_where),
                             .key = rec_list(r, K_key),
                             .batch = rec_int(r, K_batch, 0),
                             .pause_ms = rec_int(r, K_pause_ms, 0),
                             .max_lag = rec_int(r, K_max_lag, 0),
                             .from = op->from};
    if (out->key.n == 0) {
        err_set(e, ERR_FAILED, "op.backfill: without a database the key is not known");
        return err_hint(e, "name the columns of a unique key: key = \"id\"");
    }
    return true;
}

static void put_loop(struct buf *b, const struct backfill *f, const str *after)
{
    buf_put(b, "        ");
    put_batch(b, f, after, f->batch > 0 ? f->batch : OFFLINE_BATCH);
    buf_put(b, "\n        SELECT ");
    for (size_t i = 0; i < f->key.n; i++)
        buf_fmt(b, "%smoonshift_%zu", i ? ", " : "", i + 1);
    buf_put(b, " INTO ");
    for (size_t i = 0; i < f->key.n; i++)
        buf_fmt(b, "%smoonshift_last_%zu", i ? ", " : "", i + 1);
    put_last(b, f);
    buf_put(b, ";\n");
}

/* A DO block may commit where no transaction is open (manual, 43.8). */
bool compile_backfill(struct pen *p, const struct rec *r)
{
    struct backfill f;
    (void)r;
    if (!backfill_of(p->op, &f, p->a, p->e))
        return p->ok = false;
    str *after = NEW_N(p->a, str, f.key.n);
    buf_put(&p->b, "DO $moonshift$\nDECLARE\n");
    for (size_t i = 0; i < f.key.n; i++) {
        after[i] = str_fmt(p->a, "moonshift_last_%zu", i + 1);
        buf_fmt(&p->b, "    moonshift_last_%zu %.*s.", i + 1, STR_ARG(f.table));
        quote_ident(&p->b, f.key.at[i].s);
        buf_put(&p->b, "%TYPE;\n");
    }
    buf_put(&p->b, "    moonshift_first boolean := true;\nBEGIN\n    LOOP\n"
                   "        IF moonshift_first THEN\n");
    put_loop(&p->b, &f, NULL);
    buf_put(&p->b, "        ELSE\n");
    put_loop(&p->b, &f, after);
    buf_put(&p->b, "        END IF;\n        EXIT WHEN NOT FOUND;\n"
                   "        moonshift_first := false;\n        COMMIT;\n");
    if (f.pause_ms > 0)
        buf_fmt(&p->b, "        PERFORM pg_sleep(%lld / 1000.0);\n        COMMIT;\n",
                (long long)f.pause_ms);
    buf_put(&p->b, "    END LOOP;\nEND $moonshift$");
    return pen_end(p, STMT_NO_TX);
}
