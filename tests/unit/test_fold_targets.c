/* `source` events of databases: each has a state of its own, Prometheus' is not touched. */
#include "plan_unit.h"

#include "base/json.h"
#include "event/event.h"
#include "fold/fold.h"

static void tell(struct state *s, int64_t seq, const char *name, const char *is, const char *why)
{
    struct event *ev = event_new(EV_SOURCE, 1000 * seq, "warroom");
    ev->seq = seq;
    json_add_str(ev->body, "name", name);
    json_add_str(ev->body, "state", is);
    json_add_str(ev->body, "why", why);
    fold_apply(s, ev);
    event_free(ev);
}

static void each_target_has_its_own_state(void **state)
{
    (void)state;
    struct plan *p =
        load(TOP METRIC STAGE "mysql: [{ name: a, host: h, user: u }, { name: b, host: h, "
                              "user: u, replica_of: a }]\n",
             &env);
    struct state *s = state_new(p);
    assert_int_equal(p->mysql[1].replica_of.at, 0);
    tell(s, 1, "prometheus", "ok", "");
    tell(s, 2, "mysql:a", "ok", "");
    uint64_t before = state_hash(s);
    tell(s, 3, "mysql:b", "blind", "h:3306: refused");
    assert_true(s->source_ok);
    assert_true(s->targets[0].known && s->targets[0].ok);
    assert_true(s->targets[1].known && !s->targets[1].ok);
    assert_string_equal(s->targets[1].why, "h:3306: refused");
    assert_int_equal(s->targets[1].since_ms, 3000);
    assert_true(before != state_hash(s));
    tell(s, 4, "prometheus", "blind", "x");
    tell(s, 5, "mysql:b", "ok", "");
    assert_false(s->source_ok);
    assert_true(s->targets[1].ok);
    uint32_t misfits = s->misfits;
    tell(s, 6, "mysql:nobody", "ok", "");
    assert_int_equal(s->misfits, misfits + 1);
    state_free(s);
    plan_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_target_has_its_own_state, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
