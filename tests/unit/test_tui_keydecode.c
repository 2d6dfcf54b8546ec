/* Bytes -> keys: whole, split at every byte, broken, and timed. */
#include "unit.h"

#include "tui/keydecode.h"
#include "tui/screen.h"

#define END KEY_NONE

static const struct {
    const char *name, *bytes;
    int keys[12];
} rows[] = {
    {"letters", "aK?", {'a', 'K', '?', END}},
    {"utf-8", "ฟıé漢", {0xE1F, 0x131, 0xE9, 0x6F22, END}},
    {"control",
     "\r\n\t\x7f\b\x1a\x03",
     {KEY_ENTER_, KEY_ENTER_, KEY_TAB_, KEY_BACKSPACE_, KEY_BACKSPACE_, KEY_SUSPEND_, 3, END}},
    {"arrows", "\x1b[A\x1b[B\x1b[C\x1b[D", {KEY_UP_, KEY_DOWN_, KEY_RIGHT_, KEY_LEFT_, END}},
    {"application arrows",
     "\x1bOA\x1bOB\x1bOH\x1bOF",
     {KEY_UP_, KEY_DOWN_, KEY_HOME_, KEY_END_, END}},
    {"with modifiers", "\x1b[1;5A\x1b[1;2D", {KEY_UP_, KEY_LEFT_, END}},
    {"pages",
     "\x1b[5~\x1b[6~\x1b[1~\x1b[4~\x1b[7~\x1b[8~\x1b[H\x1b[F",
     {KEY_PGUP_, KEY_PGDN_, KEY_HOME_, KEY_END_, KEY_HOME_, KEY_END_, KEY_HOME_, KEY_END_, END}},
    {"back tab", "\x1b[Z", {KEY_BACKTAB_, END}},
    {"keypad enter", "\x1bOM", {KEY_ENTER_, END}},
    {"function keys are no keys", "\x1bOP\x1b[15~\x1b[[Aa", {'a', END}},
    {"delete and insert are no keys", "\x1b[3~\x1b[2~a", {'a', END}},
    {"paste",
     "\x1b[200~R\rK\x1b[201~x",
     {KEY_PASTE_BEGIN_, 'R', KEY_ENTER_, 'K', KEY_PASTE_END_, 'x', END}},
    {"kitty keys", "\x1b[97u\x1b[27u\x1b[99;5u\x1b[9;2u", {'a', KEY_ESC_, 3, KEY_BACKTAB_, END}},
    {"modifyOtherKeys", "\x1b[27;5;99~\x1b[27;2;65~", {3, 'A', END}},
    {"mouse",
     "\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<64;1;1M\x1b[<65;1;1M\x1b[M !!\x1b[M`!!",
     {KEY_UP_, KEY_DOWN_, KEY_UP_, END}},
    {"reports",
     "\x1b[?62;22c\x1b[>0;276;0c\x1b]11;rgb:0/0/0\x1b\\\x1b]52;c;S0s=\a\x1bP1$r0m\x1b\\a",
     {'a', END}},
    {"broken off", "\x1b[12\x1b[AK", {KEY_UP_, 'K', END}},
    {"escape, then letters", "\x1bKy", {KEY_ESC_, 'K', 'y', END}},
    {"escape twice", "\x1b\x1b[A", {KEY_ESC_, KEY_UP_, END}},
    {"broken utf-8", "\xFF\xC3(\xE0\x80z", {'(', 'z', END}},
    {"endless sequence",
     "\x1b[1111111111111111111111111111111111111111111111111111111111111111a",
     {'1', 'a', END}},
};

static void check(size_t row, const struct keydecode *k, const int *got, size_t n, const char *how)
{
    size_t want = 0;
    while (rows[row].keys[want] != END)
        want++;
    bool same = n == want && k->n == 0;
    for (size_t i = 0; same && i < n; i++)
        same = got[i] == rows[row].keys[i];
    if (same)
        return;
    for (size_t i = 0; i < n; i++)
        print_error("key %zu: %x (%c)\n", i, (unsigned)got[i], got[i] < 127 ? got[i] : '.');
    fail_msg("%s (%s): %zu keys, wanted %zu", rows[row].name, how, n, want);
}

static size_t drain(struct keydecode *k, int64_t now_ms, int *out, size_t n)
{
    for (int key; n < 32 && (key = keydecode_next(k, now_ms)) != KEY_NONE;)
        out[n++] = key;
    return n;
}

static void whole_and_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = strlen(rows[i].bytes);
        for (size_t cut = 0; cut <= len; cut++) { /* two reads, then one byte a read */
            struct keydecode k = {.n = 0};
            int got[32];
            size_t n = 0;
            keydecode_feed(&k, rows[i].bytes, cut, 1000);
            n = drain(&k, 1000, got, n);
            keydecode_feed(&k, rows[i].bytes + cut, len - cut, 1010);
            n = drain(&k, 1010, got, n);
            check(i, &k, got, n, "two reads");
        }
        struct keydecode k = {.n = 0};
        int got[32];
        size_t n = 0;
        for (size_t b = 0; b < len; b++) {
            keydecode_feed(&k, rows[i].bytes + b, 1, 1000 + (int64_t)b);
            n = drain(&k, 1000 + (int64_t)b, got, n);
        }
        check(i, &k, got, n, "byte by byte");
    }
}

static void escape_alone_waits_25_ms(void **state)
{
    (void)state;
    struct keydecode k = {.n = 0};
    assert_int_equal(keydecode_wait_ms(&k, 0), -1);
    keydecode_feed(&k, "\x1b", 1, 1000);
    assert_int_equal(keydecode_next(&k, 1000), KEY_NONE);
    assert_int_equal(keydecode_wait_ms(&k, 1010), 15);
    assert_int_equal(keydecode_next(&k, 1024), KEY_NONE);
    assert_int_equal(keydecode_wait_ms(&k, 1030), 0);
    assert_int_equal(keydecode_next(&k, 1025), KEY_ESC_);
    assert_int_equal(keydecode_wait_ms(&k, 1025), -1);
    keydecode_feed(&k, "[", 1, 1100); /* a bracket typed later is a bracket */
    assert_int_equal(keydecode_next(&k, 1100), '[');
    keydecode_feed(&k, "\x1b[", 2, 2000); /* Esc and a bracket typed, nothing after */
    assert_int_equal(keydecode_next(&k, 2025), KEY_ESC_);
    assert_int_equal(keydecode_next(&k, 2025), '[');
    keydecode_feed(&k, "\x1b[1;5", 5, 3000); /* a sequence lost on the line is no key */
    assert_int_equal(keydecode_next(&k, 3025), KEY_NONE);
    assert_int_equal(k.n, 0);
    keydecode_feed(&k, "\xE0\xB8", 2, 4000); /* half a letter */
    assert_int_equal(keydecode_next(&k, 4000), KEY_NONE);
    assert_int_equal(keydecode_next(&k, 4025), KEY_NONE);
    assert_int_equal(k.n, 0);
}

static void overflow_is_counted(void **state)
{
    (void)state;
    struct keydecode k = {.n = 0};
    char many[KEY_QUEUE + 100];
    memset(many, 'x', sizeof many);
    keydecode_feed(&k, many, sizeof many, 0);
    assert_int_equal(k.dropped, 100);
    keydecode_flush(&k);
    assert_int_equal(keydecode_next(&k, 0), KEY_NONE);
}

/* Whatever bytes come: it ends, and no key is out of range. */
static void random_bytes(void **state)
{
    (void)state;
    struct keydecode k = {.n = 0};
    uint32_t seed = 12345;
    int64_t now = 0;
    for (int round = 0; round < 20000; round++) {
        char bytes[8];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (char)(seed >> 24);
            if ((seed >> 12 & 3) == 0)
                bytes[i] = "\x1b[<;~OM1"[seed >> 16 & 7];
        }
        keydecode_feed(&k, bytes, 1 + (seed >> 8 & 7), now);
        for (int key; (key = keydecode_next(&k, now)) != KEY_NONE;)
            assert_true(key > 0 && key <= KEY_SUSPEND_);
        now += seed >> 20 & 31;
    }
    keydecode_next(&k, now + 100);
    assert_int_equal(k.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_and_split),
        cmocka_unit_test(escape_alone_waits_25_ms),
        cmocka_unit_test(overflow_is_counted),
        cmocka_unit_test(random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
