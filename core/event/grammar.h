/* The grammar of a person's line in the war-room log (CONTRACT 8): an observation, evidence, and
 * from the decision maker a decision. Pure. Numbers are never typed: a value that was typed for a
 * metric is dropped, the journal's stands in its place, or the line is refused with a sentence.
 *
 *     line     = [clock "|"] field { "|" field } ["|" ROLE ":" decision | "|" "asks IC"]
 *     evidence = metric ["=" number unit] | n "/" m ["metrics"] ["PASS"|"FAIL"] | #SEQ | file
 */
#ifndef EVENT_GRAMMAR_H
#define EVENT_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define LINE_METRICS_MAX 8
#define LINE_TEXT_MAX    400

/* What a line may name. */
struct line_metric {
    const char *id, *signal, *unit; /* signal: its name in the minute line, "" none */
};
struct line_terms {
    const struct line_metric *metrics;
    size_t n_metrics;
    const char *const *files; /* evidence files that have been written */
    size_t n_files;
    int64_t seq; /* of the newest event: #1 to #seq are events of the tool */
};

enum line_fault {
    LINE_GOOD,
    LINE_EMPTY,       /* no observation */
    LINE_OPINION,     /* it argues */
    LINE_TYPED,       /* a number was typed that belongs to the journal */
    LINE_NO_EVIDENCE, /* nothing the journal can resolve */
};

struct line {
    char text[LINE_TEXT_MAX]; /* the observation, without what the tool writes itself */
    size_t metrics[LINE_METRICS_MAX], n_metrics; /* named ones, in order */
    bool tally;                                  /* "6/6 PASS" was named */
    int64_t event;                               /* #SEQ; 0 none */
    char file[80];                               /* evidence file; "" none */
    char role[32], decision[64];                 /* `IC: Proceed`, "" and "ask"; "" none */
};

/* Reads one line. `bound` is a metric picked beside the text, -1 none. `why` gets a sentence for
 * any fault; *out is filled as far as it was read in every case. */
enum line_fault line_read(const char *typed, int bound, const struct line_terms *terms,
                          struct line *out, struct err *why);

/* Words that argue in a text, "" none: `"I think", "might"`, at most four; the language of the
 * first in lang[3]. Returns how many different ones there are. */
int opinion_words(const char *text, char *out, size_t size, char lang[3]);

/* Folded for comparing: small letters, Turkish and Latin marks dropped, white space single. */
struct buf;
void opinion_fold(const char *text, struct buf *out);

#endif
