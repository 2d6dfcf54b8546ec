/* The kinds of lines a scenario holds; each handler reads one line or says what is wrong. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "sim/scenario_parse.h"

int scn_number(struct scn_line *l, const char *what, double *out)
{
    const char *w = scn_take(l);
    if (!w || num_parse(w, out) < 0)
        return scn_fail(l, "%s needs a number, found \"%s\"", what, w ? w : "end of line");
    return 0;
}

int scn_duration(struct scn_line *l, const char *what, int64_t *out)
{
    const char *w = scn_take(l);
    if (!w || dur_parse(w, out) < 0)
        return scn_fail(l, "%s needs a duration like 90s or 5m, found \"%s\"", what,
                        w ? w : "end of line");
    return 0;
}

bool scn_is_name(const char *s, size_t max)
{
    size_t n = strlen(s);
    if (!n || n > max || isdigit((unsigned char)*s))
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '_' && *s != ':')
            return false;
    return true;
}

static int anchor(struct scn_line *l, const char *word, struct when *w)
{
    char text[64];
    str_copy(text, sizeof text, word);
    char *plus = strchr(text, '+');
    if (plus) {
        *plus = '\0';
        if (dur_parse(plus + 1, &w->after_ms) < 0)
            return scn_fail(l, "\"%s\": no duration after the +", word);
    }
    if (!strcmp(text, "start"))
        w->anchor = ANCHOR_START;
    else if (!strcmp(text, "traffic"))
        w->anchor = ANCHOR_TRAFFIC;
    else if (!strcmp(text, "execute"))
        w->anchor = ANCHOR_EXECUTE;
    else if (!strncmp(text, "weight>=", 8) && num_parse(text + 8, &w->weight) == 0 &&
             w->weight > 0 && w->weight <= 100)
        w->anchor = ANCHOR_WEIGHT;
    else
        return scn_fail(l,
                        "\"%s\" is no moment; allowed are start, traffic, execute and "
                        "weight>=N, each with +DURATION",
                        word);
    return 0;
}

bool scn_next_is(struct scn_line *l, const char *word)
{
    const char *w = scn_peek(l);
    if (!w || strcmp(w, word) != 0)
        return false;
    l->at++;
    return true;
}

int scn_when(struct scn_line *l, struct when *w)
{
    memset(w, 0, sizeof *w);
    if (!scn_next_is(l, "from") || !scn_peek(l))
        return scn_fail(l, "`from MOMENT` is missing, e.g. from weight>=25+2m");
    if (anchor(l, scn_take(l), w) < 0)
        return -1;
    if (scn_next_is(l, "for") && scn_duration(l, "for", &w->for_ms) < 0)
        return -1;
    if (scn_next_is(l, "every") && scn_duration(l, "every", &w->every_ms) < 0)
        return -1;
    if (w->every_ms && (!w->for_ms || w->for_ms >= w->every_ms))
        return scn_fail(l, "`every` needs a shorter `for` before it");
    return 0;
}

int scn_label(struct scn_line *l, const char *text, struct label *label, size_t *n)
{
    const char *eq = strchr(text, '=');
    struct label *to = &label[*n];
    if (!eq || eq == text || (size_t)(eq - text) >= sizeof to->key)
        return scn_fail(l, "\"%s\" is no label=value", text);
    if (*n >= SERIES_LABELS_MAX)
        return scn_fail(l, "more than %d labels", SERIES_LABELS_MAX);
    const char *v = eq + 1;
    size_t len = strlen(v);
    if (len >= 2 && v[0] == '"' && v[len - 1] == '"') {
        v++;
        len -= 2;
    }
    if (len >= sizeof to->value || memchr(v, '"', len))
        return scn_fail(l, "\"%s\": value too long or with a quote inside", text);
    str_fmt(to->key, sizeof to->key, "%.*s", (int)(eq - text), text);
    str_fmt(to->value, sizeof to->value, "%.*s", (int)len, v);
    if (!scn_is_name(to->key, sizeof to->key - 1))
        return scn_fail(l, "\"%s\" is no label name", to->key);
    (*n)++;
    return 0;
}

static uint64_t name_seed(const char *name, int64_t seed)
{
    uint64_t h = 1469598103934665603u ^ (uint64_t)seed; /* FNV-1a */
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 1099511628211u;
    return h;
}

/* signal NAME base N [noise N] [period D] [load N] [min N] [max N]; a second line for the same
 * name, after an include, replaces the first. */
int scn_signal(struct scn_line *l)
{
    const char *name = scn_take(l);
    struct signal s = {.period_ms = 45000, .min = 0, .max = INFINITY, .base = NAN};
    if (!name || !scn_is_name(name, sizeof s.name - 1))
        return scn_fail(l, "signal needs a name of letters, digits and _");
    str_copy(s.name, sizeof s.name, name);
    while (scn_peek(l)) {
        const char *key = scn_take(l);
        int r = !strcmp(key, "base")     ? scn_number(l, key, &s.base)
                : !strcmp(key, "noise")  ? scn_number(l, key, &s.noise)
                : !strcmp(key, "load")   ? scn_number(l, key, &s.load)
                : !strcmp(key, "min")    ? scn_number(l, key, &s.min)
                : !strcmp(key, "max")    ? scn_number(l, key, &s.max)
                : !strcmp(key, "period") ? scn_duration(l, key, &s.period_ms)
                                         : scn_fail(l,
                                                    "unknown word \"%s\" in a signal; allowed: "
                                                    "base noise period load min max",
                                                    key);
        if (r < 0)
            return -1;
    }
    if (isnan(s.base) || s.noise < 0 || s.period_ms < 1000 || s.min > s.max)
        return scn_fail(l, "signal %s: needs base, noise >= 0, period >= 1s, min <= max", name);
    s.seed = name_seed(name, l->s->seed);
    int old = scenario_signal(l->s, name);
    if (old < 0 && l->s->n_signals >= SIGNALS_MAX)
        return scn_fail(l, "more than %d signals", SIGNALS_MAX);
    l->s->signal[old < 0 ? (int)l->s->n_signals++ : old] = s;
    return 0;
}

/* effect SIGNAL from MOMENT [for D] [every D] (add|times|to) N [over D] [heal D] */
int scn_effect(struct scn_line *l)
{
    struct effect e = {.heal_ms = 30000};
    const char *name = scn_take(l);
    if (!name || (e.signal = scenario_signal(l->s, name)) < 0)
        return scn_fail(l, "no signal \"%s\" above this line", name ? name : "");
    if (scn_when(l, &e.when) < 0)
        return -1;
    const char *how = scn_take(l);
    if (how && !strcmp(how, "add"))
        e.change = CHANGE_ADD;
    else if (how && !strcmp(how, "times"))
        e.change = CHANGE_TIMES;
    else if (how && !strcmp(how, "to"))
        e.change = CHANGE_TO;
    else
        return scn_fail(l, "an effect needs add N, times N or to N, found \"%s\"", how ? how : "");
    if (scn_number(l, how, &e.value) < 0)
        return -1;
    if (scn_next_is(l, "over") && scn_duration(l, "over", &e.over_ms) < 0)
        return -1;
    if (scn_next_is(l, "heal") && scn_duration(l, "heal", &e.heal_ms) < 0)
        return -1;
    if (e.when.every_ms &&
        (e.over_ms > e.when.for_ms || e.heal_ms > e.when.every_ms - e.when.for_ms))
        return scn_fail(l, "with `every`, `over` must fit into `for` and `heal` into the rest");
    if (l->s->n_effects >= EFFECTS_MAX)
        return scn_fail(l, "more than %d effects", EFFECTS_MAX);
    l->s->effect[l->s->n_effects++] = e;
    return scn_end(l);
}

/* gone METRIC from MOMENT [for D] [every D] */
int scn_gone(struct scn_line *l)
{
    struct gone g = {.metric = ""};
    const char *name = scn_take(l);
    if (!name || !scn_is_name(name, sizeof g.metric - 1))
        return scn_fail(l, "gone needs a metric name");
    str_copy(g.metric, sizeof g.metric, name);
    if (scn_when(l, &g.when) < 0)
        return -1;
    if (l->s->n_gone >= GONE_MAX)
        return scn_fail(l, "more than %d `gone` lines", GONE_MAX);
    l->s->gone[l->s->n_gone++] = g;
    return scn_end(l);
}

/* stall from MOMENT [for D] [every D]: no scrapes */
int scn_stall(struct scn_line *l)
{
    struct stall s;
    if (scn_when(l, &s.when) < 0)
        return -1;
    if (l->s->n_stalls >= STALLS_MAX)
        return scn_fail(l, "more than %d `stall` lines", STALLS_MAX);
    l->s->stall[l->s->n_stalls++] = s;
    return scn_end(l);
}
