#include "app/cmd/cmd.h"
#include "app/models.h"
#include "base/file.h"
#include "plan/erd.h"

static const struct opt opts[] = {
    {"format", 0, OPT_WORD, "mermaid|dot|svg|html",
     "what to write; mermaid when left out"},
    {"models", 0, OPT_FLAG, NULL, "of the models instead of the database"},
    {"schema", 0, OPT_MANY, "NAME", "only the tables of this schema"},
    {"columns", 0, OPT_WORD, "all|keys|none", "which columns a table shows (all)"},
    {"title", 0, OPT_TEXT, "TEXT", "what stands above it; the database's name"},
    {"output", 'o', OPT_TEXT, "FILE", "write to this file, which may be there already"},
    {0},
};

static bool read_schema(struct session *s, const struct args *args, struct catalog *c,
                        struct err *e)
{
    struct ops renames = {0};
    struct catalog target = {0};
    struct catalog *first = args_flag(args, "models") ? &target : c;
    if (!target_catalog(s, first, e))
        return false;
    return first == c || models_catalog(s, target.default_schema, c, &renames, e);
}

static enum erd_columns columns_of(const struct args *args)
{
    str word = args_text(args, "columns");
    return str_is(word, "keys") ? ERD_KEYS : str_is(word, "none") ? ERD_NONE : ERD_ALL;
}

static str draw(struct erd *d, str format, struct arena *a)
{
    if (str_is(format, "dot"))
        return erd_dot(d, a);
    if (!str_is(format, "svg") && !str_is(format, "html"))
        return erd_mermaid(d, a);
    erd_layout(d, a);
    return str_is(format, "svg") ? erd_svg(d, a) : erd_html(d, a);
}

static bool run(struct session *s, struct args *args, struct err *e)
{
    struct catalog c = {0};
    struct erd d;
    str title = args_text(args, "title"), output = args_text(args, "output");
    struct erd_options options = {.columns = columns_of(args)};
    options.n_schemas = args_many(args, "schema", &options.schemas, s->arena);
    if (!read_schema(s, args, &c, e))
        return false;
    options.title = title.n ? title : conn_database(s->conn);
    erd_read(&c, &options, &d, s->arena);
    if (d.n_tables == 0)
        out_warn(s, "there is no table to draw");
    str text = draw(&d, args_text(args, "format"), s->arena);
    if (!output.n) {
        out_str(text);
        return true;
    }
    if (!file_replace(str_copy(s->arena, output).p, text, s->arena, e))
        return false;
    out_info(s, "Wrote %.*s: %zu tables, %zu keys", STR_ARG(output), d.n_tables,
             d.n_links);
    return true;
}

const struct cmd cmd_erd = {
    .name = "erd",
    .usage = "",
    .help = "draw the tables and their keys",
    .about =
        "Reads the live database, or builds the models in a scratch database.\n"
        "  moonshift erd --format html -o schema.html   a page to look at and search in\n"
        "  moonshift erd --format svg > schema.svg      the drawing alone\n"
        "  moonshift erd                                Mermaid, for a README\n"
        "  moonshift erd --format dot | dot -Tpdf       Graphviz\n"
        "The same schema gives the same bytes, so that the file can be committed.",
    .opts = opts,
    .needs = NEED_CONFIG | NEED_DB,
    .run = run,
};
