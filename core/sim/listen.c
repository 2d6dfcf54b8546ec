/* Opens the listening socket; addresses are numbers or localhost, names are not looked up. */
#include "sim/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"

union where {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static int parse(const char *text, union where *to, socklen_t *len, struct err *e)
{
    char host[64];
    int64_t port;
    const char *colon = strrchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof host ||
        int_parse(colon + 1, 0, 65535, &port) < 0)
        return err_set(e, EX_BADUSAGE,
                       "cannot listen on \"%s\": allowed is ADDRESS:PORT, e.g. "
                       "127.0.0.1:9090",
                       text);
    str_fmt(host, sizeof host, "%.*s", (int)(colon - text), text);
    if (!*host || !strcmp(host, "localhost"))
        str_copy(host, sizeof host, "127.0.0.1");
    memset(to, 0, sizeof *to);
    size_t n = strlen(host);
    if (host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        to->v6.sin6_family = AF_INET6;
        to->v6.sin6_port = htons((uint16_t)port);
        *len = sizeof to->v6;
        if (inet_pton(AF_INET6, host + 1, &to->v6.sin6_addr) == 1)
            return 0;
    } else {
        to->v4.sin_family = AF_INET;
        to->v4.sin_port = htons((uint16_t)port);
        *len = sizeof to->v4;
        if (inet_pton(AF_INET, host, &to->v4.sin_addr) == 1)
            return 0;
    }
    return err_set(e, EX_BADUSAGE, "cannot listen on \"%s\": \"%s\" is no address in numbers", text,
                   host);
}

int listen_on(const char *where, int *port, struct err *e)
{
    union where a;
    socklen_t len = 0;
    int one = 1;
    if (parse(where, &a, &len, e) < 0)
        return -1;
    int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd < 0 || bind(fd, &a.any, len) < 0 || listen(fd, 128) < 0 ||
        getsockname(fd, &a.any, &len) < 0) {
        err_set(e, EX_NOSERVICE, "cannot listen on %s: %s; port 0 takes a free one", where,
                strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *port = ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
    return fd;
}
