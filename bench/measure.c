/* Runs a command and says what it cost.
 *
 *   measure [-s POSTMASTER] OUT COMMAND [ARGUMENT]...
 *
 * OUT gets one line: exit status, wall µs, client CPU µs (user + system of the command and
 * of its children), peak memory in KiB, server CPU in µs. The last is what the backends
 * that ended meanwhile have used: the kernel adds a child's time to its parent's account
 * when the parent reaps it (proc(5), cutime and cstime), so the postmaster's account is
 * read before and after, each time with no backend left. Its unit is a clock tick, 10 ms
 * on most machines. Checkpointer and WAL writer are not in it: they never end.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(125);
}

static long long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static long long timeval_us(struct timeval t)
{
    return (long long)t.tv_sec * 1000000 + t.tv_usec;
}

/* At most `room - 1` bytes of a file of /proc; 0 when it is not there (any more). */
static size_t read_proc(const char *path, char *out, size_t room)
{
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(out, 1, room - 1, f) : 0;
    if (f)
        fclose(f);
    out[n] = '\0';
    return n;
}

/* Whether a child of the postmaster serves a client: every other one has a known title. */
static bool is_backend(long pid)
{
    static const char *const others[] = {
        "postgres: checkpointer", "postgres: background writer", "postgres: walwriter",
        "postgres: autovacuum",   "postgres: logical",           "postgres: startup",
        "postgres: io worker",    "postgres: archiver",          "postgres: logger",
    };
    char path[64], title[256];
    snprintf(path, sizeof path, "/proc/%ld/cmdline", pid);
    read_proc(path, title, sizeof title); /* empty: a zombie, to be reaped yet */
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strncmp(title, others[i], strlen(others[i])) == 0)
            return false;
    return true;
}

static bool has_backends(long postmaster)
{
    char path[64], list[16384], *next = list;
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", postmaster, postmaster);
    if (read_proc(path, list, sizeof list) == 0)
        fail(path);
    for (;;) {
        char *end;
        long pid = strtol(next, &end, 10);
        if (end == next)
            return false;
        if (is_backend(pid))
            return true;
        next = end;
    }
}

/* The CPU time of all backends that have ended, once none is left. */
static long long server_us(long postmaster)
{
    enum { PATIENCE_US = 10000000, PAUSE_US = 500 };
    if (!postmaster)
        return 0;
    for (long long waited = 0; has_backends(postmaster); waited += PAUSE_US) {
        if (waited > PATIENCE_US) {
            fputs("measure: somebody else is connected to the server\n", stderr);
            exit(125);
        }
        usleep(PAUSE_US);
    }
    char path[64], text[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", postmaster);
    read_proc(path, text, sizeof text);
    const char *fields = strrchr(text, ')'); /* the name may hold blanks */
    if (!fields ||
        sscanf(fields + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %lu %lu",
               &user, &system) != 2)
        fail(path);
    return (long long)(user + system) * 1000000 / sysconf(_SC_CLK_TCK);
}

int main(int argc, char **argv)
{
    long postmaster = 0;
    int at = 1;
    if (argc > 3 && strcmp(argv[1], "-s") == 0) {
        postmaster = strtol(argv[2], NULL, 10);
        at = 3;
    }
    if (argc < at + 2) {
        fputs("usage: measure [-s POSTMASTER] OUT COMMAND [ARGUMENT]...\n", stderr);
        return 125;
    }
    long long server = server_us(postmaster), start = now_us();
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        execvp(argv[at + 1], argv + at + 1);
        perror(argv[at + 1]);
        _exit(127);
    }
    int status;
    struct rusage used;
    if (wait4(child, &status, 0, &used) < 0)
        fail("wait4");
    long long wall = now_us() - start;
    server = server_us(postmaster) - server;
    FILE *out = fopen(argv[at], "w");
    if (!out)
        fail(argv[at]);
    fprintf(out, "%d %lld %lld %ld %lld\n",
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), wall,
            timeval_us(used.ru_utime) + timeval_us(used.ru_stime), used.ru_maxrss,
            server);
    return fclose(out) == 0 ? 0 : 125;
}
