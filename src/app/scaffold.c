#include "app/scaffold.h"

#include "app/out.h"
#include "app/hooks.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static bool needs_splice(const struct revision *r, struct err *e)
{
    err_set(
        e, ERR_DECISION,
        "Revision %.*s is not a head revision; please specify --splice to create a new "
        "branch from this revision",
        STR_ARG(r->id));
    return err_at(e, r->file, 0);
}

bool scaffold_parents(struct session *s, str head, struct new_revision *r, struct err *e)
{
    struct revisions found = {0};
    struct strs rows = {0};
    if (!session_resolve(s, head, &found, &rows, e)) {
        if (e->kind != ERR_DECISION || !str_is(head, "head"))
            return false;
        err_clear(e);
        err_set(
            e, ERR_DECISION,
            "Multiple heads are present; please specify the head revision on which the "
            "new revision should be based, or perform a merge.");
        return err_hint(e, "say --head REV, or: moonshift merge heads -m \"merge\"");
    }
    for (size_t i = 0; i < found.n; i++) {
        if (!r->splice && !graph_is_head(s->graph, found.at[i]))
            return needs_splice(found.at[i], e);
        if (!strs_has(&r->down, found.at[i]->id))
            strs_add(&r->down, found.at[i]->id, s->arena);
    }
    return true;
}

bool scaffold_depends(struct session *s, str depends, struct new_revision *r,
                      struct err *e)
{
    struct revision *found = graph_find(s->graph, depends, e);
    if (!found)
        return false;
    strs_add(&r->depends, strs_has(&found->labels, depends) ? depends : found->id,
             s->arena);
    return true;
}

static str random_id(struct arena *a)
{
    unsigned char bytes[6];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        return str_fmt(a, "%08lx%04lx", (unsigned long)now.tv_sec & 0xffffffff,
                       (unsigned long)now.tv_nsec >> 14 & 0xffff);
    }
    struct buf b = buf_in(a);
    for (size_t i = 0; i < sizeof bytes; i++)
        buf_fmt(&b, "%02x", bytes[i]);
    return buf_done(&b);
}

bool scaffold_fits(struct session *s, const struct revision *more, size_t n,
                   struct err *e)
{
    struct revision *all = NEW_N(s->arena, struct revision, s->n_revisions + n);
    for (size_t i = 0; i < s->n_revisions; i++)
        all[i] = s->revisions[i];
    for (size_t i = 0; i < n; i++)
        all[s->n_revisions + i] = more[i];
    return graph_build(all, s->n_revisions + n, s->arena, e) != NULL;
}

bool scaffold_id(struct session *s, struct new_revision *r, struct err *e)
{
    if (r->id.n == 0)
        r->id = random_id(s->arena);
    const struct revision *other = session_header(s, r->id);
    if (other) {
        err_set(e, ERR_USAGE, "revision '%.*s' is there already", STR_ARG(r->id));
        return err_at(e, other->file, 0);
    }
    struct revision made = {
        .id = r->id, .down = r->down, .labels = r->labels, .depends = r->depends};
    if (scaffold_fits(s, &made, 1, e))
        return true;
    e->kind = ERR_USAGE;
    return false;
}

/* The dates of new files are in the configured zone, for C and Lua alike. */
static bool use_timezone(const struct session *s, struct err *e)
{
    str zone = config_text(s->config, CONFIG_timezone);
    if (zone.n == 0)
        return true;
    str path = str_fmt(s->arena, "/usr/share/zoneinfo/%.*s", STR_ARG(zone));
    bool known = str_is(zone, "UTC") || !file_is_directory("/usr/share/zoneinfo") ||
                 (file_exists(path.p) && !file_is_directory(path.p) &&
                  str_index(zone, STR("..")) == zone.n);
    if (!known) {
        err_set(e, ERR_FAILED, "%.*s: there is no time zone '%.*s'",
                STR_ARG(s->config->origin[CONFIG_timezone]), STR_ARG(zone));
        return err_hint(e, "zones are the files below /usr/share/zoneinfo: Europe/Oslo");
    }
    setenv("TZ", str_copy(s->arena, zone).p, 1);
    tzset();
    return true;
}

static bool call_text(struct session *s, const char *function, struct pair *pairs,
                      size_t n, str *out, struct err *e)
{
    struct val argument = val_map(s->arena, n), result;
    memcpy(argument.map.at, pairs, n * sizeof *pairs);
    map_sort(&argument.map);
    if (!vm_call(s->vm, "template", function, argument, &result, s->arena, e))
        return false;
    *out = result.kind == VAL_STR ? result.s : STR("");
    return true;
}

#define PAIR(name, value) ((struct pair){STR(name), value})

static struct val texts(struct session *s, const struct strs *list)
{
    return val_strs(s->arena, list->at, list->n);
}

bool scaffold_text(struct session *s, struct new_revision *r, str *file, str *text,
                   struct err *e)
{
    if (!use_timezone(s, e))
        return false;
    time_t now = time(NULL);
    struct tm parts;
    char date[32];
    strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", localtime_r(&now, &parts));
    str slug, name;
    struct pair slug_of[] = {
        PAIR("message", val_str(r->message)),
        PAIR("length", val_int(config_int(s->config, CONFIG_slug_length))),
    };
    if (!call_text(s, "slug", slug_of, 2, &slug, e))
        return false;
    struct pair name_of[] = {
        PAIR("template", val_str(config_text(s->config, CONFIG_file_template))),
        PAIR("rev", val_str(r->id)),
        PAIR("slug", val_str(slug)),
        PAIR("time", val_int(now)),
    };
    if (!call_text(s, "file_name", name_of, 4, &name, e))
        return false;
    struct pair revision_of[] = {
        PAIR("revision", val_str(r->id)),
        PAIR("message", val_str(r->message)),
        PAIR("down_revision", texts(s, &r->down)),
        PAIR("branch_labels", texts(s, &r->labels)),
        PAIR("depends_on", texts(s, &r->depends)),
        PAIR("create_date", val_str(r->created.n ? r->created : str_of(date))),
        PAIR("upgrade", val_str(r->upgrade)),
        PAIR("downgrade", val_str(r->downgrade)),
        PAIR("header", val_str(r->header)),
        PAIR("doc", val_str(r->doc)),
        PAIR("override", val_str(session_path(s, STR("templates/migration.lua")))),
    };
    *file = str_fmt(s->arena, "%.*s/%.*s.lua",
                    STR_ARG(config_text(s->config, CONFIG_migrations)), STR_ARG(name));
    return call_text(s, "revision", revision_of, sizeof revision_of / sizeof *revision_of,
                     text, e);
}

static bool post_write(struct session *s, str path, struct err *e)
{
    if (hooks_run(s, "post_write", path, e))
        return true;
    err_at(e, path, 0);
    return err_hint(e, "the file was written");
}

bool scaffold_put(struct session *s, str file, str text, struct err *e)
{
    str path = session_path(s, file);
    struct val argument = val_map(s->arena, 2), result;
    argument.map.at[0] = PAIR("path", val_str(path));
    argument.map.at[1] = PAIR("text", val_str(text));
    map_sort(&argument.map);
    if (!vm_call(s->vm, "project", "write", argument, &result, s->arena, e))
        return false;
    if (!s->json)
        out_print("  Generating %.*s ...  done\n",
                  STR_ARG(file_absolute(path.p, s->arena)));
    return post_write(s, path, e);
}

bool scaffold_write(struct session *s, struct new_revision *r, str *file, struct err *e)
{
    str text;
    return scaffold_id(s, r, e) && scaffold_text(s, r, file, &text, e) &&
           scaffold_put(s, *file, text, e) && session_reload(s, e);
}
