/* Taking over a live database: the rows of the other tool's table become ours. */
#include "app/import.h"
#include "app/listing.h"
#include "app/out.h"
#include "app/runner_setup.h"
#include "pg/foreign.h"

/* The next number of a version "1.02_3", without zeros in front; empty at the end and for
 * zeros. */
static str next_number(str *rest)
{
    size_t end = 0;
    while (end < rest->n && rest->p[end] != '.' && rest->p[end] != '_')
        end++;
    str number = str_cut(*rest, 0, end);
    *rest = str_cut(*rest, end + 1, rest->n);
    while (number.n && number.p[0] == '0')
        number = str_cut(number, 1, number.n);
    return number;
}

/* 1 is 001, and 1.0: tools keep a number where the file has text. */
static bool same_version(str a, str b)
{
    while (a.n || b.n)
        if (!str_eq(next_number(&a), next_number(&b)))
            return false;
    return true;
}

/* "sub/R__all views.sql", a file of Flyway's, as the revision "R__all_views". */
static bool same_script(str file, str id)
{
    str stem = str_cut(file, 0, str_rfind(file, '.'));
    size_t slash = str_rfind(stem, '/');
    stem = slash < stem.n ? str_cut(stem, slash + 1, stem.n) : stem;
    if (stem.n != id.n)
        return false;
    for (size_t i = 0; i < id.n; i++)
        if (stem.p[i] != id.p[i] && id.p[i] != '_')
            return false;
    return true;
}

static bool is_repeatable(str version)
{
    return str_index(version, STR("R__")) < version.n;
}

static struct revision *revision_of(const struct graph *g, str version)
{
    struct revision *exact = graph_exact(g, version);
    for (size_t i = 0; !exact && i < graph_size(g); i++) {
        struct revision *r = graph_at(g, i);
        if (is_repeatable(version) ? same_script(version, r->id)
                                   : same_version(version, r->id))
            exact = r;
    }
    return exact;
}

static bool dirty(const struct foreign *f, const struct foreign_row *row, struct err *e)
{
    err_set(e, ERR_INTERRUPTED, "%.*s says that %.*s failed half way (dirty)",
            STR_ARG(f->table), STR_ARG(row->version));
    return err_hint(e, "finish or undo it with the tool that began it, then adopt");
}

static bool unknown(const struct foreign *f, const struct foreign_row *row, struct err *e)
{
    err_set(e, ERR_REVISION, "Can't locate revision identified by '%.*s'",
            STR_ARG(row->version));
    return err_hint(e,
                    "%.*s says it is applied, and no file has it: import the directory "
                    "that does",
                    STR_ARG(f->table));
}

/* Marks a revision and all that stand before it. */
static void mark_up_to(const struct graph *g, const struct revision *r, bool *applied,
                       struct arena *a)
{
    bool *reached = NEW_N(a, bool, graph_size(g));
    reached[r->index] = true;
    for (size_t i = graph_size(g); i-- > 0;) { /* children before parents */
        const struct revision *below = graph_at(g, i);
        if (!reached[below->index])
            continue;
        applied[below->index] = true;
        for (size_t k = 0; k < below->down.n; k++)
            reached[graph_exact(g, below->down.at[k])->index] = true;
    }
}

static bool all_below(const struct graph *g, const struct revision *r,
                      const bool *applied)
{
    for (size_t i = 0; i < r->down.n; i++)
        if (!applied[graph_exact(g, r->down.at[i])->index])
            return false;
    return true;
}

/* What the table says, by the revisions' index. */
static bool mark(const struct graph *g, const struct foreign *f, bool *applied,
                 struct arena *a, struct err *e)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct foreign_row *row = &f->at[i];
        if (row->state == FOREIGN_FAILED)
            return dirty(f, row, e);
        const struct revision *r = revision_of(g, row->version);
        if (!r)
            return unknown(f, row, e);
        if (row->state == FOREIGN_UP_TO)
            mark_up_to(g, r, applied, a);
        applied[r->index] = true;
    }
    return true;
}

/* The applied revisions that have nothing applied above them. One that is applied above
 * one that is not is refused, but for a repeatable script, which may well run again. */
static bool heads_of(const struct graph *g, const struct foreign *f, bool *applied,
                     struct strs *heads, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < graph_size(g); i++) {
        const struct revision *r = graph_at(g, i);
        if (!applied[r->index] || all_below(g, r, applied))
            continue;
        if (is_repeatable(r->id)) {
            applied[r->index] = false;
            continue;
        }
        err_set(e, ERR_DECISION, "'%.*s' is applied, and '%.*s' before it is not",
                STR_ARG(r->id), STR_ARG(r->down.at[0]));
        return err_hint(e, "run it with the tool that %.*s belongs to, then adopt",
                        STR_ARG(f->table));
    }
    for (size_t i = 0; i < graph_size(g); i++) {
        const struct revision *r = graph_at(g, i);
        struct revisions above = graph_children(g, r, a);
        bool top = applied[r->index];
        for (size_t k = 0; top && k < above.n; k++)
            top = !applied[above.at[k]->index];
        if (top)
            strs_add(heads, r->id, a);
    }
    return true;
}

/* Alembic's own table is the version table: there is nothing to record, only to check. */
static bool adopt_alembic(struct session *s, str table, struct err *e)
{
    struct strs rows = {0};
    struct revisions current = {0};
    str ours = config_text(s->config, CONFIG_version_table);
    str theirs = table.n ? table : STR("alembic_version");
    if (str_is(ours, "moonshift_version")) {
        err_set(e, ERR_FAILED, "the configuration does not name Alembic's table");
        return err_hint(e, "add version_table = \"%.*s\" to moonshift.lua",
                        STR_ARG(theirs));
    }
    if (!session_current(s, &rows, e) || !listing_current(s, &rows, &current, e))
        return false;
    if (rows.n == 0)
        out_warn(s, "%.*s is not there or empty: nothing is applied", STR_ARG(ours));
    for (size_t i = 0; i < current.n; i++)
        out_info(s, "Adopted: the database is at %.*s", STR_ARG(current.at[i]->id));
    return true;
}

static bool stamp(struct session *s, const struct strs *heads, struct err *e)
{
    struct runner r;
    struct strs rows = {0};
    if (!session_current(s, &rows, e))
        return false;
    if (rows.n && rows_same(&rows, heads)) {
        out_info(s, "The database is adopted already");
        return true;
    }
    if (rows.n) {
        err_set(e, ERR_DECISION, "the database is Moonshift's already, at '%.*s'",
                STR_ARG(rows.at[0]));
        return err_hint(e, "moonshift stamp REV records something else");
    }
    if (heads->n == 0) {
        out_info(s, "Nothing is applied, nothing to record");
        return true;
    }
    return runner_open(s, s->args, &r, e) && runner_stamp(&r, heads, false, e);
}

bool import_adopt(struct session *s, str tool, str table, struct err *e)
{
    struct foreign found = {0};
    struct strs heads = {0};
    if (str_is(tool, "alembic"))
        return adopt_alembic(s, table, e);
    if (!session_connect(s, e) ||
        !foreign_read(conn_sink(s->conn), tool,
                      table.n ? table : str_of(foreign_table(tool)), &found, s->arena, e))
        return false;
    bool *applied = NEW_N(s->arena, bool, graph_size(s->graph) + 1);
    return mark(s->graph, &found, applied, s->arena, e) &&
           heads_of(s->graph, &found, applied, &heads, s->arena, e) &&
           stamp(s, &heads, e);
}
