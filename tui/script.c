/* Script lines -> intents: the same intents as the keys, through the same guard. */
#include "tui/headless.h"

#include <string.h>

#include "base/near.h"
#include "base/text.h"

/* Splits the first word off; returns the rest. */
static const char *word(const char *s, char *out, size_t size)
{
    size_t n = strcspn(s, " \t");
    str_fmt(out, size, "%.*s", (int)(n < size ? n : size - 1), s);
    s += n;
    return s + strspn(s, " \t");
}

static int speak_as(const char *rest, struct speaker *who, struct err *e)
{
    char role[32], name[64];
    rest = word(rest, role, sizeof role);
    word(rest, name, sizeof name);
    if (!*role || !*name)
        return err_set(e, EX_BADUSAGE, "as: a role and a name are needed, e.g. `as ic anna`");
    str_copy(who->role, sizeof who->role, role);
    str_copy(who->actor, sizeof who->actor, name);
    return 1;
}

static int kill_line(const char *rest, struct intent *in, struct err *e)
{
    char which[8];
    rest = word(rest, which, sizeof which);
    if (strcmp(which, "on") != 0 && strcmp(which, "off") != 0)
        return err_set(e, EX_BADUSAGE, "kill: \"%s\" is neither on nor off", which);
    in->kind = strcmp(which, "on") ? INTENT_KILL_OFF : INTENT_KILL_ON;
    str_copy(in->reason, sizeof in->reason, rest);
    return 0;
}

/* `approve [no] SUBJECT [REASON]`, the no before or behind the subject. */
static void approve_line(const char *rest, struct intent *in)
{
    char first[8];
    const char *after = word(rest, first, sizeof first);
    if (!strcmp(first, "no")) {
        in->no = true;
        rest = after;
    }
    rest = word(rest, in->subject, sizeof in->subject);
    after = word(rest, first, sizeof first);
    if (!in->no && (!strcmp(first, "no") || !strcmp(first, "ok") || !strcmp(first, "yes"))) {
        in->no = !strcmp(first, "no");
        rest = after;
    }
    str_copy(in->reason, sizeof in->reason, rest);
}

/* `handover NAME|ROLE[: REASON]`: a name may have several words. */
static void handover_line(const char *rest, struct intent *in)
{
    size_t n = strcspn(rest, ":");
    str_fmt(in->subject, sizeof in->subject, "%.*s", (int)n, rest);
    for (size_t k = strlen(in->subject); k && in->subject[k - 1] == ' ';)
        in->subject[--k] = '\0';
    if (rest[n])
        str_copy(in->reason, sizeof in->reason, rest + n + 1 + strspn(rest + n + 1, " "));
}

/* `sign ID [no] TEXT`, `waive ID REASON`, `preflight [ID]`, `drill ID`. */
static const char *check_line(const char *rest, struct intent *in)
{
    char no[8];
    rest = word(rest, in->subject, sizeof in->subject);
    const char *behind = word(rest, no, sizeof no);
    in->no = in->kind == INTENT_SIGN && !strcmp(no, "no");
    return in->no ? behind : rest;
}

static int unknown_word(const char *verb, struct err *e)
{
    const char *words[INTENTS + 2];
    size_t n = 0;
    for (int k = 0; k < INTENTS; k++)
        words[n++] = intent_row((enum intent_kind)k)->word;
    words[n++] = "kill";
    words[n++] = "as";
    const char *hint = near_find(verb, words, n);
    return err_set(e, EX_BADUSAGE, "unknown command \"%s\"%s%s%s", verb,
                   hint ? " (did you mean "
                        : " (advance, hold, go, rollback, kill, signal, park, …",
                   hint ? hint : "", ")");
}

int script_line(const char *line, struct speaker *who, struct intent *in, struct err *e)
{
    char verb[32], clean[512];
    text_clean_to(clean, sizeof clean, line);
    const char *rest = word(clean + strspn(clean, " \t"), verb, sizeof verb);
    *in = (struct intent){.stage = -1};
    str_copy(in->actor, sizeof in->actor, who->actor);
    str_copy(in->role, sizeof in->role, who->role);
    if (!*verb || *verb == '#')
        return 1;
    if (!strcmp(verb, "as"))
        return speak_as(rest, who, e);
    if (!strcmp(verb, "kill"))
        return kill_line(rest, in, e);
    int kind = intent_of_word(verb);
    if (kind < 0)
        return unknown_word(verb, e);
    in->kind = (enum intent_kind)kind;
    if (in->kind == INTENT_SIGNAL && !strchr(rest, '|')) /* a whole line names its own */
        rest = word(rest, in->metric, sizeof in->metric);
    if (in->kind == INTENT_ROLLBACK && !strncmp(rest, "gradual", 7) && strchr(" \t", rest[7])) {
        in->gradual = true;
        rest += 7 + strspn(rest + 7, " \t");
    }
    if ((in->kind == INTENT_DONE || in->kind == INTENT_NOT_DONE) && rest[0] == 'a' &&
        rest[1] >= '0' && rest[1] <= '9') /* done a12 REASON */
        rest = word(rest, in->metric, sizeof in->metric);
    if (in->kind == INTENT_APPROVE || in->kind == INTENT_HANDOVER) {
        if (in->kind == INTENT_APPROVE)
            approve_line(rest, in);
        else
            handover_line(rest, in);
        return 0;
    }
    if ((in->kind == INTENT_SEND || in->kind == INTENT_DROP) && rest[0] == 'm' && rest[1] >= '0' &&
        rest[1] <= '9') /* send m12 REASON */
        rest = word(rest, in->metric, sizeof in->metric);
    if (in->kind >= INTENT_PREFLIGHT && in->kind <= INTENT_WAIVE)
        rest = check_line(rest, in);
    if ((in->kind == INTENT_ADVANCE || in->kind == INTENT_ROLLBACK) && *rest == '!') {
        in->override = true;
        rest += 1 + strspn(rest + 1, " \t");
    }
    str_copy(in->reason, sizeof in->reason, rest);
    return 0;
}
