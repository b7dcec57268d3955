/* Circles of needs, and how they are opened: see circle.c. Private to plan/diff. */
#ifndef MOONSHIFT_PLAN_CIRCLE_H
#define MOONSHIFT_PLAN_CIRCLE_H

#include "plan/diff_parts.h"

/* Fills side.circle and side.part of both sides; what stays a circle goes to
 * diff.circles. */
void find_circles(struct differ *d);
/* The part of an object that has this need. */
enum part need_part(const struct side *s, size_t object, const struct need *need);
/* Is it a need of the second part only? */
bool is_second_part(const struct side *s, size_t object, const struct need *need);

/* The op that makes what can be made first: the whole, when the object has one part. */
struct op *first_part(struct differ *d, const struct side *s, size_t object);
void second_part(struct differ *d, const struct side *s, size_t object, struct ops *ops);
/* What goes before the drops. */
void undo_second_part(struct differ *d, const struct side *s, size_t object,
                      struct ops *ops);

#endif
