/* Rows of `artifacts`, and what its keys mean together. */
#include <string.h>

#include "base/num.h"
#include "plan/check.h"
#include "plan/read.h"

#define N(a)        (sizeof(a) / sizeof *(a))
#define AT(f)       .at = offsetof(struct artifact, f)
#define WORDS(list) .words = list, .n_words = N(list)

static const char *const words_content[ARTIFACT_CONTENTS] = {
    "snapshot",        "lb_diff",  "timeline",      "stage_summary", "warroom_log",
    "baseline",        "after",    "killswitch",    "metrics_csv",   "decision",
    "rollback_record", "captured", "action_output", "text"};

static const char *const words_when[ARTIFACT_WHENS] = {
    [ART_START] = "start",
    [ART_STAGE_START] = "stage_start",
    [ART_STAGE_END] = "stage_end",
    [ART_WEIGHT] = "weight_change",
    [ART_BASELINE] = "baseline",
    [ART_AFTER] = "after",
    [ART_CHECKPOINT] = "checkpoint",
    [ART_FREEZE_START] = "freeze_start",
    [ART_FREEZE_END] = "freeze_end",
    [ART_ROLLBACK] = "rollback",
    [ART_PASS] = "pass",
    [ART_FAIL] = "fail",
    [ART_END] = "end",
};

#define WHEN                                                                                       \
    "T+15m | every 60s | start | stage_start | stage_end | weight_change | baseline | after | "    \
    "checkpoint | freeze_start | freeze_end | action NAME | rollback | pass | fail | end"
#define NAME                                                                                       \
    "a relative path of A-Z a-z 0-9 . _ - / with <timestamp> <date> <n> <weight> <version> <run>"

bool artifact_repeats(const struct artifact *a)
{
    return a->when == ART_EVERY || a->when == ART_STAGE_START || a->when == ART_STAGE_END ||
           a->when == ART_WEIGHT || a->when == ART_CHECKPOINT;
}

/* One `<word>` at p; its bytes, or 0. */
static size_t mark_at(const char *p)
{
    static const char *const marks[] = {"<timestamp>", "<date>",    "<n>",
                                        "<weight>",    "<version>", "<run>"};
    for (size_t i = 0; i < N(marks); i++)
        if (!strncmp(p, marks[i], strlen(marks[i])))
            return strlen(marks[i]);
    return 0;
}

bool fits_artifact(const char *s)
{
    static const char chars[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
    if (!*s || *s == '/' || *s == '.' || strlen(s) > 60 || strstr(s, "//") || strstr(s, "/.") ||
        s[strlen(s) - 1] == '/')
        return false;
    for (const char *p = s; *p;) {
        size_t n = *p == '<' ? mark_at(p) : 1;
        if (!n || (n == 1 && !strchr(chars, *p)))
            return false;
        p += n;
    }
    return true;
}

/* Reads `when`; an action's name is looked up later. False: not of the language. */
static bool parse_when(const char *s, struct artifact *a)
{
    if (!strncmp(s, "T+", 2)) {
        a->when = ART_AT;
        return dur_parse(s + 2, &a->ms) == 0;
    }
    if (!strncmp(s, "every ", 6)) {
        a->when = ART_EVERY;
        return dur_parse(s + 6, &a->ms) == 0 && a->ms >= 1000;
    }
    if (!strncmp(s, "action ", 7)) {
        a->when = ART_ACTION;
        return s[7] && !strchr(s + 7, ' ');
    }
    for (size_t i = 0; i < N(words_when); i++)
        if (words_when[i] && !strcmp(words_when[i], s)) {
            a->when = (enum artifact_when)i;
            return true;
        }
    return false;
}

bool fits_when(const char *s)
{
    struct artifact a = {0};
    return parse_when(s, &a);
}

static const struct key_row artifact_rows[] = {
    {"name", KEY_WORD, KEY_REQUIRED, AT(name), .fits = fits_artifact, .allowed = NAME,
     .doc = "the file's name in the evidence folder"},
    {"when", KEY_WORD, KEY_REQUIRED, AT(when_text), .fits = fits_when, .allowed = WHEN,
     .doc = "the moment it is written"},
    {"content", KEY_ENUM, KEY_REQUIRED, AT(content), WORDS(words_content),
     .doc = "what stands in it"},
    {"text", KEY_TEXT, KEY_TEMPLATE, AT(text), .doc = "of content text: its text"},
    {"required", KEY_BOOL, 0, AT(required), .fallback = "true", .doc = "counts for completeness"},
    {"names", KEY_PAIRS, 0, AT(names), .count_at = offsetof(struct artifact, n_names),
     .doc = "of content rollback_record: its own names of metrics, NAME: METRIC"},
    {"signed", KEY_WORD, 0, AT(signature), .fits = fits_id, .allowed = "a subject of `approvals`",
     .doc = "the roles of that subject sign it; without them it is not complete"},
};
static const struct key_map artifact = {"artifact", artifact_rows, N(artifact_rows),
                                        sizeof(struct artifact), NULL};

static const struct key_row artifacts_rows[] = {
    {"count", KEY_INT, 0, .at = offsetof(struct artifacts, count), .lo = 0, .hi = 100000,
     .fallback = "0", .doc = "at least so many files in all"},
    {"files", KEY_MAPS, KEY_REQUIRED, .at = offsetof(struct artifacts, files),
     .count_at = offsetof(struct artifacts, n_files), .map = &artifact, .lo = 1, .hi = 200,
     .doc = "the files"},
};
const struct key_map schema_artifacts = {"artifacts", artifacts_rows, N(artifacts_rows),
                                         sizeof(struct artifacts), check_artifacts};

/* ---- what they mean ---- */

static void find_action(struct load *l, const struct node *n, void *obj)
{
    struct artifact *a = obj;
    a->action = plan_action(l->plan, a->when_text + 7);
    if (a->action < 0)
        say_at(l, &a->when_text, false, n, "there is no action \"%.60s\"", a->when_text + 7);
}

static void find_metrics(struct load *l, const struct node *n, void *obj)
{
    struct artifact *a = obj;
    for (size_t i = 0; i < a->n_names; i++)
        if (plan_metric(l->plan, a->names[i].value) < 0)
            say_at(l, &a->names, false, n, "there is no metric \"%.60s\"", a->names[i].value);
    if (a->n_names && a->content != ART_ROLLBACK_RECORD)
        say_at(l, &a->names, false, n, "only content rollback_record has `names`");
}

static void find_signature(struct load *l, const struct node *n, void *obj)
{
    static const char *const taken[] = {"start", "advance", "rollback", "resume_after_pause"};
    struct artifact *a = obj;
    bool own = true;
    for (size_t i = 0; i < N(taken); i++)
        own = own && strcmp(taken[i], a->signature) != 0;
    if (*a->signature && (!own || !plan_approvals(l->plan, a->signature)->n))
        say_at(l, &a->signature, false, n,
               "\"%.40s\" is no subject of the plan's own in `approvals`", a->signature);
}

static bool told_apart(const char *name)
{
    return strstr(name, "<timestamp>") || strstr(name, "<n>") || strstr(name, "<weight>");
}

static void check_file(struct load *l, const struct node *n, struct artifact *a)
{
    a->action = -1;
    if (!parse_when(a->when_text, a))
        return;
    if (a->when == ART_ACTION)
        defer(l, find_action, n, a, false);
    defer(l, find_metrics, n, a, false);
    defer(l, find_signature, n, a, true);
    if (artifact_repeats(a) && !told_apart(a->name) && a->content != ART_WARROOM_LOG &&
        a->content != ART_TIMELINE)
        say_at(l, &a->name, false, n,
               "is written more than once (%s) under one name; put <n>, <weight> or <timestamp> "
               "into it",
               a->when_text);
    if ((a->content == ART_TEXT) != (*a->text != '\0'))
        say_at(l, &a->content, false, n, "content text has a `text`, and no other has");
    if (a->content == ART_ACTION_OUTPUT && a->when != ART_ACTION)
        say_at(l, &a->content, false, n, "action_output is written `when: action NAME`");
    if (a->content == ART_STAGE_SUMMARY && a->when != ART_STAGE_END)
        say_at(l, &a->content, false, n, "stage_summary is written `when: stage_end`");
    if (a->content == ART_LB_DIFF && a->when != ART_WEIGHT)
        say_at(l, &a->content, false, n, "lb_diff is written `when: weight_change`");
}

void check_artifacts(struct load *l, const struct node *n, void *obj)
{
    struct artifacts *all = obj;
    for (size_t i = 0; i < all->n_files; i++) {
        check_file(l, n, &all->files[i]);
        for (size_t k = 0; k < i; k++)
            if (*all->files[i].name && !strcmp(all->files[i].name, all->files[k].name))
                say_at(l, &all->files[i].name, false, n, "two files are called %.60s",
                       all->files[i].name);
    }
}
