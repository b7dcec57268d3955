/* Tables, columns, constraints, indexes, rows: how they are undone. */
#include "plan/undo.h"

UNDO_AS(create_table, drop_table)
UNDO_NONE(drop_table, "its columns are not known")
UNDO_SWAP(rename_table, name, new_name)

struct op *reverse_create_table_comment(struct undo *u)
{
    const struct rec *r = u->op->args;
    if (rec_at(r, K_existing_comment)->kind == VAL_STR)
        return undo_swap(u, K_comment, K_existing_comment);
    struct op *back = undo_as(u, OP_drop_table_comment);
    rec_set(back->args, K_existing_comment, *rec_at(r, K_comment));
    return back;
}

struct op *reverse_drop_table_comment(struct undo *u)
{
    const struct rec *r = u->op->args;
    if (rec_at(r, K_existing_comment)->kind != VAL_STR)
        return undo_none(u, "existing_comment is not given");
    struct op *back = undo_as(u, OP_create_table_comment);
    rec_set(back->args, K_comment, *rec_at(r, K_existing_comment));
    rec_set(back->args, K_existing_comment, (struct val){.kind = VAL_NONE});
    return back;
}

struct op *reverse_add_column(struct undo *u)
{
    struct op *back = undo_as(u, OP_drop_column);
    const struct rec *column = rec_at(u->op->args, K_column)->rec;
    rec_set(back->args, K_column, *rec_at(column, K_name));
    return back;
}

UNDO_NONE(drop_column, "its type is not known")

static const struct {
    enum key key, before;
    const char *missing;
} alterations[] = {
    {K_type, K_existing_type, "existing_type is not given"},
    {K_default, K_existing_default, "existing_default is not given"},
    {K_comment, K_existing_comment, "existing_comment is not given"},
    {K_generated, K_existing_generated, "existing_generated is not given"},
    {K_storage, K_existing_storage, "existing_storage is not given"},
    {K_compression, K_existing_compression, "existing_compression is not given"},
    {K_statistics, K_existing_statistics, "existing_statistics is not given"},
    {K_options, K_existing_options, "existing_options is not given"},
};

static bool undo_identity(struct undo *u, struct op *back)
{
    const struct val *now = rec_at(u->op->args, K_identity);
    const struct val *before = rec_at(u->op->args, K_existing_identity);
    if (now->kind == VAL_NULL && before->kind != VAL_REC) {
        undo_none(u, "existing_identity is not given");
        return false;
    }
    if (now->kind == VAL_REC && rec_has(now->rec, K_restart)) {
        undo_none(u, "the value before restart is not known");
        return false;
    }
    rec_set(back->args, K_identity, before->kind == VAL_REC ? *before : val_null());
    rec_set(back->args, K_existing_identity, *now);
    return true;
}

struct op *reverse_alter_column(struct undo *u)
{
    const struct rec *r = u->op->args;
    struct op *back = op_copy(u->a, u->op);
    if (rec_at(r, K_generated)->kind == VAL_NULL)
        return undo_none(u, "a stored expression cannot be put back in place");
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        const struct val *now = rec_at(r, alterations[i].key);
        const struct val *before = rec_at(r, alterations[i].before);
        if (now->kind == VAL_NONE)
            continue;
        if (before->kind == VAL_NONE || map_lost(now, before).p)
            return undo_none(u, alterations[i].missing);
        rec_set(back->args, alterations[i].before, *now);
        rec_set(back->args, alterations[i].key,
                alterations[i].key == K_options ? map_before(now, before, u->a)
                                                : *before);
    }
    rec_set(back->args, K_using, *rec_at(r, K_existing_using));
    rec_set(back->args, K_existing_using, *rec_at(r, K_using));
    rec_set(back->args, K_collate, *rec_at(r, K_existing_collate));
    rec_set(back->args, K_existing_collate, *rec_at(r, K_collate));
    if (rec_has(r, K_nullable)) {
        bool nullable = rec_bool(r, K_nullable);
        bool before = rec_has(r, K_existing_nullable) ? rec_bool(r, K_existing_nullable)
                                                      : !nullable;
        rec_set(back->args, K_nullable, val_bool(before));
        rec_set(back->args, K_existing_nullable, val_bool(nullable));
    }
    if (rec_has(r, K_identity) && !undo_identity(u, back))
        return NULL;
    if (rec_has(r, K_new_column_name)) {
        rec_set(back->args, K_column, *rec_at(r, K_new_column_name));
        rec_set(back->args, K_new_column_name, *rec_at(r, K_column));
    }
    return back;
}

struct op *reverse_create_index(struct undo *u)
{
    if (!rec_has(u->op->args, K_name) && rec_bool(u->op->args, K_concurrently))
        return undo_none(u, "without a name it cannot be dropped concurrently");
    return undo_named(u, OP_drop_index);
}

UNDO_NONE(drop_index, "its columns are not known")

static struct op *undo_key(struct undo *u)
{
    if (rec_has(u->op->args, K_using_index))
        return undo_none(u, "the index would go with the constraint");
    return undo_named(u, OP_drop_constraint);
}

struct op *reverse_create_primary_key(struct undo *u)
{
    struct op *back = undo_key(u);
    if (back)
        rec_set(back->args, K_nullable, *rec_at(u->op->args, K_existing_nullable));
    return back;
}

struct op *reverse_create_unique_constraint(struct undo *u)
{
    return undo_key(u);
}

struct op *reverse_create_foreign_key(struct undo *u)
{
    return undo_named(u, OP_drop_constraint);
}

struct op *reverse_create_check_constraint(struct undo *u)
{
    return undo_named(u, OP_drop_constraint);
}

struct op *reverse_create_exclude_constraint(struct undo *u)
{
    return undo_named(u, OP_drop_constraint);
}

UNDO_NONE(drop_constraint, "what it checked is not known")
UNDO_SWAP(rename_constraint, name, new_name)
UNDO_EXISTING(alter_constraint)
UNDO_NEUTRAL(validate_constraint)

UNDO_SWAP(rename_index, name, new_name)

/* The target of a key stands beside `existing`, which is about the whole index. */
struct op *reverse_alter_index(struct undo *u)
{
    const struct rec *r = u->op->args;
    bool keyed = rec_has(r, K_statistics);
    if (keyed && !rec_has(r, K_existing_statistics))
        return undo_none(u, "existing_statistics is not given");
    struct op *back = keyed && !rec_has(r, K_with) && !rec_has(r, K_tablespace)
                          ? op_copy(u->a, u->op)
                          : undo_existing(u);
    if (back && keyed) {
        rec_set(back->args, K_statistics, *rec_at(r, K_existing_statistics));
        rec_set(back->args, K_existing_statistics, *rec_at(r, K_statistics));
    }
    return back;
}

UNDO_NONE(attach_index, "PostgreSQL cannot detach an index: dropping that of the "
                        "partitioned table takes it along")
UNDO_NEUTRAL(reindex)

UNDO_SWAP(rename_column, column, new_name)
UNDO_EXISTING(alter_table)
UNDO_AS(inherit, no_inherit)
UNDO_AS(no_inherit, inherit)

struct op *reverse_attach_partition(struct undo *u)
{
    struct op *back = undo_as(u, OP_detach_partition);
    rec_set(back->args, K_existing_bound, *rec_at(u->op->args, K_bound));
    return back;
}

struct op *reverse_detach_partition(struct undo *u)
{
    if (!rec_has(u->op->args, K_existing_bound))
        return undo_none(u, "existing_bound is not given");
    struct op *back = undo_as(u, OP_attach_partition);
    rec_set(back->args, K_bound, *rec_at(u->op->args, K_existing_bound));
    return back;
}

struct op *reverse_enable_row_security(struct undo *u)
{
    struct op *back = undo_as(u, OP_disable_row_security);
    bool forced = rec_bool(u->op->args, K_force);
    rec_set(back->args, K_force,
            forced ? val_bool(false) : (struct val){.kind = VAL_NONE});
    return back;
}

/* Forced while it is off: what is taken back is the force. */
struct op *reverse_disable_row_security(struct undo *u)
{
    bool given = rec_has(u->op->args, K_force), forced = rec_bool(u->op->args, K_force);
    struct op *back =
        undo_as(u, forced ? OP_disable_row_security : OP_enable_row_security);
    if (given)
        rec_set(back->args, K_force, val_bool(!forced));
    return back;
}

struct op *reverse_replica_identity(struct undo *u)
{
    if (!rec_has(u->op->args, K_existing_identity))
        return undo_none(u, "existing_identity is not given");
    return undo_swap(u, K_identity, K_existing_identity);
}

/* Without existing_index none was set before. */
UNDO_SWAP(cluster_on, index, existing_index)

UNDO_NONE(execute, "the text may do anything; write downgrade()")
UNDO_NONE(bulk_insert, "the rows may have been changed since; write downgrade()")
UNDO_NONE(upsert, "what the rows held before is not kept; write downgrade()")
UNDO_NONE(backfill, "what the rows held before is not kept; write downgrade()")
