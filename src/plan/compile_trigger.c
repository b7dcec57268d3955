/* Triggers, event triggers, rules: what calls code by itself. */
#include "plan/write.h"

static void put_events(struct pen *p, const struct rec *r)
{
    struct list events = rec_list(r, K_events);
    bool first = true;
    if (events.n == 0)
        pen_fail(p, "events is an empty list");
    if (rec_has(r, K_update_of) && !list_has(events, STR("update")))
        pen_fail(p, "update_of needs \"update\" among the events");
    for (size_t i = 0; i < events.n; i++) {
        buf_sep(&p->b, &first, " OR ");
        put_word(p, events.at[i].s);
        if (str_is(events.at[i].s, "update"))
            put_form(p, r, "[update_of: OF {update_of}]");
    }
}

/* ENABLE, DISABLE, ENABLE ALWAYS, ENABLE REPLICA */
static void put_enabled(struct pen *p, const struct val *enabled)
{
    if (enabled->kind == VAL_BOOL && !enabled->b) {
        put(p, "DISABLE");
        return;
    }
    put(p, "ENABLE");
    if (enabled->kind == VAL_STR) {
        put(p, " ");
        put_word(p, enabled->s);
    }
}

/* A thing of a table is created enabled; any other state is a second statement. */
static bool table_enabled(struct pen *p, const struct rec *r, const char *kind)
{
    const struct val *enabled = rec_at(r, K_enabled);
    if (enabled->kind == VAL_NONE || (enabled->kind == VAL_BOOL && enabled->b))
        return p->ok;
    put_form(p, r, "ALTER TABLE {schema.table} ");
    put_enabled(p, enabled);
    put(p, kind);
    put_form(p, r, " {name}");
    return pen_end(p, 0);
}

static void put_call(struct pen *p, const struct rec *r)
{
    put_form(p, r, " EXECUTE FUNCTION {function_schema.execute}(");
}

bool compile_create_trigger(struct pen *p, const struct rec *r)
{
    const struct val *from = rec_at(r, K_from);
    bool constraint = rec_bool(r, K_constraint);
    if (constraint && (!str_is(rec_str(r, K_timing), "after") ||
                       !str_is(rec_str(r, K_for_each), "row")))
        return pen_fail(p, "a constraint trigger fires after and for each row");
    if (constraint && rec_bool(r, K_or_replace))
        return pen_fail(p, "or_replace does not go with a constraint trigger");
    if (!constraint &&
        (rec_bool(r, K_deferrable) || rec_has(r, K_initially) || from->kind == VAL_REC))
        return pen_fail(p, "deferrable, initially and from need constraint");
    put_form(p, r,
             "CREATE[or_replace: OR REPLACE][constraint: CONSTRAINT] TRIGGER {name} "
             "{timing} ");
    put_events(p, r);
    put_form(p, r, " ON {schema.table}");
    if (from->kind == VAL_REC)
        put_form(p, from->rec, " FROM {schema.name}");
    put_form(p, r, "[deferrable: DEFERRABLE][initially: INITIALLY {initially}]");
    if (rec_has(r, K_old_table) || rec_has(r, K_new_table))
        put(p, " REFERENCING");
    put_form(p, r,
             "[old_table: OLD TABLE AS {old_table}][new_table: NEW TABLE AS {new_table}]"
             "[for_each: FOR EACH {for_each}][when: WHEN ({when})]");
    put_call(p, r);
    if (rec_list(r, K_args).n)
        put_form(p, r, "{args}");
    put(p, ")");
    pen_end(p, 0);
    table_enabled(p, r, " TRIGGER");
    return pen_comment(p, r, "TRIGGER {name} ON {schema.table}");
}

FORM(drop_trigger, "DROP TRIGGER[if_exists: IF EXISTS] {name} ON {schema.table}"
                   "[cascade: CASCADE]")
FORM(rename_trigger, "ALTER TRIGGER {name} ON {schema.table} RENAME TO {new_name}")

bool compile_enable_trigger(struct pen *p, const struct rec *r)
{
    if (!rec_has(r, K_name) && rec_has(r, K_mode))
        return pen_fail(p, "mode needs the name of one trigger");
    return pen_stmt(p, r,
                    "ALTER TABLE {schema.table} ENABLE[mode: {mode}] TRIGGER "
                    "[name:{name}][!name:[user:USER][!user:ALL]]");
}

FORM(disable_trigger, "ALTER TABLE {schema.table} DISABLE TRIGGER "
                      "[name:{name}][!name:[user:USER][!user:ALL]]")

bool compile_create_event_trigger(struct pen *p, const struct rec *r)
{
    const struct val *enabled = rec_at(r, K_enabled);
    put_form(p, r, "CREATE EVENT TRIGGER {name} ON ");
    buf_str(&p->b, rec_str(r, K_event));
    put_form(p, r, "[tags: WHEN TAG IN ({tags})]");
    put_call(p, r);
    put(p, ")");
    pen_end(p, 0);
    if (enabled->kind == VAL_STR || (enabled->kind == VAL_BOOL && !enabled->b))
        compile_alter_event_trigger(p, r);
    return pen_comment(p, r, "EVENT TRIGGER {name}");
}

FORM(drop_event_trigger,
     "DROP EVENT TRIGGER[if_exists: IF EXISTS] {name}[cascade: CASCADE]")
FORM(rename_event_trigger, "ALTER EVENT TRIGGER {name} RENAME TO {new_name}")

bool compile_alter_event_trigger(struct pen *p, const struct rec *r)
{
    put_form(p, r, "ALTER EVENT TRIGGER {name} ");
    put_enabled(p, rec_at(r, K_enabled));
    return pen_end(p, 0);
}

static void put_commands(struct pen *p, struct list commands)
{
    bool first = true;
    if (commands.n == 0) {
        put(p, " NOTHING");
        return;
    }
    put(p, commands.n > 1 ? " (\n    " : "\n    ");
    for (size_t i = 0; i < commands.n; i++) {
        buf_sep(&p->b, &first, ";\n    ");
        put_sql(p, commands.at[i].s, "a command");
    }
    put(p, commands.n > 1 ? "\n)" : "");
}

bool compile_create_rule(struct pen *p, const struct rec *r)
{
    put_form(p, r,
             "CREATE[or_replace: OR REPLACE] RULE {name} AS ON {event} TO {schema.table}"
             "[where: WHERE {where}] DO [instead:INSTEAD][!instead:ALSO]");
    put_commands(p, rec_list(r, K_commands));
    pen_end(p, 0);
    table_enabled(p, r, " RULE");
    return pen_comment(p, r, "RULE {name} ON {schema.table}");
}

FORM(drop_rule,
     "DROP RULE[if_exists: IF EXISTS] {name} ON {schema.table}[cascade: CASCADE]")
FORM(rename_rule, "ALTER RULE {name} ON {schema.table} RENAME TO {new_name}")
FORM(enable_rule, "ALTER TABLE {schema.table} ENABLE[mode: {mode}] RULE {name}")
FORM(disable_rule, "ALTER TABLE {schema.table} DISABLE RULE {name}")
