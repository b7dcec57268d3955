#include "app/runner_setup.h"
#include "app/since.h"
#include "plan/lint_write.h"
#include "script/record.h"

enum { DEFAULT_VERSION = 150000 };

/* For each revision, by its index, whether its findings are wanted. */
struct wanted {
    bool *at;
    const struct since *since; /* NULL: --since was not given */
    str ref;
};

static bool is_in(const struct strs *list, str file)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->at[i], file))
            return true;
    return false;
}

/* Which revisions: those named, those of --since, or all. */
static bool choose(struct session *s, const struct args *args, struct wanted *out,
                   struct err *e)
{
    size_t n = graph_size(s->graph);
    out->at = NEW_N(s->arena, bool, n);
    out->ref = args_text(args, "since");
    if (out->ref.p && args->n)
        return err_set(e, ERR_USAGE, "lint takes revisions or --since, not both");
    if (out->ref.p) {
        struct since *since = NEW(s->arena, struct since);
        if (!since_ref(s, out->ref, since, e))
            return false;
        out->since = since;
    }
    if (!session_named(s, args, out->at, e))
        return false;
    for (size_t i = 0; i < n && args->n == 0; i++) {
        struct revision *r = graph_at(s->graph, i);
        out->at[r->index] = !out->since || is_in(&out->since->added, r->file) ||
                            is_in(&out->since->edited, r->file);
    }
    return true;
}

/* lint = { allow = { "rule", ["other-rule"] = "because" } } of the configuration. */
static bool read_config(struct session *s, struct lint_options *out, struct err *e)
{
    const struct val *table = &s->config->at[CONFIG_lint];
    const struct val *allow = val_get(table, STR("allow"));
    bool is_list = allow->kind == VAL_LIST;
    for (size_t i = 0; table->kind == VAL_MAP && i < table->map.n; i++)
        if (!str_is(table->map.at[i].key, "allow"))
            return err_set(e, ERR_FAILED, "lint: unknown key '%.*s', there is 'allow'",
                           STR_ARG(table->map.at[i].key));
    size_t n = is_list ? allow->list.n : allow->kind == VAL_MAP ? allow->map.n : 0;
    struct silence *at = NEW_N(s->arena, struct silence, n);
    for (size_t i = 0; i < n; i++) {
        const struct val *item = is_list ? &allow->list.at[i] : &allow->map.at[i].val;
        if (item->kind != VAL_STR)
            return err_set(e, ERR_FAILED, "lint: 'allow' holds names of rules");
        at[i].rule = is_list ? item->s : allow->map.at[i].key;
        if (!lint_rule_named(at[i].rule))
            return err_set(e, ERR_FAILED, "lint: there is no rule '%.*s'",
                           STR_ARG(at[i].rule));
    }
    if (allow->kind != VAL_NONE && allow->kind != VAL_MAP && !is_list)
        return err_set(e, ERR_FAILED, "lint: 'allow' is a list of rules");
    out->allowed = at;
    out->n_allowed = n;
    return true;
}

/* One of several heads that no label tells apart. */
static bool is_fork(const struct session *s, const struct revision *r)
{
    struct revisions heads = graph_heads(s->graph, s->arena);
    return heads.n > 1 && graph_is_head(s->graph, r) &&
           graph_labels(s->graph, r, s->arena).n == 0;
}

static bool look(struct session *s, const struct wanted *wanted,
                 const struct lint_options *options, struct findings *out, struct err *e)
{
    struct linter *linter = lint_new(options, s->arena);
    struct record_options record = {options->server_version, s->x, s->config->env};
    for (size_t i = 0; i < graph_size(s->graph); i++) {
        struct revision *r = graph_at(s->graph, i);
        struct lint_input in;
        if (vm_interrupted)
            return err_set(e, ERR_FAILED, "interrupted");
        record_revision(s->vm, session_path(s, r->file).p, r, &record, &in, s->arena);
        in.forked = is_fork(s, r);
        if (wanted->since && is_in(&wanted->since->edited, r->file))
            in.edited_since = wanted->ref;
        lint_revision(linter, &in, wanted->at[r->index] ? out : NULL);
    }
    /* Reports are read where the program was started. */
    for (size_t i = 0; i < out->n; i++)
        if (out->at[i].at.file.p)
            out->at[i].at.file = session_path(s, out->at[i].at.file);
    return true;
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

static void sum_up(const struct session *s, const struct wanted *wanted,
                   const size_t *counts)
{
    size_t n = 0;
    for (size_t i = 0; i < graph_size(s->graph); i++)
        n += wanted->at[i];
    out_info(s, "%zu revision%s: %zu error%s, %zu warning%s, %zu note%s", n,
             n == 1 ? "" : "s", counts[LINT_ERROR], counts[LINT_ERROR] == 1 ? "" : "s",
             counts[LINT_WARNING], counts[LINT_WARNING] == 1 ? "" : "s",
             counts[LINT_NOTE], counts[LINT_NOTE] == 1 ? "" : "s");
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct wanted wanted = {0};
    struct findings list = {0};
    struct lint_options options = {.server_version = DEFAULT_VERSION,
                                   .lock_timeout_ms =
                                       config_ms(s->config, CONFIG_lock_timeout)};
    if (!given_version(args, &options.server_version, e) ||
        !choose(s, args, &wanted, e) || !read_config(s, &options, e) ||
        !look(s, &wanted, &options, &list, e))
        return false;
    size_t counts[3] = {0};
    for (size_t i = 0; i < list.n; i++)
        counts[list.at[i].rule->severity]++;
    print(s, args, &list);
    sum_up(s, &wanted, counts);
    bool warnings_fail = str_is(args_text(args, "fail-on"), "warning");
    if (counts[LINT_ERROR] || (warnings_fail && counts[LINT_WARNING]))
        s->status = ERR_FAILED;
    return true;
}

static const struct opt opts[] = {
    {"since", 0, OPT_TEXT, "GIT-REF",
     "the revisions added since the branch left GIT-REF"},
    {"format", 0, OPT_WORD, "text|json|sarif|github", "how findings are written"},
    {"fail-on", 0, OPT_WORD, "warning|error",
     "the least severity that makes the status 1 (error)"},
    {"server-version", 0, OPT_TEXT, "VERSION", "the server it is for (15)"},
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
        "A finding that was thought about is silenced in the migration:\n"
        "    lint.allow(\"ban-drop-column\", \"because no program uses it since 2.3\")\n"
        "at the top for the whole revision, inside a function for what follows; or in\n"
        "the configuration: lint = { allow = { \"prefer-text-field\" } }.\n"
        "Notes never fail. Rules are listed in docs/lint.md.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .max = ANY_NUMBER,
    .run = run,
};
