/* Schemas and extensions. */
#include "plan/write.h"

bool compile_create_schema(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r,
             "CREATE SCHEMA[if_not_exists: IF NOT EXISTS] {name}"
             "[owner: AUTHORIZATION {owner}]");
    return pen_comment(p, r, "SCHEMA {name}");
}

FORM(drop_schema, "DROP SCHEMA[if_exists: IF EXISTS] {name}[cascade: CASCADE]")
FORM(rename_schema, "ALTER SCHEMA {name} RENAME TO {new_name}")

bool compile_create_extension(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r,
             "CREATE EXTENSION[if_not_exists: IF NOT EXISTS] {name}"
             "[schema: SCHEMA {schema}][version: VERSION {version}][cascade: CASCADE]");
    return pen_comment(p, r, "EXTENSION {name}");
}

FORM(drop_extension, "DROP EXTENSION[if_exists: IF EXISTS] {name}[cascade: CASCADE]")

bool compile_alter_extension(struct pen *p, const struct rec *r)
{
    if (!rec_has(r, K_version) && !rec_bool(r, K_update) && !rec_has(r, K_schema))
        return pen_fail(p, "nothing to change: give update, version or schema");
    if (rec_has(r, K_version) || rec_bool(r, K_update))
        pen_stmt(p, r, "ALTER EXTENSION {name} UPDATE[version: TO {version}]");
    if (rec_has(r, K_schema))
        pen_stmt(p, r, "ALTER EXTENSION {name} SET SCHEMA {schema}");
    return p->ok;
}
