#include "app/spawn.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
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
    posix_spawn_file_actions_init(&actions);
    if (!own_output)
        posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    int failed = posix_spawnp(pid, "sh", &actions, NULL, argv, environ);
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

/* All that comes through a pipe. */
static int drain(int from, struct buf *b)
{
    char piece[4096];
    for (;;) {
        ssize_t n = read(from, piece, sizeof piece);
        if (n > 0)
            buf_str(b, (str){piece, (size_t)n});
        else if (n == 0)
            return 0;
        else if (errno != EINTR)
            return errno;
    }
}

static int start_piped(char *const *argv, int into, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, into, STDOUT_FILENO);
    int failed = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

bool spawn_read(const char *const *argv, str *out, struct arena *a, struct err *e)
{
    int ends[2], status = 0;
    pid_t pid = 0;
    size_t n = 0;
    while (argv[n])
        n++;
    char **words = NEW_N(a, char *, n + 1); /* posix_spawn wants them writable */
    for (size_t i = 0; i < n; i++)
        words[i] = arena_copy(a, argv[i], strlen(argv[i]));
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set(e, ERR_FAILED, "%s: no pipe: %s", argv[0], strerror(errno));
    int failed = start_piped(words, ends[1], &pid);
    close(ends[1]);
    struct buf b = buf_in(a);
    if (!failed)
        failed = drain(ends[0], &b);
    close(ends[0]);
    while (pid && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    *out = buf_done(&b);
    if (failed)
        return err_set(e, ERR_FAILED, "cannot run '%s': %s", argv[0], strerror(failed));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return err_set(e, ERR_FAILED, "'%s' failed", argv[0]);
    return true;
}
