#include "app/cmd/cmd.h"
#include "pg/url.h"

static str time_text(int64_t ms, struct arena *a)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"h", 3600000}, {"min", 60000}, {"s", 1000}, {"ms", 1}};
    if (ms <= 0)
        return ms < 0 ? STR("forever") : STR("0");
    size_t i = 0;
    while (ms % units[i].ms)
        i++;
    return str_fmt(a, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
}

/* The value as one line of text; STR_NONE: not set. Of a table, its keys. */
static str value_text(const struct config_info *info, const struct val *v,
                      struct arena *a)
{
    struct buf b = buf_in(a);
    bool first = true;
    switch (v->kind) {
    case VAL_STR:
        return info->type == CONFIG_TYPE_URL ? url_masked(v->s, a) : v->s;
    case VAL_INT:
        return info->type == CONFIG_TYPE_TIME ? time_text(v->i, a)
                                              : str_fmt(a, "%lld", (long long)v->i);
    case VAL_BOOL:
        return v->b ? STR("true") : STR("false");
    case VAL_LIST:
        for (size_t i = 0; i < v->list.n; i++) {
            buf_sep(&b, &first, ", ");
            buf_str(&b, v->list.at[i].s);
        }
        return buf_done(&b);
    case VAL_MAP:
        for (size_t i = 0; i < v->map.n; i++) {
            buf_sep(&b, &first, ", ");
            buf_str(&b, v->map.at[i].key);
        }
        return buf_done(&b);
    default:
        return STR_NONE;
    }
}

struct line {
    const struct config_info *info;
    str value, origin;
};

static struct line line_of(const struct session *s, int key)
{
    const struct config_info *info = &config_infos[key];
    struct line line = {info, value_text(info, &s->config->at[key], s->arena),
                        s->config->origin[key]};
    if (key == CONFIG_url) {
        str url;
        config_url(s->config, &url, &line.origin, s->arena);
        line.value = url.n ? url_masked(url, s->arena) : STR_NONE;
    }
    return line;
}

static void put_json(const struct session *s, const struct line *lines, size_t n)
{
    struct buf b = buf_in(s->arena);
    struct json j = json_to(&b);
    json_open(&j, '{');
    json_put_str(&j, "file", s->config->file.n ? s->config->file : STR_NONE);
    json_put_str(&j, "environment", s->config->env.n ? s->config->env : STR_NONE);
    json_key(&j, "values");
    json_open(&j, '{');
    for (size_t i = 0; i < n; i++) {
        json_key(&j, lines[i].info->name);
        json_open(&j, '{');
        json_put_str(&j, "value", lines[i].value);
        json_put_str(&j, "origin", lines[i].origin);
        json_close(&j);
    }
    json_close(&j);
    json_close(&j);
    out_str(buf_done(&b));
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct line lines[N_CONFIG_KEYS];
    size_t n = 0;
    bool keys = args_flag(args, "keys");
    for (int k = 0; k < N_CONFIG_KEYS; k++)
        if (args->n == 0 || (int)config_named(args->at[0]) == k)
            lines[n++] = line_of(s, k);
    if (n == 0) {
        err_set(e, ERR_USAGE, "there is no configuration key '%.*s'",
                STR_ARG(args->at[0]));
        return config_unknown(args->at[0], e);
    }
    if (s->json) {
        put_json(s, lines, n);
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        str value = lines[i].value;
        if (keys)
            out_print("%-18s %s\n", lines[i].info->name, lines[i].info->help);
        else if (args->n)
            out_print("%.*s\n", STR_ARG(value));
        else
            out_print("%-18s %-32.*s  %.*s\n", lines[i].info->name,
                      STR_ARG(value.p ? value : STR("-")), STR_ARG(lines[i].origin));
    }
    return true;
}

static const struct opt opts[] = {
    {"keys", 0, OPT_FLAG, NULL, "what each key means, instead of its value"},
    {0},
};

const struct cmd cmd_config = {
    .name = "config",
    .usage = "[KEY]",
    .help = "show every configuration value and where it comes from",
    .about = "Strongest first: an option, a variable MOONSHIFT_KEY of the environment,\n"
             "the same in .env, the file (its environment's table first), the default.\n"
             "Passwords are not shown.",
    .opts = opts,
    .needs = NEED_CONFIG,
    .max = 1,
    .run = run,
};
