#include "app/models.h"

#include "app/build.h"
#include "app/out.h"
#include "base/file.h"
#include "pg/catalog.h"
#include "pg/scratch.h"
#include "plan/diff.h"
#include "plan/sqltext.h"
#include "plan/unsaid.h"
#include "script/models.h"

/* Files of the models directory with an ending, sorted. */
static bool list_files(struct session *s, const char *suffix, struct list *out,
                       struct err *e)
{
    struct val args = val_map(s->arena, 2), names;
    str directory = config_text(s->config, CONFIG_models);
    args.map.at[0] = (struct pair){STR("directory"), val_str(session_path(s, directory))};
    args.map.at[1] = (struct pair){STR("suffix"), val_str(str_of(suffix))};
    if (!vm_call(s->vm, "project", "list", args, &names, s->arena, e)) {
        err_hint(e, "models say what the schema should be: make the directory, or set "
                    "'models' in moonshift.lua");
        return false;
    }
    *out = names.kind == VAL_LIST ? names.list : (struct list){NULL, 0};
    return true;
}

/* Every model of the project as pieces to be built. */
static bool read_models(struct session *s, struct pieces *out, struct ops *renames,
                        struct err *e)
{
    struct list sql, lua;
    str directory = config_text(s->config, CONFIG_models);
    if (!list_files(s, ".sql", &sql, e) || !list_files(s, ".lua", &lua, e))
        return false;
    for (size_t i = 0; i < sql.n; i++) {
        str text, file = str_fmt(s->arena, "%.*s/%.*s", STR_ARG(directory),
                                 STR_ARG(sql.at[i].s));
        if (!file_text(session_path(s, file).p, &text, s->arena, e))
            return false;
        if (!pieces_add_sql(out, text, file, conn_server_version(s->conn), s->arena, e))
            return false;
    }
    struct ops ops = {0};
    for (size_t i = 0; i < lua.n; i++) {
        str file =
            str_fmt(s->arena, "%.*s/%.*s", STR_ARG(directory), STR_ARG(lua.at[i].s));
        if (!models_read(s->vm, session_path(s, file).p, file, &ops, renames, s->arena,
                         e))
            return false;
    }
    return pieces_add_ops(out, &ops, conn_server_version(s->conn), s->arena, e);
}

static struct scratch *open_scratch(struct session *s, struct err *e)
{
    str url, origin, own = config_text(s->config, CONFIG_scratch_url);
    config_url(s->config, &url, &origin, s->arena);
    struct conn_options options = {.url = url};
    if (own.n) {
        options.url = own;
        return scratch_borrow(&options, s->arena, e);
    }
    return scratch_open(s->conn, &options, s->arena, e);
}

/* Builds the pieces in a scratch database, reads it, drops it. */
static bool build_and_read(struct session *s, struct pieces *pieces, str default_schema,
                           bool one_form, struct catalog *out, struct err *e)
{
    struct scratch *scratch = open_scratch(s, e);
    if (!scratch)
        return false;
    struct catalog_options options = {.default_schema = default_schema,
                                      .one_form = one_form};
    bool ok = pieces_build(pieces, scratch_conn(scratch), default_schema, s->arena, e) &&
              catalog_read(conn_sink(scratch_conn(scratch)), &options, out, s->arena, e);
    struct err closing = {0};
    if (!scratch_close(scratch, ok ? e : &closing))
        ok = false;
    err_clear(&closing);
    return ok;
}

bool models_catalog(struct session *s, str default_schema, struct catalog *out,
                    struct ops *renames, struct err *e)
{
    struct pieces pieces = {0};
    return read_models(s, &pieces, renames, e) &&
           build_and_read(s, &pieces, default_schema, false, out, e);
}

bool settled_catalog(struct session *s, const struct catalog *c, const struct ops *more,
                     struct catalog *out, struct err *e)
{
    struct pieces pieces = {0};
    struct ops ops;
    /* What the configuration leaves out may be needed by what it does not. */
    struct catalog all = *c;
    all.at = arena_grow(s->arena, c->at, c->n, c->n, sizeof *c->at);
    for (size_t i = 0; i < all.n; i++)
        all.at[i].ignored = false;
    if (!catalog_ops(&all, &ops, s->arena, e))
        return false;
    /* Whom an object belongs to is known without trying, which would need more rights. */
    size_t n = ops.n;
    ops.n = 0;
    for (size_t i = 0; i < n; i++)
        if (ops.at[i]->info->kind != OP_set_owner)
            ops_add(&ops, ops.at[i], s->arena);
    for (size_t i = 0; more && i < more->n; i++)
        ops_add(&ops, more->at[i], s->arena);
    if (!pieces_add_ops_in_order(&pieces, &ops, conn_server_version(s->conn), s->arena,
                                 e))
        return false;
    if (!build_and_read(s, &pieces, c->default_schema, true, out, e))
        return false;
    copy_owners(c, out, more, s->arena);
    return true;
}

bool target_catalog(struct session *s, struct catalog *out, struct err *e)
{
    struct ledger_names names = session_ledger(s);
    static const char *const own[] = {"moonshift_log", "moonshift_progress",
                                      "moonshift_lock"};
    str tables[5];
    struct rows rows;
    struct sink *sink = conn_sink(s->conn);
    /* One snapshot for the whole picture; and the search_path that reading sets ends with
     * the transaction. */
    struct stmt begin = {.sql = STR("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                         .flags = STMT_QUIET},
                end = {.sql = STR("ROLLBACK"), .flags = STMT_QUIET};
    struct stmt where = {.sql = STR("SELECT coalesce(nullif(current_schema(), "
                                    "'pg_catalog'), 'public')"), /* as ledger_read.sql */
                         .flags = STMT_QUIET};
    if (!sink->exec(sink, &begin, e) || !sink->query(sink, &where, &rows, s->arena, e))
        return false;
    str schema = names.schema.n ? names.schema : rows.cells[0].text;
    for (size_t i = 0; i < 3; i++)
        tables[i] = str_fmt(s->arena, "%.*s.%s", STR_ARG(schema), own[i]);
    tables[3] =
        str_fmt(s->arena, "%.*s.%.*s", STR_ARG(schema), STR_ARG(names.version_table));
    tables[4] = str_fmt(s->arena, "%.*s.moonshift_version", STR_ARG(schema));
    struct catalog_options options = {.own_tables = tables, .n_own_tables = 5};
    bool ok = catalog_read(sink, &options, out, s->arena, e);
    return ok && sink->exec(sink, &end, e) && sink->sync(sink, e);
}
