/* Everything that is not a table, and not in one: how it is undone. */
#include "plan/sqlscan.h"
#include "plan/undo.h"

/* ---- types -------------------------------------------------------------------- */

UNDO_KIND(enum)
UNDO_NONE(add_enum_value, "PostgreSQL cannot drop a value of an enum type")
UNDO_SWAP(rename_enum_value, value, new_value)

struct op *reverse_replace_enum(struct undo *u)
{
    if (!rec_has(u->op->args, K_existing))
        return undo_none(u, "existing is not given");
    struct op *back = undo_swap(u, K_values, K_existing);
    rec_set(back->args, K_mapping, (struct val){.kind = VAL_NONE});
    return back;
}

UNDO_KIND(domain)
UNDO_EXISTING(alter_domain)

struct op *reverse_create_domain_constraint(struct undo *u)
{
    return undo_named(u, OP_drop_domain_constraint);
}

UNDO_NONE(drop_domain_constraint, "what it checked is not known")
UNDO_SWAP(rename_domain_constraint, name, new_name)
UNDO_NEUTRAL(validate_domain_constraint)

UNDO_AS(create_composite_type, drop_type)
UNDO_AS(create_range_type, drop_type)

struct op *reverse_create_base_type(struct undo *u)
{
    if (rec_has(u->op->args, K_definition))
        return undo_none(u, "it has a definition: PostgreSQL drops it only together "
                            "with its functions, by op.drop_type with cascade = true");
    return undo_as(u, OP_drop_type);
}

UNDO_NONE(drop_type, "its definition is not known")
UNDO_SWAP(rename_type, name, new_name)

struct op *reverse_add_attribute(struct undo *u)
{
    struct op *back = undo_as(u, OP_drop_attribute);
    rec_set(back->args, K_name, *rec_at(rec_at(u->op->args, K_attribute)->rec, K_name));
    rec_set(back->args, K_cascade, *rec_at(u->op->args, K_cascade));
    return back;
}

UNDO_NONE(drop_attribute, "its type is not known")
UNDO_SWAP(rename_attribute, name, new_name)

struct op *reverse_alter_attribute(struct undo *u)
{
    const struct rec *r = u->op->args;
    if (!rec_has(r, K_existing_type))
        return undo_none(u, "existing_type is not given");
    struct op *back = undo_swap(u, K_new_type, K_existing_type);
    rec_set(back->args, K_collate, *rec_at(r, K_existing_collate));
    rec_set(back->args, K_existing_collate, *rec_at(r, K_collate));
    return back;
}

/* ---- schemas and extensions --------------------------------------------------- */

UNDO_KIND(schema)
UNDO_CREATE_DROP(extension)

struct op *reverse_alter_extension(struct undo *u)
{
    const struct rec *r = u->op->args;
    bool updates = rec_has(r, K_version) || rec_bool(r, K_update);
    if (updates && !(rec_has(r, K_version) && rec_has(r, K_existing_version)))
        return undo_none(u, "version and existing_version are not both given");
    if (rec_has(r, K_schema) && !rec_has(r, K_existing_schema))
        return undo_none(u, "existing_schema is not given");
    struct op *back = undo_swap(u, K_version, K_existing_version);
    rec_set(back->args, K_schema, *rec_at(r, K_existing_schema));
    rec_set(back->args, K_existing_schema, *rec_at(r, K_schema));
    return back;
}

/* ---- views, sequences --------------------------------------------------------- */

struct op *reverse_create_view(struct undo *u)
{
    return undo_replace(u, K_query, OP_drop_view);
}

UNDO_NONE(drop_view, "its query is not known")
UNDO_SWAP(rename_view, name, new_name)
UNDO_EXISTING(alter_view)

UNDO_KIND(materialized_view)
UNDO_EXISTING(alter_materialized_view)
UNDO_NEUTRAL(refresh_materialized_view)

UNDO_KIND(sequence)

struct op *reverse_alter_sequence(struct undo *u)
{
    if (rec_has(u->op->args, K_restart))
        return undo_none(u, "the value before restart is not known");
    return undo_existing(u);
}

/* ---- access ------------------------------------------------------------------- */

UNDO_KIND(policy)
UNDO_EXISTING(alter_policy)

UNDO_AS(grant, revoke)
UNDO_NONE(revoke, "what was granted, and by whom, is not known")
UNDO_AS(grant_default_privileges, revoke_default_privileges)
UNDO_NONE(revoke_default_privileges, "what was granted is not known")
UNDO_AS(grant_role, revoke_role)
UNDO_NONE(revoke_role, "with which options they were members is not known")

static struct op *undo_said(struct undo *u, enum key k)
{
    if (!rec_has(u->op->args, K_existing))
        return undo_none(u, "existing is not given");
    return undo_swap(u, k, K_existing);
}

struct op *reverse_comment_on(struct undo *u)
{
    return undo_said(u, K_comment);
}

struct op *reverse_set_owner(struct undo *u)
{
    return undo_said(u, K_owner);
}

struct op *reverse_security_label(struct undo *u)
{
    return undo_said(u, K_label);
}

UNDO_AS(depends_on_extension, no_depends_on_extension)
UNDO_AS(no_depends_on_extension, depends_on_extension)
UNDO_AS(add_to_extension, drop_from_extension)
UNDO_AS(drop_from_extension, add_to_extension)

struct op *reverse_set_schema(struct undo *u)
{
    if (!rec_has(u->op->args, K_schema))
        return undo_none(u, "schema, where it was before, is not given");
    return undo_swap(u, K_schema, K_new_schema);
}

/* ---- statistics, collations, casts, conversions -------------------------------- */

struct op *reverse_create_statistics(struct undo *u)
{
    if (!rec_has(u->op->args, K_name))
        return undo_none(u, "it has no name");
    return undo_as(u, OP_drop_statistics);
}

UNDO_NONE(drop_statistics, "its columns are not known")
UNDO_SWAP(rename_statistics, name, new_name)

struct op *reverse_alter_statistics(struct undo *u)
{
    if (!rec_has(u->op->args, K_existing_statistics))
        return undo_none(u, "existing_statistics is not given");
    return undo_swap(u, K_statistics, K_existing_statistics);
}

UNDO_KIND(collation)
UNDO_NEUTRAL(refresh_collation_version)
UNDO_CREATE_DROP(cast)
UNDO_KIND(conversion)

/* ---- operators, languages, methods -------------------------------------------- */

UNDO_CREATE_DROP(operator)
UNDO_EXISTING(alter_operator)
UNDO_KIND(operator_family)
UNDO_KIND(operator_class)

str family_member(str item, struct arena *a)
{
    size_t types = item.n, end = item.n, head = item.n;
    for (struct token t = sql_token_after(item, 0); t.kind != TOKEN_END;
         t = sql_token_after(item, t.end)) {
        if (t.kind == TOKEN_NUMBER && head == item.n)
            head = t.end;
        if (token_is(item, t, '(') && types == item.n)
            types = t.start;
        if (token_is(item, t, ')') && end == item.n)
            end = t.end;
    }
    if (types == item.n || head > types)
        return STR_NONE;
    return str_fmt(a, "%.*s %.*s", STR_ARG(str_cut(item, 0, head)),
                   STR_ARG(str_cut(item, types, end)));
}

struct op *reverse_alter_operator_family(struct undo *u)
{
    struct list added = rec_list(u->op->args, K_add);
    if (rec_has(u->op->args, K_drop))
        return undo_none(u, "it drops members, whose functions are not known");
    struct op *back = op_copy(u->a, u->op);
    struct val drop = val_list(u->a, added.n);
    for (size_t i = 0; i < added.n; i++) {
        str member = family_member(added.at[i].s, u->a);
        if (!member.p)
            return undo_none(u, "a member is added without its types");
        drop.list.at[i] = val_str(member);
    }
    rec_set(back->args, K_add, (struct val){.kind = VAL_NONE});
    rec_set(back->args, K_drop, drop);
    return back;
}

UNDO_REPLACED_KIND(language)
UNDO_CREATE_DROP(access_method)
UNDO_REPLACED_DROP(transform)

/* ---- text search -------------------------------------------------------------- */

UNDO_KIND(text_search_configuration)

struct op *reverse_alter_text_search_configuration(struct undo *u)
{
    const struct rec *r = u->op->args;
    if (rec_has(r, K_alter_mappings) || rec_has(r, K_drop_mappings) ||
        rec_has(r, K_replace))
        return undo_none(u, "it changes or drops mappings, whose dictionaries are not "
                            "known");
    struct op *back = op_copy(u->a, u->op);
    struct list added = rec_list(r, K_add_mappings);
    for (size_t i = 0; i < added.n; i++) {
        struct list tokens = rec_list(added.at[i].rec, K_tokens);
        for (size_t k = 0; k < tokens.n; k++)
            rec_add(back->args, K_drop_mappings, tokens.at[k], u->a);
    }
    rec_set(back->args, K_add_mappings, (struct val){.kind = VAL_NONE});
    return back;
}

UNDO_KIND(text_search_dictionary)
UNDO_EXISTING(alter_text_search_dictionary)
UNDO_KIND(text_search_parser)
UNDO_KIND(text_search_template)

/* ---- other servers ------------------------------------------------------------ */

UNDO_KIND(publication)

struct op *reverse_alter_publication(struct undo *u)
{
    const struct rec *r = u->op->args;
    bool sets = rec_has(r, K_tables) || rec_has(r, K_schemas) || rec_has(r, K_with);
    struct op *back = sets ? undo_existing(u) : op_copy(u->a, u->op);
    if (!back)
        return NULL;
    rec_set(back->args, K_add_tables, *rec_at(r, K_drop_tables));
    rec_set(back->args, K_drop_tables, *rec_at(r, K_add_tables));
    rec_set(back->args, K_add_schemas, *rec_at(r, K_drop_schemas));
    rec_set(back->args, K_drop_schemas, *rec_at(r, K_add_schemas));
    return back;
}

/* Options that `existing` does not name are ADDed, so they were not there: where nothing
 * else is changed, that is known without it. */
static struct op *undo_options(struct undo *u)
{
    struct op *told = op_copy(u->a, u->op);
    const struct val *existing = rec_at(told->args, K_existing);
    struct rec *before =
        existing->kind == VAL_REC
            ? rec_copy(u->a, existing->rec)
            : rec_new(u->a, shape_field(told->args->shape, STR("existing"))->shape);
    if (rec_has(told->args, K_options) && !rec_has(before, K_options))
        rec_set(before, K_options, (struct val){.kind = VAL_MAP});
    rec_set(told->args, K_existing, val_rec(before));
    return undo_existing(&(struct undo){.op = told, .a = u->a, .e = u->e});
}

#define UNDO_OPTIONS(name)                                                               \
    struct op *reverse_##name(struct undo *u)                                            \
    {                                                                                    \
        return undo_options(u);                                                          \
    }

/* DROP SUBSCRIPTION of one with a slot cannot run in a transaction. The server takes the
 * name "none" for none, too. */
struct op *reverse_create_subscription(struct undo *u)
{
    const struct val *slot = val_get(rec_at(u->op->args, K_with), STR("slot_name"));
    struct op *back = undo_as(u, OP_drop_subscription);
    if (slot->kind != VAL_NULL && !(slot->kind == VAL_STR && str_is(slot->s, "none")))
        rec_set(back->args, K_with_slot, val_bool(true));
    return back;
}

UNDO_NONE(drop_subscription, "its definition is not known")
UNDO_SWAP(rename_subscription, name, new_name)
UNDO_NONE(alter_subscription, "what was there before is not known")
UNDO_KIND(foreign_data_wrapper)
UNDO_OPTIONS(alter_foreign_data_wrapper)
UNDO_KIND(server)
UNDO_OPTIONS(alter_server)
UNDO_CREATE_DROP(user_mapping)
UNDO_OPTIONS(alter_user_mapping)
UNDO_KIND(foreign_table)
UNDO_OPTIONS(alter_foreign_table)
UNDO_NONE(import_foreign_schema, "which tables it makes is not known")
