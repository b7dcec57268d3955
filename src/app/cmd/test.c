#include "app/autogen.h"
#include "app/runner_setup.h"
#include "pg/catalog.h"
#include "pg/scratch.h"
#include "plan/diff.h"

/* What is known of one revision after its three runs. */
struct result {
    const struct revision *revision;
    bool tested;
    str irreversible; /* why it was not taken down */
    str left;         /* what differs after the way down; empty: nothing */
    str lost;         /* what differs after the second way up */
    str failed;       /* which of the runs failed */
};

struct test {
    struct session *s;
    struct runner r;
    struct result *results;
    size_t n, room;
};

/* Runs are many; only what a person has to see is said. */
static void say(void *context, const char *level, str text)
{
    if (!str_is(str_of(level), "info"))
        out_log(context, str_of(level), text);
}

static bool read_now(struct test *t, struct catalog *out, struct arena *a, struct err *e)
{
    struct catalog_options options = {.default_schema = STR("public")};
    *out = (struct catalog){0};
    return t->r.sink->sync(t->r.sink, e) && catalog_read(t->r.sink, &options, out, a, e);
}

/* What a way down may leave: a constraint that was validated holds what it held. */
static bool only_validates(const struct ops *ops)
{
    for (size_t i = 0; i < ops->n; i++)
        if (ops->at[i]->info->kind != OP_validate_constraint)
            return false;
    return true;
}

/* The differences as a list of words; empty when there are none. */
static bool compare(struct test *t, const struct catalog *want, const struct catalog *is,
                    str *out, struct arena *a, struct err *e)
{
    struct diff_options options = {.server_version = t->r.sink->server_version};
    struct diff diff = {0};
    if (!catalog_diff(want, is, &options, &diff, a, e))
        return false;
    struct buf b = buf_in(t->s->arena);
    bool first = true;
    for (size_t i = 0; i < diff.n_changes && !only_validates(&diff.ops); i++) {
        buf_sep(&b, &first, ", ");
        buf_str(&b, change_text(&diff.changes[i], a));
    }
    *out = buf_done(&b);
    return true;
}

static bool run(struct test *t, struct result *result, const struct step *step,
                const char *which, struct err *e)
{
    if (runner_step(&t->r, step, e) && t->r.sink->sync(t->r.sink, e))
        return true;
    result->failed = str_of(which);
    return false;
}

/* Up, down, up, and the catalog after each. */
static bool three_runs(struct test *t, struct result *result, const struct step *up,
                       struct arena *a, struct err *e)
{
    struct catalog before, after, back, again;
    struct step down = {
        .revision = up->revision, .removed = up->added, .added = up->removed};
    if (!read_now(t, &before, a, e) || !run(t, result, up, "upgrade", e) ||
        !read_now(t, &after, a, e))
        return false;
    result->irreversible = up->revision->irreversible;
    if (result->irreversible.p)
        return true;
    return run(t, result, &down, "downgrade", e) && read_now(t, &back, a, e) &&
           compare(t, &before, &back, &result->left, a, e) &&
           run(t, result, up, "second upgrade", e) && read_now(t, &again, a, e) &&
           compare(t, &after, &again, &result->lost, a, e);
}

static bool run_all(struct test *t, const struct args *args, struct err *e)
{
    struct strs none = {0};
    struct plan plan;
    bool *wanted = NEW_N(t->s->arena, bool, graph_size(t->s->graph));
    if (!session_named(t->s, args, wanted, e) ||
        !ledger_ensure(t->r.sink, &t->r.names, t->s->arena, e) ||
        !ledger_ensure_progress(t->r.sink, &t->r.names, t->s->arena, e) ||
        !runner_plan(&t->r, true, &none, STR("heads"), &plan, e))
        return false;
    for (size_t i = 0; i < plan.n; i++) {
        struct arena arena = {0};
        struct result *result = PUSH(t->s->arena, t->results, t->n, t->room);
        result->revision = plan.at[i].revision;
        result->tested = args->n == 0 || wanted[result->revision->index];
        bool ok = result->tested ? three_runs(t, result, &plan.at[i], &arena, e)
                                 : run(t, result, &plan.at[i], "upgrade", e);
        arena_reset(&arena);
        if (!ok)
            return false;
    }
    return true;
}

static const char *verdict(const struct result *result)
{
    return result->failed.n || result->left.n || result->lost.n ? "FAIL"
           : result->irreversible.p                             ? "up"
                                                                : "ok";
}

static void print_text(const struct test *t)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct result *result = &t->results[i];
        if (!result->tested && !result->failed.n)
            continue;
        out_print("%-4s  %.*s\n", verdict(result), STR_ARG(result->revision->id));
        if (result->irreversible.p)
            out_print("      no way down: %.*s\n", STR_ARG(result->irreversible));
        if (result->left.n)
            out_print("      downgrade leaves: %.*s\n", STR_ARG(result->left));
        if (result->lost.n)
            out_print("      the second upgrade differs: %.*s\n", STR_ARG(result->lost));
        if (result->failed.n)
            out_print("      the %.*s failed\n", STR_ARG(result->failed));
    }
}

static void print_json(const struct test *t)
{
    struct buf b = buf_in(t->s->arena);
    struct json j = json_to(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < t->n; i++) {
        const struct result *result = &t->results[i];
        if (!result->tested && !result->failed.n)
            continue;
        json_open(&j, '{');
        json_put_str(&j, "revision", result->revision->id);
        json_put_str(&j, "verdict", str_of(verdict(result)));
        json_put_str(&j, "irreversible", result->irreversible);
        json_put_str(&j, "left", result->left.n ? result->left : STR_NONE);
        json_put_str(&j, "lost", result->lost.n ? result->lost : STR_NONE);
        json_put_str(&j, "failed", result->failed.n ? result->failed : STR_NONE);
        json_close(&j);
    }
    json_close(&j);
    out_str(buf_done(&b));
}

static struct scratch *open_scratch(struct session *s, struct err *e)
{
    struct conn_options options;
    if (!session_options(s, &options, e))
        return NULL;
    str own = config_text(s->config, CONFIG_scratch_url);
    if (own.n) {
        options.url = own;
        return scratch_borrow(&options, s->arena, e);
    }
    return scratch_open(s->conn, &options, s->arena, e);
}

static bool test(struct session *s, struct args *args, struct err *e)
{
    struct test t = {.s = s};
    if (!runner_open(s, args, &t.r, e))
        return false;
    struct scratch *scratch = open_scratch(s, e);
    if (!scratch)
        return false;
    t.r.conn = scratch_conn(scratch);
    t.r.sink = conn_sink(t.r.conn);
    t.r.names.schema = STR("public");
    t.r.say = say;
    t.r.hook = NULL;
    bool ok = run_all(&t, args, e);
    struct err closing = {0};
    scratch_close(scratch, &closing);
    err_clear(&closing);
    if (s->json)
        print_json(&t);
    else
        print_text(&t);
    for (size_t i = 0; i < t.n; i++)
        if (t.results[i].left.n || t.results[i].lost.n)
            s->status = ERR_DIFFERS;
    return ok;
}

const struct cmd cmd_test = {
    .name = "test",
    .usage = "[REV...]",
    .help = "run every revision up, down and up again in a scratch database",
    .about =
        "The catalog after the way down must be the one before, and the one after the\n"
        "second way up the one after the first. A revision that says irreversible =\n"
        "\"why\" only goes up. Exit status 4 when catalogs differ. The target database\n"
        "is not touched; the scratch database is made on its server, or is the one\n"
        "that scratch_url names.",
    .needs = NEED_GRAPH,
    .max = ANY_NUMBER,
    .run = test,
};
