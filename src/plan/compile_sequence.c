/* Sequences. */
#include "plan/write.h"

static void put_owned_by(struct pen *p, const struct rec *r)
{
    const struct val *owner = rec_at(r, K_owned_by);
    if (owner->kind == VAL_REC)
        put_form(p, owner->rec, " OWNED BY {schema.table}.{column}");
    else if (owner->kind == VAL_NULL)
        put(p, " OWNED BY NONE");
}

static void put_cycle(struct pen *p, const struct rec *r)
{
    if (rec_has(r, K_cycle))
        put(p, rec_bool(r, K_cycle) ? " CYCLE" : " NO CYCLE");
}

static void put_bounds(struct pen *p, const struct rec *r)
{
    if (rec_at(r, K_min_value)->kind == VAL_NULL)
        put(p, " NO MINVALUE");
    else
        put_form(p, r, "[min_value: MINVALUE {min_value}]");
    if (rec_at(r, K_max_value)->kind == VAL_NULL)
        put(p, " NO MAXVALUE");
    else
        put_form(p, r, "[max_value: MAXVALUE {max_value}]");
}

bool compile_create_sequence(struct pen *p, const struct rec *r)
{
    if (rec_bool(r, K_temporary) && rec_bool(r, K_unlogged))
        return pen_fail(p, "temporary and unlogged exclude each other");
    put_form(p, r,
             "CREATE[unlogged: UNLOGGED][temporary: TEMPORARY] SEQUENCE"
             "[if_not_exists: IF NOT EXISTS] {schema.name}[type: AS {type}]"
             "[increment: INCREMENT BY {increment}]");
    put_bounds(p, r);
    put_form(p, r, "[start: START WITH {start}][cache: CACHE {cache}]");
    put_cycle(p, r);
    put_owned_by(p, r);
    pen_end(p, 0);
    return pen_comment(p, r, "SEQUENCE {schema.name}");
}

FORM(drop_sequence, "DROP SEQUENCE[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")
FORM(rename_sequence,
     "ALTER SEQUENCE[if_exists: IF EXISTS] {schema.name} RENAME TO {new_name}")

bool compile_alter_sequence(struct pen *p, const struct rec *r)
{
    const struct val *restart = rec_at(r, K_restart);
    if (restart->kind != VAL_NONE && restart->kind != VAL_BOOL &&
        restart->kind != VAL_INT)
        return pen_fail(p, "restart must be true or an integer");
    put_form(p, r, "ALTER SEQUENCE {schema.name}");
    size_t before = p->b.n;
    put_form(p, r, "[type: AS {type}][increment: INCREMENT BY {increment}]");
    put_bounds(p, r);
    put_form(p, r, "[start: START WITH {start}]");
    if (restart->kind == VAL_BOOL)
        put(p, restart->b ? " RESTART" : "");
    else
        put_form(p, r, "[restart: RESTART WITH {restart}]");
    put_form(p, r, "[cache: CACHE {cache}]");
    put_cycle(p, r);
    put_owned_by(p, r);
    if (p->b.n > before)
        pen_end(p, 0);
    else
        p->b = buf_in(p->a);
    if (rec_has(r, K_unlogged))
        pen_stmt(p, r,
                 "ALTER SEQUENCE {schema.name} SET "
                 "[unlogged:UNLOGGED][!unlogged:LOGGED]");
    return p->ok;
}
