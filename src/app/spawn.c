#include "app/spawn.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* sh -c 'COMMAND "$@"' sh WORD: the word reaches the program unchanged. */
static int start(char *script, char *word, bool own_output, pid_t *pid)
{
    char *argv[] = {"sh", "-c", script, "sh", word, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    if (!own_output)
        posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    int failed = posix_spawnp(pid, "sh", &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

bool spawn_shell(str command, str word, const char *what, bool own_output, struct err *e)
{
    struct arena a = {0};
    pid_t pid = 0;
    int status = 0;
    str script = str_fmt(&a, "%.*s%s", STR_ARG(command), word.n ? " \"$@\"" : "");
    char *last = word.n ? arena_copy(&a, word.p, word.n) : NULL;
    int failed = start(arena_copy(&a, script.p, script.n), last, own_output, &pid);
    while (!failed && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            failed = errno;
    if (failed)
        err_set(e, ERR_FAILED, "%s: cannot run '%.*s': %s", what, STR_ARG(command),
                strerror(failed));
    else if (WIFSIGNALED(status))
        err_set(e, ERR_FAILED, "%s: '%.*s' was ended by signal %d", what,
                STR_ARG(command), WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        err_set(e, ERR_FAILED, "%s: '%.*s' ended with status %d", what, STR_ARG(command),
                WEXITSTATUS(status));
    arena_reset(&a);
    return e->kind == ERR_NONE;
}
