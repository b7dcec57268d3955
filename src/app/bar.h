/* How far a backfill is, for whoever looks on.
 *
 * On a terminal one line is drawn again and again, narrower than the terminal and with
 * the cursor at its start, so that it never wraps and whatever is written next takes its
 * place. Elsewhere a log line comes every few seconds. With --json each is an object on a
 * line of stdout.
 */
#ifndef MOONSHIFT_APP_BAR_H
#define MOONSHIFT_APP_BAR_H

#include "app/session.h"
#include "plan/backfill.h"

/* A backfill went on, or ended. */
void bar_advance(struct session *s, str revision, const struct backfill_report *report);
/* Takes the line away, before something else is written to the terminal. */
void bar_hide(const struct session *s);

/* "1234567 rows of about 2000000 (61%)", for all who tell of it. */
str bar_rows(int64_t rows, int64_t total, bool ended, struct arena *a);

#endif
