/* Privileges and default privileges, as what differs from the built-in defaults. */
#include "pg/catalog_read.h"

#include <string.h>

/* What GRANT calls the object, and the object's own parts of the call. `column` is empty
 * but for a privilege of one column. */
static str name_target(struct reader *r, struct rec *g, const struct object *target,
                       str kind, str column)
{
    rec_set(g, K_kind, val_str(kind));
    if (target->address.class_oid != CLASS_NAMESPACE)
        set_schema(r, g, K_schema, target->schema);
    if (column.n)
        rec_set(g, K_columns, val_strs(r->arena, &column, 1));
    if (target->address.class_oid != CLASS_PROC)
        return target->address.sub ? target->table : target->name;
    size_t paren = str_find(target->name, '(');
    rec_set(g, K_arguments,
            val_str(str_cut(target->name, paren + 1, target->name.n - 1)));
    return str_cut(target->name, 0, paren);
}

static void set_parties(struct reader *r, struct rec *g, struct row row)
{
    struct strs roles = {0};
    strs_add(&roles, row_str(row, "grantee"), r->arena);
    set_names(r, g, K_roles, roles);
    set_names(r, g, K_privileges, row_strs(row, "privileges", r->arena));
}

static void read_object_grants(struct reader *r)
{
    struct rows rows = answer_rows(r, "grants");
    struct catalog_index *index = catalog_index(r->out, r->arena);
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        struct address at = {row_oid(row, "class"), row_oid(row, "oid"),
                             (int)row_int(row, "sub")};
        const struct object *found = catalog_by_address(index, at);
        if (!found)
            continue;
        size_t target = (size_t)(found - r->out->at);
        bool taken = row_bool(row, "taken");
        struct object *o =
            add_object(r, taken ? "revoke" : "grant", taken ? OP_revoke : OP_grant,
                       CLASS_GRANT, (unsigned)i);
        const struct object *t = &r->out->at[target];
        struct rec *g = o->create->args;
        str column = row_str(row, "column_name");
        str name = name_target(r, g, t, row_str(row, "kind"), column);
        rec_set(g, K_names, val_strs(r->arena, &name, 1));
        set_parties(r, g, row);
        bool grantable = row_bool(row, "grantable");
        if (!taken)
            set_true(g, K_with_grant_option, grantable);
        o->schema = t->schema;
        str table = t->address.sub ? t->table : t->name;
        o->name = str_fmt(
            r->arena, "%.*s %.*s%s%.*s to %.*s%s", STR_ARG(row_str(row, "kind")),
            STR_ARG(table), column.n ? "." : "", STR_ARG(column),
            STR_ARG(row_str(row, "grantee")), grantable ? " with grant option" : "");
        object_needs(r->out, r->out->n - 1, (struct need){target, .automatic = true},
                     r->arena);
    }
}

static void read_default_privileges(struct reader *r)
{
    static const char *const kinds[] = {"tables", "sequences", "functions",
                                        "types",  "schemas",   "large objects"};
    struct rows rows = answer_rows(r, "default_privileges");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        bool taken = row_bool(row, "taken"), grantable = row_bool(row, "grantable");
        struct object *o =
            add_object(r, taken ? "default revoke" : "default privilege",
                       taken ? OP_revoke_default_privileges : OP_grant_default_privileges,
                       CLASS_DEFAULT_GRANT, (unsigned)i);
        struct rec *g = o->create->args;
        set_letter(g, K_kind, row, "kind", "rSfTnL", kinds);
        set_parties(r, g, row);
        struct strs one = {0};
        strs_add(&one, row_str(row, "role"), r->arena);
        if (!str_eq(row_str(row, "role"), r->out->current_user))
            set_names(r, g, K_for_role, one);
        if (!row_null(row, "schema")) {
            struct strs schema = {0};
            strs_add(&schema, row_str(row, "schema"), r->arena);
            set_names(r, g, K_in_schema, schema);
        }
        if (!taken)
            set_true(g, K_with_grant_option, grantable);
        o->schema = row_str(row, "schema");
        o->name = str_fmt(r->arena, "%.*s of %.*s to %.*s%s", STR_ARG(rec_str(g, K_kind)),
                          STR_ARG(row_str(row, "role")), STR_ARG(row_str(row, "grantee")),
                          grantable ? " with grant option" : "");
    }
}

void read_grants(struct reader *r)
{
    read_object_grants(r);
    read_default_privileges(r);
}
