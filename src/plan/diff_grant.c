/* ALTER DEFAULT PRIVILEGES gives and takes when an object is made: what the models do not
 * have is taken back, or given, right after. */
#include "plan/diff_alter.h"

#include <string.h>

/* What ALTER DEFAULT PRIVILEGES and GRANT call an object; NULL for other kinds. */
static const char *default_noun(const struct object *o, const char **noun)
{
    static const struct {
        enum op_kind create;
        const char *defaults, *noun;
    } kinds[] = {
        {OP_create_table, "tables", "table"},
        {OP_create_view, "tables", "table"},
        {OP_create_materialized_view, "tables", "table"},
        {OP_create_foreign_table, "tables", "table"},
        {OP_create_sequence, "sequences", "sequence"},
        {OP_create_function, "functions", "function"},
        {OP_create_aggregate, "functions", "function"},
        {OP_create_procedure, "functions", "procedure"},
        {OP_create_enum, "types", "type"},
        {OP_create_composite_type, "types", "type"},
        {OP_create_range_type, "types", "type"},
        {OP_create_domain, "types", "domain"},
        {OP_create_schema, "schemas", "schema"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (o->create->info->kind != kinds[i].create)
            continue;
        *noun = kinds[i].noun;
        return kinds[i].defaults;
    }
    return NULL;
}

/* Does this default privilege hold already, for what the current user makes there? */
static bool applies(const struct differ *d, size_t i, const struct object *o,
                    const char *kind)
{
    const struct object *rule = &d->to.catalog->at[i];
    const struct rec *r = rule->create->args;
    if (d->to.other[i] == NOWHERE || d->to.fate[i] != FATE_KEPT ||
        rec_has(r, K_for_role) || !str_is(rec_str(r, K_kind), kind))
        return false;
    return !rec_has(r, K_in_schema) || str_eq(rule->schema, o->schema);
}

/* Does the models' object give (or take) a privilege to (from) the role? */
static bool is_said(const struct differ *d, size_t target, enum op_kind kind, str role,
                    str privilege, bool grantable)
{
    for (size_t i = 0; i < d->to.needed_by[target].n; i++) {
        size_t by = d->to.needed_by[target].at[i].object;
        const struct op *op = d->to.catalog->at[by].create;
        if (op->info->kind != kind || rec_has(op->args, K_columns))
            continue;
        if (list_has(rec_list(op->args, K_roles), role) &&
            list_has(rec_list(op->args, K_privileges), privilege) &&
            (!grantable || rec_bool(op->args, K_with_grant_option)))
            return true;
    }
    return false;
}

static struct rec *grant_op(struct differ *d, size_t target, const char *noun,
                            const struct val *role, struct ops *ops, enum op_kind kind)
{
    const struct object *o = &d->to.catalog->at[target];
    struct rec *r = new_op(d, ops, kind)->args;
    size_t paren = str_find(o->name, '(');
    str name = o->name;
    if (strcmp(noun, "function") == 0 || strcmp(noun, "procedure") == 0) {
        name = str_cut(o->name, 0, paren);
        rec_set(r, K_arguments, val_str(str_cut(o->name, paren + 1, o->name.n - 1)));
    }
    rec_set(r, K_kind, val_str(str_of(noun)));
    rec_set(r, K_names, val_strs(d->arena, &name, 1));
    rec_set(r, K_roles, *role);
    if (shape_field(o->create->args->shape, STR("schema")))
        rec_set(r, K_schema, *rec_at(o->create->args, K_schema));
    return r;
}

/* The privileges of a rule that the object shall not have so: all of them with
 * `grantable` false, else those that it shall have without the right to pass them on. */
static struct strs unwanted(struct differ *d, size_t target, const struct rec *rule,
                            enum op_kind said, bool grantable)
{
    struct list privileges = rec_list(rule, K_privileges);
    str role = rec_list(rule, K_roles).at[0].s;
    struct strs names = {0};
    for (size_t i = 0; i < privileges.n; i++) {
        str privilege = privileges.at[i].s;
        bool has = is_said(d, target, said, role, privilege, false);
        if (grantable ? has && !is_said(d, target, said, role, privilege, true) : !has)
            strs_add(&names, privilege, d->arena);
    }
    return names;
}

void find_default_privileges(struct differ *d)
{
    for (size_t i = 0; i < d->to.catalog->n; i++) {
        enum op_kind kind = d->to.catalog->at[i].create->info->kind;
        if (kind == OP_grant_default_privileges || kind == OP_revoke_default_privileges)
            *PUSH(d->arena, d->rules, d->n_rules, d->rules_room) = i;
    }
}

void undo_default_privileges(struct differ *d, size_t target, struct ops *ops)
{
    const struct object *o = &d->to.catalog->at[target];
    const char *noun = NULL, *kind = default_noun(o, &noun);
    for (size_t i = 0; kind && i < d->n_rules; i++) {
        const struct op *rule = d->to.catalog->at[d->rules[i]].create;
        bool gives = rule->info->kind == OP_grant_default_privileges;
        if (!applies(d, d->rules[i], o, kind))
            continue;
        const struct val *role = rec_at(rule->args, K_roles);
        if (str_eq(role->list.at[0].s, o->owner))
            continue; /* an owner has them all */
        bool passes_on = gives && rec_bool(rule->args, K_with_grant_option);
        enum op_kind said = gives ? OP_grant : OP_revoke;
        for (int grantable = 0; grantable <= passes_on; grantable++) {
            struct strs names = unwanted(d, target, rule->args, said, grantable);
            if (names.n == 0)
                continue;
            struct rec *r =
                grant_op(d, target, noun, role, ops, gives ? OP_revoke : OP_grant);
            rec_set(r, K_privileges, val_strs(d->arena, names.at, names.n));
            if (grantable)
                rec_set(r, K_grant_option_for, val_bool(true));
        }
    }
}
