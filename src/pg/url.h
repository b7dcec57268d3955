/* Connection URLs: what people write, what libpq takes, what may be shown.
 *
 * Four forms are accepted: postgres://, postgresql://, postgresql+driver:// (the suffix
 * is SQLAlchemy's) and libpq's own key=value text (manual, 34.1.1). The empty text means
 * libpq's PG* variables. No message of this module holds any part of a password.
 */
#ifndef MOONSHIFT_PG_URL_H
#define MOONSHIFT_PG_URL_H

#include "base/err.h"

/* A URL of any form, well or badly written, with the password replaced by ***. */
str url_masked(str url, struct arena *a);

/* Any accepted form to what libpq takes: the driver suffix removed, parameters of other
 * programs translated or dropped. False: e says which character is wrong and how it is
 * to be written. */
bool url_normal(str url, str *out, struct arena *a, struct err *e);

#endif
