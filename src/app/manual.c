/* moonshift(1), as man(7) has it. */
#include "app/help.h"

#include <string.h>

/* Text of a roff line: - would be a hyphen, a dot or quote in front a request. */
static void put_text(struct buf *b, str text)
{
    bool start = true;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (start && (c == '.' || c == '\''))
            buf_put(b, "\\&");
        if (c == '-')
            buf_put(b, "\\-");
        else if (c == '\\')
            buf_put(b, "\\e");
        else
            buf_char(b, c);
        start = c == '\n';
    }
}

static void put_words(struct buf *b, const char *text)
{
    put_text(b, str_of(text));
}

static void put_options(struct buf *b, const struct opt *rows)
{
    for (; rows && rows->name; rows++) {
        buf_put(b, ".TP\n");
        if (rows->letter)
            buf_fmt(b, "\\fB\\-%c\\fR, ", rows->letter);
        buf_put(b, "\\fB\\-\\-");
        put_words(b, rows->name);
        buf_put(b, "\\fR");
        if (rows->kind != OPT_FLAG) {
            buf_put(b, " \\fI");
            put_words(b, rows->value);
            buf_put(b, "\\fR");
        }
        buf_char(b, '\n');
        put_words(b, rows->help);
        buf_char(b, '\n');
    }
}

/* A paragraph of the form: what it is called, what it is. */
static void put_item(struct buf *b, const char *name, const char *text)
{
    buf_put(b, ".TP\n.B ");
    put_words(b, name);
    buf_char(b, '\n');
    put_words(b, text);
    buf_char(b, '\n');
}

/* Lines as they are: some are commands to type. */
static void put_lines(struct buf *b, const char *text)
{
    buf_put(b, ".nf\n");
    put_words(b, text);
    buf_put(b, "\n.fi\n");
}

static void put_command(struct buf *b, const struct cmd *c)
{
    buf_put(b, ".SS ");
    put_words(b, c->name);
    if (*c->usage) {
        buf_char(b, ' ');
        put_words(b, c->usage);
    }
    buf_char(b, '\n');
    put_text(b, help_sentence(c, b->arena));
    buf_char(b, '\n');
    if (c->about) {
        buf_put(b, ".PP\n");
        put_lines(b, c->about);
    }
    put_options(b, c->opts);
}

static void put_keys(struct buf *b)
{
    buf_put(b, ".SH CONFIGURATION\n");
    put_words(b,
              "moonshift.lua returns a table with these keys.\n"
              "A flag wins over a variable of the environment, that over .env, that\n"
              "over the file; 'moonshift config' tells where each value comes from.\n");
    for (int k = 0; k < N_CONFIG_KEYS; k++) {
        const struct config_info *info = &config_infos[k];
        bool has_default = info->otherwise && *info->otherwise;
        str text = has_default ? str_fmt(b->arena, "%s (%s)", info->help, info->otherwise)
                               : str_copy(b->arena, str_of(info->help));
        put_item(b, info->name, text.p);
    }
}

/* "0  done" and so on, a paragraph for each. */
static void put_statuses(struct buf *b)
{
    buf_put(b, ".SH EXIT STATUS\n");
    str rest = str_of(help_exit_status), line;
    while (str_split(&rest, '\n', &line) && line.n) {
        str number = line;
        str_split(&line, ' ', &number);
        buf_fmt(b, ".TP\n.B %.*s\n", STR_ARG(number));
        put_text(b, str_trim(line));
        buf_char(b, '\n');
    }
}

static const char *const environment[][2] = {
    {"DATABASE_URL", "the connection, unless --url or the configuration names one"},
    {"POSTGRES_HOST, POSTGRES_PORT, POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD",
     "the connection in parts, when DATABASE_URL is not set"},
    {"PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSERVICE, ...",
     "libpq's own variables, for what nothing else says"},
    {"MOONSHIFT_CONFIG", "the configuration file, as --config"},
    {"MOONSHIFT_ENV", "the environment of the configuration, as --env"},
    {"MOONSHIFT_KEY", "any key of the configuration in capitals: MOONSHIFT_LOCK_TIMEOUT"},
    {"MOONSHIFT_LUA",
     "a directory whose files are read instead of the program's own Lua"},
    {"VISUAL, EDITOR", "the editor of 'moonshift edit'"},
    {"NO_COLOR", "no colours"},
};

static const char *const files[][2] = {
    {"moonshift.lua", "the configuration, in the current directory unless -c names it"},
    {".env", "variables, NAME=value on a line, beside moonshift.lua"},
    {"migrations/REVISION_SLUG.lua", "one revision each"},
    {"models/*.lua, models/*.sql", "what the schema should be"},
    {"templates/migration.lua",
     "the text of new revisions, in place of the built-in one"},
};

static const char examples[] =
    "A project, its first revision from models/, and the database moved to it:\n"
    "  moonshift init shop && cd shop\n"
    "  moonshift revision --autogenerate -m \"create users\"\n"
    "  moonshift upgrade\n\n"
    "Back by one, and what is recorded now:\n"
    "  moonshift downgrade -1\n"
    "  moonshift current\n\n"
    "What a deployment would run, as SQL, between two revisions:\n"
    "  moonshift upgrade 001_users:head --sql > release.sql\n\n"
    "In continuous integration, for what a branch adds:\n"
    "  moonshift lint --since origin/main --format github\n"
    "  moonshift test\n\n"
    "A live Alembic database, taken over by version_table = \"alembic_version\":\n"
    "  moonshift current";

static void put_pairs(struct buf *b, const char *title, const char *const (*rows)[2],
                      size_t n)
{
    buf_fmt(b, ".SH %s\n", title);
    for (size_t i = 0; i < n; i++)
        put_item(b, rows[i][0], rows[i][1]);
}

str help_manual(struct arena *a)
{
    struct buf b = buf_in(a);
    buf_fmt(&b,
            ".TH MOONSHIFT 1 \"%s\" \"moonshift %s\" \"User Commands\"\n"
            ".SH NAME\nmoonshift \\- PostgreSQL migrations in Lua\n"
            ".SH SYNOPSIS\n.B moonshift\n[OPTIONS] COMMAND [ARGUMENTS]\n"
            ".SH DESCRIPTION\n",
            MOONSHIFT_RELEASED, MOONSHIFT_VERSION);
    put_words(&b,
              "Moves PostgreSQL databases through revisions written in Lua.\n"
              "Each revision is a file in migrations/ with upgrade() and downgrade();\n"
              "what has been applied is recorded in the database, in the transaction\n"
              "that applied it.\n");
    buf_put(&b, ".SH OPTIONS\nThey may stand before or after the command.\n");
    put_options(&b, global_opts);
    buf_put(&b, ".SH COMMANDS\n");
    for (const struct cmd_group *g = cmd_groups; g->title; g++)
        for (const struct cmd *const *c = g->rows; *c; c++)
            put_command(&b, *c);
    put_keys(&b);
    put_statuses(&b);
    put_pairs(&b, "ENVIRONMENT", environment, sizeof environment / sizeof *environment);
    put_pairs(&b, "FILES", files, sizeof files / sizeof *files);
    buf_put(&b, ".SH EXAMPLES\n");
    put_lines(&b, examples);
    buf_put(&b, ".SH SEE ALSO\n.BR pg_dump (1),\n.BR psql (1)\n");
    return buf_done(&b);
}
