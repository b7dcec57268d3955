/* Schemas, extensions and types. */
#include "pg/catalog_read.h"

void read_schemas(struct reader *r)
{
    struct rows rows = answer_rows(r, "schemas");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        struct object *o = add_named(r, row, "schema", OP_create_schema, CLASS_NAMESPACE);
        o->owner = row_str(row, "owner");
        /* public comes with the database, with an owner and a comment of its own. */
        o->follows = str_is(o->name, "public");
    }
}

void read_extensions(struct reader *r)
{
    struct rows rows = answer_rows(r, "extensions");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        struct object *o = add_object(r, "extension", OP_create_extension,
                                      CLASS_EXTENSION, row_oid(row, "oid"));
        o->name = row_str(row, "name");
        o->definition = row_str(row, "installed");
        set_str(o->create->args, K_name, row, "name");
        set_str(o->create->args, K_version, row, "version");
        set_str(o->create->args, K_comment, row, "comment");
        set_schema(r, o->create->args, K_schema, row_str(row, "schema"));
    }
}

static void read_enum(struct reader *r, struct row row)
{
    static const struct pick picks[] = {{K_values, "labels", AS_NAMES}, {0, NULL, 0}};
    struct object *o = add_named(r, row, "enum", OP_create_enum, CLASS_TYPE);
    o->owner = row_str(row, "owner");
    set_picks(r, o->create->args, row, picks);
    if (!rec_has(o->create->args, K_values))
        rec_set(o->create->args, K_values, val_list(r->arena, 0));
}

static void read_domain(struct reader *r, struct row row)
{
    static const struct pick picks[] = {{K_type, "base_type", AS_TYPE},
                                        {K_default, "default_value", AS_SQL},
                                        {K_collate, "collation", AS_TEXT},
                                        {0, NULL, 0}};
    struct object *o = add_named(r, row, "domain", OP_create_domain, CLASS_TYPE);
    o->owner = row_str(row, "owner");
    set_picks(r, o->create->args, row, picks);
    if (row_bool(row, "not_null"))
        rec_set(o->create->args, K_nullable, val_bool(false));
}

static void read_composite(struct reader *r, struct row row)
{
    struct object *o = add_named(r, row, "type", OP_create_composite_type, CLASS_TYPE);
    o->owner = row_str(row, "owner");
    size_t type = r->out->n - 1;
    unsigned relation = row_oid(row, "relation");
    *PUSH(r->arena, r->relations, r->n_relations, r->relations_room) =
        (struct relation){.oid = relation,
                          .kind = 'c',
                          .schema = o->schema,
                          .name = o->name,
                          .object = type};
    add_alias(r, (struct address){CLASS_CLASS, relation, 0}, type);
}

static void read_range(struct reader *r, struct row row)
{
    static const struct pick picks[] = {{K_subtype, "subtype", AS_TYPE},
                                        {K_opclass, "subtype_opclass", AS_TEXT},
                                        {K_collate, "range_collation", AS_TEXT},
                                        {K_canonical, "canonical", AS_TEXT},
                                        {K_subtype_diff, "subtype_diff", AS_TEXT},
                                        {K_multirange_name, "multirange", AS_TEXT},
                                        {0, NULL, 0}};
    struct object *o = add_named(r, row, "range type", OP_create_range_type, CLASS_TYPE);
    o->owner = row_str(row, "owner");
    set_picks(r, o->create->args, row, picks);
    if (!row_null(row, "multirange_oid"))
        add_alias(r, (struct address){CLASS_TYPE, row_oid(row, "multirange_oid"), 0},
                  r->out->n - 1);
}

void read_types(struct reader *r)
{
    struct rows rows = answer_rows(r, "types");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        switch (row_char(row, "kind")) {
        case 'e':
            read_enum(r, row);
            break;
        case 'd':
            read_domain(r, row);
            break;
        case 'c':
            read_composite(r, row);
            break;
        default:
            read_range(r, row);
        }
    }
}
