/* Where a backfill stands: ranges of its key, kept as text in moonshift_progress. */
#include "pg/backfill_inner.h"

/* Each value with its length before it, "2:17". */
static void put_end(struct buf *b, const char *word, const struct param *key, size_t n)
{
    if (!key)
        return;
    buf_fmt(b, "%s%s ", b->n ? " " : "", word);
    for (size_t i = 0; i < n; i++)
        buf_fmt(b, "%zu:%.*s", key[i].text.n, STR_ARG(key[i].text));
}

str place_write(const struct param *from, const struct param *until, size_t n,
                struct arena *a)
{
    struct buf b = buf_in(a);
    put_end(&b, "from", from, n);
    put_end(&b, "until", until, n);
    return buf_done(&b);
}

/* Takes "WORD 2:17..." off the text when it starts so. */
static bool take_end(str *text, const char *word, const struct param **out, size_t n,
                     struct arena *a)
{
    str before = str_fmt(a, "%s ", word);
    *text = text->n && text->p[0] == ' ' ? str_cut(*text, 1, text->n) : *text;
    if (!str_starts(*text, before))
        return true;
    struct param *key = NEW_N(a, struct param, n);
    str rest = str_cut(*text, before.n, text->n);
    for (size_t i = 0; i < n; i++) {
        size_t colon = str_find(rest, ':');
        long size;
        if (!str_int(str_cut(rest, 0, colon), &size) || size < 0 ||
            colon + 1 + (size_t)size > rest.n)
            return false;
        size_t end = colon + 1 + (size_t)size;
        key[i].text = str_copy(a, str_cut(rest, colon + 1, end));
        rest = str_cut(rest, end, rest.n);
    }
    *out = key;
    *text = rest;
    return true;
}

bool place_read(str text, size_t n, struct walk *w, struct arena *a)
{
    w->from = w->until = NULL;
    w->ended = str_is(text, "done");
    return w->ended || (take_end(&text, "from", &w->from, n, a) &&
                        take_end(&text, "until", &w->until, n, a) && text.n == 0);
}

/* One number of a query's answer: what stands behind `mark` in its first cell. */
static bool number_of(struct sink *s, const struct backfill *b, str sql, const char *mark,
                      int64_t *out, struct arena *a, struct err *e)
{
    struct stmt look = {.sql = sql, .flags = STMT_QUIET, .from = b->from};
    struct rows answer;
    long n = 0;
    if (!s->query(s, &look, &answer, a, e))
        return false;
    str text = answer.n_rows ? answer.cells[0].text : STR_NONE, before = str_of(mark);
    text = str_cut(text, str_index(text, before) + before.n, text.n);
    str_int(str_cut(text, 0, str_find(text, ',')), &n);
    *out = n;
    return true;
}

/* How many rows there are: what the planner makes of the table's size now and its rows at
 * the last ANALYZE; counted, when that costs next to nothing. */
static bool estimate(struct sink *s, const struct backfill *b, int64_t *rows,
                     struct arena *a, struct err *e)
{
    enum { COUNTED = 1000000 };
    str explain = str_fmt(a, "EXPLAIN (FORMAT JSON) SELECT FROM %.*s", STR_ARG(b->table));
    str count = backfill_count(b, (struct range){NULL, NULL}, 4 * COUNTED, a);
    return number_of(s, b, explain, "\"Plan Rows\": ", rows, a, e) &&
           (*rows > COUNTED || number_of(s, b, count, "", rows, a, e));
}

/* Keys that divide the table, from a sample of its pages: one row more or less in a range
 * does not matter. */
static bool split(struct sink *s, const struct backfill *b, int64_t rows,
                  struct rows *keys, struct arena *a, struct err *e)
{
    enum { SAMPLE = 50000 };
    double percent = rows > SAMPLE * 2 ? 100.0 * SAMPLE / (double)rows : 100;
    *keys = (struct rows){0};
    if (b->workers < 2)
        return true;
    struct stmt look = {.sql = backfill_split(b, b->workers, percent, a),
                        .flags = STMT_QUIET,
                        .from = b->from};
    return s->query(s, &look, keys, a, e);
}

const struct param *place_key(const struct rows *keys, size_t row, struct arena *a)
{
    struct param *key = NEW_N(a, struct param, keys->n_columns);
    for (size_t i = 0; i < keys->n_columns; i++)
        key[i].text = keys->cells[row * keys->n_columns + i].text;
    return key;
}

/* Writes down new ranges: n keys divide into n + 1. */
static bool new_ranges(struct sink *s, const struct ledger_names *names,
                       const struct backfill *b, const struct progress *own,
                       struct progresses *out, struct arena *a, struct err *e)
{
    struct rows keys;
    int64_t total;
    if (!estimate(s, b, &total, a, e) || !split(s, b, total, &keys, a, e))
        return false;
    size_t n = keys.n_rows + 1;
    for (size_t i = 0; i < n; i++) {
        struct progress *p = PUSH(a, out->at, out->n, out->room);
        *p = *own;
        p->total = total / (int64_t)n;
        if (n > 1)
            p->part = str_fmt(a, "%.*s, range %zu of %zu", STR_ARG(own->part), i + 1, n);
        p->position = place_write(i ? place_key(&keys, i - 1, a) : NULL,
                                  i + 1 < n ? place_key(&keys, i, a) : NULL, b->key.n, a);
        if (!progress_save(s, names, p, a, e))
            return false;
    }
    return true;
}

/* A backfill that was half done as another one cannot go on as this one. */
static bool check_same(const struct progresses *found, const struct progress *own,
                       const struct backfill *b, struct err *e)
{
    const struct progress *p = &found->at[0];
    if (str_eq(p->checksum, own->checksum))
        return true;
    err_set(
        e, ERR_INTERRUPTED,
        "%.*s was interrupted after %lld rows, and its table, key, set, where or read "
        "has been changed since",
        STR_ARG(p->part), (long long)p->done);
    err_hint(e,
             "put it back and run the same command again, or begin it anew: moonshift "
             "resolve %.*s --rolled-back",
             STR_ARG(own->revision));
    return err_at(e, b->from.file, b->from.line);
}

static bool control(struct sink *s, const char *sql, struct err *e)
{
    struct stmt stmt = {.sql = str_of(sql), .flags = STMT_QUIET};
    return s->exec(s, &stmt, e);
}

bool place_ranges(struct conn *c, const struct ledger_names *names,
                  const struct backfill *b, const struct progress *own,
                  struct walk **walks, size_t *n_walks, struct arena *a, struct err *e)
{
    struct sink *s = conn_sink(c);
    struct progresses list;
    if (!control(s, "BEGIN", e) ||
        !progress_ranges(s, names, own->revision, own->up, own->part, &list, a, e) ||
        (list.n && !check_same(&list, own, b, e)) ||
        (!list.n && !new_ranges(s, names, b, own, &list, a, e)) ||
        !control(s, "COMMIT", e) || !s->sync(s, e))
        return false;
    *n_walks = list.n;
    *walks = NEW_N(a, struct walk, list.n);
    for (size_t i = 0; i < list.n; i++) {
        struct walk *w = &(*walks)[i];
        w->at = list.at[i];
        if (!place_read(w->at.position, b->key.n, w, a))
            return err_set(e, ERR_FAILED, "moonshift_progress: '%.*s' is no place",
                           STR_ARG(w->at.position));
    }
    return true;
}
