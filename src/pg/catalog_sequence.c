/* Sequences: those of identity columns are part of their column, the others objects. */
#include "pg/catalog_read.h"

#include <string.h>

/* What PostgreSQL takes when nothing is said (CREATE SEQUENCE in the manual). */
struct range {
    int64_t min, max;
};

static struct range range_of(str type, bool ascends)
{
    int64_t most = str_is(type, "smallint")  ? INT16_MAX
                   : str_is(type, "integer") ? INT32_MAX
                                             : INT64_MAX;
    return ascends ? (struct range){1, most} : (struct range){-most - 1, -1};
}

/* Sets what is not the default. */
void set_sequence_options(struct rec *rec, struct row row)
{
    int64_t increment = row_int(row, "increment");
    struct range usual = range_of(row_str(row, "type"), increment > 0);
    int64_t min = row_int(row, "min_value"), max = row_int(row, "max_value");
    int64_t start = row_int(row, "start"), cache = row_int(row, "cache");
    if (increment != 1)
        rec_set(rec, K_increment, val_int(increment));
    if (min != usual.min)
        rec_set(rec, K_min_value, val_int(min));
    if (max != usual.max)
        rec_set(rec, K_max_value, val_int(max));
    if (start != (increment > 0 ? min : max))
        rec_set(rec, K_start, val_int(start));
    if (cache != 1)
        rec_set(rec, K_cache, val_int(cache));
    set_true(rec, K_cycle, row_bool(row, "cycle"));
}

/* The sequence's own name is written down when it is not TABLE_COLUMN_seq. */
static void set_identity(struct reader *r, struct row row, struct object *column)
{
    struct rec *c = rec_at(column->create->args, K_column)->rec;
    struct rec *identity = rec_new(r->arena, &shape_identity);
    if (column->always)
        rec_set(identity, K_generated, val_str(STR("always")));
    set_sequence_options(identity, row);
    str usual =
        str_fmt(r->arena, "%.*s_%.*s_seq", STR_ARG(column->table), STR_ARG(column->name));
    if (!str_is(row_str(row, "name"), usual.p))
        rec_set(identity, K_sequence_name, val_str(row_str(row, "name")));
    if (!str_eq(row_str(row, "schema"), column->schema))
        rec_set(identity, K_sequence_schema, val_str(row_str(row, "schema")));
    rec_set(c, K_identity, val_rec(identity));
    rec_set(c, K_nullable,
            (struct val){.kind = VAL_NONE}); /* identity implies NOT NULL */
}

/* The column that owns a sequence is said apart: the sequence comes before the table, the
 * ownership after. */
static void add_ownership(struct reader *r, struct row row, const struct object *sequence,
                          const struct object *column)
{
    size_t owned = (size_t)(sequence - r->out->at);
    size_t owner = column ? (size_t)(column - r->out->at) : owned;
    struct object *o = add_object(r, "sequence owner", OP_alter_sequence, 0, 0);
    o->schema = r->out->at[owned].schema;
    o->name = r->out->at[owned].name;
    struct rec *args = o->create->args;
    struct rec *by = rec_new(r->arena, &shape_owned_by);
    rec_set(by, K_table, val_str(row_str(row, "owned_table")));
    rec_set(by, K_column, val_str(row_str(row, "owned_column")));
    set_schema(r, by, K_schema, row_str(row, "owned_schema"));
    set_str(args, K_name, row, "name");
    set_schema(r, args, K_schema, o->schema);
    rec_set(args, K_owned_by, val_rec(by));
    struct rec *existing = rec_new(r->arena, &shape_sequence_options);
    rec_set(existing, K_owned_by, val_null());
    rec_set(args, K_existing, val_rec(existing));
    size_t at = r->out->n - 1;
    object_needs(r->out, at, (struct need){owned, .automatic = true}, r->arena);
    object_needs(r->out, at, (struct need){owner, .automatic = true}, r->arena);
    r->out->at[at].address = (struct address){0, row_oid(row, "oid"), 0};
}

static void read_sequence(struct reader *r, struct row row, const struct object *column)
{
    size_t at_column = column ? (size_t)(column - r->out->at) : 0;
    struct object *o = add_named(r, row, "sequence", OP_create_sequence, CLASS_CLASS);
    struct rec *args = o->create->args;
    o->owner = row_str(row, "owner");
    if (!str_is(row_str(row, "type"), "bigint"))
        set_str(args, K_type, row, "type");
    set_sequence_options(args, row);
    set_true(args, K_unlogged, row_bool(row, "unlogged"));
    if (row_char(row, "owned_how") == 'a')
        add_ownership(r, row, o, column ? &r->out->at[at_column] : NULL);
}

void read_sequences(struct reader *r)
{
    struct rows rows = answer_rows(r, "sequences");
    struct catalog_index *index = catalog_index(r->out, r->arena);
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        struct address owner = {CLASS_CLASS, row_oid(row, "owned_relation"),
                                (int)row_int(row, "owned_number")};
        struct object *column = catalog_by_address(index, owner);
        if (row_char(row, "owned_how") == 'i') {
            if (column && column->address.sub)
                set_identity(r, row, column);
            continue;
        }
        read_sequence(r, row, column);
    }
}
