/* The grammar of people's lines: what is a signal, what goes to the parking lot, what is refused.
 * SCREENS check 12: lines with and without a metric in English, Thai and Turkish. */
#include "unit.h"

#include "event/grammar.h"

static const struct line_metric metrics[] = {
    {"p95", "p95", "ms"},   {"err", "5xx", "%"}, {"ws_age", "ws", "s"},
    {"lock_wait", "", "s"}, {"csp", "csp", ""},  {"guess_rate", "", "%"},
};
static const char *const files[] = {"summary_stage_1.txt", "preflight.txt"};
static const struct line_terms terms = {metrics, 6, files, 2, 100};

enum { P95, ERR, WS, LOCK, CSP, GUESS, NONE = -1 };

static const struct row {
    const char *typed;
    int bound;
    enum line_fault fault;
    const char *text; /* the observation kept; of a fault: a part of the sentence */
    const char *more; /* metrics as digits, T tally, E event, F file, D decision */
} rows[] = {
    /* the two examples of the run of show */
    {":15 | Stage 1 | p95=142ms 5xx=0.2% ws=8s csp=3 | 6/6 PASS | IC: Proceed", NONE, LINE_GOOD,
     "Stage 1", "0124TD"},
    {":15 | \"I think the latency might be because of...\"", NONE, LINE_OPINION,
     "has no metric and reads as an opinion (\"I think\", \"might\", \"because\")", ""},
    {":00 | Stage 1 (1%) start | p95=XXms 5xx=X% ws=XXs | IC: Proceed", NONE, LINE_GOOD,
     "Stage 1 (1%) start", "012D"},
    {":15 | Stage 1 complete | 6/6 metrics PASS | IC: Proceed to Stage 2", NONE, LINE_GOOD,
     "Stage 1 complete", "TD"},

    /* English, with a metric */
    {"lock waits on orders rose", LOCK, LINE_GOOD, "lock waits on orders rose", "3"},
    {"p95 rising since the deploy of 22:10", NONE, LINE_GOOD,
     "p95 rising since the deploy of 22:10", "0"},
    {"p95=999ms and 5xx=7% rising", NONE, LINE_GOOD, "and rising", "01"},
    {"P95 flat", NONE, LINE_GOOD, "P95 flat", "0"},
    {"replica db-r2 was restarted", LOCK, LINE_GOOD, "replica db-r2 was restarted", "3"},
    {"orders 3 pods restarted", P95, LINE_GOOD, "orders 3 pods restarted", "0"},
    {"guess_rate falls", NONE, LINE_GOOD, "guess_rate falls", "5"},
    {"preflight.txt posted", NONE, LINE_GOOD, "preflight.txt posted", "F"},
    {"#42 seen again", NONE, LINE_GOOD, "#42 seen again", "E"},
    {"gate looked at | 6/6 PASS", NONE, LINE_GOOD, "gate looked at", "T"},
    {"gate looked at | 5/6", NONE, LINE_GOOD, "gate looked at", "T"},
    {"5/6 pods are up", P95, LINE_GOOD, "5/6 pods are up", "0"},
    {"T-10 | preflight complete | preflight.txt | asks IC", NONE, LINE_GOOD,
     "preflight complete, preflight.txt", "FD"},
    {"rebuilt the index", LOCK, LINE_GOOD, "rebuilt the index", "3"},

    /* English, no metric */
    {"lag rose", NONE, LINE_NO_EVIDENCE, "a signal needs a metric", ""},
    {"all quiet in the office", NONE, LINE_NO_EVIDENCE, "parking lot", ""},
    {"#101 is not there yet", NONE, LINE_NO_EVIDENCE, "a signal needs a metric", ""},
    {"missing.txt posted", NONE, LINE_NO_EVIDENCE, "a signal needs a metric", ""},
    {"", NONE, LINE_EMPTY, "no observation", ""},
    {" | - | ", NONE, LINE_EMPTY, "no observation", ""},
    {"", P95, LINE_EMPTY, "say what is seen", ""},
    {":15 | p95=142ms | IC: Proceed", NONE, LINE_EMPTY, "say what is seen", ""},

    /* English, opinions: with a metric, too */
    {"I think p95 is the cache", NONE, LINE_OPINION, "this reads as an opinion (\"I think\")", ""},
    {"maybe the cache", P95, LINE_OPINION, "\"maybe\"", ""},
    {"MAYBE the cache", P95, LINE_OPINION, "\"maybe\"", ""},
    {"probably p95 noise", NONE, LINE_OPINION, "\"probably\"", ""},
    {"p95 up because of GC", NONE, LINE_OPINION, "\"because\"", ""},
    {"my guess: p95", NONE, LINE_OPINION, "\"guess\"", ""},
    {"feels slow, p95", NONE, LINE_OPINION, "\"feel\"", ""},
    {"p95 might fall", NONE, LINE_OPINION, "\"might\"", ""},
    {"it seems p95 is fine", NONE, LINE_OPINION, "\"seems\"", ""},
    {"p95 looks  like GC", NONE, LINE_OPINION, "\"looks like\"", ""},
    {"Stage 1 | p95=1ms | IC: I guess proceed", NONE, LINE_OPINION, "\"guess\"", ""},
    {"rethinking p95", NONE, LINE_GOOD, "rethinking p95", "0"},

    /* typed numbers */
    {"p95 is 142", NONE, LINE_TYPED, "\"142\" is a typed number; p95 is written", ""},
    {"p95 rose from 130 to 142", NONE, LINE_TYPED, "\"130\"", ""},
    {"waits of 6s on orders", LOCK, LINE_TYPED, "\"6s\"", ""},
    {"waits of 6.5 seconds on orders", LOCK, LINE_TYPED, "\"6.5 seconds\"", ""},
    {"lag=12s on db-r2", LOCK, LINE_TYPED, "\"lag=12s\" is a typed number", ""},
    {"errors at 0.3 %", ERR, LINE_TYPED, "\"0.3 %\"", ""},
    {"csp 12 reports", NONE, LINE_TYPED, "\"12\"", ""},
    {"12 reports of csp", NONE, LINE_GOOD, "12 reports of csp", "4"},

    /* Thai: no blanks between words, marks above and below */
    {"เฝ้าดู lag db-r2", LOCK, LINE_GOOD, "เฝ้าดู lag db-r2", "3"},
    {"ค่า p95 เพิ่มขึ้นหลังปล่อยรุ่นใหม่", NONE, LINE_GOOD, "ค่า p95 เพิ่มขึ้นหลังปล่อยรุ่นใหม่", "0"},
    {"คิวล็อกบนตาราง orders ยาวขึ้น", LOCK, LINE_GOOD, "คิวล็อกบนตาราง orders ยาวขึ้น", "3"},
    {"ขั้นที่ 1 เสร็จ | p95=142ms | 6/6 PASS | IC: ไปต่อ", NONE, LINE_GOOD, "ขั้นที่ 1 เสร็จ", "0TD"},
    {"ฐานข้อมูลช้าลง", NONE, LINE_NO_EVIDENCE, "a signal needs a metric", ""},
    {"น่าจะเป็นเพราะแคช", NONE, LINE_OPINION, "\"น่าจะ\", \"เพราะ\"", ""},
    {"ระบบน่าจะช้า", P95, LINE_OPINION, "\"น่าจะ\"", ""},
    {"p95อาจจะลดลง", P95, LINE_OPINION, "\"อาจจะ\"", ""},
    {"ผมคิดว่าแคชเต็ม", P95, LINE_OPINION, "\"คิดว่า\"", ""},
    {"รู้สึกว่าช้า", P95, LINE_OPINION, "\"รู้สึก\"", ""},
    {"เดาว่า GC", P95, LINE_OPINION, "\"เดาว่า\"", ""},
    {"สงสัยเป็นที่ดิสก์", P95, LINE_OPINION, "\"สงสัย\"", ""},
    {"อาจารย์ดู p95 แล้ว", NONE, LINE_GOOD, "อาจารย์ดู p95 แล้ว", "0"},

    /* Turkish: İ/I/ı/i, with and without marks, endings */
    {"orders tablosunda kilit bekleyenler arttı", LOCK, LINE_GOOD,
     "orders tablosunda kilit bekleyenler arttı", "3"},
    {"p95 yeni sürümden beri yükseliyor", NONE, LINE_GOOD, "p95 yeni sürümden beri yükseliyor",
     "0"},
    {"Aşama 1 bitti | 6/6 PASS | IC: Devam", NONE, LINE_GOOD, "Aşama 1 bitti", "TD"},
    {"İzleme açık, ws düz", NONE, LINE_GOOD, "İzleme açık, ws düz", "2"},
    {"disk doldu", NONE, LINE_NO_EVIDENCE, "a signal needs a metric", ""},
    {"sanırım önbellek", P95, LINE_OPINION, "\"sanırım\"", ""},
    {"SANIRIM ÖNBELLEK", P95, LINE_OPINION, "\"sanırım\"", ""},
    {"sanirim onbellek", P95, LINE_OPINION, "\"sanırım\"", ""},
    {"Belki de p95", NONE, LINE_OPINION, "\"belki de\"", ""},
    {"galiba GC", P95, LINE_OPINION, "\"galiba\"", ""},
    {"BENCE sorun yok", P95, LINE_OPINION, "\"bence\"", ""},
    {"MUHTEMELEN ağ", P95, LINE_OPINION, "\"muhtemelen\"", ""},
    {"herhalde geçer", P95, LINE_OPINION, "\"herhalde\"", ""},
    {"p95 arttı çünkü yük var", NONE, LINE_OPINION, "\"çünkü\"", ""},
    {"P95 ARTTI ÇÜNKÜ YÜK VAR", NONE, LINE_OPINION, "\"çünkü\"", ""},
    {"tahminimce ağ", P95, LINE_OPINION, "\"tahmin\"", ""},
    {"TAHMİN ediyorum", P95, LINE_OPINION, "\"tahmin\"", ""},
    {"GALİBA ağ", P95, LINE_OPINION, "\"galiba\"", ""},
    {"bence'den önce p95", NONE, LINE_OPINION, "\"bence\"", ""},
    {"güvence p95", NONE, LINE_GOOD, "güvence p95", "0"}, /* bence is no part of a word */
};

static void what_was_read(const struct line *l, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < l->n_metrics; i++)
        str_fmt(out + strlen(out), size - strlen(out), "%zu", l->metrics[i]);
    str_fmt(out + strlen(out), size - strlen(out), "%s%s%s%s", l->tally ? "T" : "",
            l->event ? "E" : "", *l->file ? "F" : "", *l->decision ? "D" : "");
}

static void lines_in_three_languages(void **state)
{
    (void)state;
    size_t n = sizeof rows / sizeof *rows, parked = 0;
    for (size_t i = 0; i < n; i++) {
        const struct row *r = &rows[i];
        struct line l;
        struct err why = ERR_INIT;
        char more[40];
        enum line_fault got = line_read(r->typed, r->bound, &terms, &l, &why);
        if (got != r->fault)
            fail_msg("%s: fault %d, wanted %d (%s)", r->typed, got, r->fault, why.text);
        parked += got == LINE_OPINION || got == LINE_NO_EVIDENCE;
        const char *says = got == LINE_GOOD ? l.text : why.text;
        if (got == LINE_GOOD ? strcmp(says, r->text) != 0 : !strstr(says, r->text))
            fail_msg("%s: \"%s\", wanted \"%s\"", r->typed, says, r->text);
        what_was_read(&l, more, sizeof more);
        if (got == LINE_GOOD && strcmp(more, r->more) != 0)
            fail_msg("%s: read %s, wanted %s", r->typed, more, r->more);
    }
    assert_true(n >= 50 && parked >= 30);
}

static void decisions_are_read(void **state)
{
    struct line l;
    (void)state;
    line_read("Stage 1 | p95=1ms | Canary Lead: hold for 15 min", NONE, &terms, &l, NULL);
    assert_string_equal(l.role, "Canary Lead");
    assert_string_equal(l.decision, "hold for 15 min");
    line_read("p95 rose | asks IC", NONE, &terms, &l, NULL);
    assert_string_equal(l.decision, "ask");
    line_read("IC: Proceed", P95, &terms, &l, NULL); /* one field is an observation */
    assert_string_equal(l.decision, "");
}

/* Words of the table that stand in another word of their language do not hide or double it. */
static void every_opinion_is_found(void **state)
{
    static const char *const all[] = {
#define X(lang, how, words, shown) words,
#include "event/opinions.def"
#undef X
    };
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[120], found[200], lang[3];
        struct buf folded = BUF_INIT;
        str_fmt(text, sizeof text, "x %s y", all[i]);
        if (opinion_words(text, found, sizeof found, lang) != 1)
            fail_msg("%s: %s", all[i], found);
        opinion_fold(all[i], &folded);
        assert_string_equal(folded.p, all[i]); /* written as folded */
        buf_free(&folded);
    }
}

static void long_lines_are_cut_whole(void **state)
{
    struct buf b = BUF_INIT;
    struct line l;
    (void)state;
    for (int i = 0; i < 500; i++)
        buf_adds(&b, "น้ำ | p95=1ms #7 6/6 PASS ");
    line_read(b.p, NONE, &terms, &l, NULL);
    assert_true(strlen(l.text) < sizeof l.text && l.n_metrics == 1 && l.event == 7);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"LOG-1 LOG-2 LOG-3 lines in three languages", lines_in_three_languages, NULL, NULL, NULL},
        cmocka_unit_test(decisions_are_read),
        cmocka_unit_test(every_opinion_is_found),
        cmocka_unit_test(long_lines_are_cut_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
