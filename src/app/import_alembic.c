/* Bodies of an Alembic history: what `alembic upgrade --sql` and `downgrade --sql` write,
 * cut at the lines "-- Running upgrade a -> b".
 *
 * One run gives all bodies of a direction. A migration that asks the database for
 * something fails offline, and ends the run: it is left to be filled in, and the next run
 * begins behind it. */
#include "app/import.h"
#include "app/out.h"
#include "app/spawn.h"
#include "base/file.h"

struct alembic {
    struct session *s;
    struct import *list;
    str command;   /* "alembic" */
    str directory; /* of alembic.ini, where it is run: env.py may look beside itself */
    bool up;
    str why_not; /* why it is not run at all; STR_NONE: it is */
    str failure; /* the last line that a failing run said */
};

/* Runs the command $0 with the arguments in the directory $1, where alembic finds its
 * alembic.ini. Its stdout goes on as it comes; of what it says on stderr only the last line
 * is kept, for us: a traceback's reason. */
static const char script[] =
    "cd \"$1\" || exit 1; shift; exec 3>&1\n"
    "if said=$(eval \"$0\" '\"$@\"' 2>&1 1>&3); then exit 0; fi\n"
    "printf '\\n-- failed: %s\\n' \"$(printf '%s\\n' \"$said\" | grep -v '^ *$' | tail "
    "-n 1)\"\n"
    "exit 1\n";

static const char failed_mark[] = "\n-- failed: ";

static struct import_way *way_of(const struct alembic *run, struct imported *i)
{
    return run->up ? &i->up : &i->undo;
}

/* A way that is still unknown: the function does something, and no run has told what. */
static bool wanted(const struct alembic *run, struct imported *i)
{
    const struct import_way *way = way_of(run, i);
    return !i->kept && way->python.n && !way->text.p && !way->missing.p;
}

static struct imported *find(const struct alembic *run, str id)
{
    for (size_t i = 0; i < run->list->n; i++)
        if (str_eq(run->list->at[i].made.id, id))
            return &run->list->at[i];
    return NULL;
}

/* The revision of a line "-- Running upgrade a, b -> c": what comes (up) or goes (down).
 * STR_NONE: another line. */
static str announced(const struct alembic *run, str line)
{
    str head = run->up ? STR("-- Running upgrade ") : STR("-- Running downgrade ");
    str arrow = STR(" -> ");
    size_t at = str_index(line, arrow);
    if (!str_starts(line, head) || at == line.n)
        return STR_NONE;
    return str_trim(run->up ? str_cut(line, at + arrow.n, line.n)
                            : str_cut(line, head.n, at));
}

/* Gives the sections of a run's output to their revisions; the last one of a run that
 * failed is not whole. */
static void take(struct alembic *run, str out, bool ok)
{
    struct imported *of = NULL;
    size_t from = 0, at = 0;
    while (at < out.n) {
        str rest = str_cut(out, at, out.n);
        str line = str_cut(rest, 0, str_find(rest, '\n'));
        str id = announced(run, line);
        if (id.p) {
            if (of && wanted(run, of))
                way_of(run, of)->text = str_copy(run->s->arena, str_cut(out, from, at));
            of = find(run, id);
            from = at + line.n;
        }
        at += line.n + 1;
    }
    if (ok && of && wanted(run, of))
        way_of(run, of)->text = str_copy(run->s->arena, str_cut(out, from, out.n));
}

static void run_range(struct alembic *run, str range)
{
    struct arena *a = run->s->arena;
    const char *const argv[] = {"sh",
                                "-c",
                                script,
                                str_copy(a, run->command).p,
                                run->directory.p,
                                run->up ? "upgrade" : "downgrade",
                                str_copy(a, range).p,
                                "--sql",
                                NULL};
    struct err e = {0};
    str out;
    bool ok = spawn_read(argv, &out, a, &e);
    size_t mark = str_index(out, str_of(failed_mark));
    if (!ok) {
        run->failure =
            str_trim(mark < out.n ? str_cut(out, mark + sizeof failed_mark - 1, out.n)
                                  : str_copy(a, e.message));
        out.n = mark;
    }
    take(run, out, ok);
    err_clear(&e);
}

/* From the first parent on everything, and if others stood in the way, this one alone. */
static void seek_up(struct alembic *run, struct imported *i)
{
    struct arena *a = run->s->arena;
    str from = i->made.down.n ? i->made.down.at[0] : STR_NONE;
    run_range(run, from.p ? str_fmt(a, "%.*s:heads", STR_ARG(from)) : STR("heads"));
    if (wanted(run, i))
        run_range(run, from.p
                           ? str_fmt(a, "%.*s:%.*s", STR_ARG(from), STR_ARG(i->made.id))
                           : i->made.id);
}

static void seek(struct alembic *run, struct imported *i)
{
    if (!wanted(run, i))
        return;
    if (run->why_not.p) {
        way_of(run, i)->missing = run->why_not;
        return;
    }
    run->failure = STR_NONE;
    if (run->up)
        seek_up(run, i);
    else
        run_range(run, str_fmt(run->s->arena, "%.*s:base", STR_ARG(i->made.id)));
    if (wanted(run, i))
        way_of(run, i)->missing = str_fmt(
            run->s->arena, "'%.*s %s --sql' failed: %.*s", STR_ARG(run->command),
            run->up ? "upgrade" : "downgrade",
            STR_ARG(run->failure.n ? run->failure : STR("it wrote nothing for it")));
}

/* Why the program cannot be run; STR_NONE when it can. */
static str why_not(const struct import *list, str command, bool headers, struct arena *a)
{
    if (headers)
        return STR("alembic was not run (--headers)");
    if (!list->ini.p)
        return STR("there is no alembic.ini to run alembic with");
    const char *const argv[] = {"sh", "-c", "command -v \"${0%% *}\"",
                                str_copy(a, command).p, NULL};
    struct err e = {0};
    str where;
    bool found = spawn_read(argv, &where, a, &e);
    err_clear(&e);
    return found ? STR_NONE
                 : str_fmt(a, "there is no program '%.*s'",
                           STR_ARG(str_cut(command, 0, str_find(command, ' '))));
}

void import_alembic(struct session *s, struct import *list, str command, bool headers)
{
    str directory = file_directory(list->ini);
    struct alembic run = {.s = s,
                          .list = list,
                          .command = command,
                          .directory =
                              directory.n ? str_copy(s->arena, directory) : STR("."),
                          .why_not = why_not(list, command, headers, s->arena)};
    run.up = true;
    for (size_t i = 0; i < list->n; i++)
        seek(&run, &list->at[i]);
    run.up = false;
    for (size_t i = list->n; i-- > 0;)
        seek(&run, &list->at[i]);
}
