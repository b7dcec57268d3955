#include "app/hooks.h"

#include "app/spawn.h"

bool hooks_run(struct session *s, const char *name, str word, struct err *e)
{
    const struct val *hook = val_get(&s->config->at[CONFIG_hooks], str_of(name));
    size_t n = hook->kind == VAL_LIST ? hook->list.n : 0;
    str what = str_fmt(s->arena, "hooks.%s", name);
    for (size_t i = 0; i < n; i++)
        if (!spawn_shell(hook->list.at[i].s, word, what.p, false, e))
            return false;
    return true;
}
