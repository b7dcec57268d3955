#include "plan/sink.h"

struct list_sink {
    struct sink sink; /* first: a sink of this kind is one of these */
    struct stmt_list list;
    struct arena *arena;
};

static str kept(struct arena *a, str s)
{
    return s.p ? str_copy(a, s) : STR_NONE;
}

static struct stmt stmt_copy(struct arena *a, const struct stmt *s)
{
    struct stmt copy = *s;
    copy.sql = str_copy(a, s->sql);
    copy.guard = kept(a, s->guard);
    copy.from.file = kept(a, s->from.file);
    copy.from.script = kept(a, s->from.script);
    struct param *params = NEW_N(a, struct param, s->n_params);
    for (size_t i = 0; i < s->n_params; i++) {
        params[i].null = s->params[i].null;
        params[i].text = kept(a, s->params[i].text);
    }
    copy.params = params;
    return copy;
}

static bool list_exec(struct sink *sink, const struct stmt *s, struct err *e)
{
    (void)e;
    struct list_sink *l = (struct list_sink *)sink;
    *PUSH(l->arena, l->list.at, l->list.n, l->list.room) = stmt_copy(l->arena, s);
    return true;
}

static bool list_query(struct sink *sink, const struct stmt *s, struct rows *rows,
                       struct arena *a, struct err *e)
{
    (void)sink, (void)rows, (void)a;
    return sink_refuse_read(s, e);
}

static bool list_each(struct sink *sink, const struct stmt *s, row_fn *row, void *context,
                      struct err *e)
{
    (void)sink, (void)row, (void)context;
    return sink_refuse_read(s, e);
}

/* Keeps the statement; the data stays where it is. */
static bool list_copy_in(struct sink *sink, const struct stmt *s, copy_fn *next,
                         void *context, int64_t *rows, struct err *e)
{
    (void)next, (void)context;
    *rows = 0;
    return list_exec(sink, s, e);
}

static bool list_sync(struct sink *sink, struct err *e)
{
    (void)sink, (void)e;
    return true;
}

static void list_remark(struct sink *sink, str text)
{
    (void)sink, (void)text;
}

struct sink *sink_list(int server_version, struct arena *a)
{
    struct list_sink *l = NEW(a, struct list_sink);
    l->arena = a;
    l->sink = (struct sink){.exec = list_exec,
                            .query = list_query,
                            .each = list_each,
                            .copy_in = list_copy_in,
                            .sync = list_sync,
                            .remark = list_remark,
                            .server_version = server_version,
                            .offline = true};
    return &l->sink;
}

const struct stmt_list *sink_list_of(const struct sink *list_sink)
{
    return &((const struct list_sink *)list_sink)->list;
}
