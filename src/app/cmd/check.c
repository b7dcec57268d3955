#include "app/autogen.h"
#include "app/cmd/cmd.h"
#include "app/edited.h"
#include "app/passwords.h"

static void print_json(struct session *s, const struct autogen *g)
{
    struct buf b = buf_in(s->arena);
    struct json j = json_to(&b);
    json_open(&j, '{');
    json_put_bool(&j, "differs", g->up.ops.n > 0);
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

static bool check_models(struct session *s, struct err *e)
{
    struct autogen g = {0};
    if (!autogen_ready(s, e) || !autogen_compare(s, &g, e))
        return false;
    passwords_hide(&g.up.ops, s->arena);
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

/* -- files ------------------------------------------------------------------------------ */

struct files {
    struct strs missing; /* version rows that no file defines */
    struct edited edited;
};

static bool find_files(struct session *s, struct files *f, struct err *e)
{
    struct ledger_names names = session_ledger(s);
    struct strs rows = {0}, known = {0};
    struct plan applied = {0};
    bool exists;
    if (!ledger_read(conn_sink(s->conn), &names, &rows, &exists, s->arena, e))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        strs_add(graph_exact(s->graph, rows.at[i]) ? &known : &f->missing, rows.at[i],
                 s->arena);
    if (!graph_downgrade(s->graph, &known, STR("base"), &applied, s->arena, e))
        return false;
    return edited_find(s, &names, &applied, &f->edited, e);
}

static void print_files(struct session *s, const struct files *f)
{
    edited_print(&f->edited);
    for (size_t i = 0; i < f->missing.n; i++)
        out_print("applied, and no file defines it: %.*s\n", STR_ARG(f->missing.at[i]));
    if (f->edited.files.n || f->missing.n)
        return;
    struct buf b = buf_in(s->arena);
    bool first = true;
    for (size_t i = 0; i < f->edited.unknown.n; i++) {
        buf_sep(&b, &first, ", ");
        buf_str(&b, f->edited.unknown.at[i]->id);
    }
    str unknown = buf_done(&b);
    out_info(s, "%zu applied file%s: none was edited since it was applied%s%.*s",
             f->edited.compared, f->edited.compared == 1 ? "" : "s",
             unknown.n ? "; no checksum is known of " : "", STR_ARG(unknown));
}

static void print_files_json(struct session *s, const struct files *f)
{
    struct buf b = buf_in(s->arena);
    struct json j = json_to(&b);
    json_open(&j, '{');
    json_put_int(&j, "compared", (int64_t)f->edited.compared);
    json_key(&j, "edited");
    edited_json(&j, &f->edited);
    json_put_strs(&j, "missing", f->missing.at, f->missing.n);
    json_key(&j, "unknown");
    json_open(&j, '[');
    for (size_t i = 0; i < f->edited.unknown.n; i++)
        json_str(&j, f->edited.unknown.at[i]->id);
    json_close(&j);
    json_close(&j);
    out_str(buf_done(&b));
}

/* A missing file weighs more: it is status 6, with the words that every command has. */
static bool check_files(struct session *s, struct err *e)
{
    struct files f = {0};
    struct plan none;
    if (!find_files(s, &f, e))
        return false;
    if (s->json)
        print_files_json(s, &f);
    else
        print_files(s, &f);
    if (f.missing.n)
        return graph_downgrade(s->graph, &f.missing, STR("base"), &none, s->arena, e);
    size_t n = f.edited.files.n;
    if (n == 0)
        return true;
    err_set(e, ERR_DIFFERS, "%zu file%s edited since %s applied", n,
            n == 1 ? " was" : "s were", n == 1 ? "it was" : "they were");
    return err_hint(e, "%.*s", STR_ARG(edited_hint(&f.edited, s->arena)));
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    return args_flag(args, "files") ? check_files(s, e) : check_models(s, e);
}

static const struct opt opts[] = {
    {"files", 0, OPT_FLAG, NULL, "were files of applied revisions edited, or lost?"},
    {0}};

const struct cmd cmd_check = {
    .name = "check",
    .usage = "",
    .help = "fail when the models and the database differ",
    .about =
        "Compares the models with the live database, as revision --autogenerate does,\n"
        "and prints the operations that are missing. Changes nothing. Status 4 when\n"
        "they differ. With --files the files of the applied revisions are compared with\n"
        "what was run, by the checksums of the log, and nothing else: status 4 when one\n"
        "was edited, 6 when the database is at a revision that no file defines.",
    .opts = opts,
    .needs = NEED_GRAPH | NEED_DB,
    .run = run,
};
