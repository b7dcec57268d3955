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

/* Where the branch at hand parts from `ref`. What git says about it is kept for the error;
 * its last line is the answer. */
static bool fork_of(struct session *s, str ref, str *out, struct err *e)
{
    static const char script[] =
        "git -C \"$1\" merge-base --end-of-options \"$2\" HEAD 2>&1";
    const char *const argv[] = {
        "sh",
        "-c",
        script,
        "sh",
        session_path(s, config_text(s->config, CONFIG_migrations)).p,
        str_copy(s->arena, ref).p,
        NULL};
    struct err ignored = {0};
    str said;
    bool ok = spawn_read(argv, &said, s->arena, &ignored);
    said = str_trim(ok || said.n ? said : str_copy(s->arena, ignored.message));
    err_clear(&ignored);
    if (ok) {
        size_t line = str_rfind(said, '\n');
        *out = str_copy(s->arena, str_cut(said, line < said.n ? line + 1 : 0, said.n));
        return true;
    }
    err_set(e, ERR_FAILED, "git does not tell what is new since '%.*s'", STR_ARG(ref));
    e->detail = str_copy(&e->arena, said);
    return err_hint(e, "--since takes the name of a branch, tag or commit of the git "
                       "repository that the project is in");
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
    *out = (struct since){.added = {0}};
    if (!fork_of(s, ref, &base, e))
        return false;
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
        else
            add_file(s, &out->edited, name);
    if (!git(s, unknown, &text, e))
        return false;
    while (str_split(&text, '\0', &name))
        add_file(s, &out->added, name);
    return true;
}
