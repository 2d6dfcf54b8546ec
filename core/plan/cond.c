/* Conditions: parsing and the one place that compares. Values come out of arithmetic (queries,
 * scales, differences), so every comparison has a tolerance of 1e-9 relative to its operands: to
 * the value and the baseline too, because their difference may be far smaller than their errors. */
#include "plan/cond.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"

#define TOLERANCE 1e-9
#define BLANK     " \t"

static const struct {
    const char *word;
    enum cmp_op op;
} ops[] = {{">=", CMP_GE}, {"<=", CMP_LE}, {"==", CMP_EQ},
           {"!=", CMP_NE}, {">", CMP_GT},  {"<", CMP_LT}};

#define ALLOWED                                                                                    \
    "allowed is OP VALUE [for DURATION], e.g. \">= 150\", \">= +20%\", \"< 99.6 for 5m\""

static int refuse(struct err *e, const char *text, const char *what)
{
    char cut[80];
    str_copy(cut, sizeof cut, text);
    return err_set(e, EX_BADDATA, "\"%s\": %s; %s", cut, what, ALLOWED);
}

/* Takes the next word (up to a blank) off *s into out; false when it is empty or too long. */
static bool take_word(const char **s, char *out, size_t size)
{
    *s += strspn(*s, BLANK);
    size_t n = strcspn(*s, BLANK);
    if (!n || n >= size)
        return false;
    memcpy(out, *s, n);
    out[n] = '\0';
    *s += n;
    return true;
}

/* Takes a word off *s when it is the next one. */
static bool starts_with(const char **s, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*s, word, n) != 0 || ((*s)[n] && !strchr(BLANK, (*s)[n])))
        return false;
    *s += n;
    return true;
}

/* `[not] worse than compare [by N%]`. */
static int parse_compare(const char *s, const char *text, struct cond *c, struct err *e)
{
    static const char *const want[] = {"worse", "than", "compare"};
    bool not = starts_with(&s, "not");
    char word[24];
    for (size_t i = 0; i < 3; i++)
        if (!take_word(&s, word, sizeof word) || strcmp(word, want[i]) != 0)
            return refuse(e, text, "a comparison is written `worse than compare [by N%]`");
    c->op = not ? CMP_LE : CMP_GT;
    c->ref = COND_COMPARE;
    if (!s[strspn(s, BLANK)])
        return 0;
    if (!take_word(&s, word, sizeof word) || strcmp(word, "by") != 0 ||
        !take_word(&s, word, sizeof word))
        return refuse(e, text, "a comparison is written `worse than compare [by N%]`");
    size_t n = strlen(word);
    if (word[n - 1] != '%' || n < 2)
        return refuse(e, text, "the margin of a comparison is in per cent, e.g. `by 5%`");
    word[n - 1] = '\0';
    if (num_parse(word, &c->value) < 0 || word[0] == '+' || word[0] == '-')
        return refuse(e, text, "the margin of a comparison is a number without sign");
    if (s[strspn(s, BLANK)])
        return refuse(e, text, "something stands behind the margin");
    return 0;
}

static int parse_value(char *word, const char *text, struct cond *c, struct err *e)
{
    size_t n = strlen(word);
    bool is_signed = word[0] == '+' || word[0] == '-';
    bool percent = word[n - 1] == '%';
    if (percent)
        word[n - 1] = '\0';
    if (num_parse(word, &c->value) < 0)
        return refuse(e, text, "the value is not a number");
    if (percent && !is_signed)
        return refuse(e, text,
                      "% needs a sign, it is a change against the baseline (for a metric in per "
                      "cent leave % out)");
    c->ref = percent ? COND_CHANGE_PCT : is_signed ? COND_CHANGE_ABS : COND_ABSOLUTE;
    return 0;
}

static int parse_for(const char *s, const char *text, struct cond *c, struct err *e)
{
    char word[40];
    if (!s[strspn(s, BLANK)])
        return 0;
    if (!take_word(&s, word, sizeof word) || strcmp(word, "for") != 0)
        return refuse(e, text, "only `for DURATION` may follow the value");
    if (!take_word(&s, word, sizeof word))
        return refuse(e, text, "the duration behind `for` is missing");
    if (dur_parse(word, &c->for_ms) < 0 || c->for_ms <= 0)
        return refuse(e, text, "the duration behind `for` is not one (500ms 5s 15m 2h 1h30m)");
    if (s[strspn(s, BLANK)])
        return refuse(e, text, "something stands behind the duration");
    return 0;
}

static int parse_op(const char **s, const char *text, struct cond *c, struct err *e)
{
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        size_t n = strlen(ops[i].word);
        if (!strncmp(*s, ops[i].word, n)) {
            c->op = ops[i].op;
            *s += n;
            return 0;
        }
    }
    return refuse(e, text, "it does not begin with one of >= > <= < == !=");
}

int cond_parse(const char *text, struct cond *out, struct err *e)
{
    struct cond c = {.set = true};
    char word[40];
    const char *s = text + strspn(text, BLANK);
    size_t n = strlen(s);
    while (n && strchr(BLANK, s[n - 1]))
        n--;
    if (!n)
        return refuse(e, text, "it is empty");
    if (n >= sizeof c.text)
        return refuse(e, text, "it is longer than 63 bytes");
    memcpy(c.text, s, n);
    s = c.text;
    const char *first = s;
    if (starts_with(&first, "worse") || starts_with(&first, "not")) {
        if (parse_compare(s, c.text, &c, e) < 0)
            return -1;
    } else {
        if (parse_op(&s, c.text, &c, e) < 0)
            return -1;
        if (!take_word(&s, word, sizeof word))
            return refuse(e, c.text, "the value is missing or too long");
        if (parse_value(word, c.text, &c, e) < 0 || parse_for(s, c.text, &c, e) < 0)
            return -1;
    }
    *out = c;
    return 0;
}

/* What a change in per cent is taken of: 0 when that cannot be said. */
static double divisor(double base, double floor)
{
    double d = fabs(base);
    return floor > 0 && d < floor ? floor : d;
}

static bool holds(enum cmp_op op, double diff, double tolerance)
{
    int cmp = fabs(diff) <= tolerance ? 0 : diff < 0 ? -1 : 1;
    switch (op) {
    case CMP_GE:
        return cmp >= 0;
    case CMP_GT:
        return cmp > 0;
    case CMP_LE:
        return cmp <= 0;
    case CMP_LT:
        return cmp < 0;
    case CMP_EQ:
        return cmp == 0;
    case CMP_NE:
        return cmp != 0;
    }
    BUG("comparison %d", (int)op);
}

bool cond_hit(const struct cond *c, double value, double base, double floor, bool *judged)
{
    double from = 0, limit = c->value;
    *judged = isfinite(value);
    if (c->ref == COND_COMPARE)
        BUG("an A/B condition was judged as a limit");
    if (c->ref != COND_ABSOLUTE) {
        *judged = *judged && isfinite(base);
        from = base;
    }
    if (c->ref == COND_CHANGE_PCT && *judged) {
        double d = divisor(base, floor);
        if (d > 0)
            limit = c->value / 100 * d;
        else if (value == 0)
            limit = c->value; /* 0 -> 0 is a change of 0 %, compared with the limit in % */
        else
            *judged = false;
    }
    *judged = *judged && isfinite(limit);
    if (!c->set || !*judged)
        return false;
    double tolerance = TOLERANCE * fmax(fmax(fabs(value), fabs(from)), fabs(limit));
    return holds(c->op, value - from - limit, tolerance);
}

bool cond_upward(const struct cond *c)
{
    return c->op == CMP_GE || c->op == CMP_GT;
}

bool cond_limit(const struct cond *c, double base, double floor, double *out)
{
    double limit;
    if (!c->set || c->ref == COND_COMPARE || c->op == CMP_EQ || c->op == CMP_NE)
        return false;
    if (c->ref == COND_ABSOLUTE)
        limit = c->value;
    else if (c->ref == COND_CHANGE_ABS)
        limit = base + c->value;
    else if (divisor(base, floor) > 0)
        limit = base + c->value / 100 * divisor(base, floor);
    else
        return false;
    if (!isfinite(limit))
        return false;
    *out = limit;
    return true;
}
