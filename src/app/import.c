#include "app/import.h"

#include "app/out.h"
#include "base/file.h"
#include "plan/render.h"
#include "plan/sqlparts.h"

#include <string.h>

/* -- reading ------------------------------------------------------------------------ */

static str text_at(const struct val *map, const char *key)
{
    const struct val *v = val_get(map, str_of(key));
    return v->kind == VAL_STR ? v->s : STR_NONE;
}

static struct strs texts_at(const struct val *map, const char *key, struct arena *a)
{
    const struct val *v = val_get(map, str_of(key));
    struct strs list = {0};
    for (size_t i = 0; v->kind == VAL_LIST && i < v->list.n; i++)
        strs_add(&list, v->list.at[i].s, a);
    return list;
}

static struct import_way way_at(const struct val *migration, const char *key)
{
    const struct val *part = val_get(migration, str_of(key));
    const struct val *outside = val_get(part, STR("outside"));
    return (struct import_way){
        .given = part->kind == VAL_MAP,
        .text = text_at(part, "text"),
        .outside = outside->kind == VAL_BOOL && outside->b,
        .missing = text_at(migration, "missing"),
        .python = text_at(val_get(migration, STR("python")), key),
    };
}

static struct imported imported_of(struct session *s, const struct val *migration)
{
    struct imported i = {
        .made = {.id = text_at(migration, "id"),
                 .message = text_at(migration, "message"),
                 .created = text_at(migration, "created"),
                 .down = texts_at(migration, "down", s->arena),
                 .labels = texts_at(migration, "labels", s->arena),
                 .depends = texts_at(migration, "depends", s->arena)},
        .source = text_at(migration, "source"),
        .up = way_at(migration, "up"),
        .undo = way_at(migration, "undo"),
    };
    i.file = str_fmt(s->arena, "%.*s/%.*s.lua",
                     STR_ARG(config_text(s->config, CONFIG_migrations)),
                     STR_ARG(text_at(migration, "stem")));
    return i;
}

bool import_read(struct session *s, str tool, str directory, struct import *out,
                 struct err *e)
{
    struct val argument = val_map(s->arena, 3), result;
    argument.map.at[0] = (struct pair){STR("directory"), val_str(directory)};
    argument.map.at[1] = (struct pair){STR("tool"), val_str(tool)};
    argument.map.at[2] = (struct pair){STR("x"), s->x};
    if (!vm_call(s->vm, "import", "read", argument, &result, s->arena, e))
        return false;
    const struct val *list = val_get(&result, STR("revisions"));
    const struct val *skipped = val_get(&result, STR("skipped"));
    for (size_t i = 0; skipped->kind == VAL_LIST && i < skipped->list.n; i++)
        out_warn(s, "%.*s is not imported: %.*s",
                 STR_ARG(text_at(&skipped->list.at[i], "path")),
                 STR_ARG(text_at(&skipped->list.at[i], "why")));
    *out = (struct import){.tool = tool,
                           .n = list->list.n,
                           .ini = text_at(&result, "ini"),
                           .version_table = text_at(&result, "version_table"),
                           .version_schema = text_at(&result, "version_schema")};
    out->at = NEW_N(s->arena, struct imported, out->n);
    for (size_t i = 0; i < out->n; i++) {
        out->at[i] = imported_of(s, &list->list.at[i]);
        out->at[i].kept = session_header(s, out->at[i].made.id) != NULL;
    }
    return true;
}

/* -- bodies ------------------------------------------------------------------------- */

static void put_execute(struct buf *b, str sql, int indent, struct arena *a)
{
    struct op *op = op_new(a, OP_execute);
    /* A text of several lines ends with one, so that its bracket stands alone. */
    bool lines = str_find(sql, '\n') < sql.n;
    rec_set(op->args, K_sql, val_str(lines ? str_fmt(a, "%.*s\n", STR_ARG(sql)) : sql));
    render_op(b, op, "op.", indent);
}

static void put_parts(struct buf *b, const struct sql_parts *parts, bool all_outside,
                      struct arena *a)
{
    for (size_t i = 0; i < parts->n; i++) {
        bool wrap = parts->at[i].outside && !all_outside;
        buf_put(b, i ? "\n" : "");
        buf_put(b, wrap ? "  op.autocommit(function()\n" : "");
        put_execute(b, parts->at[i].text, wrap ? 4 : 2, a);
        buf_put(b, wrap ? "\n  end)" : "");
    }
    if (parts->n == 0)
        buf_put(b, "  -- nothing to do");
}

/* A body that fails until somebody has written it, with what it was as a comment. */
static str body_to_fill(const struct imported *i, const struct import_way *way,
                        const char *name, struct arena *a)
{
    struct buf b = buf_in(a);
    struct val why = val_str(
        str_fmt(a, "%s() of %.*s is not filled in yet", name, STR_ARG(i->source)));
    buf_put(&b, "  error(");
    render_val(&b, &why, 2);
    buf_put(&b, ")");
    str rest = way->python, line;
    if (rest.n)
        buf_put(&b, "\n  -- what it was:");
    while (str_split(&rest, '\n', &line))
        buf_fmt(&b, "\n  --%s%.*s", line.n ? " " : "", STR_ARG(line));
    return buf_done(&b);
}

static bool parts_of(const struct import *list, const struct imported *i,
                     const struct import_way *way, struct sql_parts *parts,
                     struct arena *a, struct err *e)
{
    struct sql_parts_options options = {.outside = way->outside,
                                        .bookkeeping = list->version_table};
    if (!way->text.p || sql_parts(way->text, &options, parts, a, e))
        return true;
    return err_at(e, i->source, 0);
}

static bool all_outside(const struct sql_parts *parts)
{
    for (size_t i = 0; i < parts->n; i++)
        if (!parts->at[i].outside)
            return false;
    return true;
}

static str body_of(const struct imported *i, const struct import_way *way,
                   const char *name, const struct sql_parts *parts, bool outside,
                   struct arena *a)
{
    if (way->missing.p)
        return body_to_fill(i, way, name, a);
    struct buf b = buf_in(a);
    put_parts(&b, parts, outside, a);
    return buf_done(&b);
}

static str header_of(const struct imported *i, bool outside, struct arena *a)
{
    struct buf b = buf_in(a);
    if (outside)
        buf_put(&b, "transactional = false\n");
    if (!i->undo.given && !i->undo.missing.p) {
        struct val why = val_str(str_fmt(a, "%.*s has no way down", STR_ARG(i->source)));
        buf_put(&b, "irreversible  = ");
        render_val(&b, &why, 0);
        buf_char(&b, '\n');
    }
    return str_trim(buf_done(&b));
}

/* "Imported from alembic: versions/a.py. downgrade() is to be filled in: ...". */
static str doc_of(const struct import *list, const struct imported *i, struct arena *a)
{
    struct buf b = buf_in(a);
    buf_put(&b, "Imported from ");
    if (!str_is(list->tool, "sql"))
        buf_fmt(&b, "%.*s: ", STR_ARG(list->tool));
    buf_str(&b, i->source);
    bool alembic = str_is(list->tool, "alembic");
    if (i->up.missing.p)
        buf_fmt(&b, "\nupgrade() is to be filled in: %.*s", STR_ARG(i->up.missing));
    else if (alembic && i->up.text.p)
        buf_put(&b, "\nupgrade() is what 'alembic upgrade --sql' wrote.");
    if (i->undo.missing.p)
        buf_fmt(&b, "\ndowngrade() is to be filled in: %.*s", STR_ARG(i->undo.missing));
    else if (alembic && i->undo.text.p)
        buf_put(&b, "\ndowngrade() is what 'alembic downgrade --sql' wrote.");
    return buf_done(&b);
}

static bool write_text(struct session *s, const struct import *list, struct imported *i,
                       struct err *e)
{
    struct sql_parts up = {0}, undo = {0};
    str file; /* the project's own choice of a name: the source's is kept instead */
    if (!parts_of(list, i, &i->up, &up, s->arena, e) ||
        !parts_of(list, i, &i->undo, &undo, s->arena, e))
        return false;
    bool outside = up.n + undo.n > 0 && all_outside(&up) && all_outside(&undo);
    i->made.upgrade = body_of(i, &i->up, "upgrade", &up, outside, s->arena);
    i->made.downgrade = body_of(i, &i->undo, "downgrade", &undo, outside, s->arena);
    i->made.header = header_of(i, outside, s->arena);
    i->made.doc = doc_of(list, i, s->arena);
    return scaffold_text(s, &i->made, &file, &i->text, e);
}

/* -- checks ------------------------------------------------------------------------- */

static bool check_graph(struct session *s, const struct import *list, struct err *e)
{
    size_t n = 0;
    struct revision *more = NEW_N(s->arena, struct revision, list->n);
    for (size_t i = 0; i < list->n; i++) {
        const struct imported *from = &list->at[i];
        if (!from->kept)
            more[n++] = (struct revision){.id = from->made.id,
                                          .message = from->made.message,
                                          .down = from->made.down,
                                          .labels = from->made.labels,
                                          .depends = from->made.depends,
                                          .file = from->source};
    }
    return scaffold_fits(s, more, n, e);
}

bool import_texts(struct session *s, struct import *list, struct err *e)
{
    if (!check_graph(s, list, e))
        return false;
    for (size_t i = 0; i < list->n; i++) {
        struct imported *one = &list->at[i];
        if (one->kept)
            continue;
        if (!write_text(s, list, one, e))
            return false;
        if (file_exists(session_path(s, one->file).p)) {
            err_set(e, ERR_FAILED,
                    "'%.*s' is there already, and has not the revision '%.*s'",
                    STR_ARG(one->file), STR_ARG(one->made.id));
            return err_hint(e, "nothing is overwritten: move it away first");
        }
    }
    return true;
}

bool import_write(struct session *s, const struct import *list, struct err *e)
{
    for (size_t i = 0; i < list->n; i++)
        if (!list->at[i].kept && !scaffold_put(s, list->at[i].file, list->at[i].text, e))
            return false;
    return session_reload(s, e);
}
