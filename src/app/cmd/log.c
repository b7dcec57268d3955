#include "app/cmd/cmd.h"

static void print_json(const struct rows *rows, struct arena *a)
{
    struct buf b = buf_in(a);
    struct json j = json_to(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < rows->n_rows; i++) {
        json_open(&j, '{');
        for (size_t k = LOG_REVISION; k < rows->n_columns; k++)
            json_put_str(&j, rows->names[k].p, rows_text(rows, i, k));
        json_close(&j);
    }
    json_close(&j);
    out_str(buf_done(&b));
}

static void print_text(const struct rows *rows)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        str started = rows_text(rows, i, LOG_STARTED),
            duration = rows_text(rows, i, LOG_DURATION);
        str message = rows_text(rows, i, LOG_MESSAGE),
            user = rows_text(rows, i, LOG_OS_USER);
        str host = rows_text(rows, i, LOG_HOST);
        started = str_cut(started, 0, str_find(started, '.'));
        out_print("%-19.*s  %-5.*s  %.*s", STR_ARG(started),
                  STR_ARG(rows_text(rows, i, LOG_DIRECTION)),
                  STR_ARG(rows_text(rows, i, LOG_REVISION)));
        if (message.n) /* a stamp of base is of no revision */
            out_print("%s%.*s", rows_text(rows, i, LOG_REVISION).n ? ", " : "",
                      STR_ARG(message));
        out_print("  (%.*s", STR_ARG(user.n ? user : rows_text(rows, i, LOG_DB_USER)));
        if (host.n)
            out_print("@%.*s", STR_ARG(host));
        if (duration.n)
            out_print(", %.*s", STR_ARG(duration));
        out_print(")\n");
    }
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct ledger_names names = session_ledger(s);
    struct strs current;
    struct rows rows;
    bool exists;
    struct sink *sink = conn_sink(s->conn);
    if (!ledger_read(sink, &names, &current, &exists, s->arena, e) ||
        !ledger_log(sink, &names, args_int(args, "limit", 0), &rows, s->arena, e))
        return false;
    if (s->json)
        print_json(&rows, s->arena);
    else
        print_text(&rows);
    return true;
}

static const struct opt opts[] = {{"limit", 'n', OPT_INT, "N", "only the newest N"}, {0}};

const struct cmd cmd_log = {
    .name = "log",
    .usage = "",
    .help = "what was run on the database, when and by whom",
    .opts = opts,
    .needs = NEED_CONFIG | NEED_DB,
    .run = run,
};
