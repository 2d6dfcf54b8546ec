/* Little-endian numbers, length-encoded texts. */
#include "sim/mysql_packet.h"

#include <string.h>

enum {
    CAN_LONG_PASSWORD = 1,
    CAN_FOUND_ROWS = 2,
    CAN_LONG_FLAG = 4,
    CAN_CONNECT_WITH_DB = 8,
    CAN_PROTOCOL_41 = 0x200,
    CAN_TLS = 0x800,
    CAN_TRANSACTIONS = 0x2000,
    CAN_SECURE_CONNECTION = 0x8000,
    CAN_PLUGIN_AUTH = 0x80000,
    CAN_CONNECT_ATTRS = 0x100000,
    CAN_LENENC_AUTH = 0x200000,
};
#define CAN                                                                                        \
    (CAN_LONG_PASSWORD | CAN_FOUND_ROWS | CAN_LONG_FLAG | CAN_CONNECT_WITH_DB | CAN_PROTOCOL_41 |  \
     CAN_TRANSACTIONS | CAN_SECURE_CONNECTION | CAN_PLUGIN_AUTH | CAN_CONNECT_ATTRS |              \
     CAN_LENENC_AUTH)

#define STATUS_AUTOCOMMIT 2
#define UTF8MB4           45
#define TYPE_VAR_STRING   253

/* The salt need not be secret: no password is checked. Zeros would end it early. */
static const char salt[21] = "simulated-no-secret.";

/* ---- reading ---- */

struct cursor {
    const uint8_t *p;
    size_t n;
    bool bad;
};

static uint64_t number(struct cursor *c, size_t bytes)
{
    uint64_t v = 0;
    if (c->n < bytes) {
        c->bad = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        v |= (uint64_t)c->p[i] << (8 * i);
    c->p += bytes;
    c->n -= bytes;
    return v;
}

static void skip(struct cursor *c, uint64_t n)
{
    if (n > c->n) {
        c->bad = true;
        return;
    }
    c->p += n;
    c->n -= (size_t)n;
}

static uint64_t length(struct cursor *c)
{
    uint64_t first = number(c, 1);
    if (first < 0xfb)
        return first;
    if (first == 0xfb || first == 0xff)
        c->bad = true;
    return number(c, first == 0xfc ? 2 : first == 0xfd ? 3 : 8);
}

/* Up to a zero byte, which may be missing at the end of the packet. */
static void ended(struct cursor *c, char *out, size_t size)
{
    const uint8_t *end = memchr(c->p, 0, c->n);
    size_t n = end ? (size_t)(end - c->p) : c->n;
    if (n >= size)
        c->bad = true;
    else {
        memcpy(out, c->p, n);
        out[n] = '\0';
    }
    skip(c, n + (end != NULL));
}

int login_read(const uint8_t *p, size_t n, struct login *out)
{
    struct cursor c = {p, n, false};
    *out = (struct login){.tls = false};
    uint64_t can = number(&c, 4);
    skip(&c, 4 + 1 + 23); /* largest packet, character set, nothing */
    out->tls = !c.bad && (can & CAN_TLS) != 0;
    if (c.bad || out->tls || !(can & CAN_PROTOCOL_41))
        return -1;
    ended(&c, out->user, sizeof out->user);
    if (can & CAN_LENENC_AUTH)
        skip(&c, length(&c));
    else if (can & CAN_SECURE_CONNECTION)
        skip(&c, number(&c, 1));
    else {
        char password[256];
        ended(&c, password, sizeof password);
    }
    if (can & CAN_CONNECT_WITH_DB)
        ended(&c, out->database, sizeof out->database);
    if (can & CAN_PLUGIN_AUTH)
        ended(&c, out->plugin, sizeof out->plugin);
    return c.bad ? -1 : 0; /* attributes follow; nobody reads them */
}

/* ---- writing ---- */

static void put_number(struct buf *b, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_addc(b, (char)(v >> (8 * i)));
}

static void put_length(struct buf *b, uint64_t n)
{
    if (n < 0xfb) {
        put_number(b, n, 1);
    } else if (n < 0x10000) {
        put_number(b, 0xfc, 1);
        put_number(b, n, 2);
    } else {
        put_number(b, 0xfd, 1);
        put_number(b, n, 3);
    }
}

static void put_text(struct buf *b, const char *text)
{
    size_t n = strlen(text);
    put_length(b, n);
    buf_add(b, text, n);
}

static void packet(struct buf *out, uint8_t *seq, struct buf *body)
{
    put_number(out, body->len, 3);
    put_number(out, (*seq)++, 1);
    buf_add(out, buf_str(body), body->len);
    buf_free(body);
}

void put_greeting(struct buf *out, uint64_t id)
{
    struct buf b = BUF_INIT;
    uint8_t seq = 0;
    put_number(&b, 10, 1);
    buf_add(&b, "5.5.5-" SQL_VERSION, sizeof "5.5.5-" SQL_VERSION); /* as MariaDB 10 greets */
    put_number(&b, id, 4);
    buf_add(&b, salt, 8);
    put_number(&b, 0, 1);
    put_number(&b, CAN & 0xffff, 2);
    put_number(&b, UTF8MB4, 1);
    put_number(&b, STATUS_AUTOCOMMIT, 2);
    put_number(&b, CAN >> 16, 2);
    put_number(&b, sizeof salt, 1);
    put_number(&b, 0, 8);
    put_number(&b, 0, 2);
    buf_add(&b, salt + 8, 13);
    buf_add(&b, NATIVE_PASSWORD, sizeof NATIVE_PASSWORD);
    packet(out, &seq, &b);
}

void put_switch(struct buf *out, uint8_t *seq)
{
    struct buf b = BUF_INIT;
    put_number(&b, 0xfe, 1);
    buf_add(&b, NATIVE_PASSWORD, sizeof NATIVE_PASSWORD);
    buf_add(&b, salt, sizeof salt);
    packet(out, seq, &b);
}

void put_ok(struct buf *out, uint8_t *seq, uint64_t changed)
{
    struct buf b = BUF_INIT;
    put_number(&b, 0, 1);
    put_length(&b, changed);
    put_length(&b, 0);
    put_number(&b, STATUS_AUTOCOMMIT, 2);
    put_number(&b, 0, 2);
    packet(out, seq, &b);
}

void put_eof(struct buf *out, uint8_t *seq)
{
    struct buf b = BUF_INIT;
    put_number(&b, 0xfe, 1);
    put_number(&b, 0, 2);
    put_number(&b, STATUS_AUTOCOMMIT, 2);
    packet(out, seq, &b);
}

void put_error(struct buf *out, uint8_t *seq, unsigned errnum, const char *sqlstate,
               const char *text)
{
    struct buf b = BUF_INIT;
    char state[6];
    str_fmt(state, sizeof state, "%.5s", sqlstate);
    put_number(&b, 0xff, 1);
    put_number(&b, errnum, 2);
    buf_addf(&b, "#%-5s%s", state, text);
    packet(out, seq, &b);
}

static void put_column(struct buf *out, uint8_t *seq, const char *name)
{
    struct buf b = BUF_INIT;
    put_text(&b, "def");
    put_text(&b, "");
    put_text(&b, "");
    put_text(&b, "");
    put_text(&b, name);
    put_text(&b, "");
    put_number(&b, 0x0c, 1);
    put_number(&b, UTF8MB4, 2);
    put_number(&b, 1024, 4);
    put_number(&b, TYPE_VAR_STRING, 1);
    put_number(&b, 0, 2 + 1 + 2); /* flags, decimals, nothing */
    packet(out, seq, &b);
}

void put_rows(struct buf *out, uint8_t *seq, const struct sql_rows *rows)
{
    struct buf count = BUF_INIT;
    put_length(&count, rows->n_cols);
    packet(out, seq, &count);
    for (size_t i = 0; i < rows->n_cols; i++)
        put_column(out, seq, rows->name[i]);
    put_eof(out, seq);
    for (size_t r = 0; r < rows->n; r++) {
        struct buf b = BUF_INIT;
        for (size_t i = 0; i < rows->n_cols; i++) {
            const char *cell = rows->cell[r * rows->n_cols + i];
            if (cell)
                put_text(&b, cell);
            else
                put_number(&b, 0xfb, 1);
        }
        packet(out, seq, &b);
    }
    put_eof(out, seq);
}
