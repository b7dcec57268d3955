/* Rules about a revision as a whole. */
#include "plan/lint_inside.h"
#include "plan/reverse.h"

bool lint_missing_downgrade(const struct lint_case *c, struct remark *out)
{
    const struct lint_input *in = c->in;
    if (in->has_downgrade || in->has_change || in->n_steps == 0 ||
        in->revision->irreversible.p)
        return false;
    buf_put(&out->text, "the revision has no downgrade()");
    return true;
}

/* Rows may be left as they are on the way back; what was made or changed may not. */
bool lint_empty_downgrade(const struct lint_case *c, struct remark *out)
{
    const struct lint_input *in = c->in;
    if (!in->has_downgrade || !in->down_known || in->n_down > 0 ||
        c->lint->n_schema == 0 || in->revision->irreversible.p)
        return false;
    buf_put(&out->text, "downgrade() undoes nothing of what upgrade() does");
    return true;
}

bool lint_irreversible_change(const struct lint_case *c, struct remark *out)
{
    struct ops ops = {0}, back = {0};
    struct err e = {0};
    struct arena *a = c->lint->arena;
    if (!c->in->has_change || c->in->revision->irreversible.p)
        return false;
    for (size_t i = 0; i < c->in->n_steps; i++)
        ops_add(&ops, op_copy(a, c->in->steps[i].op), a);
    bool ok = ops_reverse(&ops, &back, a, &e);
    if (!ok) {
        buf_fmt(&out->text, "change() cannot be undone: %.*s", STR_ARG(e.message));
        if (e.line)
            out->at.line = e.line;
    }
    err_clear(&e);
    return !ok;
}

bool lint_forked(const struct lint_case *c, struct remark *out)
{
    if (!c->in->forked)
        return false;
    buf_put(&out->text, "the revision is one of several heads");
    return true;
}

bool lint_edited(const struct lint_case *c, struct remark *out)
{
    if (!c->in->edited_since.p)
        return false;
    buf_fmt(&out->text, "the file differs from what it was at %.*s",
            STR_ARG(c->in->edited_since));
    return true;
}

static bool stopped(const struct lint_case *c, struct remark *out, bool reading)
{
    const struct lint_input *in = c->in;
    if (!in->stopped_why.p || in->stopped_reading != reading)
        return false;
    out->at.line = in->stopped.line;
    buf_str(&out->text, in->stopped_why);
    return true;
}

bool lint_broken(const struct lint_case *c, struct remark *out)
{
    return stopped(c, out, false);
}

bool lint_unreadable(const struct lint_case *c, struct remark *out)
{
    return stopped(c, out, true);
}

static bool find_unknown(const struct silences *list, struct remark *out)
{
    for (size_t i = 0; i < list->n; i++) {
        if (lint_rule_named(list->at[i].rule))
            continue;
        str near = lint_rule_nearest(list->at[i].rule);
        out->at.line = list->at[i].from.line;
        buf_fmt(&out->text, "there is no rule '%.*s'", STR_ARG(list->at[i].rule));
        if (near.p)
            buf_fmt(&out->text, ", did you mean '%.*s'?", STR_ARG(near));
        return true;
    }
    return false;
}

bool lint_unknown_rule(const struct lint_case *c, struct remark *out)
{
    if (find_unknown(&c->in->allowed, out))
        return true;
    for (size_t i = 0; i < c->in->n_steps; i++)
        if (find_unknown(&c->in->steps[i].allowed, out))
            return true;
    return false;
}
