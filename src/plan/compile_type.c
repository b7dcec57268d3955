/* Types. */
#include "plan/write.h"

bool compile_create_enum(struct pen *p, const struct rec *r)
{
    bool first = true;
    struct list values = rec_list(r, K_values);
    put_form(p, r, "CREATE TYPE {schema.name} AS ENUM (");
    for (size_t i = 0; i < values.n; i++) {
        buf_sep(&p->b, &first, ", ");
        put_literal(p, values.at[i].s);
    }
    put(p, ")");
    pen_end(p, 0);
    return pen_comment(p, r, "TYPE {schema.name}");
}

FORM(drop_enum, "DROP TYPE[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")
FORM(rename_enum, "ALTER TYPE {schema.name} RENAME TO {new_name}")
FORM(add_enum_value, "ALTER TYPE {schema.name} ADD VALUE[if_not_exists: IF NOT EXISTS] {value}"
                     "[before: BEFORE {before}][after: AFTER {after}]")
FORM(rename_enum_value, "ALTER TYPE {schema.name} RENAME VALUE {value} TO {new_value}")
