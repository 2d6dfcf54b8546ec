/* Texts, addresses and secrets. A secret never stands in the plan itself. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dlog.h"
#include "plan/read.h"
#include "plan/tmpl.h"

#define LINE_MAX_BYTES   400
#define SECRET_MAX_BYTES 16384
#define URL_MAX_BYTES    2048

bool null_scalar(const struct node *n)
{
    return n->kind == NODE_SCALAR && !n->quoted &&
           (!n->len || !strcmp(n->text, "~") || !strcmp(n->text, "null"));
}

bool read_given(struct load *l, const struct key_row *row, const struct node *n, bool secret,
                struct given *out)
{
    if (n->kind == NODE_BROKEN)
        return false;
    if (n->kind != NODE_SCALAR || null_scalar(n)) {
        say_allowed(l, row, n);
        return false;
    }
    return fill_env(l, row, n, secret, out);
}

/* A text that is not filled at run time but looks as if. */
static bool refuse_placeholder(struct load *l, const struct node *n, const struct given *g)
{
    struct tmpl_ref ref;
    if (!strstr(g->text, "{{") || tmpl_next(g->text, 0, &ref, NULL) != 1 ||
        tmpl_check(g->text, NULL) < 0)
        return false;
    say(l, n, "{{%s}} is not filled in here; placeholders are for actions", ref.path);
    return true;
}

void read_text(struct load *l, const struct key_row *row, const struct node *n, char **field)
{
    struct given g;
    if (!read_given(l, row, n, false, &g))
        return;
    bool fits = row->type == KEY_TEXT || (g.len <= LINE_MAX_BYTES && !strpbrk(g.text, "\r\n\t") &&
                                          (row->type != KEY_WORD || row->fits(g.text)));
    bool empty = !g.len && (row->flags & KEY_REQUIRED);
    if (!g.blank && (!fits || empty)) {
        say_allowed(l, row, n);
        return;
    }
    if (row->flags & KEY_TEMPLATE)
        check_template(l, n, &g);
    else if (refuse_placeholder(l, n, &g))
        return;
    *field = g.text;
}

static bool loopback(const char *host)
{
    unsigned a, b, c, d;
    int end = 0;
    if (!strcasecmp(host, "localhost") || !strcmp(host, "[::1]"))
        return true;
    return sscanf(host, "%3u.%3u.%3u.%3u%n", &a, &b, &c, &d, &end) == 4 && !host[end] && a == 127 &&
           b < 256 && c < 256 && d < 256;
}

static bool good_port(const char *s, size_t n)
{
    unsigned port = 0;
    if (!n || n > 5)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        port = port * 10 + (unsigned)(s[i] - '0');
    }
    return port > 0 && port < 65536;
}

bool url_split(const char *text, struct url *out)
{
    *out = (struct url){0};
    out->https = !strncmp(text, "https://", 8);
    if (!out->https && strncmp(text, "http://", 7) != 0)
        return false;
    for (const char *s = text; *s; s++)
        if ((unsigned char)*s <= 0x20 || strchr("\"<>\\^`|", *s))
            return false;
    const char *s = text + (out->https ? 8 : 7);
    const char *end = s + strcspn(s, "/?#");
    out->query = strpbrk(s, "?#") != NULL;
    const char *user = memchr(s, '@', (size_t)(end - s));
    if (user) {
        out->userinfo = true;
        s = user + 1;
    }
    const char *host_end = *s == '[' ? memchr(s, ']', (size_t)(end - s)) : NULL;
    if (*s == '[' && !host_end)
        return false;
    host_end = host_end ? host_end + 1 : s + strcspn(s, ":/?#");
    size_t n = (size_t)(host_end - s);
    if (!n || n >= sizeof out->host || memchr(s, '@', n))
        return false;
    if (host_end < end &&
        (*host_end != ':' || !good_port(host_end + 1, (size_t)(end - host_end - 1))))
        return false;
    memcpy(out->host, s, n);
    out->host[n] = '\0';
    out->loopback = loopback(out->host);
    return !strpbrk(out->host, "{}");
}

/* `http://user:word@host`: a secret, so it may only come from the environment. */
static void check_userinfo(struct load *l, const struct node *n)
{
    const char *s = strstr(n->text, "://");
    s = s ? s + 3 : n->text;
    size_t len = strcspn(s, "@");
    char user[128];
    if (s[len] == '@' && len < sizeof user) {
        memcpy(user, s, len);
        user[len] = '\0';
        if (!strstr(user, "${"))
            say(l, n, "a user in an address stands in the plan; allowed is ${NAME} or a token");
    }
    hide_env(l, n);
}

/* The address with a stand-in for each placeholder, filled later. False when one stands in the
 * host: whom a call goes to is fixed when the plan is loaded. */
static bool stand_in(const char *text, struct buf *out)
{
    struct tmpl_ref r;
    size_t at = 0;
    while (tmpl_next(text, at, &r, NULL) == 1) {
        buf_add(out, text + at, r.start - at);
        const char *host = strstr(buf_str(out), "://");
        if (!host || !strpbrk(host + 3, "/?#"))
            return false;
        buf_addc(out, 'x');
        at = r.end;
    }
    buf_adds(out, text + at);
    return true;
}

void read_url(struct load *l, const struct key_row *row, const struct node *n, char **field)
{
    struct given g;
    struct url u;
    if (!read_given(l, row, n, false, &g))
        return;
    if (g.blank || (!g.len && g.expanded && (row->flags & KEY_OR_EMPTY))) {
        *field = g.text;
        return;
    }
    bool fits = g.len < URL_MAX_BYTES;
    if (row->flags & KEY_TEMPLATE) {
        struct buf plain = BUF_INIT;
        fits = fits && stand_in(g.text, &plain) && url_split(buf_str(&plain), &u);
        buf_free(&plain);
    } else {
        fits = fits && !strstr(g.text, "{{") && url_split(g.text, &u);
    }
    if (!fits && strchr(n->text, '@')) {
        say(l, n,
            "this is no address (not shown, it may hold a password); allowed is one that "
            "begins with http:// or https://");
        return;
    }
    if (!fits) {
        say_allowed(l, row, n);
        return;
    }
    if (u.userinfo)
        check_userinfo(l, n);
    if (row->flags & KEY_TEMPLATE) {
        check_template(l, n, &g);
    } else if (u.query) {
        say(l, n, "? or # in the address; allowed is scheme, host, port and path");
    } else {
        while (g.len && g.text[g.len - 1] == '/')
            g.text[--g.len] = '\0';
    }
    *field = g.text;
}

void read_secret(struct load *l, const struct key_row *row, const struct node *n, char **field)
{
    struct given g;
    if (!read_given(l, row, n, true, &g))
        return;
    if (n->len && !holds_env(n->text) && row->type == KEY_SECRETS) {
        say(l, n, "a secret stands in the plan; allowed is ${NAME}");
        return;
    }
    if (n->len && !holds_env(n->text)) {
        say(l, n, "a secret stands in the plan; allowed is ${NAME} or %s_file",
            row->key ? row->key : "a");
        return;
    }
    if (env_has_default(n->text)) {
        say(l, n, "a secret with a default stands in the plan; allowed is ${NAME} or ${NAME:-}");
        return;
    }
    secret_add(g.text);
    *field = g.text;
}

void read_secrets(struct load *l, const struct key_row *row, const struct node *n, char ***field,
                  size_t *count)
{
    if (n->kind != NODE_LIST || (double)n->n < row->lo || (double)n->n > row->hi) {
        say_allowed(l, row, n);
        return;
    }
    char **v = pool_zalloc(l->pool, n->n, sizeof *v);
    for (size_t i = 0; i < n->n; i++) {
        size_t mark = path_index(l, i);
        v[i] = pool_str(l->pool, "", 0);
        read_secret(l, row, n->items[i], &v[i]);
        path_cut(l, mark);
    }
    *field = v;
    *count = n->n;
}

/* The file's first line. */
static char *secret_of_file(struct load *l, const struct node *n, const char *path)
{
    char bytes[SECRET_MAX_BYTES];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        say(l, n, "secret file %s: %s", path, fd < 0 ? strerror(errno) : "it is no regular file");
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    ssize_t got = read(fd, bytes, sizeof bytes - 1);
    close(fd);
    if (st.st_mode & 077) {
        say(l, n, "secret file %s has mode %04o; allowed is 0600 (chmod 600 %s)", path,
            (unsigned)st.st_mode & 07777, path);
        return NULL;
    }
    bytes[got > 0 ? got : 0] = '\0';
    size_t len = strcspn(bytes, "\r\n");
    char *text = pool_str(l->pool, bytes, len);
    memset(bytes, 0, sizeof bytes);
    if (!len)
        say(l, n, "secret file %s is empty", path);
    return text;
}

void read_secret_file(struct load *l, const struct key_row *row, const struct node *n, char **field)
{
    struct given g;
    if (!read_given(l, row, n, false, &g) || l->env->recorded)
        return;
    char *text = secret_of_file(l, n, g.text);
    if (!text)
        return;
    secret_add(text);
    *field = text;
}
