/* Reads zone files (TZif, RFC 8536): the 64-bit block where there is one, and the rule behind it.
 * Every length is checked against the bytes that are there. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/zone_int.h"

#define FILE_MAX  (256 * 1024)
#define HEAD      44
#define TIMES_MAX 700
#define TYPES_MAX 256

struct block {
    const unsigned char *times, *kinds, *types;
    size_t width; /* of a time */
    size_t n_times, n_types, size;
};

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t time_at(const struct block *b, size_t i)
{
    const unsigned char *p = b->times + i * b->width;
    if (b->width == 4)
        return (int32_t)be32(p);
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static int64_t offset_at(const struct block *b, size_t type)
{
    return (int32_t)be32(b->types + 6 * type);
}

static int read_block(const unsigned char *p, size_t n, size_t width, struct block *b)
{
    if (n < HEAD || memcmp(p, "TZif", 4) != 0)
        return -1;
    size_t isut = be32(p + 20), isstd = be32(p + 24), leap = be32(p + 28), chars = be32(p + 40);
    *b = (struct block){.width = width, .n_times = be32(p + 32), .n_types = be32(p + 36)};
    if (b->n_times > TIMES_MAX || !b->n_types || b->n_types > TYPES_MAX || isut > TYPES_MAX ||
        isstd > TYPES_MAX || leap > 1000 || chars > 4096)
        return -1;
    b->times = p + HEAD;
    b->kinds = b->times + b->n_times * width;
    b->types = b->kinds + b->n_times;
    b->size = HEAD + b->n_times * (width + 1) + b->n_types * 6 + chars + leap * (width + 4) +
              isstd + isut;
    if (b->size > n)
        return -1;
    for (size_t i = 0; i < b->n_times; i++)
        if (b->kinds[i] >= b->n_types)
            return -1;
    return 0;
}

static int read_rule(const unsigned char *p, size_t n, struct zone *z)
{
    char rule[128];
    const unsigned char *end = n > 1 ? memchr(p + 1, '\n', n - 1) : NULL;
    if (!end || *p != '\n' || (size_t)(end - p) > sizeof rule)
        return -1;
    str_fmt(rule, sizeof rule, "%.*s", (int)(end - p - 1), (const char *)p + 1);
    return zone_follow(z, rule);
}

struct zone *zone_parse(const unsigned char *bytes, size_t n)
{
    struct block b;
    if (read_block(bytes, n, 4, &b) < 0)
        return NULL;
    bool wide = bytes[4] >= '2';
    size_t skip = wide ? b.size : 0;
    if (wide && read_block(bytes + skip, n - skip, 8, &b) < 0)
        return NULL;
    struct zone *z = zone_fixed(offset_at(&b, 0));
    for (size_t i = 0; i < b.n_times; i++)
        zone_add(z, time_at(&b, i), offset_at(&b, b.kinds[i]));
    if (wide && read_rule(bytes + skip + b.size, n - skip - b.size, z) < 0) {
        free(z);
        return NULL;
    }
    return z;
}

static struct zone *load_file(const char *zone_name)
{
    char path[200];
    unsigned char block[8192];
    struct buf all = BUF_INIT;
    ssize_t got = 0;
    str_fmt(path, sizeof path, "/usr/share/zoneinfo/%s", zone_name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && all.len < FILE_MAX && (got = read(fd, block, sizeof block)) > 0)
        buf_add(&all, block, (size_t)got);
    if (fd >= 0)
        close(fd);
    struct zone *z =
        fd >= 0 && got == 0 ? zone_parse((const unsigned char *)buf_str(&all), all.len) : NULL;
    buf_free(&all);
    return z;
}

struct zone *zone_load(const char *zone_name)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-";
    const char *s = zone_name;
    if (!strcmp(s, "UTC"))
        return zone_fixed(0);
    if (*s == '+' || *s == '-') {
        if (strlen(s) != 6 || strspn(s + 1, "0123456789") != 2 || s[3] != ':' ||
            strspn(s + 4, "0123456789") != 2)
            return NULL;
        int h = (s[1] - '0') * 10 + s[2] - '0', m = (s[4] - '0') * 10 + s[5] - '0';
        return h > 14 || m > 59 ? NULL : zone_fixed((*s == '-' ? -60 : 60) * (h * 60 + m));
    }
    if (!*s || *s == '/' || strlen(s) > 60 || strspn(s, letters) != strlen(s))
        return NULL;
    return load_file(s);
}
