#include "app/listing.h"

#include "app/out.h"
#include "base/file.h"

static void put_parents(struct buf *b, const struct revision *r)
{
    if (r->down.n)
        buf_list(b, &r->down);
    else
        buf_put(b, "<base>");
}

static bool is_current(const struct strs *rows, const struct revision *r)
{
    return rows && strs_has(rows, r->id);
}

str listing_line(const struct session *s, const struct revision *r, unsigned parts,
                 const struct strs *rows)
{
    struct buf b = buf_in(s->arena);
    if (parts & LIST_PARENTS) {
        put_parents(&b, r);
        if (r->depends.n) {
            buf_put(&b, " (");
            buf_list(&b, &r->depends);
            buf_char(&b, ')');
        }
        buf_put(&b, " -> ");
    }
    buf_str(&b, r->id);
    struct strs labels = graph_labels(s->graph, r, s->arena);
    if ((parts & LIST_LABELS) && labels.n) {
        buf_put(&b, " (");
        buf_list(&b, &labels);
        buf_char(&b, ')');
    }
    if (graph_is_effective_head(s->graph, r))
        buf_put(&b, " (effective head)");
    else if (graph_is_head(s->graph, r))
        buf_put(&b, " (head)");
    if (is_current(rows, r))
        buf_put(&b, " (current)");
    if ((parts & LIST_TREE) && graph_is_branch_point(s->graph, r))
        buf_put(&b, " (branchpoint)");
    if ((parts & LIST_TREE) && r->down.n > 1)
        buf_put(&b, " (mergepoint)");
    if (parts & LIST_MESSAGE)
        buf_fmt(&b, ", %.*s", STR_ARG(revision_title(r)));
    return buf_done(&b);
}

static void put_indented(struct buf *b, str text)
{
    str line;
    while (str_split(&text, '\n', &line))
        if (line.n)
            buf_fmt(b, "    %.*s\n", STR_ARG(line));
        else
            buf_char(b, '\n');
}

str listing_block(const struct session *s, const struct revision *r,
                  const struct strs *rows)
{
    struct buf b = buf_in(s->arena);
    bool branch = graph_is_branch_point(s->graph, r), merge = r->down.n > 1;
    buf_fmt(&b, "Rev: %.*s%s%s%s%s\n", STR_ARG(r->id),
            graph_is_head(s->graph, r) ? " (head)" : "", branch ? " (branchpoint)" : "",
            merge ? " (mergepoint)" : "", is_current(rows, r) ? " (current)" : "");
    buf_put(&b, merge ? "Merges: " : "Parent: ");
    put_parents(&b, r);
    buf_char(&b, '\n');
    if (r->depends.n) {
        buf_put(&b, "Also depends on: ");
        buf_list(&b, &r->depends);
        buf_char(&b, '\n');
    }
    if (branch) {
        struct revisions children = graph_children(s->graph, r, s->arena);
        bool first = true;
        buf_put(&b, "Branches into: ");
        for (size_t i = 0; i < children.n; i++) {
            buf_sep(&b, &first, ", ");
            buf_str(&b, children.at[i]->id);
        }
        buf_char(&b, '\n');
    }
    struct strs labels = graph_labels(s->graph, r, s->arena);
    if (labels.n) {
        buf_put(&b, "Branch names: ");
        buf_list(&b, &labels);
        buf_char(&b, '\n');
    }
    buf_fmt(&b, "Path: %.*s\n\n",
            STR_ARG(file_absolute(session_path(s, r->file).p, s->arena)));
    put_indented(&b, str_trim(r->message));
    buf_fmt(&b, "\n    Revision ID: %.*s\n    Revises:%s", STR_ARG(r->id),
            r->down.n ? " " : "");
    buf_list(&b, &r->down);
    if (r->created.n)
        buf_fmt(&b, "\n    Create Date: %.*s", STR_ARG(r->created));
    buf_put(&b, "\n\n");
    return buf_done(&b);
}

void listing_json(const struct session *s, struct json *j, const struct revision *r,
                  const struct strs *rows)
{
    struct strs labels = graph_labels(s->graph, r, s->arena);
    json_open(j, '{');
    json_put_str(j, "revision", r->id);
    json_put_str(j, "message", r->message.p ? r->message : STR(""));
    json_put_strs(j, "down_revision", r->down.at, r->down.n);
    json_put_strs(j, "branch_labels", labels.at, labels.n);
    json_put_strs(j, "depends_on", r->depends.at, r->depends.n);
    json_put_str(j, "file", r->file);
    json_put_str(j, "created", r->created.n ? r->created : STR_NONE);
    json_put_bool(j, "transactional", r->transactional);
    json_put_str(j, "irreversible", r->irreversible);
    json_put_bool(j, "head", graph_is_head(s->graph, r));
    json_put_bool(j, "effective_head", graph_is_effective_head(s->graph, r));
    json_put_bool(j, "branchpoint", graph_is_branch_point(s->graph, r));
    json_put_bool(j, "mergepoint", r->down.n > 1);
    if (rows)
        json_put_bool(j, "current", is_current(rows, r));
    json_close(j);
}

void listing_print(const struct session *s, const struct revisions *list, unsigned parts,
                   const struct strs *rows)
{
    struct buf b = buf_in(s->arena);
    struct json j = json_to(&b);
    if (s->json)
        json_open(&j, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (s->json)
            listing_json(s, &j, list->at[i], rows);
        else if (s->verbose)
            buf_str(&b, listing_block(s, list->at[i], rows));
        else
            buf_fmt(&b, "%.*s\n", STR_ARG(listing_line(s, list->at[i], parts, rows)));
    }
    if (s->json)
        json_close(&j);
    out_str(buf_done(&b));
}

/* Marks a revision and all below it, dependencies included. The graph is in topological
 * order, so one pass from the top reaches everything. */
static bool mark_below(const struct session *s, bool *in, struct err *e)
{
    for (size_t i = graph_size(s->graph); i-- > 0;) {
        const struct revision *r = graph_at(s->graph, i);
        if (!in[i])
            continue;
        for (size_t k = 0; k < r->down.n; k++)
            in[graph_exact(s->graph, r->down.at[k])->index] = true;
        for (size_t k = 0; k < r->depends.n; k++) {
            const struct revision *other = graph_find(s->graph, r->depends.at[k], e);
            if (!other)
                return false;
            in[other->index] = true;
        }
    }
    return true;
}

bool *listing_applied(const struct session *s, const struct strs *rows, struct err *e)
{
    bool *in = NEW_N(s->arena, bool, graph_size(s->graph) + 1);
    for (size_t i = 0; i < rows->n; i++) {
        const struct revision *r = graph_exact(s->graph, rows->at[i]);
        if (!r) {
            err_set(e, ERR_REVISION, "Can't locate revision identified by '%.*s'",
                    STR_ARG(rows->at[i]));
            err_hint(
                e,
                "the database is at %.*s and no file in %.*s has that id: get the file "
                "from the branch that holds it, or record another state with "
                "'moonshift stamp --purge REV'",
                STR_ARG(rows->at[i]), STR_ARG(config_text(s->config, CONFIG_migrations)));
            return NULL;
        }
        in[r->index] = true;
    }
    return mark_below(s, in, e) ? in : NULL;
}

bool listing_current(const struct session *s, const struct strs *rows,
                     struct revisions *out, struct err *e)
{
    const bool *in = listing_applied(s, rows, e);
    if (!in)
        return false;
    for (size_t i = graph_size(s->graph); i-- > 0;) {
        struct revision *r = graph_at(s->graph, i);
        struct revisions children = graph_children(s->graph, r, s->arena);
        bool covered = false;
        for (size_t k = 0; k < children.n; k++)
            covered = covered || in[children.at[k]->index];
        if (in[i] && !covered)
            *PUSH(s->arena, out->at, out->n, out->room) = r;
    }
    return true;
}
