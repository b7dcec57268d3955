/* What the terminal can do: colour, width, whether somebody is there to answer. */
#ifndef MOONSHIFT_BASE_TERM_H
#define MOONSHIFT_BASE_TERM_H

#include "base/str.h"

enum term_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Whether to colour what goes to a file descriptor. Auto: a terminal that is not dumb,
 * and NO_COLOR is not set. */
bool term_color(int fd, enum term_color mode);
/* Columns of a file descriptor's terminal; `otherwise` when it is none. */
int term_width(int fd, int otherwise);
/* Whether text may hold more than ASCII: the locale's variables name UTF-8. */
bool term_utf8(void);
/* True when both the question can be seen (stderr) and an answer typed (stdin). */
bool term_can_ask(void);
/* Shows the question on stderr and reads a line; true when that is `answer`. */
bool term_hears(const char *question, str answer);

#endif
