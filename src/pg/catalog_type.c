/* Schemas, extensions and types. */
#include "pg/catalog_read.h"

bool read_schemas(struct reader *r)
{
    struct rows rows;
    if (!read_query(r, "schemas", &rows))
        return false;
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        struct object *o =
            add_object(r, "schema", OP_create_schema, CLASS_NAMESPACE, row_oid(row, "oid"));
        o->name = row_str(row, "name");
        o->owner = row_str(row, "owner");
        /* public comes with the database, with an owner and a comment of its own. */
        o->follows = str_is(o->name, "public");
        set_str(o->create->args, K_name, row, "name");
        set_str(o->create->args, K_comment, row, "comment");
    }
    return true;
}

bool read_extensions(struct reader *r)
{
    struct rows rows;
    if (!read_query(r, "extensions", &rows))
        return false;
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        struct object *o = add_object(r, "extension", OP_create_extension, CLASS_EXTENSION,
                                      row_oid(row, "oid"));
        o->name = row_str(row, "name");
        set_str(o->create->args, K_name, row, "name");
        set_schema(r, o->create->args, K_schema, row_str(row, "schema"));
        o->definition = row_str(row, "version");
    }
    return true;
}

static void read_enum(struct reader *r, struct row row)
{
    struct object *o =
        add_object(r, "enum", OP_create_enum, CLASS_TYPE, row_oid(row, "oid"));
    o->schema = row_str(row, "schema");
    o->name = row_str(row, "name");
    o->owner = row_str(row, "owner");
    struct strs labels = row_strs(row, "labels", r->arena);
    set_schema(r, o->create->args, K_schema, o->schema);
    set_str(o->create->args, K_name, row, "name");
    rec_set(o->create->args, K_values, val_strs(r->arena, labels.at, labels.n));
    set_str(o->create->args, K_comment, row, "comment");
}

bool read_types(struct reader *r)
{
    struct rows rows;
    if (!read_query(r, "types", &rows))
        return false;
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        switch (row_char(row, "kind")) {
        case 'e':
            read_enum(r, row);
            break;
        default:
            break;
        }
    }
    return true;
}
