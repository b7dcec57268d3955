#include "app/runner_inside.h"
#include "base/hash.h"
#include "plan/masked.h"
#include "plan/sqlscan.h"

#include <stdlib.h>
#include <string.h>

/* The statements of a revision are numbered as they come, and a hash runs over their
 * text and parameters. What is remembered is how many are done and their hash: run again,
 * the script makes the same statements, those that are done are skipped, and the hash says
 * whether they were indeed the same. So a file may be mended behind what is done. */

uint64_t journal_hash(uint64_t h, str s)
{
    return hash_bytes(hash_str(h, s), "\xff", 1); /* an end no UTF-8 text holds */
}

static str statement_name(const struct stmt *s, struct arena *a)
{
    return str_copy(a, str_cut(str_trim(sql_masked(s->sql, a)), 0, 200));
}

static const struct progress *find(const struct runner *r, const struct step *step)
{
    for (size_t i = 0; i < r->progress.n; i++) {
        const struct progress *p = &r->progress.at[i];
        if (p->up == step->up && str_eq(p->revision, step->revision->id) &&
            str_is(p->part, "statements"))
            return p;
    }
    return NULL;
}

bool journal_ensure(struct flight *f, struct err *e)
{
    struct runner *r = f->r;
    r->journaled =
        r->journaled || ledger_ensure_progress(r->sink, &r->names, f->arena, e);
    return r->journaled;
}

void journal_open(struct flight *f)
{
    struct journal *j = &f->journal;
    *j = (struct journal){.chain = HASH_START};
    const struct progress *p = find(f->r, f->step);
    if (!p)
        return;
    j->used = true;
    j->done = p->done;
    j->running = p->running;
    j->refused = progress_refused(p);
    j->done_chain = strtoull(p->position.p, NULL, 16);
    j->edited = p->checksum.n && !str_is(p->checksum, f->m.checksum);
    j->told = progress_asked(p);
    runner_say(f->r, "info", "Continuing %.*s after statement %lld, interrupted %.*s%s",
               STR_ARG(p->revision), (long long)j->told, STR_ARG(p->since),
               j->edited ? "; its file has been edited since" : "");
}

/* What is done, or may be, is not what the script does now. */
static bool refuse_other(struct flight *f, str what, struct origin from, struct err *e)
{
    const struct journal *j = &f->journal;
    str id = f->step->revision->id;
    err_set(e, ERR_INTERRUPTED,
            "revision '%.*s' was interrupted after %lld statement%s, and %.*s%s",
            STR_ARG(id), (long long)j->told, j->told == 1 ? "" : "s", STR_ARG(what),
            j->edited ? ": its file has been edited since" : "");
    err_hint(e,
             "%sfinish by hand, then say which it is: moonshift resolve %.*s --applied | "
             "--rolled-back",
             j->edited ? "put back what was done and run the same command again; or "
                       : "",
             STR_ARG(id));
    return err_at(e, from.file, from.line);
}

bool journal_asks(const struct stmt *s)
{
    return !(s->flags & STMT_QUIET);
}

bool journal_meet(struct flight *f, const struct stmt *s, bool *skip, struct err *e)
{
    struct journal *j = &f->journal;
    j->last = j->chain;
    j->last_asked = j->asked;
    j->asked += journal_asks(s);
    j->chain = journal_hash(j->chain, s->sql);
    for (size_t i = 0; i < s->n_params; i++)
        j->chain =
            journal_hash(j->chain, s->params[i].null ? STR("\xff") : s->params[i].text);
    j->met++;
    *skip = j->met <= j->done;
    if (j->met == j->done && j->chain != j->done_chain)
        return refuse_other(f, STR("now makes other statements than then"), s->from, e);
    if (j->met == j->done + 1 && j->running.n && !j->refused &&
        !str_eq(j->running, statement_name(s, f->arena)))
        return refuse_other(f,
                            str_fmt(f->arena, "nobody knows what became of \"%.*s\"",
                                    STR_ARG(j->running)),
                            s->from, e);
    return true;
}

static bool save(struct flight *f, bool last_too, str running, bool refused,
                 struct err *e)
{
    const struct journal *j = &f->journal;
    int64_t asked = last_too ? j->asked : j->last_asked;
    uint64_t chain = last_too ? j->chain : j->last;
    struct progress p = {.revision = f->step->revision->id,
                         .up = f->step->up,
                         .part = STR("statements"),
                         .checksum = str_of(f->m.checksum),
                         .done = last_too ? j->met : j->met - 1,
                         .running = running,
                         .position = str_fmt(f->arena, "%016llx %lld%s",
                                             (unsigned long long)chain, (long long)asked,
                                             refused ? " refused" : "")};
    f->journal.used = true;
    return progress_save(f->r->sink, &f->r->names, &p, f->arena, e);
}

bool journal_save(struct flight *f, struct err *e)
{
    if (f->r->sink->offline || f->journal.met <= f->journal.done)
        return true;
    return save(f, true, STR_NONE, false, e);
}

bool journal_close(struct flight *f, struct err *e)
{
    const struct journal *j = &f->journal;
    if (!j->used)
        return true;
    if (j->met < j->done || (j->met == j->done && j->running.n && !j->refused))
        return refuse_other(f, STR("now makes fewer statements than then"),
                            (struct origin){.file = f->m.revision.file}, e);
    return progress_forget(f->r->sink, &f->r->names, f->step->revision->id, STR_NONE,
                           f->arena, e);
}

bool journal_check(struct runner *r, const struct plan *plan, struct err *e)
{
    if (!progress_read(r->sink, &r->names, &r->progress, r->arena, e))
        return false;
    for (size_t i = 0; i < r->progress.n; i++) {
        const struct progress *p = &r->progress.at[i];
        bool planned = false;
        for (size_t k = 0; k < plan->n && !planned; k++)
            planned =
                plan->at[k].up == p->up && str_eq(plan->at[k].revision->id, p->revision);
        if (planned || !str_is(p->part, "statements"))
            continue;
        int64_t asked = progress_asked(p);
        err_set(e, ERR_INTERRUPTED,
                "the %s of revision '%.*s' was interrupted after %lld "
                "statement%s",
                p->up ? "upgrade" : "downgrade", STR_ARG(p->revision), (long long)asked,
                asked == 1 ? "" : "s");
        return err_hint(
            e,
            "finish it first: moonshift %s %.*s; or finish it by hand and say "
            "which it is: moonshift resolve %.*s --applied | --rolled-back",
            p->up ? "upgrade" : "downgrade", STR_ARG(p->up ? p->revision : STR("-1")),
            STR_ARG(p->revision));
    }
    return true;
}

/* -- statements that the server refuses inside a transaction ---------------------------- */

/* The text of the token at hand; the next one is then at hand. */
static str take(str sql, struct token *t)
{
    str text = token_text(sql, *t);
    *t = sql_token_after(sql, t->end);
    return text;
}

static bool take_word(str sql, struct token *t, const char *word)
{
    return token_word(sql, *t, word) && take(sql, t).n;
}

/* The index that CREATE INDEX CONCURRENTLY makes, as SQL text with its table's schema;
 * STR_NONE for any other statement. An index without a name cannot be found again. */
static str concurrent_index(str sql, struct arena *a)
{
    struct token t = sql_token_after(sql, 0);
    if (!take_word(sql, &t, "CREATE"))
        return STR_NONE;
    take_word(sql, &t, "UNIQUE");
    if (!take_word(sql, &t, "INDEX") || !take_word(sql, &t, "CONCURRENTLY"))
        return STR_NONE;
    if (take_word(sql, &t, "IF")) {
        take_word(sql, &t, "NOT");
        take_word(sql, &t, "EXISTS");
    }
    if (token_word(sql, t, "ON"))
        return STR_NONE;
    str name = take(sql, &t);
    if (!take_word(sql, &t, "ON"))
        return STR_NONE;
    take_word(sql, &t, "ONLY");
    str schema = take(sql, &t);
    if (token_is(sql, t, '.'))
        return str_fmt(a, "%.*s.%.*s", STR_ARG(schema), STR_ARG(name));
    return str_copy(a, name);
}

enum found { FOUND_NOTHING, FOUND_VALID, FOUND_INVALID };

static bool look_at_index(struct flight *f, str index, enum found *found, struct err *e)
{
    struct param params[] = {{.text = index}};
    struct stmt look = {.sql = STR("SELECT indisvalid FROM pg_catalog.pg_index "
                                   "WHERE indexrelid = to_regclass($1::text)"),
                        .params = params,
                        .n_params = 1,
                        .flags = STMT_QUIET,
                        .from = {.file = f->m.revision.file}};
    struct rows rows = {0};
    if (!f->r->sink->query(f->r->sink, &look, &rows, f->arena, e))
        return false;
    *found = rows.n_rows == 0                  ? FOUND_NOTHING
             : str_is(rows.cells[0].text, "t") ? FOUND_VALID
                                               : FOUND_INVALID;
    return true;
}

/* An invalid index is what a concurrent build leaves when it fails or is killed (manual,
 * CREATE INDEX). Nothing uses it for reading, so it is dropped before the build. */
static bool drop_leftover(struct flight *f, str index, struct err *e)
{
    enum found found;
    if (!look_at_index(f, index, &found, e))
        return false;
    if (found != FOUND_INVALID)
        return true;
    runner_say(f->r, "info",
               "Dropping the invalid index %.*s, left by a build that failed",
               STR_ARG(index));
    struct stmt drop = {
        .sql = str_fmt(f->arena, "DROP INDEX CONCURRENTLY %.*s", STR_ARG(index)),
        .flags = STMT_QUIET | STMT_NO_TX,
        .from = {.file = f->m.revision.file}};
    return f->r->sink->exec(f->r->sink, &drop, e) && f->r->sink->sync(f->r->sink, e);
}

/* The one statement that was under way when the last run ended may have been carried
 * out; then its second run says so: duplicate or undefined objects. */
static bool was_done(const struct flight *f, const struct err *e)
{
    static const char *const states[] = {"42P07", "42710", "42P04", "42704",
                                         "42P01", "3D000", "42703"};
    if (!f->journal.running.n || f->journal.met != f->journal.done + 1)
        return false;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(e->sqlstate, states[i]) == 0)
            return true;
    return false;
}

/* lock_timeout would end a concurrent build while it waits for old snapshots, and leave
 * an invalid index: it is lifted for the statement. *done says whether that was carried
 * out: what comes behind it may fail as well. */
static bool exec_unhurried(struct flight *f, const struct stmt *s, bool *done,
                           struct err *e)
{
    struct runner *r = f->r;
    *done = false;
    bool local = conn_local(r->conn); /* then it was set for transactions only */
    struct stmt lift = {.sql = STR("SET lock_timeout = 0"),
                        .flags = STMT_QUIET | STMT_RAW,
                        .from = {.file = f->m.revision.file}};
    *done = (local || r->sink->exec(r->sink, &lift, e)) && r->sink->exec(r->sink, s, e) &&
            r->sink->sync(r->sink, e);
    return *done && (local || (flight_reset(f, e) && flight_settings(f, false, e) &&
                               r->sink->sync(r->sink, e)));
}

/* The server refused the statement: whoever mends the file may write another one. Its name
 * stays, since some leave what they did when they fail at their end. When this cannot be
 * noted, the next run asks for a decision. */
static void note_refused(struct flight *f, const struct stmt *s)
{
    struct err ignored = {0};
    struct runner *r = f->r;
    if (conn_recover(r->conn, &ignored) &&
        save(f, false, statement_name(s, f->arena), true, &ignored))
        r->sink->sync(r->sink, &ignored);
    err_clear(&ignored);
}

bool journal_alone(struct flight *f, const struct stmt *s, struct err *e)
{
    struct runner *r = f->r;
    str index = concurrent_index(s->sql, f->arena);
    bool rerun = f->journal.running.n && f->journal.met == f->journal.done + 1;
    if (!save(f, false, statement_name(s, f->arena), false, e) ||
        !r->sink->sync(r->sink, e) || (index.p && !drop_leftover(f, index, e)))
        return false;
    bool done;
    if (!exec_unhurried(f, s, &done, e)) {
        bool lost = conn_lost(r->conn);
        if (!rerun || !was_done(f, e) || lost) {
            if (!lost && !done)
                note_refused(f, s);
            return false;
        }
        runner_say(r, "info",
                   "Statement %lld had been carried out before the interruption",
                   (long long)f->journal.asked);
        err_clear(e);
        if (!conn_recover(r->conn, e) || !flight_settings(f, false, e))
            return false;
    }
    enum found found = FOUND_VALID;
    if (index.p && !look_at_index(f, index, &found, e))
        return false;
    if (found == FOUND_INVALID) {
        err_set(e, ERR_FAILED, "the index %.*s is invalid after it was built",
                STR_ARG(index));
        return err_at(e, s->from.file, s->from.line);
    }
    return save(f, true, STR_NONE, false, e) && r->sink->sync(r->sink, e);
}
