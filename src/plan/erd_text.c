/* Mermaid and Graphviz: text of a picture that others lay out. */
#include "plan/erd.h"

#include <ctype.h>
#include <string.h>

/* -- Mermaid ------------------------------------------------------------------------ */

/* Attribute types and names of an erDiagram are words: letters, digits, _ - [ ] ( ); what
 * else there is becomes _. The first must be a letter. */
static void put_mermaid_word(struct buf *b, str s)
{
    if (s.n == 0 || !(isalpha((unsigned char)s.p[0]) || (unsigned char)s.p[0] >= 0x80))
        buf_put(b, "c_");
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = isalnum(c) || c >= 0x80 || memchr("_-[]()", c, 6);
        buf_char(b, plain ? s.p[i] : '_');
    }
}

/* Text in double quotes knows no escape: a quote becomes two single ones. */
static void put_mermaid_text(struct buf *b, str s)
{
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"')
            buf_put(b, "''");
        else
            buf_char(b, c < ' ' || c == '%' || c == '\\' ? ' ' : s.p[i]);
    }
    buf_char(b, '"');
}

static void put_mermaid_column(struct buf *b, const struct erd_column *c, struct arena *a)
{
    bool first = true;
    buf_put(b, "        ");
    put_mermaid_word(b, erd_short_type(c->type, a));
    buf_char(b, ' ');
    put_mermaid_word(b, c->name);
    const struct {
        bool has;
        const char *word;
    } keys[] = {{c->primary, "PK"}, {c->foreign, "FK"}, {c->unique && !c->primary, "UK"}};
    for (size_t i = 0; i < 3; i++) {
        if (!keys[i].has)
            continue;
        buf_put(b, first ? " " : ", ");
        buf_put(b, keys[i].word);
        first = false;
    }
    if (c->comment.n) {
        buf_char(b, ' ');
        put_mermaid_text(b, c->comment);
    }
    buf_char(b, '\n');
}

str erd_mermaid(const struct erd *d, struct arena *a)
{
    struct buf b = buf_in(a);
    buf_put(&b, "erDiagram\n");
    for (size_t i = 0; i < d->n_tables; i++) {
        const struct erd_table *t = &d->tables[i];
        buf_fmt(&b, "    t%zu[", i);
        put_mermaid_text(&b, t->title);
        buf_put(&b, t->n ? "] {\n" : "]\n");
        for (size_t k = 0; k < t->n; k++)
            put_mermaid_column(&b, &t->columns[k], a);
        buf_put(&b, t->n ? "    }\n" : "");
    }
    for (size_t i = 0; i < d->n_links; i++) {
        const struct erd_link *l = &d->links[i];
        buf_fmt(&b, "    t%zu %s--%s t%zu : ", l->to, l->optional ? "|o" : "||",
                l->one ? "o|" : "o{", l->from);
        put_mermaid_text(&b, l->columns);
        buf_char(&b, '\n');
    }
    return buf_done(&b);
}

/* -- Graphviz ----------------------------------------------------------------------- */

/* Inside an HTML-like label; empty text is no text for Graphviz. */
static void put_dot_cell(struct buf *b, const char *attributes, str text)
{
    buf_fmt(b, "<td %s>", attributes);
    if (text.n)
        erd_put_xml(b, text);
    else
        buf_char(b, ' ');
    buf_put(b, "</td>");
}

static void put_dot_table(struct buf *b, const struct erd_table *t, size_t number,
                          struct arena *a)
{
    buf_fmt(b,
            "    t%zu [tooltip=\"\", label=<<table border=\"0\" cellborder=\"1\" "
            "cellspacing=\"0\" cellpadding=\"4\">\n        <tr>",
            number);
    put_dot_cell(b, "colspan=\"3\" bgcolor=\"#e8edf4\"", t->title);
    buf_put(b, "</tr>\n");
    for (size_t i = 0; i < t->n; i++) {
        const struct erd_column *c = &t->columns[i];
        buf_put(b, "        <tr>");
        put_dot_cell(b, str_fmt(a, "port=\"l%zu\"", i).p,
                     c->primary   ? STR("PK")
                     : c->foreign ? STR("FK")
                     : c->unique  ? STR("U")
                                  : STR(""));
        put_dot_cell(b, "align=\"left\"", c->name);
        put_dot_cell(b, str_fmt(a, "align=\"left\" port=\"r%zu\"", i).p,
                     erd_short_type(c->type, a));
        buf_put(b, "</tr>\n");
    }
    buf_put(b, "    </table>>];\n");
}

str erd_dot(const struct erd *d, struct arena *a)
{
    struct buf b = buf_in(a);
    buf_put(&b, "digraph schema {\n"
                "    rankdir=RL;\n"
                "    graph [nodesep=0.3, ranksep=1];\n"
                "    node [shape=plain, fontname=\"monospace\", fontsize=10];\n"
                "    edge [dir=both, color=\"#667788\"];\n");
    for (size_t i = 0; i < d->n_tables; i++)
        put_dot_table(&b, &d->tables[i], i, a);
    for (size_t i = 0; i < d->n_links; i++) {
        const struct erd_link *l = &d->links[i];
        bool itself = l->from == l->to; /* a line on its right side, not over the table */
        buf_fmt(&b, "    t%zu", l->from);
        if (d->tables[l->from].n)
            buf_fmt(&b, ":%s%zu%s", itself ? "r" : "l", l->from_column,
                    itself ? ":e" : "");
        buf_fmt(&b, " -> t%zu", l->to);
        if (d->tables[l->to].n)
            buf_fmt(&b, ":r%zu%s", l->to_column, itself ? ":e" : "");
        buf_fmt(&b, " [arrowtail=%s, arrowhead=%s];\n", l->one ? "teeodot" : "crowodot",
                l->optional ? "teeodot" : "teetee");
    }
    buf_put(&b, "}\n");
    return buf_done(&b);
}
