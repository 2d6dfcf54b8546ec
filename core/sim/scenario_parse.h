/* What the two halves of the scenario parser share. */
#ifndef SIM_SCENARIO_PARSE_H
#define SIM_SCENARIO_PARSE_H

#include "sim/scenario.h"

#define WORDS_MAX 40
struct scn_line {
    const char *file;
    int no;
    char *word[WORDS_MAX]; /* into the line's copy; quotes are kept */
    size_t n, at;          /* at: the next word to take */
    struct scenario *s;
    int depth; /* of includes */
    struct err *e;
};

/* Sets the error with file and line; returns -1. */
int scn_fail(struct scn_line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *scn_take(struct scn_line *l); /* the next word or NULL */
const char *scn_peek(const struct scn_line *l);
int scn_number(struct scn_line *l, const char *what, double *out);
int scn_duration(struct scn_line *l, const char *what, int64_t *out);
int scn_when(struct scn_line *l, struct when *w); /* `from ANCHOR [for D] [every D]` */

/* Words from `at` up to `until` (not taken) as one expression over signals; NULL with the error. */
struct pq *scn_expr(struct scn_line *l, const char *until);
int scn_label(struct scn_line *l, const char *text, struct label *label, size_t *n);
bool scn_is_name(const char *s, size_t max);            /* letters, digits, _ and : */
bool scn_next_is(struct scn_line *l, const char *word); /* takes the word if it is next */
int scn_end(struct scn_line *l);                        /* nothing may be left */

/* One handler per kind of line; the first word has been taken. */
int scn_signal(struct scn_line *l);
int scn_effect(struct scn_line *l);
int scn_series(struct scn_line *l, enum series_kind kind);
int scn_gone(struct scn_line *l);
int scn_stall(struct scn_line *l);
int scn_fault(struct scn_line *l);
int scn_alert(struct scn_line *l);

int scenario_parse_into(struct scenario *s, const char *text, size_t n, const char *name, int depth,
                        struct err *e);

#endif
