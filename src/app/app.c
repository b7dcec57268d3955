#include "app/app.h"

#include "app/bar.h"
#include "app/branches.h"
#include "app/cmd/cmd.h"
#include "app/help.h"
#include "base/term.h"
#include "pg/url.h"
#include "pg/version.h"
#include "script/version.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct opt global_opts[] = {
    {"config", 'c', OPT_TEXT, "FILE", "configuration file (moonshift.lua)"},
    {"env", 'e', OPT_TEXT, "NAME", "environment of the configuration"},
    {"url", 0, OPT_TEXT, "URL", "connection, before all other sources"},
    {"var", 'x', OPT_MANY, "KEY=VALUE", "a value for scripts: ctx.x.KEY"},
    {"json", 0, OPT_FLAG, NULL, "JSON on stdout, of reading commands"},
    {"quiet", 'q', OPT_FLAG, NULL, "no log lines but warnings"},
    {"verbose", 'v', OPT_FLAG, NULL, "more detail"},
    {"color", 0, OPT_WORD, "auto|always|never", "colours"},
    {"version", 0, OPT_FLAG, NULL, "versions of the program, Lua and libpq"},
    {"help", 'h', OPT_FLAG, NULL, "this text"},
    {0},
};

/* By signal, what is said when it ends the program without more ado. */
static str farewell[SIGTERM + 1];

static void write_farewells(bool json, struct arena *a)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct err e = {0};
        err_set(&e, ERR_FAILED, "interrupted while connecting");
        farewell[signals[i]] = json ? err_json(&e, 128 + signals[i], a)
                                    : str_copy(a, err_text(&e, false, a));
        err_clear(&e);
    }
}

/* The first signal asks the script and the server to stop; the second does not ask, nor
 * does one that comes before there is a server to ask. */
static void on_signal(int number)
{
    if (conn_is_dialing()) {
        if (write(STDERR_FILENO, farewell[number].p, farewell[number].n) < 0)
            _exit(ERR_FAILED);
        _exit(128 + number);
    }
    if (vm_interrupted)
        _exit(128 + number);
    vm_interrupted = number;
    conn_cancel_from_signal();
}

/* Who reads us may go away (`| head -1`): the write fails, and the work goes on. */
static void on_pipe(int number)
{
    (void)number;
}

/* A terminal that is closed asks as Ctrl-C does, unless nohup said not to mind. SIGPIPE has
 * a handler instead of being ignored, since programs that we start would inherit that. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal}, was;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_NODEFER; /* asking a server that is stopped may take for ever */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (sigaction(SIGHUP, NULL, &was) == 0 && was.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, NULL);
    action.sa_handler = on_pipe;
    action.sa_flags = SA_RESTART;
    sigaction(SIGPIPE, &action, NULL);
}

/* Started with a closed standard file (`2>&-`), the next file or socket would get its
 * number, and what we say would be written into it. What fills the place refuses, as a
 * closed file does. */
static void fill_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(ERR_FAILED);
}

static enum term_color color_mode(const struct args *args)
{
    str mode = args_text(args, "color");
    return str_is(mode, "always")  ? COLOR_ALWAYS
           : str_is(mode, "never") ? COLOR_NEVER
                                   : COLOR_AUTO;
}

/* -x KEY=VALUE as a map; the last of one key counts, no '=' is an empty text. */
static struct val variables(const struct args *args, struct arena *a)
{
    const str *given;
    size_t n = args_many(args, "var", &given, a), distinct = 0;
    struct val map = val_map(a, n);
    for (size_t i = 0; i < n; i++) {
        size_t equals = str_find(given[i], '=');
        str key = str_copy(a, str_cut(given[i], 0, equals));
        struct val value =
            val_str(str_copy(a, str_cut(given[i], equals + 1, given[i].n)));
        size_t at = 0;
        while (at < distinct && !str_eq(map.map.at[at].key, key))
            at++;
        distinct += at == distinct;
        map.map.at[at] = (struct pair){key, value};
    }
    map.map.n = distinct;
    map_sort(&map.map);
    return map;
}

static void take_globals(struct session *s, const struct args *args)
{
    enum term_color mode = color_mode(args);
    s->args = args;
    s->json = args_flag(args, "json");
    s->quiet = args_flag(args, "quiet");
    s->verbose = args_flag(args, "verbose");
    s->color = term_color(STDERR_FILENO, mode);
    s->color_out = term_color(STDOUT_FILENO, mode);
    s->env = args_text(args, "env");
    s->config_file = args_text(args, "config");
    s->x = variables(args, s->arena);
}

static bool count_arguments(const struct cmd *cmd, const struct args *args, struct err *e)
{
    if (args->n > (size_t)cmd->max && cmd->max != ANY_NUMBER)
        err_set(e, ERR_USAGE, "%s: unexpected argument '%.*s'", cmd->name,
                STR_ARG(args->at[cmd->max]));
    else if (args->n < (size_t)cmd->min)
        err_set(e, ERR_USAGE, "%s: an argument is missing", cmd->name);
    else
        return true;
    return err_hint(e, "usage: moonshift %s%s%s", cmd->name, *cmd->usage ? " " : "",
                    cmd->usage);
}

static bool prepare(struct session *s, unsigned needs, struct err *e)
{
    if ((needs & NEED_VM) && !session_vm(s, e))
        return false;
    if ((needs & (NEED_CONFIG | NEED_GRAPH | NEED_DB)) && !session_config(s, e))
        return false;
    if ((needs & NEED_GRAPH) && !session_graph(s, e))
        return false;
    return !(needs & NEED_DB) || session_connect(s, e);
}

static bool print_version(void)
{
    out_print("moonshift %s\n%s\nlibpq %s\n", MOONSHIFT_VERSION, lua_version_text(),
              libpq_version_text());
    return true;
}

static bool run(struct session *s, int argc, char **argv, struct args *args,
                struct err *e)
{
    int end = argc;
    bool help = false; /* `help COMMAND` is COMMAND --help */
    if (!opt_parse(argc, argv, global_opts, NULL, true, &end, args, s->arena, e))
        return err_hint(e, "options of a command come after it: moonshift COMMAND "
                           "[OPTIONS]");
    while (end < argc && str_is(str_of(argv[end]), "help")) {
        help = true;
        end++;
    }
    if (help && end < argc && str_is(str_of(argv[end]), "man")) {
        out_str(help_manual(s->arena));
        return true;
    }
    if (end < argc) {
        s->cmd = cmd_find(str_of(argv[end]));
        if (!s->cmd)
            return cmd_unknown(str_of(argv[end]), e);
        if (!opt_parse(argc - end, argv + end, global_opts, s->cmd->opts, false, NULL,
                       args, s->arena, e))
            return err_hint(e, "moonshift %s --help", s->cmd->name);
    }
    take_globals(s, args);
    if (args_flag(args, "version"))
        return print_version();
    if (help || args_flag(args, "help")) {
        out_str(s->cmd ? help_of(s->cmd, s->arena) : help_all(s->arena));
        return true;
    }
    if (!s->cmd) {
        err_set(e, ERR_USAGE, "no command was given");
        return err_hint(e, "moonshift --help lists the commands");
    }
    return count_arguments(s->cmd, args, e) && prepare(s, s->cmd->needs, e) &&
           s->cmd->run(s, args, e);
}

/* A command line that cannot be parsed may have asked for JSON all the same. */
static bool asks_for_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

/* "error:" in red; the rest of the block as it is. */
static void print_error(const struct session *s, const struct err *e, int status)
{
    bar_hide(s);
    if (s->json) {
        str json = err_json(e, status, s->arena);
        fprintf(stderr, "%.*s", STR_ARG(json));
        return;
    }
    str text = err_text(e, s->verbose, s->arena);
    size_t label = str_find(text, ':');
    if (s->color && label < text.n)
        fprintf(stderr, "\033[1;31m%.*s\033[0m%.*s", STR_ARG(str_cut(text, 0, label)),
                STR_ARG(str_cut(text, label, text.n)));
    else
        fprintf(stderr, "%.*s", STR_ARG(text));
}

/* What the command line says is seen by everybody (ps, /proc/PID/cmdline), so a password
 * in it is overwritten there; returns a copy with everything. Where the masked text is
 * longer, its end is cut. */
static char **hide_passwords(int argc, char **argv, struct arena *a)
{
    char **copy = NEW_N(a, char *, (size_t)argc + 1);
    for (int i = 0; i < argc; i++) {
        str given = str_of(argv[i]);
        copy[i] = arena_copy(a, given.p, given.n);
        bool joined = str_starts(given, STR("--url="));
        size_t skip = joined ? strlen("--url=") : 0;
        bool named = joined || (i > 0 && strcmp(copy[i - 1], "--url") == 0);
        if (!named && str_index(given, STR("://")) == given.n &&
            str_index(given, STR("password")) == given.n)
            continue;
        str masked = url_masked(str_cut(given, skip, given.n), a);
        for (size_t k = skip; k < given.n; k++)
            argv[i][k] = k - skip < masked.n ? masked.p[k - skip] : ' ';
    }
    return copy;
}

/* A full disk is found out here at the latest. Whoever stopped reading (`history | head`)
 * has what he wanted: only the status tells, as a shell counts signals. */
static bool all_written(struct session *s, bool done, struct err *e)
{
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    if (written || !done)
        return done;
    if (!out_unread())
        return err_set(e, ERR_FAILED, "cannot write to standard output: %s",
                       strerror(errno));
    s->status = s->status ? s->status : 128 + SIGPIPE;
    return true;
}

int app_main(int argc, char **argv)
{
    struct arena arena = {0};
    struct session s = {.arena = &arena};
    struct args args = {0};
    struct err e = {0};
    fill_standard_files();
    argv = hide_passwords(argc, argv, &arena);
    write_farewells(asks_for_json(argc, argv), &arena);
    catch_signals();
    bool done = run(&s, argc, argv, &args, &e);
    done = all_written(&s, done, &e);
    if (!done && e.kind == ERR_REVISION)
        branches_tell(&s, &e);
    session_end(&s);
    int status = done             ? s.status
                 : vm_interrupted ? 128 + vm_interrupted /* as a shell counts signals */
                                  : (int)e.kind;
    if (!done) {
        s.json = s.json || asks_for_json(argc, argv);
        print_error(&s, &e, status);
    }
    err_clear(&e);
    arena_reset(&arena);
    return status;
}
