/* ${NAME} and ${NAME:-default} in scalars. Values are text: they are never read as YAML, never
 * shown in an error, and what is secret among them is known to the masker before anything else. */
#include <string.h>

#include "base/dlog.h"
#include "base/text.h"
#include "plan/read.h"

#define NAME_FIRST   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define NAME_CHARS   NAME_FIRST "0123456789"
#define EXPANDED_MAX ((size_t)8 * 1024 * 1024)

/* One ${…} of a text. */
struct env_ref {
    size_t start, end;
    char name[128];
    bool has_default;
    size_t default_at, default_len;
};

/* The next ${…} from `from` on. `$${` is a literal `${` (*literal), and `${1}` belongs to others
 * (PromQL's label_replace). 1 found, 0 none, -1 malformed. */
static int next_ref(const char *text, size_t from, struct env_ref *r, bool *literal)
{
    for (const char *s = text + from; (s = strstr(s, "${")); s += 2) {
        *literal = s > text + from && s[-1] == '$';
        r->start = (size_t)(s - text) - *literal;
        r->end = (size_t)(s - text) + 2;
        if (*literal)
            return 1;
        if (s[2] >= '0' && s[2] <= '9')
            continue;
        size_t n = strspn(s + 2, NAME_CHARS);
        const char *tail = s + 2 + n;
        if (!n || n >= sizeof r->name)
            return -1;
        memcpy(r->name, s + 2, n);
        r->name[n] = '\0';
        r->has_default = !strncmp(tail, ":-", 2);
        tail += r->has_default ? 2 : 0;
        const char *end = strchr(tail, '}');
        const char *inner = strstr(tail, "${");
        if (!end || (inner && inner < end) || (!r->has_default && end != tail))
            return -1;
        r->default_at = (size_t)(tail - text);
        r->default_len = (size_t)(end - tail);
        r->end = (size_t)(end - text) + 1;
        return 1;
    }
    return 0;
}

bool holds_env(const char *text)
{
    struct env_ref r;
    bool literal;
    for (size_t at = 0; next_ref(text, at, &r, &literal) == 1; at = r.end)
        if (!literal)
            return true;
    return false;
}

bool env_has_default(const char *text)
{
    struct env_ref r;
    bool literal;
    for (size_t at = 0; next_ref(text, at, &r, &literal) == 1; at = r.end)
        if (!literal && r.default_len)
            return true;
    return false;
}

static bool secret_name(const char *name)
{
    static const char *const words[] = {"TOKEN", "SECRET",  "PASSWORD",
                                        "KEY",   "WEBHOOK", "CREDENTIAL"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(name, words[i]))
            return true;
    return false;
}

/* -1 when there are too many. */
static int keep_use(struct load *l, const char *name, const char *value, bool secret)
{
    for (size_t i = 0; i < l->n_uses; i++) {
        if (!strcmp(l->uses[i].name, name)) {
            l->uses[i].secret |= secret;
            return 0;
        }
    }
    if (l->n_uses == ENV_MAX)
        return -1;
    l->uses[l->n_uses++] = (struct env_use){pool_str(&l->scratch, name, strlen(name)),
                                            pool_str(&l->scratch, value, strlen(value)), secret};
    return 0;
}

void hide_env(struct load *l, const struct node *n)
{
    struct env_ref r;
    bool literal;
    for (size_t at = 0; next_ref(n->text, at, &r, &literal) == 1; at = r.end) {
        if (literal)
            continue;
        const char *v = l->env->get(l->env->ctx, r.name);
        keep_use(l, r.name, v ? v : "", true);
        secret_add(v);
    }
}

/* Why a value of the environment cannot stand here, or NULL. */
static const char *bad_value(const struct key_row *row, const char *v)
{
    bool lines = row->type == KEY_TEXT || row->type == KEY_JSON;
    size_t n = strlen(v);
    if ((row->flags & KEY_TEMPLATE) && strstr(v, "{{"))
        return "holds {{, and placeholders may not come from the environment";
    while (n) {
        int32_t cp;
        size_t used = text_next(v, n, &cp);
        if (used == 1 && cp == 0xFFFD)
            return "is not UTF-8 text";
        if ((cp < 0x20 && !(lines && (cp == '\n' || cp == '\t'))) || cp == 0x7F)
            return "holds a control character or a line end";
        v += used;
        n -= used;
    }
    return NULL;
}

/* Appends the value of one ${…}; false when an error was reported. */
static bool fill_ref(struct load *l, const struct key_row *row, const struct node *n, bool secret,
                     const struct env_ref *r, struct buf *out, struct given *g)
{
    const char *v = l->env->get(l->env->ctx, r->name);
    bool named = secret_name(r->name);
    if (named && !secret && !(row->flags & KEY_MAY_HIDE)) {
        say(l, n,
            "${%s} is a secret by its name (TOKEN SECRET PASSWORD KEY WEBHOOK CREDENTIAL), and "
            "this text is shown or recorded; allowed are tokens, headers, addresses and bodies "
            "of calls",
            r->name);
        return false;
    }
    if (keep_use(l, r->name, v ? v : "", secret || named) < 0) {
        say(l, n, "more than %d different environment variables", ENV_MAX);
        return false;
    }
    if (secret || named)
        secret_add(v);
    g->expanded = true;
    if (!v || !*v) {
        if (r->has_default) {
            buf_add(out, n->text + r->default_at, r->default_len);
            return true;
        }
        g->blank = l->env->recorded;
        if (!g->blank)
            say(l, n, "environment variable %s is %s; set it, or write ${%s:-%s", r->name,
                v ? "empty" : "not set", r->name, secret ? "} to do without" : "default}");
        return g->blank;
    }
    const char *why = bad_value(row, v);
    if (why) {
        say(l, n, "the value of environment variable %s %s", r->name, why);
        return false;
    }
    l->expanded += strlen(v);
    if (l->expanded > EXPANDED_MAX) {
        say(l, n, "the values of the environment add up to more than 8 MiB");
        return false;
    }
    buf_adds(out, v);
    return true;
}

bool fill_env(struct load *l, const struct key_row *row, const struct node *n, bool secret,
              struct given *g)
{
    struct buf out = BUF_INIT;
    struct env_ref r;
    size_t at = 0;
    bool literal, ok = true;
    int got;
    *g = (struct given){0};
    while ((got = next_ref(n->text, at, &r, &literal)) == 1) {
        buf_add(&out, n->text + at, r.start - at);
        if (literal)
            buf_adds(&out, "${");
        else
            ok &= fill_ref(l, row, n, secret, &r, &out, g);
        at = r.end;
    }
    if (got < 0) {
        say(l, n, "a ${ is not followed by NAME} or NAME:-default}; for a literal ${ write $${");
        ok = false;
    }
    buf_adds(&out, n->text + at);
    g->len = out.len;
    g->text = pool_keep(l->pool, buf_take(&out));
    return ok;
}
