/* Plans: the steps from one state of the version table to another, and ranges.
 *
 * The rows of the version table are at any moment the maximal elements of what is
 * applied: the revisions that no applied revision has below it, as parent or as
 * dependency. Each step keeps that true, and so moves only rows next to its revision.
 */
#include "model/graph_inside.h"

#include <string.h>

static void set_after(const struct graph *g, const bool *row, struct plan *out,
                      struct arena *a)
{
    for (size_t i = 0; i < g->n; i++)
        if (row[i])
            strs_add(&out->after, g->at[i].rev->id, a);
}

bool graph_upgrade(const struct graph *g, const struct strs *current, str target,
                   struct plan *out, struct arena *a, struct err *e)
{
    struct revisions rows;
    struct target want;
    *out = (struct plan){0};
    if (!graph_rows(g, current, &rows, a, e) ||
        !graph_target_up(g, &rows, target, &want, a, e))
        return false;
    marks row = marks_of(g, &rows, a), have = marks_of(g, &rows, a);
    marks need = marks_of(g, &want.revs, a);
    marks_down(g, have, true);
    marks_down(g, need, true);
    for (size_t i = 0; i < g->n; i++) {
        if (!need[i] || have[i])
            continue;
        struct step *step = PUSH(a, out->at, out->n, out->room);
        step->revision = g->at[i].rev;
        step->up = true;
        const struct links *below = &g->at[i].below;
        for (size_t k = 0; k < below->n; k++)
            if (row[below->at[k]]) {
                row[below->at[k]] = false;
                strs_add(&step->removed, g->at[below->at[k]].rev->id, a);
            }
        row[i] = true;
        strs_add(&step->added, g->at[i].rev->id, a);
    }
    set_after(g, row, out, a);
    return true;
}

/* Where the way down starts: the lowest revisions that must go. */
static bool find_roots(const struct graph *g, const struct target *want, marks roots,
                       str text, struct arena *a, struct err *e)
{
    size_t n = 0;
    if (want->revs.n == 0) {
        for (size_t i = 0; i < g->n; i++)
            n += roots[i] = g->at[i].below.lines == 0;
    } else {
        const struct links *above = &g->at[want->revs.at[0]->index].above;
        for (size_t k = 0; k < above->lines; k++, n++)
            roots[above->at[k]] = true;
    }
    if (want->branch == BASE || n <= 1)
        return true;
    marks line = marks_new(g, a);
    line[want->branch] = true;
    marks_down(g, line, false);
    n = 0;
    for (size_t i = 0; i < g->n; i++)
        n += roots[i] = roots[i] && line[i];
    if (n)
        return true;
    err_set(e, ERR_FAILED, "Not a valid downgrade target from current heads");
    return err_hint(e,
                    "'%.*s' does not lie below its branch: moonshift current shows where "
                    "the database is",
                    STR_ARG(text));
}

bool graph_downgrade(const struct graph *g, const struct strs *current, str target,
                     struct plan *out, struct arena *a, struct err *e)
{
    struct revisions rows;
    struct target want;
    *out = (struct plan){0};
    if (!graph_rows(g, current, &rows, a, e) ||
        !graph_target_down(g, &rows, target, &want, a, e))
        return false;
    out->note = want.note;
    marks row = marks_of(g, &rows, a), have = marks_of(g, &rows, a),
          drop = marks_new(g, a);
    if (!find_roots(g, &want, drop, target, a, e))
        return false;
    marks_down(g, have, true);
    marks_up(g, drop, true);
    /* How many applied revisions still stand on each. */
    size_t *above = NEW_N(a, size_t, g->n);
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = 0; have[i] && k < g->at[i].below.n; k++)
            above[g->at[i].below.at[k]]++;
    for (size_t i = g->n; i-- > 0;) {
        if (!drop[i] || !have[i])
            continue;
        struct step *step = PUSH(a, out->at, out->n, out->room);
        step->revision = g->at[i].rev;
        row[i] = false;
        strs_add(&step->removed, g->at[i].rev->id, a);
        const struct links *below = &g->at[i].below;
        for (size_t k = 0; k < below->n; k++)
            if (--above[below->at[k]] == 0) {
                row[below->at[k]] = true;
                strs_add(&step->added, g->at[below->at[k]].rev->id, a);
            }
    }
    if (out->n == 0 && want.revs.n && !row[want.revs.at[0]->index]) {
        err_set(e, ERR_FAILED,
                "Destination %.*s is not a valid downgrade target from current head(s)",
                STR_ARG(target));
        return err_hint(
            e,
            "nothing that is applied stands above %.*s (%.*s): moonshift current "
            "shows where the database is",
            STR_ARG(want.revs.at[0]->id), STR_ARG(want.revs.at[0]->file));
    }
    set_after(g, row, out, a);
    return true;
}

/* Takes away the rows that a stamped target replaces: those on its line, dependencies
 * included. `base` replaces all, label@base those of the branch. */
static void give_way(const struct graph *g, const struct target *target, marks row,
                     struct arena *a)
{
    marks up = marks_of(g, &target->revs, a), down = marks_of(g, &target->revs, a);
    if (target->revs.n == 0 && target->branch != BASE)
        up[target->branch] = down[target->branch] = true;
    marks_up(g, up, true);
    marks_down(g, down, true);
    bool all = target->revs.n == 0 && target->branch == BASE;
    for (size_t i = 0; i < g->n; i++)
        row[i] = row[i] && !all && !up[i] && !down[i];
}

bool graph_stamp(const struct graph *g, const struct strs *current,
                 const struct strs *targets, bool purge, struct strs *rows_after,
                 struct arena *a, struct err *e)
{
    static const struct strs none = {0};
    struct revisions rows, checked;
    struct strs wanted = {0};
    *rows_after = (struct strs){0};
    if (purge)
        current = &none;
    if (!graph_rows(g, current, &rows, a, e))
        return false;
    marks row = marks_of(g, &rows, a), want = marks_new(g, a);
    for (size_t i = 0; i < targets->n; i++) {
        struct target target;
        if (!graph_target(g, current, targets->at[i], false, &target, a, e))
            return false;
        give_way(g, &target, row, a);
        for (size_t k = 0; k < target.revs.n; k++) {
            struct revision *r = target.revs.at[k];
            if (!want[r->index])
                strs_add(&wanted, r->id, a);
            want[r->index] = true;
        }
    }
    if (!graph_rows(g, &wanted, &checked, a, e)) /* one must not imply another */
        return false;
    for (size_t k = 0; k < rows.n; k++)
        if (row[rows.at[k]->index])
            strs_add(rows_after, rows.at[k]->id, a);
    for (size_t k = 0; k < wanted.n; k++)
        strs_add(rows_after, wanted.at[k], a);
    return true;
}

/* -- Ranges ----------------------------------------------------------------------- */

static bool not_a_range(str range, struct err *e)
{
    err_set(
        e, ERR_FAILED,
        "Requested range %.*s does not refer to ancestor/descendant revisions along the "
        "same branch",
        STR_ARG(range));
    return err_hint(e,
                    "the older revision stands first: moonshift history -r OLDER:NEWER");
}

static struct strs ids_of(const struct revisions *list, struct arena *a)
{
    struct strs out = {0};
    for (size_t i = 0; i < list->n; i++)
        strs_add(&out, list->at[i]->id, a);
    return out;
}

/* `-N:` counts down from the upper end, `:+N` up from the lower one; both stop at the end
 * of the line. */
static bool find_ends(const struct graph *g, str low, str high,
                      const struct strs *current, struct target *lower,
                      struct target *upper, struct arena *a, struct err *e)
{
    if (low.n == 0)
        low = STR("base");
    if (high.n == 0)
        high = STR("heads");
    if (high.p[0] == '+') {
        if (!graph_target(g, current, low, true, lower, a, e))
            return false;
        struct strs from = ids_of(&lower->revs, a);
        return graph_target(g, &from, high, true, upper, a, e);
    }
    if (!graph_target(g, current, high, true, upper, a, e))
        return false;
    struct strs from = ids_of(&upper->revs, a);
    return graph_target(g, low.p[0] == '-' ? &from : current, low, true, lower, a, e);
}

/* Takes the ends off the branch away; `to_heads` puts the branch's own heads there, also
 * those that `heads` leaves out because something depends on them. */
static void keep_to_branch(const struct graph *g, size_t branch, bool to_heads, marks in,
                           struct arena *a)
{
    const bool *line = marks_lineage(g, branch, a);
    for (size_t i = 0; i < g->n; i++)
        in[i] = line[i] && (to_heads ? g->at[i].above.lines == 0 : in[i]);
}

bool graph_range(const struct graph *g, str range, const struct strs *current,
                 struct revisions *out, struct arena *a, struct err *e)
{
    range = str_trim(range);
    *out = (struct revisions){0};
    size_t colon = str_find(range, ':');
    str high = str_cut(range, colon + 1, range.n);
    if (colon == range.n || str_find(high, ':') < high.n)
        return err_set(e, ERR_USAGE,
                       "History range requires [start]:[end], [start]:, or :[end]");
    struct target low, up;
    if (!find_ends(g, str_cut(range, 0, colon), high, current, &low, &up, a, e))
        return false;
    struct revisions lower = low.revs;
    marks in = marks_of(g, &up.revs, a), below = marks_of(g, &lower, a);
    marks above = marks_of(g, &lower, a);
    if (low.branch != BASE) /* label@base: what lies on that branch, to its heads */
        keep_to_branch(g, low.branch, high.n == 0 || str_is(high, "heads"), in, a);
    marks_down(g, in, true);
    marks_down(g, below, true);
    marks_up(g, above, false);
    for (size_t i = 0; i < lower.n; i++)
        if (!in[lower.at[i]->index])
            return not_a_range(range, e);
    marks ends = marks_of(g, &lower, a);
    for (size_t i = g->n; i-- > 0;)
        if (ends[i] || (in[i] && !below[i] && (lower.n == 0 || low.base || above[i])))
            revisions_add(out, a, g, i);
    return true;
}
