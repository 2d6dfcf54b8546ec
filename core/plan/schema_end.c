/* Rows of what is to be done once a run is over. */
#include "plan/schema.h"

#include "plan/check.h"
#include "plan/read.h"

#define N(a)        (sizeof(a) / sizeof *(a))
#define AT(f)       .at = offsetof(struct follow_up, f)
#define WORDS(list) .words = list, .n_words = N(list)
#define DAY         86400000.0

static const char *const words_on[] = {
    [FOLLOW_PASS] = "pass", [FOLLOW_FAIL] = "fail", [FOLLOW_ROLLBACK] = "rollback"};

static const struct key_row follow_up_rows[] = {
    {"on", KEY_WORDS, KEY_REQUIRED, AT(on), WORDS(words_on), .doc = "which ends it belongs to"},
    {"title", KEY_LINE, KEY_REQUIRED, AT(title), .doc = "what is to be done"},
    {"owner", KEY_LINE, KEY_REQUIRED, AT(owner), .doc = "role that sees to it"},
    {"due", KEY_DURATION, 0, AT(due_ms), .lo = 0, .hi = 60 * DAY, .fallback = "24h",
     .doc = "after the verdict"},
    {"priority", KEY_LINE, 0, AT(priority), .doc = "a word of the plan's own"},
};
const struct key_map schema_follow_up = {"follow_up", follow_up_rows, N(follow_up_rows),
                                         sizeof(struct follow_up), NULL};
