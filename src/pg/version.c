#include "pg/version.h"

#include <libpq-fe.h>
#include <stdio.h>

const char *libpq_version_text(void)
{
    static char text[32];
    int version = PQlibVersion();
    snprintf(text, sizeof text, "%d.%d", version / 10000, version % 10000);
    return text;
}
