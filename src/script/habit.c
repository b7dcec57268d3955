#include "script/habit.h"

static const struct {
    const char *word, *key, *note;
} habits[] = {
    {"server_default", "default", NULL},
    {"existing_server_default", "existing_default", NULL},
    {"modify_server_default", "default", NULL},
    {"type_", "type", NULL},
    {"sa_type", "type", NULL},
    {"column_type", "type", NULL},
    {"name", "new_column_name", NULL},
    {"new_name", "new_column_name", NULL},
    {"ondelete", "on_delete", NULL},
    {"onupdate", "on_update", NULL},
    {"source_schema", "schema", NULL},
    {"referent_cols", "referent_columns", NULL},
    {"remote_cols", "referent_columns", NULL},
    {"local_cols", "columns", NULL},
    {"postgresql_using", "using", NULL},
    {"computed", "generated", NULL},
    {"null", "nullable", NULL},
    {"not_null", "nullable", NULL},
    {"notnull", "nullable", NULL},
    {"required", "nullable", NULL},
    {"pk", "primary_key", NULL},
    {"primary", "primary_key", NULL},
    {"fk", "references", NULL},
    {"foreign_key", "references", NULL},
    {"check_constraint", "check", NULL},
    {"uniques", "unique", NULL},
    {"unique_constraints", "unique", NULL},
    {"check_constraints", "checks", NULL},
    {"exclude_constraints", "excludes", NULL},
    {"method", "using", NULL},
    {"with_check", "check", NULL},
    {"for_", "command", NULL},
    {"to", "roles", NULL},
    {"condition", "where", NULL},
    {"autoincrement", "identity", "write identity = true"},
    {"postgresql_ops", NULL, "write the key as { \"column\", opclass = \"...\" }"},
    {"existing_autoincrement", NULL, "it can be left out: PostgreSQL knows it"},
    {"existing_server_onupdate", NULL, "it can be left out: PostgreSQL knows it"},
    {"onupdate_default", NULL, "PostgreSQL has no such thing: write a trigger"},
    {"batch", NULL, "PostgreSQL alters tables in place: no batch mode is needed"},
    {"mysql_engine", NULL, "it is an option of MySQL"},
    {"mysql_charset", NULL, "it is an option of MySQL"},
};

static str candidate(str word, const str *candidates, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(word, candidates[i]))
            return candidates[i];
    return STR_NONE;
}

struct habit habit_of(str word, const str *candidates, size_t n)
{
    static const str prefix = {"postgresql_", sizeof "postgresql_" - 1};
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
        if (!str_is(word, habits[i].word))
            continue;
        str key =
            habits[i].key ? candidate(str_of(habits[i].key), candidates, n) : STR_NONE;
        if (key.p || !habits[i].key)
            return (struct habit){key, habits[i].note};
    }
    if (str_starts(word, prefix)) {
        str key = candidate(str_cut(word, prefix.n, word.n), candidates, n);
        if (key.p)
            return (struct habit){key, NULL};
    }
    return (struct habit){str_nearest(word, candidates, n), NULL};
}
