/* The boxes: tables of key sequences in virtual time, and boxes over real scenes at three sizes.
 * Shows KIL-7 RBK-15. */
#include "unit.h"

#include "base/text.h"
#include "scene_acting.h"
#include "scene_cases.h"
#include "tui/facts.h"

/* ---- scripts ----
 * Characters are keys 60 ms apart, the first 400 ms after the opening. <Enter> <Esc> <Tab>
 * <BackTab> <BS> <Down> <Up> <Paste> </Paste> are keys; {N} moves the time by N ms; `~` before a
 * key: at once (0 ms). */
static const struct {
    const char *name;
    int key;
} names[] = {{"Enter", KEY_ENTER_},     {"Esc", KEY_ESC_},           {"Tab", KEY_TAB_},
             {"BackTab", KEY_BACKTAB_}, {"BS", KEY_BACKSPACE_},      {"Down", KEY_DOWN_},
             {"Up", KEY_UP_},           {"Paste", KEY_PASTE_BEGIN_}, {"/Paste", KEY_PASTE_END_}};

static int script_key(const char **s)
{
    int32_t cp;
    if (**s == '<')
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            size_t n = strlen(names[i].name);
            if (!strncmp(*s + 1, names[i].name, n) && (*s)[n + 1] == '>') {
                *s += n + 2;
                return names[i].key;
            }
        }
    *s += text_next(*s, strlen(*s), &cp);
    return cp;
}

static enum prompt_outcome play(struct prompt *p, const char *script, struct intent *out,
                                int64_t *now)
{
    enum prompt_outcome got = PROMPT_STAYS;
    int64_t step = 400;
    for (const char *s = script; *s && got == PROMPT_STAYS;) {
        if (*s == '{') {
            char *end;
            step = strtol(s + 1, &end, 10);
            s = end + 1;
            continue;
        }
        if (*s == '~') {
            step = 0;
            s++;
        }
        *now += step;
        step = 60;
        got = prompt_tick(p, *now);
        if (got == PROMPT_STAYS)
            got = prompt_key(p, script_key(&s), *now, out);
    }
    if (got == PROMPT_STAYS && step != 60) {
        *now += step;
        got = prompt_tick(p, *now);
    }
    return got;
}

enum { OPEN, SHUT, HARD, SMALL, PROPOSED };

static const struct row {
    const char *name;
    enum command c;
    int how;
    const char *script;
    enum prompt_outcome got;
    const char *reason, *said; /* said: a part of what the box says */
} rows[] = {
    /* the typed word */
    {"word and reason", CMD_ROLLBACK, OPEN, "2rollback<Enter>", PROMPT_SUBMIT, "second", NULL},
    {"reason after the word", CMD_ROLLBACK, OPEN, "rollback1<Enter>", PROMPT_SUBMIT, "first", NULL},
    {"a rule's reason is picked", CMD_ROLLBACK, PROPOSED, "rollback<Enter>", PROMPT_SUBMIT, "first",
     NULL},
    {"no reason", CMD_ROLLBACK, OPEN, "rollback<Enter>", PROMPT_STAYS, NULL, "a reason is missing"},
    {"Enter alone", CMD_ROLLBACK, PROPOSED, "<Enter><Enter><Enter>", PROMPT_STAYS, NULL,
     "Enter alone"},
    {"half the word", CMD_ROLLBACK, PROPOSED, "roll<Enter>", PROMPT_STAYS, NULL, "\"roll\" is not"},
    {"more than the word", CMD_ROLLBACK, PROPOSED, "rollbackk<Enter>", PROMPT_STAYS, NULL,
     "is not"},
    {"another box's word", CMD_ROLLBACK, PROPOSED, "advance<Enter>", PROMPT_STAYS, NULL,
     "is not the word rollback"},
    {"mended", CMD_ROLLBACK, PROPOSED, "rollx<BS>bacl<BS>k<Enter>", PROMPT_SUBMIT, "first", NULL},
    {"capitals", CMD_ROLLBACK, PROPOSED, "ROLLBACK<Enter>", PROMPT_STAYS, NULL, "Enter alone"},
    {"Caps Lock is told", CMD_ROLLBACK, PROPOSED, "R", PROMPT_STAYS, NULL, "Caps Lock"},
    {"thai layout", CMD_ROLLBACK, PROPOSED, "พนสสิฟแา<Enter>", PROMPT_SUBMIT, "first", NULL},
    {"own words", CMD_ROLLBACK, PROPOSED, "3p95 is 2x<Enter>rollback<Enter>", PROMPT_SUBMIT,
     "p95 is 2x", NULL},
    {"own words, thai", CMD_ROLLBACK, PROPOSED, "3น้ำ<Tab>rollback<Enter>", PROMPT_SUBMIT, "น้ำ",
     NULL},
    {"own words left by Esc", CMD_ROLLBACK, PROPOSED, "3why<Esc>rollback<Enter>", PROMPT_SUBMIT,
     "why", NULL},
    {"own words given up for a number", CMD_ROLLBACK, OPEN, "3why<Esc>1rollback<Enter>",
     PROMPT_SUBMIT, "first", NULL},
    {"Esc", CMD_ROLLBACK, OPEN, "rollback<Esc>", PROMPT_BACK, NULL, NULL},
    {"kill off needs a reason", CMD_KILL_OFF, OPEN, "release<Enter>", PROMPT_STAYS, NULL,
     "a reason is missing"},
    {"kill off", CMD_KILL_OFF, OPEN, "1release<Enter>", PROMPT_SUBMIT, "first", NULL},
    {"advance needs none", CMD_ADVANCE, OPEN, "advance<Enter>", PROMPT_SUBMIT, "", NULL},
    {"end", CMD_END, OPEN, "end<Enter>", PROMPT_SUBMIT, "", NULL},

    /* shut gates */
    {"shut", CMD_ADVANCE, SHUT, "advance<Enter>", PROMPT_STAYS, NULL, "refused: the gate is shut"},
    {"override without a reason", CMD_ADVANCE, SHUT, "!advance<Enter>", PROMPT_STAYS, NULL,
     "a reason is missing"},
    {"override", CMD_ADVANCE, SHUT, "!1advance<Enter>", PROMPT_SUBMIT, "first", NULL},
    {"override taken back", CMD_ADVANCE, SHUT, "!1!advance<Enter>", PROMPT_STAYS, NULL, "refused"},
    {"hard", CMD_ADVANCE, HARD, "!1advance<Enter>", PROMPT_STAYS, NULL, "refused"},
    {"nothing to override", CMD_ADVANCE, OPEN, "!", PROMPT_STAYS, NULL, "nothing is shut"},

    /* kill switch on: two strokes */
    {"y at once", CMD_KILL_ON, OPEN, "~y", PROMPT_SUBMIT, "", NULL},
    {"thai y", CMD_KILL_ON, OPEN, "~ั", PROMPT_SUBMIT, "", NULL},
    {"another key", CMD_KILL_ON, OPEN, "n", PROMPT_STAYS, NULL, "y turns it on"},
    {"Enter", CMD_KILL_ON, OPEN, "<Enter>", PROMPT_STAYS, NULL, "y turns it on"},
    {"capital Y", CMD_KILL_ON, OPEN, "Y", PROMPT_STAYS, NULL, "y turns it on"},
    {"within 5 s", CMD_KILL_ON, OPEN, "{4990}y", PROMPT_SUBMIT, "", NULL},
    {"after 5 s", CMD_KILL_ON, OPEN, "{5000}y", PROMPT_TIMEOUT, NULL, NULL},
    {"y in a paste", CMD_KILL_ON, OPEN, "<Paste>y</Paste>", PROMPT_STAYS, NULL, "paste"},

    /* time */
    {"deaf at first", CMD_ROLLBACK, PROPOSED, "~rollback{100}x", PROMPT_STAYS, NULL, ""},
    {"heard after 300 ms", CMD_ADVANCE, OPEN, "{299}x{1}advance<Enter>", PROMPT_SUBMIT, "", NULL},
    {"Esc too early", CMD_ADVANCE, OPEN, "{200}<Esc>", PROMPT_STAYS, NULL, NULL},
    {"closes by itself", CMD_ADVANCE, OPEN, "adv{60000}", PROMPT_TIMEOUT, NULL, NULL},
    {"not before", CMD_ADVANCE, OPEN, "{59000}a", PROMPT_STAYS, NULL, NULL},
    {"typing does not keep it open", CMD_ADVANCE, OPEN, "{30000}adv{30000}ance<Enter>",
     PROMPT_TIMEOUT, NULL, NULL},
    {"talking does", CMD_PARK, OPEN, "{30000}no{50000}te<Enter>", PROMPT_SUBMIT, "note", NULL},
    {"until it is left alone", CMD_PARK, OPEN, "note{60000}", PROMPT_TIMEOUT, NULL, NULL},

    /* pastes */
    {"bracketed", CMD_ROLLBACK, PROPOSED, "<Paste>rollback<Enter></Paste>", PROMPT_STAYS, NULL,
     "paste"},
    {"bracketed, then typed", CMD_ROLLBACK, PROPOSED, "<Paste>xyz</Paste>rollback<Enter>",
     PROMPT_SUBMIT, "first", NULL},
    {"raw", CMD_ROLLBACK, PROPOSED, "r~o~l~l~b~a~c~k~<Enter>", PROMPT_STAYS, NULL, "paste"},
    {"raw, 5 ms apart", CMD_ROLLBACK, PROPOSED, "r{5}o{5}l{5}l{5}b{5}a{5}c{5}k{5}<Enter>",
     PROMPT_STAYS, NULL, "paste"},
    {"raw, then typed", CMD_ROLLBACK, PROPOSED, "x~y~z~x~y~z{100}rollback<Enter>", PROMPT_SUBMIT,
     "first", NULL},
    {"typed, then raw, then typed", CMD_ROLLBACK, PROPOSED, "roll{200}x~y~z~x~y~z{100}back<Enter>",
     PROMPT_SUBMIT, "first", NULL},
    {"four at once are a person", CMD_ADVANCE, OPEN, "a~d~v~a{30}nce<Enter>", PROMPT_SUBMIT, "",
     NULL},
    {"fast, but a person", CMD_ADVANCE, OPEN, "a{6}d{6}v{6}a{6}n{6}c{6}e<Enter>", PROMPT_SUBMIT, "",
     NULL},
    {"raw into a reason", CMD_HOLD, OPEN, "a~b~c~d~e~f~<Enter>{100}<Enter>", PROMPT_STAYS, NULL,
     "Enter alone"},
    {"the wheel is no paste", CMD_ADVANCE, OPEN, "<Up>~<Up>~<Up>~<Up>~<Up>~<Up>advance<Enter>",
     PROMPT_SUBMIT, "", NULL},

    /* reasons */
    {"hold", CMD_HOLD, OPEN, "1<Enter>", PROMPT_SUBMIT, "first", NULL},
    {"hold, Enter alone", CMD_HOLD, PROPOSED, "<Enter>", PROMPT_STAYS, NULL, "pick a reason"},
    {"hold, own words", CMD_HOLD, OPEN, "deploy of 2 others<Enter>", PROMPT_SUBMIT,
     "deploy of 2 others", NULL},
    {"hold, own words by number", CMD_HOLD, OPEN, "3why<Enter>", PROMPT_SUBMIT, "why", NULL},
    {"hold, a number that is none", CMD_HOLD, OPEN, "9<Enter>", PROMPT_SUBMIT, "9", NULL},
    {"go", CMD_GO, OPEN, "2<Enter>", PROMPT_SUBMIT, "second", NULL},

    /* talk */
    {"park", CMD_PARK, OPEN, "maybe the cache<Enter>", PROMPT_SUBMIT, "maybe the cache", NULL},
    {"park nothing", CMD_PARK, OPEN, "<Enter>", PROMPT_STAYS, NULL, "there is no text yet"},
    {"resolve", CMD_RESOLVE, OPEN, "done 5% seen<Enter>", PROMPT_SUBMIT, "done 5% seen", NULL},
    {"signal", CMD_SIGNAL, OPEN, "lag rose<Tab><Enter>", PROMPT_SUBMIT, "lag rose", NULL},
    {"signal, thai", CMD_SIGNAL, OPEN, "เฝ้าดู 2<Tab><Enter>", PROMPT_SUBMIT, "เฝ้าดู 2", NULL},
    {"signal without a metric", CMD_SIGNAL, OPEN, "lag rose<Enter>", PROMPT_STAYS, NULL,
     "no metric, no signal"},
    {"signal parked", CMD_SIGNAL, OPEN, "lag rose<Enter>p", PROMPT_SUBMIT, "lag rose", NULL},
    {"p is a letter else", CMD_SIGNAL, OPEN, "lag rose<Enter>xp<Tab><Enter>", PROMPT_SUBMIT,
     "lag rosexp", NULL},
    {"control and bidi characters stay out", CMD_PARK, OPEN,
     "a\xE2\x80\xAE\xC2\x9B"
     "b<Enter>",
     PROMPT_SUBMIT, "ab", NULL},

    /* a screen that cannot show it */
    {"too small", CMD_ROLLBACK, SMALL, "1rollback<Enter>", PROMPT_STAYS, NULL, "does not fit"},
    {"too small for y", CMD_KILL_ON, SMALL, "y", PROMPT_STAYS, NULL, "does not fit"},
    {"too small, Esc", CMD_ROLLBACK, SMALL, "<Esc>", PROMPT_BACK, NULL, NULL},
};

static void key_sequences(void **state)
{
    (void)state;
    struct fix *f = acting(6);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        struct prompt_facts facts = {.plan = &f->plan, .stage = 1, .focus = 2, .n_reasons = 2};
        struct prompt p;
        struct intent in = {.stage = -99};
        int64_t now = 1000000;
        str_copy(facts.reasons[0], sizeof facts.reasons[0], "first");
        str_copy(facts.reasons[1], sizeof facts.reasons[1], "second");
        str_copy(facts.seen, sizeof facts.seen, "p95 142 ms");
        facts.proposed = r->how == PROPOSED;
        facts.shut = r->how == SHUT || r->how == HARD;
        facts.hard = r->how == HARD;
        str_copy(facts.shut_why, sizeof facts.shut_why, facts.shut ? "the gate is shut" : "");
        prompt_open(&p, r->c, &facts, now);
        p.fits = r->how != SMALL;
        enum prompt_outcome got = play(&p, r->script, &in, &now);
        if (got != r->got)
            fail_msg("%s: outcome %d, wanted %d (it says \"%s\")", r->name, got, r->got, p.said);
        if (r->said && (!*r->said ? *p.said : !strstr(p.said, r->said)))
            fail_msg("%s: says \"%s\", wanted \"%s\"", r->name, p.said, r->said);
        assert_int_equal(p.open, got == PROMPT_STAYS || got == PROMPT_SUBMIT);
        if (got != PROMPT_SUBMIT)
            continue;
        if (strcmp(in.reason, r->reason) != 0)
            fail_msg("%s: reason \"%s\", wanted \"%s\"", r->name, in.reason, r->reason);
        bool parked = !strcmp(r->name, "signal parked");
        assert_int_equal(in.kind, parked ? INTENT_PARK : keymap_row(r->c)->intent);
        assert_int_equal(in.stage, 1);
        assert_int_equal(in.override, r->how == SHUT);
        assert_string_equal(in.seen, "p95 142 ms");
        assert_string_equal(in.metric, in.kind == INTENT_SIGNAL ? "ws" : "");
    }
    fix_free(f);
}

static void refusals_clear_the_word(void **state)
{
    (void)state;
    struct prompt_facts facts = {.stage = 1, .n_reasons = 1};
    struct prompt p;
    struct intent in;
    int64_t now = 0;
    prompt_open(&p, CMD_ADVANCE, &facts, now);
    assert_int_equal(play(&p, "advance<Enter>", &in, &now), PROMPT_SUBMIT);
    prompt_refused(&p, "the stage has changed");
    assert_true(p.open);
    assert_string_equal(p.said, "the stage has changed");
    /* A second Enter sends nothing: the word is gone. */
    assert_int_equal(play(&p, "<Enter>", &in, &now), PROMPT_STAYS);
    assert_int_equal(play(&p, "<Esc>", &in, &now), PROMPT_BACK);
    assert_int_equal(play(&p, "advance<Enter>", &in, &now), PROMPT_STAYS); /* closed: deaf */
}

static void signal_tabs_through_metrics(void **state)
{
    (void)state;
    struct fix *f = acting(6);
    struct prompt_facts facts = {.plan = &f->plan, .focus = 4};
    struct prompt p;
    struct intent in;
    int64_t now = 0;
    prompt_open(&p, CMD_SIGNAL, &facts, now);
    static const struct {
        const char *script;
        int metric;
    } steps[] = {{"<Tab>", 4}, {"<Tab>", 5}, {"<Tab>", 0}, {"<BackTab>", 5}, {"x", 5}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        play(&p, steps[i].script, &in, &now);
        assert_int_equal(p.t.metric, steps[i].metric);
    }
    fix_free(f);
}

/* Random keys, pastes and times: nothing is ever sent but by the typed word or by y. */
static void random_keys(void **state)
{
    (void)state;
    static const int keys[] = {'a',
                               'd',
                               'v',
                               'n',
                               'c',
                               'e',
                               '1',
                               '!',
                               ' ',
                               'K',
                               'R',
                               0xE01,
                               KEY_ENTER_,
                               KEY_TAB_,
                               KEY_BACKSPACE_,
                               KEY_PASTE_BEGIN_,
                               KEY_PASTE_END_,
                               KEY_UP_};
    struct prompt_facts facts = {.stage = 1, .n_reasons = 1};
    uint32_t seed = 7;
    int sent = 0;
    for (int round = 0; round < 3000; round++) {
        struct prompt p;
        struct intent in;
        int64_t now = 0;
        prompt_open(&p, CMD_ADVANCE, &facts, now);
        for (int i = 0; i < 100 && p.open; i++) {
            seed = seed * 1664525 + 1013904223;
            int key = keys[(seed >> 9) % (sizeof keys / sizeof *keys)];
            now += (seed >> 24) % 100;
            if (prompt_key(&p, key, now, &in) == PROMPT_SUBMIT) {
                assert_string_equal(p.t.word, "advance");
                sent++;
            }
        }
    }
    assert_true(sent < 3);
}

/* ---- boxes over a scene ---- */

static const struct {
    enum command c;
    int w, h;
    const char *has[6];
} boxes[] = {
    {CMD_ROLLBACK,
     80,
     24,
     {"ROLL BACK", "WHAT", "WHY", "own words", "Type the word  rollback", "frozen"}},
    {CMD_ROLLBACK, 120, 36, {"closes by itself in 01:00", "p95", "IC anna"}},
    {CMD_ROLLBACK, 200, 60, {"ROLL BACK", "Enter alone does nothing"}},
    {CMD_ADVANCE, 80, 24, {"ADVANCE", "GATE", "Type the word  advance", "waits for"}},
    {CMD_KILL_ON, 80, 24, {"KILL SWITCH ON", "y turns it on at once", "in 00:05"}},
    {CMD_KILL_OFF, 80, 24, {"KILL SWITCH OFF", "Type the word  release"}},
    {CMD_HOLD, 80, 24, {"HOLD", "[1]", "Enter says it"}},
    {CMD_GO, 80, 24, {"GO ON"}},
    {CMD_SIGNAL,
     80,
     24,
     {"POST A SIGNAL", "METRIC", "(Tab: pick)", "( ) rollback", "0/80", "will be written as"}},
    {CMD_PARK, 80, 24, {"PARK A NOTE", "TEXT"}},
    {CMD_END, 80, 24, {"END THE RUN", "Type the word  end"}},
};

static void boxes_over_a_scene(void **state)
{
    (void)state;
    struct fix *f = acting(6);
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        struct prompt_facts facts;
        struct prompt p;
        struct canvas c;
        struct buf b = BUF_INIT;
        facts_freeze(&f->s, boxes[i].c, &facts);
        prompt_open(&p, boxes[i].c, &facts, 1000);
        facts_live(&f->s, &p);
        canvas_init(&c, boxes[i].w, boxes[i].h);
        draw_scene(&c, &f->s);
        if (!prompt_draw(&c, &p, 1000))
            fail_msg("%s does not fit %dx%d", facts.title, boxes[i].w, boxes[i].h);
        canvas_dump(&c, false, &b);
        for (size_t k = 0; k < 6 && boxes[i].has[k]; k++)
            if (!strstr(b.p, boxes[i].has[k]))
                fail_msg("%s at %dx%d lacks \"%s\":\n%s", facts.title, boxes[i].w, boxes[i].h,
                         boxes[i].has[k], b.p);
        /* Rows 0 and 1 stay in sight, and the cursor stands in the field. */
        assert_true(p.box == BOX_YES || (c.cursor_x > 0 && c.cursor_y > 1));
        struct canvas bare;
        canvas_init(&bare, boxes[i].w, boxes[i].h);
        draw_scene(&bare, &f->s);
        assert_memory_equal(c.cells, bare.cells, sizeof *c.cells * 2 * (size_t)c.w);
        canvas_release(&bare);
        buf_free(&b);
        canvas_release(&c);
    }
    fix_free(f);
}

/* The first reason is the one a person most likely has; an open gate has nothing to explain. */
static void reasons_fit_the_moment(void **state)
{
    static const struct {
        void (*make)(struct fix *f);
        enum command c;
        bool open;
        const char *first;
    } first_ones[] = {
        {case_warn, CMD_ROLLBACK, false, "p95 latency 152 ms WARN"},
        {case_no_data, CMD_ROLLBACK, false, "UNKNOWN, empty answer"},
        {case_healthy, CMD_ROLLBACK, false, "another metric looks wrong"},
        {case_healthy, CMD_ADVANCE, true, "the gate is open, nothing speaks against it"},
        {case_healthy, CMD_ADVANCE, false, "the gate's finding was looked at"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof first_ones / sizeof *first_ones; i++) {
        struct prompt_facts facts;
        struct fix *f = acting(6);
        first_ones[i].make(f);
        f->gate.open = first_ones[i].open;
        facts_freeze(&f->s, first_ones[i].c, &facts);
        if (!strstr(facts.reasons[0], first_ones[i].first))
            fail_msg("row %zu: %s", i, facts.reasons[0]);
        fix_free(f);
    }
}

static void small_screens_cannot_send(void **state)
{
    (void)state;
    struct fix *f = acting(6);
    struct prompt_facts facts;
    struct prompt p;
    facts_freeze(&f->s, CMD_ROLLBACK, &facts);
    for (int w = 20; w <= 250; w += 10)
        for (int h = 5; h <= 80; h += 5) {
            struct canvas c;
            struct intent in;
            int64_t now = 0;
            canvas_init(&c, w, h);
            prompt_open(&p, CMD_ROLLBACK, &facts, now);
            facts_live(&f->s, &p);
            p.f.shut = false;
            bool fits = prompt_draw(&c, &p, 0);
            assert_true(!fits || w >= 80);
            if (w >= 80 && h >= 24)
                assert_true(fits);
            assert_int_equal(play(&p, "1rollback<Enter>", &in, &now),
                             fits ? PROMPT_SUBMIT : PROMPT_STAYS);
            canvas_release(&c);
        }
    fix_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_sequences),
        cmocka_unit_test(refusals_clear_the_word),
        cmocka_unit_test(signal_tabs_through_metrics),
        cmocka_unit_test(random_keys),
        cmocka_unit_test(boxes_over_a_scene),
        cmocka_unit_test(reasons_fit_the_moment),
        cmocka_unit_test(small_screens_cannot_send),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
