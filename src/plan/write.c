#include "plan/write.h"

#include "base/json.h"
#include "base/utf8.h"
#include "plan/quote.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pen pen_for(const struct op *op, const struct compile_context *c,
                   struct stmt_list *out, struct arena *a, struct err *e)
{
    return (struct pen){
        .op = op, .c = c, .out = out, .a = a, .e = e, .b = buf_in(a), .ok = true};
}

bool pen_fail(struct pen *p, const char *format, ...)
{
    if (p->ok) {
        va_list args;
        va_start(args, format);
        str text = str_vfmt(p->a, format, args);
        va_end(args);
        err_set(p->e, ERR_FAILED, "op.%s: %.*s", p->op->info->shape.name, STR_ARG(text));
        p->ok = false;
    }
    return false;
}

void put(struct pen *p, const char *text)
{
    buf_put(&p->b, text);
}

void put_ident(struct pen *p, str name)
{
    if (p->ok && (p->ok = ident_check(name, p->e)))
        quote_ident(&p->b, name);
}

void put_name(struct pen *p, str schema, str name)
{
    if (schema.p) {
        put_ident(p, schema);
        put(p, ".");
    }
    put_ident(p, name);
}

void put_literal(struct pen *p, str text)
{
    if (p->ok && (p->ok = text_check(text, "a text", p->e)))
        quote_literal(&p->b, text);
}

void put_sql(struct pen *p, str sql, const char *what)
{
    if (!p->ok || !(p->ok = text_check(sql, "SQL text", p->e)))
        return;
    sql = str_trim(sql);
    while (sql.n && sql.p[sql.n - 1] == ';')
        sql = str_trim(str_cut(sql, 0, sql.n - 1));
    if (sql.n == 0) {
        pen_fail(p, "%s is empty", what);
        return;
    }
    buf_str(&p->b, sql);
    if (str_index(sql, STR("--")) < sql.n)
        put(p, "\n");
}

/* ---- values ------------------------------------------------------------------- */

static bool json_value(struct buf *b, const struct val *v)
{
    bool first = true;
    switch (v->kind) {
    case VAL_NONE:
    case VAL_NULL:
        buf_put(b, "null");
        return true;
    case VAL_BOOL:
        buf_put(b, v->b ? "true" : "false");
        return true;
    case VAL_INT:
        buf_fmt(b, "%lld", (long long)v->i);
        return true;
    case VAL_NUM:
        buf_num(b, v->num);
        return isfinite(v->num);
    case VAL_STR:
        json_quote(b, v->s);
        return true;
    case VAL_LIST:
        buf_char(b, '[');
        for (size_t i = 0; i < v->list.n; i++) {
            buf_sep(b, &first, ", ");
            if (!json_value(b, &v->list.at[i]))
                return false;
        }
        buf_char(b, ']');
        return true;
    case VAL_MAP:
        buf_char(b, '{');
        for (size_t i = 0; i < v->map.n; i++) {
            buf_sep(b, &first, ", ");
            json_quote(b, v->map.at[i].key);
            buf_put(b, ": ");
            if (!json_value(b, &v->map.at[i].val))
                return false;
        }
        buf_char(b, '}');
        return true;
    default: /* raw SQL and records have no place in JSON */
        return false;
    }
}

/* An element of an array's text form; always quoted unless it cannot be mistaken. */
static bool array_text(struct buf *b, struct list list)
{
    bool first = true;
    buf_char(b, '{');
    for (size_t i = 0; i < list.n; i++) {
        const struct val *v = &list.at[i];
        str text;
        buf_sep(b, &first, ",");
        if (v->kind == VAL_SQL || v->kind == VAL_REC)
            return false;
        if (v->kind == VAL_LIST) {
            if (!array_text(b, v->list))
                return false;
        } else if (!val_text(v, &text, b->arena)) {
            buf_put(b, "NULL");
        } else if (v->kind != VAL_STR && v->kind != VAL_MAP) {
            buf_str(b, text);
        } else {
            quote_element(b, text);
        }
    }
    buf_char(b, '}');
    return true;
}

bool val_text(const struct val *v, str *text, struct arena *a)
{
    struct buf b = buf_in(a);
    bool ok = true;
    switch (v->kind) {
    case VAL_STR:
    case VAL_SQL:
        *text = v->s;
        return true;
    case VAL_BOOL:
        *text = v->b ? STR("true") : STR("false");
        return true;
    case VAL_INT:
        *text = str_fmt(a, "%lld", (long long)v->i);
        return true;
    case VAL_NUM:
        buf_num(&b, v->num);
        break;
    case VAL_LIST:
        ok = array_text(&b, v->list);
        break;
    case VAL_MAP:
        ok = json_value(&b, v);
        break;
    default:
        return false;
    }
    *text = buf_done(&b);
    return ok;
}

static bool holds_sql(struct list list)
{
    for (size_t i = 0; i < list.n; i++)
        if (list.at[i].kind == VAL_SQL ||
            (list.at[i].kind == VAL_LIST && holds_sql(list.at[i].list)))
            return true;
    return false;
}

static void put_array(struct pen *p, struct list list)
{
    bool first = true;
    put(p, "ARRAY[");
    for (size_t i = 0; i < list.n; i++) {
        buf_sep(&p->b, &first, ", ");
        put_value(p, &list.at[i]);
    }
    put(p, "]");
}

void put_value(struct pen *p, const struct val *v)
{
    str text;
    switch (v->kind) {
    case VAL_NONE:
    case VAL_NULL:
        put(p, "NULL");
        return;
    case VAL_SQL:
        put_sql(p, v->s, "sql \"…\"");
        return;
    case VAL_LIST:
        if (holds_sql(v->list)) {
            put_array(p, v->list);
            return;
        }
        break;
    case VAL_BOOL:
    case VAL_INT:
        val_text(v, &text, p->a);
        buf_str(&p->b, text);
        return;
    case VAL_NUM:
        if (isfinite(v->num)) {
            buf_num(&p->b, v->num);
            return;
        }
        break;
    default:
        break;
    }
    if (val_text(v, &text, p->a))
        put_literal(p, text);
    else
        pen_fail(p, "a table that holds sql \"…\" cannot be written as JSON");
}

/* ---- fields ------------------------------------------------------------------- */

void put_word(struct pen *p, str word)
{
    for (size_t i = 0; i < word.n; i++)
        buf_char(&p->b, word.p[i] >= 'a' && word.p[i] <= 'z' ? (char)(word.p[i] - 32)
                                                             : word.p[i]);
}

/* Storage parameters: fillfactor = 70, toast.autovacuum_enabled = false */
static void put_map(struct pen *p, const struct map *m)
{
    bool first = true;
    for (size_t i = 0; i < m->n; i++) {
        buf_sep(&p->b, &first, ", ");
        if (str_starts(m->at[i].key, STR("toast.")))
            put_key(p, m->at[i].key);
        else
            put_ident(p, m->at[i].key);
        put(p, " = ");
        if (m->at[i].val.kind != VAL_NULL)
            put_value(p, &m->at[i].val);
        else if (str_is(m->at[i].key, "slot_name")) /* of a subscription */
            put(p, "NONE");
        else
            pen_fail(p, "%.*s has no value: leave it out", STR_ARG(m->at[i].key));
    }
}

void put_option(struct pen *p, const struct pair *option)
{
    str text;
    put_ident(p, option->key);
    put(p, " ");
    if (val_text(&option->val, &text, p->a))
        put_literal(p, text);
    else
        pen_fail(p, "option %.*s has no value", STR_ARG(option->key));
}

static void put_options(struct pen *p, const struct map *m)
{
    bool first = true;
    for (size_t i = 0; i < m->n; i++) {
        buf_sep(&p->b, &first, ", ");
        put_option(p, &m->at[i]);
    }
}

static void put_scalar(struct pen *p, enum field_type type, const struct val *v,
                       const char *what)
{
    switch (type) {
    case F_NAME:
    case F_NAMES:
        if (v->kind == VAL_SQL)
            put_sql(p, v->s, what);
        else if (v->kind == VAL_STR)
            put_ident(p, v->s);
        return;
    case F_TEXT:
    case F_TEXTS:
    case F_COMMENT:
        if (v->kind == VAL_NULL)
            put(p, "NULL");
        else
            put_literal(p, v->s);
        return;
    case F_SQL:
    case F_SQLS:
        put_sql(p, v->s, what);
        return;
    case F_WORD:
    case F_WORDS:
        put_word(p, v->s);
        return;
    case F_FLAG:
        if (v->kind == VAL_STR)
            put_word(p, v->s);
        return;
    default:
        put_value(p, v);
    }
}

static void put_field(struct pen *p, const struct field *f, const struct val *v,
                      bool options)
{
    const char *what = key_word(f->key).p;
    bool first = true;
    switch (f->type) {
    case F_MAP:
        if (v->kind == VAL_MAP && options)
            put_options(p, &v->map);
        else if (v->kind == VAL_MAP)
            put_map(p, &v->map);
        return;
    case F_NAMES:
    case F_TEXTS:
    case F_SQLS:
    case F_WORDS:
    case F_VALUES:
        if (v->kind == VAL_LIST && v->list.n == 0)
            pen_fail(p, "%s is an empty list", what);
        for (size_t i = 0; v->kind == VAL_LIST && i < v->list.n; i++) {
            buf_sep(&p->b, &first, ", ");
            put_scalar(p, f->type, &v->list.at[i], what);
        }
        return;
    default:
        put_scalar(p, f->type, v, what);
    }
}

/* ---- forms -------------------------------------------------------------------- */

static const struct val *form_field(const struct rec *r, str word, const struct field **f)
{
    const struct field *field = shape_field(r->shape, word);
    assert(field && "a form names a key that its shape does not have");
    if (f)
        *f = field;
    return &r->at[field - r->shape->fields];
}

/* A flag that is false is as good as not given; a value that is false is a value. */
static bool is_given(const struct rec *r, str word)
{
    const struct field *f;
    const struct val *v = form_field(r, word, &f);
    if (f->type == F_BOOL || f->type == F_FLAG)
        return v->kind == VAL_BOOL ? v->b : v->kind != VAL_NONE;
    return v->kind != VAL_NONE;
}

static void put_place(struct pen *p, const struct rec *r, str word)
{
    const struct field *f;
    size_t dot = str_find(word, '.');
    bool options = word.n && word.p[word.n - 1] == '*';
    if (options)
        word.n--;
    if (dot < word.n) {
        const struct val *schema = form_field(r, str_cut(word, 0, dot), NULL);
        const struct val *name = form_field(r, str_cut(word, dot + 1, word.n), NULL);
        put_name(p, schema->kind == VAL_STR ? schema->s : STR_NONE, name->s);
        return;
    }
    const struct val *v = form_field(r, word, &f);
    put_field(p, f, v, options);
}

/* The end of the group that opens at `at`, its bracket not included. */
static size_t group_end(str form, size_t at)
{
    int depth = 1;
    for (size_t i = at; i < form.n; i++) {
        if (form.p[i] == '[')
            depth++;
        else if (form.p[i] == ']' && --depth == 0)
            return i;
    }
    assert(false && "a form has an open [");
    return form.n;
}

static void put_span(struct pen *p, const struct rec *r, str form)
{
    for (size_t i = 0; i < form.n; i++) {
        if (form.p[i] == '{') {
            size_t length = str_find(str_cut(form, i + 1, form.n), '}');
            put_place(p, r, str_cut(form, i + 1, i + 1 + length));
            i += length + 1;
        } else if (form.p[i] == '[') {
            size_t end = group_end(form, i + 1);
            bool not = form.p[i + 1] == '!';
            str group = str_cut(form, i + 1 + (not ? 1 : 0), end);
            size_t colon = str_find(group, ':');
            if (is_given(r, str_cut(group, 0, colon)) != not )
                put_span(p, r, str_cut(group, colon + 1, group.n));
            i = end;
        } else {
            size_t next = i + 1;
            while (next < form.n && form.p[next] != '{' && form.p[next] != '[')
                next++;
            buf_str(&p->b, str_cut(form, i, next));
            i = next - 1;
        }
    }
}

void put_form(struct pen *p, const struct rec *r, const char *form)
{
    put_span(p, r, str_of(form));
}

static struct stmt *pen_add(struct pen *p, unsigned flags)
{
    str sql = buf_done(&p->b);
    p->b = buf_in(p->a);
    if (!p->ok)
        return NULL;
    struct stmt *s = PUSH(p->a, p->out->at, p->out->n, p->out->room);
    s->sql = sql;
    s->flags = flags;
    s->from = p->op->from;
    return s;
}

bool pen_end(struct pen *p, unsigned flags)
{
    pen_add(p, flags);
    return p->ok;
}

bool pen_end_guard(struct pen *p, str guard)
{
    struct stmt *s = pen_add(p, STMT_QUIET);
    if (s)
        s->guard = guard;
    return p->ok;
}

bool pen_stmt(struct pen *p, const struct rec *r, const char *form)
{
    put_form(p, r, form);
    return pen_end(p, 0);
}

bool pen_comment(struct pen *p, const struct rec *r, const char *target)
{
    if (!rec_has(r, K_comment))
        return p->ok;
    put(p, "COMMENT ON ");
    put_form(p, r, target);
    put_form(p, r, " IS {comment}");
    return pen_end(p, 0);
}

/* ---- names -------------------------------------------------------------------- */

str default_name(str table, str columns, const char *label, struct arena *a)
{
    size_t overhead = strlen(label) + 1 + (columns.n ? 1 : 0);
    size_t n1 = table.n, n2 = columns.n;
    while (n1 + n2 + overhead > IDENT_BYTES) {
        if (n1 > n2)
            n1--;
        else
            n2--;
    }
    n1 = utf8_floor(table, n1); /* whole characters, as pg_mbcliplen */
    n2 = utf8_floor(columns, n2);
    return str_fmt(a, "%.*s%s%.*s_%s", (int)n1, table.p ? table.p : "", n2 ? "_" : "",
                   (int)n2, columns.p ? columns.p : "", label);
}
