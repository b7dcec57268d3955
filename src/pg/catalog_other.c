/* Objects that are neither relation, type nor routine. */
#include "pg/catalog_read.h"

static void complete_statistics(struct reader *r, struct row row, struct object *o)
{
    struct rec *s = o->create->args;
    struct strs columns = row_strs(row, "columns", r->arena);
    struct strs expressions = row_strs(row, "expressions", r->arena);
    struct strs kinds = row_strs(row, "kinds", r->arena);
    struct val keys = val_list(r->arena, columns.n + expressions.n);
    for (size_t i = 0; i < keys.list.n; i++) {
        struct rec *key = rec_new(r->arena, &shape_key);
        if (i < columns.n)
            rec_set(key, K_name, val_str(columns.at[i]));
        else
            rec_set(key, K_name,
                    val_sql(str_fmt(r->arena, "(%.*s)",
                                    STR_ARG(expressions.at[i - columns.n]))));
        keys.list.at[i] = val_rec(key);
    }
    rec_set(s, K_keys, keys);
    if (!str_eq(row_str(row, "table_schema"), row_str(row, "schema")))
        rec_set(s, K_table_schema, val_str(row_str(row, "table_schema")));
    /* pg_statistic_ext.stxkind: d, f, m; e stands for the expressions. All is the
     * default. */
    struct strs words = {0};
    for (size_t i = 0; i < kinds.n; i++) {
        str word = str_is(kinds.at[i], "d")   ? STR("ndistinct")
                   : str_is(kinds.at[i], "f") ? STR("dependencies")
                   : str_is(kinds.at[i], "m") ? STR("mcv")
                                              : STR_NONE;
        if (word.n)
            strs_add(&words, word, r->arena);
    }
    if (words.n < 3)
        set_names(r, s, K_kinds, words);
}

static void complete_event_trigger(struct reader *r, struct row row, struct object *o)
{
    set_schema(r, o->create->args, K_function_schema, row_str(row, "function_schema"));
    set_enabled(o->create->args, row);
}

static void complete_publication(struct reader *r, struct row row, struct object *o)
{
    static const struct {
        const char *column, *word;
    } events[] = {{"on_insert", "insert"},
                  {"on_update", "update"},
                  {"on_delete", "delete"},
                  {"on_truncate", "truncate"}};
    struct buf b = buf_in(r->arena);
    bool first = true;
    size_t n = 0;
    for (size_t i = 0; i < 4; i++) {
        if (!row_bool(row, events[i].column))
            continue;
        buf_sep(&b, &first, ", ");
        buf_put(&b, events[i].word);
        n++;
    }
    struct val with = val_map(r->arena, 3);
    size_t at = 0;
    if (n < 4) {
        with.map.at[at].key = STR("publish");
        with.map.at[at++].val = val_str(buf_done(&b));
    }
    if (row_bool(row, "via_root")) {
        with.map.at[at].key = STR("publish_via_partition_root");
        with.map.at[at++].val = val_bool(true);
    }
    if (row_char(row, "generated") == 's') {
        with.map.at[at].key = STR("publish_generated_columns");
        with.map.at[at++].val = val_str(STR("stored"));
    }
    with.map.n = at;
    if (at)
        rec_set(o->create->args, K_with, with);
}

static void complete_server(struct reader *r, struct row row, struct object *o)
{
    (void)r;
    o->owner = row_str(row, "owner");
}

static void complete_operator(struct reader *r, struct row row, struct object *o)
{
    o->name = str_fmt(
        r->arena, "%.*s(%.*s, %.*s)", STR_ARG(row_str(row, "name")),
        STR_ARG(row_null(row, "left_type") ? STR("none") : row_str(row, "left_type")),
        STR_ARG(row_str(row, "right_type")));
}

static void complete_cast(struct reader *r, struct row row, struct object *o)
{
    static const char *const contexts[] = {"assignment", "implicit", NULL};
    o->name = str_fmt(r->arena, "%.*s as %.*s", STR_ARG(row_str(row, "source")),
                      STR_ARG(row_str(row, "target")));
    set_letter(o->create->args, K_context, row, "context", "aie", contexts);
    set_true(o->create->args, K_inout, row_char(row, "method") == 'i');
}

static void complete_collation(struct reader *r, struct row row, struct object *o)
{
    static const char *const providers[] = {"icu", "builtin", NULL};
    struct rec *c = o->create->args;
    (void)r;
    set_letter(c, K_provider, row, "provider", "ibc", providers);
    if (!row_bool(row, "deterministic"))
        rec_set(c, K_deterministic, val_bool(false));
    if (!row_null(row, "rules"))
        set_str(c, K_rules, row, "rules");
    if (row_null(row, "locale") &&
        str_eq(row_str(row, "lc_collate"), row_str(row, "lc_ctype"))) {
        set_str(c, K_locale, row, "lc_collate");
    } else if (!row_null(row, "locale")) {
        set_str(c, K_locale, row, "locale");
    } else {
        set_str(c, K_lc_collate, row, "lc_collate");
        set_str(c, K_lc_ctype, row, "lc_ctype");
    }
}

static const struct pick statistics[] = {
    {K_table, "table_name", AS_TEXT}, {K_statistics, "target", AS_INT}, {0, NULL, 0}};
static const struct pick event_triggers[] = {{K_event, "event", AS_TEXT},
                                             {K_execute, "function", AS_TEXT},
                                             {K_tags, "tags", AS_NAMES},
                                             {0, NULL, 0}};
static const struct pick publications[] = {{K_all_tables, "all_tables", AS_TRUE},
                                           {K_schemas, "schemas", AS_NAMES},
                                           {0, NULL, 0}};
static const struct pick operators[] = {
    {K_func, "function", AS_TEXT},    {K_left, "left_type", AS_TEXT},
    {K_right, "right_type", AS_TEXT}, {K_commutator, "commutator", AS_TEXT},
    {K_negator, "negator", AS_TEXT},  {K_restrict, "restrict", AS_TEXT},
    {K_join, "join", AS_TEXT},        {K_hashes, "hashes", AS_TRUE},
    {K_merges, "merges", AS_TRUE},    {0, NULL, 0}};
static const struct pick casts[] = {{K_source, "source", AS_TEXT},
                                    {K_target, "target", AS_TEXT},
                                    {K_func, "function", AS_TEXT},
                                    {K_comment, "comment", AS_TEXT},
                                    {0, NULL, 0}};
static const struct pick nothing[] = {{0, NULL, 0}};

static const struct family families[] = {
    {"statistics", "statistics", OP_create_statistics, CLASS_STATISTIC, statistics,
     complete_statistics},
    {"event_triggers", "event trigger", OP_create_event_trigger, CLASS_EVENT_TRIGGER,
     event_triggers, complete_event_trigger},
    {"publications", "publication", OP_create_publication, CLASS_PUBLICATION,
     publications, complete_publication},
    {"operators", "operator", OP_create_operator, CLASS_OPERATOR, operators,
     complete_operator},
    {"collations", "collation", OP_create_collation, CLASS_COLLATION, nothing,
     complete_collation},
};

void read_family(struct reader *r, const struct family *f)
{
    struct rows rows = answer_rows(r, f->query);
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        struct object *o = add_named(r, row, f->noun, f->create, f->class_oid);
        o->owner = row_str(row, "owner");
        set_picks(r, o->create->args, row, f->picks);
        f->complete(r, row, o);
    }
}

static void read_casts(struct reader *r)
{
    struct rows rows = answer_rows(r, "casts");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        struct object *o =
            add_object(r, "cast", OP_create_cast, CLASS_CAST, row_oid(row, "oid"));
        set_picks(r, o->create->args, row, casts);
        complete_cast(r, row, o);
    }
}

static void read_published(struct reader *r)
{
    static const struct pick picks[] = {{K_name, "name", AS_TEXT},
                                        {K_columns, "columns", AS_NAMES},
                                        {K_where, "condition", AS_BARE},
                                        {0, NULL, 0}};
    struct rows rows = answer_rows(r, "publication_tables");
    struct catalog_index *index = catalog_index(r->out, r->arena);
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        struct object *p = catalog_by_address(
            index, (struct address){CLASS_PUBLICATION, row_oid(row, "publication"), 0});
        if (!p)
            continue;
        struct rec *table = rec_new(r->arena, &shape_published);
        set_picks(r, table, row, picks);
        set_schema(r, table, K_schema, row_str(row, "schema"));
        rec_add(p->create->args, K_tables, val_rec(table), r->arena);
        const struct relation *t = relation_of(r, row_oid(row, "relation"));
        add_alias(r, (struct address){CLASS_PUBLICATION_REL, row_oid(row, "oid"), 0},
                  (size_t)(p - r->out->at));
        if (t)
            object_needs(r->out, (size_t)(p - r->out->at),
                         (struct need){.object = t->object}, r->arena);
    }
}

static void read_foreign(struct reader *r)
{
    static const struct pick wrapper[] = {{K_handler, "handler", AS_TEXT},
                                          {K_validator, "validator", AS_TEXT},
                                          {K_options, "options", AS_MAP},
                                          {0, NULL, 0}};
    static const struct pick server[] = {{K_wrapper, "wrapper", AS_TEXT},
                                         {K_type, "type", AS_TEXT},
                                         {K_version, "version", AS_TEXT},
                                         {K_options, "options", AS_MAP},
                                         {0, NULL, 0}};
    static const struct pick mapping[] = {{K_server, "wrapper", AS_TEXT},
                                          {K_role, "name", AS_TEXT},
                                          {K_options, "options", AS_MAP},
                                          {0, NULL, 0}};
    struct rows rows = answer_rows(r, "foreign");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        struct object *o;
        switch (row_char(row, "what")) {
        case 'w':
            o = add_named(r, row, "foreign data wrapper", OP_create_foreign_data_wrapper,
                          CLASS_FDW);
            set_picks(r, o->create->args, row, wrapper);
            complete_server(r, row, o);
            break;
        case 's':
            o = add_named(r, row, "server", OP_create_server, CLASS_SERVER);
            set_picks(r, o->create->args, row, server);
            complete_server(r, row, o);
            break;
        default:
            o = add_object(r, "user mapping", OP_create_user_mapping, CLASS_USER_MAPPING,
                           row_oid(row, "oid"));
            o->name = row_str(row, "name");
            o->table = row_str(row, "wrapper");
            set_picks(r, o->create->args, row, mapping);
        }
    }
}

static void add_mapping(struct reader *r, struct rec *c, struct row row)
{
    struct rec *mapping = rec_new(r->arena, &shape_mapping);
    struct strs token = {0};
    strs_add(&token, row_str(row, "token"), r->arena);
    set_names(r, mapping, K_tokens, token);
    set_names(r, mapping, K_dictionaries, row_strs(row, "dictionaries", r->arena));
    rec_add(c, K_mappings, val_rec(mapping), r->arena);
}

static void read_text_search(struct reader *r)
{
    struct rows rows = answer_rows(r, "text_search");
    struct object *configuration = NULL;
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct row row = {&rows, i};
        if (row_char(row, "what") == 'd') {
            struct object *o = add_named(r, row, "text search dictionary",
                                         OP_create_text_search_dictionary, CLASS_TS_DICT);
            set_str(o->create->args, K_template, row, "of_what");
            o->owner = row_str(row, "owner");
            struct val options = row_map(row, "options", r->arena);
            if (options.kind == VAL_MAP)
                rec_set(o->create->args, K_options, options);
            continue;
        }
        if (!configuration || configuration->address.oid != row_oid(row, "oid")) {
            configuration =
                add_named(r, row, "text search configuration",
                          OP_create_text_search_configuration, CLASS_TS_CONFIG);
            configuration->owner = row_str(row, "owner");
            if (!str_is(row_str(row, "of_what"), "pg_catalog.\"default\""))
                set_str(configuration->create->args, K_parser, row, "of_what");
        }
        if (!row_null(row, "token"))
            add_mapping(r, configuration->create->args, row);
    }
}

void read_others(struct reader *r)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        read_family(r, &families[i]);
    read_casts(r);
    read_published(r);
    read_foreign(r);
    read_text_search(r);
}
