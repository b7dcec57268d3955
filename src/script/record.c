#include "script/record.h"

#include "script/migration.h"

struct recorder {
    struct host host;
    struct arena *arena;
    struct lint_step *steps;
    size_t n_steps, steps_room;
    struct silences silences; /* so far: each step takes what stands before it */
    bool transactional;       /* the revision is */
    bool alone;               /* what comes now is outside a transaction */
    bool refused;             /* something was to be read */
};

static struct recorder *recorder_of(struct host *h)
{
    return (struct recorder *)h;
}

static bool host_apply(struct host *h, struct op *op, struct err *e)
{
    (void)e;
    struct recorder *r = recorder_of(h);
    *PUSH(r->arena, r->steps, r->n_steps, r->steps_room) =
        (struct lint_step){.op = op, .alone = r->alone, .allowed = r->silences};
    return true;
}

static bool refuse(struct host *h, const struct stmt *s, struct err *e)
{
    recorder_of(h)->refused = true;
    return sink_refuse_read(s, e);
}

static bool host_query(struct host *h, const struct stmt *s, struct rows *rows,
                       struct arena *a, struct err *e)
{
    (void)rows, (void)a;
    return refuse(h, s, e);
}

static bool host_each(struct host *h, const struct stmt *s, row_fn *row, void *context,
                      struct err *e)
{
    (void)row, (void)context;
    return refuse(h, s, e);
}

/* Rows that the script makes: none are taken, and no rule asks for them. */
static bool host_copy_in(struct host *h, const struct stmt *s, copy_fn *piece,
                         void *context, int64_t *rows, struct err *e)
{
    (void)h, (void)s, (void)piece, (void)context, (void)e;
    *rows = 0;
    return true;
}

static bool host_copy_out(struct host *h, const struct stmt *s, take_fn *take,
                          void *context, int64_t *rows, struct err *e)
{
    (void)take, (void)context, (void)rows;
    return refuse(h, s, e);
}

static bool host_autocommit(struct host *h, bool begin, struct err *e)
{
    (void)e;
    struct recorder *r = recorder_of(h);
    r->alone = begin || !r->transactional;
    return true;
}

static void host_log(struct host *h, str level, str text)
{
    (void)h, (void)level, (void)text;
}

static void host_allow(struct host *h, const struct silence *s)
{
    struct recorder *r = recorder_of(h);
    *PUSH(r->arena, r->silences.at, r->silences.n, r->silences.room) = *s;
}

static struct recorder recorder_for(const struct revision *revision, const char *path,
                                    const struct record_options *options, bool up,
                                    struct arena *a)
{
    str whole = str_of(path);
    size_t slash = str_rfind(whole, '/');
    struct context context = {.up = up,
                              .offline = true,
                              .server_version = options->server_version,
                              .env = options->env,
                              .revision = revision->id,
                              .x = options->x};
    return (struct recorder){
        .host = {.apply = host_apply,
                 .query = host_query,
                 .each = host_each,
                 .copy_in = host_copy_in,
                 .copy_out = host_copy_out,
                 .autocommit = host_autocommit,
                 .log = host_log,
                 .allow = host_allow,
                 .ctx = context_val(&context, a),
                 .arena = a,
                 .directory =
                     slash < whole.n ? str_copy(a, str_cut(whole, 0, slash)) : STR(".")},
        .arena = a,
        .transactional = revision->transactional,
        .alone = !revision->transactional,
    };
}

static void note_stop(struct lint_input *out, const struct err *e, bool reading,
                      struct arena *a)
{
    out->stopped = (struct origin){.file = out->revision->file, .line = e->line};
    out->stopped_why = str_copy(a, e->message);
    out->stopped_reading = reading;
}

void record_revision(struct vm *vm, const char *path, const struct revision *revision,
                     const struct record_options *options, struct lint_input *out,
                     struct arena *a)
{
    struct migration m;
    struct err e = {0}, down_e = {0};
    *out = (struct lint_input){.revision = revision};
    if (!migration_load(vm, path, revision->file, &m, a, &e)) {
        note_stop(out, &e, false, a);
        err_clear(&e);
        return;
    }
    out->allowed = m.silences;
    out->settings = m.settings;
    out->has_downgrade = m.has_downgrade;
    out->has_change = m.has_change;
    struct recorder up = recorder_for(revision, path, options, true, a);
    if (!migration_run(vm, &m, m.has_change ? ENTRY_CHANGE : ENTRY_UPGRADE, &up.host,
                       NULL, &e))
        note_stop(out, &e, up.refused, a);
    out->steps = up.steps;
    out->n_steps = up.n_steps;
    if (m.has_downgrade) {
        struct recorder down = recorder_for(revision, path, options, false, a);
        out->down_known =
            migration_run(vm, &m, ENTRY_DOWNGRADE, &down.host, NULL, &down_e);
        out->n_down = down.n_steps;
    }
    migration_unload(vm, &m);
    err_clear(&e);
    err_clear(&down_e);
}
