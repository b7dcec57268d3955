#include "app/cmd/cmd.h"
#include "base/clock.h"

#include <string.h>

enum { PAUSE_MS = 500, DEFAULT_MS = 60000, LEAST_DIAL_S = 2, LONGEST_DIAL_S = 30 };

static const struct opt opts[] = {
    {"timeout", 0, OPT_TEXT, "TIME", "how long to wait, or forever (60s)"},
    {0},
};

/* A server that starts refuses connections; one that refuses a password (28P01), or asks
 * libpq for one that it has not, will go on doing so. */
static bool hopeless(const struct err *e)
{
    return strcmp(e->sqlstate, "28P01") == 0 ||
           str_index(e->detail, STR("no password supplied")) < e->detail.n ||
           str_index(e->detail, STR("local user with ID")) < e->detail.n;
}

/* How long one attempt may take, of the time that is left: a host may accept and never
 * answer. Under two seconds libpq does not go (manual, connect_timeout). */
static int dial_s(int64_t left_ms)
{
    int64_t left_s = left_ms / 1000;
    return left_s < LEAST_DIAL_S     ? LEAST_DIAL_S
           : left_s > LONGEST_DIAL_S ? LONGEST_DIAL_S
                                     : (int)left_s;
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    str text = args_text(args, "timeout"), normal;
    int64_t timeout = DEFAULT_MS, start = clock_ms();
    struct conn_options options;
    if (text.p && !config_time(text, &timeout))
        return err_set(e, ERR_USAGE,
                       "--timeout takes a time like 30s or 5min, not '%.*s'",
                       STR_ARG(text));
    if (!session_options(s, &options, e) ||
        (options.url.n && !url_normal(options.url, &normal, s->arena, e)))
        return false;
    for (bool told = false;; told = true) {
        options.dial_s =
            dial_s(timeout < 0 ? LONGEST_DIAL_S * 1000 : start + timeout - clock_ms());
        s->conn = conn_open(&options, e);
        if (s->conn)
            break;
        int64_t waited = clock_ms() - start;
        if (vm_interrupted) {
            err_clear(e);
            return err_set(e, ERR_FAILED, "interrupted while waiting for the server");
        }
        if (hopeless(e) || (timeout >= 0 && waited >= timeout))
            return false;
        if (!told)
            out_info(s, "waiting for the server: %.*s", STR_ARG(e->message));
        err_clear(e);
        clock_pause(PAUSE_MS);
    }
    out_info(s, "the server answers: database %.*s", STR_ARG(conn_database(s->conn)));
    return true;
}

const struct cmd cmd_wait = {
    .name = "wait",
    .usage = "",
    .help = "wait until the database accepts connections",
    .about =
        "Goes on while the server is starting or the database is not there yet. A wrong\n"
        "password or URL ends it at once.",
    .opts = opts,
    .needs = NEED_CONFIG,
    .run = run,
};
