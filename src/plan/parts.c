/* Parts of statements that several families of operations share. */
#include "plan/quote.h"
#include "plan/sqlscan.h"
#include "plan/write.h"

#include <string.h>

void needs_version(struct pen *p, const struct rec *r, enum key k, int version)
{
    const struct val *v = rec_at(r, k);
    bool asked = v->kind == VAL_BOOL ? v->b : v->kind != VAL_NONE;
    if (asked && p->c->server_version && p->c->server_version < version)
        pen_fail(p, "%s needs PostgreSQL %d", key_word(k).p, version / 10000);
}

void put_names(struct pen *p, str schema, struct list names)
{
    bool first = true;
    if (names.n == 0)
        pen_fail(p, "a list of names is empty");
    for (size_t i = 0; i < names.n; i++) {
        buf_sep(&p->b, &first, ", ");
        put_name(p, schema, names.at[i].s);
    }
}

void put_relations(struct pen *p, struct list relations)
{
    bool first = true;
    for (size_t i = 0; i < relations.n; i++) {
        buf_sep(&p->b, &first, ", ");
        put_form(p, relations.at[i].rec, "{schema.name}");
    }
}

void put_role(struct pen *p, str role)
{
    static const char *const special[] = {"public", "current_user", "current_role",
                                          "session_user"};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        if (str_is(role, special[i])) {
            put_word(p, role);
            return;
        }
    }
    put_ident(p, role);
}

void put_roles(struct pen *p, struct list roles)
{
    bool first = true;
    if (roles.n == 0)
        pen_fail(p, "the list of roles is empty");
    for (size_t i = 0; i < roles.n; i++) {
        buf_sep(&p->b, &first, ", ");
        put_role(p, roles.at[i].s);
    }
}

void put_operator(struct pen *p, str sign)
{
    for (size_t i = 0; i < sign.n; i++) {
        if (!strchr("+-*/<>=~!@#%^&|`?", sign.p[i]) || sign.p[i] == '\0') {
            pen_fail(p, "%.*s is no sign of an operator", STR_ARG(sign));
            return;
        }
    }
    put_sql(p, sign, "name");
}

/* ---- arguments of functions --------------------------------------------------- */

static bool starts_default(str s, struct token t)
{
    return token_word(s, t, "DEFAULT") || token_is(s, t, '=') || token_is(s, t, ':');
}

str routine_signature(str arguments, struct arena *a)
{
    struct buf kept = buf_in(a);
    int depth = 0;
    bool keep = true;
    size_t from = 0; /* what is kept and not written yet */
    for (struct token t = sql_token(arguments, 0); t.kind != TOKEN_END;
         t = sql_token(arguments, t.end)) {
        bool comma = token_is(arguments, t, ',');
        if (depth == 0 && keep && (comma || starts_default(arguments, t)))
            buf_str(&kept, str_trim(str_cut(arguments, from, t.start)));
        if (depth == 0 && comma) {
            keep = true;
            from = t.start;
        } else if (depth == 0 && starts_default(arguments, t)) {
            keep = false;
        }
        depth += token_is(arguments, t, '(') || token_is(arguments, t, '[');
        depth -= token_is(arguments, t, ')') || token_is(arguments, t, ']');
    }
    if (keep)
        buf_str(&kept, str_cut(arguments, from, arguments.n));
    return str_trim(buf_done(&kept));
}

void put_signature(struct pen *p, str arguments)
{
    str text = routine_signature(arguments, p->a);
    put(p, "(");
    if (text.n)
        put_sql(p, text, "arguments");
    put(p, ")");
}

/* ---- settings and options ----------------------------------------------------- */

void put_key(struct pen *p, str key)
{
    str piece;
    bool first = true;
    while (str_split(&key, '.', &piece)) {
        buf_sep(&p->b, &first, ".");
        put_ident(p, piece);
    }
}

bool pen_set(struct pen *p, str head, const struct map *m)
{
    for (int reset = 0; reset < 2; reset++) {
        bool first = true;
        for (size_t i = 0; i < m->n; i++) {
            if ((m->at[i].val.kind == VAL_NULL) != reset)
                continue;
            if (first) {
                buf_str(&p->b, head);
                put(p, reset ? " RESET (" : " SET (");
            }
            buf_sep(&p->b, &first, ", ");
            put_key(p, m->at[i].key);
            if (!reset) {
                put(p, " = ");
                put_value(p, &m->at[i].val);
            }
        }
        if (!first) {
            put(p, ")");
            pen_end(p, 0);
        }
    }
    return p->ok;
}

/* OPTIONS (SET a 'x', ADD b 'y', DROP c): SET for what was there before. */
void put_option_changes(struct pen *p, const struct rec *r)
{
    static const struct map none = {NULL, 0};
    const struct val *now = rec_at(r, K_options), *existing = rec_at(r, K_existing);
    struct val before = {.kind = VAL_MAP, .map = none};
    bool first = true;
    if (now->kind != VAL_MAP)
        return;
    if (existing->kind == VAL_REC && rec_at(existing->rec, K_options)->kind == VAL_MAP)
        before = *rec_at(existing->rec, K_options);
    put(p, " OPTIONS (");
    for (size_t i = 0; i < now->map.n; i++) {
        const struct pair *o = &now->map.at[i];
        enum val_kind was = val_get(&before, o->key)->kind;
        buf_sep(&p->b, &first, ", ");
        if (o->val.kind == VAL_NULL) {
            put(p, "DROP ");
            put_ident(p, o->key);
            continue;
        }
        put(p, was == VAL_NONE || was == VAL_NULL ? "ADD " : "SET ");
        put_option(p, o);
    }
    put(p, ")");
}

/* Settings that hold a list of names: their text is a list already, as the catalog
 * (pg_proc.proconfig) and SET have it. */
static bool is_list_setting(str key)
{
    return str_is(key, "search_path") || str_is(key, "temp_tablespaces") ||
           str_is(key, "session_preload_libraries") ||
           str_is(key, "local_preload_libraries");
}

/* public, "Foo", "": a quoted name as a literal, since SQL has no empty identifier. */
static void put_list_setting(struct pen *p, str list)
{
    bool first = true, quoted;
    str rest = list, name;
    for (; p->ok && name_list_next(&rest, &name, &quoted, p->a); first = false) {
        put(p, first ? "" : ", ");
        if (quoted)
            put_literal(p, name);
        else
            put_sql(p, name, "set");
    }
    if (rest.n)
        pen_fail(p, "set: '%.*s' is not a list of names", STR_ARG(list));
}

void put_settings(struct pen *p, const struct map *m)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct val *v = &m->at[i].val;
        if (v->kind == VAL_NULL && str_is(m->at[i].key, "all")) {
            put(p, " RESET ALL");
            continue;
        }
        put(p, v->kind == VAL_NULL ? " RESET " : " SET ");
        put_key(p, m->at[i].key);
        if (v->kind == VAL_NULL)
            continue;
        if (v->kind == VAL_SQL) {
            put(p, " ");
            put_sql(p, v->s, "set");
            continue;
        }
        put(p, " TO ");
        if (v->kind == VAL_STR && v->s.n && is_list_setting(m->at[i].key))
            put_list_setting(p, v->s);
        else
            put_value(p, v);
    }
}

/* COMMENT ON COLUMN of a view's columns: { column = text }. */
bool column_comments(struct pen *p, const struct rec *r)
{
    const struct val *v = rec_at(r, K_column_comments);
    for (size_t i = 0; v->kind == VAL_MAP && i < v->map.n; i++) {
        put_form(p, r, "COMMENT ON COLUMN {schema.name}.");
        put_ident(p, v->map.at[i].key);
        put(p, " IS ");
        if (v->map.at[i].val.kind == VAL_STR)
            put_literal(p, v->map.at[i].val.s);
        else
            put(p, "NULL");
        pen_end(p, 0);
    }
    return p->ok;
}

bool asks_if_not_exists(const struct pen *p)
{
    return shape_field(&p->op->info->shape, STR("if_not_exists")) &&
           rec_bool(p->op->args, K_if_not_exists);
}
