#include "app/autogen.h"
#include "app/cmd/cmd.h"
#include "app/listing.h"
#include "app/passwords.h"
#include "app/scaffold.h"

static const struct opt opts[] = {
    {"message", 'm', OPT_TEXT, "TEXT", "what the revision does"},
    {"autogenerate", 0, OPT_FLAG, NULL,
     "fill it with the difference of models and database"},
    {"sql", 0, OPT_FLAG, NULL, "print the file instead of writing it"},
    {"head", 0, OPT_TEXT, "REV", "the parent (head); base starts a new line"},
    {"splice", 0, OPT_FLAG, NULL, "the parent need not be a head"},
    {"branch-label", 0, OPT_MANY, "LABEL", "name the line that begins here"},
    {"depends-on", 0, OPT_MANY, "REV", "revision that must be applied before"},
    {"rev-id", 0, OPT_TEXT, "ID", "identifier; 12 hexadecimal digits are made up"},
    {0},
};

static void add_labels(struct session *s, const struct args *args, struct new_revision *r)
{
    const str *labels;
    size_t n = args_many(args, "branch-label", &labels, s->arena);
    for (size_t i = 0; i < n; i++)
        strs_add(&r->labels, labels[i], s->arena);
}

/* With --json, what was written as an object. */
static void say(struct session *s, const struct new_revision *r)
{
    if (!s->json)
        return;
    struct buf b = buf_in(s->arena);
    struct json j = json_to(&b);
    listing_json(s, &j, graph_exact(s->graph, r->id), NULL);
    out_str(buf_done(&b));
}

/* Fills the bodies with the difference of models and database. *found is false when there
 * is none: no file is written then. */
static bool fill(struct session *s, struct new_revision *r, bool *found, struct err *e)
{
    struct autogen g = {0};
    if (!autogen_ready(s, e) || !autogen_compare(s, &g, e))
        return false;
    autogen_tell(s, &g.up);
    *found = g.up.ops.n > 0;
    if (!*found) {
        out_info(s, "No changes detected");
        return true;
    }
    passwords_tell(s, &g.up.ops, "the new file holds, in upgrade(),");
    passwords_tell(s, &g.down.ops, "the new file holds, in downgrade(),");
    r->upgrade = autogen_body(&g.up, s->arena);
    r->downgrade = autogen_body(&g.down, s->arena);
    r->header = autogen_header(&g);
    return true;
}

/* Depends, body, and the file or its text on stdout. */
static bool write_revision(struct session *s, const struct args *args,
                           struct new_revision *r, bool autogenerate, struct err *e)
{
    str file, text;
    bool found = true;
    const str *depends;
    size_t n = args ? args_many(args, "depends-on", &depends, s->arena) : 0;
    for (size_t i = 0; i < n; i++)
        if (!scaffold_depends(s, depends[i], r, e))
            return false;
    if (autogenerate && !fill(s, r, &found, e))
        return false;
    if (!found) {
        out_str(s->json ? STR("null\n") : STR(""));
        return true;
    }
    if (args && args_flag(args, "sql")) {
        if (!scaffold_id(s, r, e) || !scaffold_text(s, r, &file, &text, e))
            return false;
        out_str(text);
        return true;
    }
    if (!scaffold_write(s, r, &file, e))
        return false;
    say(s, r);
    return true;
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct new_revision r = {.id = args_text(args, "rev-id"),
                             .message = args_text(args, "message"),
                             .splice = args_flag(args, "splice")};
    str head = args_text(args, "head");
    add_labels(s, args, &r);
    return scaffold_parents(s, head.n ? head : STR("head"), &r, e) &&
           write_revision(s, args, &r, args_flag(args, "autogenerate"), e);
}

const struct cmd cmd_revision = {
    .name = "revision",
    .usage = "-m TEXT",
    .help = "write a new revision file",
    .about = "Where the project has a templates/migration.lua, the file is made from it.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .run = run,
};

static bool run_create(struct session *s, struct args *args, struct err *e)
{
    struct new_revision r = {.message = args->at[0]};
    return scaffold_parents(s, STR("head"), &r, e) &&
           write_revision(s, NULL, &r, true, e);
}

const struct cmd cmd_create = {
    .name = "create",
    .usage = "NAME",
    .help = "short for revision --autogenerate -m NAME",
    .needs = NEED_GRAPH,
    .min = 1,
    .max = 1,
    .run = run_create,
};

static const struct opt merge_opts[] = {
    {"message", 'm', OPT_TEXT, "TEXT", "what the revision does"},
    {"branch-label", 0, OPT_MANY, "LABEL", "name the line that begins here"},
    {"rev-id", 0, OPT_TEXT, "ID", "identifier; 12 hexadecimal digits are made up"},
    {"splice", 0, OPT_FLAG, NULL, "the parents need not be heads"},
    {0},
};

static bool run_merge(struct session *s, struct args *args, struct err *e)
{
    struct new_revision r = {.id = args_text(args, "rev-id"),
                             .message = args_text(args, "message"),
                             .splice = args_flag(args, "splice")};
    str file;
    add_labels(s, args, &r);
    for (size_t i = 0; i < args->n; i++)
        if (!scaffold_parents(s, args->at[i], &r, e))
            return false;
    if (r.down.n < 2) {
        err_set(e, ERR_USAGE, "a merge needs two or more revisions");
        return err_hint(e, "moonshift heads lists what can be merged");
    }
    if (!scaffold_write(s, &r, &file, e))
        return false;
    say(s, &r);
    return true;
}

const struct cmd cmd_merge = {
    .name = "merge",
    .usage = "REV...",
    .help = "write a revision that joins others",
    .about = "'moonshift merge heads' joins all heads.",
    .opts = merge_opts,
    .needs = NEED_GRAPH,
    .min = 1,
    .max = ANY_NUMBER,
    .run = run_merge,
};
