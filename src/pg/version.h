/* Which libpq this program runs with. */
#ifndef MOONSHIFT_PG_VERSION_H
#define MOONSHIFT_PG_VERSION_H

const char *libpq_version_text(void); /* "15.14"; the same text at each call */

#endif
