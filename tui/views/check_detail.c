/* One check in full, and what keeps the start shut: whose signature is missing, what failed. */
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "fold/people.h"
#include "tui/pen.h"
#include "tui/reading.h"
#include "tui/views/checks.h"

/* A label and a text over as many rows as it needs; rows used. */
static int field(struct canvas *c, struct rect r, int y, const char *label, enum role role,
                 const char *text)
{
    int used = 0, cells = r.w - 12;
    while (*text && y + used < r.y + r.h && used < 6) {
        size_t n = text_fit(text, cells), cut = n;
        char line[400];
        while (text[n] && cut > n / 2 && text[cut] != ' ')
            cut--;
        n = text[n] && cut > n / 2 ? cut : n;
        str_fmt(line, sizeof line, "%.*s", (int)n, text);
        canvas_text(c, r.x, y + used, 11, ROLE_DIM, used ? "" : label);
        canvas_text(c, r.x + 11, y + used++, cells, role, line);
        text += n;
        text += strspn(text, " ");
    }
    return used;
}

static int word_field(struct canvas *c, struct rect r, int y, const char *label,
                      const struct pf_word *w)
{
    char at[16], text[300];
    if (!w->at_ms)
        return 0;
    time_clock(w->at_ms, at, sizeof at);
    str_fmt(text, sizeof text, "%s (%s) %s%s%s", w->by, w->role, at, *w->why ? ": " : "", w->why);
    return field(c, r, y, label, ROLE_TEXT, text);
}

static void level_words(const struct preflight_item *it, char *out, size_t size)
{
    char within[16];
    dur_print(it->within_ms, within, sizeof within);
    str_fmt(out, size, "%s%s%s%s%s%s%s%s%s", preflight_level_word(it->level),
            it->never ? ", nobody overrides it" : "", it->final ? ", asked again at the start" : "",
            *it->after ? ", after " : "", it->after, *it->approve ? ", a WARNING needs " : "",
            it->approve, it->within_ms ? ", in less than " : "", it->within_ms ? within : "");
}

int check_full(struct canvas *c, struct rect r, const struct scene *s)
{
    int at = s->ui ? s->ui->check : 0, y = r.y;
    const char *sign;
    char text[300], title[200];
    if (at < 0 || (size_t)at >= s->plan->preflight.n_items || r.h < 2)
        return 0;
    const struct preflight_item *it = &s->plan->preflight.items[at];
    const struct preflight_item_state *x = &s->state->preflight.items[at];
    enum role role = check_role(s, (size_t)at, &sign);
    str_fmt(title, sizeof title, "%s %s", it->id, it->title);
    pen_rule(c, r.x, y++, r.w, title, check_word(s, (size_t)at));
    struct rect in = {r.x + 1, r.y, r.w - 2, r.h};
    level_words(it, text, sizeof text);
    str_fmt(title, sizeof title, "%s, %s", preflight_kind_word(it->kind), text);
    y += field(c, in, y, "kind", ROLE_TEXT, title);
    y += field(c, in, y, "expected", ROLE_TEXT, x->expected);
    y += field(c, in, y, "found", ROLE_TEXT, x->actual);
    checks_detail(s, (size_t)at, text, sizeof text);
    if (strcmp(text, x->actual) != 0)
        y += field(c, in, y, "so", role == ROLE_DIM ? ROLE_TEXT : role, text);
    y += field(c, in, y, "call", ROLE_TEXT, x->call);
    if (it->kind == PF_CONFIRM)
        y += field(c, in, y, "text", ROLE_TEXT, it->confirm.text);
    y += field(c, in, y, "reference", ROLE_TEXT, x->reference);
    if (x->at_ms) {
        char at_clock[16], by[100];
        time_clock(x->at_ms, at_clock, sizeof at_clock);
        checks_by(s, (size_t)at, by, sizeof by);
        str_fmt(text, sizeof text, "%s by %s", at_clock, by);
        if (x->ms >= 0)
            str_fmt(text + strlen(text), sizeof text - strlen(text), ", answered in %lld ms",
                    (long long)x->ms);
        y += field(c, in, y, "when", ROLE_TEXT, text);
    }
    y += word_field(c, in, y, "waived", &x->waived);
    y += word_field(c, in, y, "agreed", &x->approved);
    y += word_field(c, in, y, "refused", &x->refused);
    return y - r.y;
}

/* ---- what keeps the start shut ---- */

struct block {
    struct canvas *c;
    struct rect r; /* of its rows, below the rule */
    int y;
};

static bool waits_for_signature(const struct scene *s, size_t i)
{
    const struct preflight_item_state *x = &s->state->preflight.items[i];
    bool waits = x->is == PF_WAITS || x->old;
    return s->plan->preflight.items[i].kind == PF_CONFIRM && waits && !x->running;
}

/* A check that failed, is not known or waits by itself: its name, then its words. */
static void block_item(struct block *b, const struct scene *s, size_t i)
{
    const struct preflight_item *it = &s->plan->preflight.items[i];
    char text[240];
    const char *sign;
    enum role role = check_role(s, i, &sign);
    if (b->y >= b->r.y + b->r.h)
        return;
    str_fmt(text, sizeof text, "%s %s %s", sign, it->id, it->title);
    pen_fit(b->c, b->r.x, b->y++, b->r.w, role == ROLE_DIM ? ROLE_TEXT : role, text);
    checks_detail(s, i, text, sizeof text);
    b->y += field(b->c, (struct rect){b->r.x - 9, b->r.y, b->r.w + 9, b->r.h}, b->y, "", ROLE_TEXT,
                  text);
}

/* "SRE must sign TC-02, TC-03": one role's list over as many rows as it needs. */
static void block_role(struct block *b, const struct scene *s, size_t first, const char *whom)
{
    char text[600] = "", one[32], who[100], label[140];
    int n = 0;
    for (size_t i = first; i < s->plan->preflight.n_items; i++) {
        if (!waits_for_signature(s, i))
            continue;
        if (preflight_stand(s->state, i, NULL, one) < PF_SHUT || strcmp(one, whom) != 0)
            continue;
        str_fmt(text + strlen(text), sizeof text - strlen(text), "%s%s", n++ ? ", " : "",
                s->plan->preflight.items[i].id);
    }
    if (b->y >= b->r.y + b->r.h)
        return;
    people_words(s->state, s->plan->preflight.items[first].confirm.role, who, sizeof who);
    str_fmt(label, sizeof label, ". %s must sign %d", *who ? who : whom, n);
    pen_fit(b->c, b->r.x, b->y++, b->r.w, ROLE_WARN, label);
    b->y += field(b->c, (struct rect){b->r.x - 9, b->r.y, b->r.w + 9, b->r.h}, b->y, "", ROLE_TEXT,
                  text);
}

static bool first_of_role(const struct scene *s, size_t at, const char *whom)
{
    char one[32];
    for (size_t i = 0; i < at; i++)
        if (waits_for_signature(s, i) && preflight_stand(s->state, i, NULL, one) >= PF_SHUT &&
            !strcmp(one, whom))
            return false;
    return true;
}

int checks_blocking(struct canvas *c, struct rect r, const struct scene *s)
{
    struct block b = {c, {r.x + 1, r.y + 1, r.w - 2, r.h - 1}, r.y + 1};
    struct preflight_tally t;
    size_t n = s->plan->preflight.n_items;
    char note[40], whom[32];
    preflight_tally(s->state, &t);
    if (!t.shut)
        return 0;
    str_fmt(note, sizeof note, "%d of %d", t.shut, t.of);
    pen_rule(c, r.x, r.y, r.w, "WHAT BLOCKS", note);
    for (int u = 0; u < 4; u++)
        for (size_t i = 0; i < n; i++)
            if (check_urgency(s, i) == u && !waits_for_signature(s, i) &&
                preflight_stand(s->state, i, NULL, NULL) >= PF_SHUT)
                block_item(&b, s, i);
    for (size_t i = 0; i < n; i++)
        if (waits_for_signature(s, i) && preflight_stand(s->state, i, NULL, whom) >= PF_SHUT &&
            first_of_role(s, i, whom))
            block_role(&b, s, i, whom);
    return b.y - r.y;
}
