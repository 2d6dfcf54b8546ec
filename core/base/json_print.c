/* cJSON trees as compact text. Our own, because cJSON prints a number with 15 digits when that is
 * nearly the same double; a record must read back as the very same. */
#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

static void print_string(const char *s, struct buf *out)
{
    static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    buf_addc(out, '"');
    while (*s) {
        size_t plain = 0;
        while ((unsigned char)s[plain] >= 0x20 && s[plain] != '"' && s[plain] != '\\')
            plain++;
        buf_add(out, s, plain);
        s += plain;
        if (!*s)
            break;
        const char *name = named;
        while (*name && *name != *s)
            name += 2;
        if (*name)
            buf_addf(out, "\\%c", name[1]);
        else
            buf_addf(out, "\\u%04x", (unsigned)(unsigned char)*s);
        s++;
    }
    buf_addc(out, '"');
}

static void print_number(double v, struct buf *out)
{
    char text[40];
    if (!isfinite(v))
        str_copy(text, sizeof text, "null");
    else if (fabs(v) < 1e15 && v == rint(v) && (v != 0 || !signbit(v)))
        str_fmt(text, sizeof text, "%lld", (long long)v);
    else
        num_exact(v, text, sizeof text);
    buf_adds(out, text);
}

static void print_children(const cJSON *o, char open, char shut, struct buf *out)
{
    buf_addc(out, open);
    for (const cJSON *x = o->child; x; x = x->next) {
        if (x != o->child)
            buf_addc(out, ',');
        if (open == '{') {
            print_string(x->string ? x->string : "", out);
            buf_addc(out, ':');
        }
        json_print(x, out);
    }
    buf_addc(out, shut);
}

void json_print(const cJSON *o, struct buf *out)
{
    if (cJSON_IsObject(o))
        print_children(o, '{', '}', out);
    else if (cJSON_IsArray(o))
        print_children(o, '[', ']', out);
    else if (cJSON_IsString(o))
        print_string(o->valuestring ? o->valuestring : "", out);
    else if (cJSON_IsNumber(o))
        print_number(o->valuedouble, out);
    else
        buf_adds(out, cJSON_IsTrue(o) ? "true" : cJSON_IsFalse(o) ? "false" : "null");
}
