/* Reads the arguments of a call by a shape (model/op.h): the same few rules for every
 * operation and every record inside one. It knows types and places, not what an operation
 * means. Each error names the call, the record, the key, what was expected and what came.
 */
#include "script/read.h"

#include "script/habit.h"

#include <string.h>

#define DEEPEST 16

/* ---- tables ---- */

/* What stands in a table: the length of its array part and whether it has keys. Raises on
 * holes and on keys that are neither. */
struct contents {
    lua_Integer items;
    bool keys;
};

static struct contents look(struct reader *r, const struct frame *f, int at, bool holes)
{
    lua_State *L = r->L;
    struct contents c = {0, false};
    lua_Integer count = 0;
    luaL_checkstack(L, 12, "tables nested too deeply");
    for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1)) {
        if (lua_isinteger(L, -2) && lua_tointeger(L, -2) > 0) {
            count++;
            if (lua_tointeger(L, -2) > c.items)
                c.items = lua_tointeger(L, -2);
        } else if (lua_type(L, -2) == LUA_TSTRING) {
            c.keys = true;
        } else {
            read_fail(r, f, "%s cannot be a key of this table", value_describe(L, -2));
        }
    }
    if (!holes && count != c.items)
        read_fail_form(r, f,
                       "the list has a hole: the last index is %lld, the items are %lld",
                       (long long)c.items, (long long)count);
    return c;
}

static struct val read_field(struct reader *r, const struct frame *f,
                             const struct field *field, int at);
static struct rec *read_rec(struct reader *r, const struct frame *f,
                            const struct shape *shape, int at);

/* A field that takes one scalar, or one item of a field that takes a list of them. */
static struct val read_scalar(struct reader *r, const struct frame *f,
                              const struct field *field, int at)
{
    str word = key_word(field->key);
    switch (field->type) {
    case F_NAME:
    case F_NAMES:
        return read_name(r, f, word, at);
    case F_TEXT:
    case F_TEXTS:
        return read_text(r, f, word, at);
    case F_SQL:
    case F_SQLS:
        return read_sql(r, f, word, at);
    case F_WORD:
    case F_WORDS:
        return read_word(r, f, word, field->words, at);
    case F_FLAG:
        return read_flag(r, f, word, field->words, at);
    case F_COMMENT:
        return read_comment(r, f, word, at);
    case F_BOOL:
        return read_bool(r, f, word, at);
    case F_INT:
        return read_int(r, f, word, at);
    default:
        return read_value(r, f, word, at);
    }
}

/* A list of scalars, or one scalar. */
static struct val read_scalars(struct reader *r, const struct frame *f,
                               const struct field *field, int at)
{
    lua_State *L = r->L;
    str word = key_word(field->key);
    if (!value_is_table(L, at)) {
        struct val one = val_list(r->a, 1);
        one.list.at[0] = read_scalar(r, f, field, at);
        return one;
    }
    struct contents c = look(r, f, at, false);
    if (c.keys)
        read_fail_form(r, f, "'%.*s' must be a list, got a table with keys",
                       STR_ARG(word));
    if (c.items == 0)
        read_fail(r, f, "'%.*s' must not be an empty list", STR_ARG(word));
    struct val list = val_list(r->a, (size_t)c.items);
    for (lua_Integer i = 1; i <= c.items; i++) {
        struct frame inner = {f, word.p, i, STR_NONE};
        lua_rawgeti(L, at, i);
        list.list.at[i - 1] = read_scalar(r, &inner, field, lua_gettop(L));
        lua_pop(L, 1);
    }
    return list;
}

/* A value of a column: a table is an array, a jsonb document when it has keys or db.array
 * has marked it. */
static struct val read_datum(struct reader *r, const struct frame *f, str word, int at)
{
    if (!value_is_table(r->L, at))
        return read_value(r, f, word, at);
    lua_pushvalue(r->L, at);
    struct val v = json_is_array(r->L) ? val_str(json_text(r->L, r->a))
                                       : value_any(r->L, at, r->a, r->what);
    lua_pop(r->L, 1);
    read_check_texts(r, f, word, &v);
    return v;
}

/* { { "key", value }, ... }: a map whose order is kept. */
static struct val read_pairs(struct reader *r, const struct frame *f, str word, int at,
                             lua_Integer n)
{
    lua_State *L = r->L;
    struct val map = val_map(r->a, (size_t)n);
    for (lua_Integer i = 1; i <= n; i++) {
        struct pair *p = &map.map.at[i - 1];
        struct frame inner = {f, word.p, i, STR_NONE};
        lua_rawgeti(L, at, i);
        int pair = lua_gettop(L);
        if (!value_is_table(L, pair) || look(r, &inner, pair, false).items != 2)
            read_fail(r, f,
                      "'%.*s' must be a table { key = value }, or a list of pairs "
                      "{ { \"key\", value }, ... }",
                      STR_ARG(word));
        lua_rawgeti(L, pair, 1);
        lua_rawgeti(L, pair, 2);
        p->key = read_str(r, &inner, word, -2);
        for (lua_Integer j = 1; j < i; j++)
            if (str_eq(map.map.at[j - 1].key, p->key))
                read_fail(r, f, "'%.*s' says '%.*s' twice", STR_ARG(word),
                          STR_ARG(p->key));
        p->val = read_value(r, &inner, p->key, lua_gettop(L));
        lua_settop(L, pair - 1);
    }
    return map;
}

/* With `deep`, a value may be a table: an array or jsonb document for a row. */
static struct val read_map(struct reader *r, const struct frame *f, str word, int at,
                           bool deep)
{
    lua_State *L = r->L;
    if (!value_is_table(L, at))
        read_fail_type(r, f, word, "a table { key = value }", at);
    struct contents c = look(r, f, at, false);
    if (c.items && !c.keys && !deep)
        return read_pairs(r, f, word, at, c.items);
    if (c.items)
        read_fail(r, f, "'%.*s' must be a table { key = value }, got a list",
                  STR_ARG(word));
    size_t n = 0;
    for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1))
        n++;
    struct val map = val_map(r->a, n);
    size_t i = 0;
    for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1)) {
        struct pair *p = &map.map.at[i++];
        p->key = read_str(r, f, word, -2);
        int top = lua_gettop(L);
        p->val = deep ? read_datum(r, f, p->key, top) : read_value(r, f, p->key, top);
    }
    map_sort(&map.map);
    return map;
}

static struct val read_rows(struct reader *r, const struct frame *f, str word, int at)
{
    lua_State *L = r->L;
    if (!value_is_table(L, at))
        read_fail_type(r, f, word, "a list of rows { { column = value }, ... }", at);
    struct contents c = look(r, f, at, false);
    if (c.keys)
        read_fail(r, f, "'%.*s' must be a list of rows: { { column = value }, ... }",
                  STR_ARG(word));
    struct val list = val_list(r->a, (size_t)c.items);
    for (lua_Integer i = 1; i <= c.items; i++) {
        struct frame inner = {f, "row", i, STR_NONE};
        lua_rawgeti(L, at, i);
        list.list.at[i - 1] = read_map(r, &inner, STR("row"), lua_gettop(L), true);
        lua_pop(L, 1);
    }
    return list;
}

/* ---- records ---- */

static bool takes_position(const struct field *field)
{
    return field->place == PLACE_ARG || field->place == PLACE_ARG_NIL ||
           field->place == PLACE_ARG_MAY;
}

static size_t count_positions(const struct shape *s)
{
    size_t n = 0;
    while (n < s->n_fields && takes_position(&s->fields[n]))
        n++;
    return n;
}

static const struct field *items_of(const struct shape *s)
{
    for (size_t i = 0; i < s->n_fields; i++)
        if (s->fields[i].place == PLACE_ITEMS)
            return &s->fields[i];
    return NULL;
}

/* Whether a field can be given as a table. */
static bool takes_table(const struct field *field)
{
    switch (field->type) {
    case F_NAME:
    case F_TEXT:
    case F_SQL:
    case F_VALUE:
    case F_COMMENT:
    case F_BOOL:
    case F_INT:
    case F_WORD:
    case F_FLAG:
    case F_FUNC:
        return false;
    default:
        return true;
    }
}

_Noreturn static void fail_key(struct reader *r, const struct frame *f,
                               const struct shape *shape, str word)
{
    str candidates[64];
    size_t n = 0;
    for (size_t i = 0; i < shape->n_fields && n < 64; i++)
        if (!takes_position(&shape->fields[i]) && shape->fields[i].place != PLACE_REST &&
            shape->fields[i].place != PLACE_ITEMS)
            candidates[n++] = key_word(shape->fields[i].key);
    struct habit habit = habit_of(word, candidates, n);
    if (habit.note)
        read_fail(r, f, "unknown key '%.*s': %s", STR_ARG(word), habit.note);
    if (habit.key.p)
        read_fail(r, f, "unknown key '%.*s', did you mean '%.*s'?", STR_ARG(word),
                  STR_ARG(habit.key));
    const struct field *known = shape_field(shape, word);
    if (known && takes_position(known))
        read_fail_form(r, f, "'%.*s' is argument %d here, not a key", STR_ARG(word),
                       (int)(known - shape->fields) + 1);
    read_fail_form(r, f, "unknown key '%.*s'", STR_ARG(word));
}

/* The keys of a table: options, and in a record inside a call also positional fields. */
static void read_keys(struct reader *r, const struct frame *f, struct rec *out, int at,
                      bool positions_too)
{
    lua_State *L = r->L;
    const struct shape *shape = out->shape;
    for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            continue;
        str word = value_str(L, -2);
        const struct field *field = shape_field(shape, word);
        if (!field && r->renames && str_is(word, "renamed_from")) {
            str old = read_name(r, f, word, lua_gettop(L)).s;
            *PUSH(r->a, r->renames->at, r->renames->n, r->renames->room) =
                (struct rename){out, old};
            continue;
        }
        if (!field || field->place == PLACE_REST || field->place == PLACE_ITEMS ||
            (takes_position(field) && !positions_too))
            fail_key(r, f, shape, word);
        if (rec_has(out, field->key))
            read_fail(r, f, "'%.*s' is given twice", STR_ARG(word));
        rec_set(out, field->key, read_field(r, f, field, lua_gettop(L)));
    }
}

static void check_complete(struct reader *r, const struct frame *f, const struct rec *out)
{
    const struct shape *shape = out->shape;
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct field *field = &shape->fields[i];
        if (out->at[i].kind != VAL_NONE)
            continue;
        str word = key_word(field->key);
        if (field->place == PLACE_ARG)
            read_fail_form(r, f, "%s %zu, '%.*s' (%s), is missing",
                           f ? "item" : "argument", i + 1, STR_ARG(word), field->doc);
        if (f && field->place == PLACE_ITEMS)
            read_fail(r, f, "'%.*s' (%s) is missing", STR_ARG(word), field->doc);
        if (field->place == PLACE_OPT_MUST)
            read_fail(r, f, "the key '%.*s' (%s) is missing", STR_ARG(word), field->doc);
    }
}

/* Items from index `from` on as the value of an ITEMS field: read as a list of its own.
 */
static struct val read_items(struct reader *r, const struct frame *f,
                             const struct field *field, int at, lua_Integer from,
                             lua_Integer items)
{
    lua_State *L = r->L;
    lua_createtable(L, (int)(items - from + 1), 0);
    for (lua_Integer i = from; i <= items; i++) {
        lua_rawgeti(L, at, i);
        lua_rawseti(L, -2, i - from + 1);
    }
    struct val v = read_field(r, f, field, lua_gettop(L));
    lua_pop(L, 1);
    return v;
}

/* The name a record goes by in messages: its first field, when that is a name. */
static void label_frame(struct frame *f, const struct rec *out)
{
    if (out->shape->n_fields && out->shape->fields[0].type == F_NAME &&
        out->at[0].kind == VAL_STR)
        f->label = out->at[0].s;
}

/* A table as a record: positional fields or items first, then keys. */
static struct rec *read_rec_table(struct reader *r, struct frame *f,
                                  const struct shape *shape, int at)
{
    lua_State *L = r->L;
    struct rec *out = rec_new(r->a, shape);
    size_t positions = count_positions(shape);
    const struct field *items = items_of(shape);
    struct contents c = look(r, f, at, positions > 0);
    if (!items && c.items && positions == 0)
        read_fail(r, f, "takes only key = value, got a list: write %.*s = ...",
                  STR_ARG(key_word(shape->fields[0].key)));
    if (!items && c.items > (lua_Integer)positions)
        read_fail_form(r, f, "takes %zu item%s before its keys, got %lld", positions,
                       positions == 1 ? "" : "s", (long long)c.items);
    for (size_t i = 0; i < positions && (lua_Integer)i < c.items; i++) {
        if (lua_rawgeti(L, at, (lua_Integer)i + 1) != LUA_TNIL)
            out->at[i] = read_field(r, f, &shape->fields[i], lua_gettop(L));
        lua_pop(L, 1);
        if (i == 0)
            label_frame(f, out);
    }
    if (items && c.items > (lua_Integer)positions)
        rec_set(out, items->key,
                read_items(r, f, items, at, (lua_Integer)positions + 1, c.items));
    read_keys(r, f, out, at, true);
    check_complete(r, f, out);
    return out;
}

/* A record from whatever stands for it: a table; `true`, an empty one; a scalar, its
 * first field. */
static struct rec *read_rec(struct reader *r, const struct frame *f,
                            const struct shape *shape, int at)
{
    struct frame mine = *f;
    const struct shape *form = r->form;
    if (strchr(shape->doc, '{'))
        r->form = shape;
    if (++r->depth > DEEPEST)
        read_fail(r, f, "tables are nested more than %d deep", DEEPEST);
    struct rec *out;
    if (value_is_table(r->L, at)) {
        out = read_rec_table(r, &mine, shape, at);
    } else {
        out = rec_new(r->a, shape);
        bool empty = lua_isboolean(r->L, at) && lua_toboolean(r->L, at);
        if (!empty) {
            out->at[0] = read_field(r, f, &shape->fields[0], at);
            label_frame(&mine, out);
        }
        check_complete(r, &mine, out);
    }
    r->form = form;
    r->depth--;
    return out;
}

/* Refuses { "email" } among the keys of an index. It says no more than "email", and stands
 * for a misunderstanding: { "ix_name", { "email" } } for { "email", name = "ix_name" }. */
static void check_braces(struct reader *r, const struct frame *f, int at)
{
    struct contents c = look(r, f, at, true);
    if (!c.keys && c.items == 1)
        read_fail(r, f,
                  "a column without options stands without braces: "
                  "{ \"a\", \"b\", name = \"ix_name\" }");
}

/* An index key: the first field takes sql "..." as well, and keeps it apart from a name.
 */
static struct rec *read_key(struct reader *r, const struct frame *f,
                            const struct shape *shape, int at)
{
    lua_State *L = r->L;
    struct frame mine = *f;
    bool table = value_is_table(L, at);
    if (table)
        lua_rawgeti(L, at, 1);
    int first = table ? lua_gettop(L) : at;
    if (!value_is_sql(L, first)) {
        if (table) {
            lua_pop(L, 1);
            check_braces(r, f, at);
        }
        return read_rec(r, f, shape, at);
    }
    struct val expression = val_sql(str_copy(r->a, value_sql_text(L, first)));
    struct rec *out;
    if (table) {
        /* the same table without the expression, whose place a name may not take */
        lua_pop(L, 1);
        lua_newtable(L);
        for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1)) {
            if (lua_isinteger(L, -2) && lua_tointeger(L, -2) == 1)
                continue;
            lua_pushvalue(L, -2);
            lua_pushvalue(L, -2);
            lua_rawset(L, -5);
        }
        out = read_rec_table(r, &mine, shape, lua_gettop(L));
        lua_pop(L, 1);
    } else {
        out = rec_new(r->a, shape);
        out->at[0] = expression;
        check_complete(r, f, out);
    }
    out->at[0] = expression;
    return out;
}

/* Whether a table is one record where a list of records could stand. */
static bool is_single(struct reader *r, const struct frame *f, const struct field *field,
                      int at)
{
    lua_State *L = r->L;
    const struct shape *shape = field->shape;
    if (look(r, f, at, true).keys)
        return true;
    lua_rawgeti(L, at, 1);
    lua_rawgeti(L, at, 2);
    bool first = !lua_isnil(L, -2) && !value_is_table(L, -2);
    bool second = !lua_isnil(L, -1) && !value_is_table(L, -1);
    lua_pop(L, 2);
    size_t positions = count_positions(shape);
    if (positions == 0 && items_of(shape))
        return field->type == F_RECS && first;
    /* a second record would have to be a table: it needs two fields itself */
    return positions > 1 && shape->fields[1].place == PLACE_ARG && second;
}

static struct val read_recs(struct reader *r, const struct frame *f,
                            const struct field *field, int at)
{
    lua_State *L = r->L;
    const struct shape *shape = field->shape;
    bool keys = field->type == F_KEYS;
    str word = key_word(field->key);
    if (!value_is_table(L, at) ||
        (field->place != PLACE_ITEMS && is_single(r, f, field, at))) {
        struct frame one = {f, shape->name, 0, STR_NONE};
        if (!value_is_table(L, at) && lua_type(L, at) != LUA_TSTRING &&
            !value_is_sql(L, at))
            read_fail_type(r, f, word, "a table or a string", at);
        struct val v = val_list(r->a, 1);
        v.list.at[0] =
            val_rec(keys ? read_key(r, &one, shape, at) : read_rec(r, &one, shape, at));
        return v;
    }
    struct contents c = look(r, f, at, false);
    if (c.items == 0)
        read_fail(r, f, "'%.*s' must not be an empty list", STR_ARG(word));
    struct val v = val_list(r->a, (size_t)c.items);
    for (lua_Integer i = 1; i <= c.items; i++) {
        struct frame item = {f, shape->name, i, STR_NONE};
        lua_rawgeti(L, at, i);
        int top = lua_gettop(L);
        v.list.at[i - 1] = val_rec(keys ? read_key(r, &item, shape, top)
                                        : read_rec(r, &item, shape, top));
        lua_pop(L, 1);
    }
    return v;
}

/* "users", "users.id" and "app.users.id". */
static struct rec *read_reference(struct reader *r, const struct frame *f,
                                  const struct field *field, int at)
{
    struct frame mine = {f, key_word(field->key).p, 0, STR_NONE};
    if (lua_type(r->L, at) != LUA_TSTRING)
        return read_rec(r, &mine, field->shape, at);
    struct rec *out = rec_new(r->a, field->shape);
    str parts[3], rest = read_str(r, &mine, key_word(field->key), at), piece;
    size_t n = 0;
    while (str_split(&rest, '.', &piece)) {
        if (piece.n == 0 || n == 3)
            read_fail(r, f,
                      "'%.*s' must be \"table\", \"table.column\" or "
                      "\"schema.table.column\", got %s",
                      STR_ARG(key_word(field->key)), value_describe(r->L, at));
        parts[n++] = piece;
    }
    if (n == 0)
        read_fail_type(r, f, key_word(field->key), "\"table.column\"", at);
    for (size_t i = 0; i < n; i++) {
        lua_pushlstring(r->L, parts[i].p, parts[i].n);
        read_name(r, &mine, STR("name"), lua_gettop(r->L));
        lua_pop(r->L, 1);
    }
    if (n == 3)
        rec_set(out, K_schema, val_str(parts[0]));
    rec_set(out, K_table, val_str(parts[n == 3 ? 1 : 0]));
    if (n > 1)
        rec_set(out, K_column, val_str(parts[n - 1]));
    check_complete(r, &mine, out);
    return out;
}

static struct val read_field(struct reader *r, const struct frame *f,
                             const struct field *field, int at)
{
    str word = key_word(field->key);
    if (field->place == PLACE_OPT_NULL && value_is_null(r->L, at))
        return val_null();
    switch (field->type) {
    case F_NAME:
    case F_TEXT:
    case F_SQL:
    case F_VALUE:
    case F_COMMENT:
    case F_BOOL:
    case F_INT:
    case F_WORD:
    case F_FLAG:
        return read_scalar(r, f, field, at);
    case F_NAMES:
    case F_TEXTS:
    case F_SQLS:
    case F_VALUES:
    case F_WORDS:
        return read_scalars(r, f, field, at);
    case F_MAP:
        return read_map(r, f, word, at, false);
    case F_ROWS:
        return read_rows(r, f, word, at);
    case F_REC: {
        struct frame inner = {f, word.p, 0, STR_NONE};
        return val_rec(read_rec(r, &inner, field->shape, at));
    }
    case F_RECS:
    case F_KEYS:
        return read_recs(r, f, field, at);
    case F_REF:
        return val_rec(read_reference(r, f, field, at));
    case F_ANY:
        return value_any(r->L, at, r->a, word.p);
    case F_FUNC:
        if (!lua_isfunction(r->L, at))
            read_fail_type(r, f, word, "a function", at);
        return (struct val){.kind = VAL_NONE};
    }
    return (struct val){.kind = VAL_NONE};
}

/* ---- the call ---- */

static bool has_options(const struct shape *s)
{
    return s->n_fields > 0 && s->fields[s->n_fields - 1].place != PLACE_REST &&
           !takes_position(&s->fields[s->n_fields - 1]);
}

static const struct field *rest_of(const struct shape *s)
{
    for (size_t i = 0; i < s->n_fields; i++)
        if (s->fields[i].place == PLACE_REST)
            return &s->fields[i];
    return NULL;
}

static bool has_keys(struct reader *r, int at)
{
    return look(r, NULL, at, true).keys;
}

/* { "a" } where a scalar should stand is a mistake about that argument. */
static bool only_list(struct reader *r, int at)
{
    struct contents c = look(r, NULL, at, true);
    return c.items && !c.keys;
}

/* The index of the table of options among n arguments, 0 when there is none. */
static int find_options(struct reader *r, const struct shape *s, int n)
{
    int positions = (int)count_positions(s);
    if (!has_options(s) || n == 0 || !value_is_table(r->L, n))
        return 0;
    if (n > positions)
        return n;
    const struct field *field = &s->fields[n - 1];
    if (!takes_table(field))
        return n > 1 && only_list(r, n) ? 0 : n;
    return field->place == PLACE_ARG_MAY && has_keys(r, n) ? n : 0;
}

static struct val read_rest(struct reader *r, const struct field *field, int from, int to)
{
    str word = key_word(field->key);
    if (from > to)
        return (struct val){.kind = VAL_NONE};
    struct val list = val_list(r->a, (size_t)(to - from + 1));
    for (int at = from; at <= to; at++) {
        struct frame item = {NULL, word.p, at - from + 1, STR_NONE};
        if (lua_isnil(r->L, at))
            read_fail(r, NULL, "parameter %d is nil: write db.NULL for NULL",
                      at - from + 1);
        list.list.at[at - from] = field->type == F_VALUES ? read_datum(r, &item, word, at)
                                                          : read_text(r, &item, word, at);
    }
    return list;
}

/* op.drop_table{"t"} is one table with all arguments in it. */
static void check_parentheses(struct reader *r)
{
    bool has_text = lua_rawgeti(r->L, 1, 1) == LUA_TSTRING;
    lua_pop(r->L, 1);
    if (has_text && r->call->fields[0].place == PLACE_ARG)
        read_fail_form(r, NULL, "takes its arguments in parentheses, and got one table");
}

void read_call(lua_State *L, const char *what, int n, struct rec *out,
               struct renames *renames, struct arena *a)
{
    struct reader r = {L, a, what, 0, renames, out->shape, NULL};
    const struct shape *s = out->shape;
    const struct field *rest = rest_of(s), *items = items_of(s);
    int positions = (int)count_positions(s);
    luaL_checkstack(L, 16, NULL);
    while (n > 0 && lua_isnil(L, n) && !(rest && n > positions))
        n--;
    int options = find_options(&r, s, n);
    int given = options ? options - 1 : n;
    if (options == 1)
        check_parentheses(&r);
    if (!rest && given > positions) {
        if (!options && given == positions + 1 && has_options(s))
            read_fail_form(&r, NULL, "argument %d must be a table of options, got %s",
                           given, value_describe(L, given));
        read_fail_form(&r, NULL, "takes %d argument%s%s, got %d", positions,
                       positions == 1 ? "" : "s",
                       has_options(s) ? " and a table of options" : "", n);
    }
    for (int i = 0; i < positions && i < given; i++)
        if (!lua_isnil(L, i + 1))
            out->at[i] = read_field(&r, NULL, &s->fields[i], i + 1);
    if (rest)
        rec_set(out, rest->key, read_rest(&r, rest, positions + 1, given));
    if (options) {
        struct contents c = look(&r, NULL, options, false);
        if (items && c.items)
            rec_set(out, items->key, read_items(&r, NULL, items, options, 1, c.items));
        else if (c.items)
            read_fail_form(
                &r, NULL,
                "the table of options has no place for a list: write key = value");
        read_keys(&r, NULL, out, options, false);
    }
    check_complete(&r, NULL, out);
}
