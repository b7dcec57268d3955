#include "model/catalog.h"

#include "base/hash.h"

#include <string.h>

/* A hash table whose buckets are lists of objects, as their numbers from 1; 0 ends one. */
struct table {
    size_t *heads;
    size_t n_heads; /* a power of two */
    size_t *next;   /* of each object */
};

struct catalog_index {
    struct table by_address, by_identity;
    const struct catalog *catalog; /* its list may move when it grows */
};

static size_t address_hash(struct address at)
{
    uint64_t hash = hash_bytes(HASH_START, &at.class_oid, sizeof at.class_oid);
    hash = hash_bytes(hash, &at.oid, sizeof at.oid);
    return (size_t)hash_bytes(hash, &at.sub, sizeof at.sub);
}

/* A NUL byte ends each part: "a", "bc" is not "ab", "c". */
static size_t identity_hash(const char *kind, str schema, str table, str name)
{
    uint64_t hash = hash_bytes(HASH_START, kind, strlen(kind) + 1);
    hash = hash_bytes(hash_str(hash, schema), "", 1);
    hash = hash_bytes(hash_str(hash, table), "", 1);
    return (size_t)hash_str(hash, name);
}

static struct table table_for(size_t n, struct arena *a)
{
    size_t heads = 16;
    while (heads < n * 2)
        heads *= 2;
    return (struct table){NEW_N(a, size_t, heads), heads, NEW_N(a, size_t, n)};
}

static size_t *bucket(const struct table *t, size_t hash)
{
    return &t->heads[hash & (t->n_heads - 1)];
}

static void table_put(struct table *t, size_t hash, size_t object)
{
    size_t *head = bucket(t, hash);
    t->next[object] = *head;
    *head = object + 1;
}

struct catalog_index *catalog_index(const struct catalog *c, struct arena *a)
{
    struct catalog_index *index = NEW(a, struct catalog_index);
    index->by_address = table_for(c->n, a);
    index->by_identity = table_for(c->n, a);
    for (size_t i = 0; i < c->n; i++) {
        const struct object *o = &c->at[i];
        table_put(&index->by_address, address_hash(o->address), i);
        table_put(&index->by_identity,
                  identity_hash(o->kind, o->schema, o->table, o->name), i);
    }
    index->catalog = c;
    return index;
}

static struct object *at_address(const struct catalog_index *index, struct address at)
{
    const struct table *t = &index->by_address;
    for (size_t i = *bucket(t, address_hash(at)); i; i = t->next[i - 1]) {
        struct object *o = &index->catalog->at[i - 1];
        if (o->address.class_oid == at.class_oid && o->address.oid == at.oid &&
            o->address.sub == at.sub)
            return o;
    }
    return NULL;
}

struct object *catalog_by_address(const struct catalog_index *index, struct address at)
{
    struct object *o = at_address(index, at);
    if (!o && at.sub) {
        at.sub = 0;
        o = at_address(index, at);
    }
    return o;
}

struct object *catalog_by_identity(const struct catalog_index *index, const char *kind,
                                   str schema, str table, str name)
{
    const struct table *t = &index->by_identity;
    size_t i = *bucket(t, identity_hash(kind, schema, table, name));
    for (; i; i = t->next[i - 1]) {
        struct object *o = &index->catalog->at[i - 1];
        if (strcmp(o->kind, kind) == 0 && str_eq(o->schema, schema) &&
            str_eq(o->table, table) && str_eq(o->name, name))
            return o;
    }
    return NULL;
}

struct object *catalog_add(struct catalog *c, struct arena *a)
{
    struct object *o = PUSH(a, c->at, c->n, c->room);
    o->leader = NO_OBJECT;
    return o;
}

void object_needs(struct catalog *c, size_t object, struct need need, struct arena *a)
{
    struct object *o = &c->at[object];
    if (object == need.object)
        return;
    for (size_t i = 0; i < o->n_needs; i++) {
        if (o->needs[i].object == need.object) {
            o->needs[i].automatic |= need.automatic;
            o->needs[i].ends_only &= need.ends_only;
            o->needs[i].of_default &= need.of_default;
            return;
        }
    }
    *PUSH(a, o->needs, o->n_needs, o->needs_room) = need;
}
