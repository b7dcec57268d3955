#include "plan/erd_pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_size(const void *a, const void *b)
{
    const struct box *x = a, *y = b;
    long left = (long)x->width * x->height, right = (long)y->width * y->height;
    int by = (left < right) - (left > right);
    return by ? by : (x->part > y->part) - (x->part < y->part);
}

/* The skyline: how far down each stretch of the width is taken. */
struct stretch {
    int x, width, y;
};

/* The height at which a box can stand on the stretches from `i` on; -1: too wide. */
static int fits(const struct stretch *s, size_t n, size_t i, int width)
{
    int y = 0, room = 0;
    for (; i < n && room < width; i++) {
        y = s[i].y > y ? s[i].y : y;
        room += s[i].width;
    }
    return room < width ? -1 : y;
}

/* Raises the skyline over [x, x + width) to y. */
static size_t raise(struct stretch *s, size_t n, size_t i, int width, int y)
{
    size_t last = i;
    int x = s[i].x, end = x + width;
    while (last < n && s[last].x + s[last].width <= end)
        last++;
    struct stretch rest = {0};
    if (last < n && s[last].x < end)
        rest = (struct stretch){end, s[last].x + s[last].width - end, s[last].y}, last++;
    size_t put = 1 + (rest.width > 0);
    memmove(&s[i + put], &s[last], (n - last) * sizeof *s);
    s[i] = (struct stretch){x, width, y};
    if (rest.width)
        s[i + 1] = rest;
    return i + put + (n - last);
}

void boxes_pack(struct box *boxes, size_t n, int right_gap, int low_gap, struct arena *a)
{
    double area = 0;
    int width = 0;
    for (size_t i = 0; i < n; i++) {
        boxes[i].width += right_gap;
        boxes[i].height += low_gap;
        area += (double)boxes[i].width * boxes[i].height;
        width = boxes[i].width > width ? boxes[i].width : width;
    }
    int square = (int)sqrt(area * 1.7);
    width = square > width ? square : width;
    qsort(boxes, n, sizeof *boxes, by_size);
    /* A box adds at most two stretches. */
    struct stretch *s = NEW_N(a, struct stretch, 2 * n + 2);
    size_t n_stretches = 1;
    s[0] = (struct stretch){0, width, 0};
    for (size_t i = 0; i < n; i++) {
        size_t best = 0;
        int best_y = -1;
        for (size_t k = 0; k < n_stretches; k++) {
            int y = fits(s, n_stretches, k, boxes[i].width);
            if (y >= 0 && (best_y < 0 || y < best_y))
                best_y = y, best = k;
        }
        boxes[i].x = s[best].x;
        boxes[i].y = best_y;
        n_stretches =
            raise(s, n_stretches, best, boxes[i].width, best_y + boxes[i].height);
    }
}
