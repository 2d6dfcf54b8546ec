/* Rows of followed log files. */
#include "plan/schema.h"

#include <string.h>

#include "plan/check.h"
#include "plan/read.h"

#define N(a)      (sizeof(a) / sizeof *(a))
#define AT(s, f)  .at = offsetof(struct s, f)
#define ATN(s, f) .at = offsetof(struct s, f), .count_at = offsetof(struct s, n_##f)

static bool fits_mark(const char *s)
{
    size_t n = strlen(s);
    return n > 0 && n <= 120;
}

static void check_follow(struct load *l, const struct node *n, void *obj)
{
    struct follow_row *f = obj;
    if (!*f->title)
        f->title = f->file;
    for (size_t i = 0; i < l->plan->n_logs && &l->plan->logs[i] < f; i++)
        if (!strcmp(l->plan->logs[i].title, f->title))
            say_at(l, &f->title, false, n, "\"%.60s\" is followed twice; titles are unique",
                   f->title);
}

static const struct key_row follow_rows[] = {
    {"file", KEY_LINE, KEY_REQUIRED, AT(follow_row, file), .doc = "its path"},
    {"title", KEY_LINE, 0, AT(follow_row, title), .doc = "its name on screen; the path"},
    {"words", KEY_WORD_LIST, 0, ATN(follow_row, words), .lo = 1, .hi = 32, .fits = fits_mark,
     .allowed = "a list of texts", .doc = "lines with one of them are kept, whatever the case"},
    {"expect", KEY_WORD_LIST, 0, ATN(follow_row, expect), .lo = 1, .hi = MARKS_MAX,
     .fits = fits_mark, .allowed = "a list of texts", .doc = "marks that come in this order"},
};
const struct key_map schema_follow = {"logs", follow_rows, N(follow_rows),
                                      sizeof(struct follow_row), check_follow};
