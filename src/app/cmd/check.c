#include "app/autogen.h"
#include "app/cmd/cmd.h"

static void print_json(struct session *s, const struct autogen *g)
{
    struct buf b = buf_in(s->arena);
    struct json j = json_to(&b);
    json_open(&j, '{');
    json_put_bool(&j, "differs", g->up.n_changes > 0 || g->renames.n > 0);
    json_key(&j, "changes");
    json_open(&j, '[');
    for (size_t i = 0; i < g->up.n_changes; i++) {
        const struct change *c = &g->up.changes[i];
        const struct object *o = c->to ? c->to : c->from;
        json_open(&j, '{');
        json_put_str(&j, "change", str_of(change_word(c->kind)));
        json_put_str(&j, "kind", str_of(o->kind));
        json_put_str(&j, "schema", o->schema.n ? o->schema : STR_NONE);
        json_put_str(&j, "table", o->table.n ? o->table : STR_NONE);
        json_put_str(&j, "name", o->name);
        json_close(&j);
    }
    json_close(&j);
    json_put_str(&j, "ops", autogen_body(&g->up, s->arena));
    json_close(&j);
    out_str(buf_done(&b));
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct autogen g = {0};
    (void)args;
    if (!autogen_ready(s, e) || !autogen_compare(s, &g, e))
        return false;
    if (s->json)
        print_json(s, &g);
    if (g.up.ops.n == 0) {
        if (!s->json)
            out_info(s, "No new upgrade operations detected.");
        return true;
    }
    if (!s->json) {
        autogen_tell(s, &g.up);
        out_print("%.*s\n", STR_ARG(autogen_body(&g.up, s->arena)));
    }
    err_set(e, ERR_DIFFERS,
            "New upgrade operations detected: models and database differ");
    return err_hint(e, "moonshift revision --autogenerate -m \"...\"");
}

const struct cmd cmd_check = {
    .name = "check",
    .usage = "",
    .help = "fail when the models and the database differ",
    .about =
        "Compares the models with the live database, as revision --autogenerate does,\n"
        "and prints the operations that are missing. Changes nothing. Status 4 when\n"
        "they differ.",
    .needs = NEED_GRAPH | NEED_DB,
    .run = run,
};
