/* Any text as a person's line: what comes out is bounded, and what is good has evidence. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "event/grammar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct line_metric metrics[] = {{"p95", "p95", "ms"}, {"err", "5xx", "%"}};
    static const char *const files[] = {"a.txt"};
    const struct line_terms terms = {metrics, 2, files, 1, 1000};
    char *text = xstrndup((const char *)data, size), words[160], lang[3];
    for (int bound = -1; bound < 3; bound++) {
        struct line l;
        struct err why = ERR_INIT;
        enum line_fault got = line_read(text, bound, &terms, &l, &why);
        if ((got == LINE_GOOD) != !*why.text || l.n_metrics > 2 || l.event > 1000)
            abort();
        if (got == LINE_GOOD && (!*l.text || (!l.n_metrics && !l.tally && !l.event && !*l.file) ||
                                 opinion_words(l.decision, words, sizeof words, lang)))
            abort();
    }
    free(text);
    return 0;
}
