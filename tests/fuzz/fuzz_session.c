/* Bytes as a session file. An odd first byte: the rest is the file. An even one: the rest patches
 * a good session, four bytes each (two of the place, the kind of change, the value), so that what
 * lies deep in the file is reached as well. Reading ends, and what is proved whole can be read. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "journal/journal.h"
#include "journal/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[64], path[80];
static uint8_t *good;
static size_t good_n;

static void leave(void)
{
    unlink(path);
    rmdir(dir);
}

static void must(bool fine)
{
    if (!fine)
        abort();
}

static void make_good(void)
{
    struct err e = ERR_INIT;
    str_copy(dir, sizeof dir, "/tmp/warroom-fuzz-XXXXXX");
    must(mkdtemp(dir) != NULL);
    str_fmt(path, sizeof path, "%s/s.wr", dir);
    atexit(leave);
    struct journal *j = journal_create(path, NULL, &e);
    must(j != NULL);
    for (int i = 0; i < 40; i++) {
        struct event *ev = event_new(i ? EV_TICK : EV_SESSION, 1000 + i, "warroom");
        cJSON *v = json_add_obj(ev->body, "v");
        for (int m = 1; m <= 20; m++)
            json_add_num(v, "1", 1.0 / (i + m));
        journal_submit(j, ev);
    }
    must(journal_close(j, true, NULL, &e) == 0);
    FILE *f = fopen(path, "rb");
    good = xalloc(1 << 20);
    good_n = fread(good, 1, 1 << 20, f);
    fclose(f);
}

static void write_file(const uint8_t *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    must(f && fwrite(bytes, 1, n, f) == n);
    fclose(f);
}

static void write_patched(const uint8_t *data, size_t size)
{
    uint8_t *copy = xalloc(good_n);
    size_t n = good_n;
    memcpy(copy, good, n);
    for (; size >= 4; data += 4, size -= 4) {
        size_t at = (size_t)(data[0] << 8 | data[1]) % good_n;
        if (data[2] % 16 < 4) /* the headers of the pages are where it hurts */
            at = at / 4096 * 4096 + at % 128;
        if (data[2] == 255)
            n = at;
        else if (data[2] & 1)
            copy[at] ^= (uint8_t)(1u << data[3] % 8);
        else
            copy[at] = data[3];
    }
    write_file(copy, n);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = ERR_INIT, none = ERR_INIT;
    int64_t n = 0, read = 0;
    if (!good)
        make_good();
    if (!size)
        return 0;
    if (data[0] & 1)
        write_file(data + 1, size - 1);
    else
        write_patched(data + 1, size - 1);
    alarm(20); /* a hang is a fault */
    int whole = journal_verify(path, NULL, &n, NULL, &e);
    must(whole == 0 || e.status);
    struct reader *r = reader_open(path, &none);
    for (struct event *ev; r && read < 100000 && (ev = reader_next(r, &none)); event_free(ev))
        read++;
    must(read < 100000);
    must(whole < 0 || (read == n && !none.status));
    reader_close(r);
    alarm(0);
    return 0;
}
