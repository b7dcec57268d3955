/* Time that only goes on: for durations, not for dates. */
#ifndef MOONSHIFT_BASE_CLOCK_H
#define MOONSHIFT_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment in the past. */
int64_t clock_ms(void);
/* Sleeps; not at all for 0 and less. A signal ends it early, and the caller looks at what
 * the signal has set. */
void clock_pause(int64_t ms);

#endif
