#include "app/branches.h"

#include "app/spawn.h"

#include <string.h>

/* $1 is the directory, $2 the pattern. Lists REF:FILE, with FILE from the directory on. */
static const char search[] =
    "exec 2>/dev/null; cd \"$1\" && git -c core.quotePath=off grep -l -E -e \"$2\" $(git for-each-ref --count=200 "
    "--sort=-committerdate --format='%(refname)' refs/heads refs/remotes) -- .";

/* The identifier that the message says is missing. */
static str missing_revision(str message)
{
    static const struct {
        const char *before;
        char after;
    } forms[] = {{"Can't locate revision identified by '", '\''}, {"Revision ", ' '}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        str before = str_of(forms[i].before);
        if (!str_starts(message, before))
            continue;
        str rest = str_cut(message, before.n, message.n);
        return str_cut(rest, 0, str_find(rest, forms[i].after));
    }
    return STR_NONE;
}

/* A line that says revision = "ID", as a regular expression. */
static str pattern_of(str id, struct arena *a)
{
    struct buf b = buf_in(a);
    buf_put(&b, "^[ \t]*revision[ \t]*=[ \t]*[\"']");
    for (size_t i = 0; i < id.n; i++) {
        if (strchr(".[]*^$\\+?(){}|", id.p[i]))
            buf_char(&b, '\\');
        buf_char(&b, id.p[i]);
    }
    buf_put(&b, "[\"']");
    return buf_done(&b);
}

void branches_tell(struct session *s, struct err *e)
{
    str id = missing_revision(e->message), found, line;
    if (!id.n || !s->config || e->detail.p)
        return;
    str migrations = session_path(s, config_text(s->config, CONFIG_migrations));
    const char *argv[] = {
        "sh", "-c", search, "sh", migrations.p, pattern_of(id, s->arena).p, NULL};
    struct err ignored = {0};
    bool ok = spawn_read(argv, &found, s->arena, &ignored);
    err_clear(&ignored);
    if (!ok || !str_split(&found, '\n', &line) || str_find(line, ':') == line.n)
        return;
    static const str heads = {"refs/heads/", sizeof "refs/heads/" - 1};
    static const str remotes = {"refs/remotes/", sizeof "refs/remotes/" - 1};
    size_t colon = str_find(line, ':');
    str ref = str_cut(line, 0, colon), file = str_cut(line, colon + 1, line.n);
    ref = str_cut(ref, str_starts(ref, heads) ? heads.n : remotes.n, ref.n);
    e->detail =
        str_fmt(&e->arena, "the branch %.*s has it: git checkout %.*s -- %.*s/%.*s",
                STR_ARG(ref), STR_ARG(ref), STR_ARG(migrations), STR_ARG(file));
}
