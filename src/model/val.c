#include "model/val.h"

#include "model/op.h"

#include <stdlib.h>

struct val val_null(void)
{
    return (struct val){.kind = VAL_NULL};
}

struct val val_bool(bool b)
{
    return (struct val){.kind = VAL_BOOL, .b = b};
}

struct val val_int(int64_t i)
{
    return (struct val){.kind = VAL_INT, .i = i};
}

struct val val_num(double num)
{
    return (struct val){.kind = VAL_NUM, .num = num};
}

struct val val_str(str s)
{
    return (struct val){.kind = VAL_STR, .s = s};
}

struct val val_sql(str s)
{
    return (struct val){.kind = VAL_SQL, .s = s};
}

struct val val_list(struct arena *a, size_t n)
{
    return (struct val){.kind = VAL_LIST, .list = {NEW_N(a, struct val, n), n}};
}

struct val val_map(struct arena *a, size_t n)
{
    return (struct val){.kind = VAL_MAP, .map = {NEW_N(a, struct pair, n), n}};
}

struct val val_rec(struct rec *rec)
{
    return (struct val){.kind = VAL_REC, .rec = rec};
}

struct val val_strs(struct arena *a, const str *at, size_t n)
{
    struct val v = val_list(a, n);
    for (size_t i = 0; i < n; i++)
        v.list.at[i] = val_str(at[i]);
    return v;
}

const struct val *val_get(const struct val *v, str key)
{
    static const struct val absent = {.kind = VAL_NONE};
    if (v->kind == VAL_MAP)
        for (size_t i = 0; i < v->map.n; i++)
            if (str_eq(v->map.at[i].key, key))
                return &v->map.at[i].val;
    return &absent;
}

bool list_has(struct list list, str text)
{
    for (size_t i = 0; i < list.n; i++)
        if (str_eq(list.at[i].s, text))
            return true;
    return false;
}

static bool list_eq(struct list a, struct list b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (!val_eq(&a.at[i], &b.at[i]))
            return false;
    return true;
}

static bool map_eq(const struct val *a, const struct val *b)
{
    if (a->map.n != b->map.n)
        return false;
    for (size_t i = 0; i < a->map.n; i++)
        if (!val_eq(&a->map.at[i].val, val_get(b, a->map.at[i].key)))
            return false;
    return true;
}

bool val_eq(const struct val *a, const struct val *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case VAL_NONE:
    case VAL_NULL:
        return true;
    case VAL_BOOL:
        return a->b == b->b;
    case VAL_INT:
        return a->i == b->i;
    case VAL_NUM: /* NaN is equal to itself here: it is the same text */
        return a->num == b->num || (a->num != a->num && b->num != b->num);
    case VAL_STR:
    case VAL_SQL:
        return str_eq(a->s, b->s);
    case VAL_LIST:
        return list_eq(a->list, b->list);
    case VAL_MAP:
        return map_eq(a, b);
    case VAL_REC:
        return rec_eq(a->rec, b->rec);
    }
    return false;
}

struct val val_copy(struct arena *a, const struct val *v)
{
    struct val copy = *v;
    switch (v->kind) {
    case VAL_STR:
    case VAL_SQL:
        copy.s = str_copy(a, v->s);
        break;
    case VAL_LIST:
        copy = val_list(a, v->list.n);
        for (size_t i = 0; i < v->list.n; i++)
            copy.list.at[i] = val_copy(a, &v->list.at[i]);
        break;
    case VAL_MAP:
        copy = val_map(a, v->map.n);
        for (size_t i = 0; i < v->map.n; i++) {
            copy.map.at[i].key = str_copy(a, v->map.at[i].key);
            copy.map.at[i].val = val_copy(a, &v->map.at[i].val);
        }
        break;
    case VAL_REC:
        copy.rec = rec_copy(a, v->rec);
        break;
    default:
        break;
    }
    return copy;
}

static int by_key(const void *a, const void *b)
{
    return str_cmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

void map_sort(struct map *m)
{
    if (m->n > 1)
        qsort(m->at, m->n, sizeof *m->at, by_key);
}

bool map_is_sorted(const struct map *m)
{
    for (size_t i = 1; i < m->n; i++)
        if (by_key(&m->at[i - 1], &m->at[i]) > 0)
            return false;
    return true;
}
