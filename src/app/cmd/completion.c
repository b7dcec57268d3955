#include "app/cmd/cmd.h"

static void put_names(struct buf *b, const struct opt *rows)
{
    for (; rows && rows->name; rows++) {
        buf_fmt(b, " --%s", rows->name);
        if (rows->letter)
            buf_fmt(b, " -%c", rows->letter);
    }
}

/* Calls `put` for every command. */
static void each(struct buf *b, void (*put)(struct buf *, const struct cmd *))
{
    for (const struct cmd_group *g = cmd_groups; g->title; g++)
        for (const struct cmd *const *c = g->rows; *c; c++)
            put(b, *c);
}

static void put_spaced(struct buf *b, str words)
{
    for (size_t i = 0; i < words.n; i++)
        buf_char(b, words.p[i] == '|' ? ' ' : words.p[i]);
}

/* What may follow an option: words, or a file. */
static void bash_values(struct buf *b, const struct opt *rows)
{
    for (; rows && rows->name; rows++) {
        if (rows->kind == OPT_WORD) {
            buf_fmt(b, "    --%s) COMPREPLY=($(compgen -W \"", rows->name);
            put_spaced(b, str_of(rows->value));
            buf_put(b, "\" -- \"$cur\")); return ;;\n");
        } else if (rows->kind != OPT_FLAG && str_is(str_of(rows->value), "FILE")) {
            buf_fmt(b, "    --%s", rows->name);
            if (rows->letter)
                buf_fmt(b, "|-%c", rows->letter);
            buf_put(b, ") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n");
        }
    }
}

static void bash_name(struct buf *b, const struct cmd *c)
{
    buf_fmt(b, " %s", c->name);
}

static void bash_case(struct buf *b, const struct cmd *c)
{
    buf_fmt(b, "    %s) words=\"", c->name);
    put_names(b, c->opts);
    if (str_is(str_of(c->usage), "bash|zsh|fish"))
        buf_put(b, " bash zsh fish");
    buf_put(b, "\" ;;\n");
}

static void bash(struct buf *b)
{
    buf_put(b, "_moonshift() {\n"
               "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
               "  local commands=\"");
    each(b, bash_name);
    buf_put(b, "\"\n  local globals=\"");
    put_names(b, global_opts);
    buf_put(b, "\" command= words= word\n  COMPREPLY=()\n  case $prev in\n");
    bash_values(b, global_opts);
    for (const struct cmd_group *g = cmd_groups; g->title; g++)
        for (const struct cmd *const *c = g->rows; *c; c++)
            bash_values(b, (*c)->opts);
    buf_put(b, "  esac\n"
               "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
               "    [[ \" $commands \" == *\" $word \"* ]] && { command=$word; break; }\n"
               "  done\n  case $command in\n");
    each(b, bash_case);
    buf_put(b, "    *) words=$commands ;;\n  esac\n"
               "  COMPREPLY=($(compgen -W \"$words $globals\" -- \"$cur\"))\n}\n"
               "complete -o default -F _moonshift moonshift\n");
}

/* Text between single quotes of zsh and fish; brackets and colons have a meaning to zsh.
 */
static void put_quoted(struct buf *b, const char *text, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'') {
            buf_put(b, "'\\''");
            continue;
        }
        if (str_find(str_of(special), *text) < str_of(special).n)
            buf_char(b, '\\');
        buf_char(b, *text);
    }
}

static void zsh_options(struct buf *b, const struct opt *rows)
{
    for (; rows && rows->name; rows++) {
        buf_fmt(b, " \\\n      '%s--%s%s[", rows->kind == OPT_MANY ? "*" : "", rows->name,
                rows->kind == OPT_FLAG ? "" : "=");
        put_quoted(b, rows->help, "[]:\\");
        buf_char(b, ']');
        if (rows->kind == OPT_WORD) {
            buf_put(b, ":word:(");
            put_spaced(b, str_of(rows->value));
            buf_char(b, ')');
        } else if (rows->kind != OPT_FLAG) {
            bool file = str_is(str_of(rows->value), "FILE");
            buf_put(b, file ? ":file:_files" : ":value:");
        }
        buf_char(b, '\'');
    }
}

static void zsh_name(struct buf *b, const struct cmd *c)
{
    buf_fmt(b, "    '%s:", c->name);
    put_quoted(b, c->help, ":\\");
    buf_put(b, "'\n");
}

static void zsh_case(struct buf *b, const struct cmd *c)
{
    buf_fmt(b, "    %s) _arguments", c->name);
    zsh_options(b, c->opts);
    zsh_options(b, global_opts);
    buf_put(b, str_is(str_of(c->usage), "bash|zsh|fish")
                   ? " '1:shell:(bash zsh fish)' ;;\n"
                   : " '*:argument:_default' ;;\n");
}

static void zsh(struct buf *b)
{
    buf_put(b, "#compdef moonshift\n_moonshift() {\n  local -a commands=(\n");
    each(b, zsh_name);
    buf_put(b, "  )\n  local line state\n  _arguments -C");
    zsh_options(b, global_opts);
    buf_put(b, " \\\n      '1:command:->command' '*::argument:->argument'\n"
               "  case $state in\n"
               "  command) _describe command commands ;;\n"
               "  argument) case $line[1] in\n");
    each(b, zsh_case);
    buf_put(b, "    esac ;;\n  esac\n}\n"
               "if [ \"$funcstack[1]\" = _moonshift ]; then _moonshift \"$@\"; "
               "else compdef _moonshift moonshift; fi\n");
}

static void fish_options(struct buf *b, const struct opt *rows, const char *command)
{
    for (; rows && rows->name; rows++) {
        buf_put(b, "complete -c moonshift");
        if (command)
            buf_fmt(b, " -n '__fish_seen_subcommand_from %s'", command);
        buf_fmt(b, " -l %s", rows->name);
        if (rows->letter)
            buf_fmt(b, " -s %c", rows->letter);
        if (rows->kind == OPT_WORD) {
            buf_put(b, " -xa '");
            put_spaced(b, str_of(rows->value));
            buf_char(b, '\'');
        } else if (rows->kind != OPT_FLAG) {
            buf_put(b, str_is(str_of(rows->value), "FILE") ? " -rF" : " -x");
        }
        buf_put(b, " -d '");
        put_quoted(b, rows->help, "");
        buf_put(b, "'\n");
    }
}

static void fish_command(struct buf *b, const struct cmd *c)
{
    buf_fmt(b, "complete -c moonshift -n __fish_use_subcommand -xa %s -d '", c->name);
    put_quoted(b, c->help, "");
    buf_put(b, "'\n");
    fish_options(b, c->opts, c->name);
    if (str_is(str_of(c->usage), "bash|zsh|fish"))
        buf_fmt(b,
                "complete -c moonshift -n '__fish_seen_subcommand_from %s' -xa "
                "'bash zsh fish'\n",
                c->name);
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct buf b = buf_in(s->arena);
    if (str_is(args->at[0], "bash")) {
        bash(&b);
    } else if (str_is(args->at[0], "zsh")) {
        zsh(&b);
    } else if (str_is(args->at[0], "fish")) {
        buf_put(&b, "complete -c moonshift -f\n");
        fish_options(&b, global_opts, NULL);
        each(&b, fish_command);
    } else {
        return err_set(e, ERR_USAGE,
                       "completion is there for bash, zsh and fish, not '%.*s'",
                       STR_ARG(args->at[0]));
    }
    out_str(buf_done(&b));
    return true;
}

const struct cmd cmd_completion = {
    .name = "completion",
    .usage = "bash|zsh|fish",
    .help = "print the completion script of a shell",
    .about = "bash: source <(moonshift completion bash)\n"
             "zsh:  moonshift completion zsh >\"${fpath[1]}/_moonshift\"\n"
             "fish: moonshift completion fish >~/.config/fish/completions/moonshift.fish",
    .min = 1,
    .max = 1,
    .run = run,
};
