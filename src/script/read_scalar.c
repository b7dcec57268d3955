/* Reads scalars: names, text, SQL, values, words. Part of read.c. */
#include "base/utf8.h"
#include "plan/quote.h"
#include "script/read.h"

#include "script/advice.h"

#include <string.h>

static void put_frames(struct buf *b, const struct frame *f)
{
    if (!f)
        return;
    put_frames(b, f->up);
    for (const char *p = f->noun; *p; p++)
        buf_char(b, *p == '_' ? ' ' : *p);
    if (f->label.n)
        buf_fmt(b, " '%.*s'", STR_ARG(f->label));
    else if (f->index)
        buf_fmt(b, " %lld", (long long)f->index);
    buf_put(b, ": ");
}

static str failure(struct reader *r, const struct frame *f, struct arena *scratch,
                   const char *format, va_list args)
{
    struct buf b = buf_in(scratch);
    buf_fmt(&b, "%s: ", r->what);
    put_frames(&b, f);
    buf_str(&b, str_vfmt(scratch, format, args));
    return buf_done(&b);
}

void read_fail(struct reader *r, const struct frame *f, const char *format, ...)
{
    struct arena *scratch = box_arena(r->L);
    va_list args;
    va_start(args, format);
    str message = failure(r, f, scratch, format, args);
    va_end(args);
    error_raise_hint(r->L, message, STR_NONE);
}

void read_fail_form(struct reader *r, const struct frame *f, const char *format, ...)
{
    struct arena *scratch = box_arena(r->L);
    va_list args;
    va_start(args, format);
    str message = failure(r, f, scratch, format, args);
    va_end(args);
    error_raise_hint(r->L, message,
                     f && r->form ? str_of(r->form->doc)
                                  : advice_form(r->what, r->call, scratch));
}

void read_fail_type(struct reader *r, const struct frame *f, str word,
                    const char *expected, int at)
{
    if (value_is_null(r->L, at))
        read_fail(r, f, "'%.*s' cannot be NULL: it must be %s", STR_ARG(word), expected);
    read_fail_form(r, f, "'%.*s' must be %s, got %s", STR_ARG(word), expected,
                   value_describe(r->L, at));
}

/* ---- scalars ---- */

static void check_text(struct reader *r, const struct frame *f, str word, str s)
{
    if (memchr(s.p, '\0', s.n))
        read_fail(r, f, "'%.*s' holds a NUL byte, which PostgreSQL cannot store in text",
                  STR_ARG(word));
    if (!utf8_ok(s))
        read_fail(r, f, "'%.*s' is not valid UTF-8", STR_ARG(word));
}

str read_str(struct reader *r, const struct frame *f, str word, int at)
{
    str s = value_str(r->L, at);
    check_text(r, f, word, s);
    return str_copy(r->a, s);
}

void read_check_texts(struct reader *r, const struct frame *f, str word,
                      const struct val *v)
{
    if (v->kind == VAL_STR)
        check_text(r, f, word, v->s);
    for (size_t i = 0; v->kind == VAL_LIST && i < v->list.n; i++)
        read_check_texts(r, f, word, &v->list.at[i]);
    for (size_t i = 0; v->kind == VAL_MAP && i < v->map.n; i++) {
        check_text(r, f, word, v->map.at[i].key);
        read_check_texts(r, f, word, &v->map.at[i].val);
    }
}

struct val read_name(struct reader *r, const struct frame *f, str word, int at)
{
    if (lua_type(r->L, at) != LUA_TSTRING)
        read_fail_type(r, f, word, "a name (a string)", at);
    str s = read_str(r, f, word, at);
    if (s.n == 0)
        read_fail(r, f, "'%.*s' must not be empty", STR_ARG(word));
    if (s.n > IDENT_BYTES)
        read_fail(r, f,
                  "the name \"%.*s\" is %zu bytes long: PostgreSQL keeps only %d bytes "
                  "of a name",
                  STR_ARG(s), s.n, IDENT_BYTES);
    return val_str(s);
}

struct val read_text(struct reader *r, const struct frame *f, str word, int at)
{
    if (lua_type(r->L, at) != LUA_TSTRING)
        read_fail_type(r, f, word, "a string", at);
    return val_str(read_str(r, f, word, at));
}

struct val read_sql(struct reader *r, const struct frame *f, str word, int at)
{
    if (value_is_sql(r->L, at))
        return val_str(str_copy(r->a, value_sql_text(r->L, at)));
    if (lua_type(r->L, at) != LUA_TSTRING)
        read_fail_type(r, f, word, "SQL (a string)", at);
    return val_str(read_str(r, f, word, at));
}

struct val read_value(struct reader *r, const struct frame *f, str word, int at)
{
    lua_State *L = r->L;
    switch (lua_type(L, at)) {
    case LUA_TBOOLEAN:
        return val_bool(lua_toboolean(L, at));
    case LUA_TNUMBER:
        return lua_isinteger(L, at) ? val_int(lua_tointeger(L, at))
                                    : val_num(lua_tonumber(L, at));
    case LUA_TSTRING:
        return val_str(read_str(r, f, word, at));
    default:
        if (value_is_null(L, at))
            return val_null();
        if (value_is_sql(L, at))
            return val_sql(str_copy(r->a, value_sql_text(L, at)));
        read_fail_type(r, f, word,
                       "a string, a number, true, false, op.NULL or sql \"...\"", at);
    }
}

struct val read_comment(struct reader *r, const struct frame *f, str word, int at)
{
    if (value_is_null(r->L, at))
        return val_null();
    if (lua_type(r->L, at) != LUA_TSTRING)
        read_fail_type(r, f, word, "a string, or op.NULL for none", at);
    return val_str(read_str(r, f, word, at));
}

struct val read_bool(struct reader *r, const struct frame *f, str word, int at)
{
    if (lua_type(r->L, at) != LUA_TBOOLEAN)
        read_fail_type(r, f, word, "true or false", at);
    return val_bool(lua_toboolean(r->L, at));
}

struct val read_int(struct reader *r, const struct frame *f, str word, int at)
{
    int exact = 0;
    lua_Integer i = 0;
    if (lua_type(r->L, at) == LUA_TNUMBER)
        i = lua_tointegerx(r->L, at, &exact);
    if (!exact)
        read_fail_type(r, f, word, "an integer", at);
    return val_int(i);
}

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '_' ? ' ' : c;
}

static bool same_word(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

/* "a|b c|d" as "one of \"a\", \"b c\", \"d\"". */
static str words_text(struct reader *r, const char *words, const char *before)
{
    struct buf b = buf_in(r->a);
    str rest = str_of(words), piece;
    bool first = true;
    buf_put(&b, before);
    while (str_split(&rest, '|', &piece)) {
        buf_sep(&b, &first, ", ");
        buf_fmt(&b, "\"%.*s\"", STR_ARG(piece));
    }
    return buf_done(&b);
}

_Noreturn static void fail_word(struct reader *r, const struct frame *f, str word,
                                const char *words, int at)
{
    str candidates[64], rest = str_of(words), nearest = STR_NONE;
    size_t n = 0;
    while (n < 64 && str_split(&rest, '|', &candidates[n]))
        n++;
    if (lua_type(r->L, at) == LUA_TSTRING)
        nearest = str_nearest(value_str(r->L, at), candidates, n);
    if (nearest.p)
        read_fail(r, f, "'%.*s' cannot be %s, did you mean \"%.*s\"?", STR_ARG(word),
                  value_describe(r->L, at), STR_ARG(nearest));
    read_fail_type(r, f, word, words_text(r, words, "one of ").p, at);
}

/* Case and underscores do not matter: "CASCADE" and "set_null" are what people type. */
struct val read_word(struct reader *r, const struct frame *f, str word, const char *words,
                     int at)
{
    if (lua_type(r->L, at) == LUA_TSTRING) {
        str given = value_str(r->L, at), rest = str_of(words), piece;
        while (str_split(&rest, '|', &piece))
            if (same_word(given, piece))
                return val_str(piece);
    }
    fail_word(r, f, word, words, at);
}

struct val read_flag(struct reader *r, const struct frame *f, str word, const char *words,
                     int at)
{
    if (lua_type(r->L, at) == LUA_TBOOLEAN)
        return val_bool(lua_toboolean(r->L, at));
    if (lua_type(r->L, at) == LUA_TSTRING)
        return read_word(r, f, word, words, at);
    read_fail_type(r, f, word, words_text(r, words, "true, false or one of ").p, at);
}
