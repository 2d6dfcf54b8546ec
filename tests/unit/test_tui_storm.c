/* A million random keys, pastes and mouse bytes at every seat: who may only look touches nothing;
 * the IC touches production by the typed word, or by the kill switch's y, alone (the room of
 * app_seat.h holds each intent against its box). Virtual time. */
#include "unit.h"

#include "app_seat.h"

#ifdef __SANITIZE_ADDRESS__
#define KEYS 50000 /* memory errors show earlier, and every key is dear */
#else
#define KEYS 1000000
#endif

static uint32_t seed;

static uint32_t chance(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

/* Mostly what acts and what answers boxes, letters of the typed words among them; the rest is
 * whatever a keyboard, a mouse or a torn escape sequence can bring. */
static int any_key(void)
{
    static const int acts[] = {'K', 'U', 'A', 'R', 'H', 'G', 'y', '!', '1', 'i', 'o', 'w', 'e'};
    static const int moves[] = {KEY_ENTER_,       KEY_ESC_,       KEY_TAB_,    KEY_BACKTAB_,
                                KEY_BACKSPACE_,   KEY_UP_,        KEY_DOWN_,   KEY_PGUP_,
                                KEY_PASTE_BEGIN_, KEY_PASTE_END_, KEY_RESIZE_, KEY_HOME_};
    switch (chance(8)) {
    case 0:
    case 1:
        return acts[chance(sizeof acts / sizeof *acts)];
    case 2:
    case 3:
        return moves[chance(sizeof moves / sizeof *moves)];
    case 4:
        return (int)chance(0x20); /* controls */
    case 5:
        return (int)(0xE01 + chance(0x5B)); /* Thai, by place a command */
    case 6:
        return (int)(0x20 + chance(0x5F));
    default:
        return (int)chance(0x110000);
    }
}

/* A person's pace, a pause, or a burst. */
static int64_t any_pause(void)
{
    uint32_t how = chance(10);
    return how < 6 ? 30 + (int64_t)chance(400) : how < 9 ? (int64_t)chance(20) : chance(70000);
}

static void storm(const char *role, bool read_only, int *submitted, int *production)
{
    struct seat *t = sit(120, 36);
    t->o.role = role;
    t->room.read_only = read_only;
    seed = 20261127;
    for (int i = 0; i < KEYS; i++) {
        int key = any_key();
        if (key == KEY_SUSPEND_ || key == 26) /* stops this very process */
            continue;
        t->ms += any_pause();
        app_tick(&t->a, t->ms);
        if (i % 16 == 0)
            app_look(&t->a);
        app_keys(&t->a, &key, 1, t->ms);
        t->a.leaving = false;
    }
    *submitted = t->room.submitted;
    *production = t->room.production;
    leave(t);
}

static void read_only_touches_nothing(void **state)
{
    (void)state;
    int submitted, production;
    storm("ic", true, &submitted, &production);
    assert_int_equal(submitted, 0);
    assert_int_equal(production, 0);
}

static void a_watcher_touches_nothing(void **state)
{
    (void)state;
    int submitted, production;
    storm("", false, &submitted, &production);
    assert_int_equal(submitted, 0);
    assert_int_equal(production, 0);
}

/* Each intent that comes through is held against its box by room_submit(). */
static void the_ic_acts_by_the_typed_word_alone(void **state)
{
    (void)state;
    int submitted, production;
    storm("ic", false, &submitted, &production);
    assert_true(submitted > 0); /* marks, checkpoints, kill switch: the storm does reach boxes */
    assert_true(production > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_only_touches_nothing),
        cmocka_unit_test(a_watcher_touches_nothing),
        cmocka_unit_test(the_ic_acts_by_the_typed_word_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
