/* Targets whose input is text that people, servers and files hand to the program. */
#include "targets.h"

#include "app/config.h"
#include "app/dotenv.h"
#include "model/graph.h"
#include "pg/catalog_read.h"
#include "plan/masked.h"
#include "pg/url.h"
#include "plan/sqltext.h"
#include "script/config.h"
#include "script/migration.h"
#include "script/header.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>

static str text_of(const uint8_t *data, size_t n, struct arena *a)
{
    return str_copy(a, (str){(const char *)data, n});
}

int fuzz_url(const uint8_t *data, size_t n)
{
    struct arena a = {0};
    struct err e = {0};
    str text = text_of(data, n, &a), normal;
    bool ok = url_normal(text, &normal, &a, &e);
    claim_told(ok, &e);
    url_masked(text, &a);
    sql_masked(text, &a);
    /* A password that stands where every form has it is nowhere in what is shown. */
    bool plain = n >= 9; /* longer than any word of the forms */
    for (size_t i = 0; i < n; i++)
        plain = plain && ((data[i] >= 'a' && data[i] <= 'z') || (data[i] >= '0' && data[i] <= '9'));
    for (size_t i = 0; plain && i < 2; i++) {
        str url = i ? str_fmt(&a, "host=h password=%.*s user=u", STR_ARG(text))
                    : str_fmt(&a, "postgres://u:%.*s@h/d", STR_ARG(text));
        str shown = url_masked(url, &a);
        CLAIM(str_index(shown, text) == shown.n);
    }
    err_clear(&e);
    arena_reset(&a);
    return 0;
}

int fuzz_dotenv(const uint8_t *data, size_t n)
{
    struct arena a = {0};
    struct err e = {0};
    struct dotenv d = {0};
    bool ok = dotenv_read(as_file((str){(const char *)data, n}), &d, &a, &e);
    claim_told(ok, &e);
    for (size_t i = 0; ok && i < d.n; i++)
        CLAIM(dotenv_find(&d, d.at[i].key) != NULL && d.at[i].line > 0);
    err_clear(&e);
    arena_reset(&a);
    return 0;
}

static struct graph *some_graph(struct arena *a, struct err *e)
{
    static const char *const ids[] = {"001_a", "002_b", "003_c", "0041d", "0042e", "005_f", "base2"};
    static const int parent[] = {-1, 0, 1, 2, 2, 3, -1};
    size_t count = sizeof ids / sizeof *ids;
    struct revision *r = NEW_N(a, struct revision, count);
    for (size_t i = 0; i < count; i++) {
        r[i].id = str_of(ids[i]);
        r[i].file = r[i].id;
        r[i].transactional = true;
        if (parent[i] >= 0) {
            r[i].down = (struct strs){.at = NEW(a, str), .n = 1};
            r[i].down.at[0] = str_of(ids[parent[i]]);
        }
    }
    r[5].down = (struct strs){.at = NEW_N(a, str, 2), .n = 2};
    r[5].down.at[0] = str_of("0041d");
    r[5].down.at[1] = str_of("0042e");
    r[6].labels = (struct strs){.at = NEW(a, str), .n = 1};
    r[6].labels.at[0] = STR("side");
    return graph_build(r, count, a, e);
}

int fuzz_ident(const uint8_t *data, size_t n)
{
    struct arena a = {0};
    struct err e = {0};
    struct graph *g = some_graph(&a, &e);
    CLAIM(g != NULL);
    str here[] = {STR("003_c")}, both[] = {STR("0041d"), STR("base2")};
    struct strs states[] = {{0}, {.at = here, .n = 1}, {.at = both, .n = 2}};
    str text = text_of(data, n, &a);
    for (size_t i = 0; i < 3; i++) {
        struct revisions found = {0};
        struct plan plan = {0};
        struct strs targets = {.at = &text, .n = 1}, after = {0};
        claim_told(graph_resolve(g, text, &states[i], i == 1, &found, &a, &e), &e);
        err_clear(&e);
        claim_told(graph_range(g, text, &states[i], &found, &a, &e), &e);
        err_clear(&e);
        claim_told(graph_upgrade(g, &states[i], text, &plan, &a, &e), &e);
        err_clear(&e);
        claim_told(graph_downgrade(g, &states[i], text, &plan, &a, &e), &e);
        err_clear(&e);
        claim_told(graph_stamp(g, &states[i], &targets, false, &after, &a, &e), &e);
        err_clear(&e);
    }
    arena_reset(&a);
    return 0;
}

int fuzz_header(const uint8_t *data, size_t n)
{
    struct arena a = {0};
    struct revision r = {0};
    str text = text_of(data, n, &a);
    header_scan(text, &r, &a);
    CLAIM(header_end(text) <= text.n);
    header_created(text);
    arena_reset(&a);
    return 0;
}

static str look_up(void *context, str name)
{
    (void)context;
    return str_is(name, "SET") ? STR("value") : STR_NONE;
}

static void too_long(int number)
{
    vm_interrupted = number;
}

int fuzz_config(const uint8_t *data, size_t n)
{
    struct arena a = {0};
    struct err e = {0};
    struct val out;
    int64_t ms;
    struct itimerval limit = {.it_value = {.tv_usec = 300000}}, off = {0};
    str text = text_of(data, n, &a);
    if (config_time(text, &ms))
        CLAIM(ms >= -1);
    struct vm *vm = vm_open(&e);
    CLAIM(vm != NULL);
    vm_limit(vm, 64 << 20);
    signal(SIGALRM, too_long); /* an endless loop is a good program, too */
    setitimer(ITIMER_REAL, &limit, NULL);
    claim_told(config_eval(vm, as_file(text), look_up, NULL, &out, &a, &e), &e);
    setitimer(ITIMER_REAL, &off, NULL);
    vm_interrupted = 0;
    vm_close(vm);
    err_clear(&e);
    arena_reset(&a);
    return 0;
}

int fuzz_catalog(const uint8_t *data, size_t n)
{
    struct arena a = {0};
    struct err e = {0};
    str name = STR("x");
    struct cell cell = {.text = text_of(data, n, &a)};
    struct rows rows = {.n_rows = 1, .n_columns = 1, .names = &name, .cells = &cell};
    struct row row = {&rows, 0};
    struct catalog catalog = {0};
    struct reader reader = {.out = &catalog, .arena = &a, .err = &e};
    struct rec *column = rec_new(&a, &shape_column);
    struct strs list = row_strs(row, "x", &a);
    for (size_t i = 0; i < list.n; i++)
        CLAIM(list.at[i].n <= n);
    row_map(row, "x", &a);
    row_int(row, "x");
    str once = text_as_written(cell.text, false, &a);
    text_as_written(once, true, &a);
    set_type(&reader, column, K_type, row, "x");
    err_clear(&e);
    arena_reset(&a);
    return 0;
}

int fuzz_sqltext(const uint8_t *data, size_t n)
{
    struct arena a = {0};
    struct err e = {0};
    str text = text_of(data, n, &a);
    for (int version = 0; version <= 180000; version += 180000) {
        struct split_options options = {.in_transaction = version > 0, .server_version = version};
        struct stmt_list list = {0};
        bool ok = sql_split_for(text, &options, &list, &a, &e);
        claim_told(ok, &e);
        for (size_t i = 0; ok && i < list.n; i++) {
            struct sql_facts facts;
            CLAIM(list.at[i].sql.n > 0 && strlen(list.at[i].sql.p) <= n);
            sql_facts(&list.at[i], &facts, &a);
        }
        err_clear(&e);
    }
    sql_masked(text, &a);
    arena_reset(&a);
    return 0;
}
