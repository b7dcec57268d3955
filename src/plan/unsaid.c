#include "plan/unsaid.h"

#include <string.h>

/* What COMMENT ON and ALTER call the object. */
static const char *noun_of(const struct object *o)
{
    static const struct {
        const char *kind, *noun;
    } others[] = {
        {"enum", "type"},
        {"range type", "type"},
        {"primary key", "constraint"},
        {"unique constraint", "constraint"},
        {"foreign key", "constraint"},
        {"check constraint", "constraint"},
        {"exclude constraint", "constraint"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(o->kind, others[i].kind) == 0)
            return others[i].noun;
    return o->kind;
}

static bool is_kind(const struct object *o, const char *kind)
{
    return strcmp(o->kind, kind) == 0;
}

void object_name(struct rec *r, const struct object *o)
{
    const struct rec *create = o->create->args;
    size_t paren = str_find(o->name, '(');
    rec_set(r, K_kind, val_str(str_of(noun_of(o))));
    rec_set(r, K_name,
            shape_field(create->shape, STR("name")) ? *rec_at(create, K_name)
                                                    : val_str(o->name));
    if (shape_field(create->shape, STR("schema")))
        rec_set(r, K_schema, *rec_at(create, K_schema));
    if (o->table.n && !is_kind(o, "index") && shape_field(r->shape, STR("table")))
        rec_set(r, K_table, val_str(o->table));
    if (is_kind(o, "function") || is_kind(o, "procedure") || is_kind(o, "operator")) {
        rec_set(r, K_arguments, val_str(str_cut(o->name, paren + 1, o->name.n - 1)));
    } else if (is_kind(o, "aggregate")) {
        rec_set(r, K_arguments, *rec_at(create, K_arguments));
    } else if (is_kind(o, "transform")) {
        rec_set(r, K_name, *rec_at(create, K_type));
        rec_set(r, K_using, *rec_at(create, K_language));
    } else if (is_kind(o, "operator class") || is_kind(o, "operator family")) {
        rec_set(r, K_using, *rec_at(create, K_using));
    }
}

/* ---- owners ---------------------------------------------------------------------- */

/* A sequence that a column owns belongs to whom the table belongs. */
static bool has_own_owner(const struct catalog_index *index, const struct object *o)
{
    static const char *const without[] = {"extension", "column", "grant", "revoke", NULL};
    if (o->owner.n == 0 || o->follows)
        return false;
    for (size_t i = 0; without[i]; i++)
        if (is_kind(o, without[i]))
            return false;
    return !is_kind(o, "sequence") ||
           !catalog_by_identity(index, "sequence owner", o->schema, STR_NONE, o->name);
}

enum { CLASS_OWNER = 6 }; /* no catalog's oid */

/* `before` may be empty: then there is no way back to say. */
static void add_owner(struct catalog *c, size_t object, str owner, str before,
                      struct arena *a)
{
    struct object *o = catalog_add(c, a);
    const struct object *target = &c->at[object];
    o->kind = "owner";
    o->schema = target->schema;
    o->name = str_fmt(a, "%s %.*s", target->kind, STR_ARG(target->name));
    o->address = (struct address){CLASS_OWNER, (unsigned)object, 0};
    o->create = op_new(a, OP_set_owner);
    object_name(o->create->args, target);
    rec_set(o->create->args, K_owner, val_str(owner));
    if (before.n)
        rec_set(o->create->args, K_existing, val_str(before));
    object_needs(c, c->n - 1, (struct need){object, .automatic = true}, a);
}

static struct object *twin_of(const struct catalog_index *index, const struct object *o)
{
    return catalog_by_identity(index, o->kind, o->schema, o->table, o->name);
}

static void leave_owners(struct catalog *database, struct catalog *models,
                         const struct catalog_index *in_database,
                         const struct catalog_index *in_models, struct arena *a)
{
    str me = database->current_user;
    size_t n = database->n, m = models->n;
    for (size_t i = 0; i < n; i++) {
        const struct object *o = &database->at[i];
        if (has_own_owner(in_database, o) && !str_eq(o->owner, me))
            add_owner(database, i, o->owner, me, a);
    }
    for (size_t i = 0; i < m; i++) {
        const struct object *o = &models->at[i];
        if (!has_own_owner(in_models, o))
            continue;
        const struct object *twin = twin_of(in_database, o);
        bool said = !str_eq(o->owner, models->current_user);
        str owner = said ? o->owner : twin && twin->owner.n ? twin->owner : me;
        if (!str_eq(owner, me))
            add_owner(models, i, owner, me, a);
    }
}

/* ---- versions of extensions -------------------------------------------------------- */

static void leave_versions(struct catalog *models,
                           const struct catalog_index *in_database)
{
    for (size_t i = 0; i < models->n; i++) {
        struct object *o = &models->at[i], *twin = twin_of(in_database, o);
        if (!is_kind(o, "extension") || !twin || rec_has(o->create->args, K_version))
            continue;
        rec_set(twin->create->args, K_version, (struct val){.kind = VAL_NONE});
        o->definition = twin->definition;
    }
}

void leave_unsaid(struct catalog *database, struct catalog *models, struct arena *a)
{
    const struct catalog_index *in_database = catalog_index(database, a);
    const struct catalog_index *in_models = catalog_index(models, a);
    leave_versions(models, in_database);
    leave_owners(database, models, in_database, in_models, a);
}

void say_owners(struct catalog *c, struct arena *a)
{
    const struct catalog_index *index = catalog_index(c, a);
    struct strs owners = {0};
    size_t *counts = NEW_N(a, size_t, c->n + 1), most = 0, n = c->n;
    for (size_t i = 0; i < n; i++) {
        if (!has_own_owner(index, &c->at[i]))
            continue;
        size_t k = 0;
        while (k < owners.n && !str_eq(owners.at[k], c->at[i].owner))
            k++;
        if (k == owners.n)
            strs_add(&owners, c->at[i].owner, a);
        counts[k]++;
        most = counts[k] > counts[most] ? k : most;
    }
    for (size_t i = 0; i < n; i++)
        if (has_own_owner(index, &c->at[i]) && !str_eq(c->at[i].owner, owners.at[most]))
            add_owner(c, i, c->at[i].owner, STR_NONE, a);
}

/* The name that an object had before the renames. */
static str name_before(const struct ops *renames, const struct object *o)
{
    for (size_t i = 0; renames && i < renames->n; i++) {
        const struct rec *r = renames->at[i]->args;
        if (shape_field(r->shape, STR("new_name")) &&
            shape_field(r->shape, STR("name")) && !shape_field(r->shape, STR("table")) &&
            str_eq(rec_str(r, K_new_name), o->name))
            return rec_str(r, K_name);
    }
    return o->name;
}

void copy_owners(const struct catalog *from, struct catalog *to,
                 const struct ops *renames, struct arena *a)
{
    const struct catalog_index *index = catalog_index(from, a);
    to->current_user = from->current_user;
    for (size_t i = 0; i < to->n; i++) {
        struct object *o = &to->at[i];
        if (o->owner.n == 0)
            continue;
        struct object before = *o;
        const struct object *twin = twin_of(index, o);
        if (!twin) {
            before.name = name_before(renames, o);
            twin = twin_of(index, &before);
        }
        o->owner = twin ? twin->owner : from->current_user;
    }
}
