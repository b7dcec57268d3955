#include "app/cmd/cmd.h"
#include "app/listing.h"

static const struct opt opts[] = {
    {"check-heads", 0, OPT_FLAG, NULL, "fail with status 3 unless all heads are applied"},
    {0},
};

static bool has(const struct revisions *list, const struct revision *r)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i] == r)
            return true;
    return false;
}

static bool check_heads(struct session *s, const struct revisions *at, struct err *e)
{
    struct revisions heads = graph_heads(s->graph, s->arena);
    for (size_t i = 0; i < heads.n; i++)
        if (!has(at, heads.at[i])) {
            err_set(e, ERR_PENDING, "Database is not on all head revisions");
            return err_hint(e, "moonshift upgrade heads");
        }
    return true;
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct strs rows = {0};
    struct revisions at = {0};
    if (!session_current(s, &rows, e) || !listing_current(s, &rows, &at, e))
        return false;
    if (s->verbose && !s->json) {
        str url, origin;
        config_url(s->config, &url, &origin, s->arena);
        if (url.n)
            url = url_masked(url, s->arena);
        else
            url = str_fmt(s->arena, "%.*s@%.*s/%.*s", STR_ARG(conn_user(s->conn)),
                          STR_ARG(conn_host(s->conn)), STR_ARG(conn_database(s->conn)));
        out_print("Current revision(s) for %.*s:\n", STR_ARG(url));
    }
    if (rows.n == 0) {
        str advice;
        struct ledger_names names = session_ledger(s);
        if (!ledger_advise(conn_sink(s->conn), &names, &advice, s->arena, e))
            return false;
        if (advice.n)
            out_warn(s, "%.*s", STR_ARG(advice));
    }
    listing_print(s, &at, LIST_TREE, s->json ? &rows : NULL);
    return !args_flag(args, "check-heads") || check_heads(s, &at, e);
}

const struct cmd cmd_current = {
    .name = "current",
    .usage = "",
    .help = "show what the database is at",
    .about =
        "Prints one line for each revision that is a head of what is applied. Reads\n"
        "only: an empty database prints nothing and stays empty.",
    .opts = opts,
    .needs = NEED_GRAPH | NEED_DB,
    .run = run,
};
