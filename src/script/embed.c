/* Build tool: embed OUTPUT SYMBOL ROOT FILE...
 *
 * Writes OUTPUT, a C file with `const struct embedded SYMBOL[]`: name (relative to ROOT)
 * and bytes of each file, sorted by name. Files that end in .lua are parsed first, so a
 * syntax error is found while building. */
#include <lauxlib.h>
#include <lua.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void fail(const char *what, const char *which)
{
    fprintf(stderr, "embed: %s: %s\n", which, what);
    exit(1);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void check_lua(lua_State *L, const char *path, const char *name)
{
    size_t n = strlen(path);
    if (n < 4 || strcmp(path + n - 4, ".lua") != 0 || strstr(name, "templates/"))
        return;
    if (luaL_loadfilex(L, path, "t") != LUA_OK)
        fail(lua_tostring(L, -1), "Lua");
    lua_settop(L, 0);
}

static void write_file(FILE *out, const char *path, const char *name)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        fail("cannot be read", path);
    fprintf(out, "    {\"%s\", (const char[]){", name);
    size_t n = 0;
    for (int c; (c = fgetc(in)) != EOF; n++)
        fprintf(out, "%s%d,", n % 20 ? "" : "\n        ", c > 127 ? c - 256 : c);
    fprintf(out, "0}, %zu},\n", n);
    fclose(in);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        fail("usage: embed OUTPUT SYMBOL ROOT FILE...", "arguments");
    FILE *out = fopen(argv[1], "wb");
    lua_State *L = luaL_newstate();
    if (!out || !L)
        fail("cannot start", argv[1]);
    qsort(argv + 4, (size_t)(argc - 4), sizeof *argv, by_name);
    fprintf(out,
            "/* Made by src/script/embed.c. */\n#include \"base/embed.h\"\n"
            "extern const struct embedded %s[];\nconst struct embedded %s[] = {\n",
            argv[2], argv[2]);
    size_t root = strlen(argv[3]) + 1;
    for (int i = 4; i < argc; i++) {
        const char *name = strlen(argv[i]) > root ? argv[i] + root : argv[i];
        check_lua(L, argv[i], name);
        write_file(out, argv[i], name);
    }
    fputs("    {0, 0, 0},\n};\n", out);
    lua_close(L);
    return fclose(out) == 0 ? 0 : 1;
}
