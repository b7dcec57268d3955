#include "app/since.h"

#include "app/spawn.h"

static bool git(struct session *s, const char *const *words, str *out, struct err *e)
{
    enum { ROOM = 16 };
    const char *argv[ROOM] = {"git", "-C"};
    size_t n = 2;
    argv[n++] = s->config->root.n ? s->config->root.p : ".";
    for (; *words && n < ROOM - 1; words++)
        argv[n++] = *words;
    return spawn_read(argv, out, s->arena, e);
}

/* Names end with NUL; those that are no Lua files are passed over. */
static void add_file(struct session *s, struct strs *list, str name)
{
    if (str_ends(name, STR(".lua")))
        *PUSH(s->arena, list->at, list->n, list->room) = name;
}

bool since_ref(struct session *s, str ref, struct since *out, struct err *e)
{
    str base, text, status, name;
    str folder = config_text(s->config, CONFIG_migrations);
    str wanted = str_copy(s->arena, ref), where = str_copy(s->arena, folder);
    *out = (struct since){.added = {0}};
    const char *const fork[] = {"merge-base", "--end-of-options", wanted.p, "HEAD", NULL};
    if (!git(s, fork, &base, e))
        return err_hint(e, "--since takes the name of a branch, tag or commit of the git "
                           "repository that the project is in");
    base = str_copy(s->arena, str_trim(base));
    const char *const changed[] = {"diff", "--name-status", "--no-renames", "--relative",
                                   "-z",   base.p,          "--",           where.p,
                                   NULL};
    const char *const unknown[] = {"ls-files", "-z",    "--others", "--exclude-standard",
                                   "--",       where.p, NULL};
    if (!git(s, changed, &text, e))
        return false;
    while (str_split(&text, '\0', &status) && str_split(&text, '\0', &name))
        if (str_is(status, "A"))
            add_file(s, &out->added, name);
        else if (str_is(status, "M"))
            add_file(s, &out->edited, name);
    if (!git(s, unknown, &text, e))
        return false;
    while (str_split(&text, '\0', &name))
        add_file(s, &out->added, name);
    return true;
}
