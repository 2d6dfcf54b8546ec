/* The chain: each record's hash covers the one before it. */
#include "journal/reader.h"

#include <openssl/evp.h>
#include <string.h>

/* Every field is hashed as its length in decimal, a colon, its bytes: no two records look alike. */
static void add(EVP_MD_CTX *c, const char *s)
{
    char head[24];
    size_t n = strlen(s);
    str_fmt(head, sizeof head, "%zu:", n);
    EVP_DigestUpdate(c, head, strlen(head));
    EVP_DigestUpdate(c, s, n);
}

static void add_int(EVP_MD_CTX *c, int64_t v)
{
    char text[24];
    str_fmt(text, sizeof text, "%lld", (long long)v);
    add(c, text);
}

void chain_hash(const char *prev, int64_t seq, int64_t t_ms, const char *kind, const char *stage,
                const char *actor, const char *role, const char *body, char out[65])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    if (!c || EVP_DigestInit_ex(c, EVP_sha256(), NULL) != 1)
        BUG("no SHA-256");
    add(c, prev);
    add_int(c, seq);
    add_int(c, t_ms);
    add(c, kind);
    add(c, stage);
    add(c, actor);
    add(c, role);
    add(c, body);
    EVP_DigestFinal_ex(c, digest, &len);
    EVP_MD_CTX_free(c);
    for (unsigned i = 0; i < 32; i++) {
        out[2 * i] = hex[digest[i] >> 4];
        out[2 * i + 1] = hex[digest[i] & 15];
    }
    out[64] = '\0';
}
