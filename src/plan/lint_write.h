/* Findings as text for people, as JSON, as SARIF 2.1.0 and as commands of GitHub's
 * workflows. The file names in the findings are written as they are. */
#ifndef MOONSHIFT_PLAN_LINT_WRITE_H
#define MOONSHIFT_PLAN_LINT_WRITE_H

#include "plan/lint.h"

/* FILE:LINE: SEVERITY: MESSAGE [RULE], and what to do, once for each rule. */
void lint_write_text(struct buf *b, const struct findings *list);
void lint_write_json(struct buf *b, const struct findings *list);
void lint_write_sarif(struct buf *b, const struct findings *list, const char *version);
void lint_write_github(struct buf *b, const struct findings *list);

#endif
