/* Lint over the revisions of a project, without a server.
 *
 * Knows which revisions there are and what the configuration allows; what is dangerous
 * is plan/lint's to say, and how findings are shown the command's.
 */
#ifndef MOONSHIFT_APP_LINTING_H
#define MOONSHIFT_APP_LINTING_H

#include "app/session.h"
#include "plan/lint.h"

struct linting {
    bool *wanted;       /* by the index of a revision: its findings are asked for */
    bool *edited;       /* by index: its file is not the one of `since`; NULL: none */
    str since;          /* version control's name of an older state */
    int server_version; /* as PQserverVersion; 0: not known */
};

/* All revisions are read, since those before teach what is known of a table; the findings
 * of those wanted are added to `out`. Text lives in the session's arena. */
bool linting_look(struct session *s, const struct linting *what, struct findings *out,
                  struct err *e);

/* For a database that the configuration says is protected: ERR_DECISION when a revision of
 * the plan has a finding of severity error that neither it nor the configuration allows. */
bool linting_guard(struct session *s, const struct plan *plan, int server_version,
                   struct err *e);

#endif
