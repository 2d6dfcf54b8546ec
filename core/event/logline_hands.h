/* Inside core/event only: lines of what hands and messages came to. */
#ifndef EVENT_LOGLINE_HANDS_H
#define EVENT_LOGLINE_HANDS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/buf.h"

void line_burst(const cJSON *burst, struct buf *out); /* nothing for a piece of the transcript */
void line_follow(const cJSON *body, struct buf *out); /* errors and marks alone */
bool line_notify(const cJSON *body, struct buf *out); /* false: it has no op */

#endif
