/* db.decode, db.encode and db.array: JSON to Lua and back, nothing lost on the way.
 *
 * Integers stay integers up to 64 bits. JSON's null is db.NULL, which a table can hold.
 * An array that was decoded, or marked by db.array, stays an array when it is empty. */
#include "base/json.h"
#include "base/utf8.h"
#include "script/inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 200
#define NUMBER_ROOM 400 /* bytes of a number's text */
#define ARRAY_META "moonshift.array"

/* ---- text to Lua ---- */

struct parser {
    lua_State *L;
    const char *start, *p, *end;
};

_Noreturn static void fail(struct parser *s, const char *what)
{
    error_raise(s->L, "db.decode: %s at byte %d", what, (int)(s->p - s->start) + 1);
}

static int skip(struct parser *s)
{
    while (s->p < s->end && *s->p && strchr(" \t\r\n", *s->p))
        s->p++;
    return s->p < s->end ? (unsigned char)*s->p : -1;
}

static void take(struct parser *s, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        fail(s, "this is not JSON");
    s->p += n;
}

/* The four hex digits of \uXXXX. */
static unsigned hex(struct parser *s)
{
    unsigned code = 0;
    for (int i = 0; i < 4; i++, s->p++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *found = s->p < s->end && *s->p ? strchr(digits, *s->p) : NULL;
        if (!found)
            fail(s, "\\u wants four hex digits");
        code = code << 4 | (unsigned)((found - digits) & 15);
    }
    return code;
}

static void put_utf8(luaL_Buffer *b, unsigned code)
{
    if (code < 0x80) {
        luaL_addchar(b, (char)code);
        return;
    }
    if (code < 0x800) {
        luaL_addchar(b, (char)(0xC0 | code >> 6));
    } else {
        if (code < 0x10000) {
            luaL_addchar(b, (char)(0xE0 | code >> 12));
        } else {
            luaL_addchar(b, (char)(0xF0 | code >> 18));
            luaL_addchar(b, (char)(0x80 | (code >> 12 & 0x3F)));
        }
        luaL_addchar(b, (char)(0x80 | (code >> 6 & 0x3F)));
    }
    luaL_addchar(b, (char)(0x80 | (code & 0x3F)));
}

static void put_escape(struct parser *s, luaL_Buffer *b)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found = s->p < s->end && *s->p ? strchr(from, *s->p) : NULL;
    if (found) {
        luaL_addchar(b, to[found - from]);
        s->p++;
        return;
    }
    if (s->p >= s->end || *s->p != 'u')
        fail(s, "unknown escape");
    s->p++;
    unsigned code = hex(s);
    if (code >= 0xD800 && code < 0xDC00 && s->end - s->p > 1 && s->p[0] == '\\' &&
        s->p[1] == 'u') {
        s->p += 2;
        unsigned low = hex(s);
        if (low < 0xDC00 || low > 0xDFFF)
            fail(s, "half of a surrogate pair");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xD800 && code < 0xE000) {
        fail(s, "half of a surrogate pair");
    }
    put_utf8(b, code);
}

static void parse_string(struct parser *s)
{
    luaL_Buffer b;
    s->p++;
    luaL_buffinit(s->L, &b);
    for (;;) {
        if (s->p >= s->end)
            fail(s, "a string has no end");
        char c = *s->p++;
        if (c == '"')
            break;
        if ((unsigned char)c < 0x20)
            fail(s, "a control character stands in a string");
        if (c == '\\')
            put_escape(s, &b);
        else
            luaL_addchar(&b, c);
    }
    luaL_pushresult(&b);
}

/* The significant digits of a number's text; their count. */
static size_t digits_of(const char *text, char *out)
{
    size_t n = 0, last = 0;
    for (; *text && *text != 'e' && *text != 'E'; text++) {
        if (*text < '0' || *text > '9' || (n == 0 && *text == '0'))
            continue;
        out[n++] = *text;
        if (*text != '0')
            last = n;
    }
    out[last] = '\0';
    return last;
}

/* Whether a double has all the digits of the text that it was read from. */
static bool keeps_digits(const char *text, lua_Number x)
{
    char want[NUMBER_ROOM], printed[NUMBER_ROOM + 16], got[NUMBER_ROOM + 16];
    size_t n = digits_of(text, want);
    snprintf(printed, sizeof printed, "%.*e", n ? (int)n - 1 : 0, x);
    digits_of(printed, got);
    return strcmp(want, got) == 0;
}

/* JSON's numbers are Lua's, but for signs and leading zeros that no server writes, and for
 * those that would be another number when they are written again. */
static void parse_number(struct parser *s)
{
    char text[NUMBER_ROOM];
    size_t n = 0;
    while (s->p < s->end && *s->p && strchr("+-0123456789.eE", *s->p) &&
           n < sizeof text - 1)
        text[n++] = *s->p++;
    text[n] = '\0';
    if (lua_stringtonumber(s->L, text) != n + 1)
        fail(s, "this is no number");
    if (!lua_isinteger(s->L, -1) && !keeps_digits(text, lua_tonumber(s->L, -1)))
        error_raise(s->L,
                    "db.decode: the number %s has more digits than Lua keeps: take it "
                    "out with SQL",
                    text);
}

static void parse_value(struct parser *s, int depth);

static void parse_array(struct parser *s, int depth)
{
    lua_newtable(s->L);
    luaL_setmetatable(s->L, ARRAY_META);
    s->p++;
    if (skip(s) == ']') {
        s->p++;
        return;
    }
    for (lua_Integer i = 1;; i++) {
        parse_value(s, depth + 1);
        lua_rawseti(s->L, -2, i);
        int c = skip(s);
        s->p++;
        if (c == ']')
            return;
        if (c != ',')
            fail(s, "an array wants ',' or ']'");
    }
}

static void parse_object(struct parser *s, int depth)
{
    lua_newtable(s->L);
    s->p++;
    if (skip(s) == '}') {
        s->p++;
        return;
    }
    for (;;) {
        if (skip(s) != '"')
            fail(s, "an object wants a key in quotes");
        parse_string(s);
        if (skip(s) != ':')
            fail(s, "an object wants ':'");
        s->p++;
        parse_value(s, depth + 1);
        lua_rawset(s->L, -3);
        int c = skip(s);
        s->p++;
        if (c == '}')
            return;
        if (c != ',')
            fail(s, "an object wants ',' or '}'");
    }
}

static void parse_value(struct parser *s, int depth)
{
    luaL_checkstack(s->L, 8, NULL);
    if (depth > DEEPEST)
        fail(s, "values are nested too deeply");
    switch (skip(s)) {
    case '{':
        parse_object(s, depth);
        break;
    case '[':
        parse_array(s, depth);
        break;
    case '"':
        parse_string(s);
        break;
    case 't':
        take(s, "true"), lua_pushboolean(s->L, true);
        break;
    case 'f':
        take(s, "false"), lua_pushboolean(s->L, false);
        break;
    case 'n':
        take(s, "null"), value_push_null(s->L);
        break;
    case -1:
        fail(s, "the text is empty or ends too early");
    default:
        parse_number(s);
        break;
    }
}

/* db.decode(text): nil for nil, so that a column that is NULL needs no question. */
static int f_decode(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    if (lua_type(L, 1) != LUA_TSTRING)
        error_raise(L, "db.decode takes JSON text, got %s", value_describe(L, 1));
    str text = value_str(L, 1);
    struct parser s = {L, text.p, text.p, text.p + text.n};
    parse_value(&s, 1);
    if (skip(&s) != -1)
        fail(&s, "something follows the value");
    return 1;
}

/* ---- Lua to text ---- */

static void put_string(lua_State *L, struct buf *b, str s)
{
    if (!utf8_ok(s))
        error_raise(L, "db.encode: a string is not valid UTF-8");
    json_quote(b, s);
}

static void put_value(lua_State *L, struct buf *b, int depth);

static void put_object(lua_State *L, struct buf *b, size_t n, int depth)
{
    int table = lua_gettop(L);
    str *keys = NEW_N(b->arena, str, n);
    size_t i = 0;
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1))
        keys[i++] = value_str(L, -2);
    str_sort(keys, n);
    buf_char(b, '{');
    for (i = 0; i < n; i++) {
        if (i)
            buf_char(b, ',');
        put_string(L, b, keys[i]);
        buf_char(b, ':');
        lua_pushlstring(L, keys[i].p, keys[i].n);
        lua_rawget(L, table);
        put_value(L, b, depth + 1);
        lua_settop(L, table);
    }
    buf_char(b, '}');
}

bool json_is_array(lua_State *L)
{
    if (!lua_getmetatable(L, -1))
        return false;
    luaL_getmetatable(L, ARRAY_META);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}

static void put_table(lua_State *L, struct buf *b, int depth)
{
    int table = lua_gettop(L);
    size_t keys = 0, items = 0;
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING)
            keys++;
        else if (lua_isinteger(L, -2))
            items++;
        else
            error_raise(L, "db.encode: %s cannot be a key", value_describe(L, -2));
    }
    if (items == 0 && !json_is_array(L)) {
        put_object(L, b, keys, depth);
        return;
    }
    if (keys)
        error_raise(L, "db.encode: a table has both list items and keys");
    buf_char(b, '[');
    for (size_t i = 1; i <= items; i++) {
        if (i > 1)
            buf_char(b, ',');
        if (lua_rawgeti(L, table, (lua_Integer)i) == LUA_TNIL)
            error_raise(L, "db.encode: a list has a hole at index %d", (int)i);
        put_value(L, b, depth + 1);
        lua_settop(L, table);
    }
    buf_char(b, ']');
}

static void put_value(lua_State *L, struct buf *b, int depth)
{
    luaL_checkstack(L, 8, NULL);
    if (depth > DEEPEST)
        error_raise(L, "db.encode: tables are nested more than %d deep", DEEPEST);
    if (value_is_null(L, -1)) {
        buf_put(b, "null");
        return;
    }
    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        buf_put(b, lua_toboolean(L, -1) ? "true" : "false");
        break;
    case LUA_TSTRING:
        put_string(L, b, value_str(L, -1));
        break;
    case LUA_TTABLE:
        put_table(L, b, depth);
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, -1))
            buf_fmt(b, "%lld", (long long)lua_tointeger(L, -1));
        else if (isfinite(lua_tonumber(L, -1)))
            buf_num(b, lua_tonumber(L, -1));
        else
            error_raise(L, "db.encode: %s has no place in JSON", value_describe(L, -1));
        break;
    default:
        error_raise(L, "db.encode: %s has no place in JSON", value_describe(L, -1));
    }
}

void json_put(lua_State *L, struct buf *b)
{
    put_value(L, b, 1);
}

str json_text(lua_State *L, struct arena *a)
{
    struct buf b = buf_in(a);
    json_put(L, &b);
    return buf_done(&b);
}

void json_put_text(lua_State *L, struct buf *b, str s)
{
    put_string(L, b, s);
}

/* db.encode(value): JSON text, keys in order. */
static int f_encode(lua_State *L)
{
    luaL_checkany(L, 1);
    struct arena *scratch = box_arena(L);
    struct buf b = buf_in(scratch);
    lua_pushvalue(L, 1);
    put_value(L, &b, 1);
    str text = buf_done(&b);
    lua_pushlstring(L, text.p, text.n);
    return 1;
}

/* db.array(list): the same table, marked, so that an empty one is [] and not {}. */
static int f_array(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    lua_settop(L, 1);
    if (!value_is_table(L, 1) ||
        (!json_is_array(L) && luaL_getmetafield(L, 1, "__metatable")))
        error_raise(L, "db.array takes a plain list");
    luaL_setmetatable(L, ARRAY_META);
    return 1;
}

/* Adds to the table `db` on top. */
void db_json_open(lua_State *L)
{
    luaL_newmetatable(L, ARRAY_META);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
    lua_pushcfunction(L, f_decode);
    lua_setfield(L, -2, "decode");
    lua_pushcfunction(L, f_encode);
    lua_setfield(L, -2, "encode");
    lua_pushcfunction(L, f_array);
    lua_setfield(L, -2, "array");
}
