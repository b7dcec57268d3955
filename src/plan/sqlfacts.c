/* Facts about one statement, read from the parse tree that libpg_query prints as JSON. An
 * absent member means zero, false or empty there. */
#include "plan/sqltext.h"

#include <cjson/cJSON.h>
#include <pg_query.h>
#include <string.h>

struct reader {
    struct sql_facts *out;
    struct arena *arena;
    size_t tables_room, actions_room;
    str *ctes; /* WITH names: look like relations, are none */
    size_t n_ctes, ctes_room;
};

static const cJSON *get(const cJSON *node, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(node, key);
}

static str text_of(struct reader *r, const cJSON *node, const char *key)
{
    const cJSON *v = get(node, key);
    return cJSON_IsString(v) ? str_copy(r->arena, str_of(v->valuestring)) : STR_NONE;
}

static bool is_text(const cJSON *node, const char *key, const char *text)
{
    const cJSON *v = get(node, key);
    return cJSON_IsString(v) && strcmp(v->valuestring, text) == 0;
}

static bool is_true(const cJSON *node, const char *key)
{
    return cJSON_IsTrue(get(node, key));
}

/* Nodes in lists stand under their type's name: { "String": { "sval": "x" } }. */
static const char *sval(const cJSON *node)
{
    const cJSON *v = get(get(node, "String"), "sval");
    return cJSON_IsString(v) ? v->valuestring : NULL;
}

/* The option `name` of a list of DefElem, or NULL. */
static const cJSON *option(const cJSON *list, const char *name)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        if (is_text(get(item, "DefElem"), "defname", name))
            return get(item, "DefElem");
    }
    return NULL;
}

/* A boolean option as defGetBoolean reads it: alone it is true; words that are key words
 * arrive as type names (off), others as strings. */
static bool option_is_false(const cJSON *list, const char *name)
{
    static const char *const words[] = {"false", "off", "no", "0"};
    const cJSON *arg = get(option(list, name), "arg");
    if (!arg)
        return false;
    const char *word = sval(arg);
    if (!word)
        word = sval(cJSON_GetArrayItem(get(get(arg, "TypeName"), "names"), 0));
    for (size_t i = 0; word && i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    const cJSON *number = get(arg, "Integer");
    const cJSON *value = get(number, "ival");
    return number && (!value || value->valueint == 0);
}

static void add_table(struct reader *r, str schema, str name)
{
    struct sql_facts *f = r->out;
    for (size_t i = 0; schema.n == 0 && i < r->n_ctes; i++)
        if (str_eq(r->ctes[i], name))
            return;
    for (size_t i = 0; i < f->n_tables; i++)
        if (str_eq(f->tables[i].schema, schema) && str_eq(f->tables[i].name, name))
            return;
    struct sql_table *t = PUSH(r->arena, f->tables, f->n_tables, r->tables_room);
    *t = (struct sql_table){schema, name};
}

static void find_ctes(struct reader *r, const cJSON *node)
{
    const cJSON *child;
    cJSON_ArrayForEach(child, node) {
        if (child->string && strcmp(child->string, "ctename") == 0)
            *PUSH(r->arena, r->ctes, r->n_ctes, r->ctes_room) =
                text_of(r, node, "ctename");
        find_ctes(r, child);
    }
}

/* Every relation below a node: objects with a "relname" are RangeVars. */
static void find_tables(struct reader *r, const cJSON *node)
{
    if (get(node, "relname"))
        add_table(r, text_of(r, node, "schemaname"), text_of(r, node, "relname"));
    const cJSON *child;
    cJSON_ArrayForEach(child, node)
        find_tables(r, child);
}

/* { "List": { "items": [String, String] } }: the last two words of a dotted name. */
static struct sql_table dotted_name(struct reader *r, const cJSON *node)
{
    const cJSON *items = get(get(node, "List"), "items");
    if (!items)
        items = get(get(node, "ObjectWithArgs"), "objname");
    if (!items)
        items = get(get(node, "TypeName"), "names");
    int n = cJSON_GetArraySize(items);
    const char *name = n ? sval(cJSON_GetArrayItem(items, n - 1)) : sval(node);
    const char *schema = n > 1 ? sval(cJSON_GetArrayItem(items, n - 2)) : NULL;
    return (struct sql_table){str_copy(r->arena, str_of(schema)),
                              str_copy(r->arena, str_of(name))};
}

/* A list of String nodes. */
static void read_names(struct reader *r, const cJSON *list, struct sql_action *action)
{
    int n = cJSON_GetArraySize(list);
    if (n == 0)
        return;
    action->columns = NEW_N(r->arena, str, (size_t)n);
    action->n_columns = (size_t)n;
    for (int i = 0; i < n; i++)
        action->columns[i] =
            str_copy(r->arena, str_of(sval(cJSON_GetArrayItem(list, i))));
}

/* The column of a bare reference, or NULL. */
static const char *bare_column(const cJSON *node)
{
    const cJSON *fields = get(get(node, "ColumnRef"), "fields");
    return cJSON_GetArraySize(fields) == 1 ? sval(cJSON_GetArrayItem(fields, 0)) : NULL;
}

static void read_check(struct reader *r, const cJSON *c, struct sql_action *action)
{
    const cJSON *test = get(get(c, "raw_expr"), "NullTest");
    const char *column = bare_column(get(test, "arg"));
    if (!column || !is_text(test, "nulltesttype", "IS_NOT_NULL"))
        return;
    action->flags |= ACTION_IS_NOT_NULL;
    action->columns = NEW(r->arena, str);
    action->columns[0] = str_copy(r->arena, str_of(column));
    action->n_columns = 1;
}

static void read_constraint(struct reader *r, const cJSON *c, struct sql_action *action)
{
    static const struct {
        const char *kind, *columns;
        unsigned flag;
    } kinds[] = {
        {"CONSTR_PRIMARY", "keys", ACTION_PRIMARY},
        {"CONSTR_UNIQUE", "keys", ACTION_UNIQUE},
        {"CONSTR_FOREIGN", "fk_attrs", ACTION_FOREIGN},
        {"CONSTR_CHECK", NULL, ACTION_CHECK},
    };
    action->constraint = text_of(r, c, "contype");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_is(action->constraint, kinds[i].kind)) {
            action->flags |= kinds[i].flag;
            if (kinds[i].columns)
                read_names(r, get(c, kinds[i].columns), action);
            else
                read_check(r, c, action);
        }
    if (!action->name.n)
        action->name = text_of(r, c, "conname");
    const cJSON *pk = get(c, "pktable");
    if (pk)
        action->references =
            (struct sql_table){text_of(r, pk, "schemaname"), text_of(r, pk, "relname")};
    if (is_true(c, "skip_validation"))
        action->flags |= ACTION_NOT_VALID;
    if (get(c, "indexname"))
        action->flags |= ACTION_USING_INDEX;
}

/* Is there anything in an expression but constants and casts of them? */
static bool is_computed(const cJSON *node)
{
    static const char *const calls[] = {"FuncCall", "SQLValueFunction", "SubLink"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (node->string && strcmp(node->string, calls[i]) == 0)
            return true;
    const cJSON *child;
    cJSON_ArrayForEach(child, node) {
        if (is_computed(child))
            return true;
    }
    return false;
}

/* Does an expression call a function that is not known to give the same value for every
 * row of a statement? Only such a default makes ADD COLUMN rewrite the table (manual,
 * ALTER TABLE, Notes). Functions of the user's are volatile unless declared otherwise. */
static bool is_volatile(const cJSON *node)
{
    static const char steady[] =
        "now|transaction_timestamp|statement_timestamp|timezone|date_trunc|"
        "date_part|extract|make_date|make_interval|make_timestamp|"
        "make_timestamptz|to_timestamp|to_date|age|lower|upper|concat|"
        "coalesce|abs|round|floor|ceil|length|md5|replace|substr|format|"
        "encode|decode|current_setting|current_schema|current_database|"
        "to_jsonb|jsonb_build_object|jsonb_build_array|json_build_object|"
        "json_build_array|to_tsvector|array_fill|string_to_array|int4range|"
        "int8range|daterange|tsrange|tstzrange|numrange";
    const cJSON *names = get(get(node, "FuncCall"), "funcname");
    if (names) {
        const char *name = sval(cJSON_GetArrayItem(names, cJSON_GetArraySize(names) - 1));
        if (!name || !str_among(str_of(name), steady))
            return true;
    }
    const cJSON *child;
    cJSON_ArrayForEach(child, node) {
        if (is_volatile(child))
            return true;
    }
    return false;
}

/* "varchar(50)[]": the parser's name of the type with its modifiers. */
static void put_type(struct buf *b, const cJSON *type, const char *name)
{
    const cJSON *item, *mods = get(type, "typmods");
    bool first = true;
    buf_put(b, name);
    enum { INTERVAL_FULL_RANGE = 0x7fff };
    bool open = false;
    cJSON_ArrayForEach(item, mods) {
        /* interval(3) comes as a mask of all fields and the precision */
        const cJSON *mask = get(get(get(item, "A_Const"), "ival"), "ival");
        if (item == mods->child && strcmp(name, "interval") == 0 && mask &&
            mask->valueint == INTERVAL_FULL_RANGE)
            continue;
        if (!open)
            buf_char(b, '(');
        open = true;
        const cJSON *constant = get(item, "A_Const"), *number = get(constant, "ival");
        const cJSON *value = get(number, "ival"),
                    *text = get(get(constant, "sval"), "sval");
        buf_sep(b, &first, ",");
        if (cJSON_IsString(text))
            buf_put(b, text->valuestring);
        else if (number)
            buf_fmt(b, "%d", value ? value->valueint : 0);
        else
            buf_char(b, '?');
    }
    if (open)
        buf_char(b, ')');
    cJSON_ArrayForEach(item, get(type, "arrayBounds"))
        buf_put(b, "[]");
}

/* Is the new value of a column just the old one, cast or not? */
static bool is_plain_using(const cJSON *expr, str column)
{
    const cJSON *arg = get(get(expr, "TypeCast"), "arg");
    const char *name = bare_column(arg ? arg : expr);
    return name && str_is(column, name);
}

static void read_type(struct reader *r, const cJSON *column, struct sql_action *action)
{
    const cJSON *type = get(column, "typeName"), *names = get(type, "names");
    const char *name = sval(cJSON_GetArrayItem(names, cJSON_GetArraySize(names) - 1));
    action->type = str_copy(r->arena, str_of(name));
    if (!name)
        return;
    struct buf b = buf_in(r->arena);
    put_type(&b, type, name);
    action->full_type = buf_done(&b);
    /* smallserial and the like are no types but a default that draws from a sequence */
    if (strstr(name, "serial"))
        action->flags |= ACTION_NOT_NULL | ACTION_DEFAULT | ACTION_COMPUTED |
                         ACTION_VOLATILE | ACTION_SERIAL;
}

static void read_column(struct reader *r, const cJSON *column, struct sql_action *action)
{
    str changed = action->name; /* ALTER COLUMN: the definition has no name of its own */
    action->name = text_of(r, column, "colname");
    read_type(r, column, action);
    if (get(column, "raw_default") &&
        !is_plain_using(get(column, "raw_default"), changed))
        action->flags |= ACTION_USING;
    const cJSON *item;
    cJSON_ArrayForEach(item, get(column, "constraints")) {
        const cJSON *c = get(item, "Constraint");
        if (is_text(c, "contype", "CONSTR_NOTNULL"))
            action->flags |= ACTION_NOT_NULL;
        else if (is_text(c, "contype", "CONSTR_DEFAULT"))
            action->flags |= ACTION_DEFAULT | (is_computed(c) ? ACTION_COMPUTED : 0u) |
                             (is_volatile(c) ? ACTION_VOLATILE : 0u);
        else if (is_text(c, "contype", "CONSTR_GENERATED"))
            action->flags |= ACTION_GENERATED;
        else if (is_text(c, "contype", "CONSTR_IDENTITY"))
            action->flags |= ACTION_GENERATED | ACTION_IDENTITY;
        else
            read_constraint(r, c, action);
    }
}

/* A column definition or constraint, as a list item or below an ALTER TABLE step. */
static void read_definition(struct reader *r, const cJSON *def, struct sql_action *action)
{
    const cJSON *column = get(def, "ColumnDef"), *constraint = get(def, "Constraint");
    str name = action->name;
    if (column)
        read_column(r, column, action);
    else if (constraint)
        read_constraint(r, constraint, action);
    if (!action->name.n)
        action->name = name;
}

static struct sql_action *add_action(struct reader *r, str kind, str name)
{
    struct sql_facts *f = r->out;
    struct sql_action *action = PUSH(r->arena, f->actions, f->n_actions, r->actions_room);
    action->kind = kind;
    action->name = name;
    return action;
}

static void read_alter_table(struct reader *r, const cJSON *body)
{
    const cJSON *relation = get(body, "relation"), *item;
    if (relation && !is_true(relation, "inh"))
        r->out->flags |= SQL_ONLY;
    cJSON_ArrayForEach(item, get(body, "cmds")) {
        const cJSON *cmd = get(item, "AlterTableCmd");
        struct sql_action *action =
            add_action(r, text_of(r, cmd, "subtype"), text_of(r, cmd, "name"));
        read_definition(r, get(cmd, "def"), action);
        if (is_true(get(get(cmd, "def"), "PartitionCmd"), "concurrent")) {
            r->out->flags |= SQL_CONCURRENTLY | SQL_NO_TX;
            action->flags |= ACTION_CONCURRENTLY;
        }
        if (is_text(cmd, "behavior", "DROP_CASCADE"))
            r->out->flags |= SQL_CASCADE;
    }
}

static void read_create_table(struct reader *r, const cJSON *body)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, get(body, "tableElts")) {
        str kind = item->child ? str_of(item->child->string) : STR_NONE;
        read_definition(r, item, add_action(r, str_copy(r->arena, kind), STR_NONE));
    }
}

/* DROP TRIGGER name ON table: the words before the last. */
static void add_owner(struct reader *r, const cJSON *node)
{
    const cJSON *items = get(get(node, "List"), "items");
    int n = cJSON_GetArraySize(items);
    const char *name = n > 1 ? sval(cJSON_GetArrayItem(items, n - 2)) : NULL;
    const char *schema = n > 2 ? sval(cJSON_GetArrayItem(items, n - 3)) : NULL;
    if (name)
        add_table(r, str_copy(r->arena, str_of(schema)),
                  str_copy(r->arena, str_of(name)));
}

static void read_drop(struct reader *r, const cJSON *body)
{
    static const char *const relations[] = {"OBJECT_TABLE", "OBJECT_VIEW",
                                            "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE"};
    str kind = r->out->object = text_of(r, body, "removeType");
    bool is_relation = false;
    bool is_part = str_is(kind, "OBJECT_TRIGGER") || str_is(kind, "OBJECT_POLICY") ||
                   str_is(kind, "OBJECT_RULE");
    for (size_t i = 0; i < sizeof relations / sizeof *relations; i++)
        is_relation |= str_is(kind, relations[i]);
    const cJSON *item;
    cJSON_ArrayForEach(item, get(body, "objects")) {
        struct sql_table name = dotted_name(r, item);
        if (is_relation)
            add_table(r, name.schema, name.name);
        else if (!r->out->name.n)
            r->out->name = name.name;
        if (is_part)
            add_owner(r, item);
    }
}

/* COMMENT ON of a table or a column. */
static void read_comment(struct reader *r, const cJSON *body)
{
    const cJSON *node = get(body, "object");
    struct sql_table name = dotted_name(r, node);
    if (is_text(body, "objtype", "OBJECT_TABLE"))
        add_table(r, name.schema, name.name);
    else if (is_text(body, "objtype", "OBJECT_COLUMN"))
        add_owner(r, node);
}

/* COMMIT PREPARED and ROLLBACK PREPARED, which end the transaction of another. */
static bool is_prepared(const cJSON *body)
{
    return is_text(body, "kind", "TRANS_STMT_COMMIT_PREPARED") ||
           is_text(body, "kind", "TRANS_STMT_ROLLBACK_PREPARED");
}

/* Statements that PreventInTransactionBlock refuses (SQLSTATE 25001), as far as the text
 * alone tells: REINDEX and CLUSTER of a partitioned table look like any other. */
static bool is_no_tx(const char *kind, const cJSON *body)
{
    static const char *const always[] = {
        "CreatedbStmt",       "DropdbStmt",      "CreateTableSpaceStmt",
        "DropTableSpaceStmt", "AlterSystemStmt", "DropSubscriptionStmt",
    };
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (strcmp(kind, always[i]) == 0)
            return true;
    if (strcmp(kind, "IndexStmt") == 0 || strcmp(kind, "DropStmt") == 0)
        return is_true(body, "concurrent");
    if (strcmp(kind, "VacuumStmt") == 0)
        return is_true(body, "is_vacuumcmd");
    if (strcmp(kind, "ReindexStmt") == 0)
        return is_text(body, "kind", "REINDEX_OBJECT_SCHEMA") ||
               is_text(body, "kind", "REINDEX_OBJECT_SYSTEM") ||
               is_text(body, "kind", "REINDEX_OBJECT_DATABASE") ||
               (option(get(body, "params"), "concurrently") &&
                !option_is_false(get(body, "params"), "concurrently"));
    if (strcmp(kind, "TransactionStmt") == 0)
        return is_prepared(body);
    if (strcmp(kind, "AlterDatabaseStmt") == 0)
        return option(get(body, "options"), "tablespace") != NULL;
    if (strcmp(kind, "ClusterStmt") == 0)
        return !get(body, "relation");
    if (strcmp(kind, "DiscardStmt") == 0)
        return is_text(body, "target", "DISCARD_ALL");
    if (strcmp(kind, "CreateSubscriptionStmt") == 0)
        return !option_is_false(get(body, "options"), "connect") &&
               !option_is_false(get(body, "options"), "create_slot");
    if (strcmp(kind, "AlterSubscriptionStmt") == 0)
        return is_text(body, "kind", "ALTER_SUBSCRIPTION_REFRESH") ||
               option(get(body, "options"), "failover") ||  /* since 17 */
               option(get(body, "options"), "two_phase") || /* since 18 */
               (strstr(get(body, "kind") ? get(body, "kind")->valuestring : "",
                       "_PUBLICATION") &&
                !option_is_false(get(body, "options"), "refresh"));
    return false;
}

/* BEGIN, COMMIT, ROLLBACK, PREPARE TRANSACTION and their like; savepoints are welcome. */
static bool is_control(const char *kind, const cJSON *body)
{
    return strcmp(kind, "TransactionStmt") == 0 && !is_prepared(body) &&
           !is_text(body, "kind", "TRANS_STMT_SAVEPOINT") &&
           !is_text(body, "kind", "TRANS_STMT_RELEASE") &&
           !is_text(body, "kind", "TRANS_STMT_ROLLBACK_TO");
}

/* The own name of what is made or changed, under one of the keys that hold one. */
static str own_name(struct reader *r, const cJSON *body)
{
    static const char *const keys[] = {
        "idxname", "trigname", "policy_name", "extname", "schemaname",
        "subname", "dbname",   "name",        "role",    "tablespacename"};
    static const char *const lists[] = {"funcname", "typeName", "domainname", "defnames"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (cJSON_IsString(get(body, keys[i])))
            return text_of(r, body, keys[i]);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const cJSON *list = get(body, lists[i]);
        if (cJSON_IsArray(list))
            return str_copy(
                r->arena,
                str_of(sval(cJSON_GetArrayItem(list, cJSON_GetArraySize(list) - 1))));
    }
    return STR_NONE;
}

/* The relation that a statement is about, where it is about one. */
static void read_target(struct reader *r, const cJSON *body)
{
    const cJSON *relation = get(body, "relation");
    if (!relation)
        relation = get(body, "table");
    if (!relation)
        relation = get(body, "view");
    if (!relation)
        relation = get(get(body, "into"), "rel");
    if (!relation)
        relation = get(get(body, "intoClause"), "rel");
    if (get(relation, "relname"))
        r->out->target = (struct sql_table){text_of(r, relation, "schemaname"),
                                            text_of(r, relation, "relname")};
    else if (r->out->n_tables == 1)
        r->out->target = r->out->tables[0];
    const cJSON *parents = get(body, "inhRelations");
    const cJSON *parent = get(cJSON_GetArrayItem(parents, 0), "RangeVar");
    if (get(body, "partbound") && parent)
        r->out->parent = (struct sql_table){text_of(r, parent, "schemaname"),
                                            text_of(r, parent, "relname")};
    if (is_text(relation, "relpersistence", "t"))
        r->out->flags |= SQL_TEMPORARY;
}

/* SET name = constant. */
static void read_set(struct reader *r, const cJSON *body)
{
    const cJSON *args = get(body, "args");
    const cJSON *constant = get(cJSON_GetArrayItem(args, 0), "A_Const");
    if (cJSON_GetArraySize(args) != 1 || !constant)
        return;
    const cJSON *number = get(get(constant, "ival"), "ival");
    r->out->value = get(constant, "sval")
                        ? text_of(r, get(constant, "sval"), "sval")
                        : str_fmt(r->arena, "%d", number ? number->valueint : 0);
}

static void read_flags(struct sql_facts *f, const char *kind, const cJSON *body)
{
    if (is_no_tx(kind, body))
        f->flags |= SQL_NO_TX;
    if (is_control(kind, body))
        f->flags |= SQL_CONTROL;
    if (is_true(body, "concurrent"))
        f->flags |= SQL_CONCURRENTLY;
    if (get(body, "whereClause"))
        f->flags |= SQL_WHERE;
    if (is_true(body, "missing_ok"))
        f->flags |= SQL_IF_EXISTS;
    if (is_true(body, "if_not_exists"))
        f->flags |= SQL_IF_NOT_EXISTS;
    if (is_text(body, "behavior", "DROP_CASCADE"))
        f->flags |= SQL_CASCADE;
    if (is_true(body, "unique"))
        f->flags |= SQL_UNIQUE;
    if (strcmp(kind, "IndexStmt") == 0 && !is_true(get(body, "relation"), "inh"))
        f->flags |= SQL_ONLY;
    if (get(body, "newValNeighbor"))
        f->flags |= SQL_PLACED;
    if (strcmp(kind, "LockStmt") == 0 && get(body, "mode")) /* lockdefs.h has our order */
        f->lock = (enum lock_mode)get(body, "mode")->valueint;
    if (strcmp(kind, "VacuumStmt") == 0 && option(get(body, "options"), "full") &&
        !option_is_false(get(body, "options"), "full"))
        f->flags |= SQL_FULL;
    if (strcmp(kind, "ReindexStmt") == 0 && option(get(body, "params"), "concurrently") &&
        !option_is_false(get(body, "params"), "concurrently"))
        f->flags |= SQL_CONCURRENTLY;
    if (strcmp(kind, "SelectStmt") == 0 && !get(body, "intoClause") &&
        !get(body, "lockingClause"))
        f->flags |= SQL_READS;
    if (strcmp(kind, "SelectStmt") == 0 &&
        (get(body, "limitCount") || get(body, "limitOffset")))
        f->flags |= SQL_LIMITED;
    if (strcmp(kind, "CopyStmt") == 0 && !is_true(body, "is_from"))
        f->flags |= SQL_READS;
}

static void read_tree(struct reader *r, const cJSON *stmt)
{
    const char *kind = stmt->string;
    r->out->kind = str_copy(r->arena, str_of(kind));
    find_ctes(r, stmt);
    find_tables(r, stmt);
    if (strcmp(kind, "AlterTableStmt") == 0)
        read_alter_table(r, stmt);
    else if (strcmp(kind, "CreateStmt") == 0)
        read_create_table(r, stmt);
    else if (strcmp(kind, "DropStmt") == 0)
        read_drop(r, stmt);
    else if (strcmp(kind, "CommentStmt") == 0)
        read_comment(r, stmt);
    static const char *const objects[] = {"objtype", "renameType", "objectType"};
    for (size_t i = 0; i < 3 && !r->out->object.n; i++)
        r->out->object = text_of(r, stmt, objects[i]);
    if (!r->out->name.n)
        r->out->name = own_name(r, stmt);
    r->out->new_name = text_of(r, stmt, "newname");
    if (strcmp(kind, "AlterEnumStmt") == 0) {
        r->out->new_name = text_of(r, stmt, "newVal");
        r->out->value = text_of(r, stmt, "oldVal");
    }
    if (strcmp(kind, "VariableSetStmt") == 0)
        read_set(r, stmt);
    r->out->n_keys = (size_t)cJSON_GetArraySize(get(stmt, "indexParams"));
    read_target(r, stmt);
    read_flags(r->out, kind, stmt);
}

bool sql_facts(const struct stmt *s, struct sql_facts *out, struct arena *a)
{
    memset(out, 0, sizeof *out);
    PgQueryParseResult parsed = pg_query_parse(s->sql.p);
    cJSON *tree = parsed.error ? NULL : cJSON_Parse(parsed.parse_tree);
    pg_query_free_parse_result(parsed);
    const cJSON *first = cJSON_GetArrayItem(get(tree, "stmts"), 0);
    const cJSON *stmt = get(first, "stmt");
    bool known = stmt && stmt->child && stmt->child->string;
    if (known) {
        struct reader r = {.out = out, .arena = a};
        read_tree(&r, stmt->child);
    }
    cJSON_Delete(tree);
    return known;
}
