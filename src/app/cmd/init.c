#include "app/cmd/cmd.h"
#include "plan/annotate.h"

static const struct opt opts[] = {
    {"template", 't', OPT_MANY, "NAME", "template, or a directory with one (basic)"},
    {0},
};

static struct val map_of(struct session *s, struct pair *pairs, size_t n)
{
    struct val map = val_map(s->arena, n);
    for (size_t i = 0; i < n; i++)
        map.map.at[i] = pairs[i];
    map_sort(&map.map);
    return map;
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    str directory = args->n ? args->at[0] : STR("."), basic = STR("basic");
    const str *names;
    size_t n = args_many(args, "template", &names, s->arena);
    if (directory.n == 0) { /* init "$UNSET" would write into / */
        err_set(e, ERR_USAGE, "init: the name of the directory is empty");
        return err_hint(e, "moonshift init . makes a project here");
    }
    while (directory.n > 1 && str_ends(directory, STR("/")))
        directory.n--;
    struct buf annotations = buf_in(s->arena);
    render_annotations(&annotations);
    config_annotations(&annotations);
    struct pair pairs[] = {
        {STR("annotations"), val_str(str_trim(buf_done(&annotations)))},
        {STR("directory"), val_str(directory)},
        {STR("templates"), val_strs(s->arena, n ? names : &basic, n ? n : 1)},
        {STR("version"), val_str(STR(MOONSHIFT_VERSION))},
    };
    struct val result;
    if (!vm_call(s->vm, "template", "init", map_of(s, pairs, 4), &result, s->arena, e))
        return false;
    struct buf b = buf_in(s->arena);
    struct json j = json_to(&b);
    bool example = false;
    json_open(&j, '[');
    for (size_t i = 0; result.kind == VAL_LIST && i < result.list.n; i++) {
        str path = val_get(&result.list.at[i], STR("path"))->s;
        bool written = val_get(&result.list.at[i], STR("written"))->b;
        example = example || str_ends(path, STR(".env.example"));
        json_open(&j, '{');
        json_put_str(&j, "path", path);
        json_put_bool(&j, "written", written);
        json_close(&j);
        if (!s->json)
            out_print("  %s %.*s\n", written ? "Writing" : "Keeping", STR_ARG(path));
    }
    json_close(&j);
    if (s->json)
        out_str(buf_done(&b));
    bool here = str_is(directory, ".");
    const char *quote = str_find(directory, ' ') < directory.n ? "'" : "";
    str go = here ? STR("")
                  : str_fmt(s->arena, "cd %s%.*s%s, ", quote, STR_ARG(directory), quote);
    out_info(s, "Next: %.*s%srun: moonshift revision -m \"first\"", STR_ARG(go),
             example ? "copy .env.example to .env, set DATABASE_URL in it, and " : "");
    return true;
}

const struct cmd cmd_init = {
    .name = "init",
    .usage = "[DIR]",
    .help = "make a project",
    .about =
        "Writes a configuration, directories, and what the template adds. Existing files\n"
        "are kept. Templates can be combined: -t makefile -t ci; where two have the same\n"
        "file, the last one counts. -t ./dir takes a template of your own: its files are\n"
        "copied, and ${project}, ${date}, ${year} and ${version} in them are filled in;\n"
        "$${ stands for ${ itself, and a file 'dot.env' becomes '.env'. Unless it has a\n"
        "moonshift.lua, it is laid over the template basic.",
    .opts = opts,
    .needs = NEED_VM,
    .max = 1,
    .run = run,
};

static bool run_list(struct session *s, struct args *args, struct err *e)
{
    (void)args;
    struct val result;
    if (!vm_call(s->vm, "template", "list", val_map(s->arena, 0), &result, s->arena, e))
        return false;
    struct buf b = buf_in(s->arena);
    struct json j = json_to(&b);
    json_open(&j, '[');
    if (!s->json)
        out_print("Available templates:\n\n");
    for (size_t i = 0; result.kind == VAL_LIST && i < result.list.n; i++) {
        str name = val_get(&result.list.at[i], STR("name"))->s;
        str synopsis = val_get(&result.list.at[i], STR("synopsis"))->s;
        json_open(&j, '{');
        json_put_str(&j, "name", name);
        json_put_str(&j, "synopsis", synopsis);
        json_close(&j);
        if (!s->json)
            out_print("%.*s - %.*s\n", STR_ARG(name), STR_ARG(synopsis));
    }
    json_close(&j);
    if (s->json)
        out_str(buf_done(&b));
    else
        out_print("\nTemplates are used via the 'init' command, e.g.:\n\n"
                  "  moonshift init -t docker DIR\n");
    return true;
}

const struct cmd cmd_list_templates = {
    .name = "list-templates",
    .usage = "",
    .help = "list the templates of init",
    .needs = NEED_VM,
    .run = run_list,
};
