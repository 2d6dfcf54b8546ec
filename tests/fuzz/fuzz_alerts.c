/* Any bytes as a list of alerts of Prometheus and of Alertmanager: known, or not known with the
 * reason; what is kept is clean text. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "source/prom_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void clean(const char *text, size_t size)
{
    if (!memchr(text, '\0', size))
        abort();
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct alert_seen seen[8];
    char *body = xstrndup((const char *)data, size), why[120];
    struct http_reply r = {
        .end = HTTP_ANSWERED, .status = 200, .body = body, .body_len = strlen(body)};
    for (int manager = 0; manager < 2; manager++) {
        struct alert_source src = {.alertmanager = manager};
        why[0] = '\0';
        int n = alerts_parse(&r, &src, seen, 8, why, sizeof why);
        if (n > 8 || (n < 0 && !why[0]))
            abort();
        for (int i = 0; i < n; i++) {
            clean(seen[i].name, sizeof seen[i].name);
            clean(seen[i].text, sizeof seen[i].text);
        }
    }
    free(body);
    return 0;
}
