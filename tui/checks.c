/* Words about the checks before the start; see checks.h. Decides nothing, the guard does. */
#include "tui/checks.h"

#include <string.h>

#include "action/vars.h"
#include "base/clock.h"
#include "base/dlog.h"
#include "base/text.h"
#include "plan/tmpl.h"

bool checks_intent(enum intent_kind k)
{
    return k >= INTENT_PREFLIGHT && k <= INTENT_WAIVE;
}

static bool in_view(const struct scene *s)
{
    return s->ui && view_of(s->ui)->key == '3';
}

int checks_at(const struct scene *s)
{
    const char *named = s->ui ? s->ui->check_named : "";
    if (*named)
        return preflight_item_of(s->plan, named);
    if (!in_view(s) || s->ui->check < 0 || (size_t)s->ui->check >= s->plan->preflight.n_items)
        return -1;
    return s->ui->check;
}

void checks_fill(const struct scene *s, struct intent *in)
{
    int at = checks_at(s);
    if (!checks_intent(in->kind))
        return;
    if (in->kind == INTENT_SIGN && in_view(s) && !*s->ui->check_named && !checks_sign_here(s))
        at = -1; /* nothing to sign under the cursor: the whole */
    str_copy(in->subject, sizeof in->subject,
             at >= 0                        ? s->plan->preflight.items[at].id
             : s->ui && *s->ui->check_named ? s->ui->check_named
                                            : "all");
}

static bool waits_for_word(const struct scene *s, size_t i)
{
    const struct preflight_item *it = &s->plan->preflight.items[i];
    const struct preflight_item_state *x = &s->state->preflight.items[i];
    return it->kind == PF_CONFIRM || (*it->approve && (x->is == PF_WARNED || x->near));
}

bool checks_sign_here(const struct scene *s)
{
    int at = checks_at(s);
    return at >= 0 && waits_for_word(s, (size_t)at);
}

void checks_counts(const struct scene *s, const char *gap, char *out, size_t size)
{
    struct preflight_tally t;
    preflight_tally(s->state, &t);
    const struct {
        int n;
        const char *word;
    } rows[] = {{t.pass, "pass"},
                {t.warn, "WARN"},
                {t.fail, "FAIL"},
                {t.unknown, "UNKNOWN"},
                {t.wait, "wait"}};
    *out = '\0';
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].n || !i)
            str_fmt(out + strlen(out), size - strlen(out), "%d %s%s", rows[i].n, rows[i].word, gap);
    str_fmt(out + strlen(out), size - strlen(out), "of %d", t.of);
}

static void role_name(const char *role, const char *by, char *out, size_t size)
{
    char upper[32];
    text_upper(upper, sizeof upper, role);
    str_fmt(out, size, "%s%s%s", upper, *upper && *by ? " " : "", by);
}

void checks_by(const struct scene *s, size_t i, char *out, size_t size)
{
    const struct preflight_item *it = &s->plan->preflight.items[i];
    const struct preflight_item_state *x = &s->state->preflight.items[i];
    if (x->waived.at_ms)
        role_name(x->waived.role, x->waived.by, out, size);
    else if (*x->role)
        role_name(x->role, x->by, out, size);
    else if (it->kind == PF_CONFIRM)
        role_name(it->confirm.role, "?", out, size);
    else
        str_copy(out, size, "auto");
}

void checks_detail(const struct scene *s, size_t i, char *out, size_t size)
{
    const struct preflight_item_state *x = &s->state->preflight.items[i];
    char why[160], whom[32];
    enum pf_stand is = preflight_stand(s->state, i, why, whom);
    if (is == PF_WAIVED)
        str_fmt(out, size, "waived: %s", x->waived.why);
    else if (x->running)
        str_copy(out, size, "is under way");
    else if (*x->reference)
        str_copy(out, size, x->reference);
    else if (x->is == PF_WARNED && x->approved.at_ms)
        str_fmt(out, size, "%s; %s agrees", x->actual, x->approved.by);
    else if ((x->is == PF_FAILED || x->is == PF_UNKNOWN) && !x->old)
        str_copy(out, size, *x->why ? x->why : x->actual);
    else if (is >= PF_NOTED || x->is == PF_WARNED)
        str_copy(out, size, *why ? why : *x->why ? x->why : x->actual);
    else
        str_copy(out, size, x->actual);
}

/* ---- boxes ---- */

/* What a person signs, as it will be: real names instead of placeholders. */
static void signed_text(const struct scene *s, const struct preflight_item *it, char *out,
                        size_t size)
{
    struct vars v = {.s = s->state, .j = s->judge, .stage = 0, .actor = s->actor, .reason = ""};
    struct tmpl_vars vars = vars_of(&v);
    struct buf b = BUF_INIT;
    struct err e = ERR_INIT;
    if (tmpl_fill(it->confirm.text, TMPL_PLAIN, &vars, &b, &e) < 0)
        str_fmt(out, size, "cannot be filled: %s\n", e.text);
    else
        secret_mask_to(out, size, buf_str(&b));
    buf_free(&b);
}

static void drill_calls(const struct scene *s, const struct preflight_item *it, char *out,
                        size_t size)
{
    for (size_t i = 0; i < s->plan->n_ks; i++) {
        const struct ks_scope *k = &s->plan->ks[i];
        if (it->kind == PF_DRILL)
            str_fmt(out + strlen(out), size - strlen(out), "%s %s (on), read back\n",
                    k->engage.method, k->engage.url);
        str_fmt(out + strlen(out), size - strlen(out), "%s %s (off), read back\n",
                k->release.method, k->release.url);
    }
}

static void sign_all(const struct scene *s, struct prompt_facts *f)
{
    char text[140];
    checks_counts(s, " ", text, sizeof text);
    str_copy(f->title, sizeof f->title, "SIGN OFF");
    str_fmt(f->what, sizeof f->what, "sign off all checks: %s", text);
}

void checks_facts(const struct scene *s, enum intent_kind k, struct prompt_facts *f)
{
    struct intent in = {.kind = k};
    char text[220];
    if (k == INTENT_NO_GO)
        str_copy(f->what, sizeof f->what, "NO-GO: the run ends before its start, nothing is sent");
    if (!checks_intent(k))
        return;
    checks_fill(s, &in);
    str_copy(f->subject, sizeof f->subject, in.subject);
    int at = preflight_item_of(s->plan, in.subject);
    if (at < 0) {
        if (k == INTENT_SIGN)
            sign_all(s, f);
        return;
    }
    const struct preflight_item *it = &s->plan->preflight.items[at];
    checks_detail(s, (size_t)at, text, sizeof text);
    if (k == INTENT_SIGN && it->kind == PF_CONFIRM) {
        str_fmt(f->what, sizeof f->what, "%s %s%s", it->id, it->title,
                it->confirm.reference ? ": name the document or run that shows it" : "");
        signed_text(s, it, f->how, sizeof f->how);
        f->n_reasons = it->confirm.reference ? 0 : f->n_reasons;
    } else if (k == INTENT_SIGN) {
        str_fmt(f->what, sizeof f->what, "agree to %s %s: %s", it->id, it->title, text);
    } else if (k == INTENT_WAIVE) {
        str_fmt(f->what, sizeof f->what, "start although %s %s has not passed: %s", it->id,
                it->title, text);
    } else if (k == INTENT_DRILL) {
        str_fmt(f->what, sizeof f->what, "%s %s: every write is read back", it->id, it->title);
        drill_calls(s, it, f->how, sizeof f->how);
    }
}
