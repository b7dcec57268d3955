#include "app/autogen.h"
#include "app/cmd/cmd.h"
#include "app/models.h"
#include "app/passwords.h"
#include "plan/compile.h"
#include "plan/render.h"
#include "plan/unsaid.h"

#include <string.h>

static const struct opt opts[] = {
    {"format", 0, OPT_WORD, "lua|sql", "what to write; lua when left out"},
    {0},
};

/* op.create_table is model.table: the word without its verb. */
static void render_model(struct buf *b, const struct op *op)
{
    struct arena scratch = {0};
    struct buf text = buf_in(&scratch);
    render_op(&text, op, "model.", 0);
    str s = buf_done(&text), head = STR("model.create_");
    if (str_starts(s, head)) {
        buf_put(b, "model.");
        s = str_cut(s, head.n, s.n);
        if (str_starts(s, STR("function(")))
            s = (buf_put(b, "func"), str_cut(s, 8, s.n));
    }
    buf_str(b, s);
    buf_put(b, "\n\n");
    arena_reset(&scratch);
}

static bool print_sql(struct session *s, const struct ops *ops, struct err *e)
{
    struct stmt_list stmts = {0};
    struct compile_context context = {.server_version = conn_server_version(s->conn)};
    for (size_t i = 0; i < ops->n; i++)
        if (!op_compile(ops->at[i], &context, &stmts, s->arena, e))
            return false;
    out_print("SET check_function_bodies = off;\n\n");
    for (size_t i = 0; i < stmts.n; i++)
        out_print("%.*s;\n\n", STR_ARG(stmts.at[i].sql));
    return true;
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct catalog c;
    struct ops ops;
    if (!target_catalog(s, &c, e))
        return false;
    say_owners(&c, s->arena);
    autogen_filter(s, &c);
    if (!catalog_ops(&c, &ops, s->arena, e))
        return false;
    passwords_tell(s, &ops, "these models hold");
    if (str_is(args_text(args, "format"), "sql"))
        return print_sql(s, &ops, e);
    struct buf b = buf_in(s->arena);
    for (size_t i = 0; i < ops.n; i++)
        render_model(&b, ops.at[i]);
    out_str(buf_done(&b));
    return true;
}

const struct cmd cmd_inspect = {
    .name = "inspect",
    .usage = "",
    .help = "write models from the live database",
    .about =
        "Prints the schema of the database as models, of which autogenerate then finds\n"
        "no difference:\n"
        "  moonshift inspect > models/schema.lua\n"
        "  moonshift inspect --format sql > models/schema.sql",
    .opts = opts,
    .needs = NEED_CONFIG | NEED_DB,
    .run = run,
};
