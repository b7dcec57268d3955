#include "app/out.h"

#include "app/bar.h"
#include "base/json.h"
#include "base/term.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --json: each line of the log is an object of its own. */
static void put_json(const char *level, str text)
{
    struct arena scratch = {0};
    struct buf b = buf_in(&scratch);
    struct json j = json_to(&b);
    j.compact = true;
    json_open(&j, '{');
    json_put_str(&j, "level", str_of(level));
    json_put_str(&j, "message", text);
    json_close(&j);
    fprintf(stderr, "%.*s", STR_ARG(buf_done(&b)));
    arena_reset(&scratch);
}

/* Level, its five columns, its colour; quiet drops below WARN. */
static void put_line(const struct session *s, const char *level, const char *color,
                     str text)
{
    bar_hide(s);
    fflush(stdout); /* both on one terminal: in the order they were written */
    if (s->json) {
        put_json(level, text);
        return;
    }
    if (s->color)
        fprintf(stderr, "\033[%sm%-5s\033[0m [moonshift] %.*s\n", color, level,
                STR_ARG(text));
    else
        fprintf(stderr, "%-5s [moonshift] %.*s\n", level, STR_ARG(text));
}

void out_log(const struct session *s, str level, str text)
{
    if (str_is(level, "debug")) {
        if (s->verbose)
            put_line(s, "DEBUG", "2", text);
    } else if (str_starts(level, STR("warn"))) {
        put_line(s, "WARN", "33", text);
    } else if (!s->quiet) {
        put_line(s, "INFO", "32", text);
    }
}

#define LOG_FORMATTED(s, level, format)                                                  \
    do {                                                                                 \
        struct arena scratch = {0};                                                      \
        va_list list;                                                                    \
        va_start(list, format);                                                          \
        out_log(s, STR(level), str_vfmt(&scratch, format, list));                        \
        va_end(list);                                                                    \
        arena_reset(&scratch);                                                           \
    } while (0)

void out_info(const struct session *s, const char *format, ...)
{
    LOG_FORMATTED(s, "info", format);
}

void out_warn(const struct session *s, const char *format, ...)
{
    LOG_FORMATTED(s, "warn", format);
}

void out_debug(const struct session *s, const char *format, ...)
{
    LOG_FORMATTED(s, "debug", format);
}

void out_print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
}

void out_str(str text)
{
    fwrite(text.p, 1, text.n, stdout);
}

bool out_unread(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP));
}

void out_flush(void)
{
    if (fflush(stdout) != 0 && out_unread())
        clearerr(stdout);
}

bool out_confirm(str name, const char *question, struct err *e)
{
    if (!term_can_ask()) {
        err_set(e, ERR_DECISION, "nobody is there to answer: %s %.*s?", question,
                STR_ARG(name));
        return err_hint(e, "say --yes");
    }
    struct arena scratch = {0};
    str text =
        str_fmt(&scratch, "%s %.*s? Type its name to go on:", question, STR_ARG(name));
    bool yes = term_hears(text.p, name);
    arena_reset(&scratch);
    return yes || err_set(e, ERR_DECISION, "nothing was changed");
}
