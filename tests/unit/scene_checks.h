/* A run before its start with checks in every state, for the goldens of the checks view. */
#ifndef SCENE_CHECKS_H
#define SCENE_CHECKS_H

#include "scene_cases.h"

#include "plan/preflight_item.h"

#define FIX_CHECKS 11

static inline void fix_check(struct preflight_item *it, struct preflight_item_state *x,
                             const char *id, const char *title, enum preflight_kind kind,
                             enum pf_is is, int64_t age_ms, const char *actual, const char *why)
{
    static char none[] = "";
    *it = (struct preflight_item){.id = (char *)(uintptr_t)id,
                                  .title = (char *)(uintptr_t)title,
                                  .group = none,
                                  .kind = kind,
                                  .approve = none,
                                  .after = none,
                                  .after_item = -1,
                                  .read_path = none,
                                  .prom = none};
    it->confirm.role = it->confirm.text = none;
    it->exact = it->read_column = it->sql.query = it->sql.target.name = none;
    *x = (struct preflight_item_state){.is = is, .at_ms = age_ms < 0 ? 0 : FIX_NOW - age_ms};
    x->ms = kind == PF_CONFIRM || age_ms < 0 ? -1 : 182;
    str_copy(x->by, sizeof x->by, "warroom");
    str_copy(x->actual, sizeof x->actual, actual);
    str_copy(x->why, sizeof x->why, why);
}

static inline void fix_signed(struct preflight_item *it, struct preflight_item_state *x,
                              const char *role, const char *by, const char *reference)
{
    it->confirm.role = (char *)(uintptr_t)role;
    if (!by)
        return;
    str_copy(x->by, sizeof x->by, by);
    str_copy(x->role, sizeof x->role, role);
    str_copy(x->reference, sizeof x->reference, reference);
}

static inline void fix_signoff(struct pf_word *w, const char *role, const char *by, int64_t age_ms)
{
    *w = (struct pf_word){.at_ms = FIX_NOW - age_ms};
    str_copy(w->role, sizeof w->role, role);
    str_copy(w->by, sizeof w->by, by);
}

static inline void case_checks(struct fix *f)
{
    static struct preflight_item it[FIX_CHECKS];
    static struct preflight_item_state x[FIX_CHECKS];
    static char ic[] = "ic", dba[] = "dba", sre[] = "sre";
    static char *signoff[] = {ic, dba, sre};
    static char drop[] = "ALTER TABLE orders DROP INDEX idx_x;";
    static struct preflight_risk risks[] = {
        {(char *)(uintptr_t) "response errors", (char *)(uintptr_t) "medium",
         (char *)(uintptr_t) "low", (char *)(uintptr_t) "rollback at 0.1 %"},
        {(char *)(uintptr_t) "cascade failure", (char *)(uintptr_t) "high",
         (char *)(uintptr_t) "very low", (char *)(uintptr_t) "circuit breakers"}};
    case_before_start(f);
    fix_check(&it[0], &x[0], "TC-02", "kill before start", PF_CONFIRM, PF_PASSED, 360000,
              "signed by boon", "");
    fix_signed(&it[0], &x[0], "sre", "boon", "run 2026-02-01 #41");
    fix_check(&it[1], &x[1], "TC-03", "kill after ADD INDEX", PF_CONFIRM, PF_WAITS, -1, "", "");
    fix_signed(&it[1], &x[1], "sre", NULL, "");
    fix_check(&it[2], &x[2], "TC-01", "worker claim conflict", PF_EXEC, PF_FAILED, 95000,
              "exit status 1", "exit status 1: lease was taken twice");
    it[2].level = PF_CONDITIONAL;
    x[2].waived = (struct pf_word){.at_ms = FIX_NOW - 60000};
    str_copy(x[2].waived.by, sizeof x[2].waived.by, "anna");
    str_copy(x[2].waived.role, sizeof x[2].waived.role, "ic");
    str_copy(x[2].waived.why, sizeof x[2].waived.why, "mended in the release after this one");
    fix_check(&it[3], &x[3], "KS-1", "kill switch drill", PF_DRILL, PF_PASSED, 41000,
              "2 of 2 scopes, slowest answer 182 ms", "");
    fix_check(&it[4], &x[4], "PF-2", "table size", PF_SQL, PF_WARNED, 9000, "6200000",
              "6.2M is beyond warning > 5000000");
    it[4].never = true;
    it[4].approve = dba;
    str_copy(x[4].expected, sizeof x[4].expected, "warning > 5000000, critical > 10000000");
    fix_check(&it[5], &x[5], "PF-3", "index does not exist", PF_SQL, PF_PASSED, 9000, "0 rows", "");
    fix_check(&it[6], &x[6], "PF-4", "replication lag db-r3", PF_PROM, PF_UNKNOWN, 41000, "",
              "empty answer");
    fix_check(&it[7], &x[7], "RB-1", "rollback statement prepared", PF_CONFIRM, PF_PASSED, 360000,
              "signed by chai", "");
    fix_signed(&it[7], &x[7], "dba", "chai", "seen, names are right");
    it[7].confirm.text = drop;
    fix_check(&it[8], &x[8], "WIN", "off-peak window 22:00-06:00", PF_WINDOW, PF_WAITS, 1000,
              "not now", "opens in 09:40");
    fix_check(&it[9], &x[9], "PF-6", "preflight script", PF_EXEC, PF_FAILED, 12000, "8/9",
              "the score is 8/9, it must be full");
    it[9].final = true;
    str_copy(x[9].call, sizeof x[9].call, "60s-preflight.sh v1.4.0");
    str_copy(x[9].expected, sizeof x[9].expected, "a full score");
    fix_check(&it[10], &x[10], "TC-04", "LOCK=NONE unsupported", PF_EXEC, PF_FAILED, 95000,
              "exit status 2", "exit status 2");
    it[10].level = PF_ADVISORY;
    f->plan.preflight = (struct plan_preflight){.items = it,
                                                .n_items = FIX_CHECKS,
                                                .risks = risks,
                                                .n_risks = 2,
                                                .signoff = signoff,
                                                .n_signoff = 3,
                                                .minimum_ms = 900000};
    f->st.preflight.items = x;
    f->st.preflight.first_ms = FIX_NOW - 650000;
    fix_signoff(&f->st.preflight.signoff[1], "dba", "chai", 380000);
    fix_signoff(&f->st.preflight.signoff[2], "sre", "boon", 260000);
    f->gate.n = 0;
    fix_gate(f, false, "blocker", "4 of 11 not passed: TC-03 SRE must sign", "SRE");
    fix_gate(f, false, "sign-off", "IC must sign", "IC");
    fix_decision(f, DEC_HOLD, "preflight.shut",
                 "preflight: 4 of 11 not passed: TC-03 SRE must sign");
    f->ui.view = view_by_key('3');
    f->ui.check = 9;
}

/* More checks than rows: what failed or is not known is seen first, wherever the plan has it. */
static inline void case_many_checks(struct fix *f)
{
    static struct preflight_item it[28];
    static struct preflight_item_state x[28];
    static char ids[28][8];
    case_checks(f);
    for (size_t i = 0; i < 28; i++) {
        size_t from = i < 17 ? 1 : i - 17;
        it[i] = f->plan.preflight.items[from];
        x[i] = f->st.preflight.items[from];
        str_fmt(ids[i], sizeof ids[i], "C-%02zu", i + 1);
        it[i].id = ids[i];
        if (i < 17 && i % 3 == 2)
            fix_signed(&it[i], &x[i], "dev", NULL, "");
    }
    f->plan.preflight.items = it;
    f->plan.preflight.n_items = 28;
    f->st.preflight.items = x;
    f->ui.check = 26;
}

static inline void case_check_zoom(struct fix *f)
{
    case_checks(f);
    f->ui.check = 4;
    f->ui.zoom = true;
}

#endif
