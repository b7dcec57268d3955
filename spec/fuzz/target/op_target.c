/* Fuzz target: calls of every operation with arbitrary Lua values, and quoting of arbitrary
 * text. The input's bytes choose the operation, its arguments and their kinds; values go
 * through the reader, the compiler, the reversals and the renderer.
 *
 * What must hold, besides no finding of a sanitizer: names and texts never become more than
 * their place in a statement (one statement stays one); what is rendered is read back as
 * the same operation; what is quoted is one token.
 */
#include "targets.h"

#include "base/buf.h"
#include "plan/compile.h"
#include "plan/quote.h"
#include "plan/render.h"
#include "plan/reverse.h"
#include "plan/sqlscan.h"
#include "script/migration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The bytes of an input, and after its end others that follow from them: so a short input
 * makes whole calls, too. */
struct bytes {
    const uint8_t *at;
    size_t n;
    uint64_t state;
};

static unsigned next(struct bytes *in)
{
    in->state = in->state * 6364136223846793005u + 1442695040888963407u;
    if (in->n == 0)
        return (unsigned)(in->state >> 56);
    in->state ^= *in->at;
    in->n--;
    return *in->at++;
}

static void must(bool holds, const char *what, const char *source)
{
    if (holds)
        return;
    fprintf(stderr, "%s:\n%s\n", what, source);
    abort();
}

/* ---- Lua source --------------------------------------------------------------------- */

static void put_text(struct buf *b, struct bytes *in)
{
    static const char *const nasty[] = {
        "a", "users", "Select", "it's", "say \"hi\"", "\\", "$$", "$body$", "--", "/*",
        "; drop table x; --", "'; drop table x; --", "\"; drop table x; --", "%s%n", "",
        "\xff", "\xc3", "ünï", "a.b", "$1", "E'\\", "\n", "public", "none",
        "0123456789012345678901234567890123456789012345678901234567890123456789"};
    unsigned choice = next(in);
    if (choice % 4) {
        struct val v = val_str(str_of(nasty[choice / 4 % (sizeof nasty / sizeof *nasty)]));
        render_val(b, &v, 0);
    } else {
        buf_char(b, '"');
        for (unsigned i = choice / 4 % 24; i > 0; i--)
            buf_fmt(b, "\\%03u", next(in));
        buf_char(b, '"');
    }
}

static void put_scalar(struct buf *b, struct bytes *in)
{
    static const char *const scalars[] = {
        "nil", "true", "false", "0", "-1", "7", "0.5", "1e300", "math.maxinteger",
        "math.mininteger", "0/0", "1/0", "op.NULL", "sql \"now()\"", "sql \"\"",
        "function() end", "op", "{}", "{ {}, db.array {} }", "{ [3] = 1 }",
        "{ [true] = 1 }", "{ x = 1 }",
        "setmetatable({}, { __index = function() error \"x\" end })"};
    unsigned choice = next(in);
    if (choice % 3 == 0)
        put_text(b, in);
    else
        buf_put(b, scalars[choice / 3 % (sizeof scalars / sizeof *scalars)]);
}

/* SQL is the user's own: a fixed text, so that only names and texts can go wrong. */
static void put_sql(struct buf *b, struct bytes *in)
{
    static const char *const sql[] = {"\"integer\"", "sql \"1 > 0\"", "\"f(integer)\"",
                                      "\"range (a)\"", "\"default\"", "\"select 1\""};
    buf_put(b, sql[next(in) % (sizeof sql / sizeof *sql)]);
}

static void put_one_word(struct buf *b, const char *words, struct bytes *in)
{
    str rest = str_of(words), word = STR("x");
    for (unsigned i = next(in) % 8; str_split(&rest, '|', &word) && i > 0; i--)
        ;
    buf_fmt(b, "\"%.*s\"", STR_ARG(word));
}

static void put_record(struct buf *b, const struct shape *shape, struct bytes *in, int depth);

static void put_fitting(struct buf *b, const struct field *f, struct bytes *in, int depth)
{
    switch (f->type) {
    case F_NAME:
    case F_TEXT:
    case F_COMMENT:
        put_text(b, in);
        return;
    case F_SQL:
    case F_SQLS:
        put_sql(b, in);
        return;
    case F_BOOL:
        buf_put(b, next(in) % 2 ? "true" : "false");
        return;
    case F_INT:
        buf_fmt(b, "%u", next(in));
        return;
    case F_WORD:
    case F_WORDS:
    case F_FLAG:
        put_one_word(b, f->words, in);
        return;
    case F_REC:
    case F_REF:
        put_record(b, f->shape, in, depth + 1);
        return;
    default:
        break;
    }
    buf_put(b, "{ ");
    for (unsigned i = next(in) % 3; i > 0; i--) {
        if (f->type == F_RECS || f->type == F_KEYS) {
            put_record(b, f->shape, in, depth + 1);
        } else if (f->type == F_MAP || f->type == F_ROWS) {
            buf_put(b, f->type == F_ROWS ? "{ [" : "[");
            put_text(b, in);
            buf_put(b, "] = ");
            put_scalar(b, in);
            buf_put(b, f->type == F_ROWS ? " }" : "");
        } else if (f->type == F_VALUES) {
            put_scalar(b, in);
        } else {
            put_text(b, in);
        }
        buf_put(b, ", ");
    }
    buf_put(b, "}");
}

static void put_any(struct buf *b, const struct field *f, struct bytes *in, int depth)
{
    if (depth > 4 || next(in) % 16 == 0)
        put_scalar(b, in);
    else
        put_fitting(b, f, in, depth);
}

/* The fields that are named, each with a comma behind it. */
static void put_keys(struct buf *b, const struct shape *shape, struct bytes *in, int depth)
{
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct field *f = &shape->fields[i];
        bool must_be = f->place == PLACE_OPT_MUST;
        if (f->place < PLACE_OPT || (!must_be && next(in) % 5))
            continue;
        buf_fmt(b, "[\"%s\"] = ", key_word(f->key).p);
        put_any(b, f, in, depth);
        buf_put(b, ", ");
    }
}

/* The fields by position. Items, which a list of the last table holds, come as fields of it. */
static void put_positions(struct buf *b, const struct shape *shape, struct bytes *in,
                          int depth, bool items)
{
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct field *f = &shape->fields[i];
        if (f->place >= PLACE_OPT || (f->place == PLACE_ITEMS) != items)
            continue;
        for (unsigned n = items ? next(in) % 3 : 1; n > 0; n--) {
            if (items && f->shape)
                put_record(b, f->shape, in, depth + 1);
            else if (items)
                put_text(b, in);
            else
                put_any(b, f, in, depth);
            buf_put(b, ", ");
        }
    }
}

static void put_record(struct buf *b, const struct shape *shape, struct bytes *in, int depth)
{
    buf_put(b, "{ ");
    put_positions(b, shape, in, depth, false);
    put_positions(b, shape, in, depth, true);
    put_keys(b, shape, in, depth);
    buf_put(b, "}");
}

/* op.NAME(a, b, { items, key = value }) */
static void put_call(struct buf *b, struct bytes *in)
{
    unsigned kind = next(in);
    const struct op_info *info = op_info((enum op_kind)((kind * 256 + next(in)) % N_OPS));
    buf_fmt(b, "pcall(op.%s, ", info->shape.name);
    put_positions(b, &info->shape, in, 0, false);
    buf_put(b, "{ ");
    put_positions(b, &info->shape, in, 0, true);
    put_keys(b, &info->shape, in, 0);
    buf_put(b, "})\n");
}

/* ---- reading ------------------------------------------------------------------------ */

struct keeper {
    struct host host;
    struct ops ops;
};

static bool keep(struct host *host, struct op *op, struct err *e)
{
    struct keeper *k = (struct keeper *)host;
    (void)e;
    ops_add(&k->ops, op, host->arena);
    return true;
}

static bool no_query(struct host *h, const struct stmt *s, struct rows *rows,
                     struct arena *a, struct err *e)
{
    (void)h, (void)rows, (void)a;
    return sink_refuse_read(s, e);
}

static bool no_each(struct host *h, const struct stmt *s, row_fn *f, void *context,
                    struct err *e)
{
    (void)h, (void)f, (void)context;
    return sink_refuse_read(s, e);
}

static bool no_copy(struct host *h, const struct stmt *s, copy_fn *f, void *context,
                    int64_t *rows, struct err *e)
{
    (void)h, (void)f, (void)context, (void)rows;
    return sink_refuse_read(s, e);
}

static bool any_commit(struct host *h, bool begin, struct err *e)
{
    (void)h, (void)begin, (void)e;
    return true;
}

static void no_log(struct host *h, str level, str text)
{
    (void)h, (void)level, (void)text;
}

/* The operations that the body of an upgrade() asks for. */
static bool read_ops(const char *body, struct ops *out, struct arena *a, struct err *e)
{
    static struct vm *vm;
    static char path[64];
    static unsigned served;
    if (vm && ++served % 500 == 0) { /* what scripts left behind goes */
        vm_close(vm);
        vm = NULL;
    }
    if (!vm) {
        vm = vm_open(e);
        snprintf(path, sizeof path, "/tmp/fuzz_op_%ld.lua", (long)getpid());
    }
    FILE *file = fopen(path, "w");
    must(vm && file, "cannot start", path);
    fprintf(file, "revision = \"a\"\nfunction upgrade()\n%s\nend\n", body);
    fclose(file);
    struct keeper k = {.host = {.apply = keep, .query = no_query, .each = no_each,
                                .copy_in = no_copy, .autocommit = any_commit,
                                .log = no_log, .arena = a, .directory = STR(".")}};
    struct migration m = {.has_upgrade = false};
    k.host.ctx = val_map(a, 0);
    bool ok = migration_load(vm, path, STR("fuzz.lua"), &m, a, e);
    if (ok) {
        ok = migration_run(vm, &m, ENTRY_UPGRADE, &k.host, NULL, e);
        migration_unload(vm, &m);
    }
    unlink(path);
    *out = k.ops;
    return ok;
}

/* ---- what must hold ------------------------------------------------------------------ */

static void check_statements(const struct op *op, const char *source, struct arena *a)
{
    static const int versions[] = {0, 140000, 150000, 180000};
    if (op->info->flags & OP_RAW)
        return;
    for (size_t v = 0; v < sizeof versions / sizeof *versions; v++) {
        struct compile_context c = {.server_version = versions[v], .autocommit = v % 2};
        struct stmt_list list = {0};
        struct err e = {0};
        bool ok = op_compile(op, &c, &list, a, &e);
        must(ok || e.message.n > 0, "an error without a message", source);
        for (size_t i = 0; ok && i < list.n; i++) {
            struct stmt_list split = {0};
            struct err syntax = {0};
            if (sql_split(list.at[i].sql, false, &split, a, &syntax))
                must(split.n == 1, "one statement is several", list.at[i].sql.p);
            err_clear(&syntax);
        }
        err_clear(&e);
    }
}

static void check_render(const struct op *op, const char *source, struct arena *a)
{
    struct buf b = buf_in(a);
    struct ops again = {0};
    struct err e = {0};
    render_op(&b, op, "op.", 0);
    str text = buf_done(&b);
    bool ok = read_ops(text.p, &again, a, &e);
    must(ok, e.message.n ? e.message.p : "no message", text.p);
    must(again.n == 1 && op_eq(op, again.at[0]), text.p, source);
    err_clear(&e);
}

static void check_calls(struct bytes *in)
{
    struct arena arena = {0};
    struct buf b = buf_in(&arena);
    struct ops ops = {0};
    struct err e = {0};
    for (int i = 0; i < 4; i++)
        put_call(&b, in);
    str source = buf_done(&b);
    read_ops(source.p, &ops, &arena, &e);
    err_clear(&e);
    for (size_t i = 0; i < ops.n; i++) {
        struct err why = {0};
        struct op *back = op_reverse(ops.at[i], &arena, &why);
        must(back || why.message.n > 0, "no inverse and no reason", source.p);
        check_statements(ops.at[i], source.p, &arena);
        if (back)
            check_statements(back, source.p, &arena);
        check_render(ops.at[i], source.p, &arena);
        err_clear(&why);
    }
    arena_reset(&arena);
}

static void check_token(struct buf *b, enum token_kind kind)
{
    str text = buf_done(b);
    struct token t = sql_token(text, 0);
    must(t.kind == kind && t.end == text.n, "quoted, it is not one token", text.p);
}

/* Any UTF-8 text, quoted in each way, is one token. */
static void check_quoting(struct bytes in)
{
    struct arena arena = {0};
    struct err e = {0};
    str text = str_copy(&arena, (str){(const char *)in.at, in.n});
    if (text_check(text, "text", &e)) {
        struct buf literal = buf_in(&arena), dollar = buf_in(&arena), name = buf_in(&arena);
        quote_literal(&literal, text);
        check_token(&literal, TOKEN_STRING);
        quote_dollar(&dollar, text);
        check_token(&dollar, TOKEN_STRING);
        if (ident_check(text, &e)) {
            quote_ident(&name, text);
            str quoted = buf_done(&name);
            check_token(&name, quoted.p[0] == '"' ? TOKEN_QUOTED : TOKEN_WORD);
        }
    }
    err_clear(&e);
    arena_reset(&arena);
}

int fuzz_op(const uint8_t *data, size_t n)
{
    struct bytes in = {data, n, n};
    check_quoting(in);
    check_calls(&in);
    return 0;
}
