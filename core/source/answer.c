/* What an HTTP answer is worth before anybody reads meaning into it. */
#include "source/prom_parse.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static bool looks_html(const struct http_reply *r)
{
    const char *p = r->body;
    if (strstr(r->content_type, "html"))
        return true;
    while (p && *p && isspace((unsigned char)*p))
        p++;
    return p && (!strncasecmp(p, "<!doctype", 9) || !strncasecmp(p, "<html", 5));
}

/* The error a Prometheus-like API put into its JSON, e.g. "bad_data: parse error …". */
static bool api_error(const cJSON *o, int status, char *why, size_t size)
{
    const char *text = json_str(o, "error"), *type = json_str(o, "errorType");
    char clean[160];
    if (!text)
        return false;
    text_clean_to(clean, sizeof clean, text);
    str_fmt(why, size, "%d %s: %s", status, type ? type : "error", clean);
    return true;
}

static void plain_error(const struct http_reply *r, char *why, size_t size)
{
    char clean[80];
    text_clean_to(clean, sizeof clean, r->body);
    if (r->status >= 300 && r->status < 400)
        str_fmt(why, size, "%d: a redirect, not followed", r->status);
    else if (looks_html(r))
        str_fmt(why, size, "%d: an HTML page instead of JSON (a proxy?)", r->status);
    else if (r->status == 401 || r->status == 403)
        str_fmt(why, size, "%d: not allowed (token?) %s", r->status, clean);
    else
        str_fmt(why, size, "%d: %s", r->status, *clean ? clean : "no text");
}

static cJSON *no_json(const struct http_reply *r, char *why, size_t size)
{
    if (!r->body_len)
        str_copy(why, size, "an empty body");
    else if (looks_html(r))
        str_copy(why, size, "an HTML page instead of JSON (a proxy?)");
    else
        str_copy(why, size, "not JSON, or only half of it");
    return NULL;
}

cJSON *answer_json(const struct http_reply *r, char *why, size_t size)
{
    if (r->end != HTTP_ANSWERED) {
        str_fmt(why, size, "%s", r->why[0] ? r->why : "no answer");
        return NULL;
    }
    cJSON *o = json_parse(r->body, r->body_len);
    if (r->status < 200 || r->status > 299) {
        if (!api_error(o, r->status, why, size))
            plain_error(r, why, size);
        cJSON_Delete(o);
        return NULL;
    }
    if (r->status == 204 || !o) {
        cJSON_Delete(o);
        return no_json(r, why, size);
    }
    return o;
}
