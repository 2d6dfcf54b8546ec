/* Rows of templates, messages and reminders, and what they mean together. */
#include <string.h>

#include "base/near.h"
#include "plan/check.h"
#include "plan/read.h"

#define N(a)        (sizeof(a) / sizeof *(a))
#define AT(s, f)    .at = offsetof(struct s, f)
#define ATN(s, f)   .at = offsetof(struct s, f), .count_at = offsetof(struct s, n_##f)
#define WORDS(list) .words = list, .n_words = N(list)
#define DAY         86400000.0

static const char *const words_on[NOTIFY_ONS] = {
    [ON_START] = "start",
    [ON_STAGE] = "stage",
    [ON_CHECKPOINT] = "checkpoint",
    [ON_WARNING] = "warning",
    [ON_CRITICAL] = "critical",
    [ON_DECISION] = "decision",
    [ON_ESCALATE] = "escalate",
    [ON_ALERT] = "alert",
    [ON_KILL_SWITCH] = "kill_switch",
    [ON_ROLLBACK] = "rollback",
    [ON_ROLLBACK_DONE] = "rollback_done",
    [ON_COMPLETE] = "complete",
    [ON_FREEZE] = "freeze",
    [ON_TIMELINE] = "timeline",
    [ON_REMINDER] = "reminder",
};

const char *notify_on_word(enum notify_on on)
{
    return words_on[on];
}

static const struct key_row http_rows[] = {
    {"url", KEY_URL, KEY_REQUIRED | KEY_TEMPLATE | KEY_MAY_HIDE | KEY_OR_EMPTY, AT(http_call, url),
     .doc = "address; empty from the environment: shown, not sent"},
    {"method", KEY_WORD, KEY_COMPUTED, AT(http_call, method), .fits = fits_method,
     .allowed = "GET | HEAD | POST | PUT | PATCH | DELETE", .fallback = "GET, with a body POST",
     .doc = "HTTP method"},
    {"headers", KEY_HEADERS, KEY_TEMPLATE | KEY_MAY_HIDE, ATN(http_call, headers),
     .doc = "name: value"},
    {"json", KEY_JSON, KEY_TEMPLATE | KEY_MAY_HIDE | KEY_OR_NULL, AT(http_call, body),
     .doc = "body, sent as JSON; {{message}} is the text"},
    {"body", KEY_TEXT, KEY_TEMPLATE | KEY_MAY_HIDE | KEY_OR_NULL, AT(http_call, body),
     .doc = "body, plain text"},
    {"token", KEY_SECRET, KEY_MAY_HIDE, AT(http_call, token), .doc = "bearer token"},
    {"token_file", KEY_SECRET_FILE, 0, AT(http_call, token),
     .doc = "file that holds the bearer token"},
    {"ca_file", KEY_LINE, 0, AT(http_call, ca_file), .doc = "certificates to trust"},
    {"insecure", KEY_BOOL, 0, AT(http_call, insecure), .fallback = "false",
     .doc = "allow a token over plain http, do not verify TLS"},
    {"timeout", KEY_DURATION, 0, AT(http_call, timeout_ms), .lo = 100, .hi = 600000,
     .fallback = "10s", .doc = "of the whole call"},
};
static const struct key_map notify_http = {"notify_http", http_rows, N(http_rows),
                                           sizeof(struct http_call), check_http};

static const struct key_row exec_rows[] = {
    {"argv", KEY_ARGV, KEY_REQUIRED | KEY_TEMPLATE, AT(exec_call, argv),
     .count_at = offsetof(struct exec_call, argc), .doc = "program and arguments; no shell"},
    {"timeout", KEY_DURATION, 0, AT(exec_call, timeout_ms), .lo = 100, .hi = DAY, .fallback = "20s",
     .doc = "then its process group is killed"},
};
static const struct key_map notify_exec = {"notify_exec", exec_rows, N(exec_rows),
                                           sizeof(struct exec_call), NULL};

/* ---- names ---- */

static int text_named(const struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->n_templates; i++)
        if (!strcmp(p->templates[i].key, name))
            return (int)i;
    return -1;
}

static void resolve(struct load *l, const struct node *n, void *obj)
{
    struct notify_row *row = obj;
    const char **words = pool_zalloc(&l->scratch, l->plan->n_templates + 1, sizeof *words);
    int at = text_named(l->plan, row->template);
    for (size_t i = 0; i < l->plan->n_templates; i++)
        words[i] = l->plan->templates[i].key;
    if (at >= 0) {
        row->text = (size_t)at;
        return;
    }
    const char *near = near_find(row->template, words, l->plan->n_templates);
    if (*row->template)
        say_at(l, &row->template, false, n, "there is no template \"%.40s\"%s%s%s", row->template,
               near ? " (did you mean " : "", near ? near : "", near ? ")" : "");
}

static void check_notify(struct load *l, const struct node *n, void *obj)
{
    struct notify_row *row = obj;
    bool http = node_get(n, "http");
    row->exec = node_get(n, "exec");
    if (http == row->exec)
        say(l, n, "%s of http and exec was found; allowed is exactly one",
            http ? "more than one" : "none");
    if (!row->on && !row->every_ms)
        say(l, n, "neither `on` nor `every` says when it is sent; allowed is one of them or both");
    defer(l, resolve, n, obj, false);
}

static const struct key_row notify_rows[] = {
    {"on", KEY_WORDS, 0, AT(notify_row, on), WORDS(words_on), .doc = "what it tells"},
    {"every", KEY_DURATION, 0, AT(notify_row, every_ms), .lo = 1000, .hi = DAY, .fallback = "0",
     .doc = "sent this often from T0 on"},
    {"template", KEY_WORD, KEY_REQUIRED, AT(notify_row, template), .fits = fits_label,
     .allowed = "the name of a template", .doc = "its text"},
    {"to", KEY_LINE, 0, AT(notify_row, to), .doc = "who reads it, for the record"},
    {"preview", KEY_BOOL, 0, AT(notify_row, preview), .fallback = "false",
     .doc = "a person looks at it first and says send or drop"},
    {"http", KEY_MAP, 0, AT(notify_row, http), .map = &notify_http, .doc = "sent by an HTTP call"},
    {"exec", KEY_MAP, 0, AT(notify_row, command), .map = &notify_exec, .doc = "sent by a command"},
};
const struct key_map schema_notify = {"notify", notify_rows, N(notify_rows),
                                      sizeof(struct notify_row), check_notify};

static const struct key_row reminder_rows[] = {
    {"checkpoint", KEY_DURATION, 0, AT(plan, reminders.checkpoint_ms), .lo = 1000, .hi = DAY,
     .fallback = "0", .doc = "so long without a message after T0: one is due"},
    {"warning", KEY_DURATION, 0, AT(plan, reminders.warning_ms), .lo = 1000, .hi = DAY,
     .fallback = "0", .doc = "so long after a warning: its update is due"},
    {"critical", KEY_DURATION, 0, AT(plan, reminders.critical_ms), .lo = 1000, .hi = DAY,
     .fallback = "0", .doc = "so long after CRITICAL a person must have answered"},
};
const struct key_map schema_reminders = {"reminders", reminder_rows, N(reminder_rows), 0, NULL};

/* NAME: text. */
void read_texts(struct load *l, const struct node *n, struct kv **field, size_t *count)
{
    static const struct key_row text = {.type = KEY_TEXT, .flags = KEY_TEMPLATE | KEY_REQUIRED};
    if (n->kind != NODE_MAP) {
        say(l, n, "%s was found; allowed is a mapping of names to texts", node_kind_words(n));
        return;
    }
    read_named(l, &text, n, field, count);
}

/* What only a message knows, and what only a message may not use. */
void check_message_ref(struct load *l, const struct node *n, const char *path)
{
    const char *here = buf_str(&l->path);
    bool text = !strncmp(here, "templates.", 10), row = !strncmp(here, "notify[", 7);
    if (!strcmp(path, "message") && !row)
        say(l, n, "{{message}} is known in `notify` alone");
    else if (!strncmp(path, "event.", 6) && !text && !row)
        say(l, n, "{{%s}} is known in `templates` and `notify` alone", path);
    else if (!strncmp(path, "template.", 9) && text)
        say(l, n, "a template cannot hold another one");
    else if (!strncmp(path, "template.", 9) && text_named(l->plan, path + 9) < 0)
        say(l, n, "there is no template \"%.40s\"", path + 9);
}
