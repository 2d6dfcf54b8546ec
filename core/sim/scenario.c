/* Scenario files: lines of words, read strictly; the first error is told with file and line.
 * Opens built-in texts and files. The kinds of lines are in scenario_line.c. */
#include "sim/scenario.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/num.h"
#include "sim/scenario_parse.h"

#define TEXT_MAX    (1 << 20)
#define INCLUDE_MAX 4

int scn_fail(struct scn_line *l, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return err_set(l->e, EX_BADDATA, "%s:%d: %s", l->file, l->no, text);
}

const char *scn_peek(const struct scn_line *l)
{
    return l->at < l->n ? l->word[l->at] : NULL;
}

const char *scn_take(struct scn_line *l)
{
    return l->at < l->n ? l->word[l->at++] : NULL;
}

int scn_end(struct scn_line *l)
{
    const char *w = scn_peek(l);
    return w ? scn_fail(l, "\"%s\" is not expected here", w) : 0;
}

/* Splits at white space, not inside quotes or braces. */
static int split(struct scn_line *l, char *text)
{
    char *p = text;
    for (;;) {
        p += strspn(p, " \t\r");
        if (!*p || *p == '#')
            return 0;
        if (l->n >= WORDS_MAX)
            return scn_fail(l, "more than %d words in a line", WORDS_MAX);
        l->word[l->n++] = p;
        bool quoted = false, braced = false;
        for (; *p && (quoted || braced || !strchr(" \t\r", *p)); p++) {
            if (*p == '"')
                quoted = !quoted;
            else if (!quoted && (*p == '{' || *p == '}'))
                braced = *p == '{';
        }
        if (quoted || braced)
            return scn_fail(l, "%s is not closed", quoted ? "a quote" : "a brace");
        if (*p)
            *p++ = '\0';
    }
}

static int about(struct scn_line *l)
{
    struct buf b = BUF_INIT;
    if (!scn_peek(l))
        return scn_fail(l, "about needs a sentence");
    for (const char *w; (w = scn_take(l));)
        buf_addf(&b, "%s%s", b.len ? " " : "", w);
    str_copy(l->s->about, sizeof l->s->about, b.p);
    buf_free(&b);
    return 0;
}

static int seed(struct scn_line *l)
{
    const char *w = scn_take(l);
    if (!w || int_parse(w, 0, INT32_MAX, &l->s->seed) < 0)
        return scn_fail(l, "seed needs a whole number from 0 on");
    return scn_end(l);
}

static int scrape(struct scn_line *l)
{
    if (scn_duration(l, "scrape", &l->s->scrape_ms) < 0)
        return -1;
    if (l->s->scrape_ms < 1000 || l->s->scrape_ms > 60000)
        return scn_fail(l, "scrape must be from 1s to 60s");
    return scn_end(l);
}

static int include(struct scn_line *l)
{
    const char *w = scn_take(l);
    const struct sim_text *t = w ? sim_text_find(w) : NULL;
    if (!t)
        return scn_fail(l, "include needs the name of a built-in text, like common");
    if (l->depth >= INCLUDE_MAX)
        return scn_fail(l, "includes are nested too deep");
    if (scn_end(l) < 0)
        return -1;
    return scenario_parse_into(l->s, (const char *)t->text, t->n, t->name, l->depth + 1, l->e);
}

static int gauge(struct scn_line *l)
{
    return scn_series(l, SERIES_GAUGE);
}

static int counter(struct scn_line *l)
{
    return scn_series(l, SERIES_COUNTER);
}

static int histogram(struct scn_line *l)
{
    return scn_series(l, SERIES_HISTOGRAM);
}

static const struct {
    const char *word;
    int (*fn)(struct scn_line *l);
} kinds[] = {
    {"about", about},         {"seed", seed},         {"scrape", scrape},   {"include", include},
    {"signal", scn_signal},   {"effect", scn_effect}, {"gauge", gauge},     {"counter", counter},
    {"histogram", histogram}, {"gone", scn_gone},     {"stall", scn_stall}, {"fault", scn_fault},
    {"alert", scn_alert},
};
#define N_KINDS (sizeof kinds / sizeof *kinds)

static int one_line(struct scn_line *l)
{
    const char *words[N_KINDS], *word = scn_take(l);
    for (size_t i = 0; i < N_KINDS; i++) {
        if (!strcmp(word, kinds[i].word))
            return kinds[i].fn(l);
        words[i] = kinds[i].word;
    }
    return scn_fail(l, "unknown kind of line \"%.60s\"%s", word,
                    near_hint(word, words, N_KINDS).text);
}

int scenario_parse_into(struct scenario *s, const char *text, size_t n, const char *name, int depth,
                        struct err *e)
{
    if (n > TEXT_MAX)
        return err_set(e, EX_BADDATA, "%s: larger than 1 MiB", name);
    if (memchr(text, '\0', n))
        return err_set(e, EX_BADDATA, "%s: holds a NUL byte; a scenario is plain text", name);
    struct scn_line l = {.file = name, .s = s, .depth = depth, .e = e};
    int r = 0;
    for (const char *p = text, *end = text + n; r == 0 && p < end;) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        size_t len = (size_t)((eol ? eol : end) - p);
        char *copy = xstrndup(p, len);
        l.no++;
        l.n = l.at = 0;
        r = len > 1000 ? scn_fail(&l, "line longer than 1000 bytes") : split(&l, copy);
        if (r == 0 && l.n)
            r = one_line(&l);
        free(copy);
        p += len + 1;
    }
    return r;
}

struct scenario *scenario_parse(const char *text, size_t n, const char *name, struct err *e)
{
    struct scenario *s = xzalloc(1, sizeof *s);
    s->scrape_ms = 5000;
    s->seed = 1;
    s->signal = xzalloc(SIGNALS_MAX, sizeof *s->signal);
    s->effect = xzalloc(EFFECTS_MAX, sizeof *s->effect);
    s->series = xzalloc(SERIES_MAX, sizeof *s->series);
    s->gone = xzalloc(GONE_MAX, sizeof *s->gone);
    s->stall = xzalloc(STALLS_MAX, sizeof *s->stall);
    s->fault = xzalloc(FAULTS_MAX, sizeof *s->fault);
    s->alert = xzalloc(ALERTS_DEFINED_MAX, sizeof *s->alert);
    if (scenario_parse_into(s, text, n, name, 0, e) == 0) {
        if (s->about[0] && s->n_series)
            return s;
        err_set(e, EX_BADDATA,
                "%s: needs an `about` line and at least one series (`include common`)", name);
    }
    scenario_free(s);
    return NULL;
}

const struct sim_text *sim_text_find(const char *name)
{
    for (const struct sim_text *t = sim_texts; t->name; t++)
        if (!strcmp(t->name, name))
            return t;
    return NULL;
}

static struct scenario *open_file(const char *path, struct err *e)
{
    struct buf b = BUF_INIT;
    char block[4096];
    size_t got;
    FILE *f = fopen(path, "rb");
    if (!f) {
        err_set(e, EX_NOFILE,
                "no scenario \"%s\": %s; `warroom sim --list` names the built-in ones", path,
                strerror(errno));
        return NULL;
    }
    while ((got = fread(block, 1, sizeof block, f)) > 0 && b.len <= TEXT_MAX)
        buf_add(&b, block, got);
    fclose(f);
    struct scenario *s = scenario_parse(buf_str(&b), b.len, path, e);
    buf_free(&b);
    return s;
}

struct scenario *scenario_open(const char *name, struct err *e)
{
    const struct sim_text *t = sim_text_find(name);
    if (t && strcmp(name, "common") != 0 && !strchr(name, '.'))
        return scenario_parse((const char *)t->text, t->n, t->name, e);
    return open_file(name, e);
}

void scenario_free(struct scenario *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n_series; i++)
        for (size_t k = 0; k < s->series[i].n_expr; k++)
            pq_free(s->series[i].expr[k]);
    for (size_t i = 0; i < s->n_alerts; i++)
        pq_free(s->alert[i].expr);
    free(s->signal);
    free(s->effect);
    free(s->series);
    free(s->gone);
    free(s->stall);
    free(s->fault);
    free(s->alert);
    free(s);
}

int scenario_signal(const struct scenario *s, const char *name)
{
    for (size_t i = 0; i < s->n_signals; i++)
        if (!strcmp(s->signal[i].name, name))
            return (int)i;
    return -1;
}
