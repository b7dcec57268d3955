/* What a revision or the configuration sets in the session, and how it is put back. */
#include "app/runner_inside.h"

#include "plan/quote.h"

#include <ctype.h>

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
                         .from = {.file = f->m.revision.file},
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
