/* How long it takes to ask all metrics of a tick: our transport against a bare curl_multi client,
 * both on 8 kept connections, in turn. Usage: tick URL N ROUNDS. Prints the medians: ours in µs,
 * theirs in µs, the ratio round by round. */
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wire/http.h"

#define CONNECTIONS 8
#define MOST        1024

static double now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static void query_url(char *out, size_t size, const char *base, int i, int round)
{
    snprintf(out, size,
             "%s/api/v1/query?query=bench_value%%7Bpanel%%3D%%22%d%%22%%7D&time=%ld.%03d", base, i,
             (long)time(NULL), round % 1000);
}

struct bare {
    CURLM *multi;
    CURL *easy[CONNECTIONS];
    int free[CONNECTIONS], n_free;
    size_t bytes;
};

static size_t take(char *p, size_t size, size_t n, void *ctx)
{
    struct bare *b = ctx;
    (void)p;
    b->bytes += size * n;
    return size * n;
}

static void bare_open(struct bare *b)
{
    *b = (struct bare){.multi = curl_multi_init()};
    curl_multi_setopt(b->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS);
    for (int i = 0; i < CONNECTIONS; i++) {
        b->easy[i] = curl_easy_init();
        curl_easy_setopt(b->easy[i], CURLOPT_WRITEFUNCTION, take);
        curl_easy_setopt(b->easy[i], CURLOPT_WRITEDATA, b);
        b->free[b->n_free++] = i;
    }
}

static void bare_reap(struct bare *b, int *done)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(b->multi, &left));) {
        CURL *easy = m->easy_handle;
        if (m->msg != CURLMSG_DONE || m->data.result != CURLE_OK)
            exit(1);
        curl_multi_remove_handle(b->multi, easy);
        for (int i = 0; i < CONNECTIONS; i++)
            if (b->easy[i] == easy)
                b->free[b->n_free++] = i;
        ++*done;
    }
}

static double bare_round(struct bare *b, const char *base, int n, int round)
{
    char url[512];
    double start = now_us();
    for (int sent = 0, done = 0, running; done < n;) {
        while (sent < n && b->n_free) {
            CURL *easy = b->easy[b->free[--b->n_free]];
            query_url(url, sizeof url, base, sent++, round);
            curl_easy_setopt(easy, CURLOPT_URL, url);
            curl_multi_add_handle(b->multi, easy);
        }
        curl_multi_perform(b->multi, &running);
        int before = done;
        bare_reap(b, &done);
        if (done == before && done < n)
            curl_multi_poll(b->multi, NULL, 0, 1000, NULL);
    }
    return now_us() - start;
}

struct ours {
    struct http *http;
    pthread_mutex_t lock;
    pthread_cond_t all;
    int left, bad;
};

static void answered(void *ctx, const struct http_reply *r)
{
    struct ours *o = ctx;
    pthread_mutex_lock(&o->lock);
    o->bad += r->end != HTTP_ANSWERED || r->status != 200;
    if (--o->left == 0)
        pthread_cond_signal(&o->all);
    pthread_mutex_unlock(&o->lock);
}

static double our_round(struct ours *o, const char *base, int n, int round)
{
    char url[512];
    struct err e = ERR_INIT;
    struct http_request r = {.method = "GET", .url = url, .timeout_ms = 5000};
    double start = now_us();
    o->left = n;
    for (int i = 0; i < n; i++) {
        query_url(url, sizeof url, base, i, round);
        if (http_send(o->http, &r, answered, o, &e) < 0)
            exit(1);
    }
    pthread_mutex_lock(&o->lock);
    while (o->left)
        pthread_cond_wait(&o->all, &o->lock);
    pthread_mutex_unlock(&o->lock);
    return now_us() - start;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static double bare_us[MOST], our_us[MOST], ratio[MOST];
    struct err e = ERR_INIT;
    struct bare bare;
    struct ours ours = {.lock = PTHREAD_MUTEX_INITIALIZER, .all = PTHREAD_COND_INITIALIZER};
    int n = argc == 4 ? (int)strtol(argv[2], NULL, 10) : 0;
    int rounds = argc == 4 ? (int)strtol(argv[3], NULL, 10) : 0;
    if (n < 1 || rounds < 1 || rounds > MOST)
        return 2;
    bare_open(&bare);
    ours.http = http_start(CONNECTIONS, &e);
    for (int i = -3; i < rounds; i++) { /* three to warm both up */
        double a = bare_round(&bare, argv[1], n, i + 3), b = our_round(&ours, argv[1], n, i + 3);
        if (i >= 0)
            bare_us[i] = a, our_us[i] = b, ratio[i] = b / a;
    }
    http_stop(ours.http);
    qsort(bare_us, (size_t)rounds, sizeof *bare_us, by_value);
    qsort(our_us, (size_t)rounds, sizeof *our_us, by_value);
    qsort(ratio, (size_t)rounds, sizeof *ratio, by_value);
    printf("%.0f %.0f %.3f\n", our_us[rounds / 2], bare_us[rounds / 2], ratio[rounds / 2]);
    return ours.bad != 0;
}
