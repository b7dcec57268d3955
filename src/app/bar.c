#include "app/bar.h"

#include "app/out.h"
#include "base/clock.h"
#include "base/term.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DRAW_MS = 100, EVENT_MS = 1000, LOG_MS = 5000 };

/* -- numbers ------------------------------------------------------------------------- */

/* The total is an estimate: before the end it is not reached. */
static int percent_of(int64_t rows, int64_t total, bool ended)
{
    if (ended || total <= 0)
        return ended ? 100 : 0;
    double percent = 100 * (double)rows / (double)total;
    return percent > 99 ? 99 : (int)percent;
}

static double rate_of(const struct backfill_report *r)
{
    return r->seconds > 0 ? (double)r->walked / r->seconds : 0;
}

/* Seconds that are left; -1: nobody knows. */
static int64_t left_of(const struct backfill_report *r)
{
    double rate = rate_of(r);
    if (r->ended)
        return 0;
    if (rate <= 0 || r->total <= r->rows)
        return -1;
    return (int64_t)((double)(r->total - r->rows) / rate + 0.5);
}

/* "1:05:09", "5:09"; nothing when it is not known. */
static str duration_text(int64_t seconds, struct arena *a)
{
    long long h = seconds / 3600, m = seconds / 60 % 60, s = seconds % 60;
    if (seconds < 0)
        return STR_NONE;
    return h ? str_fmt(a, "%lld:%02lld:%02lld", h, m, s)
             : str_fmt(a, "%lld:%02lld", m, s);
}

str bar_rows(int64_t rows, int64_t total, bool ended, struct arena *a)
{
    if (ended || total <= 0)
        return str_fmt(a, "%lld rows", (long long)rows);
    return str_fmt(a, "%lld rows of about %lld (%d%%)", (long long)rows, (long long)total,
                   percent_of(rows, total, ended));
}

/* -- a terminal ---------------------------------------------------------------------- */

/* The first characters of a text. */
static str first(str text, int characters)
{
    return str_cut(text, 0, utf8_byte(text, (size_t)characters));
}

static void put_bar(struct buf *b, int percent, int width)
{
    bool utf8 = term_utf8();
    buf_char(b, '[');
    for (int i = 0; i < width; i++)
        if (i < width * percent / 100)
            buf_put(b, utf8 ? "█" : "#");
        else
            buf_put(b, utf8 ? "░" : "-");
    buf_put(b, "] ");
}

/* The line: as much of table, bar and numbers as the width has room for. The numbers are
 * what changes: a name gives way to them. */
static str line_of(const struct backfill_report *r, int width, struct arena *a)
{
    enum { NAME = 20, LEAST_BAR = 8, MOST_BAR = 30 };
    struct buf b = buf_in(a);
    int percent = percent_of(r->rows, r->total, r->ended);
    str left = duration_text(left_of(r), a);
    str numbers =
        str_fmt(a, "%s%lld rows  %.0f/s%s%.*s",
                r->total > 0 ? str_fmt(a, "%3d%%  ", percent).p : "", (long long)r->rows,
                rate_of(r), left.n ? "  ETA " : "", STR_ARG(left));
    int rest = width - (int)numbers.n - 1;
    str name = first(r->table, rest > NAME ? NAME : rest > 0 ? rest : 0);
    int room = width - (int)numbers.n - (int)name.n - 4; /* blank, brackets, blank */
    buf_fmt(&b, "%.*s%s", STR_ARG(name), name.n ? " " : "");
    if (r->total > 0 && room >= LEAST_BAR)
        put_bar(&b, percent, room < MOST_BAR ? room : MOST_BAR);
    buf_str(&b, numbers);
    return first(buf_done(&b), width);
}

static bool on_terminal(const struct session *s)
{
    const char *term = getenv("TERM");
    return !s->quiet && !s->json && isatty(STDERR_FILENO) == 1 &&
           !(term && strcmp(term, "dumb") == 0);
}

/* The last column stays free: a character there makes some terminals wrap. */
static void draw(struct session *s, const struct backfill_report *r, struct arena *a)
{
    int width = term_width(STDERR_FILENO, 80);
    str line = line_of(r, width > 1 ? width - 1 : 1, a);
    fprintf(stderr, "\r%.*s\033[K\r", STR_ARG(line));
    fflush(stderr);
    s->bar.drawn = true;
}

void bar_hide(const struct session *s)
{
    struct bar *bar = (struct bar *)(uintptr_t)&s->bar;
    if (!bar->drawn)
        return;
    bar->drawn = false;
    fputs("\r\033[K", stderr);
    fflush(stderr);
}

/* -- elsewhere ----------------------------------------------------------------------- */

static void log_line(const struct session *s, const struct backfill_report *r,
                     struct arena *a)
{
    str rows = bar_rows(r->rows, r->total, r->ended, a),
        left = duration_text(left_of(r), a);
    out_info(s, "Backfill of %.*s: %.*s, %.0f rows/s%s%.*s%s", STR_ARG(r->table),
             STR_ARG(rows), rate_of(r), left.n ? ", " : "", STR_ARG(left),
             left.n ? " left" : "");
}

static void event(str revision, const struct backfill_report *r, struct arena *a)
{
    struct buf b = buf_in(a);
    struct json j = json_to(&b);
    j.compact = true;
    json_open(&j, '{');
    json_put_str(&j, "event", STR("backfill"));
    json_put_str(&j, "revision", revision);
    json_put_str(&j, "table", r->table);
    json_put_int(&j, "rows", r->rows);
    json_key(&j, "total");
    if (r->total > 0)
        json_int(&j, r->total);
    else
        json_null(&j);
    json_put_int(&j, "percent", percent_of(r->rows, r->total, r->ended));
    json_put_int(&j, "changed", r->changed);
    json_put_int(&j, "rate", (int64_t)rate_of(r));
    json_key(&j, "seconds_left");
    if (left_of(r) >= 0)
        json_int(&j, left_of(r));
    else
        json_null(&j);
    json_put_bool(&j, "ended", r->ended);
    json_close(&j);
    out_str(buf_done(&b));
    out_flush();
}

/* -- all of it ----------------------------------------------------------------------- */

void bar_advance(struct session *s, str revision, const struct backfill_report *r)
{
    struct bar *bar = &s->bar;
    struct arena a = {0};
    int64_t now = clock_ms();
    bool terminal = on_terminal(s);
    if (!bar->begun) /* the first log line comes when there is something to tell */
        bar->told_ms = terminal || s->json ? 0 : now - (int64_t)(r->seconds * 1000);
    bar->begun = !r->ended;
    bool due = now - bar->told_ms >= (terminal ? DRAW_MS : s->json ? EVENT_MS : LOG_MS);
    if (due)
        bar->told_ms = now;
    if (s->json && (due || r->ended))
        event(revision, r, &a);
    else if (terminal && r->ended)
        bar_hide(s);
    else if (terminal && due)
        draw(s, r, &a);
    else if (!terminal && due && !r->ended)
        log_line(s, r, &a);
    arena_reset(&a);
}
