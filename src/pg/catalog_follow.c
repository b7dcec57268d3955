/* What partitions and children have from their parents: who follows whom. */
#include "pg/catalog_read.h"

#include <string.h>

void add_leader(struct reader *r, size_t object, struct address address)
{
    *PUSH(r->arena, r->leaders, r->n_leaders, r->leaders_room) =
        (struct alias){address, object};
}

/* The object of the same kind and name in a parent table. */
static size_t in_parent(const struct reader *r, const struct catalog_index *index,
                        const struct object *o, const struct rec *parent, enum key name)
{
    str schema =
        rec_has(parent, K_schema) ? rec_str(parent, K_schema) : r->out->default_schema;
    const struct object *leader =
        catalog_by_identity(index, o->kind, schema, rec_str(parent, name), o->name);
    return leader ? (size_t)(leader - r->out->at) : NO_OBJECT;
}

/* Columns and checks have no pointer to the parent's: their name is the link. */
static size_t named_leader(const struct reader *r, const struct catalog_index *index,
                           const struct object *o)
{
    const struct object *table =
        catalog_by_identity(index, "table", o->schema, STR_NONE, o->table);
    if (!table)
        return NO_OBJECT;
    const struct val *partition = rec_at(table->create->args, K_partition_of);
    if (partition->kind == VAL_REC)
        return in_parent(r, index, o, partition->rec, K_table);
    struct list parents = rec_list(table->create->args, K_inherits);
    for (size_t i = 0; i < parents.n; i++) {
        size_t leader = in_parent(r, index, o, parents.at[i].rec, K_name);
        if (leader != NO_OBJECT)
            return leader;
    }
    return NO_OBJECT;
}

void read_leaders(struct reader *r, const struct catalog_index *index)
{
    for (size_t i = 0; i < r->n_leaders; i++) {
        size_t follower = r->leaders[i].object;
        size_t leader = object_of(r, index, r->leaders[i].address);
        enum op_kind kind = r->out->at[follower].create->info->kind;
        if (kind != OP_enable_trigger && kind != OP_disable_trigger)
            r->out->at[follower].leader = leader;
        else if (leader != NO_OBJECT)
            object_needs(r->out, follower, (struct need){leader, .automatic = true},
                         r->arena);
    }
    for (size_t i = 0; i < r->out->n; i++) {
        struct object *o = &r->out->at[i];
        if ((o->follows || o->shared) && o->leader == NO_OBJECT && o->table.n)
            o->leader = named_leader(r, index, o);
    }
}
