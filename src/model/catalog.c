#include "model/catalog.h"

#include <string.h>

struct slot {
    size_t object;
    size_t next; /* index + 1 of the next slot of the same bucket; 0 at the end */
};

struct table {
    size_t *heads; /* index + 1 of the first slot */
    size_t n_heads;
    struct slot *slots;
    size_t n;
};

struct catalog_index {
    struct table by_address, by_identity;
    const struct catalog *catalog; /* its list may move when it grows */
};

static size_t mix(size_t hash, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * (size_t)1099511628211u; /* FNV-1a */
    return hash;
}

static size_t address_hash(struct address at)
{
    size_t hash = mix(14695981039346656037u, &at.class_oid, sizeof at.class_oid);
    hash = mix(hash, &at.oid, sizeof at.oid);
    return mix(hash, &at.sub, sizeof at.sub);
}

static size_t identity_hash(const char *kind, str schema, str table, str name)
{
    size_t hash = mix(14695981039346656037u, kind, strlen(kind) + 1);
    hash = mix(mix(hash, schema.p, schema.n), "", 1);
    hash = mix(mix(hash, table.p, table.n), "", 1);
    return mix(hash, name.p, name.n);
}

static struct table table_for(size_t n, struct arena *a)
{
    size_t heads = 16;
    while (heads < n * 2)
        heads *= 2;
    return (struct table){NEW_N(a, size_t, heads), heads, NEW_N(a, struct slot, n), 0};
}

static void table_put(struct table *t, size_t hash, size_t object)
{
    size_t *head = &t->heads[hash & (t->n_heads - 1)];
    t->slots[t->n] = (struct slot){object, *head};
    *head = ++t->n;
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
    size_t i = t->heads[address_hash(at) & (t->n_heads - 1)];
    for (; i; i = t->slots[i - 1].next) {
        struct object *o = &index->catalog->at[t->slots[i - 1].object];
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
    size_t i = t->heads[identity_hash(kind, schema, table, name) & (t->n_heads - 1)];
    for (; i; i = t->slots[i - 1].next) {
        struct object *o = &index->catalog->at[t->slots[i - 1].object];
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
