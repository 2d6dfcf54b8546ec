/* Parameters of a request: from the URL, or from a form in the body. */
#include <stdlib.h>
#include <string.h>

#include "sim/sim_int.h"

static int hex(char c)
{
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 0x20) : NULL;
    return at && *at ? (int)(at - digits) : -1;
}

static size_t unescape(char *s, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        int hi = s[i] == '%' && i + 2 < n ? hex(s[i + 1]) : -1;
        int lo = hi >= 0 ? hex(s[i + 2]) : -1;
        if (lo >= 0 && (hi || lo)) {
            s[to++] = (char)(hi * 16 + lo);
            i += 2;
        } else {
            s[to++] = s[i] == '+' ? ' ' : s[i];
        }
    }
    return to;
}

void params_add(struct sim_params *to, const char *key, size_t nk, const char *value, size_t nv)
{
    if (to->n == PARAMS_MAX)
        return;
    to->p[to->n].key = xstrndup(key, nk);
    to->p[to->n++].value = xstrndup(value, nv);
}

void params_form(struct sim_params *to, const char *body)
{
    for (const char *p = body; *p;) {
        size_t n = strcspn(p, "&"), eq = strcspn(p, "=&");
        char *key = xstrndup(p, eq), *value = xstrndup(p + eq + (eq < n), n - eq - (eq < n));
        size_t nk = unescape(key, strlen(key)), nv = unescape(value, strlen(value));
        params_add(to, key, nk, value, nv);
        free(key);
        free(value);
        p += n + (p[n] == '&');
    }
}

void params_free(struct sim_params *to)
{
    for (size_t i = 0; i < to->n; i++) {
        free(to->p[i].key);
        free(to->p[i].value);
    }
    to->n = 0;
}

const char *sim_param(const struct sim_req *r, const char *key)
{
    for (size_t i = 0; i < r->params->n; i++)
        if (!strcmp(r->params->p[i].key, key))
            return r->params->p[i].value;
    return NULL;
}
