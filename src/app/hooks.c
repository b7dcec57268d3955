#include "app/hooks.h"

#include "app/spawn.h"

bool hooks_run(struct session *s, const char *name, str word, struct err *e)
{
    const struct val *hook = val_get(&s->config->at[CONFIG_hooks], str_of(name));
    struct val one = *hook;
    struct list list = {&one, 1};
    if (hook->kind == VAL_NONE)
        return true;
    if (hook->kind == VAL_LIST)
        list = hook->list;
    str what = str_fmt(s->arena, "hooks.%s", name);
    for (size_t i = 0; i < list.n; i++) {
        if (list.at[i].kind != VAL_STR)
            return err_set(e, ERR_FAILED, "%s must be a command or a list of commands",
                           what.p);
        if (!spawn_shell(list.at[i].s, word, what.p, false, e))
            return false;
    }
    return true;
}
