/* A catalog as tables, columns and links. */
#include "plan/erd.h"

#include "base/utf8.h"
#include "plan/quote.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    const struct catalog *catalog;
    const struct erd_options *options;
    struct erd *out;
    struct arena *arena;
    struct strs schemas;         /* of tables, but for the default one, sorted */
    const struct object **enums; /* what columns and keys are looked up in */
    const struct object **keys;
    size_t n_enums, enums_room, n_keys, keys_room;
    const struct object **parts; /* partitions, by schema and name */
    size_t n_parts, parts_room;
};

/* -- finding ------------------------------------------------------------------------ */

static bool wanted(const struct reader *r, const struct object *o)
{
    if (o->ignored)
        return false;
    for (size_t i = 0; i < r->options->n_schemas; i++)
        if (str_eq(r->options->schemas[i], o->schema))
            return true;
    return r->options->n_schemas == 0;
}

static int by_place(const void *a, const void *b)
{
    const struct erd_table *x = a, *y = b;
    int by = (x->hue > y->hue) - (x->hue < y->hue);
    by = by ? by : str_cmp(x->schema, y->schema);
    return by ? by : str_cmp(x->name, y->name);
}

static int by_name(const void *key, const void *element)
{
    const struct erd_table *x = key, *y = element;
    return by_place(x, y);
}

/* 0 for the default schema, the others by their names. */
static size_t hue_of(const struct reader *r, str schema)
{
    size_t hue = 0;
    if (str_eq(schema, r->catalog->default_schema))
        return 0;
    while (hue < r->schemas.n && str_cmp(r->schemas.at[hue], schema) < 0)
        hue++;
    return hue + 1;
}

static bool is_kind(const struct object *o, const char *kind)
{
    return strcmp(o->kind, kind) == 0;
}

static bool is_table(const struct object *o)
{
    return is_kind(o, "table") || is_kind(o, "foreign table");
}

static bool is_key(const struct object *o)
{
    return is_kind(o, "primary key") || is_kind(o, "unique constraint");
}

static int by_object(const void *a, const void *b)
{
    const struct object *x = *(const struct object *const *)a;
    const struct object *y = *(const struct object *const *)b;
    int by = str_cmp(x->schema, y->schema);
    return by ? by : str_cmp(x->name, y->name);
}

/* One pass for what is looked up later. */
static void collect(struct reader *r)
{
    struct arena *a = r->arena;
    const struct catalog *c = r->catalog;
    for (size_t i = 0; i < c->n; i++) {
        const struct object *o = &c->at[i];
        if (is_kind(o, "enum"))
            *PUSH(a, r->enums, r->n_enums, r->enums_room) = o;
        else if (is_key(o))
            *PUSH(a, r->keys, r->n_keys, r->keys_room) = o;
        if (is_table(o) && rec_has(o->create->args, K_partition_of))
            *PUSH(a, r->parts, r->n_parts, r->parts_room) = o;
        else if (is_table(o) && !str_eq(o->schema, c->default_schema))
            strs_add(&r->schemas, o->schema, a);
    }
    size_t n = 0;
    if (r->n_parts)
        qsort(r->parts, r->n_parts, sizeof *r->parts, by_object);
    str_sort(r->schemas.at, r->schemas.n);
    for (size_t i = 0; i < r->schemas.n; i++)
        if (n == 0 || !str_eq(r->schemas.at[n - 1], r->schemas.at[i]))
            r->schemas.at[n++] = r->schemas.at[i];
    r->schemas.n = n;
}

static struct erd_table *find(const struct reader *r, str schema, str name)
{
    struct erd_table key = {.schema = schema, .name = name, .hue = hue_of(r, schema)};
    return r->out->n_tables
               ? bsearch(&key, r->out->tables, r->out->n_tables, sizeof key, by_name)
               : NULL;
}

/* The table of a column or constraint, if it is drawn. */
static struct erd_table *owner(const struct reader *r, const struct object *o)
{
    return find(r, o->schema, o->table);
}

/* The table that is drawn for this one: itself, or what it is a partition of. */
static struct erd_table *drawn(const struct reader *r, str schema, str name)
{
    for (;;) {
        struct erd_table *t = find(r, schema, name);
        struct object key = {.schema = schema, .name = name}, *wanted = &key;
        const struct object **part =
            t || !r->n_parts
                ? NULL
                : bsearch(&wanted, r->parts, r->n_parts, sizeof *r->parts, by_object);
        if (!part)
            return t;
        const struct rec *parent = rec_at((*part)->create->args, K_partition_of)->rec;
        schema = rec_str(parent, K_schema);
        schema = schema.n ? schema : r->catalog->default_schema;
        name = rec_str(parent, K_table);
    }
}

static size_t column_at(const struct erd_table *t, str name)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->columns[i].name, name))
            return i;
    return 0;
}

/* -- reading ------------------------------------------------------------------------ */

static void add_table(struct reader *r, const struct object *o)
{
    const struct rec *args = o->create->args;
    if (is_kind(o, "table") && rec_has(args, K_partition_of))
        return;
    struct erd *d = r->out;
    struct erd_table *t = PUSH(r->arena, d->tables, d->n_tables, d->tables_room);
    *t = (struct erd_table){.schema = o->schema,
                            .name = o->name,
                            .address = o->address,
                            .comment = rec_str(args, K_comment),
                            .hue = hue_of(r, o->schema)};
    t->title = t->hue == 0
                   ? o->name
                   : str_fmt(r->arena, "%.*s.%.*s", STR_ARG(o->schema), STR_ARG(o->name));
}

/* Parts of parts count for the table that is drawn. */
static void count_partition(struct reader *r, const struct object *o)
{
    struct erd_table *t =
        rec_has(o->create->args, K_partition_of) ? drawn(r, o->schema, o->name) : NULL;
    if (t)
        t->n_partitions++;
}

static str default_of(const struct rec *column, struct arena *a)
{
    if (rec_has(column, K_identity))
        return STR("identity");
    if (rec_has(column, K_generated))
        return str_fmt(a, "generated: %.*s", STR_ARG(rec_str(column, K_generated)));
    const struct val *v = rec_at(column, K_default);
    return v->kind == VAL_SQL || v->kind == VAL_STR ? v->s : STR_NONE;
}

/* The labels of an enum that is the type, or whose array is. */
static str values_of(const struct reader *r, str type)
{
    while (str_ends(type, STR("[]")))
        type = str_cut(type, 0, type.n - 2);
    for (size_t i = 0; i < r->n_enums; i++) {
        const struct object *o = r->enums[i];
        struct buf name = buf_in(r->arena);
        quote_name(&name, rec_str(o->create->args, K_schema), o->name);
        if (!str_eq(buf_done(&name), type))
            continue;
        struct list labels = rec_list(o->create->args, K_values);
        struct buf b = buf_in(r->arena);
        bool first = true;
        for (size_t k = 0; k < labels.n; k++) {
            buf_sep(&b, &first, ", ");
            buf_str(&b, labels.at[k].s);
        }
        return buf_done(&b);
    }
    return STR_NONE;
}

static void add_column(struct reader *r, const struct object *o)
{
    struct erd_table *t = owner(r, o);
    if (!t)
        return;
    const struct rec *column = rec_at(o->create->args, K_column)->rec;
    struct erd_column *c = PUSH(r->arena, t->columns, t->n, t->room);
    const struct val *nullable = rec_at(column, K_nullable);
    *c = (struct erd_column){
        .name = o->name,
        .type = rec_str(column, K_type),
        .otherwise = default_of(column, r->arena),
        .comment = rec_str(column, K_comment),
        .values = values_of(r, rec_str(column, K_type)),
        .not_null = nullable->kind == VAL_BOOL && !nullable->b,
    };
}

static str joined(struct list names, struct arena *a)
{
    struct buf b = buf_in(a);
    bool first = true;
    for (size_t i = 0; i < names.n; i++) {
        buf_sep(&b, &first, ", ");
        buf_str(&b, names.at[i].s);
    }
    return buf_done(&b);
}

static void add_note(struct reader *r, struct erd_table *t, str note)
{
    strs_add(&t->notes, note, r->arena);
}

static void add_key(struct reader *r, const struct object *o, bool primary)
{
    struct erd_table *t = owner(r, o);
    struct list names = rec_list(o->create->args, K_columns);
    if (!t)
        return;
    for (size_t i = 0; i < names.n; i++) {
        struct erd_column *c = t->n ? &t->columns[column_at(t, names.at[i].s)] : NULL;
        if (c && primary)
            c->primary = true;
        else if (c && names.n == 1)
            c->unique = true;
    }
    if (names.n && (!primary || names.n > 1))
        add_note(r, t,
                 str_fmt(r->arena, "%s (%.*s)", primary ? "primary key" : "unique",
                         STR_ARG(joined(names, r->arena))));
}

/* Whether the columns are the primary key or a unique one, in whatever order. */
static bool are_unique(const struct reader *r, const struct object *o, struct list names)
{
    for (size_t i = 0; i < r->n_keys; i++) {
        const struct object *key = r->keys[i];
        if (!str_eq(key->schema, o->schema) || !str_eq(key->table, o->table))
            continue;
        struct list columns = rec_list(key->create->args, K_columns);
        size_t found = 0;
        for (size_t k = 0; k < columns.n; k++)
            for (size_t n = 0; n < names.n; n++)
                found += str_eq(columns.at[k].s, names.at[n].s);
        if (columns.n && found == columns.n)
            return true;
    }
    return false;
}

/* A key that each partition has for itself is one key of the table. */
static bool is_known(const struct reader *r, size_t from, size_t to, str columns)
{
    for (size_t i = 0; i < r->out->n_links; i++) {
        const struct erd_link *l = &r->out->links[i];
        if (l->from == from && l->to == to && str_eq(l->columns, columns))
            return true;
    }
    return false;
}

static void add_link(struct reader *r, const struct object *o)
{
    const struct rec *args = o->create->args;
    str schema = rec_str(args, K_referent_schema);
    struct erd_table *from = drawn(r, o->schema, o->table);
    struct erd_table *to = drawn(r, schema.n ? schema : r->catalog->default_schema,
                                 rec_str(args, K_referent_table));
    struct list names = rec_list(args, K_columns);
    struct list referents = rec_list(args, K_referent_columns);
    if (!from || !to || !from->n || !to->n || names.n == 0 ||
        is_known(r, (size_t)(from - r->out->tables), (size_t)(to - r->out->tables),
                 joined(names, r->arena)))
        return;
    struct erd_link *link =
        PUSH(r->arena, r->out->links, r->out->n_links, r->out->links_room);
    *link = (struct erd_link){
        .from = (size_t)(from - r->out->tables),
        .to = (size_t)(to - r->out->tables),
        .from_column = column_at(from, names.at[0].s),
        .to_column = referents.n ? column_at(to, referents.at[0].s) : 0,
        .name = o->name,
        .columns = joined(names, r->arena),
        .referents = joined(referents, r->arena),
        .on_delete = rec_str(args, K_on_delete),
        .one = are_unique(r, o, names),
    };
    for (size_t i = 0; i < names.n; i++) {
        struct erd_column *c = &from->columns[column_at(from, names.at[i].s)];
        c->foreign = true;
        link->optional = link->optional || !c->not_null;
    }
}

/* A check or an index, in the server's own words behind its name. */
static void add_words(struct reader *r, const struct object *o)
{
    struct erd_table *t = owner(r, o);
    if (t && o->definition.n && !o->follows)
        add_note(r, t, o->definition);
}

static void read_parts(struct reader *r, const struct object *o)
{
    if (is_kind(o, "table"))
        count_partition(r, o);
    else if (is_kind(o, "column"))
        add_column(r, o);
    else if (is_kind(o, "check constraint") || is_kind(o, "index"))
        add_words(r, o);
}

/* -- what is shown ------------------------------------------------------------------ */

static void keep_columns(struct erd *d, enum erd_columns which)
{
    for (size_t i = 0; i < d->n_tables; i++) {
        struct erd_table *t = &d->tables[i];
        size_t kept = 0;
        for (size_t k = 0; k < t->n; k++) {
            bool keep =
                which == ERD_KEYS && (t->columns[k].primary || t->columns[k].foreign);
            for (size_t n = 0; n < d->n_links; n++) {
                struct erd_link *link = &d->links[n];
                if (link->from == i && link->from_column == k)
                    link->from_column = keep ? kept : 0;
                if (link->to == i && link->to_column == k)
                    link->to_column = keep ? kept : 0;
            }
            if (keep)
                t->columns[kept++] = t->columns[k];
        }
        t->n = kept;
    }
}

void erd_read(const struct catalog *c, const struct erd_options *options, struct erd *out,
              struct arena *a)
{
    struct reader r = {.catalog = c, .options = options, .out = out, .arena = a};
    *out = (struct erd){.title = options->title};
    collect(&r);
    for (size_t i = 0; i < c->n; i++)
        if (is_table(&c->at[i]) && wanted(&r, &c->at[i]))
            add_table(&r, &c->at[i]);
    if (out->n_tables)
        qsort(out->tables, out->n_tables, sizeof *out->tables, by_place);
    for (size_t i = 0; i < c->n; i++)
        read_parts(&r, &c->at[i]);
    for (size_t i = 0; i < r.n_keys; i++)
        add_key(&r, r.keys[i], is_kind(r.keys[i], "primary key"));
    for (size_t i = 0; i < c->n; i++)
        if (is_kind(&c->at[i], "foreign key"))
            add_link(&r, &c->at[i]);
    if (options->columns != ERD_ALL)
        keep_columns(out, options->columns);
}

/* -- text --------------------------------------------------------------------------- */

str erd_short_type(str type, struct arena *a)
{
    static const struct {
        const char *is, *becomes;
    } words[] = {
        {"character varying", "varchar"},
        {"timestamp with time zone", "timestamptz"},
        {"timestamp without time zone", "timestamp"},
        {"time with time zone", "timetz"},
        {"time without time zone", "time"},
        {"double precision", "double"},
        {"character(", "char("},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        str is = str_of(words[i].is);
        if (str_starts(type, is))
            return str_fmt(a, "%s%.*s", words[i].becomes,
                           STR_ARG(str_cut(type, is.n, type.n)));
    }
    return type;
}

/* Where the next letter of UTF-8 begins, and how wide this one is shown. */
static size_t next_letter(str text, size_t at, size_t *wide)
{
    unsigned char first = (unsigned char)text.p[at];
    size_t next = at + utf8_byte(str_cut(text, at, text.n), 1);
    /* From U+3000 on (E3 80 80) most letters of three bytes are wide ones, and those of
     * four; combining marks are counted as letters, which only makes a box wider. */
    *wide = first >= 0xF0 || (first >= 0xE3 && first <= 0xED) ? 2 : 1;
    return next;
}

size_t erd_letters(str text)
{
    size_t n = 0, wide;
    for (size_t at = 0; at < text.n; n += wide)
        at = next_letter(text, at, &wide);
    return n;
}

str erd_cut(str text, size_t most, struct arena *a)
{
    size_t n = 0, wide, at = 0;
    if (erd_letters(text) <= most)
        return text;
    while (at < text.n) {
        size_t next = next_letter(text, at, &wide);
        if (n + wide + 1 > most)
            break;
        n += wide;
        at = next;
    }
    return str_fmt(a, "%.*s\xE2\x80\xA6", STR_ARG(str_cut(text, 0, at)));
}

int erd_row_y(const struct erd_table *t, size_t column)
{
    return t->n == 0 ? ERD_HEAD / 2 : ERD_HEAD + (int)column * ERD_ROW + ERD_ROW / 2;
}
