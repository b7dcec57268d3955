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
    {"func", "execute", NULL},
    {"function", "execute", NULL},
    {"function", "func", NULL},
    {"procedure", "execute", NULL},
    {"procedure", "func", NULL},
    {"end", "finish", NULL},
    {"leftarg", "left", NULL},
    {"rightarg", "right", NULL},
    {"admin", "with_admin_option", NULL},
    {"stopwords", "options",
     "it is an option of the template: options = { stopwords = ... }"},
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

#define AS_SQL "write it as SQL: op.execute(\"...\")"
#define BY_NAME "a constraint goes by its name: op.drop_constraint(name, table)"
#define CHANGE "write op.alter_column(table, column, { ... }): type, nullable, default"

static const struct {
    const char *word, *note;
} op_habits[] = {
    {"batch_alter_table", "PostgreSQL alters tables in place: call op.add_column, "
                          "op.alter_column and so on themselves"},
    {"get_bind",
     "rows are read by db.query, db.one, db.scalar; statements run by op.execute"},
    {"get_context",
     "autocommit_block() is op.autocommit(function() ... end); ctx tells of "
     "the run: ctx.offline"},
    {"inline_literal",
     "write the string itself: where a value is expected it is a literal"},
    {"run_async", "nothing is awaited here: write the calls themselves"},
    {"invoke", "write the call of the operation itself"},
    {"add_table", "write op.create_table"},
    {"create_column", "write op.add_column(table, { name, type })"},
    {"remove_column", "write op.drop_column"},
    {"delete_column", "write op.drop_column"},
    {"change_column", CHANGE},
    {"modify_column", CHANGE},
    {"set_not_null", CHANGE},
    {"drop_not_null", CHANGE},
    {"set_default", CHANGE},
    {"drop_default", CHANGE},
    {"add_index", "write op.create_index(name, table, { columns })"},
    {"add_foreign_key", "write op.create_foreign_key"},
    {"create_fk", "write op.create_foreign_key"},
    {"add_constraint", "write op.create_check_constraint, op.create_unique_constraint, "
                       "op.create_foreign_key, op.create_primary_key"},
    {"create_constraint",
     "write op.create_check_constraint, op.create_unique_constraint, "
     "op.create_foreign_key, op.create_primary_key"},
    {"drop_foreign_key", BY_NAME},
    {"drop_primary_key", BY_NAME},
    {"drop_unique_constraint", BY_NAME},
    {"drop_check_constraint", BY_NAME},
    {"drop_exclude_constraint", BY_NAME},
    {"create_type",
     "write op.create_enum, op.create_composite_type, op.create_range_type "
     "or op.create_domain"},
    {"alter_type", "write op.add_enum_value, op.replace_enum or op.alter_attribute"},
    {"alter_enum", "write op.add_enum_value, op.rename_enum_value or op.replace_enum"},
    {"drop_enum_value",
     "PostgreSQL cannot drop one: op.replace_enum makes the type anew"},
    {"drop_composite_type", "write op.drop_type"},
    {"drop_range_type", "write op.drop_type"},
    {"create_partition", "write op.create_table(name, { partition_of = { parent, \"for "
                         "values ...\" } })"},
    {"create_comment",
     "write op.create_table_comment, or op.comment_on for anything else"},
    {"set_comment", "write op.create_table_comment, or op.comment_on for anything else"},
    {"change_owner", "write op.set_owner(kind, name, owner)"},
    {"alter_owner", "write op.set_owner(kind, name, owner)"},
    {"create_func", "write op.create_function"},
    {"enable_rls", "write op.enable_row_security"},
    {"disable_rls", "write op.disable_row_security"},
    {"refresh_view", "write op.refresh_materialized_view"},
    {"insert", "write op.bulk_insert(table, rows), or op.execute"},
    {"update", "write op.execute, or op.backfill for many rows"},
    {"delete", AS_SQL},
    {"truncate", AS_SQL},
    {"vacuum", AS_SQL ", inside op.autocommit(function() ... end)"},
    {"analyze", AS_SQL},
    {"cluster", AS_SQL},
    {"lock", AS_SQL},
    {"create_role", AS_SQL},
    {"create_user", AS_SQL},
    {"exec", AS_SQL},
    {"run", AS_SQL},
    {"run_sql", AS_SQL},
    {"query", "rows are read by db.query, db.one and db.scalar"},
    {"sql", "sql \"...\" stands by itself, without op"},
};

const char *habit_of_op(str word)
{
    for (size_t i = 0; i < sizeof op_habits / sizeof *op_habits; i++)
        if (str_is(word, op_habits[i].word))
            return op_habits[i].note;
    return NULL;
}
