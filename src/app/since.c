#include "app/since.h"

#include "app/spawn.h"

static bool git(struct session *s, const char *const *words, str *out, struct err *e)
{
    enum { ROOM = 16 };
    const char *argv[ROOM] = {"git", "-C"};
    size_t n = 2;
    argv[n++] = session_path(s, config_text(s->config, CONFIG_migrations)).p;
    for (; *words && n < ROOM - 1; words++)
        argv[n++] = *words;
    return spawn_read(argv, out, s->arena, e);
}

/* The revisions whose files are named; git's names are those in the directory itself. */
static void add_file(struct session *s, struct strs *list, str name)
{
    for (size_t i = 0; i < s->n_revisions; i++) {
        str file = s->revisions[i].file;
        size_t slash = str_rfind(file, '/');
        if (str_eq(str_cut(file, slash < file.n ? slash + 1 : 0, file.n), name))
            strs_add(list, file, s->arena);
    }
}

bool since_ref(struct session *s, str ref, struct since *out, struct err *e)
{
    str base, text, status, name;
    str wanted = str_copy(s->arena, ref);
    *out = (struct since){.added = {0}};
    const char *const fork[] = {"merge-base", "--end-of-options", wanted.p, "HEAD", NULL};
    if (!git(s, fork, &base, e))
        return err_hint(e, "--since takes the name of a branch, tag or commit of the git "
                           "repository that the project is in");
    base = str_copy(s->arena, str_trim(base));
    const char *const changed[] = {"diff", "--name-status", "--no-renames", "--relative",
                                   "-z",   base.p,          "--",           ".",
                                   NULL};
    const char *const unknown[] = {"ls-files", "-z", "--others", "--exclude-standard",
                                   "--",       ".",  NULL};
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
