/* The director against the tapes of tests/data/director: what goes in and what must be seen. */
#include <dirent.h>

#include "director_tape.h"

#define WORDS_MAX 40

struct line {
    char *word[WORDS_MAX];
    int n;
};

/* ---- what must be seen ---- */

static bool field_is(const struct event *ev, const char *want)
{
    char key[40];
    const char *eq = strchr(want, '=');
    assert_non_null(eq);
    str_fmt(key, sizeof key, "%.*s", (int)(eq - want), want);
    const cJSON *x = json_path(ev->body, key);
    struct buf b = BUF_INIT;
    if (cJSON_IsString(x))
        buf_adds(&b, x->valuestring);
    else if (x)
        json_print(x, &b);
    bool is = x && !strcmp(buf_str(&b), eq + 1);
    buf_free(&b);
    return is;
}

/* Events of kind words[from] whose fields are as the words after it say. *t: time of the last. */
static int count(const struct tape *t, const struct line *l, int from, int until, int64_t *at)
{
    int n = 0, kind = event_kind_of(l->word[from]);
    if (kind < 0)
        fail_msg("%s: no kind %s", t->where, l->word[from]);
    for (const struct event *ev = t->events.first; ev; ev = ev->next) {
        bool is = (int)ev->kind == kind;
        for (int i = from + 1; is && i < until; i++)
            is = field_is(ev, l->word[i]);
        n += is;
        if (is && at)
            *at = ev->t_ms;
    }
    return n;
}

static void same(const struct tape *t, const char *what, const char *is, const char *want)
{
    if (strcmp(is, want) != 0)
        fail_msg("%s: %s is \"%s\", not \"%s\" (%s: %s)", t->where, what, is, want,
                 drive_state(t->drive)->decision_rule, drive_state(t->drive)->decision_why);
}

static void see_also(const struct tape *t, const char *rule, bool wanted)
{
    struct standing st;
    bool found = false;
    director_standing(drive_state(t->drive), drive_judge(t->drive), &st);
    for (size_t i = 0; i < st.n; i++)
        found = found || !strcmp(st.all[i].rule, rule);
    if (found != wanted)
        fail_msg("%s: %s does %sspeak", t->where, rule, found ? "" : "not ");
    for (size_t i = 1; i < st.n; i++)
        assert_true(st.all[i - 1].what >= st.all[i].what);
}

static void see_gate(const struct tape *t, const struct line *l)
{
    struct gate g;
    struct buf shut = BUF_INIT;
    bool found = !strcmp(l->word[2], "open");
    director_gate(drive_state(t->drive), drive_judge(t->drive), drive_state(t->drive)->now_ms, &g);
    for (size_t i = 0; i < g.n; i++)
        if (!g.items[i].open) {
            buf_addf(&shut, "%s: %s (%s); ", g.items[i].name, g.items[i].text, g.items[i].whom);
            assert_true(*g.items[i].text && *g.items[i].whom);
            found = found || (!strcmp(g.items[i].name, l->word[2]) &&
                              (l->n < 4 || strstr(g.items[i].text, l->word[3])));
        }
    if (!found || g.open != !strcmp(l->word[2], "open"))
        fail_msg("%s: gate %s: %s", t->where, g.open ? "open" : "shut", buf_str(&shut));
    buf_free(&shut);
}

/* `show`: the tape so far, for people who write cases. */
static void show(const struct tape *t)
{
    for (const struct event *ev = t->events.first; ev; ev = ev->next) {
        struct buf b = BUF_INIT;
        json_print(ev->body, &b);
        if (ev->kind != EV_TICK)
            printf("%6.2f %s %s\n", (double)(ev->t_ms - EPOCH) / 60000, event_word(ev->kind),
                   buf_str(&b));
        buf_free(&b);
    }
}

static void see(struct tape *t, const struct line *l)
{
    const struct state *s = drive_state(t->drive);
    const char *what = l->word[1], *want = l->n > 2 ? l->word[2] : "";
    char n[32];
    if (!strcmp(what, "decision")) {
        same(t, what, s->decision, want);
        if (l->n > 3)
            same(t, "rule", s->decision_rule, l->word[3]);
    } else if (!strcmp(what, "verdict")) {
        same(t, what, s->final ? s->verdict : "none", want);
        if (l->n > 3 && !strstr(s->verdict_why, l->word[3]))
            fail_msg("%s: verdict because \"%s\"", t->where, s->verdict_why);
    } else if (!strcmp(what, "phase")) {
        same(t, what, phase_word(s->phase), want);
    } else if (!strcmp(what, "why")) {
        if (!strstr(s->decision_why, want))
            fail_msg("%s: why is \"%s\"", t->where, s->decision_why);
    } else if (!strcmp(what, "also") || !strcmp(what, "not")) {
        see_also(t, want, !strcmp(what, "also"));
    } else if (!strcmp(what, "gate")) {
        see_gate(t, l);
    } else if (!strcmp(what, "stage")) {
        str_fmt(n, sizeof n, "%d", s->stage + 1);
        same(t, what, n, want);
    } else if (!strcmp(what, "weight")) {
        num_short(s->weight, n, sizeof n);
        same(t, what, isnan(s->weight) ? "none" : n, want);
    } else if (!strcmp(what, "left")) {
        dur_clock(s->stages[s->stage].planned_ms - stage_elapsed(s, s->stage, s->now_ms), n,
                  sizeof n);
        same(t, what, n, want);
    } else if (!strcmp(what, "switch")) { /* checks, not off, average and longest ms */
        const struct times *k = &s->times;
        str_fmt(n, sizeof n, "%u %u %lld %lld", k->ks_total, k->ks_not_off,
                (long long)(k->ks_timed ? k->ks_sum_ms / k->ks_timed : -1),
                (long long)k->ks_max_ms);
        same(t, what, n, want);
    } else if (!strcmp(what, "drift")) {
        dur_clock(times_drift(s, s->now_ms), n, sizeof n);
        same(t, what, n, want);
    } else if (!strcmp(what, "count")) {
        str_fmt(n, sizeof n, "%d", count(t, l, 2, l->n - 1, NULL));
        same(t, what, n, l->word[l->n - 1]);
    } else if (!strcmp(what, "last")) { /* last KIND FIELD=… MINUTE */
        int64_t at = 0;
        count(t, l, 2, l->n - 1, &at);
        num_short((double)(at - EPOCH) / 60000, n, sizeof n);
        str_fmt(n, sizeof n, "%g", (double)(at - EPOCH) / 60000);
        same(t, what, at ? n : "never", l->word[l->n - 1]);
    } else {
        fail_msg("%s: see what?", t->where);
    }
}

/* ---- what goes in ---- */

static void ticks(struct tape *t, const struct line *l)
{
    bool range = !strcmp(l->word[0], "from");
    for (int i = range ? 4 : 2; i < l->n; i++)
        tape_set(t, l->word[i]);
    int64_t until = tape_ms(l->word[range ? 3 : 1]);
    for (int64_t ms = tape_ms(l->word[1]); ms <= until; ms += 60000) {
        drive_tick(t->drive, ms, t->values, NULL);
        tape_at_rest(t);
    }
}

/* Subject of an approval ("no" before it refuses), name of a handover; what is left is the reason.
 */
static int take_subject(const struct line *l, int i, struct intent *in)
{
    if (in->kind == INTENT_APPROVE && i < l->n && !strcmp(l->word[i], "no")) {
        in->no = true;
        i++;
    }
    bool check = in->kind >= INTENT_PREFLIGHT && in->kind <= INTENT_WAIVE;
    if ((in->kind == INTENT_APPROVE || in->kind == INTENT_HANDOVER || check) && i < l->n)
        str_copy(in->subject, sizeof in->subject, l->word[i++]);
    return i;
}

/* do MINUTE WORD REASON… | refuse MINUTE WORD "sentence" REASON…; WORD! overrides, WORD@role is
 * another role's, WORD:role:name another person's. */
static void intent(struct tape *t, const struct line *l, bool allowed)
{
    struct intent in = {.stage = -1};
    struct err why = ERR_INIT;
    char word[64];
    str_copy(word, sizeof word, l->word[2]);
    char *at = strpbrk(word, "@:");
    str_copy(in.role, sizeof in.role, at ? at + 1 : "ic");
    str_copy(in.actor, sizeof in.actor, "anna");
    char *name = at ? strchr(in.role, ':') : NULL;
    if (name) {
        str_copy(in.actor, sizeof in.actor, name + 1);
        *name = '\0';
    }
    if (at)
        *at = '\0';
    size_t n = strlen(word);
    in.override = n && word[n - 1] == '!';
    if (in.override)
        word[n - 1] = '\0';
    int kind = intent_of_word(word);
    if (kind < 0)
        fail_msg("%s: no intent %s", t->where, word);
    in.kind = (enum intent_kind)kind;
    if (in.kind == INTENT_SIGNAL)
        str_copy(in.metric, sizeof in.metric, "p95");
    for (int i = take_subject(l, allowed ? 3 : 4, &in); i < l->n; i++)
        str_fmt(in.reason + strlen(in.reason), sizeof in.reason - strlen(in.reason), "%s%s",
                *in.reason ? " " : "", l->word[i]);
    int rc = tape_do(t, tape_ms(l->word[1]), &in, &why);
    if (allowed && rc < 0)
        fail_msg("%s: refused: %s", t->where, why.text);
    if (!allowed && (rc == 0 || !strstr(why.text, l->word[3])))
        fail_msg("%s: %s", t->where, rc == 0 ? "was allowed" : why.text);
    tape_at_rest(t);
}

static void outcome(struct tape *t, const char *word)
{
    drive_outcome(t->drive, !strcmp(word, "failed")    ? ACT_FAILED
                            : !strcmp(word, "unknown") ? ACT_UNKNOWN
                            : !strcmp(word, "pending") ? ACT_SENT
                            : !strcmp(word, "refused") ? ACT_NONE
                                                       : ACT_VERIFIED);
}

/* observed MINUTE OUTCOME: what becomes of the newest action. */
static void observed(struct tape *t, const struct line *l)
{
    struct event *ev = event_new(EV_OBSERVED, tape_ms(l->word[1]), "warroom");
    json_add_str(ev->body, "id", drive_state(t->drive)->act.id);
    json_add_int(ev->body, "step", -1);
    json_add_str(ev->body, "outcome", l->word[2]);
    json_add_bool(ev->body, "done", true);
    drive_event(t->drive, ev);
    tape_at_rest(t);
}

/* check MINUTE ID RESULT [beyond|near|begin] [why]: what a check came to. */
static void check(struct tape *t, const struct line *l)
{
    struct event *ev = event_new(EV_PREFLIGHT, tape_ms(l->word[1]), "warroom");
    const char *how = l->n > 4 ? l->word[4] : "";
    json_add_str(ev->body, "id", l->word[2]);
    if (!strcmp(how, "begin"))
        json_add_str(ev->body, "op", "begin");
    else
        json_add_str(ev->body, "result", l->word[3]);
    if (!strcmp(how, "beyond") || !strcmp(how, "near"))
        json_add_bool(ev->body, how, true);
    json_add_str(ev->body, "actual", l->n > 5 ? l->word[5] : "as told");
    json_add_str(ev->body, "why", l->n > 5 ? l->word[5] : "");
    drive_event(t->drive, ev);
    tape_at_rest(t);
}

static void kill_switch(struct tape *t, const struct line *l)
{
    static const enum ks_is all[] = {KS_UNKNOWN, KS_OFF, KS_ENGAGED, KS_FAILED};
    for (size_t i = 0; i < 4; i++)
        if (!strcmp(ks_word(all[i]), l->word[2]))
            drive_kill_switch(t->drive, tape_ms(l->word[1]), all[i],
                              all[i] == KS_UNKNOWN ? "time-out" : "");
    tape_at_rest(t);
}

/* The process died and came back: its actions are nobody's. */
static void resume(struct tape *t, const char *minute)
{
    struct event *ev = event_new(EV_SESSION, tape_ms(minute), "anna");
    json_add_str(ev->body, "op", "resume");
    drive_event(t->drive, ev);
    drive_kill_switch(t->drive, tape_ms(minute), KS_OFF, "");
    tape_at_rest(t);
}

/* begin MINUTE NAME: the session says who sits there as the IC. join MINUTE ROLE NAME. */
static void session(struct tape *t, const struct line *l, bool begins)
{
    struct event *ev = event_new(EV_SESSION, tape_ms(l->word[1]), l->word[begins ? 2 : 3]);
    str_copy(ev->role, sizeof ev->role, begins ? "ic" : l->word[2]);
    json_add_str(ev->body, "op", begins ? "resume" : "join");
    drive_event(t->drive, ev);
    if (begins) {
        struct intent go = {.kind = INTENT_GO, .stage = -1, .reason = "looked at", .role = "ic"};
        struct err why = ERR_INIT;
        str_copy(go.actor, sizeof go.actor, l->word[2]);
        if (tape_do(t, tape_ms(l->word[1]), &go, &why) < 0)
            fail_msg("%s: %s", t->where, why.text);
        drive_kill_switch(t->drive, tape_ms(l->word[1]), KS_OFF, "");
    }
    tape_at_rest(t);
}

static void obey(struct tape *t, const struct line *l)
{
    const char *w = l->word[0];
    if (!strcmp(w, "from") || !strcmp(w, "tick"))
        ticks(t, l);
    else if (!strcmp(w, "see"))
        see(t, l);
    else if (!strcmp(w, "do") || !strcmp(w, "refuse"))
        intent(t, l, !strcmp(w, "do"));
    else if (!strcmp(w, "check"))
        check(t, l);
    else if (!strcmp(w, "kill"))
        kill_switch(t, l);
    else if (!strcmp(w, "alert"))
        drive_alert(t->drive, tape_ms(l->word[1]), 0, l->word[2], l->word[3]);
    else if (!strcmp(w, "blind") || !strcmp(w, "known"))
        drive_alert_source(t->drive, tape_ms(l->word[1]), 0, !strcmp(w, "known"), "HTTP 503");
    else if (!strcmp(w, "outcome"))
        outcome(t, l->word[1]);
    else if (!strcmp(w, "observed"))
        observed(t, l);
    else if (!strcmp(w, "begin") || !strcmp(w, "join"))
        session(t, l, !strcmp(w, "begin"));
    else if (!strcmp(w, "resume"))
        resume(t, l->word[1]);
    else if (!strcmp(w, "finish"))
        drive_finish(t->drive, "the samples end");
    else if (!strcmp(w, "show"))
        show(t);
    else
        fail_msg("%s: %s?", t->where, w);
}

/* Words, with "quoted ones"; # begins a comment. */
static void split(char *text, struct line *l)
{
    l->n = 0;
    for (char *p = text; *p && l->n < WORDS_MAX;) {
        while (*p == ' ')
            p++;
        if (!*p || *p == '#')
            break;
        char end = ' ';
        if (*p == '"') {
            end = '"';
            p++;
        }
        l->word[l->n++] = p;
        while (*p && *p != end)
            p++;
        if (*p)
            *p++ = '\0';
    }
}

/* ---- every rule is documented, and every documented rule has spoken in some tape ---- */

static char rules_seen[128][48];
static size_t n_rules_seen;

static void rule_seen(const char *rule)
{
    for (size_t i = 0; i < n_rules_seen; i++)
        if (!strcmp(rules_seen[i], rule))
            return;
    assert_true(n_rules_seen < 128);
    str_copy(rules_seen[n_rules_seen++], sizeof rules_seen[0], rule);
}

static void rules_speak(const struct tape *t)
{
    struct standing st;
    director_standing(drive_state(t->drive), drive_judge(t->drive), &st);
    for (size_t i = 0; i < st.n; i++)
        rule_seen(st.all[i].rule);
    for (const struct event *ev = t->events.first; ev; ev = ev->next)
        if (ev->kind == EV_DECISION)
            rule_seen(json_str_or(ev->body, "rule", ""));
}

static void rules_are_documented(void **state)
{
    static const char *const kinds[] = {
        "critical.", "gate.",  "for.",     "pass.",     "warnings.",  "alert.",
        "alerts.",   "kill.",  "action.",  "hold.",     "final.",     "rollback.",
        "window.",   "first.", "confirm.", "timeline.", "preflight.", "issue."};
    char *doc = unit_file("docs/judging.md", NULL), word[64];
    (void)state;
    for (size_t i = 0; i < n_rules_seen; i++) {
        str_fmt(word, sizeof word, "`%s`", rules_seen[i]);
        if (!strstr(doc, word) && strcmp(rules_seen[i], "proceed") != 0)
            fail_msg("docs/judging.md does not tell of %s", word);
    }
    for (const char *p = doc; (p = strchr(p, '`')); p++) {
        size_t n = strcspn(++p, "`");
        bool rule = false, seen = false;
        str_fmt(word, sizeof word, "%.*s", (int)(n < 60 ? n : 60), p);
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            rule = rule || (!strncmp(word, kinds[k], strlen(kinds[k])) && !strchr(word, ' '));
        for (size_t i = 0; i < n_rules_seen; i++)
            seen = seen || !strcmp(word, rules_seen[i]);
        if (rule && !seen)
            fail_msg("no tape lets %s speak", word);
        p += n;
    }
    free(doc);
}

static void run_file(const char *path)
{
    struct tape *t = xzalloc(1, sizeof *t);
    char *text = unit_file(path, NULL), *save = NULL, name[120] = "", vars[2000] = " ";
    int number = 0;
    for (char *p = text, *next; p; p = next) {
        next = strchr(p, '\n');
        if (next)
            *next++ = '\0';
        number++;
        str_fmt(t->where, sizeof t->where, "%s:%d (%s)", path, number, name);
        if (!strncmp(p, "case ", 5)) {
            if (t->drive)
                tape_close(t);
            str_copy(name, sizeof name, p + 5);
            str_copy(vars, sizeof vars, " ");
        } else if (!strncmp(p, "plan ", 5)) {
            str_fmt(vars, sizeof vars, " %s ", p + 5);
        } else if (*p && *p != '#') {
            struct line l;
            if (!t->drive)
                tape_open(t, vars, 0, false);
            split(p, &l);
            if (l.n)
                obey(t, &l);
            rules_speak(t);
        }
    }
    (void)save;
    if (t->drive)
        tape_close(t);
    free(text);
    free(t);
}

static void run_one(void **state)
{
    run_file(*state);
}

int main(void)
{
    static char paths[64][200];
    static struct CMUnitTest tests[64];
    struct dirent **all;
    int n = scandir(DIR_TAPES, &all, NULL, alphasort);
    size_t k = 0;
    for (int i = 0; i < n; i++) {
        const char *dot = strrchr(all[i]->d_name, '.');
        if (dot && !strcmp(dot, ".tape") && k < 63) {
            str_fmt(paths[k], sizeof paths[k], "%s/%s", DIR_TAPES, all[i]->d_name);
            tests[k] = (struct CMUnitTest){paths[k], run_one, NULL, NULL, paths[k]};
            k++;
        }
        free(all[i]);
    }
    free(all);
    tests[k++] =
        (struct CMUnitTest){"rules_are_documented", rules_are_documented, NULL, NULL, NULL};
    return k > 1 ? _cmocka_run_group_tests("director tapes", tests, k, NULL, NULL) : 1;
}
