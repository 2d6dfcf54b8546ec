/* The input's first line is a value, the rest a text with placeholders for it. A JSON text that
 * was JSON stays JSON; a URL gets no new structure. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "plan/tmpl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct value {
    const char *p;
    size_t n;
};

static int get(void *ctx, const char *path, struct buf *out)
{
    const struct value *v = ctx;
    if (!strcmp(path, "stage.weight"))
        buf_adds(out, "12.5");
    else if (!strncmp(path, "scope.", 6))
        buf_add(out, v->p, v->n);
    else
        return -1;
    return 0;
}

static bool is_json(const char *s)
{
    cJSON *o = json_parse(s, strlen(s));
    cJSON_Delete(o);
    return o != NULL;
}

/* The text with a harmless word or number for each placeholder; is that JSON? */
static bool shape_is_json(const char *text)
{
    static const struct value word = {"word", 4};
    struct tmpl_vars vars = {get, (void *)(uintptr_t)&word};
    struct buf out = BUF_INIT;
    bool ok = tmpl_fill(text, TMPL_JSON_STRING, &vars, &out, NULL) == 0 && is_json(buf_str(&out));
    buf_free(&out);
    return ok;
}

static void fill(const char *text, enum tmpl_place place, const struct value *v)
{
    struct tmpl_vars vars = {get, (void *)(uintptr_t)v};
    struct buf out = BUF_INIT;
    struct err e = ERR_INIT;
    if (tmpl_fill(text, place, &vars, &out, &e) < 0) {
        if (!e.text[0] || out.len)
            abort();
    } else if (place == TMPL_JSON_STRING && shape_is_json(text) && !is_json(buf_str(&out))) {
        abort();
    }
    buf_free(&out);
}

static void fill_url(const struct value *v)
{
    struct tmpl_vars vars = {get, (void *)(uintptr_t)v};
    struct buf out = BUF_INIT;
    if (tmpl_fill("{{scope.x}}", TMPL_URL, &vars, &out, NULL) == 0 &&
        strcspn(buf_str(&out), "/?#&:@ <>\"'\\\n\r") != out.len)
        abort();
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    size_t n = end ? (size_t)(end - data) : 0, skip = end ? n + 1 : 0;
    struct value v = {(const char *)data, n};
    char *text = xstrndup((const char *)data + skip, size - skip);
    for (enum tmpl_place place = TMPL_PLAIN; place <= TMPL_HEADER; place++)
        fill(text, place, &v);
    fill_url(&v);
    tmpl_check(text, NULL);
    free(text);
    return 0;
}
