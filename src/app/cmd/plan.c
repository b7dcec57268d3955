#include "app/runner_setup.h"

#include "plan/compile.h"
#include "plan/quote.h"

/* Where the steps are shown. */
struct sheet {
    struct session *s;
    struct json *json; /* NULL: text */
};

static str table_of(const struct op *op)
{
    if (!shape_field(op->args->shape, STR("table")))
        return STR_NONE;
    return rec_str(op->args, K_table);
}

static void show_op(void *context, const struct op *op, const struct stmt_list *list)
{
    struct sheet *sheet = context;
    enum lock_mode lock = op_lock(op);
    str table = table_of(op);
    bool told = false;
    for (size_t i = 0; i < list->n; i++) {
        const struct stmt *s = &list->at[i];
        if (s->flags & STMT_QUIET) /* checks around a statement, not what was asked for */
            continue;
        if (sheet->json) {
            json_open(sheet->json, '{');
            json_put_str(sheet->json, "sql", s->sql);
            json_put_str(sheet->json, "lock",
                         lock == LOCK_NONE ? STR_NONE : str_of(lock_name(lock)));
            json_put_str(sheet->json, "table", table);
            json_put_str(sheet->json, "file", s->from.file);
            json_put_int(sheet->json, "line", s->from.line);
            json_put_bool(sheet->json, "transactional", !(s->flags & STMT_NO_TX));
            json_close(sheet->json);
            continue;
        }
        out_print("%.*s;\n", STR_ARG(s->sql));
        if (!told && lock != LOCK_NONE)
            out_print("--   takes %s%s%.*s, %.*s:%d\n", lock_name(lock),
                      table.n ? " on " : "", STR_ARG(table), STR_ARG(s->from.file),
                      s->from.line);
        told = true;
    }
}

static void open_step(struct sheet *sheet, const struct step *step)
{
    const struct revision *rev = step->revision;
    str line = step_line(step, sheet->s->arena);
    if (!sheet->json) {
        out_print("-- %.*s%s\n", STR_ARG(line),
                  rev->transactional ? "" : " (every statement commits by itself)");
        return;
    }
    json_open(sheet->json, '{');
    json_put_str(sheet->json, "revision", rev->id);
    json_put_str(sheet->json, "direction", step->up ? STR("upgrade") : STR("downgrade"));
    json_put_str(sheet->json, "message", revision_title(rev));
    json_put_str(sheet->json, "file", rev->file);
    json_put_bool(sheet->json, "transactional", rev->transactional);
    json_key(sheet->json, "statements");
    json_open(sheet->json, '[');
}

static void close_step(struct sheet *sheet, const struct err *failure)
{
    str why = failure->kind ? failure->message : STR_NONE;
    if (sheet->json) {
        json_close(sheet->json);
        json_put_str(sheet->json, "unknown", why);
        json_close(sheet->json);
        return;
    }
    if (why.p)
        out_print("-- the rest is known when the revisions before it have run: %.*s\n",
                  STR_ARG(why));
    out_print("\n");
}

/* A revision that reads tables which earlier ones make cannot be foretold: the server's
 * refusal ends its listing, not the command. Faults of the script itself are errors. */
static bool show_step(struct runner *r, struct sheet *sheet, const struct step *step,
                      struct err *e)
{
    struct err failure = {0};
    open_step(sheet, step);
    bool ok = runner_preview(r, step, &failure);
    if (!ok && !failure.sqlstate[0]) {
        err_copy(e, &failure);
        err_clear(&failure);
        return false;
    }
    close_step(sheet, &failure);
    err_clear(&failure);
    return true;
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct runner r;
    struct plan plan;
    struct strs rows;
    bool exists;
    str target = args->n ? args->at[0] : STR("heads");
    bool up = !args_flag(args, "down") && target.p[0] != '-' && !str_is(target, "base");
    struct buf b = buf_in(s->arena);
    struct json json = json_to(&b);
    struct sheet sheet = {.s = s, .json = s->json ? &json : NULL};
    if (!runner_open(s, args, &r, e) ||
        !ledger_read(r.sink, &r.names, &rows, &exists, s->arena, e) ||
        !runner_plan(&r, up, &rows, target, &plan, e))
        return false;
    r.watch = show_op;
    r.watch_context = &sheet;
    if (sheet.json)
        json_open(&json, '[');
    else if (plan.n == 0)
        out_info(s, "Nothing to do.");
    for (size_t i = 0; i < plan.n; i++)
        if (!show_step(&r, &sheet, &plan.at[i], e))
            return false;
    if (sheet.json) {
        json_close(&json);
        out_str(buf_done(&b));
    }
    return true;
}

static const struct opt opts[] = {
    {"down", 0, OPT_FLAG, NULL, "what `downgrade REV` would run"}, {0}};

const struct cmd cmd_plan = {
    .name = "plan",
    .usage = "[REV]",
    .help = "what upgrade REV (or downgrade, for -N and base) would run, and its locks",
    .about =
        "Runs the migrations without sending what they ask for: every statement is\n"
        "shown with the lock it takes. What they read is read, in a transaction that\n"
        "cannot write. Nothing is changed.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .max = 1,
    .run = run,
};
