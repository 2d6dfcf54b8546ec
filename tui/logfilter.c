/* What a filter's words ask for, and whether a line has it. */
#include "tui/logfilter.h"

#include <string.h>

#include "base/buf.h"

static void take(struct log_filter *f, const char *word)
{
    struct {
        const char *key;
        char *out;
        size_t size;
    } keys[] = {{"kind:", f->kind, sizeof f->kind},
                {"who:", f->who, sizeof f->who},
                {"stage:", f->stage, sizeof f->stage},
                {"level:", f->level, sizeof f->level}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strncasecmp(word, keys[i].key, strlen(keys[i].key))) {
            str_copy(keys[i].out, keys[i].size, word + strlen(keys[i].key));
            return;
        }
    if (f->n_words < 4)
        str_copy(f->words[f->n_words++], sizeof f->words[0], word);
}

void log_filter_read(struct log_filter *f, const struct plan *plan, const char *text)
{
    memset(f, 0, sizeof *f);
    f->plan = plan;
    while (text && *text) {
        char word[64];
        text += strspn(text, " ");
        size_t n = strcspn(text, " ");
        str_fmt(word, sizeof word, "%.*s", (int)n, text);
        if (*word)
            take(f, word);
        text += n;
    }
}

static bool kind_fits(const char *want, const struct log_line *l)
{
    if (!strncasecmp(event_word(l->kind), want, strlen(want)))
        return true;
    return !strcasecmp(want, "incident") && strcasestr(l->text, "incident");
}

/* `stage:2` is the second one, else a part of its name. */
static bool stage_fits(const struct log_filter *f, const struct log_line *l)
{
    size_t n = strspn(f->stage, "0123456789"), i = 0;
    for (size_t k = 0; k < n && i < 1000; k++)
        i = 10 * i + (size_t)(f->stage[k] - '0');
    if (n && !f->stage[n] && i >= 1 && i <= f->plan->n_stages) {
        char name[sizeof l->stage];
        str_copy(name, sizeof name, f->plan->stages[i - 1].name);
        return !strcmp(l->stage, name);
    }
    return strcasestr(l->stage, f->stage) != NULL;
}

bool log_filter_takes(const struct log_filter *f, const struct log_line *l)
{
    if ((*f->kind && !kind_fits(f->kind, l)) || (*f->stage && !stage_fits(f, l)))
        return false;
    if (*f->who && !strcasestr(l->actor, f->who))
        return false;
    for (int i = LINE_INFO; *f->level && i <= LINE_ERROR; i++)
        if (!strncasecmp(level_word((enum level_of_line)i), f->level, strlen(f->level)) &&
            (int)l->level < i)
            return false;
    for (int i = 0; i < f->n_words; i++)
        if (!strcasestr(l->text, f->words[i]))
            return false;
    return true;
}
