#include "app/linting.h"
#include "app/runner_setup.h"
#include "app/since.h"
#include "base/file.h"
#include "plan/lint_write.h"

#include <stdlib.h>

/* Which revisions: those named, those of --since, or all. */
static bool choose(struct session *s, const struct args *args, struct linting *out,
                   struct err *e)
{
    size_t n = graph_size(s->graph);
    struct since since = {0};
    out->wanted = NEW_N(s->arena, bool, n);
    out->edited = NEW_N(s->arena, bool, n);
    out->since = args_text(args, "since");
    if (out->since.p && args->n)
        return err_set(e, ERR_USAGE, "lint takes revisions or --since, not both");
    if ((out->since.p && !since_ref(s, out->since, &since, e)) ||
        !session_named(s, args, out->wanted, e))
        return false;
    for (size_t i = 0; i < n && args->n == 0; i++) {
        struct revision *r = graph_at(s->graph, i);
        out->edited[r->index] = strs_has(&since.edited, r->file);
        out->wanted[r->index] =
            !out->since.p || out->edited[r->index] || strs_has(&since.added, r->file);
    }
    return true;
}

/* From the repository's root to where a step of a GitHub workflow runs: "backend/". */
static str below_workspace(struct arena *a)
{
    const char *root = getenv("GITHUB_WORKSPACE");
    if (!root || !*root)
        return STR("");
    str here = file_absolute(".", a);
    str above = str_fmt(a, "%.*s/", STR_ARG(file_absolute(root, a)));
    if (!str_starts(here, above))
        return STR("");
    return str_fmt(a, "%.*s/", STR_ARG(str_cut(here, above.n, here.n)));
}

/* People read reports where the program was started, GitHub from the repository's root. */
static void place(const struct session *s, const struct args *args, struct findings *list)
{
    str format = args_text(args, "format");
    bool from_root = str_is(format, "github") || str_is(format, "sarif");
    str below = from_root ? below_workspace(s->arena) : STR("");
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i].at.file.p)
            list->at[i].at.file =
                file_join(below, session_path(s, list->at[i].at.file), s->arena);
}

static void print(struct session *s, const struct args *args, const struct findings *list)
{
    str format = args_text(args, "format");
    struct buf b = buf_in(s->arena);
    if (str_is(format, "sarif"))
        lint_write_sarif(&b, list, MOONSHIFT_VERSION);
    else if (str_is(format, "github"))
        lint_write_github(&b, list);
    else if (str_is(format, "json") || (s->json && !str_is(format, "text")))
        lint_write_json(&b, list);
    else
        lint_write_text(&b, list);
    out_str(buf_done(&b));
}

static void sum_up(const struct session *s, const struct linting *what,
                   const size_t *counts)
{
    size_t n = 0;
    for (size_t i = 0; i < graph_size(s->graph); i++)
        n += what->wanted[i];
    out_info(s, "%zu revision%s: %zu error%s, %zu warning%s, %zu note%s", n,
             n == 1 ? "" : "s", counts[LINT_ERROR], counts[LINT_ERROR] == 1 ? "" : "s",
             counts[LINT_WARNING], counts[LINT_WARNING] == 1 ? "" : "s",
             counts[LINT_NOTE], counts[LINT_NOTE] == 1 ? "" : "s");
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct linting what = {0};
    struct findings list = {0};
    if (!given_version(args, &what.server_version, e) || !choose(s, args, &what, e) ||
        !linting_look(s, &what, &list, e))
        return false;
    place(s, args, &list);
    size_t counts[3] = {0};
    for (size_t i = 0; i < list.n; i++)
        counts[list.at[i].rule->severity]++;
    print(s, args, &list);
    sum_up(s, &what, counts);
    bool warnings_fail = str_is(args_text(args, "fail-on"), "warning");
    if (counts[LINT_ERROR] || (warnings_fail && counts[LINT_WARNING]))
        s->status = ERR_FAILED;
    return true;
}

static const struct opt opts[] = {
    {"since", 0, OPT_TEXT, "GIT-REF", "only revisions that this branch adds to GIT-REF"},
    {"format", 0, OPT_WORD, "text|json|sarif|github", "how findings are written"},
    {"fail-on", 0, OPT_WORD, "warning|error",
     "the least severity that fails, status 1 (error)"},
    {"server-version", 0, OPT_TEXT, "VERSION", "the server it is for (any)"},
    {0},
};

const struct cmd cmd_lint = {
    .name = "lint",
    .usage = "[REV...]",
    .help = "find dangerous changes before they run",
    .about =
        "Looks at what each revision would run, without a server: locks that stop a\n"
        "busy table, changes that break running programs or lose data, choices that\n"
        "are regretted later. Without arguments all revisions are looked at.\n"
        "A finding that is meant is silenced in the migration:\n"
        "    lint.allow(\"ban-drop-column\", \"because no program uses it since 2.3\")\n"
        "at the top for the whole revision, inside a function for what follows; or in\n"
        "the configuration: lint = { allow = { \"prefer-text-field\" } }.\n"
        "Notes never fail. Rules are listed in docs/lint.md.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .max = ANY_NUMBER,
    .run = run,
};
