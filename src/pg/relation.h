/* What the server knows of one relation that a statement names: for plan, which tells how
 * large is what a statement locks. Reads only, and waits for no lock. */
#ifndef MOONSHIFT_PG_RELATION_H
#define MOONSHIFT_PG_RELATION_H

#include "plan/sink.h"

struct relation {
    str name;      /* as the server writes it; an index gives its table. Empty: none */
    int64_t bytes; /* with indexes, TOAST and partitions; -1: not known, it is locked */
    str size;      /* the same for people, "120 MB"; empty: not known */
};

/* Looks a relation up; schema may be empty, then the search path decides. */
bool relation_read(struct sink *s, str schema, str name, struct relation *out,
                   struct arena *a, struct err *e);
struct column_facts {
    str type;    /* as the server writes it; empty: there is no such column */
    bool stored; /* it is GENERATED ... STORED */
};
bool relation_column(struct sink *s, str schema, str name, str column,
                     struct column_facts *out, struct arena *a, struct err *e);

#endif
