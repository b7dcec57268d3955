#include "app/complete.h"

#include "app/listing.h"

#include <string.h>

enum complete_kind complete_option(const struct opt *o)
{
    str value = str_of(o->value), name = str_of(o->name);
    if (o->kind == OPT_WORD)
        return COMPLETE_WORDS;
    if (str_is(value, "REV") || str_is(value, "FROM:TO"))
        return COMPLETE_REVISIONS;
    if (str_is(value, "FILE"))
        return COMPLETE_FILES;
    return str_is(name, "template") ? COMPLETE_TEMPLATES
           : str_is(name, "env")    ? COMPLETE_ENVIRONMENTS
                                    : COMPLETE_NOTHING;
}

enum complete_kind complete_arguments(const struct cmd *c)
{
    str usage = str_of(c->usage);
    if (complete_argument_words(c).n)
        return COMPLETE_WORDS;
    if (str_index(usage, STR("REV")) < usage.n)
        return COMPLETE_REVISIONS;
    return str_is(usage, "[KEY]")   ? COMPLETE_KEYS
           : str_is(usage, "[DIR]") ? COMPLETE_FILES
                                    : COMPLETE_NOTHING;
}

str complete_option_words(const struct opt *o)
{
    return o->kind == OPT_WORD ? str_of(o->value) : STR_NONE;
}

/* "bash|zsh|fish" of a usage that begins so. */
str complete_argument_words(const struct cmd *c)
{
    str usage = str_of(c->usage), first = str_cut(usage, 0, str_find(usage, ' '));
    bool words = str_find(first, '|') < first.n && first.p[0] != '[';
    return words ? first : STR_NONE;
}

static const char *const names[] = {
    [COMPLETE_REVISIONS] = "revisions",
    [COMPLETE_TEMPLATES] = "templates",
    [COMPLETE_ENVIRONMENTS] = "environments",
    [COMPLETE_KEYS] = "keys",
};

const char *complete_name(enum complete_kind kind)
{
    return names[kind];
}

/* -- the project's words ------------------------------------------------------------ */

/* Control characters would break the line, or the terminal. */
static void put_line(struct buf *b, str word, str is)
{
    buf_str(b, word);
    buf_char(b, '\t');
    for (size_t i = 0; i < is.n; i++)
        buf_char(b, (unsigned char)is.p[i] < ' ' ? ' ' : is.p[i]);
    buf_char(b, '\n');
}

static bool put_revisions(struct session *s, struct buf *b, struct err *e)
{
    if (!session_graph(s, e))
        return false;
    put_line(b, STR("head"), STR("the newest revision"));
    put_line(b, STR("heads"), STR("the newest of every line"));
    put_line(b, STR("base"), STR("before the first revision"));
    for (size_t i = graph_size(s->graph); i-- > 0;) {
        const struct revision *r = graph_at(s->graph, i);
        put_line(b, r->id, revision_title(r));
        for (size_t k = 0; k < r->labels.n; k++)
            put_line(b, str_fmt(s->arena, "%.*s@head", STR_ARG(r->labels.at[k])),
                     STR("the newest revision of this line"));
    }
    return true;
}

static bool put_templates(struct session *s, struct buf *b, struct err *e)
{
    struct val list;
    if (!session_vm(s, e) ||
        !vm_call(s->vm, "template", "list", val_map(s->arena, 0), &list, s->arena, e))
        return false;
    for (size_t i = 0; list.kind == VAL_LIST && i < list.list.n; i++)
        put_line(b, val_get(&list.list.at[i], STR("name"))->s,
                 val_get(&list.list.at[i], STR("synopsis"))->s);
    return true;
}

static bool put_environments(struct session *s, struct buf *b, struct err *e)
{
    if (!session_config(s, e))
        return false;
    const struct val *v = &s->config->at[CONFIG_environments];
    for (size_t i = 0; v->kind == VAL_MAP && i < v->map.n; i++)
        put_line(b, v->map.at[i].key, STR("environment"));
    return true;
}

bool complete_lines(struct session *s, str name, str *lines)
{
    struct err e = {0};
    struct buf b = buf_in(s->arena);
    bool ok = true;
    if (str_is(name, names[COMPLETE_REVISIONS])) {
        ok = put_revisions(s, &b, &e);
    } else if (str_is(name, names[COMPLETE_TEMPLATES])) {
        ok = put_templates(s, &b, &e);
    } else if (str_is(name, names[COMPLETE_ENVIRONMENTS])) {
        ok = put_environments(s, &b, &e);
    } else if (str_is(name, names[COMPLETE_KEYS])) {
        for (size_t i = 0; i < N_CONFIG_KEYS; i++)
            put_line(&b, str_of(config_infos[i].name), str_of(config_infos[i].help));
    } else {
        return false;
    }
    err_clear(&e);
    *lines = ok ? buf_done(&b) : STR("");
    return true;
}
