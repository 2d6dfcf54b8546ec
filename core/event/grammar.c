/* One line of a person: cut at its bars, its words looked up among the plan's metrics, the tally,
 * events and files; what the tool writes itself is taken out of the text. */
#include "event/grammar.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/num.h"

#define FIELDS_MAX 12
#define WORD_MAX   LINE_TEXT_MAX /* Thai has no blanks: a word may be the whole text */

struct reader_of_line {
    const struct line_terms *t;
    struct line *out;
    char plain[LINE_TEXT_MAX]; /* the text with metrics' names blanked: a name argues nothing */
    char typed[160];           /* the first typed number, as a sentence; "" none */
};

/* ---- words ---- */

static const char *next_word(const char *s, char *word, size_t size)
{
    s += strspn(s, " \t");
    size_t n = strcspn(s, " \t");
    str_fmt(word, size, "%.*s", (int)(n < size ? n : size - 1), s);
    return s + n;
}

/* Without quotes around and a comma, full stop or semicolon behind it. */
static void bare(const char *word, char *out, size_t size)
{
    word += strspn(word, "\"'(");
    str_copy(out, size, word);
    for (size_t n = strlen(out); n && strchr(",.;:!?\"')", out[n - 1]); n--)
        out[n - 1] = '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of a number at s: digits, with a point or comma between digits. */
static size_t number_len(const char *s)
{
    size_t n = strspn(s, "0123456789");
    if (n && (s[n] == '.' || s[n] == ',') && is_digit(s[n + 1]))
        n += 1 + strspn(s + n + 1, "0123456789");
    return n;
}

static int metric_named(const struct line_terms *t, const char *word)
{
    for (size_t i = 0; i < t->n_metrics; i++)
        if (!strcasecmp(t->metrics[i].id, word) ||
            (*t->metrics[i].signal && !strcasecmp(t->metrics[i].signal, word)))
            return (int)i;
    return -1;
}

static void name_metric(struct line *out, size_t metric)
{
    for (size_t i = 0; i < out->n_metrics; i++)
        if (out->metrics[i] == metric)
            return;
    if (out->n_metrics < LINE_METRICS_MAX)
        out->metrics[out->n_metrics++] = metric;
}

static bool is_time(const char *unit)
{
    return !strcasecmp(unit, "ms") || !strcasecmp(unit, "s") || !strcasecmp(unit, "sec") ||
           !strcasecmp(unit, "secs") || !strcasecmp(unit, "seconds");
}

/* Could a number with this unit be the metric's value? */
static bool unit_fits(const char *unit, const char *of)
{
    return *of && *unit && (!strcasecmp(unit, of) || (is_time(of) && is_time(unit)));
}

static void typed(struct reader_of_line *r, const char *what, const char *whose)
{
    char shown[48];
    str_copy(shown, sizeof shown, what);
    if (!*r->typed)
        str_fmt(r->typed, sizeof r->typed,
                "\"%s\" is a typed number; %.40s%s the journal's value, leave the number out",
                shown, whose, *whose ? " is written with" : "the tool writes");
}

/* ---- evidence ---- */

/* `key=value`: a metric's typed value gives way to the journal's. True: the word is used up. */
static bool read_pair(struct reader_of_line *r, const char *word)
{
    const char *eq = strchr(word, '=');
    char key[WORD_MAX];
    if (!eq || eq == word || !eq[1])
        return false;
    str_fmt(key, sizeof key, "%.*s", (int)(eq - word), word);
    int m = metric_named(r->t, key);
    if (m >= 0)
        name_metric(r->out, (size_t)m);
    else if (number_len(eq + 1))
        typed(r, word, "");
    return m >= 0;
}

static bool is_tally(const char *word)
{
    size_t n = strspn(word, "0123456789"), m = n && word[n] == '/' ? n + 1 : 0;
    return m && word[m] && !word[m + strspn(word + m, "0123456789")];
}

static bool is_verdict(const char *word)
{
    return !strcasecmp(word, "PASS") || !strcasecmp(word, "FAIL") || !strcasecmp(word, "metrics");
}

/* `6/6 metrics PASS`, or `6/6` that is all of its field. Returns where the text goes on, NULL when
 * it is none. */
static const char *read_tally(struct reader_of_line *r, const char *word, const char *rest,
                              bool alone)
{
    char next[WORD_MAX], b[WORD_MAX];
    const char *after = rest;
    bool verdict = false;
    if (!is_tally(word))
        return NULL;
    for (const char *p = next_word(rest, next, sizeof next); *next;
         p = next_word(p, next, sizeof next)) {
        bare(next, b, sizeof b);
        if (!is_verdict(b))
            break;
        verdict = true;
        after = p;
    }
    if (!verdict && !(alone && !rest[strspn(rest, " \t")]))
        return NULL;
    r->out->tally = true;
    return after;
}

static bool read_event(struct reader_of_line *r, const char *word)
{
    int64_t seq;
    if (*word != '#' || int_parse(word + 1, 1, r->t->seq, &seq) < 0)
        return false;
    r->out->event = seq;
    return true;
}

static bool read_file(struct reader_of_line *r, const char *word)
{
    for (size_t i = 0; i < r->t->n_files; i++)
        if (!strcmp(r->t->files[i], word)) {
            str_copy(r->out->file, sizeof r->out->file, word);
            return true;
        }
    return false;
}

/* ---- fields ---- */

static void add_word(char *text, size_t size, const char *word, bool field)
{
    size_t n = strlen(text);
    str_fmt(text + n, size - n, "%s%s", !n ? "" : field ? ", " : " ", word);
}

static bool is_filler(const char *word)
{
    static const char *const words[] = {"is",   "at",   "to", "was",  "now",   "=",   "~",
                                        "rose", "fell", "up", "down", "about", "from"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(words[i], word))
            return true;
    return false;
}

/* The words of one field. `named`: the metric whose name stood just before, -1 none. */
static void read_field(struct reader_of_line *r, const char *field)
{
    char word[WORD_MAX], b[WORD_MAX];
    int named = -1;
    bool first = true, begins = true;
    for (const char *s = next_word(field, word, sizeof word); *word;
         s = next_word(s, word, sizeof word), first = false) {
        const char *behind;
        bare(word, b, sizeof b);
        if (read_pair(r, b))
            continue;
        if ((behind = read_tally(r, b, s, first))) {
            s = behind;
            continue;
        }
        bool ref = read_event(r, b) || read_file(r, b);
        int m = ref ? -1 : metric_named(r->t, b);
        if (m >= 0)
            name_metric(r->out, (size_t)m);
        else if (named >= 0 && is_digit(*b))
            typed(r, b, r->t->metrics[named].id);
        if (m >= 0 || !is_filler(b))
            named = m;
        add_word(r->out->text, sizeof r->out->text, word, begins);
        add_word(r->plain, sizeof r->plain, m >= 0 || ref ? "_" : word, begins);
        begins = false;
    }
}

/* `:15`, `:105`, `T-10`, `T+15`, `T-0`. */
static bool is_clock(const char *field)
{
    const char *p = *field == ':' ? field + 1 : !strncmp(field, "T-", 2) ? field + 2 : field;
    if (!strncmp(field, "T+", 2))
        p = field + 2;
    size_t n = strspn(p, "0123456789");
    return p != field && n > 0 && n < 8 && !p[n];
}

/* `IC: Proceed to Stage 2`, or `asks IC`. */
static bool read_decision(struct line *out, const char *field)
{
    const char *colon = strstr(field, ": ");
    size_t n = colon ? (size_t)(colon - field) : 0;
    if (!strcasecmp(field, "asks IC") || !strcasecmp(field, "ask IC")) {
        str_copy(out->decision, sizeof out->decision, "ask");
        return true;
    }
    if (!n || n >= sizeof out->role || strcspn(field, "=0123456789") < n)
        return false;
    str_fmt(out->role, sizeof out->role, "%.*s", (int)n, field);
    str_copy(out->decision, sizeof out->decision, colon + 2 + strspn(colon + 2, " "));
    return *out->decision;
}

static size_t cut_fields(char *text, char *fields[FIELDS_MAX])
{
    size_t n = 0;
    for (char *p = text; p && n < FIELDS_MAX;) {
        char *bar = n + 1 < FIELDS_MAX ? strchr(p, '|') : NULL;
        if (bar)
            *bar = '\0';
        p += strspn(p, " \t");
        for (size_t len = strlen(p); len && strchr(" \t", p[len - 1]); len--)
            p[len - 1] = '\0';
        fields[n++] = p;
        p = bar ? bar + 1 : NULL;
    }
    return n;
}

/* ---- the whole ---- */

/* A number with a metric's unit anywhere in the text is that metric's value. */
static void find_typed(struct reader_of_line *r)
{
    char word[WORD_MAX], b[WORD_MAX], next[WORD_MAX], unit[WORD_MAX], shown[2 * WORD_MAX + 2];
    for (const char *s = next_word(r->plain, word, sizeof word); *word;
         s = next_word(s, word, sizeof word)) {
        bare(word, b, sizeof b);
        size_t n = number_len(b);
        if (!n || *word == '(') /* "Stage 1 (1%)": a weight, a limit, said beside */
            continue;
        next_word(s, next, sizeof next);
        bare(b[n] ? b + n : next, unit, sizeof unit);
        str_fmt(shown, sizeof shown, "%s%s%s", b, b[n] ? "" : " ", b[n] ? "" : unit);
        for (size_t i = 0; i < r->out->n_metrics; i++)
            if (unit_fits(unit, r->t->metrics[r->out->metrics[i]].unit))
                typed(r, shown, r->t->metrics[r->out->metrics[i]].id);
    }
}

static bool has_evidence(const struct line *l)
{
    return l->n_metrics || l->tally || l->event || *l->file;
}

static enum line_fault judge_line(struct reader_of_line *r, struct err *why)
{
    char words[160], lang[3], said[LINE_TEXT_MAX + 80];
    bool evidence = has_evidence(r->out);
    if (!*r->out->text && !evidence) {
        err_set(why, EX_FAILED, "there is no observation: say what is seen");
        return LINE_EMPTY;
    }
    str_fmt(said, sizeof said, "%s %s", r->plain, r->out->decision);
    if (opinion_words(said, words, sizeof words, lang)) {
        err_set(why, EX_FAILED, "this %sreads as an opinion (%s): it belongs in the parking lot",
                evidence ? "" : "has no metric and ", words);
        return LINE_OPINION;
    }
    if (*r->typed) {
        err_set(why, EX_FAILED, "%s", r->typed);
        return LINE_TYPED;
    }
    if (!evidence) {
        err_set(why, EX_FAILED,
                "a signal needs a metric of the plan (or n/m PASS, an evidence file, #EVENT); "
                "without one it goes to the parking lot (p)");
        return LINE_NO_EVIDENCE;
    }
    if (!*r->out->text) {
        err_set(why, EX_FAILED, "there is no observation beside the numbers: say what is seen");
        return LINE_EMPTY;
    }
    return LINE_GOOD;
}

enum line_fault line_read(const char *typed_text, int bound, const struct line_terms *terms,
                          struct line *out, struct err *why)
{
    char text[LINE_TEXT_MAX - FIELDS_MAX], *fields[FIELDS_MAX]; /* a bar may become ", " */
    struct reader_of_line r = {.t = terms, .out = out};
    memset(out, 0, sizeof *out);
    if (bound >= 0 && (size_t)bound < terms->n_metrics)
        name_metric(out, (size_t)bound);
    str_copy(text, sizeof text, typed_text);
    size_t n = cut_fields(text, fields);
    for (size_t i = 0; i < n; i++) {
        bool clock = n > 1 && !i && is_clock(fields[i]);
        if (clock || !strcmp(fields[i], "-"))
            continue;
        if (n > 1 && i + 1 == n && read_decision(out, fields[i]))
            continue;
        read_field(&r, fields[i]);
    }
    find_typed(&r);
    return judge_line(&r, why);
}
