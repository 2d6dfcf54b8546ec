/* Any bytes as a session: over places of a whole file, or as the whole file. Reading never
 * crashes, ends, and what verify passes with the right head is what was written. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "plan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RECORDS 40

static char dir[40], path[64], head[65];
static uint8_t *whole;
static size_t whole_n;

static void clear_up(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < 4; i++) {
        char name[80];
        str_fmt(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
    rmdir(dir);
    free(whole);
}

static void put(const uint8_t *p, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, p, n) != (ssize_t)n || close(fd) < 0)
        abort();
}

/* A sealed session with a few kinds of records, made once. */
static void make(void)
{
    struct err e = ERR_INIT;
    str_copy(dir, sizeof dir, "/tmp/fuzz-session-XXXXXX");
    if (!mkdtemp(dir))
        abort();
    str_fmt(path, sizeof path, "%s/s.wr", dir);
    atexit(clear_up);
    struct journal *j = journal_create(path, NULL, &e);
    for (int i = 0; j && i < RECORDS; i++) {
        struct event *ev =
            event_new(i ? i % 3 ? EV_TICK : EV_SIGNAL : EV_SESSION, 1000 + i, "anna");
        json_add_str(ev->body, i ? "text" : "plan", "version: 1\nname: x\n");
        json_add_num(json_add_obj(ev->body, "v"), "1", 0.1 * i);
        journal_submit(j, ev);
    }
    if (!j || journal_drain(j, 10000) < 0 || journal_close(j, true, head, &e) < 0)
        abort();
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) < 0)
        abort();
    whole_n = (size_t)ftell(f);
    whole = xalloc(whole_n);
    rewind(f);
    if (fread(whole, 1, whole_n, f) != whole_n)
        abort();
    fclose(f);
}

/* Three bytes of place, one of value, again and again. */
static void patched(const uint8_t *data, size_t size)
{
    uint8_t *p = xalloc(whole_n);
    memcpy(p, whole, whole_n);
    for (size_t i = 0; i + 4 <= size; i += 4)
        p[((size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2]) % whole_n] = data[i + 3];
    put(p, whole_n);
    free(p);
}

static int read_all(void)
{
    struct err e = ERR_INIT;
    int n = 0;
    struct reader *r = reader_open(path, &e);
    if (!r)
        return e.status && e.text[0] ? -1 : (abort(), 0);
    plan_free(reader_plan(r, &e));
    e = (struct err)ERR_INIT;
    reader_seek(r, 0);
    for (struct event *ev; (ev = reader_next(r, &e)); event_free(ev))
        if (n++ > (int)whole_n)
            abort(); /* a circle of pages */
    if (strlen(reader_head(r)) > 64)
        abort();
    reader_close(r);
    return e.status ? -1 : n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = ERR_INIT;
    int64_t n = 0;
    char now[65];
    if (!whole)
        make();
    if (size && data[0] % 8 == 0)
        put(data + 1, size - 1);
    else
        patched(data + (size > 0), size - (size > 0));
    int events = read_all();
    if (journal_verify(path, head, &n, now, &e) == 0 && (n != RECORDS || events != RECORDS))
        abort();
    return 0;
}
