/* Command-line options as rows.
 *
 * A list of rows says which options there are; parsing, --help and shell completion all
 * read the same rows. Options may stand before or after arguments and are also known by
 * their underscore spelling and by any unique beginning. A word such as -1 or -3: is an
 * argument, never an option; after -- everything is.
 *
 * This module knows nothing of commands: those are app/cmd.
 */
#ifndef MOONSHIFT_BASE_OPT_H
#define MOONSHIFT_BASE_OPT_H

#include "base/err.h"

enum opt_kind {
    OPT_FLAG,
    OPT_TEXT, /* given twice, the last one counts */
    OPT_MANY, /* may be repeated */
    OPT_INT,  /* a decimal number, not negative */
    OPT_WORD, /* one of the words */
};

struct opt {
    const char *name; /* long name with hyphens; NULL ends a list */
    char letter;      /* 0: none */
    enum opt_kind kind;
    const char *value; /* how --help calls the value; the words "a|b" of an OPT_WORD */
    const char *help;
};

struct arg {
    const struct opt *opt;
    str value; /* STR_NONE for a flag */
};

/* What a command line said: options in order, and the words that are not options. */
struct args {
    struct arg *opts;
    size_t n_opts, opts_room;
    str *at;
    size_t n, room;
    const struct opt *rows[2]; /* what may be asked for */
};

/* Reads argv[1..argc) by one or two lists of rows (`more` may be NULL); what it finds is
 * added to `args`. With `stop`, reading ends at the first word that is no option and
 * *end is its index in argv, argc when there is none. Errors are ERR_USAGE. */
bool opt_parse(int argc, char *const *argv, const struct opt *rows,
               const struct opt *more, bool stop, int *end, struct args *args,
               struct arena *a, struct err *e);

/* What was given. Asking for a name that is in no row is a programmer's error. */
bool args_flag(const struct args *args, const char *name); /* given at all */
str args_text(const struct args *args,
              const char *name); /* the last; STR_NONE: not given */
long args_int(const struct args *args, const char *name, long otherwise);
size_t args_many(const struct args *args, const char *name, const str **out,
                 struct arena *a); /* all, in order */

/* Aligned lines "  -m, --message TEXT  help" for every row. */
void opt_help(struct buf *b, const struct opt *rows);

#endif
