/* What a branch does to the revision files: git is asked, nothing is changed. */
#ifndef MOONSHIFT_APP_SINCE_H
#define MOONSHIFT_APP_SINCE_H

#include "app/session.h"

/* Files of migrations/ that are there now and were not, or were otherwise, where the
 * branch left `ref`; uncommitted work and files git does not know yet included. Names are
 * those of struct revision. */
struct since {
    struct strs added, edited;
};
bool since_ref(struct session *s, str ref, struct since *out, struct err *e);

#endif
