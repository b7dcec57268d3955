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
    struct err why;   /* of that run */
    str skipped;      /* why it was not tested */
};

struct test {
    struct session *s;
    struct runner unused; /* as it was before it met a database */
    struct runner r;
    struct scratch *scratch;
    struct result *results;
    size_t n, room;
    struct arena arenas[2]; /* in turn: what was read for this revision, and the last */
    unsigned turn;
    struct catalog now; /* of the scratch database, in arenas[turn] */
    bool known;         /* is it? */
};

/* Runs are many; only what a person has to see is said. */
static void say(void *context, const char *level, str text)
{
    if (!str_is(str_of(level), "info"))
        out_log(context, str_of(level), text);
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

/* A scratch database with nothing in it but the bookkeeping. */
static bool enter(struct test *t, struct err *e)
{
    t->scratch = open_scratch(t->s, e);
    if (!t->scratch)
        return false;
    t->known = false;
    t->r = t->unused;
    t->r.conn = scratch_conn(t->scratch);
    t->r.sink = conn_sink(t->r.conn);
    return ledger_ensure(t->r.sink, &t->r.names, t->s->arena, e) &&
           ledger_ensure_progress(t->r.sink, &t->r.names, t->s->arena, e);
}

/* A database of scratch_url stays, and is known as no scratch database while it has a
 * version table. What fails here the next scratch_open makes good, or tells. */
static void leave(struct test *t)
{
    struct err ignored = {0};
    struct stmt drop = {
        .sql = ledger_expand(STR("DROP TABLE IF EXISTS {version}, {log}, {progress}"),
                             &t->r.names, t->s->arena),
        .flags = STMT_QUIET};
    struct sink *sink = t->r.sink;
    bool borrowed = config_text(t->s->config, CONFIG_scratch_url).n > 0;
    if (t->scratch && borrowed && !conn_lost(t->r.conn) &&
        conn_recover(t->r.conn, &ignored) && sink->exec(sink, &drop, &ignored))
        sink->sync(sink, &ignored);
    err_clear(&ignored);
    scratch_close(t->scratch, &ignored);
    err_clear(&ignored);
    t->scratch = NULL;
}

static bool read_now(struct test *t, struct catalog *out, struct arena *a, struct err *e)
{
    struct catalog_options options = {.default_schema = STR("public"), .again = true};
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

/* Up, down, up, and the catalog after each. Where a revision ends the next one begins. */
static bool three_runs(struct test *t, struct result *result, const struct step *up,
                       struct err *e)
{
    struct catalog before = t->now, after, back, again = {0};
    struct step down = {
        .revision = up->revision, .removed = up->added, .added = up->removed};
    bool known = t->known;
    struct arena *a = &t->arenas[t->turn ^= 1];
    arena_reset(a);
    t->known = false;
    if ((!known && !read_now(t, &before, a, e)) || !run(t, result, up, "upgrade", e) ||
        !read_now(t, &after, a, e))
        return false;
    t->now = after;
    t->known = true;
    result->irreversible = up->revision->irreversible;
    if (result->irreversible.p)
        return true;
    t->known = run(t, result, &down, "downgrade", e) && read_now(t, &back, a, e) &&
               compare(t, &before, &back, &result->left, a, e) &&
               run(t, result, up, "second upgrade", e) && read_now(t, &again, a, e) &&
               compare(t, &after, &again, &result->lost, a, e);
    t->now = again;
    return t->known;
}

/* The hints of the server's errors are for a database with a life before this run. */
static void advise(const struct result *result, struct err *e)
{
    static const char *const there_already[] = {"42P07", "42710", "42701"};
    for (size_t i = 0; i < sizeof there_already / sizeof *there_already; i++)
        if (str_is(str_of(e->sqlstate), there_already[i]))
            e->hint = STR_NONE;
    if (result->left.n && str_is(result->failed, "second upgrade") && !e->hint.p)
        err_hint(e, "downgrade() leaves what upgrade() makes");
}

/* Is the failure one of the revision, which is a finding? Then it is put down, and `e` is
 * empty again. */
static bool put_down(struct test *t, struct result *result, struct err *e)
{
    if (!result->failed.n || conn_lost(t->r.conn) || vm_interrupted)
        return false;
    advise(result, e);
    err_copy(&result->why, e);
    err_clear(e);
    return true;
}

static void skip_from(struct test *t, size_t i, str why)
{
    for (; i < t->n; i++)
        t->results[i].skipped = why;
}

/* What a failed way down, or second way up, left is not what the next revision is to find:
 * another database, where all until that one only go up. */
static bool start_over(struct test *t, const struct plan *plan, size_t last,
                       struct err *e)
{
    leave(t);
    if (!enter(t, e))
        return false;
    struct result unused = {0};
    for (size_t i = 0; i <= last; i++) {
        if (run(t, &unused, &plan->at[i], "upgrade", e))
            continue;
        if (conn_lost(t->r.conn) || vm_interrupted)
            return false;
        str id = plan->at[last].revision->id;
        skip_from(t, last + 1,
                  str_fmt(t->s->arena, "no fresh database can be brought to %.*s: %.*s",
                          STR_ARG(id), STR_ARG(e->message)));
        err_clear(e);
        break;
    }
    return true;
}

static bool run_one(struct test *t, const struct plan *plan, size_t i, struct err *e)
{
    struct result *result = &t->results[i];
    t->known = t->known && result->tested;
    bool ok = result->tested ? three_runs(t, result, &plan->at[i], e)
                             : run(t, result, &plan->at[i], "upgrade", e);
    if (ok)
        return true;
    if (!put_down(t, result, e))
        return false;
    if (i + 1 == t->n)
        return true;
    if (!str_is(result->failed, "upgrade"))
        return start_over(t, plan, i, e);
    skip_from(t, i + 1,
              str_fmt(t->s->arena, "%.*s does not go up", STR_ARG(result->revision->id)));
    return true;
}

static const char *verdict(const struct result *result)
{
    return result->failed.n || result->left.n || result->lost.n ? "FAIL"
           : result->skipped.n                                  ? "skip"
           : result->irreversible.p                             ? "up"
                                                                : "ok";
}

/* The block of an error, less its label, under the line of its revision. What ends the
 * whole command is told by main. */
static void print_failure(const struct test *t, const struct result *result)
{
    str text = err_text(&result->why, t->s->verbose, t->s->arena), line;
    text = result->why.kind ? str_trim(str_cut(text, str_find(text, ' '), text.n))
                            : STR("(see the error)");
    out_print("      the %.*s failed: ", STR_ARG(result->failed));
    for (bool first = true; str_split(&text, '\n', &line); first = false)
        out_print("%s%.*s\n", first ? "" : "      ", STR_ARG(line));
}

/* As soon as it is known: there may be hundreds, and each takes a moment. */
static void print_text(const struct test *t, const struct result *result)
{
    if (t->s->json || (!result->tested && !result->failed.n))
        return;
    out_print("%-4s  %.*s\n", verdict(result), STR_ARG(result->revision->id));
    if (result->irreversible.p)
        out_print("      no way down: %.*s\n", STR_ARG(result->irreversible));
    if (result->left.n)
        out_print("      downgrade leaves: %.*s\n", STR_ARG(result->left));
    if (result->lost.n)
        out_print("      the second upgrade differs: %.*s\n", STR_ARG(result->lost));
    if (result->failed.n)
        print_failure(t, result);
    if (result->skipped.n)
        out_print("      not tested: %.*s\n", STR_ARG(result->skipped));
    out_flush();
}

/* From nothing to the last revision that is to be tested. */
static bool run_all(struct test *t, const struct args *args, struct err *e)
{
    struct strs none = {0};
    struct plan plan;
    bool *wanted = NEW_N(t->s->arena, bool, graph_size(t->s->graph));
    if (!session_named(t->s, args, wanted, e) || !enter(t, e) ||
        !runner_plan(&t->r, true, &none, STR("heads"), &plan, e))
        return false;
    while (args->n && plan.n && !wanted[plan.at[plan.n - 1].revision->index])
        plan.n--;
    for (size_t i = 0; i < plan.n; i++) {
        struct result *result = PUSH(t->s->arena, t->results, t->n, t->room);
        result->revision = plan.at[i].revision;
        result->tested = args->n == 0 || wanted[result->revision->index];
    }
    bool ok = true;
    for (size_t i = 0; i < t->n; i++) {
        if (!t->results[i].skipped.n)
            ok = run_one(t, &plan, i, e);
        if (!ok)
            t->n = i + 1; /* nothing is known of the others */
        print_text(t, &t->results[i]);
    }
    return ok;
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
        json_put_str(&j, "skipped", result->skipped.n ? result->skipped : STR_NONE);
        json_key(&j, "error");
        if (result->why.kind)
            err_object(&result->why, (int)result->why.kind, &j);
        else
            json_null(&j);
        json_close(&j);
    }
    json_close(&j);
    out_str(buf_done(&b));
}

static bool test(struct session *s, struct args *args, struct err *e)
{
    struct test t = {.s = s};
    if (!runner_open(s, args, &t.unused, e))
        return false;
    t.unused.names.schema = STR("public");
    t.unused.say = say;
    t.unused.hook = NULL;
    t.r = t.unused;
    bool ok = run_all(&t, args, e);
    leave(&t);
    for (size_t i = 0; i < 2; i++)
        arena_reset(&t.arenas[i]);
    if (s->json && (ok || t.n))
        print_json(&t);
    for (size_t i = 0; i < t.n; i++) {
        if (str_is(str_of(verdict(&t.results[i])), "FAIL"))
            s->status = ERR_DIFFERS;
        err_clear(&t.results[i].why);
    }
    return ok;
}

const struct cmd cmd_test = {
    .name = "test",
    .usage = "[REV...]",
    .help = "run every revision up, down and up again in a scratch database",
    .about =
        "The catalog after the way down must be the one before, and the one after the\n"
        "second way up the one after the first. A revision that says irreversible =\n"
        "\"why\" only goes up. Exit status 4 when catalogs differ or a run fails; after\n"
        "that the next revision is tested in a fresh database. The target database is\n"
        "not touched; the scratch database is made on its server, or is the one that\n"
        "scratch_url names.",
    .needs = NEED_GRAPH,
    .max = ANY_NUMBER,
    .run = test,
};
