/* Views and materialized views, and relations that are not read yet. */
#include "pg/catalog_read.h"

bool read_view(struct reader *r, struct row row)
{
    *PUSH(r->arena, r->out->not_compared.at, r->out->not_compared.n,
          r->out->not_compared.room) =
        str_fmt(r->arena, "%.*s.%.*s", STR_ARG(row_str(row, "schema")),
                STR_ARG(row_str(row, "name")));
    return true;
}
