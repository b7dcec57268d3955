/* The commands, in the order of --help: one line for each. */
#include "app/cmd/cmd.h"

#define WRITE(ROW)                                                                       \
    ROW(init)                                                                            \
    ROW(list_templates)                                                                  \
    ROW(revision)                                                                        \
    ROW(create)                                                                          \
    ROW(merge)                                                                           \
    ROW(edit)                                                                            \
    ROW(inspect)                                                                         \
    ROW(import)

#define MOVE(ROW)                                                                        \
    ROW(upgrade)                                                                         \
    ROW(downgrade)                                                                       \
    ROW(redo)                                                                            \
    ROW(reset)                                                                           \
    ROW(stamp)                                                                           \
    ROW(resolve)                                                                         \
    ROW(ensure_version)

#define LOOK(ROW)                                                                        \
    ROW(status)                                                                          \
    ROW(check)                                                                           \
    ROW(test)                                                                            \
    ROW(lint)                                                                            \
    ROW(plan)                                                                            \
    ROW(log)                                                                             \
    ROW(current)                                                                         \
    ROW(history)                                                                         \
    ROW(heads)                                                                           \
    ROW(branches)                                                                        \
    ROW(show)                                                                            \
    ROW(erd)

#define HELP(ROW)                                                                        \
    ROW(config)                                                                          \
    ROW(wait)                                                                            \
    ROW(completion)

#define DECLARE(name) extern const struct cmd cmd_##name;
WRITE(DECLARE)
MOVE(DECLARE)
LOOK(DECLARE)
HELP(DECLARE)

#define ADDRESS(name) &cmd_##name,
#define ROWS(group) ((const struct cmd *const[]){group(ADDRESS) NULL})
const struct cmd_group cmd_groups[] = {
    {"Write", ROWS(WRITE)},
    {"Move the database", ROWS(MOVE)},
    {"Look", ROWS(LOOK)},
    {"Help", ROWS(HELP)},
    {0},
};

static bool same_name(str typed, const char *name)
{
    str word = str_of(name);
    if (word.n != typed.n)
        return false;
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] != (typed.p[i] == '_' ? '-' : typed.p[i]))
            return false;
    return true;
}

const struct cmd *cmd_find(str name)
{
    for (const struct cmd_group *g = cmd_groups; g->title; g++)
        for (const struct cmd *const *c = g->rows; *c; c++)
            if (same_name(name, (*c)->name))
                return *c;
    return NULL;
}

bool cmd_unknown(str name, struct err *e)
{
    enum { MOST = 64 };
    str names[MOST];
    size_t n = 0;
    for (const struct cmd_group *g = cmd_groups; g->title; g++)
        for (const struct cmd *const *c = g->rows; *c && n < MOST; c++)
            names[n++] = str_of((*c)->name);
    err_set(e, ERR_USAGE, "unknown command '%.*s'", STR_ARG(name));
    str near = str_nearest(name, names, n);
    if (near.p)
        return err_hint(e, "did you mean '%.*s'?", STR_ARG(near));
    return err_hint(e, "moonshift --help lists the commands");
}
