#include "model/op.h"

#include <assert.h>
#include <string.h>

static const str words[N_KEYS] = {
#define KEY(word) [K_##word] = {#word, sizeof #word - 1},
#include "model/key.def"
#undef KEY
};

str key_word(enum key k)
{
    return words[k];
}

/* The rows of op.def become arrays of fields: one row of field macros, three endings. */
#define FIELD(key, type, place, shape, words, doc)                                       \
    {K_##key, F_##type, PLACE_##place, shape, words, doc},
#define ARG(key, type, doc) FIELD(key, type, ARG, NULL, NULL, doc)
#define ARG_OF(key, type, of, doc) FIELD(key, type, ARG, &shape_##of, NULL, doc)
#define ARG_IN(key, type, words, doc) FIELD(key, type, ARG, NULL, words, doc)
#define ARG_NIL(key, type, doc) FIELD(key, type, ARG_NIL, NULL, NULL, doc)
#define ARG_NIL_OF(key, type, of, doc) FIELD(key, type, ARG_NIL, &shape_##of, NULL, doc)
#define ARG_NIL_IN(key, type, words, doc) FIELD(key, type, ARG_NIL, NULL, words, doc)
#define ARG_MAY(key, type, doc) FIELD(key, type, ARG_MAY, NULL, NULL, doc)
#define ARG_MAY_OF(key, type, of, doc) FIELD(key, type, ARG_MAY, &shape_##of, NULL, doc)
#define ARG_MAY_IN(key, type, words, doc) FIELD(key, type, ARG_MAY, NULL, words, doc)
#define ITEMS(key, type, doc) FIELD(key, type, ITEMS, NULL, NULL, doc)
#define ITEMS_OF(key, type, of, doc) FIELD(key, type, ITEMS, &shape_##of, NULL, doc)
#define REST(key, type, doc) FIELD(key, type, REST, NULL, NULL, doc)
#define OPT(key, type, doc) FIELD(key, type, OPT, NULL, NULL, doc)
#define OPT_OF(key, type, of, doc) FIELD(key, type, OPT, &shape_##of, NULL, doc)
#define OPT_IN(key, type, words, doc) FIELD(key, type, OPT, NULL, words, doc)
#define MUST(key, type, doc) FIELD(key, type, OPT_MUST, NULL, NULL, doc)
#define MUST_OF(key, type, of, doc) FIELD(key, type, OPT_MUST, &shape_##of, NULL, doc)
#define MUST_IN(key, type, words, doc) FIELD(key, type, OPT_MUST, NULL, words, doc)
#define OPT_NULL(key, type, doc) FIELD(key, type, OPT_NULL, NULL, NULL, doc)
#define OPT_NULL_OF(key, type, of, doc) FIELD(key, type, OPT_NULL, &shape_##of, NULL, doc)
#define OPT_NULL_IN(key, type, words, doc) FIELD(key, type, OPT_NULL, NULL, words, doc)
#define COUNT(array) (sizeof(array) / sizeof *(array))

#define SHAPE(name, doc, ...)                                                            \
    static const struct field fields_of_##name[] = {__VA_ARGS__};
#define OP(name, doc, lock, flags, ...)                                                  \
    static const struct field args_of_##name[] = {__VA_ARGS__};
#include "model/op.def"
#undef SHAPE
#undef OP

#define SHAPE(name, doc, ...)                                                            \
    const struct shape shape_##name = {#name, doc, fields_of_##name,                     \
                                       COUNT(fields_of_##name)};
#define OP(...)
#include "model/op.def"
#undef SHAPE
#undef OP

static const struct op_info infos[N_OPS] = {
#define SHAPE(...)
#define OP(name, doc, lock, flags, ...)                                                  \
    {OP_##name, {#name, doc, args_of_##name, COUNT(args_of_##name)}, lock, flags},
#include "model/op.def"
#undef SHAPE
#undef OP
};

const char *lock_name(enum lock_mode mode)
{
    static const char *const names[] = {
        [LOCK_NONE] = "none",
        [LOCK_ACCESS_SHARE] = "ACCESS SHARE",
        [LOCK_ROW_SHARE] = "ROW SHARE",
        [LOCK_ROW_EXCLUSIVE] = "ROW EXCLUSIVE",
        [LOCK_SHARE_UPDATE_EXCLUSIVE] = "SHARE UPDATE EXCLUSIVE",
        [LOCK_SHARE] = "SHARE",
        [LOCK_SHARE_ROW_EXCLUSIVE] = "SHARE ROW EXCLUSIVE",
        [LOCK_EXCLUSIVE] = "EXCLUSIVE",
        [LOCK_ACCESS_EXCLUSIVE] = "ACCESS EXCLUSIVE",
    };
    return names[mode];
}

const struct op_info *op_info(enum op_kind kind)
{
    assert(kind < N_OPS);
    return &infos[kind];
}

const struct op_info *op_named(str name)
{
    for (size_t i = 0; i < N_OPS; i++)
        if (str_is(name, infos[i].shape.name))
            return &infos[i];
    return NULL;
}

const char *op_model_word(const struct op_info *info)
{
    static const char create[] = "create_", alter[] = "alter_";
    /* Ops that say something of an object, under their own name. */
    static const char *const sayings[] = {
        "execute",          "grant",
        "revoke",           "grant_default_privileges",
        "comment_on",       "grant_role",
        "set_owner",        "revoke_default_privileges",
        "security_label",   "inherit",
        "attach_index",     "attach_partition",
        "enable_rule",      "disable_rule",
        "enable_trigger",   "disable_trigger",
        "cluster_on",       "bulk_insert",
        "replica_identity", "enable_row_security",
        "revoke_role",      "disable_row_security",
    };
    const char *name = info->shape.name;
    if (strncmp(name, create, sizeof create - 1) == 0)
        return name + sizeof create - 1;
    if (strncmp(name, alter, sizeof alter - 1) == 0)
        return name; /* what can only be said once something else is there */
    for (size_t i = 0; i < COUNT(sayings); i++)
        if (strcmp(name, sayings[i]) == 0)
            return name;
    return NULL;
}

struct rec *rec_new(struct arena *a, const struct shape *shape)
{
    struct rec *r = NEW(a, struct rec);
    r->shape = shape;
    r->at = NEW_N(a, struct val, shape->n_fields);
    return r;
}

static struct val *slot(const struct rec *r, enum key k)
{
    for (size_t i = 0; i < r->shape->n_fields; i++)
        if (r->shape->fields[i].key == k)
            return &r->at[i];
    assert(false && "the shape has no such key");
    return NULL;
}

const struct val *rec_at(const struct rec *r, enum key k)
{
    return slot(r, k);
}

bool rec_has(const struct rec *r, enum key k)
{
    return slot(r, k)->kind != VAL_NONE;
}

str rec_str(const struct rec *r, enum key k)
{
    const struct val *v = slot(r, k);
    return v->kind == VAL_STR || v->kind == VAL_SQL ? v->s : STR_NONE;
}

bool rec_bool(const struct rec *r, enum key k)
{
    const struct val *v = slot(r, k);
    return v->kind == VAL_BOOL && v->b;
}

int64_t rec_int(const struct rec *r, enum key k, int64_t otherwise)
{
    const struct val *v = slot(r, k);
    return v->kind == VAL_INT ? v->i : otherwise;
}

struct list rec_list(const struct rec *r, enum key k)
{
    const struct val *v = slot(r, k);
    return v->kind == VAL_LIST ? v->list : (struct list){NULL, 0};
}

void rec_set(struct rec *r, enum key k, struct val v)
{
    *slot(r, k) = v;
}

void rec_add(struct rec *r, enum key k, struct val v, struct arena *a)
{
    struct list before = rec_list(r, k);
    struct val list = val_list(a, before.n + 1);
    for (size_t i = 0; i < before.n; i++)
        list.list.at[i] = before.at[i];
    list.list.at[before.n] = v;
    rec_set(r, k, list);
}

const struct field *shape_field(const struct shape *s, str word)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const str *known = &words[s->fields[i].key];
        if (known->n == word.n && memcmp(known->p, word.p, word.n) == 0)
            return &s->fields[i];
    }
    return NULL;
}

bool rec_eq(const struct rec *a, const struct rec *b)
{
    if (a->shape != b->shape)
        return false;
    for (size_t i = 0; i < a->shape->n_fields; i++)
        if (!val_eq(&a->at[i], &b->at[i]))
            return false;
    return true;
}

struct rec *rec_copy(struct arena *a, const struct rec *r)
{
    struct rec *copy = rec_new(a, r->shape);
    for (size_t i = 0; i < r->shape->n_fields; i++)
        copy->at[i] = val_copy(a, &r->at[i]);
    return copy;
}

void rec_carry(struct rec *to, const struct rec *from)
{
    for (size_t i = 0; i < from->shape->n_fields; i++)
        for (size_t j = 0; j < to->shape->n_fields; j++)
            if (to->shape->fields[j].key == from->shape->fields[i].key)
                to->at[j] = from->at[i];
}

struct op *op_new(struct arena *a, enum op_kind kind)
{
    struct op *op = NEW(a, struct op);
    op->info = op_info(kind);
    op->args = rec_new(a, &op->info->shape);
    return op;
}

bool op_eq(const struct op *a, const struct op *b)
{
    return a->info == b->info && rec_eq(a->args, b->args);
}

struct op *op_copy(struct arena *a, const struct op *op)
{
    struct op *copy = NEW(a, struct op);
    copy->info = op->info;
    copy->args = rec_copy(a, op->args);
    copy->from = op->from;
    if (op->from.file.p)
        copy->from.file = str_copy(a, op->from.file);
    if (op->from.script.p)
        copy->from.script = str_copy(a, op->from.script);
    copy->was = op->was;
    return copy;
}

void ops_add(struct ops *list, struct op *op, struct arena *a)
{
    *PUSH(a, list->at, list->n, list->room) = op;
}
