/* Does an answer meet what the plan expects? Everything that is expected must be there. */
#include "action/runner.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

static void cut_clean(char *dst, size_t size, const char *text)
{
    char clean[160];
    text_clean_to(clean, sizeof clean, text);
    str_copy(dst, size, clean);
}

static bool status_met(const struct expect *want, const struct http_reply *r, char *why, size_t n)
{
    bool met = want->status ? r->status == want->status : r->status >= 200 && r->status <= 299;
    char body[120];
    if (met)
        return true;
    cut_clean(body, sizeof body, r->body);
    if (want->status)
        str_fmt(why, n, "answered %d, expected %d: %s", r->status, want->status, body);
    else
        str_fmt(why, n, "answered %d: %s", r->status, body);
    return false;
}

static bool field_met(const struct json_expect *want, const cJSON *got,
                      const struct tmpl_vars *vars, char *why, size_t n)
{
    struct buf text = BUF_INIT, found = BUF_INIT;
    struct err e = ERR_INIT;
    bool met = false;
    if (tmpl_fill(want->want, TMPL_JSON_STRING, vars, &text, &e) < 0) {
        str_copy(why, n, e.text);
    } else {
        cJSON *value = json_parse(buf_str(&text), text.len);
        met = value && got && cJSON_Compare(value, got, true);
        if (got)
            json_print(got, &found);
        if (!met)
            str_fmt(why, n, "%s is %.80s, expected %.80s", want->path,
                    got ? buf_str(&found) : "missing", buf_str(&text));
        cJSON_Delete(value);
    }
    buf_free(&text);
    buf_free(&found);
    return met;
}

bool expect_http(const struct expect *want, const struct http_reply *r,
                 const struct tmpl_vars *vars, char *why, size_t why_size)
{
    why[0] = '\0';
    if (r->end != HTTP_ANSWERED) {
        str_copy(why, why_size, r->why);
        return false;
    }
    if (!status_met(want, r, why, why_size))
        return false;
    if (!want->n_json)
        return true;
    cJSON *o = json_parse(r->body, r->body_len);
    bool met = o != NULL;
    if (!met)
        str_copy(why, why_size, "the answer is not JSON");
    for (size_t i = 0; met && i < want->n_json; i++)
        met = field_met(&want->json[i], json_path(o, want->json[i].path), vars, why, why_size);
    cJSON_Delete(o);
    return met;
}

static size_t trimmed(const char *s)
{
    size_t n = strlen(s);
    while (n && strchr(" \t\r\n", s[n - 1]))
        n--;
    return n;
}

static bool stdout_met(const char *want, const struct child_result *r, const struct tmpl_vars *vars,
                       char *why, size_t n)
{
    struct buf text = BUF_INIT;
    struct err e = ERR_INIT;
    bool met = false;
    if (tmpl_fill(want, TMPL_PLAIN, vars, &text, &e) < 0) {
        str_copy(why, n, e.text);
    } else {
        size_t got = trimmed(r->out), wanted = trimmed(buf_str(&text));
        char seen[100], head[160];
        met = got == wanted && !memcmp(r->out, buf_str(&text), got);
        str_fmt(head, sizeof head, "%.*s", (int)(got < sizeof head ? got : sizeof head), r->out);
        cut_clean(seen, sizeof seen, head);
        if (!met)
            str_fmt(why, n, "printed \"%s\", expected \"%.80s\"", seen, buf_str(&text));
    }
    buf_free(&text);
    return met;
}

bool expect_exec(const struct expect *want, const struct child_result *r,
                 const struct tmpl_vars *vars, char *why, size_t why_size)
{
    why[0] = '\0';
    if (!r->started || r->timed_out || r->cancelled) {
        str_copy(why, why_size, r->why);
        return false;
    }
    if (r->exit_status != want->exit_status) {
        char seen[100];
        cut_clean(seen, sizeof seen, *r->errout ? r->errout : r->out);
        str_fmt(why, why_size, "exit status %d: %s", r->exit_status, seen);
        return false;
    }
    return !want->stdout_text || stdout_met(want->stdout_text, r, vars, why, why_size);
}
