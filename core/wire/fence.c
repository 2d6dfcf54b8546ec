/* What may leave in a drill. Deny by default. */
#include "wire/fence.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"

static atomic_bool up;

void fence_up(void)
{
    atomic_store(&up, true);
}

bool fence_is_up(void)
{
    return atomic_load(&up);
}

bool host_is_loopback(const char *host)
{
    struct in_addr v4;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return !strcasecmp(host, "localhost") || !strcmp(host, "[::1]") || !strcmp(host, "::1");
}

int fence_host(const char *host, struct err *e)
{
    if (!fence_is_up() || host_is_loopback(host))
        return 0;
    return err_set(e, EX_NOPERMISSION,
                   "this is a drill: nothing is sent to %.200s, only to this machine (127.0.0.1, "
                   "localhost, [::1])",
                   host);
}

int fence_url(const char *url, struct err *e)
{
    char host[256];
    const char *s = strstr(url, "://");
    s = s ? s + 3 : url;
    size_t n = strcspn(s, "/?#\\");
    const char *user = memrchr(s, '@', n);
    if (user) {
        n -= (size_t)(user + 1 - s);
        s = user + 1;
    }
    const char *end = *s == '[' ? memchr(s, ']', n) : memchr(s, ':', n);
    if (end)
        n = (size_t)(end - s) + (*s == '[');
    str_fmt(host, sizeof host, "%.*s", (int)(n < 200 ? n : 200), s);
    return fence_host(host, e);
}

/* Where execvp would find it; false when nowhere. */
static bool find_program(const char *name, char out[PATH_MAX])
{
    const char *path = getenv("PATH");
    if (strchr(name, '/')) {
        str_copy(out, PATH_MAX, name);
        return access(out, X_OK) == 0;
    }
    for (const char *p = path ? path : ""; *p; p += strspn(p, ":")) {
        size_t n = strcspn(p, ":");
        str_fmt(out, PATH_MAX, "%.*s/%s", (int)n, p, name);
        if (access(out, X_OK) == 0)
            return true;
        p += n;
    }
    return false;
}

int fence_program(const char *argv0, struct err *e)
{
    static const char *const harmless[] = {"cat", "date", "echo",   "false", "grep",      "ls",
                                           "cmp", "stat", "printf", "test",  "sha256sum", "true"};
    char found[PATH_MAX], real[PATH_MAX];
    if (!fence_is_up())
        return 0;
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (!strcmp(argv0, harmless[i]))
            return 0;
    if (!find_program(argv0, found))
        return err_set(
            e, EX_NOPERMISSION,
            "this is a drill: there is no stand-in for %.100s; put sample-config/sim-bin "
            "first in PATH",
            argv0);
    const char *name = realpath(found, real) ? strrchr(real, '/') : NULL;
    if (name && !strcmp(name + 1, SIM_STAND_IN))
        return 0;
    return err_set(e, EX_NOPERMISSION,
                   "this is a drill: %.100s would run %.200s, which is no stand-in of the "
                   "simulator; put sample-config/sim-bin first in PATH",
                   argv0, found);
}
