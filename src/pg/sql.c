#include "pg/sql.h"

#include "base/embed.h"

#include <assert.h>

extern const struct embedded embedded_sql[];

static str without_opening(str text)
{
    str rest = text, line;
    while (str_split(&rest, '\n', &line)) {
        if (!str_starts(line, STR("--")))
            return (str){line.p, (size_t)(text.p + text.n - line.p)};
    }
    return STR_NONE;
}

static str without_semicolon(str s)
{
    s = str_trim(s);
    return str_ends(s, STR(";")) ? str_cut(s, 0, s.n - 1) : s;
}

str sql_named(const char *name)
{
    for (const struct embedded *file = embedded_sql; file->name; file++) {
        str path = str_of(file->name);
        size_t slash = str_rfind(path, '/');
        str base = str_cut(path, slash == path.n ? 0 : slash + 1, path.n);
        if (str_ends(base, STR(".sql")) && str_is(str_cut(base, 0, base.n - 4), name))
            return without_semicolon(without_opening((str){file->bytes, file->n}));
    }
    assert(false && "no such file in src/pg");
    return STR_NONE;
}

bool sql_next(str *rest, str *statement)
{
    if (str_trim(*rest).n == 0)
        return false;
    size_t end = str_index(*rest, STR(";\n"));
    *statement = without_semicolon(str_cut(*rest, 0, end));
    *rest = str_cut(*rest, end + 2, rest->n);
    return true;
}

struct param sql_param(str s)
{
    return (struct param){.text = s};
}

struct param sql_param_or_null(str s)
{
    return (struct param){.text = s, .null = s.n == 0};
}
