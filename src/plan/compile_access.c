/* Policies, privileges, and what can be said of any object. */
#include "plan/sqlscan.h"
#include "plan/write.h"

static void put_policy(struct pen *p, const struct rec *r)
{
    if (rec_has(r, K_roles)) {
        put(p, " TO ");
        put_roles(p, rec_list(r, K_roles));
    }
    put_form(p, r, "[using: USING ({using})][check: WITH CHECK ({check})]");
}

bool compile_create_policy(struct pen *p, const struct rec *r)
{
    put_form(p, r,
             "CREATE POLICY {name} ON {schema.table}[restrictive: AS RESTRICTIVE]"
             "[command: FOR {command}]");
    put_policy(p, r);
    pen_end(p, 0);
    return pen_comment(p, r, "POLICY {name} ON {schema.table}");
}

FORM(drop_policy, "DROP POLICY[if_exists: IF EXISTS] {name} ON {schema.table}")
FORM(rename_policy, "ALTER POLICY {name} ON {schema.table} RENAME TO {new_name}")

bool compile_alter_policy(struct pen *p, const struct rec *r)
{
    if (!rec_has(r, K_roles) && !rec_has(r, K_using) && !rec_has(r, K_check))
        return pen_fail(p, "nothing to change: give roles, using or check");
    put_form(p, r, "ALTER POLICY {name} ON {schema.table}");
    put_policy(p, r);
    return pen_end(p, 0);
}

/* ---- privileges --------------------------------------------------------------- */

static void put_privileges(struct pen *p, const struct rec *r, struct list columns)
{
    struct list words = rec_list(r, K_privileges);
    bool first = true;
    if (words.n == 0)
        pen_fail(p, "privileges is an empty list");
    for (size_t i = 0; i < words.n; i++) {
        buf_sep(&p->b, &first, ", ");
        put_word(p, words.at[i].s);
        if (columns.n) {
            put(p, " (");
            put_names(p, STR_NONE, columns);
            put(p, ")");
        }
    }
}

/* What an option of a grant is for. */
static bool check_target(struct pen *p, const struct rec *r)
{
    static const char in_schema[] =
        "table|sequence|function|procedure|routine|type|domain";
    static const char callable[] = "function|procedure|routine";
    str kind = rec_str(r, K_kind);
    if (rec_has(r, K_schema) && !str_among(kind, in_schema))
        return pen_fail(p, "a %.*s is in no schema", STR_ARG(kind));
    if (rec_has(r, K_arguments) && !str_among(kind, callable))
        return pen_fail(p, "a %.*s has no arguments", STR_ARG(kind));
    if (rec_has(r, K_columns) && !str_is(kind, "table"))
        return pen_fail(p, "a %.*s has no columns", STR_ARG(kind));
    return true;
}

static void put_large_object(struct pen *p, str oid)
{
    long number;
    if (str_int(oid, &number) && number >= 0)
        buf_fmt(&p->b, "%ld", number);
    else
        pen_fail(p, "a large object has a number for a name");
}

static void put_target(struct pen *p, const struct rec *r)
{
    if (!check_target(p, r))
        return;
    struct list names = rec_list(r, K_names);
    str kind = rec_str(r, K_kind);
    bool first = true;
    put_form(p, r, " ON {kind} ");
    for (size_t i = 0; i < names.n; i++) {
        buf_sep(&p->b, &first, ", ");
        if (str_is(kind, "parameter"))
            put_key(p, names.at[i].s);
        else if (str_is(kind, "large object"))
            put_large_object(p, names.at[i].s);
        else
            put_name(p, rec_str(r, K_schema), names.at[i].s);
        if (rec_has(r, K_arguments))
            put_signature(p, rec_str(r, K_arguments));
    }
}

static void put_granted_by(struct pen *p, const struct rec *r)
{
    if (!rec_has(r, K_granted_by))
        return;
    put(p, " GRANTED BY ");
    put_role(p, rec_str(r, K_granted_by));
}

bool compile_grant(struct pen *p, const struct rec *r)
{
    put(p, "GRANT ");
    put_privileges(p, r, rec_list(r, K_columns));
    put_target(p, r);
    put(p, " TO ");
    put_roles(p, rec_list(r, K_roles));
    put_form(p, r, "[with_grant_option: WITH GRANT OPTION]");
    put_granted_by(p, r);
    return pen_end(p, 0);
}

bool compile_revoke(struct pen *p, const struct rec *r)
{
    put_form(p, r, "REVOKE [grant_option_for:GRANT OPTION FOR ]");
    put_privileges(p, r, rec_list(r, K_columns));
    put_target(p, r);
    put(p, " FROM ");
    put_roles(p, rec_list(r, K_roles));
    put_granted_by(p, r);
    put_form(p, r, "[cascade: CASCADE]");
    return pen_end(p, 0);
}

static void put_default_privileges(struct pen *p, const struct rec *r)
{
    put(p, "ALTER DEFAULT PRIVILEGES");
    if (rec_has(r, K_for_role)) {
        put(p, " FOR ROLE ");
        put_roles(p, rec_list(r, K_for_role));
    }
    put_form(p, r, "[in_schema: IN SCHEMA {in_schema}] ");
    if (str_is(rec_str(r, K_kind), "large objects") && p->c->server_version &&
        p->c->server_version < 180000)
        pen_fail(p, "default privileges on large objects need PostgreSQL 18");
}

bool compile_grant_default_privileges(struct pen *p, const struct rec *r)
{
    put_default_privileges(p, r);
    put(p, "GRANT ");
    put_privileges(p, r, (struct list){NULL, 0});
    put_form(p, r, " ON {kind} TO ");
    put_roles(p, rec_list(r, K_roles));
    put_form(p, r, "[with_grant_option: WITH GRANT OPTION]");
    return pen_end(p, 0);
}

bool compile_revoke_default_privileges(struct pen *p, const struct rec *r)
{
    put_default_privileges(p, r);
    put_form(p, r, "REVOKE [grant_option_for:GRANT OPTION FOR ]");
    put_privileges(p, r, (struct list){NULL, 0});
    put_form(p, r, " ON {kind} FROM ");
    put_roles(p, rec_list(r, K_roles));
    put_form(p, r, "[cascade: CASCADE]");
    return pen_end(p, 0);
}

static void put_role_option(struct pen *p, const struct rec *r, enum key k,
                            const char *word, bool *first)
{
    if (!rec_has(r, k))
        return;
    put(p, *first ? " WITH " : ", ");
    put(p, word);
    put(p, rec_bool(r, k) ? " TRUE" : " FALSE");
    *first = false;
}

bool compile_grant_role(struct pen *p, const struct rec *r)
{
    put_form(p, r, "GRANT {names} TO ");
    put_roles(p, rec_list(r, K_roles));
    bool first = true;
    if (rec_has(r, K_inherit) || rec_has(r, K_set)) {
        if (p->c->server_version && p->c->server_version < 160000)
            return pen_fail(p, "inherit and set need PostgreSQL 16");
        put_role_option(p, r, K_with_admin_option, "ADMIN", &first);
        put_role_option(p, r, K_inherit, "INHERIT", &first);
        put_role_option(p, r, K_set, "SET", &first);
    } else {
        put_form(p, r, "[with_admin_option: WITH ADMIN OPTION]");
    }
    put_granted_by(p, r);
    return pen_end(p, 0);
}

bool compile_revoke_role(struct pen *p, const struct rec *r)
{
    needs_version(p, r, K_inherit_option_for, 160000);
    needs_version(p, r, K_set_option_for, 160000);
    if (rec_bool(r, K_admin_option_for) + rec_bool(r, K_inherit_option_for) +
            rec_bool(r, K_set_option_for) >
        1)
        return pen_fail(p, "one option at a time: revoke each by a call of its own");
    put_form(p, r,
             "REVOKE [admin_option_for:ADMIN OPTION FOR ]"
             "[inherit_option_for:INHERIT OPTION FOR ]"
             "[set_option_for:SET OPTION FOR ]{names} FROM ");
    put_roles(p, rec_list(r, K_roles));
    put_granted_by(p, r);
    put_form(p, r, "[cascade: CASCADE]");
    return pen_end(p, 0);
}

/* ---- any object --------------------------------------------------------------- */

static bool has_key(const struct rec *r, const char *word)
{
    const struct field *f = shape_field(r->shape, str_of(word));
    return f && rec_has(r, f->key);
}

static bool names_two_types(str cast)
{
    struct token t = sql_token_after(cast, 0);
    while (t.kind != TOKEN_END && !token_word(cast, t, "AS"))
        t = sql_token_after(cast, t.end);
    return t.kind != TOKEN_END;
}

/* TABLE s.t, COLUMN s.t.c, CONSTRAINT c ON s.t, FUNCTION s.f(a), OPERATOR s.+ (a, b) */
static void put_object(struct pen *p, const struct rec *r)
{
    static const char of_table[] = "constraint|trigger|rule|policy";
    static const char callable[] = "function|procedure|routine|aggregate";
    static const char with_method[] = "operator class|operator family";
    static const char global[] =
        "schema|extension|event trigger|cast|language|access method|transform|"
        "publication|subscription|server|foreign data wrapper|"
        "database|role|tablespace|large object";
    str kind = rec_str(r, K_kind);
    if (rec_has(r, K_schema) && str_among(kind, global)) {
        pen_fail(p, "a %.*s is in no schema", STR_ARG(kind));
        return;
    }
    bool needs_table = str_is(kind, "column") || str_among(kind, of_table);
    if (has_key(r, "domain") && !str_is(kind, "constraint")) {
        pen_fail(p, "a %.*s is in no domain", STR_ARG(kind));
        return;
    }
    put_word(p, kind);
    put(p, " ");
    if (needs_table && !has_key(r, "table") && !has_key(r, "domain")) {
        pen_fail(p, "a %.*s needs table", STR_ARG(kind));
    } else if (str_is(kind, "column")) {
        put_form(p, r, "{schema.table}.{name}");
    } else if (str_among(kind, of_table)) {
        put_form(p, r,
                 has_key(r, "domain") ? "{name} ON DOMAIN {schema.domain}"
                                      : "{name} ON {schema.table}");
    } else if (str_among(kind, callable)) {
        put_form(p, r, "{schema.name}");
        if (rec_has(r, K_arguments))
            put_signature(p, rec_str(r, K_arguments));
        else if (str_is(kind, "aggregate"))
            pen_fail(p, "an aggregate needs arguments");
    } else if (str_is(kind, "operator")) {
        put_form(p, r, "[schema:{schema}.]");
        put_operator(p, rec_str(r, K_name));
        put_form(p, r, " ({arguments})");
        if (!rec_has(r, K_arguments))
            pen_fail(p, "an operator needs arguments: \"integer, integer\"");
    } else if (str_is(kind, "cast")) {
        if (!names_two_types(rec_str(r, K_name)))
            pen_fail(p, "a cast is named by both types: \"source as target\"");
        put(p, "(");
        put_sql(p, rec_str(r, K_name), "name");
        put(p, ")");
    } else if (str_is(kind, "transform")) {
        put(p, "FOR ");
        put_sql(p, rec_str(r, K_name), "name");
        put_form(p, r, " LANGUAGE {using}");
        if (!rec_has(r, K_using))
            pen_fail(p, "a transform needs using: its language");
    } else if (str_is(kind, "large object")) {
        put_large_object(p, rec_str(r, K_name));
    } else {
        put_form(p, r, "{schema.name}");
    }
    if (str_among(kind, with_method) && !rec_has(r, K_using))
        pen_fail(p, "an %.*s needs using", STR_ARG(kind));
    else if (str_among(kind, with_method))
        put_form(p, r, " USING {using}");
}

bool compile_comment_on(struct pen *p, const struct rec *r)
{
    put(p, "COMMENT ON ");
    put_object(p, r);
    put_form(p, r, " IS {comment}");
    return pen_end(p, 0);
}

bool compile_set_owner(struct pen *p, const struct rec *r)
{
    put(p, "ALTER ");
    put_object(p, r);
    put(p, " OWNER TO ");
    put_role(p, rec_str(r, K_owner));
    return pen_end(p, 0);
}

bool compile_set_schema(struct pen *p, const struct rec *r)
{
    put(p, "ALTER ");
    put_object(p, r);
    put_form(p, r, " SET SCHEMA {new_schema}");
    return pen_end(p, 0);
}

bool compile_security_label(struct pen *p, const struct rec *r)
{
    put_form(p, r, "SECURITY LABEL[provider: FOR {provider}] ON ");
    put_object(p, r);
    put_form(p, r, " IS {label}");
    return pen_end(p, 0);
}

static bool alter_with_extension(struct pen *p, const struct rec *r, const char *form)
{
    put(p, "ALTER ");
    put_object(p, r);
    put_form(p, r, form);
    return pen_end(p, 0);
}

bool compile_depends_on_extension(struct pen *p, const struct rec *r)
{
    return alter_with_extension(p, r, " DEPENDS ON EXTENSION {extension}");
}

bool compile_no_depends_on_extension(struct pen *p, const struct rec *r)
{
    return alter_with_extension(p, r, " NO DEPENDS ON EXTENSION {extension}");
}

static bool alter_extension_member(struct pen *p, const struct rec *r, const char *verb)
{
    put_form(p, r, "ALTER EXTENSION {extension} ");
    put(p, verb);
    put_object(p, r);
    return pen_end(p, 0);
}

bool compile_add_to_extension(struct pen *p, const struct rec *r)
{
    return alter_extension_member(p, r, "ADD ");
}

bool compile_drop_from_extension(struct pen *p, const struct rec *r)
{
    return alter_extension_member(p, r, "DROP ");
}
