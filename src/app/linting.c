#include "app/linting.h"

#include "app/out.h"
#include "script/record.h"

static bool unknown_rule(const struct session *s, str id, struct err *e)
{
    str near = lint_rule_nearest(id);
    err_set(e, ERR_FAILED, "lint: there is no rule '%.*s'", STR_ARG(id));
    err_at(e, s->config->file, 0);
    if (near.p)
        return err_hint(e, "did you mean '%.*s'?", STR_ARG(near));
    return err_hint(e, "docs/lint.md lists the rules");
}

/* A list of rules, or rules with the reason: { "rule", ... } or { ["rule"] = "because" }. */
static bool read_rules(struct session *s, const char *key, const struct silence **out,
                       size_t *n, struct err *e)
{
    const struct val *v = val_get(&s->config->at[CONFIG_lint], str_of(key));
    bool is_list = v->kind == VAL_LIST;
    if (v->kind != VAL_NONE && v->kind != VAL_MAP && !is_list)
        return err_set(e, ERR_FAILED, "lint: '%s' is a list of rules", key);
    *n = is_list ? v->list.n : v->kind == VAL_MAP ? v->map.n : 0;
    struct silence *at = NEW_N(s->arena, struct silence, *n);
    for (size_t i = 0; i < *n; i++) {
        const struct val *item = is_list ? &v->list.at[i] : &v->map.at[i].val;
        if (item->kind != VAL_STR)
            return err_set(e, ERR_FAILED, "lint: '%s' holds names of rules", key);
        at[i].rule = is_list ? item->s : v->map.at[i].key;
        if (!lint_rule_named(at[i].rule))
            return unknown_rule(s, at[i].rule, e);
    }
    *out = at;
    return true;
}

/* lint = { allow = { ... }, require = { ... } } of the configuration. */
static bool read_config(struct session *s, struct lint_options *out, struct err *e)
{
    const struct val *table = &s->config->at[CONFIG_lint];
    for (size_t i = 0; table->kind == VAL_MAP && i < table->map.n; i++) {
        str key = table->map.at[i].key;
        if (!str_is(key, "allow") && !str_is(key, "require"))
            return err_set(e, ERR_FAILED,
                           "lint: unknown key '%.*s', there are 'allow' and "
                           "'require'",
                           STR_ARG(key));
    }
    return read_rules(s, "allow", &out->allowed, &out->n_allowed, e) &&
           read_rules(s, "require", &out->required, &out->n_required, e);
}

/* One of several heads that no label tells apart. */
static bool is_fork(const struct session *s, const struct revision *r)
{
    struct revisions heads = graph_heads(s->graph, s->arena);
    return heads.n > 1 && graph_is_head(s->graph, r) &&
           graph_labels(s->graph, r, s->arena).n == 0;
}

bool linting_look(struct session *s, const struct linting *what, struct findings *out,
                  struct err *e)
{
    enum { UNKNOWN = 150000 }; /* what ctx.server_version is then */
    struct lint_options options = {.server_version = what->server_version,
                                   .lock_timeout_ms =
                                       config_ms(s->config, CONFIG_lock_timeout)};
    if (!read_config(s, &options, e))
        return false;
    struct linter *linter = lint_new(&options, s->arena);
    struct record_options record = {what->server_version ? what->server_version : UNKNOWN,
                                    s->x, s->config->env};
    for (size_t i = 0; i < graph_size(s->graph); i++) {
        struct revision *r = graph_at(s->graph, i);
        struct lint_input in;
        if (vm_interrupted)
            return err_set(e, ERR_FAILED, "interrupted");
        record_revision(s->vm, session_path(s, r->file).p, r, &record, &in, s->arena);
        in.forked = is_fork(s, r);
        if (what->edited && what->edited[r->index])
            in.edited_since = what->since;
        lint_revision(linter, &in, what->wanted[r->index] ? out : NULL);
    }
    return true;
}

/* The first finding is the error; the others stand below it, each with its place. */
static bool refuse(const struct session *s, const struct findings *list, struct err *e)
{
    const struct finding *f = &list->at[0];
    struct buf b = buf_in(&e->arena);
    bool first = true;
    for (size_t i = 1; i < list->n; i++) {
        const struct finding *other = &list->at[i];
        buf_sep(&b, &first, "\n");
        buf_fmt(&b, "and %.*s:%d: %.*s [%s]", STR_ARG(other->at.file), other->at.line,
                STR_ARG(other->message), other->rule->id);
    }
    str database = s->conn ? conn_database(s->conn) : STR("this database");
    err_set(e, ERR_DECISION,
            "upgrade is refused: %.*s is protected (%.*s), and in %.*s %.*s [%s]",
            STR_ARG(database), STR_ARG(s->config->origin[CONFIG_protected]),
            STR_ARG(f->revision), STR_ARG(f->message), f->rule->id);
    err_at(e, f->at.file, f->at.line);
    if (list->n > 1)
        e->detail = buf_done(&b);
    return err_hint(
        e,
        "moonshift lint %.*s says what to do instead; where it is meant, say so in "
        "the migration: lint.allow(\"%s\", \"because ...\"), or in the "
        "configuration: allow = { \"%s\" }",
        STR_ARG(f->revision), f->rule->id, f->rule->id);
}

bool linting_guard(struct session *s, const struct plan *plan, int server_version,
                   struct err *e)
{
    struct linting what = {.server_version = server_version};
    struct findings list = {0}, refused = {0};
    what.wanted = NEW_N(s->arena, bool, graph_size(s->graph));
    for (size_t i = 0; i < plan->n; i++)
        what.wanted[plan->at[i].revision->index] = true;
    if (!linting_look(s, &what, &list, e))
        return false;
    for (size_t i = 0; i < list.n; i++)
        if (list.at[i].rule->severity == LINT_ERROR &&
            !config_allows(s->config, list.at[i].rule->id))
            *PUSH(s->arena, refused.at, refused.n, refused.room) = list.at[i];
    return refused.n == 0 || refuse(s, &refused, e);
}
