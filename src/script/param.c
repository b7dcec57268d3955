/* Lua values as PostgreSQL reads them: parameters, cells of COPY, elements of arrays.
 *
 * A list is an array, { 1, { 2 } } is an array in an array. A table with keys is JSON,
 * and so is a list that db.array has marked. */
#include "base/utf8.h"
#include "plan/quote.h"
#include "script/inner.h"

#include <string.h>

enum { DEEPEST = 6 }; /* dimensions of an array (manual, MAXDIM) */

static void put_array(lua_State *L, struct buf *b, const char *what, int depth);

static bool is_list(lua_State *L)
{
    return value_is_table(L, -1) && lua_rawlen(L, -1) > 0 && !json_is_array(L);
}

/* The element on top. */
static void put_element(lua_State *L, struct buf *b, const char *what, int depth)
{
    str text;
    if (is_list(L)) {
        put_array(L, b, what, depth + 1);
        return;
    }
    if (lua_isnil(L, -1) || !(value_is_null(L, -1) || lua_isboolean(L, -1) ||
                              lua_type(L, -1) == LUA_TNUMBER ||
                              lua_type(L, -1) == LUA_TSTRING || value_is_table(L, -1)))
        error_raise(L, "%s: a list that is a parameter holds %s", what,
                    value_describe(L, -1));
    if (!param_text(L, &text, b->arena, what))
        buf_put(b, "NULL");
    else if (lua_type(L, -1) == LUA_TSTRING || value_is_table(L, -1))
        quote_element(b, text);
    else
        buf_str(b, text);
}

static void put_array(lua_State *L, struct buf *b, const char *what, int depth)
{
    int at = lua_gettop(L);
    lua_Integer n = (lua_Integer)lua_rawlen(L, at), count = 0;
    luaL_checkstack(L, 8, NULL);
    if (depth > DEEPEST)
        error_raise(L, "%s: a list is nested more than %d deep", what, DEEPEST);
    for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1))
        count++;
    if (count != n)
        error_raise(L,
                    "%s: a table that is a parameter must be a list of values, or have "
                    "keys alone",
                    what);
    buf_char(b, '{');
    for (lua_Integer i = 1; i <= n; i++) {
        if (i > 1)
            buf_char(b, ',');
        lua_rawgeti(L, at, i);
        put_element(L, b, what, depth);
        lua_settop(L, at);
    }
    buf_char(b, '}');
}

/* A table without list items: {} is the empty array and the empty object alike. */
static void put_table(lua_State *L, struct buf *b, const char *what)
{
    if (is_list(L))
        put_array(L, b, what, 1);
    else
        json_put(L, b);
}

bool param_text(lua_State *L, str *out, struct arena *a, const char *what)
{
    struct buf b = buf_in(a);
    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        *out = lua_toboolean(L, -1) ? STR("true") : STR("false");
        return true;
    case LUA_TNUMBER:
        if (lua_isinteger(L, -1))
            buf_fmt(&b, "%lld", (long long)lua_tointeger(L, -1));
        else
            buf_num(&b, lua_tonumber(L, -1));
        *out = buf_done(&b);
        return true;
    case LUA_TSTRING:
        *out = str_copy(a, value_str(L, -1));
        break;
    case LUA_TTABLE:
        put_table(L, &b, what);
        *out = buf_done(&b);
        break;
    case LUA_TNIL:
        return false;
    default:
        if (value_is_null(L, -1))
            return false;
        if (value_is_sql(L, -1))
            error_raise(L, "%s is sql \"...\": a parameter is a value", what);
        error_raise(L, "%s is %s", what, value_describe(L, -1));
    }
    if (memchr(out->p, '\0', out->n))
        error_raise(L, "%s holds a NUL byte, which PostgreSQL cannot store in text",
                    what);
    if (!utf8_ok(*out))
        error_raise(L, "%s is not valid UTF-8", what);
    return true;
}

/* ---- and back: the text of an array as a list ---- */

struct array_parser {
    lua_State *L;
    const char *p, *end;
    bool convert; /* a function stands at index 2 */
};

_Noreturn static void fail(struct array_parser *s)
{
    error_raise(s->L, "db.decode_array: this is not the text of an array");
}

static void push_quoted(struct array_parser *s)
{
    luaL_Buffer b;
    luaL_buffinit(s->L, &b);
    for (s->p++; s->p < s->end && *s->p != '"'; s->p++) {
        s->p += *s->p == '\\';
        if (s->p >= s->end)
            fail(s);
        luaL_addchar(&b, *s->p);
    }
    if (s->p >= s->end)
        fail(s);
    s->p++;
    luaL_pushresult(&b);
}

static void push_element(struct array_parser *s)
{
    const char *begin = s->p;
    if (s->p < s->end && *s->p == '"') {
        push_quoted(s);
    } else {
        while (s->p < s->end && *s->p != ',' && *s->p != '}')
            s->p++;
        if (s->p == begin)
            fail(s);
        if (s->p - begin == 4 && memcmp(begin, "NULL", 4) == 0) {
            value_push_null(s->L);
            return;
        }
        lua_pushlstring(s->L, begin, (size_t)(s->p - begin));
    }
    if (s->convert) {
        lua_pushvalue(s->L, 2);
        lua_insert(s->L, -2);
        lua_call(s->L, 1, 1);
    }
}

static void push_list(struct array_parser *s, int depth)
{
    luaL_checkstack(s->L, 8, NULL);
    if (depth > DEEPEST || s->p >= s->end || *s->p != '{')
        fail(s);
    lua_newtable(s->L);
    if (++s->p < s->end && *s->p == '}') {
        s->p++;
        return;
    }
    for (lua_Integer i = 1;; i++) {
        if (s->p < s->end && *s->p == '{')
            push_list(s, depth + 1);
        else
            push_element(s);
        lua_rawseti(s->L, -2, i);
        if (s->p >= s->end || (*s->p != ',' && *s->p != '}'))
            fail(s);
        if (*s->p++ == '}')
            return;
    }
}

int param_decode_array(lua_State *L)
{
    lua_settop(L, 2);
    if (lua_isnil(L, 1))
        return lua_pushnil(L), 1;
    if (lua_type(L, 1) != LUA_TSTRING || !(lua_isnil(L, 2) || lua_isfunction(L, 2)))
        error_raise(L,
                    "db.decode_array takes the text of an array, and a function for its "
                    "elements if they are to be converted");
    str text = value_str(L, 1);
    struct array_parser s = {L, text.p, text.p + text.n, lua_isfunction(L, 2)};
    if (text.n && text.p[0] == '[') /* bounds that do not begin at 1: "[0:2]={...}" */
        s.p += str_find(text, '=') + (str_find(text, '=') < text.n);
    push_list(&s, 1);
    if (s.p != s.end)
        fail(&s);
    return 1;
}
