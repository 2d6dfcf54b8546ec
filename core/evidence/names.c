/* The name of a file at its moment. Times are UTC. What comes from outside keeps only characters
 * that are safe in names. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/num.h"
#include "evidence/evidence_int.h"

static void utc(int64_t t_ms, bool clock, struct buf *out)
{
    char text[32];
    time_t t = (time_t)(t_ms / 1000);
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(text, sizeof text, "%Y%m%d-%H%M%SZ", &tm);
    buf_add(out, text, clock ? strlen(text) : strcspn(text, "-"));
}

const char *scope_value(const struct plan *p, const char *key)
{
    const char *value = plan_scope(p, key);
    return value ? value : "";
}

/* The release: scope.version, scope.release, or the title's first word. */
static void version(const struct plan *p, struct buf *out)
{
    const char *v = scope_value(p, "version");
    if (!*v)
        v = scope_value(p, "release");
    if (*v)
        buf_adds(out, v);
    else
        buf_add(out, p->title, strcspn(p->title, " "));
}

static void safe(struct buf *b, size_t from)
{
    for (size_t i = from; i < b->len; i++) {
        char c = b->p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  (c && strchr("._-", c));
        if (!ok || (c == '.' && i == from))
            b->p[i] = '_';
    }
}

static void number(const struct moment *m, unsigned times, struct buf *out)
{
    bool stage =
        m->a->when == ART_STAGE_START || m->a->when == ART_STAGE_END || m->a->when == ART_WEIGHT;
    if (stage && m->stage >= 0)
        buf_addf(out, "%d", m->stage + 1);
    else
        buf_addf(out, "%03u", times + 1);
}

static void weight(const struct moment *m, struct buf *out)
{
    char text[24];
    double w = m->s->weight;
    if (m->stage >= 0 && m->a->when != ART_WEIGHT && m->s->plan->stages[m->stage].has_weight)
        w = m->s->plan->stages[m->stage].weight;
    num_short(w, text, sizeof text);
    buf_adds(out, w >= 0 ? text : "unknown");
}

static size_t mark(const struct moment *m, unsigned times, const char *p, struct buf *out)
{
    size_t n = strcspn(p, ">") + 1, from = out->len;
    if (!strncmp(p, "<timestamp>", n))
        utc(m->ev->t_ms, true, out);
    else if (!strncmp(p, "<date>", n))
        utc(m->ev->t_ms, false, out);
    else if (!strncmp(p, "<n>", n))
        number(m, times, out);
    else if (!strncmp(p, "<weight>", n))
        weight(m, out);
    else if (!strncmp(p, "<version>", n))
        version(m->s->plan, out);
    else
        buf_adds(out, m->s->run_id);
    safe(out, from);
    return n;
}

void artifact_name(const struct moment *m, unsigned times, char *out, size_t size)
{
    struct buf b = BUF_INIT;
    for (const char *p = m->a->name; *p;) {
        if (*p == '<') {
            p += mark(m, times, p, &b);
            continue;
        }
        buf_addc(&b, *p++);
    }
    str_copy(out, size, buf_str(&b));
    buf_free(&b);
}
