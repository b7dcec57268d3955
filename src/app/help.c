#include "app/help.h"

#include <string.h>

const char help_exit_status[] =
    "0  done\n"
    "1  error\n"
    "2  usage\n"
    "3  revisions are pending\n"
    "4  difference: models, drift, an edited file\n"
    "5  an interrupted step waits to be finished\n"
    "6  unknown or missing revision\n"
    "7  a decision is needed: several heads, a hazard that is not allowed\n";

static void put_exit_status(struct buf *b)
{
    str rest = str_of(help_exit_status), line;
    buf_put(b, "\nExit status:\n");
    while (str_split(&rest, '\n', &line) && line.n)
        buf_fmt(b, "  %.*s\n", STR_ARG(line));
}

str help_all(struct arena *a)
{
    struct buf b = buf_in(a);
    buf_put(&b, "usage: moonshift [OPTIONS] COMMAND [ARGUMENTS]\n\n"
                "Moves PostgreSQL databases through revisions written in Lua.\n");
    size_t width = 0;
    for (const struct cmd_group *g = cmd_groups; g->title; g++)
        for (const struct cmd *const *c = g->rows; *c; c++)
            width = strlen((*c)->name) > width ? strlen((*c)->name) : width;
    for (const struct cmd_group *g = cmd_groups; g->title; g++) {
        buf_fmt(&b, "\n%s:\n", g->title);
        for (const struct cmd *const *c = g->rows; *c; c++)
            buf_fmt(&b, "  %-*s  %s\n", (int)width, (*c)->name, (*c)->help);
    }
    buf_put(&b, "\nOptions, before or after the command:\n");
    opt_help(&b, global_opts);
    put_exit_status(&b);
    buf_put(&b, "\nmoonshift COMMAND --help tells more.\n");
    return buf_done(&b);
}

str help_sentence(const struct cmd *cmd, struct arena *a)
{
    char first = cmd->help[0];
    if (first >= 'a' && first <= 'z')
        first = (char)(first - 'a' + 'A');
    return str_fmt(a, "%c%s.", first, cmd->help + 1);
}

str help_of(const struct cmd *cmd, struct arena *a)
{
    struct buf b = buf_in(a);
    buf_fmt(&b, "usage: moonshift %s%s%s%s\n\n", cmd->name, *cmd->usage ? " " : "",
            cmd->usage, cmd->opts && cmd->opts->name ? " [OPTIONS]" : "");
    buf_str(&b, help_sentence(cmd, a));
    buf_char(&b, '\n');
    if (cmd->about)
        buf_fmt(&b, "\n%s\n", cmd->about);
    if (cmd->opts && cmd->opts->name) {
        buf_put(&b, "\nOptions:\n");
        opt_help(&b, cmd->opts);
    }
    buf_put(&b, "\nGlobal options:\n");
    opt_help(&b, global_opts);
    put_exit_status(&b);
    return buf_done(&b);
}
