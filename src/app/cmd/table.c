/* The commands, in the order of --help. */
#include "app/cmd/cmd.h"

#define ROWS(...) ((const struct cmd *const[]){__VA_ARGS__, NULL})

extern const struct cmd cmd_upgrade, cmd_downgrade, cmd_redo, cmd_reset, cmd_stamp, cmd_resolve;
extern const struct cmd cmd_status, cmd_plan, cmd_log, cmd_ensure_version;
extern const struct cmd cmd_check, cmd_inspect;
extern const struct cmd cmd_current, cmd_history, cmd_heads, cmd_branches, cmd_show;

const struct cmd_group cmd_groups[] = {
    {"Move the database", ROWS(&cmd_upgrade, &cmd_downgrade, &cmd_redo, &cmd_reset,
                               &cmd_stamp, &cmd_resolve, &cmd_ensure_version)},
    {"Models", ROWS(&cmd_check, &cmd_inspect)},
    {"Look", ROWS(&cmd_status, &cmd_plan, &cmd_log, &cmd_current, &cmd_history, &cmd_heads, &cmd_branches, &cmd_show)},
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
