/* Placeholders: found, checked, filled. A value never changes the shape of what it is put into:
 * it is escaped for its place, or the fill is refused with the placeholder's name. */
#include "plan/tmpl.h"

#include <stdint.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"

#define FILLED_MAX ((size_t)1024 * 1024)
#define WORD_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

const char *const tmpl_known[] = {"scope.*",
                                  "stage.name",
                                  "stage.weight",
                                  "metric.*.value",
                                  "metric.*.baseline",
                                  "metric.*.change",
                                  "metric.*.after",
                                  "t_plus",
                                  "clock",
                                  "actor",
                                  "reason",
                                  "run.id",
                                  "run.title",
                                  "run.environment",
                                  "run.ic",
                                  "run.weight",
                                  "run.decision",
                                  "run.tally",
                                  "run.verdict",
                                  "run.why",
                                  "run.duration",
                                  "run.head",
                                  "captured.*",
                                  "ramp.weight",
                                  "template.*",
                                  "event.*",
                                  "message",
                                  NULL};

static const char *const numbers[] = {"stage.weight",   "ramp.weight",       "run.weight",
                                      "metric.*.value", "metric.*.baseline", "metric.*.after"};

static bool matches(const char *path, const char *pattern)
{
    while (*pattern == '*' || (*pattern && *pattern == *path)) {
        if (*pattern == '*') {
            size_t n = strspn(path, WORD_CHARS);
            if (!n)
                return false;
            path += n;
        } else {
            path++;
        }
        pattern++;
    }
    return !*pattern && !*path;
}

bool tmpl_is_number(const char *path)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (matches(path, numbers[i]))
            return true;
    return false;
}

/* Words joined by dots, none of them empty. */
static bool path_shape(const char *s)
{
    for (;;) {
        size_t n = strspn(s, WORD_CHARS);
        if (!n)
            return false;
        s += n;
        if (!*s)
            return true;
        if (*s++ != '.')
            return false;
    }
}

/* Shows at most 59 bytes of the n at `open`; copies no more than that of a long text. */
static int malformed(struct err *e, const char *open, size_t n, const char *why)
{
    char shown[60];
    size_t most = strnlen(open, n < 60 ? n : 60);
    if (most > sizeof shown - 1)
        most = sizeof shown - 1;
    memcpy(shown, open, most);
    while (most && ((unsigned char)shown[most - 1] & 0x80))
        most--; /* not half a character */
    shown[most] = '\0';
    return err_set(e, EX_BADDATA, "\"%s\" %s", shown, why);
}

int tmpl_next(const char *text, size_t from, struct tmpl_ref *out, struct err *e)
{
    static const char suffix[] = ":string";
    const char *open = strstr(text + from, "{{");
    if (!open)
        return 0;
    const char *s = open + 2, *close = strstr(s, "}}");
    if (!close)
        return malformed(e, open, SIZE_MAX, "has no end; a placeholder is {{path}}");
    const char *end = close + 2;
    s += strspn(s, " ");
    while (close > s && close[-1] == ' ')
        close--;
    size_t n = (size_t)(close - s), tail = sizeof suffix - 1;
    out->as_string = n > tail && !memcmp(close - tail, suffix, tail);
    if (out->as_string)
        n -= tail;
    if (n >= sizeof out->path)
        return malformed(e, open, SIZE_MAX, "is longer than 79 characters");
    memcpy(out->path, s, n);
    out->path[n] = '\0';
    out->start = (size_t)(open - text);
    out->end = (size_t)(end - text);
    if (!path_shape(out->path))
        return malformed(e, open, (size_t)(end - open),
                         "is no placeholder; allowed is {{path}} or {{path:string}}");
    return 1;
}

int tmpl_check(const char *text, struct err *e)
{
    struct tmpl_ref ref;
    int got;
    for (size_t at = 0; (got = tmpl_next(text, at, &ref, e)) == 1; at = ref.end) {
        size_t i = 0;
        while (tmpl_known[i] && !matches(ref.path, tmpl_known[i]))
            i++;
        if (tmpl_known[i])
            continue;
        struct buf list = BUF_INIT;
        for (i = 0; tmpl_known[i]; i++)
            buf_addf(&list, "%s%s", i ? " " : "", tmpl_known[i]);
        err_set(e, EX_BADDATA, "{{%s}} is not known; allowed are %s", ref.path, buf_str(&list));
        buf_free(&list);
        return -1;
    }
    return got;
}

/* As the inside of a JSON string; bytes that are no UTF-8 become U+FFFD. */
static void add_json(struct buf *out, const char *s, size_t n)
{
    while (n) {
        int32_t cp;
        size_t used = text_next(s, n, &cp);
        if (used == 1 && cp == 0xFFFD)
            buf_adds(out, "\xEF\xBF\xBD");
        else if (cp == '"' || cp == '\\')
            buf_addf(out, "\\%c", (char)cp);
        else if (cp < 0x20 || cp == 0x7F)
            buf_addf(out, "\\u%04x", (unsigned)cp);
        else
            buf_add(out, s, used);
        s += used;
        n -= used;
    }
}

/* RFC 3986: everything but the unreserved characters. */
static void add_url(struct buf *out, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strchr(WORD_CHARS ".~", s[i]))
            buf_addc(out, s[i]);
        else
            buf_addf(out, "%%%02X", (unsigned char)s[i]);
    }
}

static bool json_bare(const char *s)
{
    double v;
    const char *digits = s + (*s == '-');
    if (!strcmp(s, "true") || !strcmp(s, "false") || !strcmp(s, "null"))
        return true;
    return *digits >= '0' && *digits <= '9' &&
           !(digits[0] == '0' && strspn(digits + 1, "0123456789")) && num_parse(s, &v) == 0;
}

static int add_json_value(struct buf *out, const struct tmpl_ref *ref, const struct buf *v,
                          bool in_string, struct err *e)
{
    if (in_string) {
        add_json(out, v->p, v->len);
    } else if (ref->as_string) {
        buf_addc(out, '"');
        add_json(out, v->p, v->len);
        buf_addc(out, '"');
    } else if (json_bare(v->p)) {
        buf_add(out, v->p, v->len);
    } else {
        return err_set(e, EX_BADDATA,
                       "{{%s}} stands outside quotes in JSON and its value is not a number, true, "
                       "false or null; write {{%s:string}}",
                       ref->path, ref->path);
    }
    return 0;
}

static int refuse(struct err *e, const struct tmpl_ref *ref, const char *why)
{
    return err_set(e, EX_BADDATA, "{{%s}} cannot be filled in: %s", ref->path, why);
}

/* A name of at most two parts, each of which MySQL takes between backquotes. */
static int add_sql_name(struct buf *out, const struct tmpl_ref *ref, const char *s, struct err *e)
{
    for (int parts = 0;; parts++) {
        size_t n = strcspn(s, ".");
        if (!n || n > 64 || parts == 2 || s[n - 1] == ' ')
            return refuse(e, ref, "its value is no name of a table, column or index");
        for (size_t i = 0; i < n; i++)
            if ((unsigned char)s[i] < 0x20 || strchr("'\"`;\\\x7F", s[i]))
                return refuse(e, ref,
                              "its value holds a quote, a semicolon or a control character and is "
                              "no name");
        buf_addf(out, "%s`%.*s`", parts ? "." : "", (int)n, s);
        if (!s[n])
            return 0;
        s += n + 1;
    }
}

/* Doubled quotes end no string in any SQL mode. */
static int add_sql(struct buf *out, const struct tmpl_ref *ref, const struct buf *v, struct err *e)
{
    double number;
    const char *s = v->p;
    if (!ref->as_string && tmpl_is_number(ref->path) && num_parse(s, &number) == 0) {
        buf_adds(out, s);
        return 0;
    }
    if (!ref->as_string)
        return add_sql_name(out, ref, s, e);
    buf_addc(out, '\'');
    for (size_t n = v->len; n;) {
        int32_t cp;
        size_t used = text_next(s, n, &cp);
        if (used == 1 && cp == 0xFFFD)
            return refuse(e, ref, "its value is not UTF-8 text");
        if (cp == '\'' || cp == '\\')
            buf_addc(out, (char)cp);
        buf_add(out, s, used);
        s += used;
        n -= used;
    }
    buf_addc(out, '\'');
    return 0;
}

static int add_value(struct buf *out, enum tmpl_place place, const struct tmpl_ref *ref,
                     const struct buf *v, bool in_string, struct err *e)
{
    if (strlen(v->p) != v->len)
        return refuse(e, ref, "its value holds a zero byte");
    switch (place) {
    case TMPL_PLAIN:
        break;
    case TMPL_JSON_STRING:
        return add_json_value(out, ref, v, in_string, e);
    case TMPL_URL:
        if (!strcmp(v->p, ".") || !strcmp(v->p, ".."))
            return refuse(e, ref, "its value would change the path of the URL");
        add_url(out, v->p, v->len);
        return 0;
    case TMPL_ARGV:
        /* What another system answered must not become an option of the command. */
        if (ref->start == 0 && v->p[0] == '-' && !strncmp(ref->path, "captured.", 9))
            return refuse(e, ref, "its value begins with - and would be read as an option");
        break;
    case TMPL_SQL:
        return add_sql(out, ref, v, e);
    case TMPL_HEADER:
        for (size_t i = 0; i < v->len; i++)
            if ((unsigned char)v->p[i] < 0x20 || v->p[i] == 0x7F)
                return refuse(e, ref, "its value holds a control character");
        break;
    }
    buf_add(out, v->p, v->len);
    return 0;
}

/* Is the place behind s[0..n) inside a JSON string? `in` is the answer in front of it. */
static bool inside_string(const char *s, size_t n, bool in)
{
    for (size_t i = 0; i < n; i++) {
        if (in && s[i] == '\\')
            i++;
        else if (s[i] == '"')
            in = !in;
    }
    return in;
}

static int fill_one(const struct tmpl_ref *ref, enum tmpl_place place, const struct tmpl_vars *vars,
                    bool in_string, struct buf *out, struct err *e)
{
    struct buf v = BUF_INIT;
    int rc = 0;
    buf_adds(&v, "");
    if (vars->get(vars->ctx, ref->path, &v) < 0)
        rc = refuse(e, ref, "there is no value for it now");
    else if (v.len > FILLED_MAX - (out->len < FILLED_MAX ? out->len : FILLED_MAX))
        rc = refuse(e, ref, "the text would be longer than 1 MiB");
    else
        rc = add_value(out, place, ref, &v, in_string, e);
    buf_free(&v);
    return rc;
}

int tmpl_fill(const char *text, enum tmpl_place place, const struct tmpl_vars *vars,
              struct buf *out, struct err *e)
{
    struct buf filled = BUF_INIT;
    struct tmpl_ref ref;
    bool in_string = false;
    size_t at = 0;
    int got;
    while ((got = tmpl_next(text, at, &ref, e)) == 1) {
        in_string = inside_string(text + at, ref.start - at, in_string);
        buf_add(&filled, text + at, ref.start - at);
        if (fill_one(&ref, place, vars, in_string, &filled, e) < 0) {
            got = -1;
            break;
        }
        at = ref.end;
    }
    if (got == 0) {
        buf_add(out, buf_str(&filled), filled.len);
        buf_adds(out, text + at);
    }
    buf_free(&filled);
    return got;
}
