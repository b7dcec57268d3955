/* Built with -DFUZZ_TARGET=fuzz_url: a libFuzzer program (scripts/fuzz). Else: the replay,
 * `fuzz_replay TARGET FILE...`, which runs the same entry on kept seeds. */
#include "targets.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

_Noreturn void claim_fails(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

void claim_told(bool ok, const struct err *e)
{
    CLAIM(ok == (e->kind == ERR_NONE));
    CLAIM(ok || (e->message.p && e->message.n > 0));
}

const char *as_file(str bytes)
{
    static char path[64];
    static int fd = -1;
    if (fd >= 0)
        close(fd);
    fd = memfd_create("fuzz", 0);
    if (fd < 0 || write(fd, bytes.p, bytes.n) != (ssize_t)bytes.n)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return path;
}

#ifdef FUZZ_TARGET
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    return FUZZ_TARGET(data, n);
}
#else
static const struct {
    const char *name;
    int (*run)(const uint8_t *data, size_t n);
} targets[] = {
#define TARGET(name, ...) {#name, fuzz_##name},
#include "targets.def"
#undef TARGET
};

int main(int argc, char **argv)
{
    for (size_t t = 0; t < sizeof targets / sizeof *targets && argc > 1; t++) {
        if (strcmp(targets[t].name, argv[1]) != 0)
            continue;
        for (int i = 2; i < argc; i++) {
            struct arena a = {0};
            struct err e = {0};
            str text;
            if (!file_text(argv[i], &text, &a, &e))
                return EXIT_FAILURE;
            targets[t].run((const uint8_t *)text.p, text.n);
            arena_reset(&a);
        }
        printf("%d replayed\n", argc - 2);
        return EXIT_SUCCESS;
    }
    fprintf(stderr, "usage: fuzz_replay TARGET FILE...\n");
    return 2;
}
#endif
