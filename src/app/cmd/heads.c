#include "app/cmd/cmd.h"
#include "app/listing.h"

static const struct opt opts[] = {
    {"resolve-dependencies", 0, OPT_FLAG, NULL,
     "leave out heads that another revision depends on"},
    {"check", 0, OPT_FLAG, NULL, "fail with status 7 when there are several"},
    {0},
};

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct revisions heads = graph_heads(s->graph, s->arena);
    if (args_flag(args, "resolve-dependencies")) {
        size_t kept = 0;
        for (size_t i = 0; i < heads.n; i++)
            if (!graph_is_effective_head(s->graph, heads.at[i]))
                heads.at[kept++] = heads.at[i];
        heads.n = kept;
    }
    listing_print(s, &heads, LIST_LABELS, NULL);
    if (args_flag(args, "check") && heads.n > 1) {
        err_set(e, ERR_DECISION, "Multiple head revisions are present: %zu heads",
                heads.n);
        return err_hint(e, "moonshift merge heads -m \"merge\"");
    }
    return true;
}

const struct cmd cmd_heads = {
    .name = "heads",
    .usage = "",
    .help = "list the newest revision of each line",
    .opts = opts,
    .needs = NEED_GRAPH,
    .run = run,
};
