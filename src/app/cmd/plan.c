#include "app/runner_setup.h"

#include "plan/masked.h"
#include "pg/relation.h"
#include "plan/compile.h"
#include "plan/effect.h"

#include <string.h>

/* A name that an earlier statement of the plan gave to a relation. */
struct renamed {
    struct sql_table was, now;
};

/* Where the steps are shown. */
struct sheet {
    struct session *s;
    struct sink *sink; /* for what only the server knows */
    struct json *json; /* NULL: text */
    struct renamed *renamed;
    size_t n_renamed, renamed_room;
};

/* ---- what the server knows --------------------------------------------------------- */

static struct sql_table name_now(const struct sheet *sheet, struct sql_table t)
{
    for (size_t i = sheet->n_renamed; i > 0; i--)
        if (str_eq(sheet->renamed[i - 1].now.name, t.name) &&
            str_eq(sheet->renamed[i - 1].now.schema, t.schema))
            t = sheet->renamed[i - 1].was;
    return t;
}

static void learn_name(struct sheet *sheet, const struct sql_facts *f)
{
    if (str_is(f->kind, "RenameStmt") && str_is(f->object, "OBJECT_TABLE"))
        *PUSH(sheet->s->arena, sheet->renamed, sheet->n_renamed, sheet->renamed_room) =
            (struct renamed){.was = f->target, .now = {f->target.schema, f->new_name}};
}

static struct column_facts column_of(const struct sheet *sheet,
                                     const struct sql_table *table, str column)
{
    struct sql_table t = name_now(sheet, *table);
    struct err ignored = {0};
    struct column_facts facts;
    if (!relation_column(sheet->sink, t.schema, t.name, column, &facts, sheet->s->arena,
                         &ignored))
        facts = (struct column_facts){0};
    err_clear(&ignored);
    return facts;
}

static str type_of(void *context, const struct sql_table *table, str column)
{
    const struct sheet *sheet = context;
    str type = column_of(sheet, table, column).type;
    return type.n ? type_normal(type, sheet->s->arena) : STR_NONE;
}

/* ---- one statement ----------------------------------------------------------------- */

/* A relation that is not there yet is made by the plan itself: nobody waits for it. */
static bool look_up(const struct sheet *sheet, const struct effect *effect,
                    struct relation *out)
{
    struct sql_table t = name_now(sheet, effect->table);
    struct err ignored = {0};
    bool ok =
        relation_read(sheet->sink, t.schema, t.name, out, sheet->s->arena, &ignored);
    err_clear(&ignored);
    return ok && out->name.n;
}

static void show_effect(const struct sheet *sheet, const struct effect *effect,
                        const struct relation *relation, const struct origin *from)
{
    bool copies = effect->does & EFFECT_COPIES, reads = effect->does & EFFECT_READS;
    if (sheet->json) {
        json_open(sheet->json, '{');
        json_put_str(sheet->json, "table", relation->name.n ? relation->name : STR_NONE);
        json_put_str(sheet->json, "lock", str_of(lock_name(effect->lock)));
        if (relation->bytes >= 0)
            json_put_int(sheet->json, "bytes", relation->bytes);
        json_put_bool(sheet->json, "reads", reads);
        json_put_bool(sheet->json, "copies", copies);
        json_close(sheet->json);
        return;
    }
    out_print("--   takes %s", lock_name(effect->lock));
    if (relation->name.n)
        out_print(" on %.*s", STR_ARG(relation->name));
    if (relation->size.n)
        out_print(" (%.*s)", STR_ARG(relation->size));
    if (copies || reads)
        out_print(" and %s all of it", copies ? "copies" : "reads");
    out_print(", %.*s:%d\n", STR_ARG(from->file), from->line);
}

/* ALTER COLUMN in words that are newer than the parser: SET EXPRESSION (17). */
static void show_column(const struct sheet *sheet, const struct op *op)
{
    struct effect effect = {
        .table = {rec_str(op->args, K_schema), rec_str(op->args, K_table)},
        .lock = op_lock(op)};
    struct relation relation;
    if (column_of(sheet, &effect.table, rec_str(op->args, K_column)).stored)
        effect.does = EFFECT_COPIES;
    if (look_up(sheet, &effect, &relation))
        show_effect(sheet, &effect, &relation, &op->from);
}

/* What the text of a statement does not tell: the operation's row does, or nobody. */
static void show_unread(const struct sheet *sheet, const struct op *op, str kind)
{
    struct relation none = {.bytes = -1};
    struct effect effect = {.lock = op_lock(op)};
    if (op->info->kind == OP_alter_column && effect.lock != LOCK_NONE)
        show_column(sheet, op);
    else if (effect.lock != LOCK_NONE)
        show_effect(sheet, &effect, &none, &op->from);
    else if (!sheet->json && op->info->flags & OP_RAW &&
             (str_is(kind, "DoStmt") || str_is(kind, "CallStmt")))
        out_print("--   what it locks is known only when it runs, %.*s:%d\n",
                  STR_ARG(op->from.file), op->from.line);
}

static void show_effects(struct sheet *sheet, const struct op *op, const struct stmt *s)
{
    struct sql_facts facts;
    struct effects effects = {0};
    bool read = sql_facts(s, &facts, sheet->s->arena);
    if (!read || !statement_effects(&facts, type_of, sheet, &effects, sheet->s->arena)) {
        show_unread(sheet, op, read ? facts.kind : STR_NONE);
        return;
    }
    for (size_t i = 0; i < effects.n; i++) {
        struct relation relation;
        if (look_up(sheet, &effects.at[i], &relation))
            show_effect(sheet, &effects.at[i], &relation, &op->from);
    }
    learn_name(sheet, &facts);
}

static void show_op(void *context, const struct op *op, const struct stmt_list *list)
{
    struct sheet *sheet = context;
    for (size_t i = 0; i < list->n; i++) {
        const struct stmt *s = &list->at[i];
        if (s->flags & STMT_QUIET) /* checks around a statement, not what was asked for */
            continue;
        str shown = sql_masked(s->sql, sheet->s->arena);
        if (!sheet->json) {
            out_print("%.*s;\n", STR_ARG(shown));
            show_effects(sheet, op, s);
            continue;
        }
        json_open(sheet->json, '{');
        json_put_str(sheet->json, "sql", shown);
        json_put_str(sheet->json, "file", op->from.file);
        json_put_int(sheet->json, "line", op->from.line);
        json_put_bool(sheet->json, "transactional", !(s->flags & STMT_NO_TX));
        json_key(sheet->json, "locks");
        json_open(sheet->json, '[');
        show_effects(sheet, op, s);
        json_close(sheet->json);
        json_close(sheet->json);
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
    bool syntax = strcmp(failure.sqlstate, "42601") == 0;
    if (!ok && (syntax || !failure.sqlstate[0])) {
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
    sheet.sink = r.sink;
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
    .help = "the SQL that upgrade REV (or downgrade -N) would run, and its locks",
    .about =
        "Prints every statement, the locks it takes on existing tables, how large those\n"
        "tables are, and whether a whole table is read or copied. What the migrations\n"
        "read from the database is read, in a read-only transaction. Nothing is changed.\n"
        "REV may also be -N or base, which go down.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .max = 1,
    .run = run,
};
