/* The journal of statements that commit by themselves (moonshift_progress, part
 * 'statements').
 *
 * Knows how a half-run revision is written down and read again. What the numbers mean is
 * the runner's (app/runner_journal). Opens and ends no transaction. Backfills have rows
 * of their own in the same table.
 */
#ifndef MOONSHIFT_PG_PROGRESS_H
#define MOONSHIFT_PG_PROGRESS_H

#include "pg/ledger.h"

struct progress {
    str revision;
    bool up;
    str part;      /* "statements", or a backfill's name */
    str checksum;  /* of the file that was run */
    int64_t done;  /* statements; rows of a backfill */
    int64_t total; /* rows of how many; 0: not known */
    str running;   /* the statement that was started and not seen to end; or empty */
    str position;  /* "HASH N [refused]": over the statements done, how many of them are
                    * the script's own, whether the next one failed; a backfill's place */
    str since;     /* as the server prints it */
    bool live;     /* somebody holds the migration lock: it runs at this moment */
};
struct progresses {
    struct progress *at;
    size_t n, room;
};

/* How many of the statements done are the script's own; the others are checks. */
int64_t progress_asked(const struct progress *p);
/* Whether `running` ended with an error of the server. */
bool progress_refused(const struct progress *p);
/* All unfinished steps of this version table, oldest first, backfills included. Writes
 * nothing; a missing table is an empty list. */
bool progress_read(struct sink *s, const struct ledger_names *names,
                   struct progresses *out, struct arena *a, struct err *e);
/* Writes down where the statements of a revision stand. */
bool progress_save(struct sink *s, const struct ledger_names *names,
                   const struct progress *progress, struct arena *a, struct err *e);
/* The ranges of a backfill: its own part, or "PART, range 1 of 2" and so on. Waits for a
 * transaction of an earlier run that the server may still be ending. */
bool progress_ranges(struct sink *s, const struct ledger_names *names, str revision,
                     bool up, str part, struct progresses *out, struct arena *a,
                     struct err *e);
/* Moves a range to a new place, if it still stands where `before` says: the server checks
 * that no other run has moved it. */
bool progress_move(struct sink *s, const struct ledger_names *names,
                   const struct progress *progress, str before, struct arena *a,
                   struct err *e);
/* Forgets all ranges of a backfill. */
bool progress_forget_ranges(struct sink *s, const struct ledger_names *names,
                            str revision, bool up, str part, struct arena *a,
                            struct err *e);
/* Forgets one part of a revision, or all (STR_NONE), in both directions. */
bool progress_forget(struct sink *s, const struct ledger_names *names, str revision,
                     str part, struct arena *a, struct err *e);

#endif
