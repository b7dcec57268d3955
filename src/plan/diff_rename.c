#include "plan/diff_rename.h"

#include "plan/diff_follow.h"

#include <string.h>

static bool can_be_renamed(const struct side *s, size_t i)
{
    const struct object *o = &s->catalog->at[i];
    enum op_kind kind = o->create->info->kind;
    return s->other[i] == NOWHERE && s->home[i] != NOWHERE && !s->follows[i] &&
           o->leader == NO_OBJECT && !o->ignored &&
           (is_index_like(o) || kind == OP_create_foreign_key ||
            kind == OP_create_check_constraint);
}

static bool says_the_same(struct differ *d, const struct object *from,
                          const struct object *to)
{
    if (strcmp(from->kind, to->kind) != 0)
        return false;
    struct op as_named = *from->create;
    as_named.args = rec_copy(d->arena, from->create->args);
    rec_set(as_named.args, K_name, *rec_at(to->create->args, K_name));
    return op_eq(&as_named, to->create);
}

/* Names of indexes are the schema's, names of constraints the table's. */
static bool is_taken(const struct side *s, const struct object *o)
{
    for (size_t i = 0; i < s->catalog->n; i++) {
        const struct object *other = &s->catalog->at[i];
        if (!is_column_object(other) && str_eq(other->name, o->name) &&
            str_eq(other->schema, o->schema) &&
            (is_index_like(o) || str_eq(other->table, o->table)))
            return true;
    }
    return false;
}

void match_renamed(struct differ *d)
{
    for (size_t to = 0; to < d->to.catalog->n; to++) {
        const struct object *o = &d->to.catalog->at[to];
        if (!can_be_renamed(&d->to, to))
            continue;
        size_t table = d->to.other[d->to.home[to]];
        size_t from = table == NOWHERE ? NOWHERE : d->from.first_in[table];
        while (from != NOWHERE && !(can_be_renamed(&d->from, from) &&
                                    says_the_same(d, &d->from.catalog->at[from], o)))
            from = d->from.next_in[from];
        if (from != NOWHERE && !is_taken(&d->from, o) &&
            !is_taken(&d->to, &d->from.catalog->at[from]))
            rename_in_place(d, from, to);
    }
}
