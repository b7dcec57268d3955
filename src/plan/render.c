#include "plan/render.h"

#include "base/utf8.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lines are broken to stay within this; a column of a table may be longer, since one line
 * for each column is what makes a table readable. */
enum { WIDTH = 90, COLUMN_WIDTH = 120, STEP = 2 };

struct pen {
    struct buf *b;
    const char *prefix;
    bool flat;     /* trying to put something on one line */
    bool failed;   /* ... which did not work */
    int widths[2]; /* of the first two values of a record, when several are aligned */
    int limit;
};

/* One entry of a table: positional, or with a key. */
struct entry {
    str key;
    const struct field *field; /* NULL: a plain value */
    const struct val *val;
    bool scalar_item; /* a record that its first value stands for */
};

static void put_value(struct pen *p, const struct field *f, const struct val *v,
                      int indent);

static int column(const struct buf *b)
{
    size_t at = b->n;
    while (at > 0 && b->p[at - 1] != '\n')
        at--;
    return (int)utf8_count((str){b->p + at, b->n - at});
}

/* ---- strings and numbers ------------------------------------------------------- */

static bool is_plain(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' && s.p[i] != '\n' && s.p[i] != '\t')
            return false;
    return true;
}

/* Does "]==]" with this many signs end the string where it should? */
static bool level_fits(str s, size_t level)
{
    for (size_t i = 0; i < s.n; i++) {
        size_t signs = 0;
        if (s.p[i] != ']')
            continue;
        while (i + 1 + signs < s.n && s.p[i + 1 + signs] == '=')
            signs++;
        bool closed = i + 1 + signs >= s.n || s.p[i + 1 + signs] == ']';
        if (signs == level && closed)
            return false;
    }
    return true;
}

/* [[ ]] starts behind the first line break, which Lua does not count. */
static void put_long(struct buf *b, str s)
{
    size_t level = 0;
    while (!level_fits(s, level))
        level++;
    buf_char(b, '[');
    buf_repeat(b, '=', level);
    buf_put(b, "[\n");
    buf_str(b, s);
    buf_char(b, ']');
    buf_repeat(b, '=', level);
    buf_char(b, ']');
}

static void put_quoted(struct buf *b, str s)
{
    bool has_double = str_find(s, '"') < s.n, has_single = str_find(s, '\'') < s.n;
    char quote = has_double && !has_single ? '\'' : '"';
    buf_char(b, quote);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\n')
            buf_put(b, "\\n");
        else if (c == '\t')
            buf_put(b, "\\t");
        else if (c == '\r')
            buf_put(b, "\\r");
        else if ((unsigned char)c < ' ' || c == 127)
            buf_fmt(b, "\\%03d", c);
        else if (c == '\\' || c == quote)
            buf_fmt(b, "\\%c", c);
        else
            buf_char(b, c);
    }
    buf_char(b, quote);
}

static void put_string(struct pen *p, str s)
{
    if (str_find(s, '\n') == s.n || !is_plain(s)) {
        put_quoted(p->b, s);
        return;
    }
    p->failed |= p->flat;
    put_long(p->b, s);
}

/* Text that reads back as the same number, and as a float. */
static void put_float(struct buf *b, double num)
{
    if (isnan(num)) {
        buf_put(b, "(0/0)");
    } else if (isinf(num)) {
        buf_put(b, num < 0 ? "-math.huge" : "math.huge");
    } else {
        size_t start = b->n;
        buf_num(b, num);
        if (!strpbrk(buf_done(b).p + start, ".e"))
            buf_put(b, ".0");
    }
}

static void put_int(struct buf *b, int64_t i)
{
    if (i == INT64_MIN) /* its digits without the sign are no integer to Lua */
        buf_put(b, "math.mininteger");
    else
        buf_fmt(b, "%lld", (long long)i);
}

bool is_lua_reserved(str s)
{
    return str_among(s,
                     "and|break|do|else|elseif|end|false|for|function|goto|if|in|local|"
                     "nil|not|or|repeat|return|then|true|until|while");
}

static bool is_lua_name(str s)
{
    if (is_lua_reserved(s))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9'))
            return false;
    }
    return s.n > 0;
}

/* ---- tables ------------------------------------------------------------------------ */

static void put_entry(struct pen *p, const struct entry *e, int indent)
{
    if (e->key.p) {
        if (is_lua_name(e->key)) {
            buf_str(p->b, e->key);
        } else {
            buf_char(p->b, '[');
            put_quoted(p->b, e->key);
            buf_char(p->b, ']');
        }
        buf_put(p->b, " = ");
    }
    if (e->scalar_item)
        put_value(p, &e->val->rec->shape->fields[0], &e->val->rec->at[0], indent);
    else
        put_value(p, e->field, e->val, indent);
}

static void put_entries_flat(struct pen *p, const struct entry *at, size_t n)
{
    /* The widths are those of this record: what stands inside it is not aligned. */
    const int widths[2] = {p->widths[0], p->widths[1]};
    p->widths[0] = p->widths[1] = 0;
    buf_put(p->b, "{ ");
    for (size_t i = 0; i < n; i++) {
        int before = column(p->b);
        put_entry(p, &at[i], 0);
        if (i + 1 < n)
            buf_char(p->b, ',');
        int pad = i < 2 ? widths[i] + 1 - (column(p->b) - before) : 0;
        if (i + 1 < n)
            buf_repeat(p->b, ' ', 1 + (pad > 0 ? (size_t)pad : 0));
    }
    buf_put(p->b, " }");
    p->widths[0] = widths[0];
    p->widths[1] = widths[1];
}

/* A table on one line if it fits, else one entry on each. With `hug`, the positional
 * values of a record stay beside the brace. */
static void put_table(struct pen *p, const struct entry *at, size_t n, int indent,
                      bool force, bool hug)
{
    if (n == 0) {
        buf_put(p->b, "{}");
        return;
    }
    size_t mark = p->b->n;
    if (p->flat) {
        p->failed |= force;
        if (!p->failed)
            put_entries_flat(p, at, n);
        return;
    }
    if (!force) {
        p->flat = true;
        put_entries_flat(p, at, n);
        bool fits = !p->failed && column(p->b) <= p->limit - 2;
        p->flat = p->failed = false;
        if (fits)
            return;
        p->b->n = mark;
    }
    int widths[2] = {p->widths[0], p->widths[1]};
    p->widths[0] = p->widths[1] = 0;
    buf_char(p->b, '{');
    for (size_t i = 0; i < n; i++) {
        if (hug && !at[i].key.p) {
            buf_char(p->b, ' ');
        } else {
            buf_char(p->b, '\n');
            buf_repeat(p->b, ' ', (size_t)(indent + STEP));
        }
        put_entry(p, &at[i], indent + STEP);
        buf_char(p->b, ',');
    }
    buf_char(p->b, '\n');
    buf_repeat(p->b, ' ', (size_t)indent);
    buf_char(p->b, '}');
    memcpy(p->widths, widths, sizeof widths);
}

/* Has the record nothing but its first field? */
static bool only_first(const struct rec *r)
{
    for (size_t i = 1; i < r->shape->n_fields; i++)
        if (r->at[i].kind != VAL_NONE)
            return false;
    return true;
}

static bool is_scalar(const struct val *v)
{
    return v->kind == VAL_BOOL || v->kind == VAL_INT || v->kind == VAL_NUM ||
           v->kind == VAL_STR || v->kind == VAL_SQL;
}

static bool is_option(const struct field *f)
{
    return f->place == PLACE_OPT || f->place == PLACE_OPT_MUST ||
           f->place == PLACE_OPT_NULL;
}

struct entries {
    struct entry *at;
    size_t n, room;
};

static struct entry *add(struct pen *p, struct entries *list)
{
    return PUSH(p->b->arena, list->at, list->n, list->room);
}

/* The items of a list field: records that are no more than their first value stand as
 * that value, where the reader takes it so. */
static void add_items(struct pen *p, struct entries *out, const struct field *f,
                      struct list list)
{
    for (size_t i = 0; i < list.n; i++) {
        const struct val *item = &list.at[i];
        struct entry *e = add(p, out);
        e->val = item;
        if (item->kind != VAL_REC)
            continue;
        bool items = item->rec->shape->fields[0].place == PLACE_ITEMS;
        e->scalar_item = (f->type == F_KEYS || f->type == F_RECS) && !items &&
                         only_first(item->rec) && is_scalar(&item->rec->at[0]) &&
                         item->rec->shape != &shape_column;
    }
}

static void add_option(struct pen *p, struct entries *out, const struct rec *r, size_t i)
{
    if (r->at[i].kind == VAL_NONE)
        return;
    *add(p, out) = (struct entry){
        .key = key_word(r->shape->fields[i].key),
        .field = &r->shape->fields[i],
        .val = &r->at[i],
    };
}

/* A record's options in the order of its row, but whether a column is the primary key is
 * said before all else. */
static void add_options(struct pen *p, struct entries *out, const struct rec *r)
{
    const struct field *f = r->shape->fields;
    for (size_t i = 0; i < r->shape->n_fields; i++)
        if (is_option(&f[i]) && f[i].key == K_primary_key && f[i].type == F_BOOL)
            add_option(p, out, r, i);
    for (size_t i = 0; i < r->shape->n_fields; i++)
        if (is_option(&f[i]) && !(f[i].key == K_primary_key && f[i].type == F_BOOL))
            add_option(p, out, r, i);
}

/* The last positional field that is given, plus one. */
static size_t n_positional(const struct rec *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->shape->n_fields; i++) {
        const struct field *f = &r->shape->fields[i];
        if (is_option(f) || f->place == PLACE_ITEMS || f->place == PLACE_REST)
            continue;
        if (f->place == PLACE_ARG || r->at[i].kind != VAL_NONE)
            n = i + 1;
    }
    return n;
}

static void put_rec(struct pen *p, const struct rec *r, int indent)
{
    struct entries list = {0};
    size_t n = n_positional(r);
    for (size_t i = 0; i < r->shape->n_fields; i++) {
        const struct field *f = &r->shape->fields[i];
        if (f->place == PLACE_ITEMS && r->at[i].kind == VAL_LIST)
            add_items(p, &list, f, r->at[i].list);
        else if (i < n && !is_option(f) && f->place != PLACE_ITEMS)
            *add(p, &list) = (struct entry){.field = f, .val = &r->at[i]};
    }
    add_options(p, &list, r);
    put_table(p, list.at, list.n, indent, false, true);
}

/* How wide a value is on one line; 0 when it is better left alone. */
static int width_of(struct pen *p, const struct field *f, const struct val *v)
{
    enum { WIDEST = 32 };
    size_t mark = p->b->n;
    bool flat = p->flat, failed = p->failed;
    p->flat = true;
    int before = column(p->b);
    put_value(p, f, v, 0);
    int width = column(p->b) - before;
    if (p->failed || width > WIDEST)
        width = 0;
    p->flat = flat;
    p->failed = failed;
    p->b->n = mark;
    return width;
}

/* Finds how wide the names and the types of a table's columns are. */
static void measure(struct pen *p, const struct entries *columns)
{
    for (size_t i = 0; i < columns->n; i++) {
        const struct val *v = columns->at[i].val;
        if (v->kind != VAL_REC || v->rec->shape != &shape_column)
            continue;
        for (size_t k = 0; k < 2; k++) {
            int width = width_of(p, &v->rec->shape->fields[k], &v->rec->at[k]);
            if (width > p->widths[k])
                p->widths[k] = width;
        }
    }
}

/* The array part and options of an op's last table. Columns stand on lines of their own,
 * with names, types and options in line. */
static void put_last_table(struct pen *p, const struct rec *r, int indent)
{
    struct entries items = {0}, options = {0}, all = {0};
    bool columns = false;
    for (size_t i = 0; i < r->shape->n_fields; i++) {
        const struct field *f = &r->shape->fields[i];
        if (f->place != PLACE_ITEMS || r->at[i].kind != VAL_LIST)
            continue;
        add_items(p, &items, f, r->at[i].list);
        columns |= f->type == F_RECS && items.n > 0;
    }
    add_options(p, &options, r);
    if (!columns) {
        for (size_t i = 0; i < items.n; i++)
            *add(p, &all) = items.at[i];
        for (size_t i = 0; i < options.n; i++)
            *add(p, &all) = options.at[i];
        put_table(p, all.at, all.n, indent, false, false);
        return;
    }
    measure(p, &items);
    int widths[2] = {p->widths[0], p->widths[1]};
    buf_put(p->b, "{\n");
    for (size_t i = 0; i < items.n + options.n; i++) {
        bool item = i < items.n;
        p->limit = item ? COLUMN_WIDTH : WIDTH;
        for (size_t k = 0; k < 2; k++)
            p->widths[k] = item ? widths[k] : 0;
        buf_repeat(p->b, ' ', (size_t)(indent + STEP));
        put_entry(p, item ? &items.at[i] : &options.at[i - items.n], indent + STEP);
        buf_put(p->b, ",\n");
    }
    p->widths[0] = p->widths[1] = 0;
    buf_repeat(p->b, ' ', (size_t)indent);
    buf_char(p->b, '}');
}

/* ---- values ------------------------------------------------------------------------ */

/* "users", "users.id" or "app.users.id" for a reference that is no more than that. */
static bool put_short_reference(struct pen *p, const struct field *f, const struct rec *r)
{
    if (f->type != F_REF || r->shape != &shape_reference)
        return false;
    for (size_t i = 0; i < r->shape->n_fields; i++) {
        enum key key = r->shape->fields[i].key;
        const struct val *v = &r->at[i];
        if (v->kind == VAL_NONE)
            continue;
        if (key != K_table && key != K_column && key != K_schema)
            return false;
        if (v->kind != VAL_STR || v->s.n == 0 || str_find(v->s, '.') < v->s.n)
            return false;
    }
    struct buf name = buf_in(p->b->arena);
    if (rec_has(r, K_schema) && !rec_has(r, K_column))
        return false;
    if (rec_has(r, K_schema))
        buf_fmt(&name, "%.*s.", STR_ARG(rec_str(r, K_schema)));
    buf_str(&name, rec_str(r, K_table));
    if (rec_has(r, K_column))
        buf_fmt(&name, ".%.*s", STR_ARG(rec_str(r, K_column)));
    put_quoted(p->b, buf_done(&name));
    return true;
}

static void put_record(struct pen *p, const struct field *f, const struct rec *r,
                       int indent)
{
    const struct field *first = &r->shape->fields[0];
    if (f && put_short_reference(p, f, r))
        return;
    /* `true` is an identity as it comes: { } would ask what is missing. */
    bool ambiguous = first->type == F_BOOL || first->type == F_VALUE;
    if (f && f->type == F_REC && is_option(first) && only_first(r) && !ambiguous) {
        if (r->at[0].kind == VAL_NONE && f->key == K_identity) {
            buf_put(p->b, "true");
            return;
        }
        if (is_scalar(&r->at[0])) {
            put_value(p, first, &r->at[0], indent);
            return;
        }
    }
    put_rec(p, r, indent);
}

static void put_list(struct pen *p, const struct field *f, struct list list, int indent)
{
    static const struct field plain = {.type = F_ANY};
    struct entries items = {0};
    add_items(p, &items, f ? f : &plain, list);
    bool rows = f && f->type == F_ROWS && list.n > 1;
    put_table(p, items.at, items.n, indent, rows, false);
}

/* { key = value }; in an order of its own { { "key", value }, ... }. */
static void put_map(struct pen *p, struct map map, int indent)
{
    struct entries list = {0};
    bool sorted = map_is_sorted(&map);
    for (size_t i = 0; i < map.n; i++) {
        struct pair *item = &map.at[i];
        *add(p, &list) = (struct entry){.key = item->key, .val = &item->val};
        if (sorted)
            continue;
        struct val *pair = NEW(p->b->arena, struct val);
        *pair = val_list(p->b->arena, 2);
        pair->list.at[0] = val_str(item->key);
        pair->list.at[1] = item->val;
        list.at[i] = (struct entry){.val = pair};
    }
    put_table(p, list.at, list.n, indent, false, false);
}

static void put_value(struct pen *p, const struct field *f, const struct val *v,
                      int indent)
{
    switch (v->kind) {
    case VAL_NONE:
        buf_put(p->b, "nil");
        break;
    case VAL_NULL:
        buf_fmt(p->b, "%sNULL", p->prefix);
        break;
    case VAL_BOOL:
        buf_put(p->b, v->b ? "true" : "false");
        break;
    case VAL_INT:
        put_int(p->b, v->i);
        break;
    case VAL_NUM:
        put_float(p->b, v->num);
        break;
    case VAL_SQL:
        buf_put(p->b, "sql ");
        put_string(p, v->s);
        break;
    case VAL_STR:
        put_string(p, v->s);
        break;
    case VAL_LIST:
        if (!f && v->list.n == 0) /* {} would be an empty map */
            buf_put(p->b, "db.array {}");
        else
            put_list(p, f, v->list, indent);
        break;
    case VAL_MAP:
        put_map(p, v->map, indent);
        break;
    case VAL_REC:
        put_record(p, f, v->rec, indent);
        break;
    }
}

void render_val(struct buf *b, const struct val *v, int indent)
{
    struct pen p = {.b = b, .prefix = "op.", .limit = WIDTH};
    put_value(&p, NULL, v, indent);
}

/* ---- calls ------------------------------------------------------------------------- */

/* Models name things, migrations make them: model.table for op.create_table. */
static void put_call_name(struct pen *p, const struct op *op)
{
    const char *name = op->info->shape.name, *word = op_model_word(op->info);
    if (word && strcmp(p->prefix, "op.") != 0)
        name = strcmp(word, "function") == 0 ? "func" : word;
    buf_fmt(p->b, "%s%s", p->prefix, name);
}

enum last_table { NO_TABLE, WITH_OPTIONS, WITH_ITEMS };

static enum last_table last_table_of(const struct rec *r)
{
    enum last_table kind = NO_TABLE;
    for (size_t i = 0; i < r->shape->n_fields; i++) {
        const struct field *f = &r->shape->fields[i];
        if (r->at[i].kind == VAL_NONE)
            continue;
        if (f->place == PLACE_ITEMS)
            return WITH_ITEMS;
        if (is_option(f))
            kind = WITH_OPTIONS;
    }
    return kind;
}

/* Arguments that may be left out are, at the end: a table with keys is known by its keys.
 * Before a table with an array part each argument keeps its place. */
static void put_args(struct pen *p, const struct rec *r, int indent)
{
    bool first = true;
    enum last_table last = last_table_of(r);
    size_t n = n_positional(r);
    for (size_t i = 0; i < r->shape->n_fields; i++) {
        const struct field *f = &r->shape->fields[i];
        bool here = f->place == PLACE_ARG || f->place == PLACE_ARG_NIL ||
                    (f->place == PLACE_ARG_MAY && (i < n || last == WITH_ITEMS));
        if (here) {
            buf_sep(p->b, &first, ", ");
            put_value(p, f, &r->at[i], indent);
        }
        if (f->place == PLACE_REST && r->at[i].kind == VAL_LIST)
            for (size_t k = 0; k < r->at[i].list.n; k++) {
                buf_sep(p->b, &first, ", ");
                put_value(p, NULL, &r->at[i].list.at[k], indent);
            }
    }
    if (last != NO_TABLE) {
        buf_sep(p->b, &first, ", ");
        put_last_table(p, r, indent);
    }
}

/* Nothing but a table: op.backfill { ... } needs no parentheses. */
static bool is_only_table(const struct rec *r)
{
    for (size_t i = 0; i < r->shape->n_fields; i++)
        if (!is_option(&r->shape->fields[i]))
            return false;
    return last_table_of(r) != NO_TABLE;
}

void render_op(struct buf *b, const struct op *op, const char *prefix, int indent)
{
    struct pen p = {.b = b, .prefix = prefix, .limit = WIDTH};
    buf_repeat(b, ' ', (size_t)indent);
    put_call_name(&p, op);
    if (is_only_table(op->args)) {
        buf_char(b, ' ');
        put_last_table(&p, op->args, indent);
        return;
    }
    buf_char(b, '(');
    put_args(&p, op->args, indent);
    buf_char(b, ')');
}
