/* The hash chain: SHA-256 over the previous hash and an encoding of the record in which every
 * field carries its length, so that no two records share an encoding. */
#include "journal/journal_int.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "journal/reader.h"

struct chain {
    EVP_MD_CTX *ctx;
    struct buf head; /* the small fields, hashed in one go before the body */
};

struct chain *chain_new(void)
{
    struct chain *c = xzalloc(1, sizeof *c);
    c->ctx = EVP_MD_CTX_new();
    if (!c->ctx)
        BUG("no SHA-256 context");
    return c;
}

void chain_free(struct chain *c)
{
    if (!c)
        return;
    EVP_MD_CTX_free(c->ctx);
    buf_free(&c->head);
    free(c);
}

/* A netstring: length, colon, bytes, comma. */
static void add_span(struct buf *b, const char *p, size_t n)
{
    buf_addf(b, "%zu:", n);
    buf_add(b, p, n);
    buf_addc(b, ',');
}

static void add_int(struct buf *b, int64_t v)
{
    char text[24];
    str_fmt(text, sizeof text, "%lld", (long long)v);
    add_span(b, text, strlen(text));
}

static void hex(const unsigned char *md, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[md[i] >> 4];
        out[2 * i + 1] = digits[md[i] & 15];
    }
    out[2 * n] = '\0';
}

void chain_next(struct chain *c, const char *prev, const struct record *r, char out[65])
{
    unsigned char md[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    const struct span *body = &r->text[REC_BODY];
    buf_clear(&c->head);
    add_span(&c->head, prev, strlen(prev));
    add_int(&c->head, r->seq);
    add_int(&c->head, r->t_ms);
    for (int i = 0; i < REC_BODY; i++)
        add_span(&c->head, r->text[i].p, r->text[i].n);
    buf_addf(&c->head, "%zu:", body->n);
    if (!EVP_DigestInit_ex(c->ctx, EVP_sha256(), NULL) ||
        !EVP_DigestUpdate(c->ctx, c->head.p, c->head.len) ||
        !EVP_DigestUpdate(c->ctx, body->p, body->n) || !EVP_DigestUpdate(c->ctx, ",", 1) ||
        !EVP_DigestFinal_ex(c->ctx, md, &n) || n != HASH_LEN / 2)
        BUG("SHA-256 failed");
    hex(md, n, out);
}

static struct span span_of(const char *s)
{
    return (struct span){s ? s : "", s ? strlen(s) : 0};
}

void chain_hash(const char *prev, int64_t seq, int64_t t_ms, const char *kind, const char *stage,
                const char *actor, const char *role, const char *body, char out[65])
{
    struct chain *c = chain_new();
    struct record r = {seq, t_ms, {{NULL, 0}}};
    r.text[REC_KIND] = span_of(kind);
    r.text[REC_STAGE] = span_of(stage);
    r.text[REC_ACTOR] = span_of(actor);
    r.text[REC_ROLE] = span_of(role);
    r.text[REC_BODY] = span_of(body);
    chain_next(c, prev, &r, out);
    chain_free(c);
}
