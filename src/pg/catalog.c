#include "pg/catalog.h"

#include "pg/catalog_read.h"

#include <stdlib.h>
#include <string.h>

static int relation_order(const void *a, const void *b)
{
    unsigned left = ((const struct relation *)a)->oid;
    unsigned right = ((const struct relation *)b)->oid;
    return (left > right) - (left < right);
}

static int alias_order(const void *a, const void *b)
{
    const struct address *left = &((const struct alias *)a)->address;
    const struct address *right = &((const struct alias *)b)->address;
    if (left->class_oid != right->class_oid)
        return left->class_oid < right->class_oid ? -1 : 1;
    return (left->oid > right->oid) - (left->oid < right->oid);
}

size_t object_of(const struct reader *r, const struct catalog_index *index,
                 struct address at)
{
    const struct object *o = catalog_by_address(index, at);
    if (o)
        return (size_t)(o - r->out->at);
    struct alias key = {.address = {at.class_oid, at.oid, 0}};
    const struct alias *alias =
        r->n_aliases ? bsearch(&key, r->aliases, r->n_aliases, sizeof key, alias_order)
                     : NULL;
    return alias ? alias->object : NO_OBJECT;
}

static void read_depends(struct reader *r)
{
    struct rows rows = answer_rows(r, "depends");
    if (r->n_aliases)
        qsort(r->aliases, r->n_aliases, sizeof *r->aliases, alias_order);
    struct catalog_index *index = catalog_index(r->out, r->arena);
    read_leaders(r, index);
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        char how = row_char(row, "how");
        struct address from = {row_oid(row, "class"), row_oid(row, "oid"),
                               (int)row_int(row, "sub")};
        struct address to = {row_oid(row, "needs_class"), row_oid(row, "needs_oid"),
                             (int)row_int(row, "needs_sub")};
        size_t object = object_of(r, index, from), needed = object_of(r, index, to);
        if (object == NO_OBJECT || needed == NO_OBJECT || object == needed)
            continue;
        /* A member of an operator family goes alone with what it needs, and so does a
         * table of a publication. */
        bool member = from.class_oid == CLASS_AMOP || from.class_oid == CLASS_AMPROC ||
                      from.class_oid == CLASS_PUBLICATION_REL;
        bool automatic =
            !member && (how == 'a' || how == 'i' || how == 'P' || how == 'S');
        bool owned = from.class_oid == CLASS_CLASS && to.sub > 0 && automatic &&
                     strcmp(r->out->at[object].kind, "sequence") == 0;
        bool of_default = from.class_oid == CLASS_ATTRDEF;
        object_needs(r->out, object, (struct need){needed, automatic, owned, of_default},
                     r->arena);
    }
    /* Columns and what else stands in a table need it, whatever pg_depend says. */
    for (size_t i = 0; i < r->out->n; i++) {
        const struct object *o = &r->out->at[i];
        if (o->address.class_oid != CLASS_CLASS || o->address.sub == 0)
            continue;
        size_t table =
            object_of(r, index, (struct address){CLASS_CLASS, o->address.oid, 0});
        if (table != NO_OBJECT)
            object_needs(r->out, i, (struct need){table, .automatic = true}, r->arena);
    }
}

/* The session's own words: expressions are printed as seen from the default schema alone;
 * where nothing can be made without naming the schema, that is pg_catalog. Each query is
 * short and estimated dear: compiling it to machine code would take longer than all of them
 * (manual, 32.2). The rest is how the server prints what it keeps, for which a database may
 * have settings of its own. */
static bool prepare(struct reader *r)
{
    enum { USER, VERSION, METHOD, SCHEMA };
    struct rows rows;
    struct param given = {r->options->default_schema, r->options->default_schema.n == 0};
    struct stmt set = {
        .sql = STR("SELECT current_user, current_setting('server_version_num'), "
                   "current_setting('default_table_access_method'), usual.schema, "
                   "set_config('search_path', quote_ident(usual.schema), false), "
                   "set_config('jit', 'off', false), "
                   "set_config('quote_all_identifiers', 'off', false), "
                   "set_config('bytea_output', 'hex', false), "
                   "set_config('extra_float_digits', '1', false) "
                   "FROM (SELECT coalesce($1, current_schema(), 'pg_catalog') AS schema "
                   "OFFSET 0) usual"),
        .params = &given,
        .n_params = 1,
        .flags = STMT_QUIET};
    if (!r->sink->query(r->sink, &set, &rows, r->arena, r->err))
        return false;
    long version = 0;
    r->out->current_user = rows_text(&rows, 0, USER);
    r->out->default_schema = rows_text(&rows, 0, SCHEMA);
    r->out->access_method = rows_text(&rows, 0, METHOD);
    str_int(rows_text(&rows, 0, VERSION), &version);
    r->out->server_version = (int)version;
    return true;
}

static void read_not_compared(struct reader *r)
{
    struct strs *names = &r->out->not_compared;
    struct rows rows = answer_rows(r, "not_compared");
    for (size_t i = 0; i < rows.n_rows; i++)
        strs_add(names, row_str((struct row){&rows, i}, "name"), r->arena);
}

bool catalog_read(struct sink *s, const struct catalog_options *options,
                  struct catalog *out, struct arena *a, struct err *e)
{
    struct reader r = {.sink = s, .out = out, .options = options, .arena = a, .err = e};
    *out = (struct catalog){0};
    if (!prepare(&r) || !ask_all(&r))
        return false;
    read_schemas(&r);
    read_extensions(&r);
    read_types(&r);
    read_relations(&r, read_view);
    if (r.n_relations)
        qsort(r.relations, r.n_relations, sizeof *r.relations, relation_order);
    read_inherits(&r);
    read_columns(&r, &r.columns);
    read_constraints(&r);
    read_indexes(&r);
    read_sequences(&r);
    read_routines(&r);
    read_triggers(&r);
    if (!read_rules(&r))
        return false;
    read_policies(&r);
    read_others(&r);
    read_rare(&r);
    read_grants(&r);
    read_not_compared(&r);
    read_depends(&r);
    return true;
}
