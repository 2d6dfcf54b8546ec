/* Any bytes from a client of the simulated database: whatever comes, the answer is whole packets,
 * and any text as a statement has an answer or an error, never both. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sim/mysql_conn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sim *sim;

static void on_statement(void *ctx, struct sql_session *ses, const char *text, size_t n,
                         struct sql_result *out)
{
    (void)ctx;
    sql_run(sim, ses, text, n, clock_wall(&sim->clock), true, out);
    if (out->errnum && (out->has_rows || out->rows.n_cols || !*out->error))
        abort();
}

/* The bytes sent are packets one behind the other. */
static void whole(const struct buf *out)
{
    size_t at = 0;
    while (at < out->len) {
        const unsigned char *p = (const unsigned char *)out->p + at;
        if (out->len - at < 4)
            abort();
        at += 4 + ((size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16);
    }
    if (at != out->len)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char login[] = "\x3f\0\0\x01\x00\x02\x08\x00\x00\x00\x00\x01\x2d"
                                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                "warroom\0\0mysql_native_password";
    struct err e = ERR_INIT;
    struct clock clock = clock_make(1);
    if (!sim && !(sim = sim_start("lock-storm", "127.0.0.1:0", &clock, &e)))
        abort();
    /* as the client's bytes, from the greeting on */
    struct mysql_conn *c = mysql_conn_new(1, 0, on_statement, NULL);
    mysql_conn_feed(c, data, size);
    mysql_conn_release(c);
    whole(mysql_conn_out(c));
    mysql_conn_free(c);
    /* as bytes behind a login */
    c = mysql_conn_new(2, size ? data[0] % 2 : 0, on_statement, NULL);
    mysql_conn_feed(c, login, sizeof login);
    mysql_conn_feed(c, data, size);
    whole(mysql_conn_out(c));
    mysql_conn_free(c);
    /* as a statement */
    struct sql_session ses = {.id = 7, .user = "warroom", .database = "shop"};
    struct sql_result r = {.errnum = 0};
    on_statement(NULL, &ses, (const char *)data, size, &r);
    sql_result_clear(&r);
    return 0;
}
