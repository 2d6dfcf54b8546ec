/* Any bytes as the answer of a kill switch or of a control plane: OFF and "as expected" need the
 * very words, everything else has its reason. */
#include <stdlib.h>
#include <string.h>

#include "action/killswitch.h"
#include "action/runner.h"
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int no_value(void *ctx, const char *path, struct buf *out)
{
    (void)ctx;
    (void)path;
    (void)out;
    return -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[] = "a.b", want[] = "25";
    struct json_expect field = {path, want};
    struct expect expect = {.json = &field, .n_json = 1};
    struct tmpl_vars vars = {no_value, NULL};
    char *body = xstrndup((const char *)data, size), why[200] = "";
    struct http_reply r = {
        .end = HTTP_ANSWERED, .status = 200, .body = body, .body_len = strlen(body)};
    enum ks_answer is = killswitch_read(&r, path, why, sizeof why);
    if ((is == KS_ANSWER_OFF && !strstr(body, "false")) ||
        (is == KS_ANSWER_ON && !strstr(body, "true")) || ((is == KS_ANSWER_UNKNOWN) != !!why[0]))
        abort();
    if (!expect_http(&expect, &r, &vars, why, sizeof why) && !why[0])
        abort();
    struct child_result child = {
        .started = true, .out = body, .out_len = r.body_len, .errout = body};
    struct expect text = {.stdout_text = want};
    if (!expect_exec(&text, &child, &vars, why, sizeof why) && !why[0])
        abort();
    free(body);
    return 0;
}
