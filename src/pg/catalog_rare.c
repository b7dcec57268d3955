/* What few databases define themselves: languages, transforms, conversions, access
 * methods, operator classes and families, parsers and templates of text search. */
#include "pg/catalog_read.h"

static void complete_nothing(struct reader *r, struct row row, struct object *o)
{
    (void)r, (void)row, (void)o;
}

/* One name may stand for a class of each access method. */
static void name_with_method(struct reader *r, struct row row, struct object *o)
{
    o->name = str_fmt(r->arena, "%.*s using %.*s", STR_ARG(row_str(row, "name")),
                      STR_ARG(row_str(row, "method")));
    struct strs members = row_strs(row, "members", r->arena);
    size_t at = (size_t)(o - r->out->at);
    for (size_t i = 0; i < members.n; i++) {
        long oid = 0;
        str_int(members.at[i], &oid);
        add_alias(r, (struct address){CLASS_AMOP, (unsigned)oid, 0}, at);
        add_alias(r, (struct address){CLASS_AMPROC, (unsigned)oid, 0}, at);
    }
}

static void complete_class(struct reader *r, struct row row, struct object *o)
{
    name_with_method(r, row, o);
    set_schema(r, o->create->args, K_family_schema, row_str(row, "family_schema"));
}

static void complete_transform(struct reader *r, struct row row, struct object *o)
{
    o->name = str_fmt(r->arena, "for %.*s language %.*s", STR_ARG(row_str(row, "type")),
                      STR_ARG(row_str(row, "language")));
}

static const struct pick conversions[] = {{K_source, "source", AS_TEXT},
                                          {K_target, "target", AS_TEXT},
                                          {K_func, "function", AS_TEXT},
                                          {K_default, "is_default", AS_TRUE},
                                          {0, NULL, 0}};
static const struct pick languages[] = {{K_handler, "handler", AS_TEXT},
                                        {K_inline, "inline", AS_TEXT},
                                        {K_validator, "validator", AS_TEXT},
                                        {K_trusted, "trusted", AS_TRUE},
                                        {0, NULL, 0}};
static const struct pick access_methods[] = {
    {K_type, "type", AS_TEXT}, {K_handler, "handler", AS_TEXT}, {0, NULL, 0}};
static const struct pick transforms[] = {{K_type, "type", AS_TEXT},
                                         {K_language, "language", AS_TEXT},
                                         {K_from_sql, "from_sql", AS_TEXT},
                                         {K_to_sql, "to_sql", AS_TEXT},
                                         {0, NULL, 0}};
static const struct pick operator_families[] = {
    {K_using, "method", AS_TEXT}, {K_items, "items", AS_NAMES}, {0, NULL, 0}};
static const struct pick operator_classes[] = {
    {K_using, "method", AS_TEXT},  {K_type, "type", AS_TEXT},
    {K_items, "items", AS_NAMES},  {K_default, "is_default", AS_TRUE},
    {K_family, "family", AS_TEXT}, {0, NULL, 0}};
static const struct pick parsers[] = {
    {K_start, "start", AS_TEXT},       {K_gettoken, "gettoken", AS_TEXT},
    {K_finish, "finish", AS_TEXT},     {K_lextypes, "lextypes", AS_TEXT},
    {K_headline, "headline", AS_TEXT}, {0, NULL, 0}};
static const struct pick templates[] = {
    {K_init, "init", AS_TEXT}, {K_lexize, "lexize", AS_TEXT}, {0, NULL, 0}};

static const struct family families[] = {
    {"conversions", "conversion", OP_create_conversion, CLASS_CONVERSION, conversions,
     complete_nothing},
    {"languages", "language", OP_create_language, CLASS_LANGUAGE, languages,
     complete_nothing},
    {"access_methods", "access method", OP_create_access_method, CLASS_ACCESS_METHOD,
     access_methods, complete_nothing},
    {"transforms", "transform", OP_create_transform, CLASS_TRANSFORM, transforms,
     complete_transform},
    {"operator_families", "operator family", OP_create_operator_family, CLASS_OPFAMILY,
     operator_families, name_with_method},
    {"operator_classes", "operator class", OP_create_operator_class, CLASS_OPCLASS,
     operator_classes, complete_class},
    {"text_search_parsers", "text search parser", OP_create_text_search_parser,
     CLASS_TS_PARSER, parsers, complete_nothing},
    {"text_search_templates", "text search template", OP_create_text_search_template,
     CLASS_TS_TEMPLATE, templates, complete_nothing},
};

void read_rare(struct reader *r)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        read_family(r, &families[i]);
}
