/* Columns whose type changes under them: what stands in the way of that, and the detour
 * of a column whose type is made anew. Its values are kept: they wait in the type that is
 * under the old one, or in text. */
#include "plan/diff_alter.h"
#include "plan/diff_follow.h"
#include "plan/quote.h"

#include <string.h>

static bool is_among(const char *kind, const char *const *kinds)
{
    for (; *kinds; kinds++)
        if (strcmp(kind, *kinds) == 0)
            return true;
    return false;
}

bool is_upset_by(const struct differ *d, size_t dependent, size_t altered)
{
    /* 0A000, "cannot alter type of a column used by ..." */
    static const char *const always[] = {"view",      "materialized view", "rule",
                                         "policy",    "trigger",           "function",
                                         "procedure", "publication",       NULL};
    /* What PostgreSQL makes anew from its text, which may not fit the type on the way. */
    static const char *const drastic[] = {"index", "exclude constraint",
                                          "check constraint", NULL};
    const struct object *o = &d->from.catalog->at[dependent];
    bool of_column = is_column_object(&d->from.catalog->at[altered]);
    enum retype how = d->retypes[altered].how;
    if (d->from.catalog->at[altered].create->info->kind == OP_create_composite_type)
        return is_among(o->kind, always);
    if (!of_column)
        return !is_column_object(o);
    if (is_column_object(o))
        return rec_has(column_of(o), K_generated);
    return is_among(o->kind, always) ||
           (how >= RETYPE_WITH_TYPE && strcmp(o->kind, "foreign key") == 0) ||
           (how >= RETYPE_BY_TEXT && is_among(o->kind, drastic));
}

/* A column of its own that is there before and after. */
static bool stays(const struct differ *d, size_t column)
{
    size_t twin = d->from.other[column], table = d->from.table_of[column];
    const struct object *o = &d->from.catalog->at[column];
    return is_column_object(o) && twin != NOWHERE && !d->from.follows[column] &&
           !d->to.follows[twin] && !rec_has(column_of(o), K_generated) &&
           !rec_has(column_of(&d->to.catalog->at[twin]), K_generated) &&
           (table == NOWHERE || d->from.fate[table] == FATE_KEPT ||
            d->from.fate[table] == FATE_ALTERED);
}

static bool needs(const struct catalog *c, size_t object, size_t needed)
{
    for (size_t i = 0; i < c->at[object].n_needs; i++)
        if (c->at[object].needs[i].object == needed)
            return true;
    return false;
}

bool keeps_values(const struct differ *d, size_t type, size_t column)
{
    const struct object *o = &d->from.catalog->at[type];
    return stays(d, column) && !is_column_object(o) && type != d->from.table_of[column] &&
           o->create->info->kind != OP_create_table;
}

bool outlives(const struct differ *d, size_t column, size_t needed)
{
    while (d->from.follows[column] && d->from.follows[needed] &&
           d->from.catalog->at[column].leader != NO_OBJECT &&
           d->from.catalog->at[needed].leader != NO_OBJECT) {
        column = d->from.catalog->at[column].leader;
        needed = d->from.catalog->at[needed].leader;
    }
    size_t twin = d->from.other[column], other = d->from.other[needed];
    if (twin == NOWHERE || d->from.fate[column] != FATE_ALTERED ||
        (other != NOWHERE && needs(d->to.catalog, twin, other)))
        return false;
    for (size_t i = 0; i < d->alters[twin].n; i++) {
        const struct op *op = d->alters[twin].at[i];
        if (op->info->kind == OP_alter_column && rec_has(op->args, K_generated))
            return true;
    }
    return false;
}

static bool is_word_part(char c)
{
    return c == '_' || c == '$' || c == '"' || (c >= '0' && c <= '9') ||
           (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

/* Does the table's partition key name the column? 42P16: such a column keeps its type. */
static bool is_partition_key(const struct differ *d, size_t column)
{
    size_t table = d->from.table_of[column];
    const struct rec *t =
        table == NOWHERE ? NULL : d->from.catalog->at[table].create->args;
    if (!t || !shape_field(t->shape, STR("partition_by")) || !rec_has(t, K_partition_by))
        return false;
    struct buf b = buf_in(d->arena);
    quote_ident(&b, d->from.catalog->at[column].name);
    str name = buf_done(&b), key = rec_str(t, K_partition_by);
    for (size_t at = 0; at < key.n; at++) {
        at += str_index(str_cut(key, at, key.n), name);
        if (at < key.n && (at == 0 || !is_word_part(key.p[at - 1])) &&
            (at + name.n >= key.n || !is_word_part(key.p[at + name.n])))
            return true;
    }
    return false;
}

/* A partitioned table is made anew when its key cannot stay. */
static void lose_partitioned(struct differ *d, size_t column)
{
    lose_object(d, d->from.table_of[column], FATE_DROPPED);
}

/* Does the old one cast into the new one without being told how? */
static enum retype how_retyped(const struct differ *d, size_t column)
{
    const struct rec *old = column_of(&d->from.catalog->at[column]);
    const struct rec *new = column_of(&d->to.catalog->at[d->from.other[column]]);
    return converts_by_itself(rec_str(old, K_type), rec_str(new, K_type))
               ? RETYPE_IN_PLACE
               : RETYPE_BY_TEXT;
}

void retype_altered(struct differ *d)
{
    for (size_t i = 0; i < d->from.catalog->n; i++) {
        size_t twin = d->from.other[i];
        if (twin != NOWHERE && d->upsets[twin] &&
            is_column_object(&d->from.catalog->at[i]))
            d->retypes[i].how = how_retyped(d, i);
        if (d->retypes[i].how != RETYPE_NONE && is_partition_key(d, i))
            lose_partitioned(d, i);
    }
}

bool retype_column(struct differ *d, size_t type, size_t column, bool type_goes)
{
    struct retyping *r = &d->retypes[column];
    size_t twin = d->from.other[column], new_type = d->from.other[type];
    if (r->how < RETYPE_WITH_TYPE && is_partition_key(d, column)) {
        lose_partitioned(d, column);
        return true;
    }
    if (!type_goes) {
        if (r->how >= RETYPE_WITH_TYPE)
            return false;
        *r = (struct retyping){RETYPE_WITH_TYPE, false, type};
        return true;
    }
    /* Altered to a type that stays: no detour. */
    if (r->detour || new_type == NOWHERE || !needs(d->to.catalog, twin, new_type))
        return false;
    *r = (struct retyping){RETYPE_BY_TEXT, true, type};
    d->from.fate[column] = d->to.fate[twin] = FATE_ALTERED;
    d->upsets[twin] = true;
    return true;
}

/* Where the values wait: under a domain lies a type that has no part in this. */
static str waiting_type(const struct differ *d, size_t column)
{
    const struct object *type = &d->from.catalog->at[d->retypes[column].type];
    str said = rec_str(column_of(&d->from.catalog->at[column]), K_type),
        base = STR("text");
    bool apart = strcmp(type->kind, "domain") == 0;
    for (size_t i = 0; apart && i < type->n_needs; i++)
        apart = d->from.fate[type->needs[i].object] == FATE_KEPT;
    if (apart)
        base = rec_str(type->create->args, K_type);
    return str_ends(said, STR("[]")) ? str_fmt(d->arena, "%.*s[]", STR_ARG(base)) : base;
}

/* The column on its way: without default, in the type of the detour. */
static struct object on_the_way(struct differ *d, const struct object *column, str type)
{
    struct object o = *column;
    o.create = op_copy(d->arena, column->create);
    struct rec *c = rec_at(o.create->args, K_column)->rec;
    rec_set(c, K_default, (struct val){.kind = VAL_NONE});
    if (type.n) {
        rec_set(c, K_type, val_str(type));
        rec_set(c, K_collate, (struct val){.kind = VAL_NONE});
    }
    return o;
}

/* Rows wait as text, which has no names: the old type gets as many attributes as the new
 * one has before. */
static void even_attributes(struct differ *d, size_t type)
{
    size_t to = d->from.other[type];
    struct object *old = &d->from.catalog->at[type];
    const struct object *new = to == NOWHERE ? NULL : &d->to.catalog->at[to];
    if (!new || old->create->info->kind != OP_create_composite_type || d->early[to].n ||
        old->create->info != new->create->info)
        return;
    add_and_drop_attributes(d, old, new, &d->early[to]);
}

void part_detours(struct differ *d)
{
    for (size_t i = 0; i < d->from.catalog->n; i++) {
        if (!d->retypes[i].detour || d->from.fate[i] != FATE_ALTERED)
            continue;
        size_t to = d->from.other[i];
        bool upsets;
        const struct object *old = &d->from.catalog->at[i];
        struct object bare = on_the_way(d, old, STR_NONE);
        struct object text = on_the_way(d, old, waiting_type(d, i));
        even_attributes(d, d->retypes[i].type);
        d->bare[i] = false;
        d->early[to].n = d->alters[to].n = 0;
        alter_columns(d, old, &bare, &d->early[to], &upsets);
        alter_columns(d, &bare, &text, &d->early[to], &upsets);
        alter_columns(d, &text, &d->to.catalog->at[to], &d->alters[to], &upsets);
    }
}
