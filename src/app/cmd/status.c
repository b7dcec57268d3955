#include "app/bar.h"
#include "app/edited.h"
#include "app/runner_setup.h"
#include "plan/masked.h"

/* What is found out, before any of it is printed. */
struct state {
    struct strs rows;
    bool exists;
    struct err unknown; /* the database holds a revision that no file knows */
    struct plan pending, applied;
    struct edited edited;
    struct progresses unfinished;
    /* Of the revision whose statements are unfinished, when its script can tell: */
    int64_t n_statements; /* 0: not known */
    str next;             /* "SQL (FILE:LINE)"; empty: not known */
};

static bool is_statements(const struct progress *p)
{
    return str_is(p->part, "statements");
}

/* What the script of an unfinished revision still asks for. */
struct ahead {
    struct runner *r;
    struct state *st;
    int64_t done;
    struct arena *arena;
};

static void meet(void *context, const struct op *op, const struct stmt_list *list)
{
    struct ahead *ahead = context;
    int64_t at = ahead->r->asked;
    bool batches = op && op->info->kind == OP_backfill; /* its SQL is the text of --sql */
    for (size_t i = 0; i < list->n; i++) {
        const struct stmt *s = &list->at[i];
        if (s->flags & STMT_QUIET || at++ != ahead->done)
            continue;
        str sql =
            batches ? STR("op.backfill") : sql_masked(str_trim(s->sql), ahead->arena);
        ahead->st->next = str_fmt(ahead->arena, "%.*s (%.*s:%d)",
                                  STR_ARG(str_cut(sql, 0, str_find(sql, '\n'))),
                                  STR_ARG(s->from.file), s->from.line);
    }
}

/* Follows the script as `plan` does. One that reads what is not there yet cannot be
 * followed: then nothing is said. */
static void look_ahead(struct session *s, struct runner *r, struct state *st,
                       const struct progress *p)
{
    const struct plan *plan = p->up ? &st->pending : &st->applied;
    struct ahead ahead = {r, st, progress_asked(p), s->arena};
    struct err ignored = {0};
    for (size_t i = 0; i < plan->n; i++) {
        if (!str_eq(plan->at[i].revision->id, p->revision))
            continue;
        r->watch = meet;
        r->watch_context = &ahead;
        if (runner_preview(r, &plan->at[i], &ignored) && r->asked >= ahead.done)
            st->n_statements = r->asked;
        else
            st->next = STR_NONE;
        r->watch = NULL;
    }
    err_clear(&ignored);
}

static bool look(struct session *s, struct runner *r, struct state *st, struct err *e)
{
    if (!ledger_read(r->sink, &r->names, &st->rows, &st->exists, s->arena, e) ||
        !progress_read(r->sink, &r->names, &st->unfinished, s->arena, e))
        return false;
    if (!graph_upgrade(s->graph, &st->rows, STR("heads"), &st->pending, s->arena,
                       &st->unknown))
        return st->unknown.kind == ERR_REVISION || (err_copy(e, &st->unknown), false);
    if (!graph_downgrade(s->graph, &st->rows, STR("base"), &st->applied, s->arena, e) ||
        !edited_find(s, &r->names, &st->applied, &st->edited, e))
        return false;
    for (size_t i = 0; i < st->unfinished.n; i++)
        if (is_statements(&st->unfinished.at[i]))
            look_ahead(s, r, st, &st->unfinished.at[i]);
    return true;
}

/* What is being worked on at this moment is not interrupted. */
static bool interrupted(const struct state *st)
{
    for (size_t i = 0; i < st->unfinished.n; i++)
        if (!st->unfinished.at[i].live)
            return true;
    return false;
}

static enum err_kind status_of(const struct state *st)
{
    return st->unknown.kind     ? ERR_REVISION
           : interrupted(st)    ? ERR_INTERRUPTED
           : st->edited.files.n ? ERR_DIFFERS
           : st->pending.n      ? ERR_PENDING
                                : ERR_NONE;
}

static void print_json(struct session *s, const struct state *st)
{
    struct buf b = buf_in(s->arena);
    struct json j = json_to(&b);
    json_open(&j, '{');
    json_put_strs(&j, "current", st->rows.at, st->rows.n);
    json_key(&j, "pending");
    json_open(&j, '[');
    for (size_t i = 0; i < st->pending.n; i++) {
        json_open(&j, '{');
        json_put_str(&j, "revision", st->pending.at[i].revision->id);
        json_put_str(&j, "message", revision_title(st->pending.at[i].revision));
        json_put_str(&j, "file", st->pending.at[i].revision->file);
        json_close(&j);
    }
    json_close(&j);
    json_key(&j, "edited");
    edited_json(&j, &st->edited);
    json_key(&j, "interrupted");
    json_open(&j, '[');
    for (size_t i = 0; i < st->unfinished.n; i++) {
        const struct progress *p = &st->unfinished.at[i];
        json_open(&j, '{');
        json_put_str(&j, "revision", p->revision);
        json_put_str(&j, "direction", p->up ? STR("upgrade") : STR("downgrade"));
        json_put_str(&j, "part", p->part);
        int64_t total = is_statements(p) ? st->n_statements : p->total;
        json_put_int(&j, "done", is_statements(p) ? progress_asked(p) : p->done);
        json_key(&j, "total");
        if (total > 0)
            json_int(&j, total);
        else
            json_null(&j);
        json_put_bool(&j, "live", p->live);
        json_put_str(&j, "running", p->running.n ? p->running : STR_NONE);
        json_put_str(&j, "since", p->since);
        json_close(&j);
    }
    json_close(&j);
    json_put_str(&j, "problem", st->unknown.kind ? st->unknown.message : STR_NONE);
    json_close(&j);
    out_str(buf_done(&b));
}

static void print_unfinished(const struct session *s, const struct state *st,
                             const struct progress *p)
{
    if (!is_statements(p)) {
        str rows = bar_rows(p->done, p->total, str_is(p->position, "done"), s->arena);
        out_print("%s: %.*s, %.*s, %.*s done, since %.*s\n",
                  p->live ? "running" : "interrupted", STR_ARG(p->revision),
                  STR_ARG(p->part), STR_ARG(rows), STR_ARG(p->since));
        return;
    }
    int64_t done = progress_asked(p), all = st->n_statements;
    str of = all ? str_fmt(s->arena, " of %lld", (long long)all) : STR("");
    const char *plural = (all ? all : done) == 1 ? "" : "s";
    if (p->live) {
        out_print("running: %s of %.*s, %lld%.*s statement%s done, since %.*s\n",
                  p->up ? "upgrade" : "downgrade", STR_ARG(p->revision), (long long)done,
                  STR_ARG(of), plural, STR_ARG(p->since));
        return;
    }
    out_print("interrupted: %s of %.*s after %lld%.*s statement%s, since %.*s\n",
              p->up ? "upgrade" : "downgrade", STR_ARG(p->revision), (long long)done,
              STR_ARG(of), plural, STR_ARG(p->since));
    if (p->running.n)
        out_print("  statement %lld %s: %.*s\n", (long long)done + 1,
                  progress_refused(p) ? "failed" : "was under way", STR_ARG(p->running));
    else if (st->next.n)
        out_print("  next: %.*s\n", STR_ARG(st->next));
    out_print("  run the same command again, or: moonshift resolve %.*s --applied | "
              "--rolled-back\n",
              STR_ARG(p->revision));
}

static void print_text(const struct session *s, const struct state *st)
{
    out_print("database: %.*s\n", STR_ARG(conn_database(s->conn)));
    out_print("current:  ");
    for (size_t i = 0; i < st->rows.n; i++)
        out_print("%s%.*s", i ? ", " : "", STR_ARG(st->rows.at[i]));
    out_print("%s\n", st->rows.n ? "" : "base");
    if (st->unknown.kind)
        out_print("problem:  %.*s\n  %.*s\n", STR_ARG(st->unknown.message),
                  STR_ARG(st->unknown.hint));
    for (size_t i = 0; i < st->unfinished.n; i++)
        print_unfinished(s, st, &st->unfinished.at[i]);
    edited_print(&st->edited);
    if (st->edited.files.n)
        out_print("  %.*s\n", STR_ARG(edited_hint(&st->edited, s->arena)));
    if (st->pending.n == 0) {
        if (!st->unknown.kind)
            out_print("pending:  none\n");
        return;
    }
    out_print("pending:  %zu\n", st->pending.n);
    for (size_t i = 0; i < st->pending.n; i++) {
        str title = revision_title(st->pending.at[i].revision);
        out_print("  %.*s%s%.*s\n", STR_ARG(st->pending.at[i].revision->id),
                  title.n ? ", " : "", STR_ARG(title));
    }
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct runner r;
    struct state st = {0};
    if (!runner_open(s, args, &r, e))
        return false;
    if (!look(s, &r, &st, e)) {
        err_clear(&st.unknown);
        return false;
    }
    if (s->json)
        print_json(s, &st);
    else
        print_text(s, &st);
    if (args_flag(args, "exit-code"))
        s->status = (int)status_of(&st);
    err_clear(&st.unknown);
    return true;
}

static const struct opt opts[] = {
    {"exit-code", 0, OPT_FLAG, NULL,
     "3 pending, 4 edited, 5 interrupted, 6 unknown revision"},
    {0}};

const struct cmd cmd_status = {
    .name = "status",
    .usage = "",
    .help = "where the database stands, and whether anything is pending",
    .about = "Reads only. With --exit-code the exit status says what was found.",
    .opts = opts,
    .needs = NEED_GRAPH,
    .run = run,
};
