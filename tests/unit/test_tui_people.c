/* People on the screen: pictures of tests/golden/people-*.txt (`make golden` writes them), what a
 * box of an approval or a handover sends, whose keys are shown. */
#include "unit.h"

#include "scene_acting.h"
#include "tui/facts.h"
#include "tui/people.h"

/* ---- the fixture with a team ---- */

static char *words[4]; /* lead, ic, dba */
static struct team_role team[4];
static struct approval_rule approvals[3];
static struct rollback_rule rules[1];
static struct escalation_level levels[2];

static struct team_role role_of(const char *role, const char *title, const char *name,
                                const char *backup, const char *contact, bool required)
{
    return (struct team_role){fix_str(role),   fix_str(title),   fix_str(name),
                              fix_str(backup), fix_str(contact), required};
}

static void name_them(void)
{
    words[0] = fix_str("lead");
    words[1] = fix_str("ic");
    words[2] = fix_str("dba");
    team[0] = role_of("ic", "Canary Lead", "anna", "dao", "+66 1", true);
    team[1] = role_of("dba", "DBA", "chai", "", "pager dba", true);
    team[2] = role_of("sre", "SRE on call", "", "", "", true);
    team[3] = role_of("lead", "Tech Lead", "eda", "fon", "", false);
    approvals[0] = (struct approval_rule){fix_str("start"), {words + 1, 2}};
    approvals[1] = (struct approval_rule){fix_str("advance"), {words + 1, 2}};
    approvals[2] = (struct approval_rule){fix_str("resume_after_pause"), {words, 1}};
    rules[0] = (struct rollback_rule){fix_str("any"), CAUSE_ANY, words[2], {words + 1, 1}, 0};
    levels[0] = (struct escalation_level){fix_str("L1"), {words + 1, 1}, 300000, SEVERITY_MINOR};
    levels[1] = (struct escalation_level){fix_str("L2"), {words + 1, 2}, 120000, SEVERITY_MAJOR};
}

static struct fix *staffed(const char *actor, const char *role)
{
    struct fix *f = acting(6);
    name_them();
    f->plan.team = team;
    f->plan.n_team = 4;
    f->plan.approvals = approvals;
    f->plan.n_approvals = 3;
    f->plan.levels = levels;
    f->plan.n_levels = 2;
    f->s.actor = actor;
    f->s.role = role;
    f->st.people.seats[0] = (struct people_seat){"ic", "anna", FIX_NOW - 30 * FIX_MIN, 0};
    f->st.people.seats[1] = (struct people_seat){"dba", "chai", FIX_NOW - 20 * FIX_MIN, 0};
    f->st.people.seats[2] = (struct people_seat){"sre", "boon", FIX_NOW - 20 * FIX_MIN, FIX_NOW};
    f->st.people.n_seats = 3;
    f->st.people.n_given = 1;
    f->st.people.given[0] =
        (struct approval_given){"start", "dba", "chai", true, FIX_NOW - 22 * FIX_MIN, ""};
    return f;
}

/* The gate and the decision as the core says them now. */
static void look(struct fix *f)
{
    static struct standing standing;
    static struct gate gate;
    director_standing(&f->st, &f->j, &standing);
    director_gate(&f->st, &f->j, FIX_NOW, &gate);
    f->s.standing = &standing;
    f->s.gate = &gate;
}

static void wanted(struct fix *f)
{
    f->plan.rollback_mode = ROLLBACK_MANUAL;
    f->plan.rollback_rules = rules;
    f->plan.n_rollback_rules = 1;
    f->st.rollback_wanted = true;
    f->st.rollback_ms = FIX_NOW - 20000;
    f->st.people.rollback_seq = 42;
    f->st.people.rollback_metric = CAUSE_ANY;
    str_copy(f->st.rollback_cause, sizeof f->st.rollback_cause, "lock wait: 6.2 s >= 5");
    look(f);
}

/* ---- pictures ---- */

/* APR-1 COM-12: roles, people, contacts and backups, and the four emergencies, in one view. */
static void pic_team(struct fix *f, struct canvas *c)
{
    static struct contact emergencies[4];
    static const char *const said[4][3] = {{"database", "DBA on-call", "pager"},
                                           {"infrastructure", "SRE on-call", "pager"},
                                           {"security", "Security team", "hotline"},
                                           {"executive", "On-call Manager", "phone"}};
    for (size_t i = 0; i < 4; i++)
        emergencies[i] =
            (struct contact){fix_str(said[i][0]), fix_str(said[i][1]), fix_str(said[i][2])};
    f->plan.contacts = emergencies;
    f->plan.n_contacts = 4;
    f->st.people.refused = 2;
    draw_scene(c, &f->s);
    draw_team(c, &f->s);
}

/* FNT-6: status changes and warnings of the last eight hours, what is open; what is older is not
 * there. */
static void pic_card(struct fix *f, struct canvas *c)
{
    struct log_line *oldest = &f->st.log[f->st.log_start];
    oldest->t_ms = FIX_NOW - 8 * 60 * FIX_MIN - 1;
    oldest->kind = EV_WARNING;
    fix_log(f, EV_STATUS, 19 * FIX_MIN, ":19 | p95 OK -> WARNING | 152 ms >= 150");
    f->st.people.handed = true;
    f->st.people.handed_ms = FIX_NOW - 5000;
    str_copy(f->st.people.ic_before, sizeof f->st.people.ic_before, "anna");
    str_copy(f->st.ic, sizeof f->st.ic, "dao");
    fix_status(f, 0, M_WARNING, "152 ms >= 150");
    fix_value(f, 0, 152, 3000);
    fix_log(f, EV_WARNING, 20 * FIX_MIN, ":20 | WARNING: p95=152 | 152 ms >= 150");
    fix_log(f, EV_SIGNAL, 20 * FIX_MIN, ":20 | DBA chai: lag fine | lag=2s");
    fix_log(f, EV_HANDOVER, 21 * FIX_MIN, ":21 | IC anna: command goes from anna to dao | shift");
    look(f);
    draw_scene(c, &f->s);
    draw_handover(c, &f->s);
}

static void pic_wanted(struct fix *f, struct canvas *c)
{
    wanted(f);
    draw_scene(c, &f->s);
}

static void pic_agree(struct fix *f, struct canvas *c)
{
    static struct prompt p;
    struct prompt_facts facts;
    wanted(f);
    facts_freeze(&f->s, CMD_APPROVE, &facts);
    prompt_open(&p, CMD_APPROVE, &facts, 0);
    facts_live(&f->s, &p);
    draw_scene(c, &f->s);
    assert_true(prompt_draw(c, &p, 8000));
}

static void pic_called(struct fix *f, struct canvas *c)
{
    f->st.people.call =
        (struct call_state){true, 1, FIX_NOW - 30000, FIX_NOW + 90000, true, "", "3 warnings"};
    draw_scene(c, &f->s);
}

static void pic_silent(struct fix *f, struct canvas *c)
{
    static struct guard_env env;
    env = *f->s.guard;
    env.silent_ms = 10000;
    f->s.guard = &env;
    f->st.tick_ms = FIX_NOW - 47000;
    draw_scene(c, &f->s);
}

static const struct picture {
    const char *name, *actor, *role;
    void (*draw)(struct fix *f, struct canvas *c);
    int w, h;
} pictures[] = {
    {"team", "anna", "ic", pic_team, 80, 24},       {"team", "anna", "ic", pic_team, 120, 36},
    {"card", "dao", "dev", pic_card, 80, 24},       {"card", "dao", "dev", pic_card, 120, 36},
    {"wanted", "anna", "ic", pic_wanted, 80, 24},   {"agree", "anna", "ic", pic_agree, 80, 24},
    {"agree", "anna", "ic", pic_agree, 120, 36},    {"called", "chai", "dba", pic_called, 80, 24},
    {"silent", "chai", "dba", pic_silent, 80, 24},  {"wanted", "anna", "ic", pic_wanted, 200, 60},
    {"called", "chai", "dba", pic_called, 120, 36},
};

static void compare(const char *name, const struct canvas *c)
{
    char path[128];
    struct buf got = BUF_INIT;
    const char *write = getenv("WARROOM_GOLDEN");
    str_fmt(path, sizeof path, "tests/golden/people-%s-%dx%d.txt", name, c->w, c->h);
    canvas_dump(c, false, &got);
    if (write && !strcmp(write, "write")) {
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        fwrite(buf_str(&got), 1, got.len, f);
        fclose(f);
    } else {
        char *want = unit_file(path, NULL);
        if (strcmp(want, buf_str(&got)) != 0)
            fail_msg("%s differs; now it is:\n%s", path, buf_str(&got));
        free(want);
    }
    buf_free(&got);
}

static void goldens(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        const struct picture *p = &pictures[i];
        struct fix *f = staffed(p->actor, p->role);
        struct canvas c;
        f->ui.w = p->w;
        f->ui.h = p->h;
        canvas_init(&c, p->w, p->h);
        p->draw(f, &c);
        compare(p->name, &c);
        canvas_release(&c);
        fix_free(f);
    }
}

/* ---- boxes ---- */

static enum prompt_outcome type(struct prompt *p, const char *keys, struct intent *out)
{
    enum prompt_outcome got = PROMPT_STAYS;
    int64_t at = 1000;
    for (const char *k = keys; *k && p->open; k++, at += 100)
        got = prompt_key(p, *k == '\n' ? KEY_ENTER_ : *k, at, out);
    return got;
}

static void open_box(struct fix *f, enum command c, struct prompt *p)
{
    struct prompt_facts facts;
    facts_freeze(&f->s, c, &facts);
    prompt_open(p, c, &facts, 0);
    facts_live(&f->s, p);
}

static void APR_9_the_box_answers_for_one_subject(void **state)
{
    (void)state;
    static struct prompt p;
    struct intent in;
    struct fix *f = staffed("anna", "ic");
    wanted(f);
    open_box(f, CMD_APPROVE, &p);
    assert_string_equal(p.f.subject, "rollback:r42");
    assert_int_equal(type(&p, "\n", &in), PROMPT_STAYS); /* Enter alone does nothing */
    assert_int_equal(type(&p, "agree\n", &in), PROMPT_SUBMIT);
    assert_int_equal(in.kind, INTENT_APPROVE);
    assert_string_equal(in.subject, "rollback:r42");
    assert_false(in.no);
    assert_non_null(strstr(in.seen, "p95"));
    open_box(f, CMD_APPROVE, &p);
    assert_int_equal(type(&p, "refuse\n", &in), PROMPT_STAYS);
    assert_non_null(strstr(p.said, "reason"));
    open_box(f, CMD_APPROVE, &p);
    assert_int_equal(type(&p, "2refuse\n", &in), PROMPT_SUBMIT);
    assert_true(in.no && *in.reason);
    fix_free(f);
}

static void the_box_names_who_may_take_command(void **state)
{
    (void)state;
    static struct prompt p;
    struct intent in;
    struct fix *f = staffed("anna", "ic");
    str_copy(f->st.ic, sizeof f->st.ic, "anna");
    open_box(f, CMD_HANDOVER, &p);
    assert_string_equal(p.f.reasons[0], "dao"); /* the backup first */
    assert_int_equal(type(&p, "1\n", &in), PROMPT_SUBMIT);
    assert_int_equal(in.kind, INTENT_HANDOVER);
    assert_string_equal(in.subject, "dao");
    open_box(f, CMD_HANDOVER, &p);
    assert_int_equal(type(&p, "gul\n", &in), PROMPT_SUBMIT);
    assert_string_equal(in.subject, "gul");
    fix_free(f);
}

static void keys_are_those_of_the_seat(void **state)
{
    static const struct {
        const char *actor, *role;
        bool handed, may_roll_back, may_advance;
    } rows[] = {
        {"anna", "ic", false, false, true}, /* the DBA decides on this one */
        {"chai", "dba", false, true, false}, {"boon", "sre", false, false, false},
        {"boon", "sre", true, false, true}, /* command went to boon */
        {"anna", "ic", true, false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fix *f = staffed(rows[i].actor, rows[i].role);
        char can[64];
        wanted(f);
        str_copy(f->st.ic, sizeof f->st.ic, rows[i].handed ? "boon" : "anna");
        f->st.people.handed = rows[i].handed;
        glance_press(&f->s, "A advance", can, sizeof can);
        assert_int_equal(!strcmp(can, "A advance"), rows[i].may_advance);
        glance_press(&f->s, "R roll back", can, sizeof can);
        bool ic = rows[i].may_advance; /* the IC may open it: there the glass can be broken */
        assert_int_equal(!strcmp(can, "R roll back"), rows[i].may_roll_back || ic);
        fix_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goldens),
        cmocka_unit_test(APR_9_the_box_answers_for_one_subject),
        cmocka_unit_test(the_box_names_who_may_take_command),
        cmocka_unit_test(keys_are_those_of_the_seat),
    };
    zone_set("+07:00");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
