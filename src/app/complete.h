/* What a shell may offer next: known from the rows of the commands, and from the project.
 *
 * The scripts that `completion SHELL` prints ask the program itself for words of the
 * project, by `completion KIND`: one word a line, a tab, what it is.
 */
#ifndef MOONSHIFT_APP_COMPLETE_H
#define MOONSHIFT_APP_COMPLETE_H

#include "app/cmd/cmd.h"

enum complete_kind {
    COMPLETE_NOTHING,
    COMPLETE_FILES,
    COMPLETE_WORDS,     /* complete_words says which */
    COMPLETE_REVISIONS, /* from here on the program is asked */
    COMPLETE_TEMPLATES,
    COMPLETE_ENVIRONMENTS,
    COMPLETE_KEYS,
};

/* The value of an option; nothing for a flag. */
enum complete_kind complete_option(const struct opt *o);
/* The arguments of a command. */
enum complete_kind complete_arguments(const struct cmd *c);
/* "a|b" of COMPLETE_WORDS, for an option or a command's first argument. */
str complete_option_words(const struct opt *o);
str complete_argument_words(const struct cmd *c);
/* "revisions" and so on; NULL for what needs no asking. */
const char *complete_name(enum complete_kind kind);

/* The lines for a kind's name; false when there is no such kind. A project that cannot be
 * read has no words. */
bool complete_lines(struct session *s, str name, str *lines);

#endif
