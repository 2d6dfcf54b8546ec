/* Times and durations as Prometheus' API takes them. */
#ifndef SIM_TIME_PARAM_H
#define SIM_TIME_PARAM_H

#include <stdint.h>

int time_param(const char *text, int64_t *ms); /* unix seconds or RFC 3339. 0 or -1 */
int step_param(const char *text, int64_t *ms); /* seconds or 5m. 0 or -1 */

#endif
