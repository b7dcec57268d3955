/* The entries that libFuzzer and the replay of its seeds share. Each takes any bytes; what
 * is wrong ends the process: a sanitizer, an assert, or CLAIM. */
#ifndef MOONSHIFT_SPEC_FUZZ_TARGETS_H
#define MOONSHIFT_SPEC_FUZZ_TARGETS_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* What must hold for every input. */
#define CLAIM(what) ((what) ? (void)0 : claim_fails(#what, __FILE__, __LINE__))
_Noreturn void claim_fails(const char *what, const char *file, int line);

/* A function that failed has filled its error, and one that did not has not. */
void claim_told(bool ok, const struct err *e);
/* The bytes as a file that lasts until the next call. */
const char *as_file(str bytes);

#define TARGET(name, ...) int fuzz_##name(const uint8_t *data, size_t n);
#include "targets.def"
#undef TARGET

#endif
