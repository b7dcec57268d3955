#include "script/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST_FILE ((off_t)256 << 20)

static bool read_all(int fd, str file, size_t size, str *out, struct arena *a,
                     struct err *e)
{
    char *p = arena_alloc(a, size + 1);
    size_t n = 0;
    while (n < size) {
        ssize_t got = read(fd, p + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(e, ERR_FAILED, "%.*s cannot be read: %s", STR_ARG(file),
                           strerror(errno));
        if (got == 0)
            break;
        n += (size_t)got;
    }
    p[n] = '\0';
    *out = (str){p, n};
    return true;
}

bool source_read(const char *path, str file, str *out, struct arena *a, struct err *e)
{
    /* O_NONBLOCK: a named pipe must not hold us up. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_set(e, ERR_FAILED, "%.*s cannot be read: %s", STR_ARG(file),
                       strerror(errno));
    struct stat s;
    bool ok = false;
    if (fstat(fd, &s) != 0)
        err_set(e, ERR_FAILED, "%.*s cannot be read: %s", STR_ARG(file), strerror(errno));
    else if (S_ISDIR(s.st_mode))
        err_set(e, ERR_FAILED, "%.*s is a directory, not a file", STR_ARG(file));
    else if (!S_ISREG(s.st_mode))
        err_set(e, ERR_FAILED, "%.*s is not a regular file", STR_ARG(file));
    else if (s.st_size > LARGEST_FILE)
        err_set(e, ERR_FAILED, "%.*s is larger than %d MiB", STR_ARG(file),
                (int)(LARGEST_FILE >> 20));
    else
        ok = read_all(fd, file, (size_t)s.st_size, out, a, e);
    close(fd);
    return ok;
}
