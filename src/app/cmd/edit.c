#include "app/cmd/cmd.h"
#include "app/spawn.h"

#include <stdlib.h>

static str editor(void)
{
    const char *visual = getenv("VISUAL"), *plain = getenv("EDITOR");
    return str_of(visual && *visual ? visual : plain && *plain ? plain : "vi");
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct strs rows = {0};
    struct revisions found = {0};
    str text = args->at[0];
    if (!session_resolve(s, text, &found, &rows, e))
        return false;
    if (found.n == 0)
        return err_set(e, ERR_REVISION, "No revision files indicated by symbol '%.*s'",
                       STR_ARG(text));
    for (size_t i = 0; i < found.n; i++)
        if (!spawn_shell(editor(), session_path(s, found.at[i]->file), "editor", true, e))
            return err_hint(e, "set VISUAL or EDITOR");
    return true;
}

const struct cmd cmd_edit = {
    .name = "edit",
    .usage = "REV",
    .help = "open a revision's file in $VISUAL or $EDITOR",
    .needs = NEED_GRAPH,
    .min = 1,
    .max = 1,
    .run = run,
};
