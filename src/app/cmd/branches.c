#include "app/cmd/cmd.h"
#include "app/listing.h"

static void print_one(struct session *s, const struct revision *r, struct buf *b)
{
    struct revisions children = graph_children(s->graph, r, s->arena);
    unsigned message = s->verbose ? LIST_MESSAGE : 0;
    if (s->verbose)
        buf_str(b, listing_block(s, r, NULL));
    else
        buf_fmt(b, "%.*s\n", STR_ARG(listing_line(s, r, LIST_LABELS | LIST_TREE, NULL)));
    for (size_t i = 0; i < children.n; i++) {
        buf_repeat(b, ' ', r->id.n);
        buf_fmt(b, " -> %.*s\n",
                STR_ARG(listing_line(s, children.at[i], LIST_LABELS | LIST_TREE | message,
                                     NULL)));
    }
    buf_char(b, '\n');
}

static void json_one(struct session *s, const struct revision *r, struct json *j)
{
    struct revisions children = graph_children(s->graph, r, s->arena);
    json_open(j, '{');
    json_key(j, "branchpoint");
    listing_json(s, j, r, NULL);
    json_key(j, "branches");
    json_open(j, '[');
    for (size_t i = 0; i < children.n; i++)
        listing_json(s, j, children.at[i], NULL);
    json_close(j);
    json_close(j);
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    (void)args;
    (void)e;
    struct buf b = buf_in(s->arena);
    struct json j = json_to(&b);
    if (s->json)
        json_open(&j, '[');
    for (size_t i = graph_size(s->graph); i-- > 0;) {
        const struct revision *r = graph_at(s->graph, i);
        if (!graph_is_branch_point(s->graph, r))
            continue;
        if (s->json)
            json_one(s, r, &j);
        else
            print_one(s, r, &b);
    }
    if (s->json)
        json_close(&j);
    out_str(buf_done(&b));
    return true;
}

const struct cmd cmd_branches = {
    .name = "branches",
    .usage = "",
    .help = "list the revisions at which lines part",
    .needs = NEED_GRAPH,
    .run = run,
};
