#include "base/opt.h"

#include <assert.h>
#include <getopt.h>
#include <string.h>

enum { ROW_BASE = 1000, MOST_ROWS = 64 };

/* Both lists of rows as one array; getopt's answer is an index into it. */
struct table {
    const struct opt *rows[MOST_ROWS];
    size_t n;
    struct option *longs; /* two per row with a hyphen: the underscore spelling */
    char letters[4 * MOST_ROWS];
};

static void table_add(struct table *t, const struct opt *rows)
{
    for (; rows && rows->name; rows++) {
        assert(t->n < MOST_ROWS);
        assert(!(rows->letter >= '0' && rows->letter <= '9')); /* -1 is an argument */
        t->rows[t->n++] = rows;
    }
}

static void table_letters(struct table *t, bool stop)
{
    char *at = t->letters;
    /* '-' hands words over in order; ':' first asks for ':' on a missing value. */
    *at++ = stop ? '+' : '-';
    *at++ = ':';
    for (size_t i = 0; i < t->n; i++) {
        if (!t->rows[i]->letter)
            continue;
        *at++ = t->rows[i]->letter;
        if (t->rows[i]->kind != OPT_FLAG)
            *at++ = ':';
    }
    /* A digit with whatever follows: how -1 and -3: come back as words. */
    if (!stop)
        for (char digit = '0'; digit <= '9'; digit++) {
            *at++ = digit;
            *at++ = ':';
            *at++ = ':';
        }
    *at = '\0';
}

static void table_longs(struct table *t, struct arena *a)
{
    t->longs = NEW_N(a, struct option, 2 * t->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        struct option o = {
            .name = t->rows[i]->name,
            .has_arg = t->rows[i]->kind == OPT_FLAG ? no_argument : required_argument,
            .val = ROW_BASE + (int)i,
        };
        t->longs[n++] = o;
        if (!strchr(o.name, '-'))
            continue;
        char *underscored = arena_copy(a, o.name, strlen(o.name));
        for (char *c = underscored; *c; c++)
            if (*c == '-')
                *c = '_';
        o.name = underscored;
        t->longs[n++] = o;
    }
}

static const struct opt *table_row(const struct table *t, int answer)
{
    if (answer >= ROW_BASE)
        return t->rows[answer - ROW_BASE];
    for (size_t i = 0; i < t->n; i++)
        if (t->rows[i]->letter == answer)
            return t->rows[i];
    return NULL;
}

/* The words of "a|b|c" as a sentence has them: "a, b or c". */
static str words_text(const char *words, struct arena *a)
{
    struct buf b = buf_in(a);
    str rest = str_of(words), word;
    bool first = true;
    while (str_split(&rest, '|', &word)) {
        buf_sep(&b, &first, rest.n ? ", " : " or ");
        buf_str(&b, word);
    }
    return buf_done(&b);
}

static bool value_check(const struct opt *opt, str value, struct arena *a, struct err *e)
{
    long number;
    if (opt->kind == OPT_INT && (!str_int(value, &number) || number < 0))
        return err_set(e, ERR_USAGE, "--%s takes a number, not '%.*s'", opt->name,
                       STR_ARG(value));
    if (opt->kind == OPT_WORD && !str_among(value, opt->value))
        return err_set(e, ERR_USAGE, "--%s takes %.*s, not '%.*s'", opt->name,
                       STR_ARG(words_text(opt->value, a)), STR_ARG(value));
    return true;
}

/* Names the option as it was typed, without its value, and the nearest one there is. */
static bool unknown(const struct table *t, const char *typed, struct arena *a,
                    struct err *e)
{
    str word = str_of(typed);
    word = str_cut(word, 0, str_find(word, '='));
    err_set(e, ERR_USAGE, "unknown option '%.*s'", STR_ARG(word));
    if (!str_starts(word, STR("--")))
        return false;
    str *names = NEW_N(a, str, t->n + 1);
    for (size_t i = 0; i < t->n; i++)
        names[i] = str_of(t->rows[i]->name);
    str near = str_nearest(str_cut(word, 2, word.n), names, t->n);
    if (near.p)
        err_hint(e, "did you mean '--%.*s'?", STR_ARG(near));
    return false;
}

/* getopt says only that it stumbled; which word it was and why is found out here. */
static bool stumbled(const struct table *t, int answer, const char *word, int letter,
                     struct arena *a, struct err *e)
{
    const struct opt *row = letter ? table_row(t, letter) : NULL;
    if (answer == ':' && row)
        return err_set(e, ERR_USAGE, "option '--%s' needs a value: %s", row->name,
                       row->value);
    if (!str_starts(str_of(word), STR("--")))
        return letter > 0 && letter < 0x80 /* else half of a UTF-8 letter */
                   ? err_set(e, ERR_USAGE, "unknown option '-%c'", letter)
                   : unknown(t, word, a, e);
    if (row)
        return err_set(e, ERR_USAGE, "option '--%s' takes no value", row->name);
    str name = str_of(word + 2);
    name = str_cut(name, 0, str_find(name, '='));
    size_t fitting = 0;
    for (size_t i = 0; i < t->n; i++)
        fitting += str_starts(str_of(t->rows[i]->name), name);
    if (fitting > 1)
        return err_set(e, ERR_USAGE, "option '--%.*s' may mean several options",
                       STR_ARG(name));
    return unknown(t, word, a, e);
}

static void args_push(struct args *args, str word, struct arena *a)
{
    *PUSH(a, args->at, args->n, args->room) = word;
}

bool opt_parse(int argc, char *const *argv, const struct opt *rows,
               const struct opt *more, bool stop, int *end, struct args *args,
               struct arena *a, struct err *e)
{
    struct table t = {0};
    table_add(&t, rows);
    table_add(&t, more);
    table_letters(&t, stop);
    table_longs(&t, a);
    args->rows[0] = rows;
    args->rows[1] = more;
    opterr = 0;
    optind = 0; /* glibc: begin anew, read the letters again */
    for (;;) {
        int before = optind ? optind : 1;
        int answer = getopt_long(argc, argv, t.letters, t.longs, NULL);
        if (answer == -1)
            break;
        if (answer == 1) {
            args_push(args, str_of(optarg), a);
        } else if (answer >= '0' && answer <= '9') {
            args_push(args, str_of(argv[before]), a);
        } else if (answer == '?' || answer == ':') {
            return stumbled(&t, answer, argv[before], optopt, a, e);
        } else {
            const struct opt *row = table_row(&t, answer);
            str value = optarg ? str_of(optarg) : STR_NONE;
            if (!value_check(row, value, a, e))
                return false;
            struct arg *arg = PUSH(a, args->opts, args->n_opts, args->opts_room);
            *arg = (struct arg){row, value};
        }
    }
    if (end)
        *end = optind;
    if (!stop)
        for (int i = optind; i < argc; i++)
            args_push(args, str_of(argv[i]), a);
    return true;
}

static const struct opt *row_named(const struct args *args, const char *name)
{
    for (size_t i = 0; i < 2; i++)
        for (const struct opt *row = args->rows[i]; row && row->name; row++)
            if (strcmp(row->name, name) == 0)
                return row;
    return NULL;
}

static const struct arg *last_of(const struct args *args, const char *name)
{
    const struct opt *row = row_named(args, name);
    assert(row && "no such option in the rows");
    for (size_t i = args->n_opts; i-- > 0;)
        if (args->opts[i].opt == row)
            return &args->opts[i];
    return NULL;
}

bool args_flag(const struct args *args, const char *name)
{
    return last_of(args, name) != NULL;
}

str args_text(const struct args *args, const char *name)
{
    const struct arg *arg = last_of(args, name);
    return arg ? arg->value : STR_NONE;
}

long args_int(const struct args *args, const char *name, long otherwise)
{
    const struct arg *arg = last_of(args, name);
    long number = otherwise;
    if (arg)
        str_int(arg->value, &number);
    return number;
}

size_t args_many(const struct args *args, const char *name, const str **out,
                 struct arena *a)
{
    str *found = NEW_N(a, str, args->n_opts + 1);
    size_t n = 0;
    for (size_t i = 0; i < args->n_opts; i++)
        if (strcmp(args->opts[i].opt->name, name) == 0)
            found[n++] = args->opts[i].value;
    *out = found;
    return n;
}

/* "-m, --message TEXT" without padding. */
static void put_row(struct buf *b, const struct opt *row)
{
    if (row->letter)
        buf_fmt(b, "-%c, ", row->letter);
    else
        buf_put(b, "    ");
    buf_fmt(b, "--%s", row->name);
    if (row->kind != OPT_FLAG)
        buf_fmt(b, " %s", row->value);
}

void opt_help(struct buf *b, const struct opt *rows)
{
    enum { WIDEST = 32 };
    size_t width = 0;
    for (const struct opt *row = rows; row->name; row++) {
        size_t start = b->n;
        put_row(b, row);
        size_t n = b->n - start;
        b->n = start; /* only measured */
        if (n > width && n <= WIDEST)
            width = n;
    }
    for (const struct opt *row = rows; row->name; row++) {
        buf_put(b, "  ");
        size_t start = b->n;
        put_row(b, row);
        size_t n = b->n - start;
        if (n > width) {
            buf_char(b, '\n');
            buf_repeat(b, ' ', width + 2);
        } else {
            buf_repeat(b, ' ', width - n);
        }
        buf_fmt(b, "  %s\n", row->help);
    }
}
