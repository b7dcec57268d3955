/* Rows of catalog queries by column name, and PostgreSQL's text form of arrays. */
#include "pg/catalog_read.h"

#include "base/embed.h"
#include "plan/quote.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

extern const struct embedded embedded_sql[];

/* The names of our own tables as an array literal. */
static str own_tables(struct reader *r)
{
    struct buf b = buf_in(r->arena);
    bool first = true;
    buf_char(&b, '{');
    for (size_t i = 0; i < r->options->n_own_tables; i++) {
        str name = r->options->own_tables[i];
        buf_sep(&b, &first, ",");
        quote_element(&b, name);
    }
    buf_char(&b, '}');
    return buf_done(&b);
}

/* Columns in which a query of ours says what the server prints of an expression. */
static bool is_printed(str column)
{
    static const char *const printed[] = {"condition",  "default_value", "definition",
                                          "expression", "query",         "with_check"};
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++)
        if (str_is(column, printed[i]))
            return true;
    return false;
}

/* "columns" of "src/pg/catalog/columns.sql"; STR_NONE of a file elsewhere. */
static str query_name(const char *file)
{
    str path = str_of(file), directory = STR("src/pg/catalog/"), ending = STR(".sql");
    return str_starts(path, directory) ? str_cut(path, directory.n, path.n - ending.n)
                                       : STR_NONE;
}

bool ask_all(struct reader *r)
{
    struct param own = {own_tables(r), false};
    size_t n = 0;
    for (const struct embedded *f = embedded_sql; f->name; f++)
        n += query_name(f->name).n > 0;
    r->answers = NEW_N(r->arena, struct answer, n);
    for (const struct embedded *f = embedded_sql; f->name; f++) {
        str name = query_name(f->name);
        if (!name.n)
            continue;
        struct answer *answer = &r->answers[r->n_answers++];
        answer->name = name;
        struct stmt stmt = {.sql = str_trim((str){f->bytes, f->n}),
                            .flags = STMT_QUIET | (r->options->again ? STMT_AGAIN : 0u)};
        if (str_index(stmt.sql, STR("$1")) < stmt.sql.n) {
            stmt.params = &own;
            stmt.n_params = 1;
        }
        if (!r->sink->ask(r->sink, &stmt, &answer->rows, r->arena, r->err))
            return false;
    }
    return r->sink->sync(r->sink, r->err);
}

struct rows answer_rows(struct reader *r, const char *name)
{
    const struct answer *answer = r->answers;
    while (answer < r->answers + r->n_answers && !str_is(answer->name, name))
        answer++;
    assert(answer < r->answers + r->n_answers && "no such catalog query");
    struct rows rows = answer->rows;
    for (size_t c = 0; c < rows.n_columns; c++)
        for (size_t i = 0; is_printed(rows.names[c]) && i < rows.n_rows; i++) {
            struct cell *cell = &rows.cells[i * rows.n_columns + c];
            cell->text = text_as_written(cell->text, r->options->one_form, r->arena);
        }
    return rows;
}

static const struct cell *cell(struct row row, const char *column)
{
    for (size_t i = 0; i < row.in->n_columns; i++)
        if (str_is(row.in->names[i], column))
            return &row.in->cells[row.number * row.in->n_columns + i];
    assert(false && "the query has no such column");
    return NULL;
}

bool row_null(struct row row, const char *column)
{
    return cell(row, column)->null;
}

str row_str(struct row row, const char *column)
{
    const struct cell *c = cell(row, column);
    return c->null ? STR_NONE : c->text;
}

bool row_bool(struct row row, const char *column)
{
    return str_is(row_str(row, column), "t");
}

long row_int(struct row row, const char *column)
{
    long value = 0;
    str_int(row_str(row, column), &value);
    return value;
}

unsigned row_oid(struct row row, const char *column)
{
    return (unsigned)row_int(row, column);
}

char row_char(struct row row, const char *column)
{
    str s = row_str(row, column);
    return s.n ? s.p[0] : '\0';
}

/* One element of an array literal from *rest on, which then stands behind it. */
static str element(str *rest, struct arena *a)
{
    struct buf b = buf_in(a);
    size_t i = 0;
    if (rest->n && rest->p[0] == '"') {
        for (i = 1; i < rest->n && rest->p[i] != '"'; i++) {
            if (rest->p[i] == '\\' && i + 1 < rest->n)
                i++;
            buf_char(&b, rest->p[i]);
        }
        i++;
    } else {
        for (; i < rest->n && rest->p[i] != ',' && rest->p[i] != '}'; i++)
            buf_char(&b, rest->p[i]);
        if (b.n == 4 && memcmp(b.p, "NULL", 4) == 0)
            b.n = 0;
    }
    *rest = str_cut(*rest, i, rest->n);
    return buf_done(&b);
}

struct strs row_strs(struct row row, const char *column, struct arena *a)
{
    struct strs list = {0};
    str rest = row_str(row, column);
    if (rest.n < 2 || rest.p[0] != '{')
        return list;
    rest = str_cut(rest, 1, rest.n);
    while (rest.n && rest.p[0] != '}') {
        strs_add(&list, element(&rest, a), a);
        if (rest.n && rest.p[0] == ',')
            rest = str_cut(rest, 1, rest.n);
    }
    return list;
}

struct val row_map(struct row row, const char *column, struct arena *a)
{
    struct strs options = row_strs(row, column, a);
    if (options.n == 0)
        return (struct val){.kind = VAL_NONE};
    struct val map = val_map(a, options.n);
    for (size_t i = 0; i < options.n; i++) {
        size_t at = str_find(options.at[i], '=');
        map.map.at[i].key = str_cut(options.at[i], 0, at);
        map.map.at[i].val =
            val_str(str_copy(a, str_cut(options.at[i], at + 1, options.at[i].n)));
    }
    return map;
}

void set_schema(struct reader *r, struct rec *rec, enum key k, str schema)
{
    if (schema.n && !str_eq(schema, r->out->default_schema))
        rec_set(rec, k, val_str(schema));
}

void set_str(struct rec *rec, enum key k, struct row row, const char *column)
{
    if (!row_null(row, column))
        rec_set(rec, k, val_str(row_str(row, column)));
}

void set_sql(struct rec *rec, enum key k, struct row row, const char *column)
{
    if (!row_null(row, column))
        rec_set(rec, k, val_sql(row_str(row, column)));
}

/* Names of the standard and PostgreSQL's own for them (manual, table 8.1). `tail` stands
 * behind the precision. */
static const struct {
    const char *name, *tail, *brief;
} brief_types[] = {
    {"character varying", "", "varchar"},
    {"bit varying", "", "varbit"},
    {"character", "", "char"}, /* never bare: that would be char(1) */
    {"timestamp", " with time zone", "timestamptz"},
    {"timestamp", " without time zone", "timestamp"},
    {"time", " with time zone", "timetz"},
    {"time", " without time zone", "time"},
};

static str brief_type(str type, struct arena *a)
{
    for (size_t i = 0; i < sizeof brief_types / sizeof *brief_types; i++) {
        str name = str_of(brief_types[i].name), tail = str_of(brief_types[i].tail);
        if (!str_starts(type, name))
            continue;
        str rest = str_cut(type, name.n, type.n);
        size_t n = rest.n && rest.p[0] == '(' ? str_find(rest, ')') + 1 : 0;
        str precision = str_cut(rest, 0, n);
        rest = str_cut(rest, n, rest.n);
        if (!str_starts(rest, tail) || (str_is(name, "character") && !n))
            continue;
        rest = str_cut(rest, tail.n, rest.n);
        if (rest.n == 0 || rest.p[0] == '[')
            return str_fmt(a, "%s%.*s%.*s", brief_types[i].brief, STR_ARG(precision),
                           STR_ARG(rest));
    }
    return type;
}

void set_type(struct reader *r, struct rec *rec, enum key k, struct row row,
              const char *column)
{
    if (!row_null(row, column))
        rec_set(rec, k, val_str(brief_type(row_str(row, column), r->arena)));
}

void set_bare(struct reader *r, struct rec *rec, enum key k, struct row row,
              const char *column)
{
    if (!row_null(row, column))
        rec_set(rec, k,
                val_str(str_copy(r->arena, bare_expression(row_str(row, column)))));
}

void set_true(struct rec *rec, enum key k, bool value)
{
    if (value)
        rec_set(rec, k, val_bool(true));
}

void set_names(struct reader *r, struct rec *rec, enum key k, struct strs names)
{
    if (names.n)
        rec_set(rec, k, val_strs(r->arena, names.at, names.n));
}

struct object *add_object(struct reader *r, const char *noun, enum op_kind kind,
                          unsigned class_oid, unsigned oid)
{
    struct object *o = catalog_add(r->out, r->arena);
    o->kind = noun;
    o->address = (struct address){class_oid, oid, 0};
    o->create = op_new(r->arena, kind);
    return o;
}

void set_picks(struct reader *r, struct rec *rec, struct row row,
               const struct pick *picks)
{
    for (; picks->column; picks++) {
        if (row_null(row, picks->column))
            continue;
        struct val map;
        switch (picks->as) {
        case AS_TEXT:
            set_str(rec, picks->k, row, picks->column);
            break;
        case AS_TYPE:
            set_type(r, rec, picks->k, row, picks->column);
            break;
        case AS_BARE:
            set_bare(r, rec, picks->k, row, picks->column);
            break;
        case AS_SQL:
            set_sql(rec, picks->k, row, picks->column);
            break;
        case AS_TRUE:
            set_true(rec, picks->k, row_bool(row, picks->column));
            break;
        case AS_INT:
            rec_set(rec, picks->k, val_int(row_int(row, picks->column)));
            break;
        case AS_NAMES:
            set_names(r, rec, picks->k, row_strs(row, picks->column, r->arena));
            break;
        case AS_MAP:
            map = row_map(row, picks->column, r->arena);
            if (map.kind == VAL_MAP)
                rec_set(rec, picks->k, map);
            break;
        }
    }
}

void set_letter(struct rec *rec, enum key k, struct row row, const char *column,
                const char *letters, const char *const *words)
{
    char letter = row_char(row, column);
    const char *at = letter ? strchr(letters, letter) : NULL;
    if (at && words[at - letters])
        rec_set(rec, k, val_str(str_of(words[at - letters])));
}

void add_alias(struct reader *r, struct address address, size_t object)
{
    *PUSH(r->arena, r->aliases, r->n_aliases, r->aliases_room) =
        (struct alias){address, object};
}

struct object *add_named(struct reader *r, struct row row, const char *noun,
                         enum op_kind kind, unsigned class_oid)
{
    struct object *o = add_object(r, noun, kind, class_oid, row_oid(row, "oid"));
    struct rec *args = o->create->args;
    o->name = row_str(row, "name");
    if (shape_field(args->shape, STR("name")))
        set_str(args, K_name, row, "name");
    if (shape_field(args->shape, STR("schema"))) {
        o->schema = row_str(row, "schema");
        set_schema(r, args, K_schema, o->schema);
    }
    if (shape_field(args->shape, STR("comment")))
        set_str(args, K_comment, row, "comment");
    return o;
}

static int by_oid(const void *key, const void *relation)
{
    unsigned oid = *(const unsigned *)key, at = ((const struct relation *)relation)->oid;
    return (oid > at) - (oid < at);
}

struct relation *relation_of(const struct reader *r, unsigned oid)
{
    return r->n_relations
               ? bsearch(&oid, r->relations, r->n_relations, sizeof *r->relations, by_oid)
               : NULL;
}
