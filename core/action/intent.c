/* The table of intents, and intents as events. Whether one is allowed is guard.c's. */
#include "action/intent.h"

#include <stdlib.h>
#include <string.h>

#include "base/dlog.h"
#include "base/json.h"
#include "base/num.h"
#include "base/when.h"
#include "director/want.h"

static const struct intent_row rows[INTENTS] = {
#define X(id, word, key, roles, box, production, blind, doc)                                       \
    [id] = {word, key, roles, box, production, blind, doc},
#include "action/intents.def"
#undef X
};

const struct intent_row *intent_row(enum intent_kind k)
{
    return &rows[k];
}

int intent_of_word(const char *word)
{
    for (int k = 0; k < INTENTS; k++)
        if (!strcmp(rows[k].word, word))
            return k;
    return -1;
}

void intent_complete(const struct state *s, const struct judge *j, struct event *ev)
{
    int kind = intent_of_word(json_str_or(ev->body, "do", ""));
    struct buf lines = BUF_INIT;
    struct err e = ERR_INIT;
    if (kind < 0 || json_arr(ev->body, "calls"))
        return;
    cJSON *calls = json_add_arr(ev->body, "calls");
    const char *reason = json_str_or(ev->body, "reason", "");
    bool gradual = kind == INTENT_ROLLBACK && json_bool_or(ev->body, "gradual", false);
    int64_t item =
        json_bool_or(ev->body, "by_hand", false) ? -1 : json_int_or(ev->body, "item_index", -1);
    bool is_item = kind == INTENT_ITEM && item >= 0 && item < (int64_t)s->plan->n_timeline;
    if ((gradual   ? intent_gradual_lines(s, j, ev->actor, reason, &lines, &e)
         : is_item ? item_lines(s, j, (size_t)item, ev->actor, reason, &lines, &e)
                   : intent_lines(s, j, (enum intent_kind)kind, ev->actor, reason, &lines, &e)) < 0)
        buf_addf(&lines, "blocked: %s\n", e.text);
    const char *p = buf_str(&lines);
    for (const char *nl; (nl = strchr(p, '\n')); p = nl + 1) {
        char *line = xstrndup(p, (size_t)(nl - p));
        cJSON_AddItemToArray(calls, cJSON_CreateString(line));
        free(line);
    }
    buf_free(&lines);
}

const char *resolve_outcome(const char *text)
{
    static const struct {
        const char *word, *outcome;
    } words[] = {{"not done", "failed"},
                 {"failed", "failed"},
                 {"done", "verified"},
                 {"verified", "verified"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].word);
        if (!strncmp(text, words[i].word, n) && (!text[n] || strchr(" :,.", text[n])))
            return words[i].outcome;
    }
    return NULL;
}

/* Which action a `resolve` speaks of, and what it says became of it. */
static void add_outcome(cJSON *body, const struct state *s, const char *reason)
{
    json_add_str(body, "target", s->act.id);
    json_add_str(body, "outcome", resolve_outcome(reason));
}

/* "WORD rest": returns where the rest begins. */
static const char *first_word(const char *text, char *word, size_t size)
{
    size_t n = strcspn(text, " \t:");
    str_fmt(word, size, "%.*s", (int)(n < size ? n : size - 1), text);
    return text + n + strspn(text + n, " \t:");
}

/* Does the text begin with the mark and one of `ends`, or nothing more? Then it goes on behind. */
static bool take_mark(const char **text, const char *mark, const char *ends)
{
    size_t n = strlen(mark);
    if (strncmp(*text, mark, n) != 0 || !strchr(ends, (*text)[n]))
        return false;
    *text += n + strspn(*text + n, ends);
    return true;
}

const char *confirm_split(const char *text, char *item, size_t size, bool *ok)
{
    text = first_word(text, item, size);
    *ok = !take_mark(&text, "no", " \t:,.");
    return text;
}

const char *issue_split(const char *text, char *metric, size_t size, bool *gone)
{
    text = first_word(text, metric, size);
    *gone = take_mark(&text, "gone", " \t:,.");
    return text;
}

static void add_confirm(cJSON *body, const char *reason)
{
    char item[40];
    bool ok;
    const char *note = confirm_split(reason, item, sizeof item, &ok);
    json_add_str(body, "item", item);
    json_add_bool(body, "ok", ok);
    json_add_str(body, "note", note);
}

static void add_issue(cJSON *body, const char *reason)
{
    char metric[40];
    bool gone;
    const char *note = issue_split(reason, metric, sizeof metric, &gone);
    json_add_str(body, "metric", metric);
    json_add_bool(body, "gone", gone);
    json_add_str(body, "note", note);
}

/* Break-glass: whose word was not there. */
static void add_missing(cJSON *body, const struct state *s, int64_t now_ms)
{
    char subject[SUBJECT_SIZE], whom[240];
    struct asked a;
    people_subject(s, "rollback", subject, sizeof subject);
    people_asked(s, subject, now_ms, &a);
    people_missing(s, &a, NULL, whom, sizeof whom);
    json_add_str(body, "without", whom);
}

int item_split(const struct plan *p, const char *text, bool *by_hand, const char **note)
{
    size_t n = strcspn(text, " \t"), item = 0;
    while (item < p->n_timeline &&
           (strlen(p->timeline[item].at) != n || strncmp(p->timeline[item].at, text, n) != 0))
        item++;
    text += n + strspn(text + n, " \t");
    *by_hand = take_mark(&text, "done", " \t:,");
    *note = text;
    return item < p->n_timeline ? (int)item : -1;
}

static void add_item(cJSON *body, const struct plan *p, const char *reason)
{
    bool by_hand;
    const char *note;
    int i = item_split(p, reason, &by_hand, &note);
    if (i < 0)
        return;
    item_complete(p, (size_t)i, body);
    json_add_bool(body, "by_hand", by_hand);
    json_add_str(body, "note", note);
}

int start_at_parse(const char *text, int64_t now_ms, int64_t *start_ms)
{
    char word[40];
    str_fmt(word, sizeof word, "%.*s", (int)strcspn(text, " \t"), text);
    if (*word == '+' && dur_parse(word + 1, start_ms) == 0) {
        *start_ms += now_ms;
        return 0;
    }
    return when_parse(word, start_ms);
}

static void add_start(cJSON *body, const char *reason, int64_t now_ms)
{
    int64_t ms;
    if (start_at_parse(reason, now_ms, &ms) == 0)
        json_add_int(body, "start_ms", ms);
}

static void add_check(cJSON *body, const struct intent *in)
{
    char what[100];
    str_fmt(what, sizeof what, "%s %s", rows[in->kind].word, *in->subject ? in->subject : "all");
    json_add_str(body, "item", in->subject);
    cJSON_ReplaceItemInObjectCaseSensitive(body, "what", cJSON_CreateString(what));
}

struct event *intent_event(const struct state *s, const struct judge *j, const struct intent *in,
                           int64_t now_ms)
{
    char reason[sizeof in->reason];
    if (intent_is_word(in->kind))
        return intent_word_event(s, j, in, now_ms);
    secret_mask_to(reason, sizeof reason, in->reason);
    struct want want = {.word = rows[in->kind].word,
                        .actor = in->actor,
                        .role = people_role(s, in->actor, in->role),
                        .reason = reason,
                        .override = in->override,
                        .gradual = in->gradual,
                        .tag = (char)('A' + (int)in->kind)};
    struct event *ev = director_want(s, j, &want, now_ms);
    bool by_hand = in->kind == INTENT_DONE || in->kind == INTENT_NOT_DONE;
    if (in->kind == INTENT_RESOLVE)
        add_outcome(ev->body, s, in->reason);
    if (in->kind == INTENT_CONFIRM)
        add_confirm(ev->body, reason);
    if (in->kind == INTENT_ISSUE)
        add_issue(ev->body, reason);
    if (in->kind == INTENT_ITEM)
        add_item(ev->body, s->plan, reason);
    if (in->kind == INTENT_START_AT)
        add_start(ev->body, reason, now_ms);
    bool message = in->kind == INTENT_SEND || in->kind == INTENT_DROP;
    if (by_hand || message)
        json_add_str(ev->body, "target", by_hand ? s->hands.id : in->metric);
    else if (*in->metric)
        json_add_str(ev->body, "metric", in->metric);
    if (in->kind == INTENT_ROLLBACK && in->override)
        add_missing(ev->body, s, now_ms);
    if (in->kind == INTENT_PREFLIGHT || in->kind == INTENT_DRILL)
        add_check(ev->body, in);
    if (*in->seen)
        json_add_str(ev->body, "seen", in->seen);
    intent_complete(s, j, ev);
    return ev;
}
