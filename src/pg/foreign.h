/* The tables in which other tools record what is applied: dbmate, golang-migrate, goose,
 * Flyway. They are read, never written. */
#ifndef MOONSHIFT_PG_FOREIGN_H
#define MOONSHIFT_PG_FOREIGN_H

#include "plan/sink.h"

enum foreign_state {
    FOREIGN_APPLIED,
    FOREIGN_UP_TO,  /* this version, and all before it */
    FOREIGN_FAILED, /* began and did not end: "dirty" */
};

struct foreign_row {
    str version;
    enum foreign_state state;
};

struct foreign {
    str table; /* with schema, quoted */
    struct foreign_row *at;
    size_t n;
};

/* The table that a tool uses unless told otherwise; NULL for a tool that has none. */
const char *foreign_table(str tool);
/* Reads `table`, a name as SQL has it. The tool must have a table. */
bool foreign_read(struct sink *s, str tool, str table, struct foreign *out,
                  struct arena *a, struct err *e);

#endif
