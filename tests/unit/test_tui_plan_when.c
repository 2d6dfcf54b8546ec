/* `warroom plan when` as it is called: status and words, the same on every run. */
#include "unit.h"

#include <unistd.h>

#include "tui/cmd/cmd.h"

#define FULL   "tests/data/plan/good/full.yaml"
#define MARKET "tests/data/plan/good/market.yaml"

struct row {
    const char *at, *what; /* what NULL: not given */
    int status;
    const char *says;
    const char *plan; /* NULL: FULL */
};

static void ask(const struct row *r, char *out, size_t size)
{
    char *argv[] = {(char *)(uintptr_t) "plan",
                    (char *)(uintptr_t) "when",
                    (char *)(uintptr_t)(r->plan ? r->plan : FULL),
                    (char *)(uintptr_t) "--at",
                    (char *)(uintptr_t)r->at,
                    (char *)(uintptr_t) "--for",
                    (char *)(uintptr_t)r->what,
                    NULL};
    fflush(stdout);
    int old = dup(1);
    FILE *f = tmpfile();
    assert_non_null(f);
    dup2(fileno(f), 1);
    int rc = cmd_plan(r->what ? 7 : 5, argv);
    fflush(stdout);
    dup2(old, 1);
    close(old);
    rewind(f);
    out[fread(out, 1, size - 1, f)] = '\0';
    fclose(f);
    if (rc != r->status)
        fail_msg("%s: status %d: %s", r->at, rc, out);
}

static void when_and_why_not(void **state)
{
    static const struct row rows[] = {
        {"2026-02-01T15:00:00Z", NULL, 0,
         "start at 2026-02-01 18:00:00 +03:00: allowed until 2026-02-02 00:00:01 +03:00\n", NULL},
        {"2026-02-02T04:00:01+07:00", "start", 20,
         "start at 2026-02-02 00:00:01 +03:00: not allowed: off-peak 22:00-06:00 +07:00: 2h does "
         "not fit any more; next 2026-02-02 18:00:00 +03:00\n",
         NULL},
        {"2026-04-22T09:29:59+03:00", "schema_change", 0,
         "schema_change at 2026-04-22 09:29:59 +03:00: allowed until 2026-04-22 09:30:00 +03:00\n",
         NULL},
        {"2026-04-22T09:30:00+03:00", "schema_change", 20,
         "schema_change at 2026-04-22 09:30:00 +03:00: not allowed: not market hours 09:30-18:00 "
         "Europe/Istanbul: next 2026-04-22 18:00:00 +03:00\n",
         NULL},
        {"2026-04-22T09:30:00+03:00", "rollback", 0,
         "rollback at 2026-04-22 09:30:00 +03:00: allowed: no window stops a rollback\n", NULL},
        {"2026-04-22T10:00:00+03:00", "advance", 0,
         "advance at 2026-04-22 10:00:00 +03:00: allowed\n"
         "  with a warning: market hours Europe/Istanbul; the IC confirms it\n",
         MARKET},
        {"2026-04-22T08:00:00+03:00", "schema_change", 0,
         "schema_change at 2026-04-22 08:00:00 +03:00: allowed until 2026-04-22 09:30:00 +03:00\n"
         "  actions that change a schema: migrate\n",
         MARKET},
        {"2026-04-22T09:30:00+03:00", "lunch", 64, "", NULL},
        {"yesterday", NULL, 64, "", NULL},
    };
    (void)state;
    setenv("API", "http://127.0.0.1:4001", 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char one[600], two[600];
        ask(&rows[i], one, sizeof one);
        ask(&rows[i], two, sizeof two);
        assert_string_equal(one, rows[i].says);
        assert_string_equal(one, two);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(when_and_why_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
