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

static void put_command(struct buf *b, const struct cmd *c)
{
    buf_put(b, ".SS ");
    put_words(b, c->name);
    buf_char(b, ' ');
    put_words(b, c->usage);
    buf_char(b, '\n');
    put_words(b, c->help);
    buf_put(b, ".\n");
    if (c->about) {
        buf_put(b, ".PP\n.nf\n"); /* lines as they are: some are commands to type */
        put_words(b, c->about);
        buf_put(b, "\n.fi\n");
    }
    put_options(b, c->opts);
}

static void put_keys(struct buf *b)
{
    buf_put(b, ".SH CONFIGURATION\n");
    put_words(b, "moonshift.lua returns a table with these keys. Each can be given as a "
                 "variable MOONSHIFT_KEY, too; 'moonshift config' tells where a value "
                 "comes from.\n");
    for (int k = 0; k < N_CONFIG_KEYS; k++) {
        const struct config_info *info = &config_infos[k];
        buf_fmt(b, ".TP\n.B %s\n", info->name);
        put_words(b, info->help);
        if (info->otherwise && *info->otherwise) {
            buf_put(b, " (");
            put_words(b, info->otherwise);
            buf_char(b, ')');
        }
        buf_char(b, '\n');
    }
}

str help_manual(struct arena *a)
{
    struct buf b = buf_in(a);
    buf_fmt(&b, ".TH MOONSHIFT 1 \"\" \"moonshift %s\" \"User Commands\"\n",
            MOONSHIFT_VERSION);
    buf_put(&b, ".SH NAME\nmoonshift \\- PostgreSQL migrations in Lua\n"
                ".SH SYNOPSIS\n.B moonshift\n[OPTIONS] COMMAND [ARGUMENTS]\n"
                ".SH DESCRIPTION\n");
    put_words(&b,
              "Moves PostgreSQL databases through revisions written in Lua. Each "
              "revision is a file in migrations/ with upgrade() and downgrade(); what "
              "has been applied is recorded in the database.\n");
    buf_put(&b, ".SH OPTIONS\nThey may stand before or after the command.\n");
    put_options(&b, global_opts);
    buf_put(&b, ".SH COMMANDS\n");
    for (const struct cmd_group *g = cmd_groups; g->title; g++)
        for (const struct cmd *const *c = g->rows; *c; c++)
            put_command(&b, *c);
    put_keys(&b);
    buf_put(&b, ".SH EXIT STATUS\n.nf\n");
    put_words(&b, help_exit_status);
    buf_put(&b, ".fi\n.SH ENVIRONMENT\n");
    put_words(&b,
              "DATABASE_URL, or POSTGRES_HOST, POSTGRES_PORT, POSTGRES_DB, POSTGRES_USER "
              "and POSTGRES_PASSWORD, or the PG* variables of libpq name the database. "
              "A file .env beside moonshift.lua may hold them. MOONSHIFT_CONFIG and "
              "MOONSHIFT_ENV stand for --config and --env.\n");
    return buf_done(&b);
}
