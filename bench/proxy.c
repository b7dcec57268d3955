/* A wire that is as long as one likes: a proxy between a client and the server.
 *
 *   proxy DIRECTORY DELAY_US [RECORD]
 *
 * Listens on the socket .s.PGSQL.5432 of DIRECTORY and passes all on to the server of
 * PGHOST and PGPORT, a socket too. Every byte arrives DELAY_US after it was sent, in both
 * directions, so that a round trip takes twice that; how much may be on its way at a time
 * is not limited, as on a wide line. RECORD gets what the first connection's client sent,
 * for floor.c. Ends with SIGTERM, and says how often the server has told a client that it
 * waits for the next word (ReadyForQuery: manual, 55.7): the round trips that were waited
 * for.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WIRES = 64, PIECE = 65536 };

struct piece {
    struct piece *next;
    long long due_us;
    size_t n, at;
    char bytes[];
};

/* One direction: what was read from `from` and is not yet written to `to`. */
struct wire {
    int from, to;
    struct piece *first, **last;
    FILE *record;
    bool ended;            /* `from` has said all */
    bool server;           /* `from` is the server, whose messages are looked at: */
    unsigned char head[5]; /* kind and length of the one that is coming in */
    size_t got, left;      /* bytes of its head so far, of its body to come */
};

static struct wire wires[MAX_WIRES]; /* in pairs: client to server, server to client */
static size_t n_wires;
static long long delay_us;
static long awaited; /* ReadyForQuery messages */

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static long long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct sockaddr_un address_of(const char *directory, const char *port)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int n = snprintf(a.sun_path, sizeof a.sun_path, "%s/.s.PGSQL.%s", directory, port);
    if (n < 0 || (size_t)n >= sizeof a.sun_path) {
        fprintf(stderr, "proxy: the path of the socket is too long: %s\n", directory);
        exit(1);
    }
    return a;
}

static int open_socket(void)
{
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0)
        fail("socket");
    return s;
}

static int connect_server(void)
{
    const char *port = getenv("PGPORT"), *host = getenv("PGHOST");
    struct sockaddr_un a = address_of(host ? host : "/tmp", port ? port : "5432");
    int s = open_socket();
    if (connect(s, (struct sockaddr *)&a, sizeof a) != 0)
        fail(a.sun_path);
    fcntl(s, F_SETFL, O_NONBLOCK);
    return s;
}

static struct wire *free_wire(void)
{
    for (size_t i = 0; i < n_wires; i += 2)
        if (wires[i].from < 0)
            return &wires[i];
    if (n_wires == MAX_WIRES) {
        fputs("proxy: too many connections\n", stderr);
        exit(1);
    }
    n_wires += 2;
    return &wires[n_wires - 2];
}

static void accept_client(int listening, FILE *record)
{
    int client = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0)
        return;
    int server = connect_server();
    struct wire *w = free_wire();
    w[0] = (struct wire){.from = client, .to = server, .record = record};
    w[1] = (struct wire){.from = server, .to = client, .server = true};
    w[0].last = &w[0].first;
    w[1].last = &w[1].first;
}

/* Counts what ends a round trip among messages that come in pieces. */
static void look(struct wire *w, const char *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        if (w->left) {
            size_t some = w->left < n - at ? w->left : n - at;
            w->left -= some;
            at += some;
            continue;
        }
        w->head[w->got++] = (unsigned char)bytes[at++];
        if (w->got < sizeof w->head)
            continue;
        const unsigned char *h = w->head;
        w->left =
            ((size_t)h[1] << 24 | (size_t)h[2] << 16 | (size_t)h[3] << 8 | h[4]) - 4;
        w->got = 0;
        awaited += h[0] == 'Z';
    }
}

/* Takes one piece from the wire's near end. */
static void take(struct wire *w)
{
    struct piece *p = malloc(sizeof *p + PIECE);
    if (!p)
        fail("malloc");
    ssize_t n = read(w->from, p->bytes, PIECE);
    if (n <= 0) {
        free(p);
        w->ended = n == 0 || (errno != EAGAIN && errno != EINTR);
        return;
    }
    if (w->server)
        look(w, p->bytes, (size_t)n);
    if (w->record)
        fwrite(p->bytes, 1, (size_t)n, w->record);
    p->next = NULL;
    p->n = (size_t)n;
    p->at = 0;
    p->due_us = now_us() + delay_us;
    *w->last = p;
    w->last = &p->next;
}

static void drop_first(struct wire *w)
{
    struct piece *p = w->first;
    w->first = p->next;
    if (!w->first)
        w->last = &w->first;
    free(p);
}

/* Hands over what is due. */
static void give(struct wire *w, long long now)
{
    while (w->first && w->first->due_us <= now) {
        struct piece *p = w->first;
        ssize_t n = send(w->to, p->bytes + p->at, p->n - p->at, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0) { /* nobody listens any more */
            while (w->first)
                drop_first(w);
            w->ended = true;
            return;
        }
        p->at += (size_t)n;
        if (p->at < p->n)
            return;
        drop_first(w);
    }
}

/* When one side has gone and all is handed over, so has the other. */
static void hang_up(struct wire *pair)
{
    for (int i = 0; i < 2; i++) {
        if (!pair[i].ended || pair[i].first)
            continue;
        if (pair[0].record)
            fflush(pair[0].record);
        close(pair[0].from);
        close(pair[0].to);
        for (int k = 0; k < 2; k++)
            while (pair[k].first)
                drop_first(&pair[k]);
        pair[0].from = pair[1].from = -1;
        return;
    }
}

/* Fills in what to wait for; returns the time until the next piece is due, -1 for none.
 */
static long long watch(struct pollfd *polls, long long now)
{
    long long wait = -1;
    for (size_t i = 0; i < n_wires; i++) {
        struct wire *w = &wires[i], *back = &wires[i ^ 1];
        polls[i] = (struct pollfd){.fd = w->from};
        if (w->from < 0)
            continue;
        if (!w->ended)
            polls[i].events |= POLLIN;
        /* Due and still here: the far end of the other wire, which is this one's near
         * end, was full. */
        if (back->first && back->first->due_us <= now)
            polls[i].events |= POLLOUT;
        else if (back->first && (wait < 0 || back->first->due_us - now < wait))
            wait = back->first->due_us - now;
        if (!polls[i].events)
            polls[i].fd = -1; /* an end that is closed would be told again and again */
    }
    return wait;
}

static void step(int listening, FILE **record)
{
    struct pollfd polls[MAX_WIRES + 1];
    size_t n = n_wires;
    long long wait = watch(polls, now_us());
    struct timespec t = {.tv_sec = wait / 1000000, .tv_nsec = wait % 1000000 * 1000};
    polls[n] = (struct pollfd){.fd = listening, .events = POLLIN};
    if (ppoll(polls, n + 1, wait < 0 ? NULL : &t, NULL) < 0 && errno != EINTR)
        fail("ppoll");
    for (size_t i = 0; i < n; i++)
        if (wires[i].from >= 0 && polls[i].revents & (POLLIN | POLLHUP | POLLERR))
            take(&wires[i]);
    long long now = now_us();
    for (size_t i = 0; i < n; i++)
        if (wires[i].from >= 0)
            give(&wires[i], now);
    for (size_t i = 0; i < n; i += 2)
        if (wires[i].from >= 0)
            hang_up(&wires[i]);
    if (polls[n].revents & POLLIN) {
        accept_client(listening, *record);
        *record = NULL;
    }
}

static volatile sig_atomic_t told_to_stop;

static void on_signal(int number)
{
    told_to_stop = number;
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4) {
        fputs("usage: proxy DIRECTORY DELAY_US [RECORD]\n", stderr);
        return 2;
    }
    delay_us = strtoll(argv[2], NULL, 10);
    FILE *record = argc > 3 ? fopen(argv[3], "wb") : NULL;
    if (argc > 3 && !record)
        fail(argv[3]);
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    struct sockaddr_un a = address_of(argv[1], "5432");
    int listening = open_socket();
    if (bind(listening, (struct sockaddr *)&a, sizeof a) != 0 ||
        listen(listening, 16) != 0)
        fail(a.sun_path);
    while (!told_to_stop)
        step(listening, &record);
    for (size_t i = 0; i < n_wires; i += 2)
        if (wires[i].from >= 0 && wires[i].record)
            fflush(wires[i].record);
    unlink(a.sun_path);
    printf("%ld\n", awaited);
    return 0;
}
