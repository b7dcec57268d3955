/* The floor: what a client costs that does nothing but send.
 *
 *   floor CONNECTION RECORD
 *
 * RECORD is what Moonshift sent during a run, written down by proxy.c: the protocol's own
 * messages (manual, 55.7). They are sent again through a bare libpq pipeline, with the
 * same statements, parameters, names and Syncs, so the server does exactly the same work;
 * results are looked at for errors only.
 */
#define _GNU_SOURCE
#include <libpq-fe.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEND_AT = 8192, MAX_PARAMS = 1024 };

struct record {
    char *bytes;
    size_t n, at;
};

/* The last Parse, until its Bind comes. */
struct parsed {
    const char *name, *sql;
    bool waits;
};

static PGconn *pg;
static size_t unsent;
static long expected; /* results that are still to come, a Sync's included */

static void fail(const char *what)
{
    fprintf(stderr, "floor: %s\n%s", what, pg ? PQerrorMessage(pg) : "");
    exit(1);
}

/* -- results ------------------------------------------------------------------------ */

/* One result, or the NULL that ends a statement's results. */
static void take_result(void)
{
    PGresult *r = PQgetResult(pg);
    switch (r ? PQresultStatus(r) : PGRES_COMMAND_OK) {
    case PGRES_PIPELINE_SYNC:
        expected--;
        break;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        if (!r)
            expected--;
        break;
    default:
        fail("a statement failed");
    }
    PQclear(r);
}

static void wait_socket(short events)
{
    struct pollfd socket = {.fd = PQsocket(pg), .events = events};
    if (poll(&socket, 1, -1) < 0)
        fail("poll");
    if (socket.revents & POLLIN && !PQconsumeInput(pg))
        fail("the connection was lost");
}

static void take_arrived(void)
{
    while (expected && !PQisBusy(pg))
        take_result();
}

static void flush(void)
{
    unsent = 0;
    for (;;) {
        int left = PQflush(pg);
        if (left < 0)
            fail("PQflush");
        if (left == 0)
            break;
        wait_socket(POLLIN | POLLOUT);
        take_arrived();
    }
    if (!PQconsumeInput(pg))
        fail("the connection was lost");
    take_arrived();
}

static void drain(void)
{
    flush();
    while (expected) {
        while (PQisBusy(pg))
            wait_socket(POLLIN);
        take_result();
    }
}

static void sent(int ok, size_t bytes)
{
    if (!ok)
        fail("libpq refused a message");
    expected++;
    unsent += bytes;
    if (unsent >= SEND_AT)
        flush();
}

/* -- the record --------------------------------------------------------------------- */

static size_t take_bytes(struct record *r, size_t n)
{
    size_t at = r->at;
    if (r->n - r->at < n)
        fail("the record ends too early");
    r->at += n;
    return at;
}

static long take_int(struct record *r, size_t bytes)
{
    size_t at = take_bytes(r, bytes);
    unsigned long value = 0;
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | (unsigned char)r->bytes[at + i];
    return bytes == 4 ? (long)(int)value : (long)value;
}

static const char *take_text(struct record *r)
{
    const char *start = r->bytes + r->at;
    take_bytes(r, strnlen(start, r->n - r->at) + 1);
    return start;
}

/* The parameters of a Bind, as texts with an end: their bytes are moved one forward, over
 * the length that is known by then. */
static int take_params(struct record *r, const char **values)
{
    long formats = take_int(r, 2);
    take_bytes(r, (size_t)formats * 2);
    long n = take_int(r, 2);
    if (n > MAX_PARAMS)
        fail("too many parameters");
    for (long i = 0; i < n; i++) {
        long length = take_int(r, 4);
        values[i] = NULL;
        if (length < 0)
            continue;
        size_t at = take_bytes(r, (size_t)length);
        memmove(r->bytes + at - 1, r->bytes + at, (size_t)length);
        r->bytes[at - 1 + (size_t)length] = '\0';
        values[i] = r->bytes + at - 1;
    }
    return (int)n;
}

static void send_parse(struct parsed *p)
{
    if (p->waits && *p->name)
        sent(PQsendPrepare(pg, p->name, p->sql, 0, NULL), strlen(p->sql));
    p->waits = p->waits && !*p->name;
}

static void send_bind(struct record *r, struct parsed *p)
{
    const char *values[MAX_PARAMS];
    take_text(r); /* the portal */
    const char *name = take_text(r);
    int n = take_params(r, values);
    send_parse(p);
    if (*name)
        sent(PQsendQueryPrepared(pg, name, n, values, NULL, NULL, 0), 256);
    else if (p->waits)
        sent(PQsendQueryParams(pg, p->sql, n, NULL, values, NULL, NULL, 0),
             strlen(p->sql) + 64);
    else
        fail("a Bind without its Parse");
    p->waits = false;
}

/* A simple query: libpq wants the pipeline to be left for it. */
static void send_simple(const char *sql)
{
    drain();
    if (!PQexitPipelineMode(pg))
        fail("PQexitPipelineMode");
    PGresult *r = PQexec(pg, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        fail(sql);
    PQclear(r);
    PQenterPipelineMode(pg);
}

static void send_message(struct record *r, struct parsed *p)
{
    char kind = r->bytes[take_bytes(r, 1)];
    size_t end = r->at + (size_t)take_int(r, 4);
    if (kind != 'B')
        send_parse(p);
    if (kind == 'P') {
        p->name = take_text(r);
        p->sql = take_text(r);
        p->waits = true;
    } else if (kind == 'B') {
        send_bind(r, p);
    } else if (kind == 'Q') {
        send_simple(take_text(r));
    } else if (kind == 'H') {
        PQsendFlushRequest(pg);
    } else if (kind == 'S') {
        sent(PQpipelineSync(pg), 0);
        drain();
    } else if (!strchr("DECX", kind)) {
        fail("a message of a kind that is not known");
    }
    r->at = end;
}

static struct record read_record(const char *path)
{
    struct record r = {0};
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        fail(path);
    r.n = (size_t)ftell(f);
    rewind(f);
    r.bytes = malloc(r.n + 1);
    if (!r.bytes || fread(r.bytes, 1, r.n, f) != r.n)
        fail(path);
    r.bytes[r.n] = '\0';
    fclose(f);
    return r;
}

static void ignore_notice(void *context, const PGresult *r)
{
    (void)context;
    (void)r;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: floor CONNECTION RECORD\n", stderr);
        return 2;
    }
    struct record r = read_record(argv[2]);
    struct parsed p = {0};
    pg = PQconnectdb(argv[1]);
    if (PQstatus(pg) != CONNECTION_OK)
        fail("no connection");
    PQsetNoticeReceiver(pg, ignore_notice, NULL);
    PQsetnonblocking(pg, 1);
    PQenterPipelineMode(pg);
    r.at = (size_t)take_int(&r, 4); /* the startup message: libpq has sent its own */
    while (r.at < r.n)
        send_message(&r, &p);
    drain();
    PQfinish(pg);
    free(r.bytes);
    return 0;
}
