/* Why a connection was not made, and what to do about it. */
#include "pg/conn_inner.h"

#include <poll.h>
#include <string.h>

#define TOO_MANY "the server has no free connection: raise max_connections, or close some"
#define NO_SERVER                                                                        \
    "something answers there, but not as PostgreSQL does: another program's port, or a " \
    "proxy or pooler whose server is away (moonshift wait waits for it)"
#define NOT_MEANT "no host of the URL is what its target_session_attrs asks for"
#define NO_ANSWER "nothing answers at that address: a firewall, or the wrong host"

/* The text of libpq in one line per attempt, the password nowhere in it. */
str libpq_said(PGconn *pg, struct arena *a)
{
    str text = str_trim(str_of(PQerrorMessage(pg)));
    const char *password = PQpass(pg);
    str secret = str_of(password ? password : "");
    struct buf b = buf_in(a);
    for (size_t i = 0; i < text.n; i++) {
        if (secret.n >= 4 && str_starts(str_cut(text, i, text.n), secret)) {
            buf_put(&b, "***");
            i += secret.n - 1;
        } else if (text.p[i] == '\t') {
            buf_char(&b, ' ');
        } else {
            buf_char(&b, text.p[i]);
        }
    }
    return buf_done(&b);
}

static bool says(str text, const char *part)
{
    return str_index(text, str_of(part)) < text.n || !*part;
}

/* libpq gives no SQLSTATE for a connection that was not made. What it says itself is always
 * English, since this program sets no locale. What the server says is in the language of
 * its lc_messages: then its SQLSTATE is asked for (ask_sqlstate). Rows without a text are
 * only for that. {user} and {database} are those of the attempt. */
static const struct {
    const char *said, *also; /* both must be in the text */
    const char *sqlstate, *hint;
} refusals[] = {
    {"Connection refused", "", "",
     "no server answers there: is it running, and are host and port right? "
     "moonshift wait waits for it"},
    {"No such file or directory", "", "",
     "no server listens on that socket: is it running? With a server on another host, "
     "give --url or DATABASE_URL"},
    {"could not translate host name", "", "",
     "the host name is not known here: a misspelt name, or a container that is not up"},
    {"password authentication failed", "", "28P01",
     "the password is wrong or the role does not exist; inside a URL, special characters "
     "are written encoded (@ is %40, / is %2F, % is %25)"},
    {"local user with ID", "does not exist", "",
     "name the user in the URL: none is named there, and this process's has no name"},
    {"no password supplied", "", "",
     "give the password in the URL, in PGPASSWORD or in ~/.pgpass"},
    {"role \"", "does not exist", "28000",
     "the server has no role \"{user}\": create it (createuser {user}), or name another "
     "in the URL"},
    {"database \"", "does not exist", "3D000", "create it first: createdb {database}"},
    {"too many connections for", "", "53300",
     "a CONNECTION LIMIT is reached: close some, or raise it with ALTER ROLE or ALTER "
     "DATABASE"},
    {"too many connections", "", "53300", TOO_MANY},
    {"too many clients", "", "53300", TOO_MANY},
    {"remaining connection slots", "", "53300", TOO_MANY},
    {"no pg_hba.conf entry", "", "28000",
     "the server's pg_hba.conf lets no such connection in: another user, database, "
     "address or sslmode may be meant"},
    {"the database system is", "", "57P03",
     "the server is starting or stopping: moonshift wait waits until it answers"},
    {"received invalid response", "", "", NO_SERVER},
    {"closed the connection unexpectedly", "", "", NO_SERVER},
    {"session is", "read-only", "", NOT_MEANT},
    {"hot standby mode", "", "", NOT_MEANT},
    {"SSL", "", "",
     "server and client disagree about encryption: see sslmode in the URL"},
    {"timeout expired", "", "", NO_ANSWER},
    {"timed out", "", "", NO_ANSWER},
    {NULL, NULL, "28000",
     "the server has no role \"{user}\", or its pg_hba.conf lets it in from another address "
     "only"},
};
enum { N_REFUSALS = sizeof refusals / sizeof *refusals };

static str fill_in(str hint, PGconn *pg, struct arena *a)
{
    struct buf b = buf_in(a);
    while (hint.n) {
        size_t brace = str_find(hint, '{'), end = str_find(hint, '}');
        bool user = str_starts(str_cut(hint, brace, hint.n), STR("{user}"));
        buf_str(&b, str_cut(hint, 0, brace));
        if (brace < hint.n)
            buf_str(&b, str_of(user ? PQuser(pg) : PQdb(pg)));
        hint = str_cut(hint, brace < hint.n ? end + 1 : hint.n, hint.n);
    }
    return buf_done(&b);
}

/* What the server refuses a connection with, in any language: "28P01". Asked by a second
 * attempt, since the first cannot be made to tell: libpq writes the SQLSTATE into its text
 * only with PQERRORS_VERBOSE, which is set on a connection that is being made. */
static void ask_sqlstate(const char *const *keys, const char *const *values,
                         char state[6])
{
    enum { PATIENCE_MS = 3000 };
    PGconn *pg = PQconnectStartParams(keys, values, 1);
    PQsetErrorVerbosity(pg, PQERRORS_VERBOSE);
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (PQstatus(pg) != CONNECTION_BAD &&
           (next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING)) {
        struct pollfd socket = {.fd = PQsocket(pg),
                                .events =
                                    next == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        if (poll(&socket, 1, PATIENCE_MS) <= 0)
            break;
        next = PQconnectPoll(pg);
    }
    /* "...FATAL:  28P01: text", whatever FATAL is called there. */
    str text = str_of(PQerrorMessage(pg));
    for (size_t i = str_index(text, STR(":  ")); i + 9 < text.n; i++) {
        str code = str_cut(text, i + 3, i + 8);
        if (!str_starts(str_cut(text, i, text.n), STR(":  ")) || text.p[i + 8] != ':')
            continue;
        if (strspn(code.p, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") >= code.n)
            memcpy(state, code.p, code.n);
    }
    PQfinish(pg);
}

static void hint_at(size_t row, PGconn *pg, struct err *e)
{
    memcpy(e->sqlstate, refusals[row].sqlstate, strlen(refusals[row].sqlstate));
    str hint = fill_in(str_of(refusals[row].hint), pg, &e->arena);
    err_hint(e, "%.*s", STR_ARG(hint));
}

static bool hint_by_text(str said, PGconn *pg, struct err *e)
{
    for (size_t i = 0; i < N_REFUSALS; i++)
        if (refusals[i].said && says(said, refusals[i].said) &&
            says(said, refusals[i].also)) {
            hint_at(i, pg, e);
            return true;
        }
    return false;
}

/* From the last row back: of two rows of one state, the later is the more general. */
static void hint_by_state(const char *state, PGconn *pg, struct err *e)
{
    for (size_t i = N_REFUSALS; state[0] && i-- > 0;)
        if (strcmp(refusals[i].sqlstate, state) == 0) {
            hint_at(i, pg, e);
            return;
        }
    memcpy(e->sqlstate, state, strlen(state));
}

bool dial_refused(struct conn *c, PGconn *pg, const char *const *keys,
                  const char *const *values, struct err *e)
{
    char state[6] = "";
    str shown = url_masked(c->options.url, &c->arena);
    str said = libpq_said(pg, &c->arena);
    if (shown.n)
        err_set(e, ERR_FAILED, "cannot connect to %.*s", STR_ARG(shown));
    else
        err_set(e, ERR_FAILED, "cannot connect to the database");
    e->detail = str_copy(&e->arena, said);
    if (!hint_by_text(said, pg, e)) {
        ask_sqlstate(keys, values, state);
        hint_by_state(state, pg, e);
    }
    if (!shown.n)
        err_hint(e, "no URL is set: give --url or DATABASE_URL");
    return false;
}
