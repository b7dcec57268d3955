/* The drawing as SVG, and the page that holds it. */
#include "plan/erd.h"

#include "base/embed.h"

#include <assert.h>
#include <string.h>

extern const struct embedded embedded_erd[];

/* Pixels from the left edge of a table, from its right edge, and down. */
enum {
    KEY_X = 8,
    TITLE_X = 10,
    NAME_X = 30,
    RIGHT_X = 9,
    TITLE_Y = 18,
    BASELINE = 4, /* below the middle of a row */
    CORNER = 6,   /* radius */
    HUES = 7,     /* classes hue0, hue1, … of erd/colors.css */
};

static str file_named(const char *name)
{
    for (const struct embedded *f = embedded_erd; f->name; f++)
        if (str_ends(str_of(f->name), str_of(name)))
            return (str){f->bytes, f->n};
    assert(false && "no such file in src/plan/erd");
    return STR_NONE;
}

void erd_put_xml(struct buf *b, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        switch (c) {
        case '&':
            buf_put(b, "&amp;");
            break;
        case '<':
            buf_put(b, "&lt;");
            break;
        case '>':
            buf_put(b, "&gt;");
            break;
        case '"':
            buf_put(b, "&quot;");
            break;
        case '\'':
            buf_put(b, "&#39;");
            break;
        default:
            buf_char(b, c < ' ' && c != '\n' && c != '\t' ? ' ' : text.p[i]);
        }
    }
}

static void put_text(struct buf *b, const char *kind, int x, int y, str text)
{
    buf_fmt(b, "<text class=\"%s\" x=\"%d\" y=\"%d\">", kind, x, y);
    erd_put_xml(b, text);
    buf_put(b, "</text>");
}

/* -- tables ------------------------------------------------------------------------- */

static void put_column(struct buf *b, const struct erd_table *t, size_t i,
                       struct arena *a)
{
    const struct erd_column *c = &t->columns[i];
    int middle = erd_row_y(t, i), base = middle + BASELINE;
    const char *key = c->primary ? "pk" : c->foreign ? "fk" : c->unique ? "uk" : NULL;
    buf_fmt(b, "<g class=\"col%s\"><title>", c->not_null ? "" : " null");
    erd_put_xml(b, c->name);
    buf_char(b, ' ');
    erd_put_xml(b, c->type);
    buf_put(b, c->not_null ? " NOT NULL" : "");
    if (c->comment.n) {
        buf_char(b, '\n');
        erd_put_xml(b, c->comment);
    }
    buf_put(b, "</title>");
    buf_fmt(b, "<rect class=\"row\" x=\"1\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
            middle - ERD_ROW / 2, t->width - 2, ERD_ROW);
    if (key)
        put_text(b, key, KEY_X, base,
                 c->primary   ? STR("PK")
                 : c->foreign ? STR("FK")
                              : STR("U"));
    put_text(b, "name", NAME_X, base, erd_cut(c->name, ERD_NAME_LETTERS, a));
    put_text(b, "type", t->width - RIGHT_X, base,
             erd_cut(erd_short_type(c->type, a), ERD_TYPE_LETTERS, a));
    buf_put(b, "</g>\n");
}

static void put_table(struct buf *b, const struct erd_table *t, size_t number,
                      struct arena *a)
{
    buf_fmt(b,
            "<g class=\"table hue%zu\" id=\"t%zu\" data-t=\"%zu\" tabindex=\"0\" "
            "transform=\"translate(%d %d)\"><title>",
            t->hue % HUES, number, number, t->x, t->y);
    erd_put_xml(b, t->title);
    if (t->comment.n) {
        buf_char(b, '\n');
        erd_put_xml(b, t->comment);
    }
    buf_put(b, "</title>\n");
    buf_fmt(b, "<rect class=\"box\" width=\"%d\" height=\"%d\" rx=\"%d\"/>", t->width,
            t->height, CORNER);
    if (t->n)
        buf_fmt(
            b,
            "<path class=\"head\" d=\"M0 %d V%d a%d %d 0 0 1 %d -%d H%d a%d %d 0 0 1 %d "
            "%d V%d Z\"/>",
            ERD_HEAD - 2, CORNER, CORNER, CORNER, CORNER, CORNER, t->width - CORNER,
            CORNER, CORNER, CORNER, CORNER, ERD_HEAD - 2);
    else
        buf_fmt(b, "<rect class=\"head\" width=\"%d\" height=\"%d\" rx=\"%d\"/>",
                t->width, t->height, CORNER);
    put_text(b, "title", TITLE_X, TITLE_Y, erd_cut(t->title, ERD_NAME_LETTERS, a));
    if (t->n_partitions)
        put_text(
            b, "parts", t->width - RIGHT_X, TITLE_Y,
            str_fmt(a, "%zu part%s", t->n_partitions, t->n_partitions == 1 ? "" : "s"));
    buf_char(b, '\n');
    for (size_t i = 0; i < t->n; i++)
        put_column(b, t, i, a);
    buf_put(b, "</g>\n");
}

/* -- lines -------------------------------------------------------------------------- */

/* From point to point: level within a column, a curve between two. */
static void put_curve(struct buf *b, const struct erd_link *l)
{
    const struct erd_point *p = l->points;
    buf_fmt(b, "<path class=\"line\" d=\"M%d %d", p[0].x, p[0].y);
    if (l->from == l->to) {
        int lift = p[0].y == p[1].y ? 14 : 0;
        buf_fmt(b, " C%d %d %d %d %d %d", p[0].x + 34, p[0].y - lift, p[1].x + 34,
                p[1].y + lift, p[1].x, p[1].y);
    }
    for (size_t i = 1; l->from != l->to && i < l->n_points; i++) {
        int half = (p[i].x - p[i - 1].x) / 2;
        if (i % 2)
            buf_fmt(b, " H%d", p[i].x);
        else
            buf_fmt(b, " C%d %d %d %d %d %d", p[i - 1].x + half, p[i - 1].y,
                    p[i].x - half, p[i].y, p[i].x, p[i].y);
    }
    buf_put(b, "\"/>");
}

/* The crow's foot of what refers (`out` is 1 when the line leaves to the right). */
static void put_end_many(struct buf *b, struct erd_point p, int out, bool one)
{
    if (one)
        buf_fmt(b, "<path class=\"end\" d=\"M%d %d v8\"/>", p.x + 7 * out, p.y - 4);
    else
        buf_fmt(b, "<path class=\"end\" d=\"M%d %d l%d 5 M%d %d l%d -5\"/>",
                p.x + 10 * out, p.y, -10 * out, p.x + 10 * out, p.y, -10 * out);
    buf_fmt(b, "<circle class=\"end\" cx=\"%d\" cy=\"%d\" r=\"3\"/>",
            p.x + (one ? 13 : 14) * out, p.y);
}

/* The bar of what is referred to; a ring where the reference may be missing. */
static void put_end_one(struct buf *b, struct erd_point p, int out, bool optional)
{
    buf_fmt(b, "<path class=\"end\" d=\"M%d %d v8\"/>", p.x + 6 * out, p.y - 4);
    if (optional)
        buf_fmt(b, "<circle class=\"end\" cx=\"%d\" cy=\"%d\" r=\"3\"/>", p.x + 12 * out,
                p.y);
    else
        buf_fmt(b, "<path class=\"end\" d=\"M%d %d v8\"/>", p.x + 10 * out, p.y - 4);
}

static void put_link(struct buf *b, const struct erd *d, const struct erd_link *l)
{
    if (l->n_points < 2)
        return;
    struct erd_point left = l->points[0], right = l->points[l->n_points - 1];
    bool loop = l->from == l->to;
    buf_fmt(b, "<g class=\"link\" data-from=\"%zu\" data-to=\"%zu\"><title>", l->from,
            l->to);
    erd_put_xml(b, d->tables[l->from].title);
    buf_put(b, " (");
    erd_put_xml(b, l->columns);
    buf_put(b, ") \xE2\x86\x92 ");
    erd_put_xml(b, d->tables[l->to].title);
    buf_put(b, " (");
    erd_put_xml(b, l->referents);
    buf_put(b, ")</title>");
    put_curve(b, l);
    put_end_many(b, l->from_left ? left : right, l->from_left ? 1 : -1, l->one);
    put_end_one(b, l->from_left ? right : left, l->from_left && !loop ? -1 : 1,
                l->optional);
    buf_put(b, "</g>\n");
}

void erd_put_drawing(struct buf *b, const struct erd *d, struct arena *a)
{
    buf_put(b, "<g class=\"links\">\n");
    for (size_t i = 0; i < d->n_links; i++)
        put_link(b, d, &d->links[i]);
    buf_put(b, "</g>\n<g class=\"tables\">\n");
    for (size_t i = 0; i < d->n_tables; i++)
        put_table(b, &d->tables[i], i, a);
    buf_put(b, "</g>\n");
}

static void put_svg_open(struct buf *b, const struct erd *d)
{
    buf_fmt(
        b,
        "<svg class=\"erd\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
        "width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"",
        d->width, d->height, d->width, d->height);
    erd_put_xml(b, d->title);
    buf_put(b, "\">\n");
}

str erd_svg(const struct erd *d, struct arena *a)
{
    struct buf b = buf_in(a);
    put_svg_open(&b, d);
    buf_put(&b, "<style>\n");
    buf_str(&b, file_named("/colors.css"));
    buf_str(&b, file_named("/drawing.css"));
    buf_put(&b, "</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n");
    erd_put_drawing(&b, d, a);
    buf_put(&b, "</svg>\n");
    return buf_done(&b);
}

/* -- the page ----------------------------------------------------------------------- */

static void put_link_to(struct buf *b, const struct erd *d, size_t table)
{
    buf_fmt(b, "<a href=\"#c%zu\" data-t=\"%zu\">", table, table);
    erd_put_xml(b, d->tables[table].title);
    buf_put(b, "</a>");
}

static void put_cell(struct buf *b, const char *kind, str text)
{
    buf_fmt(b, "<td class=\"%s\">", kind);
    erd_put_xml(b, text);
    buf_put(b, "</td>");
}

static void put_card_column(struct buf *b, const struct erd_column *c)
{
    buf_put(b, "<tr><td class=\"key\">");
    buf_put(b, c->primary ? "<b class=\"pk\">PK</b>" : "");
    buf_put(b, c->foreign ? "<b class=\"fk\">FK</b>" : "");
    buf_put(b, c->unique && !c->primary ? "<b class=\"uk\">U</b>" : "");
    buf_fmt(b, "</td><td class=\"name%s\">", c->not_null ? "" : " null");
    erd_put_xml(b, c->name);
    buf_put(b, "</td>");
    put_cell(b, "type", c->type);
    buf_put(b, "</tr>\n");
    if (!c->comment.n && !c->otherwise.n && !c->values.n)
        return;
    buf_put(b, "<tr class=\"more\"><td></td><td colspan=\"2\">");
    if (c->comment.n) {
        buf_put(b, "<div class=\"comment\">");
        erd_put_xml(b, c->comment);
        buf_put(b, "</div>");
    }
    if (c->otherwise.n) {
        buf_put(b, "<div>default <code>");
        erd_put_xml(b, c->otherwise);
        buf_put(b, "</code></div>");
    }
    if (c->values.n) {
        buf_put(b, "<div>one of <code>");
        erd_put_xml(b, c->values);
        buf_put(b, "</code></div>");
    }
    buf_put(b, "</td></tr>\n");
}

/* The keys of one direction: to others (`out`), or from them. A table's key to itself is
 * one of those to others. */
static void put_card_links(struct buf *b, const struct erd *d, size_t table, bool out)
{
    for (size_t i = 0; i < d->n_links; i++) {
        const struct erd_link *l = &d->links[i];
        if (out ? l->from != table : l->to != table || l->from == table)
            continue;
        buf_fmt(b, "<li>%s", out ? "\xE2\x86\x92 " : "\xE2\x86\x90 ");
        put_link_to(b, d, out ? l->to : l->from);
        buf_put(b, " <span>");
        erd_put_xml(b, l->columns);
        if (out && l->on_delete.n) {
            buf_put(b, ", on delete ");
            erd_put_xml(b, l->on_delete);
        }
        buf_put(b, "</span></li>\n");
    }
}

static void put_card(struct buf *b, const struct erd *d, size_t number)
{
    const struct erd_table *t = &d->tables[number];
    buf_fmt(b,
            "<details class=\"card hue%zu\" id=\"c%zu\" data-t=\"%zu\"><summary><span>",
            t->hue % HUES, number, number);
    erd_put_xml(b, t->title);
    buf_fmt(b, "</span><i title=\"columns\">%zu</i></summary>\n", t->n);
    if (t->comment.n) {
        buf_put(b, "<p class=\"comment\">");
        erd_put_xml(b, t->comment);
        buf_put(b, "</p>\n");
    }
    buf_put(b, "<table>\n");
    for (size_t i = 0; i < t->n; i++)
        put_card_column(b, &t->columns[i]);
    buf_put(b, "</table>\n<ul class=\"keys\">\n");
    put_card_links(b, d, number, true);
    put_card_links(b, d, number, false);
    buf_put(b, "</ul>\n<ul class=\"notes\">\n");
    for (size_t i = 0; i < t->notes.n; i++) {
        buf_put(b, "<li><code>");
        erd_put_xml(b, t->notes.at[i]);
        buf_put(b, "</code></li>\n");
    }
    if (t->n_partitions)
        buf_fmt(b, "<li>%zu partitions</li>\n", t->n_partitions);
    buf_put(b, "</ul></details>\n");
}

/* What stands at {word} in page.html. */
static void put_place(struct buf *b, str word, const struct erd *d, struct arena *a)
{
    if (str_is(word, "title")) {
        erd_put_xml(b, d->title);
    } else if (str_is(word, "count")) {
        buf_fmt(b, "%zu tables, %zu keys", d->n_tables, d->n_links);
    } else if (str_is(word, "drawing")) {
        put_svg_open(b, d);
        erd_put_drawing(b, d, a);
        buf_put(b, "</svg>");
    } else if (str_is(word, "cards")) {
        for (size_t i = 0; i < d->n_tables; i++)
            put_card(b, d, i);
    } else {
        buf_str(b, file_named(str_fmt(a, "/%.*s", STR_ARG(word)).p));
    }
}

str erd_html(const struct erd *d, struct arena *a)
{
    struct buf b = buf_in(a);
    str rest = file_named("/page.html");
    for (;;) {
        size_t open = str_index(rest, STR("{{"));
        buf_str(&b, str_cut(rest, 0, open));
        if (open == rest.n)
            break;
        rest = str_cut(rest, open + 2, rest.n);
        size_t close = str_index(rest, STR("}}"));
        put_place(&b, str_cut(rest, 0, close), d, a);
        rest = str_cut(rest, close + 2, rest.n);
    }
    return buf_done(&b);
}
