/* The calendar against instants in UTC (tests/data/calendar/cases.txt), named after the
 * requirements, under several zones of the host; and zones against libc's own arithmetic. */
#include "unit.h"

#include <time.h>

#include "base/zone.h"
#include "calendar/calendar.h"
#include "plan/load.h"

#define CASES "tests/data/calendar/cases.txt"

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return NULL;
}

static struct plan *plan_with(const char *lines)
{
    static const struct plan_env env = {no_env, NULL, false};
    struct buf text = BUF_INIT, errors = BUF_INIT;
    buf_adds(&text, "version: 1\nname: t\ntitle: T\nrollback: { mode: log_only }\n"
                    "kill_switch: none\nprometheus: { url: \"http://127.0.0.1:9090/\" }\n"
                    "metrics: [{ id: a, query: up, warning: \"> 1\" }]\n"
                    "stages: [{ name: S, duration: 5m }]\n");
    buf_adds(&text, lines);
    struct plan *p = plan_load_text(buf_str(&text), text.len, "t.yaml", &env, &errors);
    if (!p)
        fail_msg("%s", buf_str(&errors));
    buf_free(&text);
    buf_free(&errors);
    return p;
}

/* "2026-02-01T15:00:00" in UTC to ms. */
static int64_t instant(const char *s)
{
    int y, mo, d, h, mi, sec;
    if (sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2d", &y, &mo, &d, &h, &mi, &sec) != 6)
        fail_msg("%s is no time", s);
    return (day_number(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec) * 1000;
}

/* at UTC WHAT yes [UNTIL] | at UTC WHAT no NEXT */
static void one(const struct plan *p, const char *line, int number)
{
    char at[24], what[20], is[8], then[24] = "-", got[48];
    struct calendar_answer a;
    int k = FOR_START;
    if (sscanf(line, "at %23s %19s %7s %23s", at, what, is, then) < 3)
        fail_msg("%s:%d: %s", CASES, number, line);
    while (k < FOR_ROLLBACK && strcmp(window_for_word((enum window_for)k), what) != 0)
        k++;
    calendar_when(p, (enum window_for)k, instant(at), &a);
    if (a.allowed != !strcmp(is, "yes"))
        fail_msg("%s:%d: %s is %s: %s", CASES, number, line, a.allowed ? "yes" : "no", a.why);
    int64_t other = a.allowed ? a.until_ms : a.next_ms;
    struct zone *z = zone_load("UTC");
    zone_print(z, other, got, sizeof got);
    free(z);
    got[10] = 'T';
    got[19] = '\0';
    if (strcmp(then, "-") != 0 && strcmp(then, other ? got : "never") != 0)
        fail_msg("%s:%d: %s, got %s", CASES, number, line, other ? got : "never");
    assert_true(a.allowed || *a.why);
}

static int run_cases(void)
{
    char *text = unit_file(CASES, NULL);
    struct buf lines = BUF_INIT;
    struct plan *p = NULL;
    int number = 0, asked = 0;
    for (char *s = text, *next; s && *s; s = next) {
        next = strchr(s, '\n');
        if (next)
            *next++ = '\0';
        number++;
        if (!strncmp(s, "case ", 5)) {
            plan_free(p);
            p = NULL;
            buf_clear(&lines);
        } else if (!strncmp(s, "at ", 3)) {
            if (!p)
                p = plan_with(buf_str(&lines));
            one(p, s, number);
            asked++;
        } else if (*s && *s != '#') {
            buf_addf(&lines, "%s\n", s);
        }
    }
    plan_free(p);
    buf_free(&lines);
    free(text);
    return asked;
}

static void cal_1_to_6_by_cases(void **state)
{
    (void)state;
    assert_true(run_cases() >= 40);
}

static void cal_2_the_hosts_zone_never_matters(void **state)
{
    static const char *const hosts[] = {"America/New_York", "Pacific/Kiritimati", "Asia/Kolkata"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        setenv("TZ", hosts[i], 1);
        tzset();
        run_cases();
    }
    unsetenv("TZ");
    tzset();
}

/* 1971 to 2099, in steps that meet each hour of the day. */
static void zones_agree_with_libc(void **state)
{
    static const char *const names[] = {
        "America/New_York", "Europe/London",       "Europe/Istanbul",   "Asia/Kolkata",
        "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Bangkok"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct zone *z = zone_load(names[i]);
        assert_non_null(z);
        setenv("TZ", names[i], 1);
        tzset();
        for (int64_t t = 31536000; t < INT64_C(4070908800); t += 13 * 3600 + 1801) {
            struct tm tm;
            time_t as = (time_t)t;
            localtime_r(&as, &tm);
            if (zone_offset_s(z, t) != tm.tm_gmtoff)
                fail_msg("%s at %lld: %lld, libc %ld", names[i], (long long)t,
                         (long long)zone_offset_s(z, t), tm.tm_gmtoff);
        }
        free(z);
    }
    unsetenv("TZ");
    tzset();
}

/* Cut and spoilt files are refused or read, never read beyond. */
static void broken_zone_files(void **state)
{
    (void)state;
    size_t n;
    unsigned char *file = (unsigned char *)unit_file("/usr/share/zoneinfo/Europe/London", &n);
    for (size_t k = 0; k < n; k += 7) {
        unsigned char *cut = malloc(k + 1);
        memcpy(cut, file, k);
        assert_null(zone_parse(cut, k));
        free(cut);
    }
    for (size_t k = 0; k < n; k += 3) {
        file[k] = (unsigned char)~file[k];
        free(zone_parse(file, n));
        file[k] = (unsigned char)~file[k];
    }
    free(file);
    assert_null(zone_load("Mars/Phobos"));
    assert_null(zone_load("../../../etc/passwd"));
    assert_null(zone_load("/etc/passwd"));
    assert_null(zone_load("Europe"));
    assert_null(zone_load("+15:00"));
}

static void days_and_dates(void **state)
{
    (void)state;
    for (int64_t n = -200000; n < 200000; n += 37) {
        int y, m, d;
        day_date(n, &y, &m, &d);
        assert_int_equal(day_number(y, m, d), n);
    }
    assert_int_equal(day_number(1970, 1, 1), 0);
    assert_int_equal(day_weekday(day_number(2026, 2, 1)), 6); /* a Sunday */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cal_1_to_6_by_cases),
        cmocka_unit_test(cal_2_the_hosts_zone_never_matters),
        cmocka_unit_test(zones_agree_with_libc),
        cmocka_unit_test(broken_zone_files),
        cmocka_unit_test(days_and_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
