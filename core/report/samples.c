/* One line at a time; the whole file's samples are kept, 32 bytes each. */
#include "report/samples.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"

#define COLUMNS_MAX 32
#define NAMES_MAX   4096
#define FAR_S       3.2e9 /* a hundred years */

struct csv {
    const char *path;
    uint32_t line;
    int t, metric, value, compare; /* columns; -1: none */
    size_t cap;
    uint32_t newest; /* the name found last: the same one often follows, or the next */
    struct samples *out;
    struct err *e;
};

static int bad(const struct csv *c, const char *what, const char *found, const char *allowed)
{
    return err_set(c->e, EX_BADDATA, "%s:%u: %s \"%.80s\"; %s", c->path, c->line, what, found,
                   allowed);
}

/* Splits a line in place, quotes as in RFC 4180; how many fields, at most `most`. */
static int split(char *line, char **field, int most)
{
    int n = 0;
    for (char *p = line; n < most;) {
        char *to = p;
        bool quoted = *p == '"';
        field[n++] = p;
        p += quoted;
        while (*p && (quoted || *p != ',')) {
            if (quoted && *p == '"' && p[1] != '"') {
                quoted = false;
                p++;
                continue;
            }
            p += quoted && *p == '"';
            *to++ = *p++;
        }
        bool more = *p == ',';
        *to = '\0';
        if (!more)
            break;
        p++;
    }
    return n;
}

static void chomp(char *line)
{
    size_t n = strlen(line);
    while (n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
        line[--n] = '\0';
}

static int read_header(struct csv *c, char *line)
{
    char *field[COLUMNS_MAX];
    static const char mark[] = "\xef\xbb\xbf";
    int n = split(line + (strncmp(line, mark, 3) ? 0 : 3), field, COLUMNS_MAX);
    c->t = c->metric = c->value = c->compare = -1;
    for (int i = 0; i < n; i++) {
        int *column = !strcmp(field[i], "t")         ? &c->t
                      : !strcmp(field[i], "metric")  ? &c->metric
                      : !strcmp(field[i], "value")   ? &c->value
                      : !strcmp(field[i], "compare") ? &c->compare
                                                     : NULL;
        if (column)
            *column = i;
    }
    if (c->t < 0 || c->metric < 0 || c->value < 0)
        return bad(c, "the header is", line, "it must hold t,metric,value and may hold compare");
    return 0;
}

static int find_name(struct csv *c, const char *text, uint32_t *at)
{
    struct samples *s = c->out;
    if (s->n_names && !strcmp(s->names[c->newest], text)) {
        *at = c->newest;
        return 0;
    }
    *at = c->newest + 1;
    if (*at < s->n_names && !strcmp(s->names[*at], text)) {
        c->newest = *at;
        return 0;
    }
    for (*at = 0; *at < s->n_names && strcmp(s->names[*at], text) != 0;)
        ++*at;
    c->newest = *at;
    if (*at < s->n_names)
        return 0;
    if (!*text || strlen(text) >= SAMPLE_NAME || s->n_names == NAMES_MAX)
        return bad(c, "the metric is", text, "the id of a metric of the plan is allowed");
    s->names = xrealloc(s->names, (s->n_names + 1) * sizeof *s->names);
    str_copy(s->names[s->n_names++], SAMPLE_NAME, text);
    return 0;
}

static double number(const char *text)
{
    double v;
    return num_parse(text, &v) == 0 ? v : NAN;
}

static int read_row(struct csv *c, char *line)
{
    char *field[COLUMNS_MAX];
    int n = split(line, field, COLUMNS_MAX);
    struct recorded x = {.line = c->line, .compare = NAN};
    if (n <= c->t || n <= c->metric || n <= c->value)
        return bad(c, "a row ends too early:", line, "it needs t, metric and value");
    if (num_parse(field[c->t], &x.t_s) < 0 || fabs(x.t_s) > FAR_S)
        return bad(c, "t is", field[c->t], "seconds from T0 are allowed, negative before it");
    if (find_name(c, field[c->metric], &x.name) < 0)
        return -1;
    x.value = number(field[c->value]);
    if (c->compare >= 0 && n > c->compare)
        x.compare = number(field[c->compare]);
    if (c->out->n == c->cap) {
        c->cap = c->cap ? c->cap + c->cap / 2 : 4096;
        c->out->v = xrealloc(c->out->v, c->cap * sizeof *c->out->v);
    }
    c->out->v[c->out->n++] = x;
    return 0;
}

static int by_time(const void *a, const void *b)
{
    const struct recorded *x = a, *y = b;
    if (x->t_s != y->t_s)
        return x->t_s < y->t_s ? -1 : 1;
    return x->line < y->line ? -1 : 1;
}

static void sort(struct samples *s)
{
    for (size_t i = 1; i < s->n; i++)
        if (s->v[i].t_s < s->v[i - 1].t_s) {
            qsort(s->v, s->n, sizeof *s->v, by_time);
            return;
        }
}

/* One value for a metric at a time, else nobody knows which one counts. */
static int check_once(struct csv *c)
{
    const struct samples *s = c->out;
    uint32_t *seen = xzalloc(s->n_names + 1, sizeof *seen);
    double t = NAN;
    uint32_t turn = 0;
    int rc = 0;
    for (size_t i = 0; i < s->n && rc == 0; i++) {
        turn += s->v[i].t_s != t;
        t = s->v[i].t_s;
        c->line = s->v[i].line;
        if (seen[s->v[i].name] == turn)
            rc = bad(c, "a second value at the same t for", s->names[s->v[i].name],
                     "one is allowed");
        seen[s->v[i].name] = turn;
    }
    free(seen);
    return rc;
}

static int read_all(struct csv *c, FILE *f)
{
    char *line = NULL;
    size_t size = 0;
    int rc = 0;
    for (ssize_t n; rc == 0 && (n = getline(&line, &size, f)) >= 0;) {
        c->line++;
        if (memchr(line, '\0', (size_t)n))
            rc = bad(c, "a row holds a NUL byte after", line, "text is allowed");
        chomp(line);
        if (rc < 0 || (!*line && c->line > 1))
            continue;
        rc = c->line == 1 ? read_header(c, line) : read_row(c, line);
    }
    free(line);
    if (rc == 0 && ferror(f))
        rc = err_set(c->e, EX_RECORDING, "cannot read %s: %s", c->path, strerror(errno));
    if (rc == 0 && c->line == 0)
        rc = err_set(c->e, EX_BADDATA, "%s: the file is empty; a header t,metric,value is needed",
                     c->path);
    return rc;
}

int samples_read_from(FILE *f, const char *name, struct samples *out, struct err *e)
{
    struct csv c = {.path = name, .out = out, .e = e};
    *out = (struct samples){0};
    if (read_all(&c, f) < 0)
        return -1;
    sort(out);
    return check_once(&c);
}

int samples_read(const char *path, struct samples *out, struct err *e)
{
    *out = (struct samples){0};
    FILE *f = fopen(path, "r");
    if (!f)
        return err_set(e, EX_NOFILE, "cannot open %s: %s", path, strerror(errno));
    int rc = samples_read_from(f, path, out, e);
    fclose(f);
    return rc;
}

void samples_clear(struct samples *s)
{
    free(s->v);
    free(s->names);
    *s = (struct samples){0};
}
