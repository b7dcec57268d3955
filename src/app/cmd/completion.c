#include "app/cmd/cmd.h"
#include "app/complete.h"

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

/* -- bash --------------------------------------------------------------------------- */

/* What the program is asked for is compared here and quoted: compgen -W would run the
 * $(...) of a word. */
static const char bash_words[] =
    "_moonshift_words() {\n"
    "  local word typed=$cur\n"
    "  # Where @ parts words, what is compared is the whole, and what is replaced its "
    "end.\n"
    "  [[ $COMP_LINE ]] && typed=${COMP_LINE:0:COMP_POINT} typed=${typed##*[ =]}\n"
    "  local kept=${typed%\"$cur\"}\n"
    "  kept=${kept%@}\n"
    "  while IFS=$'\\t' read -r word _; do\n"
    "    [[ $word == \"$typed\"* ]] && COMPREPLY+=(\"$(printf %q "
    "\"${word#\"$kept\"}\")\")\n"
    "  done < <(\"${COMP_WORDS[0]}\" completion \"$1\" -- \"${COMP_WORDS[@]:1}\" "
    "2>/dev/null)\n"
    "}\n";

/* What comes next, as bash's commands; false when bash is to complete file names. */
static bool bash_next(struct buf *b, enum complete_kind kind, str words)
{
    if (kind == COMPLETE_WORDS) {
        buf_put(b, "COMPREPLY=($(compgen -W \"");
        put_spaced(b, words);
        buf_put(b, "\" -- \"$cur\"))");
    } else if (kind >= COMPLETE_REVISIONS) {
        buf_fmt(b, "_moonshift_words %s", complete_name(kind));
    }
    return kind != COMPLETE_NOTHING && kind != COMPLETE_FILES;
}

/* The values of options, by command: two may have an option of one name. */
static void bash_values(struct buf *b, const char *command, const struct opt *rows)
{
    for (; rows && rows->name; rows++) {
        if (rows->kind == OPT_FLAG)
            continue;
        buf_fmt(b, "    %s,--%s", command, rows->name);
        if (rows->letter)
            buf_fmt(b, "|%s,-%c", command, rows->letter);
        buf_put(b, ") ");
        if (!bash_next(b, complete_option(rows), complete_option_words(rows)))
            buf_put(b, "COMPREPLY=($(compgen -f -- \"$cur\"))");
        buf_put(b, "; return ;;\n");
    }
}

static void bash_command_values(struct buf *b, const struct cmd *c)
{
    bash_values(b, c->name, c->opts);
}

static void bash_name(struct buf *b, const struct cmd *c)
{
    buf_fmt(b, " %s", c->name);
}

static void bash_case(struct buf *b, const struct cmd *c)
{
    buf_fmt(b, "    %s) words=\"", c->name);
    put_names(b, c->opts);
    buf_put(b, "\"\n      ");
    if (!bash_next(b, complete_arguments(c), complete_argument_words(c)))
        buf_char(b, ':');
    buf_put(b, " ;;\n");
}

static void bash(struct buf *b)
{
    buf_put(b, bash_words);
    buf_put(b, "_moonshift() {\n"
               "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
               "  local commands=\"");
    each(b, bash_name);
    buf_put(b, "\"\n  local globals=\"");
    put_names(b, global_opts);
    buf_put(b, "\" command= words= word\n  COMPREPLY=()\n"
               "  # --option=value comes as three words.\n"
               "  [[ $cur == = ]] && cur=\n"
               "  [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
               "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
               "    [[ \" $commands \" == *\" $word \"* ]] && { command=$word; break; }\n"
               "  done\n  case $command,$prev in\n");
    bash_values(b, "*", global_opts);
    each(b, bash_command_values);
    buf_put(b, "  esac\n  case $command in\n");
    each(b, bash_case);
    buf_put(b, "    *) words=$commands ;;\n  esac\n"
               "  if [[ $cur == -* || ${#COMPREPLY[@]} -eq 0 ]]; then\n"
               "    COMPREPLY+=($(compgen -W \"$words $globals\" -- \"$cur\"))\n  fi\n}\n"
               "complete -o default -F _moonshift moonshift\n");
}

/* -- zsh ---------------------------------------------------------------------------- */

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

static const char zsh_words[] =
    "_moonshift_words() {\n"
    "  local kind=$argv[-1] # _arguments puts options of its own in front\n"
    "  local -a found\n"
    "  found=(\"${(@f)$(\"$program\" completion $kind -- ${(Q)typed} 2>/dev/null)}\")\n"
    "  found=(\"${(@)found//$'\\t'/:}\")\n"
    "  _describe $kind found\n"
    "  [[ $kind != templates ]] || _files -/ # a directory with one of one's own\n"
    "}\n";

/* ":what:how" of _arguments. */
static void zsh_next(struct buf *b, enum complete_kind kind, str words)
{
    if (kind == COMPLETE_WORDS) {
        buf_put(b, ":word:(");
        put_spaced(b, words);
        buf_char(b, ')');
    } else if (kind >= COMPLETE_REVISIONS) {
        buf_fmt(b, ":%s:_moonshift_words %s", complete_name(kind), complete_name(kind));
    } else {
        buf_put(b, kind == COMPLETE_FILES ? ":file:_files" : ":value:");
    }
}

static void zsh_option(struct buf *b, const struct opt *o, bool letter)
{
    bool flag = o->kind == OPT_FLAG;
    buf_put(b, " \\\n      '");
    if (o->kind == OPT_MANY)
        buf_char(b, '*');
    else if (o->letter)
        buf_fmt(b, "(-%c --%s)", o->letter, o->name);
    if (letter)
        buf_fmt(b, "-%c%s[", o->letter, flag ? "" : "+");
    else
        buf_fmt(b, "--%s%s[", o->name, flag ? "" : "=");
    put_quoted(b, o->help, "[]:\\");
    buf_char(b, ']');
    if (!flag)
        zsh_next(b, complete_option(o), complete_option_words(o));
    buf_char(b, '\'');
}

static void zsh_options(struct buf *b, const struct opt *rows)
{
    for (; rows && rows->name; rows++) {
        zsh_option(b, rows, false);
        if (rows->letter)
            zsh_option(b, rows, true);
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
    enum complete_kind kind = complete_arguments(c);
    buf_fmt(b, "    %s) _arguments", c->name);
    zsh_options(b, c->opts);
    zsh_options(b, global_opts);
    if (kind == COMPLETE_WORDS || kind >= COMPLETE_REVISIONS) {
        buf_fmt(b, " '%s", kind == COMPLETE_WORDS ? "1" : "*");
        zsh_next(b, kind, complete_argument_words(c));
        buf_put(b, kind == COMPLETE_WORDS ? "' '*:argument:_default' ;;\n" : "' ;;\n");
    } else {
        buf_put(b, " '*:argument:_default' ;;\n");
    }
}

static void zsh(struct buf *b)
{
    buf_put(b, "#compdef moonshift\n");
    buf_put(b, zsh_words);
    buf_put(
        b,
        "_moonshift() {\n  local program=$words[1] typed=(${words[2,-1]})\n  local -a commands=(\n");
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

/* -- fish --------------------------------------------------------------------------- */

/* -a with what may come next; fish shows what stands behind a tab beside the word. */
static void fish_next(struct buf *b, enum complete_kind kind, str words)
{
    if (kind == COMPLETE_WORDS) {
        buf_put(b, "a '");
        put_spaced(b, words);
        buf_char(b, '\'');
    } else if (kind >= COMPLETE_REVISIONS) {
        buf_fmt(b, "a '(__moonshift_words %s)'", complete_name(kind));
    }
}

static void fish_options(struct buf *b, const struct opt *rows, const char *command)
{
    for (; rows && rows->name; rows++) {
        enum complete_kind kind = complete_option(rows);
        buf_put(b, "complete -c moonshift");
        if (command)
            buf_fmt(b, " -n '__fish_seen_subcommand_from %s'", command);
        buf_fmt(b, " -l %s", rows->name);
        if (rows->letter)
            buf_fmt(b, " -s %c", rows->letter);
        if (rows->kind != OPT_FLAG) {
            buf_put(b, kind == COMPLETE_FILES ? " -rF" : " -x");
            fish_next(b, kind, complete_option_words(rows));
        }
        buf_put(b, " -d '");
        put_quoted(b, rows->help, "");
        buf_put(b, "'\n");
    }
}

static void fish_command(struct buf *b, const struct cmd *c)
{
    enum complete_kind kind = complete_arguments(c);
    buf_fmt(b, "complete -c moonshift -n __fish_use_subcommand -xa %s -d '", c->name);
    put_quoted(b, c->help, "");
    buf_put(b, "'\n");
    fish_options(b, c->opts, c->name);
    bool files = kind == COMPLETE_FILES ||
                 str_index(str_of(c->usage), STR("DIR")) < str_of(c->usage).n;
    if (kind == COMPLETE_NOTHING)
        return;
    buf_fmt(b, "complete -c moonshift -n '__fish_seen_subcommand_from %s' -", c->name);
    buf_put(b, files ? "F" : "x");
    if (kind != COMPLETE_FILES) {
        buf_put(b, files ? " -" : "");
        fish_next(b, kind, complete_argument_words(c));
    }
    buf_char(b, '\n');
}

static void fish(struct buf *b)
{
    buf_put(b, "function __moonshift_words\n"
               "    set -l typed (commandline -opc)\n"
               "    $typed[1] completion $argv[1] -- $typed[2..] 2>/dev/null\n"
               "    if test $argv[1] = templates # or a directory with one\n"
               "        __fish_complete_directories (commandline -ct) ''\n"
               "    end\n"
               "end\n"
               "complete -c moonshift -f\n");
    fish_options(b, global_opts, NULL);
    each(b, fish_command);
}

/* The configuration that the words typed so far name; bash parts --config=FILE. */
static str config_of(const struct args *args)
{
    str joined = STR("--config="), found = STR("");
    for (size_t i = 1; i < args->n; i++) {
        str word = args->at[i];
        bool named = str_is(word, "-c") || str_is(word, "--config");
        size_t value = i + 1 + (i + 1 < args->n && str_is(args->at[i + 1], "="));
        if (named && value < args->n)
            found = args->at[value];
        else if (str_starts(word, joined))
            found = str_cut(word, joined.n, word.n);
    }
    return found;
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct buf b = buf_in(s->arena);
    str lines, config = config_of(args);
    s->config_file = config.n ? config : s->config_file;
    if (str_is(args->at[0], "bash")) {
        bash(&b);
    } else if (str_is(args->at[0], "zsh")) {
        zsh(&b);
    } else if (str_is(args->at[0], "fish")) {
        fish(&b);
    } else if (complete_lines(s, args->at[0], &lines)) {
        buf_str(&b, lines);
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
    .max = ANY_NUMBER, /* the scripts add what has been typed */
    .run = run,
};
