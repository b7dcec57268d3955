/* Identifiers: what people type to name revisions, and the state they mean. */
#include "model/graph_inside.h"

#include <limits.h>
#include <string.h>

/* An identifier taken apart: [branch@][symbol][+N|-N]. */
struct ident {
    str text;
    str branch; /* .p is NULL when there is no @ */
    str symbol; /* .p is NULL when the text is only +N or -N */
    bool relative;
    long steps;
    str number; /* as typed: "+2" */
    bool clamp; /* stop at the end of the line instead of failing */
};

#define MOST_STEPS 1000000000L

/* The sign that starts the trailing number; s.n when the text does not end in one. */
static size_t find_sign(str s)
{
    size_t i = s.n;
    while (i > 0 && s.p[i - 1] >= '0' && s.p[i - 1] <= '9')
        i--;
    bool found = i < s.n && i > 0 && (s.p[i - 1] == '+' || s.p[i - 1] == '-');
    return found ? i - 1 : s.n;
}

static struct ident ident_of(const struct graph *g, str text)
{
    struct ident id = {.text = text, .symbol = text};
    if (graph_name(g, text) != BASE) /* a label may hold a hyphen: `v-2` */
        return id;
    size_t at = str_find(text, '@');
    if (at < text.n) {
        id.branch = str_cut(text, 0, at);
        id.symbol = str_cut(text, at + 1, text.n);
        if (graph_name(g, id.symbol) != BASE)
            return id;
    }
    size_t sign = find_sign(id.symbol);
    if (sign == id.symbol.n)
        return id;
    id.relative = true;
    id.number = str_cut(id.symbol, sign, id.symbol.n);
    id.symbol = sign ? str_cut(id.symbol, 0, sign) : STR_NONE;
    str digits = str_cut(id.number, 1, id.number.n);
    if (!str_int(digits, &id.steps) || id.steps > MOST_STEPS)
        id.steps = MOST_STEPS;
    if (id.number.p[0] == '-')
        id.steps = -id.steps;
    return id;
}

/* -- Errors ----------------------------------------------------------------------- */

/* "'a' (migrations/a.lua), 'b' (migrations/b.lua), ...". */
static str listing(const struct revisions *list, bool files, struct arena *a)
{
    enum { SHOWN = 8 };
    struct buf b = buf_in(a);
    bool first = true;
    for (size_t i = 0; i < list->n && i < SHOWN; i++) {
        const struct revision *r = list->at[i];
        buf_sep(&b, &first, ", ");
        if (files)
            buf_fmt(&b, "%.*s (%.*s)", STR_ARG(r->id), STR_ARG(r->file));
        else
            buf_fmt(&b, "'%.*s'", STR_ARG(r->id));
    }
    if (list->n > SHOWN)
        buf_fmt(&b, " and %zu more", list->n - SHOWN);
    return buf_done(&b);
}

static bool many_heads(const struct revisions *heads, str argument, struct err *e)
{
    struct arena scratch = {0};
    err_set(
        e, ERR_DECISION,
        "Multiple head revisions are present for given argument '%.*s'; please specify "
        "a specific target revision, '<branchname>@head' to narrow to a specific head, "
        "or 'heads' for all heads",
        STR_ARG(argument));
    struct buf ids = buf_in(&scratch);
    for (size_t i = 0; i < heads->n && i < 8; i++)
        buf_fmt(&ids, " %.*s", STR_ARG(heads->at[i]->id));
    str named = listing(heads, true, &scratch), all = buf_done(&ids);
    err_hint(e,
             "the heads are %.*s; to join them: moonshift merge%.*s -m \"merge heads\"",
             STR_ARG(named), STR_ARG(all));
    arena_reset(&scratch);
    return false;
}

static bool several(const struct revisions *list, const char *what, str argument,
                    struct err *e)
{
    struct arena scratch = {0};
    err_set(e, ERR_DECISION, "%s", what);
    str named = listing(list, true, &scratch);
    err_hint(e,
             "'%.*s' may mean %.*s: name one by its revision, or its branch as "
             "<branchname>@...",
             STR_ARG(argument), STR_ARG(named));
    arena_reset(&scratch);
    return false;
}

static bool too_few(const struct ident *id, struct err *e)
{
    long n = id->steps < 0 ? -id->steps : id->steps;
    err_set(e, ERR_REVISION, "Relative revision %.*s didn't produce %ld migrations",
            STR_ARG(id->number), n);
    return err_hint(e, "upgrade takes +N, downgrade -N; moonshift status tells where the "
                       "database is, and how many revisions are pending");
}

static bool too_far(const struct ident *id, struct err *e)
{
    err_set(e, ERR_REVISION, "Walked too far");
    return err_hint(e, "'%.*s' would lie %s", STR_ARG(id->text),
                    id->steps < 0 ? "below the first revision"
                                  : "above the last revision");
}

/* The nearest name, or why the text can mean nothing. */
static bool not_found(const struct graph *g, str text, struct err *e)
{
    err_set(e, ERR_REVISION, "Can't locate revision identified by '%.*s'", STR_ARG(text));
    if (g->n == 0)
        return err_hint(e, "there are no revisions yet: moonshift revision -m \"...\"");
    struct arena scratch = {0};
    str *names = NEW_N(&scratch, str, g->n_sorted), near = STR_NONE;
    for (size_t i = 0; i < g->n_sorted; i++) {
        names[i] = g->sorted[i].text;
        if (!near.p && text.n && str_starts(names[i], text))
            near = names[i];
    }
    bool is_short = text.n < 4;
    if (!near.p)
        near = str_nearest(text, names, g->n_sorted);
    if (is_short)
        err_hint(
            e,
            "please ensure at least four characters are present for partial revision "
            "identifier matches%s%.*s%s",
            near.p ? "; did you mean '" : "", STR_ARG(near), near.p ? "'?" : "");
    else if (near.p)
        err_hint(e, "did you mean '%.*s'?", STR_ARG(near));
    else
        err_hint(e, "moonshift history lists the revisions there are");
    arena_reset(&scratch);
    return false;
}

/* -- Names ------------------------------------------------------------------------ */

/* Exact, else the one name that starts with the text; `within` limits the choice. */
static bool find_node(const struct graph *g, str text, const bool *within, size_t *out,
                      struct err *e)
{
    enum { SHORTEST_PREFIX = 4 };
    *out = graph_name(g, text);
    if (*out != BASE)
        return true;
    if (text.n < SHORTEST_PREFIX)
        return not_found(g, text, e);
    size_t low = 0, high = g->n_sorted;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (str_cmp(g->sorted[mid].text, text) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    struct arena scratch = {0};
    struct revisions found = {0};
    for (; low < g->n_sorted && str_starts(g->sorted[low].text, text); low++) {
        size_t node = g->sorted[low].node;
        bool again = false;
        for (size_t i = 0; i < found.n && !again; i++)
            again = found.at[i]->index == node;
        if (!again && found.n < 9 && (!within || within[node]))
            revisions_add(&found, &scratch, g, node);
    }
    bool ok = found.n == 1;
    if (ok)
        *out = found.at[0]->index;
    else if (found.n == 0)
        not_found(g, text, e);
    else {
        err_set(e, ERR_REVISION,
                "Can't locate revision identified by '%.*s': multiple "
                "revisions start with it",
                STR_ARG(text));
        str named = listing(&found, true, &scratch);
        err_hint(e, "type more of it: %.*s", STR_ARG(named));
    }
    arena_reset(&scratch);
    return ok;
}

struct revision *graph_find(const struct graph *g, str text, struct err *e)
{
    size_t node;
    return find_node(g, text, NULL, &node, e) ? g->at[node].rev : NULL;
}

bool graph_rows(const struct graph *g, const struct strs *current, struct revisions *out,
                struct arena *a, struct err *e)
{
    *out = (struct revisions){0};
    if (!current)
        return true;
    marks seen = marks_new(g, a), below = marks_new(g, a);
    for (size_t i = 0; i < current->n; i++) {
        struct revision *r = graph_exact(g, current->at[i]);
        if (!r) {
            err_set(e, ERR_REVISION, "Can't locate revision identified by '%.*s'",
                    STR_ARG(current->at[i]));
            return err_hint(
                e,
                "the database says it is at '%.*s', but no file defines that "
                "revision: bring the file back (is the code of another branch?), "
                "or, when you know where the database is, run "
                "moonshift stamp --purge REVISION",
                STR_ARG(current->at[i]));
        }
        if (!seen[r->index])
            revisions_add(out, a, g, r->index);
        seen[r->index] = true;
        for (size_t k = 0; k < g->at[r->index].below.n; k++)
            below[g->at[r->index].below.at[k]] = true;
    }
    marks_down(g, below, true);
    for (size_t i = 0; i < out->n; i++) {
        size_t low = out->at[i]->index;
        if (!below[low])
            continue;
        marks above = marks_new(g, a);
        above[low] = true;
        marks_up(g, above, true);
        size_t k = 0;
        while (out->at[k]->index == low || !above[out->at[k]->index])
            k++;
        str high = out->at[k]->id, id = out->at[i]->id;
        err_set(e, ERR_FAILED,
                "Requested revision %.*s overlaps with other requested revisions %.*s",
                STR_ARG(high), STR_ARG(id));
        return err_hint(
            e,
            "the version table names both, but %.*s already includes %.*s; to "
            "repair it: moonshift stamp --purge %.*s",
            STR_ARG(high), STR_ARG(id), STR_ARG(high));
    }
    return true;
}

/* Those of a list that are on the branch's line; all when there is no branch. */
static struct revisions on_branch(const struct graph *g, const struct revisions *list,
                                  const bool *lineage, struct arena *a)
{
    struct revisions out = {0};
    for (size_t i = 0; i < list->n; i++)
        if (!lineage || lineage[list->at[i]->index])
            revisions_add(&out, a, g, list->at[i]->index);
    return out;
}

/* A head that nothing depends on, and together with the others covers everything. */
static struct revisions real_heads(const struct graph *g, struct arena *a)
{
    struct revisions out = {0};
    for (size_t i = 0; i < g->n; i++)
        if (g->at[i].above.n == 0)
            revisions_add(&out, a, g, i);
    return out;
}

static bool find_branch(const struct graph *g, const struct ident *id, size_t *branch,
                        const bool **lineage, struct arena *a, struct err *e)
{
    *branch = BASE;
    *lineage = NULL;
    if (!id->branch.p)
        return true;
    if (!find_node(g, id->branch, NULL, branch, e))
        return false;
    *lineage = marks_lineage(g, *branch, a);
    return true;
}

/* The part of an identifier before any +N or -N. An empty list is base. */
static bool find_symbol(const struct graph *g, const struct ident *id,
                        const struct revisions *rows, const bool *lineage,
                        struct revisions *out, struct arena *a, struct err *e)
{
    *out = (struct revisions){0};
    if (str_is(id->symbol, "base"))
        return true;
    if (str_is(id->symbol, "heads")) {
        struct revisions all = lineage ? graph_heads(g, a) : real_heads(g, a);
        *out = on_branch(g, &all, lineage, a);
        return true;
    }
    if (str_is(id->symbol, "head")) {
        struct revisions all = graph_heads(g, a);
        *out = on_branch(g, &all, lineage, a);
        return out->n <= 1 || many_heads(out, id->text, e);
    }
    if (str_is(id->symbol, "current") && rows) {
        *out = on_branch(g, rows, lineage, a);
        return true;
    }
    size_t node;
    if (!find_node(g, id->symbol, lineage, &node, e))
        return false;
    if (lineage && !lineage[node]) {
        err_set(e, ERR_REVISION, "Can't locate revision identified by '%.*s'",
                STR_ARG(id->text));
        return err_hint(e, "Revision %.*s is not a member of branch '%.*s'",
                        STR_ARG(g->at[node].rev->id), STR_ARG(id->branch));
    }
    revisions_add(out, a, g, node);
    return true;
}

/* -- Walking ---------------------------------------------------------------------- */

enum walked { WALK_DONE, WALK_TOO_FAR, WALK_FAILED };

static bool ambiguous(const struct graph *g, size_t from, const struct revisions *ways,
                      const char *what, struct err *e)
{
    struct arena scratch = {0};
    err_set(e, ERR_DECISION, "Ambiguous walk");
    str named = listing(ways, true, &scratch);
    str start = from == BASE ? STR("base") : g->at[from].rev->id;
    err_hint(e, "%.*s has several %s: %.*s; name the one you mean", STR_ARG(start), what,
             STR_ARG(named));
    arena_reset(&scratch);
    return false;
}

/* N steps up (along children on the branch) or down (along parents). */
static enum walked walk(const struct graph *g, size_t from, long steps,
                        const bool *lineage, size_t *out, struct err *e)
{
    struct arena scratch = {0};
    struct revisions bases = graph_bases(g, &scratch);
    enum walked result = WALK_DONE;
    for (long left = steps < 0 ? -steps : steps; left > 0 && result == WALK_DONE;
         left--) {
        struct revisions ways = {0};
        if (steps < 0 && from == BASE) {
            result = WALK_TOO_FAR;
        } else if (steps < 0) {
            const struct links *below = &g->at[from].below;
            for (size_t k = 0; k < below->lines; k++)
                revisions_add(&ways, &scratch, g, below->at[k]);
            if (ways.n == 0)
                from = BASE;
        } else {
            const struct links *above = from == BASE ? NULL : &g->at[from].above;
            for (size_t k = 0; k < (above ? above->lines : bases.n); k++) {
                size_t to = above ? above->at[k] : bases.at[k]->index;
                if (!lineage || lineage[to])
                    revisions_add(&ways, &scratch, g, to);
            }
            if (ways.n == 0)
                result = WALK_TOO_FAR;
        }
        if (ways.n == 1)
            from = ways.at[0]->index;
        if (ways.n > 1) {
            ambiguous(g, from, &ways, steps < 0 ? "parents" : "children", e);
            result = WALK_FAILED;
        }
    }
    *out = from;
    arena_reset(&scratch);
    return result;
}

static bool walk_to(const struct graph *g, size_t from, const struct ident *id,
                    const bool *lineage, struct revisions *out, struct arena *a,
                    struct err *e)
{
    size_t to;
    enum walked w = walk(g, from, id->steps, lineage, &to, e);
    if (w == WALK_TOO_FAR && !id->clamp)
        return id->symbol.p ? too_far(id, e) : too_few(id, e);
    if (w != WALK_FAILED && to != BASE)
        revisions_add(out, a, g, to);
    return w != WALK_FAILED;
}

/* rev+N and rev-N: relative to a revision, whatever the state of the database. */
static bool from_symbol(const struct graph *g, const struct ident *id,
                        const struct revisions *rows, const bool *lineage,
                        struct revisions *out, struct arena *a, struct err *e)
{
    struct revisions from;
    if (!find_symbol(g, id, rows, lineage, &from, a, e))
        return false;
    if (from.n > 1)
        return many_heads(&from, id->text, e);
    return walk_to(g, from.n ? from.at[0]->index : BASE, id, lineage, out, a, e);
}

/* Everything that the rows stand for. */
static marks applied(const struct graph *g, const struct revisions *rows, struct arena *a)
{
    marks m = marks_of(g, rows, a);
    marks_down(g, m, true);
    return m;
}

/* The applied revisions of a branch with no applied child: by whichever row (a merge, a
 * dependency) they are implied. `all` counts dependents as children too. */
static struct revisions tips(const struct graph *g, const struct revisions *rows,
                             const bool *lineage, bool all, struct arena *a)
{
    marks active = applied(g, rows, a);
    struct revisions out = {0};
    for (size_t i = 0; i < g->n; i++) {
        const struct links *above = &g->at[i].above;
        bool tip = active[i] && lineage[i];
        for (size_t k = 0; tip && k < (all ? above->n : above->lines); k++)
            tip = !active[above->at[k]] || (all && !lineage[above->at[k]]);
        if (tip)
            revisions_add(&out, a, g, i);
    }
    return out;
}

/* +N and label@+N: upwards from where the database is. */
static bool up_from_rows(const struct graph *g, const struct ident *id,
                         const struct revisions *rows, const bool *lineage,
                         struct revisions *out, struct arena *a, struct err *e)
{
    if (id->steps <= 0)
        return too_few(id, e);
    struct revisions start = *rows;
    if (lineage) {
        start = on_branch(g, rows, lineage, a);
        if (start.n == 0)
            start = tips(g, rows, lineage, true, a);
    }
    if (start.n > 1)
        return several(&start, "Ambiguous upgrade from multiple current revisions",
                       id->text, e);
    return walk_to(g, start.n ? start.at[0]->index : BASE, id, lineage, out, a, e);
}

/* -N and label@-N: downwards from where the database is. */
static bool down_from_rows(const struct graph *g, const struct ident *id,
                           const struct revisions *rows, const bool *lineage,
                           struct target *out, struct arena *a, struct err *e)
{
    if (id->steps >= 0 || rows->n == 0)
        return too_few(id, e);
    struct revisions start = *rows;
    if (lineage) {
        start = on_branch(g, rows, lineage, a);
        if (start.n == 0)
            start = tips(g, rows, lineage, false, a);
        if (start.n == 0)
            return too_few(id, e);
        if (start.n > 1)
            return several(&start, "Ambiguous downgrade from multiple current revisions",
                           id->text, e);
    } else {
        out->branch = start.at[0]->index;
        if (start.n > 1) {
            str named = listing(&start, false, a);
            out->note =
                str_fmt(a,
                        "downgrade %.*s from multiple heads is ambiguous: of %.*s, "
                        "'%.*s' is taken; name the branch as <branchname>@%.*s",
                        STR_ARG(id->number), STR_ARG(named), STR_ARG(start.at[0]->id),
                        STR_ARG(id->number));
        }
    }
    return walk_to(g, start.at[0]->index, id, NULL, &out->revs, a, e);
}

/* -- Where a command wants to go -------------------------------------------------- */

bool graph_target_up(const struct graph *g, const struct revisions *rows, str text,
                     struct target *out, struct arena *a, struct err *e)
{
    struct ident id = ident_of(g, text);
    const bool *lineage;
    *out = (struct target){.branch = BASE};
    if (!find_branch(g, &id, &out->branch, &lineage, a, e))
        return false;
    if (!id.relative)
        return find_symbol(g, &id, rows, lineage, &out->revs, a, e);
    return id.symbol.p ? from_symbol(g, &id, rows, lineage, &out->revs, a, e)
                       : up_from_rows(g, &id, rows, lineage, &out->revs, a, e);
}

bool graph_target_down(const struct graph *g, const struct revisions *rows, str text,
                       struct target *out, struct arena *a, struct err *e)
{
    struct ident id = ident_of(g, text);
    const bool *lineage;
    *out = (struct target){.branch = BASE};
    if (!find_branch(g, &id, &out->branch, &lineage, a, e))
        return false;
    if (id.relative && !id.symbol.p)
        return down_from_rows(g, &id, rows, lineage, out, a, e);
    bool ok = id.relative ? from_symbol(g, &id, rows, lineage, &out->revs, a, e)
                          : find_symbol(g, &id, rows, lineage, &out->revs, a, e);
    if (ok && out->revs.n > 1)
        return many_heads(&out->revs, text, e);
    return ok;
}

/* -N from each of several revisions: of the heads when there is no database, as Alembic's
 * `show -1`; of the upper end of a range. */
static bool down_from_each(const struct graph *g, const struct ident *id,
                           const struct revisions *from, struct target *out,
                           struct arena *a, struct err *e)
{
    marks seen = marks_new(g, a);
    for (size_t i = 0; i < from->n; i++) {
        struct revisions one = {0};
        if (!walk_to(g, from->at[i]->index, id, NULL, &one, a, e))
            return false;
        out->base = out->base || one.n == 0;
        if (one.n && !seen[one.at[0]->index]) {
            seen[one.at[0]->index] = true;
            revisions_add(&out->revs, a, g, one.at[0]->index);
        }
    }
    return true;
}

bool graph_target(const struct graph *g, const struct strs *current, str text, bool clamp,
                  struct target *out, struct arena *a, struct err *e)
{
    struct ident id = ident_of(g, text);
    struct revisions rows = {0};
    const bool *lineage;
    id.clamp = clamp;
    *out = (struct target){.branch = BASE};
    if (!find_branch(g, &id, &out->branch, &lineage, a, e))
        return false;
    bool needs_rows = id.symbol.p ? str_is(id.symbol, "current") : id.relative;
    if (needs_rows && !graph_rows(g, current, &rows, a, e))
        return false;
    const struct revisions *known = current ? &rows : NULL;
    if (!id.relative)
        return find_symbol(g, &id, known, lineage, &out->revs, a, e);
    if (id.symbol.p)
        return from_symbol(g, &id, known, lineage, &out->revs, a, e);
    if (id.steps > 0)
        return up_from_rows(g, &id, &rows, lineage, &out->revs, a, e);
    if (!current || clamp) {
        struct revisions heads = lineage ? graph_heads(g, a) : real_heads(g, a);
        struct revisions from = on_branch(g, current ? &rows : &heads, lineage, a);
        return down_from_each(g, &id, &from, out, a, e);
    }
    if (!lineage && rows.n > 1)
        return several(&rows, "Ambiguous walk", text, e);
    return down_from_rows(g, &id, &rows, lineage, out, a, e);
}

bool graph_resolve(const struct graph *g, str text, const struct strs *current,
                   bool single, struct revisions *out, struct arena *a, struct err *e)
{
    struct target target;
    bool ok = graph_target(g, current, text, false, &target, a, e);
    *out = target.revs;
    return ok && single && out->n > 1 ? many_heads(out, text, e) : ok;
}
