/* The tape on disk: what goes in comes out, in order, chained, by several writers, through crashes
 * and full disks. */
#include "unit.h"

#include <math.h>

#include "journal_fixture.h"

static void round_trip(void **state)
{
    (void)state;
    struct sess s;
    char head[65], text[128];
    struct err e = ERR_INIT;
    int64_t n;
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    journal_submit(j, ev_tick(5000, 142.5, NAN));
    struct event *ev = ev_signal(6000, "boon", "เฝ้าดู lag db-r2=9s");
    journal_submit(j, ev);
    for (int64_t seq = 1; seq <= 3; seq++) {
        struct event *back = take(j);
        assert_int_equal(back->seq, seq);
        assert_true(back->ours == (seq == 3));
        assert_true(seq < 3 || back == ev);
        event_free(back);
    }
    struct journal_health h;
    journal_health(j, &h);
    assert_true(h.recording);
    assert_int_equal(h.events, 3);
    assert_int_equal(h.backlog, 0);
    assert_true(h.sync_us > 0);
    must_close(j, true, head);
    assert_string_equal(head, h.head);
    if (journal_verify(s.path, head, &n, text, &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(n, 3);
    sql_text(s.path, "SELECT group_concat(metric || '=' || coalesce(value, 'none')) FROM samples",
             text, sizeof text);
    assert_string_equal(text, "p95=142.5,err=none");
    sql_text(s.path, "SELECT clock || ' ' || text || ' ' || actor FROM log WHERE text LIKE 'sig%'",
             text, sizeof text);
    assert_string_equal(text, "T-0 signal: เฝ้าดู lag db-r2=9s boon");
    sql_text(s.path, "SELECT value FROM session WHERE key = 'run_id'", text, sizeof text);
    assert_string_equal(text, "CANARY-V1-007");
    struct stat st;
    assert_int_equal(stat(s.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    sess_remove(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
