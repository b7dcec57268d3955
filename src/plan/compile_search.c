/* Text search. */
#include "plan/write.h"

static bool mappings(struct pen *p, const struct rec *r, const char *verb, enum key k)
{
    struct list list = rec_list(r, k);
    for (size_t i = 0; i < list.n; i++) {
        put_form(p, r, "ALTER TEXT SEARCH CONFIGURATION {schema.name} ");
        put(p, verb);
        put_form(p, list.at[i].rec, " MAPPING FOR {tokens} WITH {dictionaries}");
        pen_end(p, 0);
    }
    return p->ok;
}

bool compile_create_text_search_configuration(struct pen *p, const struct rec *r)
{
    if (rec_has(r, K_copy) && rec_has(r, K_parser))
        return pen_fail(p, "parser and copy exclude each other");
    pen_stmt(p, r,
             "CREATE TEXT SEARCH CONFIGURATION {schema.name} "
             "([copy:COPY = {copy}][!copy:PARSER = [parser:{parser}]"
             "[!parser:pg_catalog.default]])");
    mappings(p, r, rec_has(r, K_copy) ? "ALTER" : "ADD", K_mappings);
    return pen_comment(p, r, "TEXT SEARCH CONFIGURATION {schema.name}");
}

bool compile_alter_text_search_configuration(struct pen *p, const struct rec *r)
{
    mappings(p, r, "ADD", K_add_mappings);
    mappings(p, r, "ALTER", K_alter_mappings);
    struct list replaced = rec_list(r, K_replace);
    for (size_t i = 0; i < replaced.n; i++) {
        put_form(p, r, "ALTER TEXT SEARCH CONFIGURATION {schema.name} ALTER MAPPING");
        put_form(p, replaced.at[i].rec,
                 "[tokens: FOR {tokens}] REPLACE {dictionary} WITH {new_dictionary}");
        pen_end(p, 0);
    }
    if (rec_list(r, K_drop_mappings).n)
        pen_stmt(p, r,
                 "ALTER TEXT SEARCH CONFIGURATION {schema.name} "
                 "DROP MAPPING FOR {drop_mappings}");
    return p->ok;
}

bool compile_create_text_search_dictionary(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r,
             "CREATE TEXT SEARCH DICTIONARY {schema.name} (TEMPLATE = {template}"
             "[options:, {options}])");
    return pen_comment(p, r, "TEXT SEARCH DICTIONARY {schema.name}");
}

/* An option without a value goes. */
bool compile_alter_text_search_dictionary(struct pen *p, const struct rec *r)
{
    const struct map *m = &rec_at(r, K_options)->map;
    bool first = true;
    put_form(p, r, "ALTER TEXT SEARCH DICTIONARY {schema.name} (");
    for (size_t i = 0; i < m->n; i++) {
        buf_sep(&p->b, &first, ", ");
        put_ident(p, m->at[i].key);
        if (m->at[i].val.kind == VAL_NULL)
            continue;
        put(p, " = ");
        put_value(p, &m->at[i].val);
    }
    put(p, ")");
    return pen_end(p, 0);
}

bool compile_create_text_search_parser(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r,
             "CREATE TEXT SEARCH PARSER {schema.name} (START = {start}, "
             "GETTOKEN = {gettoken}, END = {finish}, LEXTYPES = {lextypes}"
             "[headline:, HEADLINE = {headline}])");
    return pen_comment(p, r, "TEXT SEARCH PARSER {schema.name}");
}

bool compile_create_text_search_template(struct pen *p, const struct rec *r)
{
    pen_stmt(p, r,
             "CREATE TEXT SEARCH TEMPLATE {schema.name} ([init:INIT = {init}, ]"
             "LEXIZE = {lexize})");
    return pen_comment(p, r, "TEXT SEARCH TEMPLATE {schema.name}");
}

#define DROP_AND_RENAME(kind, words)                                                     \
    FORM(drop_text_search_##kind,                                                        \
         "DROP TEXT SEARCH " words                                                       \
         "[if_exists: IF EXISTS] {schema.name}[cascade: CASCADE]")                       \
    FORM(rename_text_search_##kind,                                                      \
         "ALTER TEXT SEARCH " words " {schema.name} RENAME TO {new_name}")

DROP_AND_RENAME(configuration, "CONFIGURATION")
DROP_AND_RENAME(dictionary, "DICTIONARY")
DROP_AND_RENAME(parser, "PARSER")
DROP_AND_RENAME(template, "TEMPLATE")
