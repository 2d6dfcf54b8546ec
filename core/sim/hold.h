/* Connections that wait (delays, hangs): suspended in the HTTP library and resumed by one timer
 * thread, so that they block nobody. At most HOLD_MAX. */
#ifndef SIM_HOLD_H
#define SIM_HOLD_H

#include <stdbool.h>
#include <stdint.h>

struct MHD_Connection;
struct hold;

#define HOLD_MAX 256

struct hold *hold_start(void);
/* Resumes everything and ends the thread; hold_add refuses from then on. */
void hold_close(struct hold *h);
void hold_free(struct hold *h);

/* Suspends c for ms of real time; one that hangs may be resumed before. -1 when closed or full: c
 * is not suspended. */
int hold_add(struct hold *h, struct MHD_Connection *c, int64_t ms, bool hangs);
void hold_resume_hanging(struct hold *h);

#endif
