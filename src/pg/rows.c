/* Results of the server, copied out of libpq. */
#include "pg/conn_inner.h"

void rows_shape(const PGresult *r, struct rows *out, struct arena *a)
{
    int columns = PQnfields(r);
    *out = (struct rows){.n_columns = (size_t)columns};
    out->names = NEW_N(a, str, out->n_columns);
    out->types = NEW_N(a, unsigned, out->n_columns);
    for (int i = 0; i < columns; i++) {
        out->names[i] = str_copy(a, str_of(PQfname(r, i)));
        out->types[i] = PQftype(r, i);
    }
    out->tag = str_copy(a, str_of(PQcmdStatus((PGresult *)r)));
}

void rows_copy(const PGresult *r, struct rows *out, struct arena *a)
{
    rows_shape(r, out, a);
    int rows = PQntuples(r), columns = PQnfields(r);
    out->n_rows = (size_t)rows;
    out->cells = NEW_N(a, struct cell, out->n_rows * out->n_columns);
    struct cell *cell = out->cells;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++, cell++) {
            cell->null = PQgetisnull(r, i, j);
            if (!cell->null)
                cell->text =
                    str_copy(a, (str){PQgetvalue(r, i, j), (size_t)PQgetlength(r, i, j)});
        }
}
