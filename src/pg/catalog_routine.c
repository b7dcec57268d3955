/* Functions, procedures, aggregates; triggers, rules and event triggers that call them.
 */
#include "pg/catalog_read.h"

#include "plan/sqlscan.h"
#include "plan/sqltext.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "f(integer, text)", the name by which dependents and grants know it. */
static void name_routine(struct reader *r, struct object *o, struct row row)
{
    o->name = str_fmt(r->arena, "%.*s(%.*s)", STR_ARG(row_str(row, "name")),
                      STR_ARG(row_str(row, "signature")));
    o->owner = row_str(row, "owner");
}

/* proconfig: {name=value}. */
static void set_settings(struct reader *r, struct rec *f, struct row row)
{
    struct val settings = row_map(row, "settings", r->arena);
    if (settings.kind != VAL_MAP)
        return;
    rec_set(f, K_set, settings);
}

static void set_body(struct rec *f, struct row row)
{
    bool in_c = str_is(row_str(row, "language"), "c");
    if (row_bool(row, "is_atomic")) {
        set_str(f, K_body, row, "atomic_body");
    } else if (in_c) {
        set_str(f, K_body, row, "library");
        set_str(f, K_symbol, row, "body");
    } else {
        set_str(f, K_body, row, "body");
    }
    set_str(f, K_language, row, "language");
}

/* Cost and rows stay away when they are what CREATE FUNCTION takes by itself. */
static void set_estimate(struct rec *f, enum key k, struct row row, const char *column,
                         const char *usual)
{
    str text = row_str(row, column);
    long whole;
    if (str_is(text, usual) || str_is(text, "0"))
        return;
    rec_set(f, k, str_int(text, &whole) ? val_int(whole) : val_num(strtod(text.p, NULL)));
}

static void read_function(struct reader *r, struct row row)
{
    static const char *const volatility[] = {"immutable", "stable", NULL};
    static const char *const parallel[] = {"restricted", "safe", NULL};
    static const struct pick picks[] = {{K_strict, "strict", AS_TRUE},
                                        {K_leakproof, "leakproof", AS_TRUE},
                                        {K_support, "support", AS_TEXT},
                                        {K_transform, "transforms", AS_NAMES},
                                        {0, NULL, 0}};
    struct object *o = add_named(r, row, "function", OP_create_function, CLASS_PROC);
    struct rec *f = o->create->args;
    name_routine(r, o, row);
    if (row_str(row, "arguments").n)
        set_str(f, K_arguments, row, "arguments");
    set_str(f, K_returns, row, "result");
    set_body(f, row);
    set_picks(r, f, row, picks);
    set_letter(f, K_volatility, row, "volatility", "isv", volatility);
    set_letter(f, K_parallel, row, "parallel", "rsu", parallel);
    if (row_bool(row, "security_definer"))
        rec_set(f, K_security, val_str(STR("definer")));
    str language = row_str(row, "language");
    set_estimate(f, K_cost, row, "cost",
                 str_is(language, "c") || str_is(language, "internal") ? "1" : "100");
    if (row_bool(row, "returns_set"))
        set_estimate(f, K_rows, row, "rows", "1000");
    set_true(f, K_window, row_char(row, "kind") == 'w');
    set_settings(r, f, row);
    o->result = row_str(row, "result");
}

static void read_procedure(struct reader *r, struct row row)
{
    static const struct pick picks[] = {{K_transform, "transforms", AS_NAMES},
                                        {0, NULL, 0}};
    struct object *o = add_named(r, row, "procedure", OP_create_procedure, CLASS_PROC);
    struct rec *f = o->create->args;
    name_routine(r, o, row);
    if (row_str(row, "arguments").n)
        set_str(f, K_arguments, row, "arguments");
    set_body(f, row);
    set_picks(r, f, row, picks);
    if (row_bool(row, "security_definer"))
        rec_set(f, K_security, val_str(STR("definer")));
    set_settings(r, f, row);
}

static void read_aggregate(struct reader *r, struct row row)
{
    static const char *const modify[] = {"read_only", "shareable", "read_write"};
    static const char *const parallel[] = {"restricted", "safe", NULL};
    static const struct pick picks[] = {{K_sfunc, "sfunc", AS_TEXT},
                                        {K_stype, "stype", AS_TEXT},
                                        {K_sspace, "sspace", AS_INT},
                                        {K_finalfunc, "finalfunc", AS_TEXT},
                                        {K_finalfunc_extra, "finalfunc_extra", AS_TRUE},
                                        {K_combinefunc, "combinefunc", AS_TEXT},
                                        {K_serialfunc, "serialfunc", AS_TEXT},
                                        {K_deserialfunc, "deserialfunc", AS_TEXT},
                                        {K_initcond, "initcond", AS_TEXT},
                                        {K_msfunc, "msfunc", AS_TEXT},
                                        {K_minvfunc, "minvfunc", AS_TEXT},
                                        {K_mstype, "mstype", AS_TEXT},
                                        {K_msspace, "msspace", AS_INT},
                                        {K_mfinalfunc, "mfinalfunc", AS_TEXT},
                                        {K_mfinalfunc_extra, "mfinalfunc_extra", AS_TRUE},
                                        {K_minitcond, "minitcond", AS_TEXT},
                                        {K_sortop, "sortop", AS_TEXT},
                                        {0, NULL, 0}};
    struct object *o = add_named(r, row, "aggregate", OP_create_aggregate, CLASS_PROC);
    struct rec *g = o->create->args;
    name_routine(r, o, row);
    set_picks(r, g, row, picks);
    str arguments = row_str(row, "arguments");
    rec_set(g, K_arguments, val_str(arguments.n ? arguments : STR("*")));
    bool ordered = row_char(row, "aggregate_kind") != 'n';
    char usual = ordered ? 'w' : 'r'; /* CREATE AGGREGATE in the manual */
    if (row_char(row, "finalfunc_modify") != usual)
        set_letter(g, K_finalfunc_modify, row, "finalfunc_modify", "rsw", modify);
    if (row_char(row, "mfinalfunc_modify") != usual)
        set_letter(g, K_mfinalfunc_modify, row, "mfinalfunc_modify", "rsw", modify);
    set_letter(g, K_parallel, row, "parallel", "rsu", parallel);
    set_true(g, K_hypothetical, row_char(row, "aggregate_kind") == 'h');
}

void read_routines(struct reader *r)
{
    struct rows rows = answer_rows(r, "routines");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        switch (row_char(row, "kind")) {
        case 'p':
            read_procedure(r, row);
            break;
        case 'a':
            read_aggregate(r, row);
            break;
        default:
            read_function(r, row);
        }
    }
}

/* tgargs: the arguments, each with a NUL byte behind it, in hexadecimal here. */
static void set_trigger_args(struct reader *r, struct rec *t, struct row row)
{
    struct strs args = {0};
    str hex = row_str(row, "arguments");
    struct buf b = buf_in(r->arena);
    for (size_t i = 0; i + 1 < hex.n; i += 2) {
        unsigned byte = 0;
        sscanf(hex.p + i, "%2x", &byte);
        if (byte) {
            buf_char(&b, (char)byte);
            continue;
        }
        strs_add(&args, buf_done(&b), r->arena);
        b = buf_in(r->arena);
    }
    set_names(r, t, K_args, args);
}

void set_enabled(struct rec *rec, struct row row)
{
    switch (row_char(row, "enabled")) {
    case 'D':
        rec_set(rec, K_enabled, val_bool(false));
        break;
    case 'A':
        rec_set(rec, K_enabled, val_str(STR("always")));
        break;
    case 'R':
        rec_set(rec, K_enabled, val_str(STR("replica")));
        break;
    default:
        break;
    }
}

/* The bits of pg_trigger.tgtype (catalog/pg_trigger.h of the server). */
enum {
    FOR_ROW = 1,
    BEFORE = 2,
    INSERT = 4,
    DELETE = 8,
    UPDATE = 16,
    TRUNCATE = 32,
    INSTEAD = 64
};

static void set_timing(struct reader *r, struct rec *t, struct row row)
{
    static const struct {
        int bit;
        const char *word;
    } events[] = {{INSERT, "insert"},
                  {DELETE, "delete"},
                  {UPDATE, "update"},
                  {TRUNCATE, "truncate"}};
    long type = row_int(row, "type");
    struct strs words = {0};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (type & events[i].bit)
            strs_add(&words, str_of(events[i].word), r->arena);
    set_names(r, t, K_events, words);
    rec_set(t, K_timing,
            val_str(type & BEFORE    ? STR("before")
                    : type & INSTEAD ? STR("instead of")
                                     : STR("after")));
    if (type & FOR_ROW)
        rec_set(t, K_for_each, val_str(STR("row")));
}

/* A partition's copy of a trigger that fires otherwise than the parent's. It comes after
 * the trigger at the root, and after the parent's own state, which goes down to it. */
static void add_trigger_state(struct reader *r, struct row row)
{
    static const char *const before[] = {NULL, NULL, "always", "replica"};
    bool off = row_char(row, "enabled") == 'D';
    struct object *o =
        add_object(r, "trigger state", off ? OP_disable_trigger : OP_enable_trigger,
                   CLASS_TRIGGER_STATE, row_oid(row, "oid"));
    struct rec *args = o->create->args;
    const struct relation *table = relation_of(r, row_oid(row, "relation"));
    o->schema = row_str(row, "schema");
    o->table = row_str(row, "table_name");
    o->name = row_str(row, "name");
    set_str(args, K_name, row, "name");
    set_str(args, K_table, row, "table_name");
    set_schema(r, args, K_schema, o->schema);
    if (!off)
        set_letter(args, K_mode, row, "enabled", "ODAR", before);
    rec_set(args, K_existing_enabled, val_bool(row_char(row, "parent_enabled") != 'D'));
    set_letter(args, K_existing_enabled, row, "parent_enabled", "ODAR", before);
    size_t at = r->out->n - 1;
    add_leader(r, at, (struct address){CLASS_TRIGGER, row_oid(row, "root"), 0});
    add_leader(r, at, (struct address){CLASS_TRIGGER_STATE, row_oid(row, "parent"), 0});
    if (table)
        object_needs(r->out, at, (struct need){table->object, .automatic = true},
                     r->arena);
}

void read_triggers(struct reader *r)
{
    static const struct pick picks[] = {{K_table, "table_name", AS_TEXT},
                                        {K_update_of, "columns", AS_NAMES},
                                        {K_when, "condition", AS_BARE},
                                        {K_execute, "function", AS_TEXT},
                                        {K_old_table, "old_table", AS_TEXT},
                                        {K_new_table, "new_table", AS_TEXT},
                                        {K_constraint, "is_constraint", AS_TRUE},
                                        {K_deferrable, "deferrable", AS_TRUE},
                                        {0, NULL, 0}};
    struct rows rows = answer_rows(r, "triggers");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        if (row_oid(row, "parent")) {
            add_trigger_state(r, row);
            continue;
        }
        struct object *o = add_named(r, row, "trigger", OP_create_trigger, CLASS_TRIGGER);
        struct rec *t = o->create->args;
        o->table = row_str(row, "table_name");
        o->definition = row_str(row, "definition");
        set_picks(r, t, row, picks);
        set_schema(r, t, K_function_schema, row_str(row, "function_schema"));
        set_timing(r, t, row);
        set_trigger_args(r, t, row);
        set_enabled(t, row);
        if (row_bool(row, "deferred"))
            rec_set(t, K_initially, val_str(STR("deferred")));
        if (!row_null(row, "referent")) {
            struct rec *from = rec_new(r->arena, &shape_relation);
            rec_set(from, K_name, val_str(row_str(row, "referent")));
            set_schema(r, from, K_schema, row_str(row, "referent_schema"));
            rec_set(t, K_from, val_rec(from));
        }
    }
}

/* The first of these words outside of quotes and parentheses, from `at` on; else text.n.
 */
static size_t word_at(str text, size_t at, const char *word)
{
    int depth = 0;
    for (struct token t = sql_token(text, at); t.kind != TOKEN_END;
         t = sql_token(text, t.end)) {
        depth += token_is(text, t, '(') - token_is(text, t, ')');
        if (depth == 0 && token_word(text, t, word))
            return t.start;
    }
    return text.n;
}

/* DO [INSTEAD] NOTHING | command | ( command; command; ) */
static bool set_rule_commands(struct reader *r, struct rec *rule, str text)
{
    if (str_starts(text, STR("INSTEAD "))) {
        rec_set(rule, K_instead, val_bool(true));
        text = str_trim(str_cut(text, 8, text.n));
    }
    while (str_ends(text, STR(";")))
        text.n--;
    if (str_is(text, "NOTHING"))
        return true;
    if (str_starts(text, STR("(")) && str_ends(text, STR(")")))
        text = str_trim(str_cut(text, 1, text.n - 1));
    struct stmt_list commands = {0};
    struct split_options options = {.server_version = r->out->server_version};
    if (!sql_split_for(str_copy(r->arena, text), &options, &commands, r->arena, r->err))
        return false;
    struct val list = val_list(r->arena, commands.n);
    for (size_t i = 0; i < commands.n; i++)
        list.list.at[i] = val_str(commands.at[i].sql);
    rec_set(rule, K_commands, list);
    return true;
}

/* CREATE RULE name AS
 *     ON event TO table
 *    WHERE ... DO [INSTEAD] command(s): pg_get_ruledef writes it in this form only. */
static bool set_rule_text(struct reader *r, struct rec *rule, str text)
{
    static const char *const events[] = {"SELECT", "INSERT", "UPDATE", "DELETE"};
    static const char *const words[] = {"select", "insert", "update", "delete"};
    size_t on = word_at(text, 0, "ON");
    str rest = str_trim(str_cut(text, on + 2, text.n));
    for (size_t i = 0; i < 4; i++)
        if (str_starts(rest, str_of(events[i])))
            rec_set(rule, K_event, val_str(str_of(words[i])));
    size_t where = word_at(rest, 0, "WHERE"), doing = word_at(rest, 0, "DO");
    if (where < doing)
        rec_set(rule, K_where,
                val_str(bare_expression(str_trim(str_cut(rest, where + 5, doing)))));
    return set_rule_commands(r, rule, str_trim(str_cut(rest, doing + 2, rest.n)));
}

bool read_rules(struct reader *r)
{
    static const struct pick picks[] = {{K_table, "table_name", AS_TEXT}, {0, NULL, 0}};
    struct rows rows = answer_rows(r, "rules");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        struct object *o = add_named(r, row, "rule", OP_create_rule, CLASS_REWRITE);
        o->table = row_str(row, "table_name");
        o->definition = row_str(row, "definition");
        set_picks(r, o->create->args, row, picks);
        if (!set_rule_text(r, o->create->args, o->definition))
            return false;
        set_enabled(o->create->args, row);
    }
    return true;
}

void read_policies(struct reader *r)
{
    static const char *const commands[] = {NULL, "select", "insert", "update", "delete"};
    static const struct pick picks[] = {{K_table, "table_name", AS_TEXT},
                                        {K_using, "condition", AS_BARE},
                                        {K_check, "with_check", AS_BARE},
                                        {0, NULL, 0}};
    struct rows rows = answer_rows(r, "policies");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        struct object *o = add_named(r, row, "policy", OP_create_policy, CLASS_POLICY);
        struct rec *p = o->create->args;
        o->table = row_str(row, "table_name");
        set_picks(r, p, row, picks);
        set_true(p, K_restrictive, !row_bool(row, "permissive"));
        set_letter(p, K_command, row, "command", "*rawd", commands);
        struct strs roles = row_strs(row, "roles", r->arena);
        if (roles.n != 1 || !str_is(roles.at[0], "public"))
            set_names(r, p, K_roles, roles);
    }
}
