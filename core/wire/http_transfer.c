/* One HTTP transfer: what is asked, what may not be, and how it ended. */
#include "wire/http_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/dlog.h"
#include "wire/fence.h"

#define BODY_MAX ((size_t)8 << 20)
#define HEAD_MAX ((size_t)64 << 10)

static int64_t mono_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Host, port and scheme of the URL; refuses what is not http(s), and a token in the clear. */
static int check_url(struct transfer *t, const struct http_request *r, struct err *e)
{
    CURLU *u = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, shown[200];
    int rc = 0;
    secret_mask_to(shown, sizeof shown, r->url);
    if (curl_url_set(u, CURLUPART_URL, r->url, CURLU_NON_SUPPORT_SCHEME) ||
        curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) ||
        curl_url_get(u, CURLUPART_HOST, &host, 0) ||
        curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
        rc = err_set(e, EX_BADDATA, "not an http or https address: %s", shown);
    else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
        rc = err_set(e, EX_BADDATA, "only http and https are allowed: %s", shown);
    else if (r->token && *r->token && !strcmp(scheme, "http") && !host_is_loopback(host) &&
             !r->insecure)
        rc = err_set(e, EX_NOPERMISSION,
                     "a token is not sent over plain http to %s; use https, or say insecure: true",
                     host);
    if (rc == 0)
        rc = fence_host(host, e);
    if (rc == 0) {
        str_fmt(t->where, sizeof t->where, "%s:%s", host, port);
        t->loopback = host_is_loopback(host);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(u);
    return rc;
}

/* libcurl takes `Name:` as "leave this header out" and `Name;` as an empty one. */
static int add_header(struct transfer *t, const char *name, const char *value, struct err *e)
{
    struct buf line = BUF_INIT;
    if (strpbrk(name, "\r\n:") || strpbrk(value, "\r\n"))
        return err_set(e, EX_BADDATA, "header %.40s holds a line break", name);
    if (*value)
        buf_addf(&line, "%s: %s", name, value);
    else
        buf_addf(&line, "%s;", name);
    t->headers = curl_slist_append(t->headers, line.p);
    buf_free(&line);
    return 0;
}

static int copy_headers(struct transfer *t, const struct http_request *r, struct err *e)
{
    struct buf bearer = BUF_INIT;
    bool typed = false;
    int rc = 0;
    for (size_t i = 0; i < r->n_headers && rc == 0; i++) {
        typed = typed || !strcasecmp(r->headers[i].name, "Content-Type");
        rc = add_header(t, r->headers[i].name, r->headers[i].value, e);
    }
    if (rc == 0 && r->token && *r->token) {
        buf_addf(&bearer, "Bearer %s", r->token);
        rc = add_header(t, "Authorization", bearer.p, e);
    }
    t->headers = curl_slist_append(t->headers, "Expect:"); /* no 100-continue: one round trip */
    if (!typed) /* libcurl would call every body a form */
        t->headers = curl_slist_append(t->headers,
                                       r->body_len ? "Content-Type: text/plain" : "Content-Type:");
    buf_free(&bearer);
    return rc;
}

static bool only_reads(const char *method)
{
    return !strcmp(method, "GET") || !strcmp(method, "HEAD");
}

struct transfer *transfer_new(const struct http_request *r, struct err *e)
{
    struct transfer *t = xzalloc(1, sizeof *t);
    if (check_url(t, r, e) < 0 || copy_headers(t, r, e) < 0) {
        transfer_free(t);
        return NULL;
    }
    t->method = xstrdup(r->method ? r->method : "GET");
    t->url = xstrdup(r->url);
    t->ca_file = xstrdup(r->ca_file ? r->ca_file : "");
    if (r->body || !only_reads(t->method)) /* an empty body has its length said, too */
        t->body = xstrndup(r->body ? r->body : "", r->body ? r->body_len : 0);
    t->body_len = r->body ? r->body_len : 0;
    t->insecure = r->insecure;
    t->repeatable = r->repeatable || only_reads(t->method);
    t->urgent = r->urgent;
    t->leaving = r->leaving;
    t->timeout_ms = r->timeout_ms > 0 ? r->timeout_ms : 10000;
    t->max_body = r->max_body ? r->max_body : BODY_MAX;
    t->asked = mono_now();
    return t;
}

void transfer_free(struct transfer *t)
{
    curl_slist_free_all(t->headers);
    buf_free(&t->answer);
    free(t->method);
    free(t->url);
    free(t->body);
    free(t->ca_file);
    free(t);
}

int64_t transfer_deadline(const struct transfer *t)
{
    return t->asked.ms + t->timeout_ms;
}

/* Bytes arrive unzipped, so the cap holds for what a small answer blows up to as well. */
static size_t on_bytes(char *p, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    if (size * n > t->max_body - t->answer.len) {
        t->too_large = true;
        return 0;
    }
    buf_add(&t->answer, p, size * n);
    return size * n;
}

/* libcurl takes headers that break off for a whole answer without a body; we do not. */
static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    size_t len = size * n;
    if (len > 5 && !memcmp(p, "HTTP/", 5))
        t->heads_whole = false; /* an interim answer came before */
    else if (len <= 2 && p[len - 1] == '\n')
        t->heads_whole = true; /* trailers may follow the body */
    t->head_len += len;
    t->too_large = t->too_large || t->head_len > HEAD_MAX;
    return t->too_large ? 0 : len;
}

static int on_leaving(void *arg, char *to_ip, char *from_ip, int to_port, int from_port)
{
    struct transfer *t = arg;
    (void)to_ip, (void)from_ip, (void)to_port, (void)from_port;
    if (t->sent_us)
        return CURL_PREREQFUNC_OK; /* libcurl tries again on another connection */
    t->sent_us = mono_us();
    if (t->leaving)
        t->leaving(t->ctx);
    return CURL_PREREQFUNC_OK;
}

static void setup_method(struct transfer *t, CURL *c)
{
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, t->method);
    if (t->body) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, t->body);
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_len);
    } else if (!strcmp(t->method, "HEAD")) {
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    }
}

static void setup_safety(struct transfer *t, CURL *c)
{
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(c, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L); /* a name server that hangs holds up nobody */
#endif
    if (t->loopback)
        curl_easy_setopt(c, CURLOPT_PROXY, ""); /* not even when the environment names one */
    if (*t->ca_file)
        curl_easy_setopt(c, CURLOPT_CAINFO, t->ca_file);
    if (t->insecure) {
        curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (!t->repeatable)
        curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
}

void transfer_setup(struct transfer *t, CURL *c)
{
    int64_t left = transfer_deadline(t) - mono_now().ms;
    curl_easy_reset(c);
    t->easy = c;
    curl_easy_setopt(c, CURLOPT_URL, t->url);
    curl_easy_setopt(c, CURLOPT_PRIVATE, t);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_leaving);
    curl_easy_setopt(c, CURLOPT_PREREQDATA, t);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->headers);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
    curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "warroom/" WARROOM_VERSION);
    curl_easy_setopt(c, CURLOPT_TCP_NODELAY, 1L);
    setup_safety(t, c);
    setup_method(t, c);
}

static void say_why(const struct transfer *t, CURLcode rc, struct http_reply *r)
{
    long os = 0;
    curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os);
    if (t->too_large)
        str_fmt(r->why, sizeof r->why, "%s: the answer is larger than %zu bytes", t->where,
                t->head_len > HEAD_MAX ? HEAD_MAX : t->max_body);
    else if (rc == CURLE_OPERATION_TIMEDOUT)
        str_fmt(r->why, sizeof r->why, "%s: %s within %lld ms", t->where,
                t->sent_us ? "no whole answer" : "no connection", (long long)t->timeout_ms);
    else if (rc == CURLE_COULDNT_CONNECT)
        str_fmt(r->why, sizeof r->why, "%s: %s", t->where,
                os && os != ECONNREFUSED ? strerror((int)os) : "connection refused");
    else if (rc == CURLE_PARTIAL_FILE)
        str_fmt(r->why, sizeof r->why, "%s: only part of the answer came", t->where);
    else if (rc == CURLE_GOT_NOTHING)
        str_fmt(r->why, sizeof r->why, "%s: closed without an answer", t->where);
    else
        str_fmt(r->why, sizeof r->why, "%s: %s", t->where, curl_easy_strerror(rc));
}

void transfer_report(struct transfer *t, CURLcode rc)
{
    struct http_reply r = {.end = HTTP_ANSWERED, .body = buf_str(&t->answer)};
    long status = 0;
    char *type = NULL;
    curl_off_t total = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &total);
    r.status = (int)status;
    r.body_len = t->answer.len;
    r.ms = total / 1000;
    r.sent_us = t->sent_us;
    str_copy(r.content_type, sizeof r.content_type, type);
    if (rc == CURLE_OK && !t->heads_whole)
        rc = CURLE_PARTIAL_FILE;
    if (rc != CURLE_OK) {
        r.end = t->sent_us ? HTTP_NO_ANSWER : HTTP_REFUSED;
        say_why(t, rc, &r);
    }
    t->done(t->ctx, &r);
}

void transfer_report_unsent(struct transfer *t, enum http_end end, const char *why)
{
    struct http_reply r = {.end = end, .body = "", .sent_us = t->sent_us};
    r.ms = mono_since(t->asked);
    str_fmt(r.why, sizeof r.why, "%s: %s", t->where, why);
    t->done(t->ctx, &r);
}
