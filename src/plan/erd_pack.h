/* Boxes packed into a page that is about as high as a screen is, the largest first, each
 * as far up as it fits. Knows nothing of what the boxes hold. */
#ifndef MOONSHIFT_PLAN_ERD_PACK_H
#define MOONSHIFT_PLAN_ERD_PACK_H

#include "base/arena.h"

struct box {
    int x, y, width, height; /* pixels; x and y are filled in, from 0 on */
    size_t part;             /* the caller's; boxes of one size keep its order */
};

/* Sorts the boxes, adds the gaps to their right and below to their sizes, and places
 * them. */
void boxes_pack(struct box *boxes, size_t n, int right_gap, int low_gap, struct arena *a);

#endif
