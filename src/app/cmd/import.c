#include "app/cmd/cmd.h"
#include "app/import.h"
#include "base/file.h"

static const struct opt opts[] = {
    {"adopt", 0, OPT_FLAG, NULL, "stamp the database at what the tool's own table says"},
    {"table", 0, OPT_TEXT, "NAME", "with --adopt: that table, if it has another name"},
    {"dry-run", 0, OPT_FLAG, NULL, "list what would be written, and write nothing"},
    {"headers", 0, OPT_FLAG, NULL, "alembic: do not run it, leave the bodies to fill in"},
    {"alembic", 0, OPT_TEXT, "COMMAND", "how to call it: 'poetry run alembic' (alembic)"},
    {0},
};

static const char *const tools[] = {"alembic", "dbmate", "golang-migrate",
                                    "goose",   "flyway", "sql"};

static bool check_tool(str tool, struct err *e)
{
    enum { N = sizeof tools / sizeof *tools };
    str names[N];
    for (size_t i = 0; i < N; i++) {
        names[i] = str_of(tools[i]);
        if (str_eq(tool, names[i]))
            return true;
    }
    err_set(e, ERR_USAGE, "'%.*s' is not a tool that moonshift imports from",
            STR_ARG(tool));
    str near = str_nearest(tool, names, N);
    if (near.p)
        return err_hint(e, "did you mean '%.*s'?", STR_ARG(near));
    return err_hint(e, "alembic, dbmate, golang-migrate, goose, flyway, or sql for a "
                       "directory of SQL files");
}

/* -- the project that gets them ----------------------------------------------------- */

/* A project of its own when there is none: what `init` writes, and for Alembic the live
 * version table. */
static bool make_project(struct session *s, const struct import *list, struct err *e)
{
    struct val argument = val_map(s->arena, 3), settings = val_map(s->arena, 2), result;
    struct map *m = &settings.map;
    str basic = STR("basic");
    m->n = 0;
    if (list->version_schema.n)
        m->at[m->n++] =
            (struct pair){STR("version_schema"), val_str(list->version_schema)};
    if (list->version_table.n)
        m->at[m->n++] = (struct pair){STR("version_table"), val_str(list->version_table)};
    argument.map.at[0] = (struct pair){STR("directory"), val_str(STR("."))};
    argument.map.at[1] = (struct pair){STR("settings"), settings};
    argument.map.at[2] = (struct pair){STR("templates"), val_strs(s->arena, &basic, 1)};
    if (!vm_call(s->vm, "template", "init", argument, &result, s->arena, e))
        return false;
    out_info(s, "Wrote moonshift.lua and .env.example, as 'moonshift init' does");
    s->config = NULL;
    return session_config(s, e);
}

/* What is there already. A directory that is still to be made holds no revisions, and in
 * one that is there a parent may be missing: it may be among those that come. */
static bool read_headers(struct session *s, struct err *e)
{
    str directory = session_path(s, config_text(s->config, CONFIG_migrations));
    return (!file_is_directory(directory.p) && !file_exists(directory.p)) ||
           session_headers(s, e);
}

/* -- what was done ------------------------------------------------------------------ */

static const char *bodies_of(const struct imported *i)
{
    if (i->kept)
        return "kept";
    return i->up.missing.p || i->undo.missing.p ? "to fill in" : "sql";
}

static void list_json(const struct session *s, const struct import *list, bool dry)
{
    struct buf b = buf_in(s->arena);
    struct json j = json_to(&b);
    json_open(&j, '[');
    for (size_t k = 0; k < list->n; k++) {
        const struct imported *i = &list->at[k];
        json_open(&j, '{');
        json_put_str(&j, "revision", i->made.id);
        json_put_strs(&j, "down_revision", i->made.down.at, i->made.down.n);
        json_put_str(&j, "message", i->made.message);
        json_put_str(&j, "source", i->source);
        json_put_str(&j, "file", i->file);
        json_put_str(&j, "bodies", str_of(bodies_of(i)));
        json_put_str(&j, "upgrade_missing", i->up.missing);
        json_put_str(&j, "downgrade_missing", i->undo.missing);
        json_put_bool(&j, "written", !i->kept && !dry);
        json_close(&j);
    }
    json_close(&j);
    out_str(buf_done(&b));
}

static void say_missing(const struct session *s, const struct imported *i)
{
    if (i->kept)
        return;
    if (i->up.missing.p)
        out_warn(s, "%.*s: upgrade() is to be filled in: %.*s", STR_ARG(i->file),
                 STR_ARG(i->up.missing));
    if (i->undo.missing.p)
        out_warn(s, "%.*s: downgrade() is to be filled in: %.*s", STR_ARG(i->file),
                 STR_ARG(i->undo.missing));
}

static void report(const struct session *s, const struct import *list, bool dry)
{
    size_t kept = 0, missing = 0;
    for (size_t i = 0; i < list->n; i++) {
        const struct imported *one = &list->at[i];
        kept += one->kept;
        missing += !one->kept && (one->up.missing.p || one->undo.missing.p);
        if (!s->json && (dry || one->kept))
            out_print("  %s %.*s  (%.*s, from %.*s)\n",
                      one->kept ? "Keeping" : "Would write", STR_ARG(one->file),
                      STR_ARG(one->made.id), STR_ARG(one->source));
        say_missing(s, one);
    }
    if (s->json)
        list_json(s, list, dry);
    out_info(s,
             "%zu revision%s of %.*s: %zu whole, %zu to be filled in, %zu there already",
             list->n, list->n == 1 ? "" : "s", STR_ARG(list->tool),
             list->n - kept - missing, missing, kept);
}

static void say_next(const struct session *s, const struct import *list, bool made)
{
    str table = list->version_table;
    if (str_is(list->tool, "sql")) {
        out_info(s,
                 "Next: a database that has them already is told so by 'moonshift stamp "
                 "heads'");
    } else if (table.n && !str_eq(table, config_text(s->config, CONFIG_version_table))) {
        out_warn(s,
                 "Next: add version_table = \"%.*s\" to the configuration, so that the "
                 "live table goes on being used",
                 STR_ARG(table));
    } else if (table.n) {
        out_info(s, "Next: 'moonshift current' shows where the database is%s",
                 made ? ": version_table in moonshift.lua names the live table" : "");
    } else {
        out_info(s,
                 "Next: 'moonshift import %.*s --adopt' stamps a database at what the "
                 "tool's own table says",
                 STR_ARG(list->tool));
    }
}

/* A file that came late, between others or beside Flyway's repeatable ones, is a line of
 * its own. */
static void say_heads(const struct session *s, const struct import *list)
{
    size_t n = graph_heads(s->graph, s->arena).n, written = 0;
    for (size_t i = 0; i < list->n; i++)
        written += !list->at[i].kept;
    if (n > 1 && written && !str_is(list->tool, "alembic"))
        out_warn(s,
                 "there are %zu heads now: 'moonshift history --graph' shows them, "
                 "'moonshift merge heads -m MESSAGE' joins them",
                 n);
}

/* -- the command -------------------------------------------------------------------- */

static bool import_files(struct session *s, const struct args *args, struct err *e)
{
    struct import list;
    str command = args_text(args, "alembic");
    bool dry = args_flag(args, "dry-run"), made = false;
    if (!read_headers(s, e) || !import_read(s, args->at[0], args->at[1], &list, e))
        return false;
    if (str_is(list.tool, "alembic"))
        import_alembic(s, &list, command.n ? command : STR("alembic"),
                       args_flag(args, "headers"));
    if (!import_texts(s, &list, e))
        return false;
    if (!dry && s->config->file.n == 0) {
        made = true;
        if (!make_project(s, &list, e))
            return false;
    }
    if (!dry && !import_write(s, &list, e))
        return false;
    report(s, &list, dry);
    if (!dry)
        say_heads(s, &list);
    if (!dry && !args_flag(args, "adopt"))
        say_next(s, &list, made);
    return true;
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    bool adopt = args_flag(args, "adopt"), dry = args_flag(args, "dry-run");
    if (!check_tool(args->at[0], e))
        return false;
    if (args->n == 1 && !adopt) {
        err_set(e, ERR_USAGE, "import needs the directory of the migrations");
        return err_hint(e, "moonshift import %.*s DIR", STR_ARG(args->at[0]));
    }
    if (adopt && (dry || str_is(args->at[0], "sql"))) {
        err_set(e, ERR_USAGE, "--adopt has nothing to do with %s",
                dry ? "--dry-run" : "a directory of SQL files");
        return err_hint(e, "moonshift stamp REV records what a database has");
    }
    if (args->n == 2 && !import_files(s, args, e))
        return false;
    return !adopt || (session_graph(s, e) &&
                      import_adopt(s, args->at[0], args_text(args, "table"), e));
}

const struct cmd cmd_import = {
    .name = "import",
    .usage = "alembic|dbmate|golang-migrate|goose|flyway|sql [DIR]",
    .help = "make revisions of another tool's migrations",
    .about =
        "sql is a directory of plain SQL files, in the order of their names.\n"
        "Identifiers, order, graph and messages are kept; SQL files become revisions that\n"
        "run them. Of Alembic the headers of the files are read; the bodies are what\n"
        "`alembic upgrade --sql` writes, which runs the project's env.py. Where that\n"
        "fails, the body is left for you to fill in, and the file is named. Importing\n"
        "again adds what is new; no file is overwritten. Flyway's placeholder ${name} is\n"
        "given as -x name=value.\n"
        "\n"
        "--adopt takes over a live database: what the other tool's table lists as applied\n"
        "is recorded as applied, and nothing is run. Without DIR it does only that.",
    .opts = opts,
    .needs = NEED_CONFIG,
    .min = 1,
    .max = 2,
    .run = run,
};
