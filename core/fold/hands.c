/* Bursts, manual steps and ramps while they are under way. */
#include "fold/fold_int.h"

#include <math.h>

static bool of_hands(const struct state *s, const struct event *ev)
{
    const char *id = json_str_or(ev->body, "id", "");
    return *id && !strcmp(s->hands.id, id);
}

static void begin(struct state *s, const struct event *ev, enum hand_is is)
{
    s->hands = (struct hands_state){.is = is, .since_ms = ev->t_ms, .weight = NAN};
    fold_text(s->hands.id, sizeof s->hands.id, ev->body, "id");
    int64_t step = json_int_or(ev->body, "step", 0);
    s->hands.step = step >= 0 && step < 10000 ? (int)step : 0;
}

/* Line breaks of what is to be done by hand are kept, everything else that controls is not. */
static void keep_lines(char *dst, size_t size, const char *text)
{
    size_t used = 0;
    dst[0] = '\0';
    while (*text && used + 2 < size) {
        char line[1200], clean[1200];
        size_t n = strcspn(text, "\n");
        str_fmt(line, sizeof line, "%.*s", (int)(n < sizeof line ? n : sizeof line - 1), text);
        fold_clean(clean, sizeof clean, line);
        str_fmt(dst + used, size - used, "%s%s", clean, text[n] ? "\n" : "");
        used += strlen(dst + used);
        text += n + (text[n] != '\0');
    }
}

void hands_sent(struct state *s, const struct event *ev)
{
    const cJSON *ramp = json_obj(ev->body, "ramp");
    if (json_bool_or(ev->body, "verify", false))
        return;
    if (event_is(ev, "hand", "manual")) {
        begin(s, ev, HAND_MANUAL);
        fold_text(s->hands.role, sizeof s->hands.role, ev->body, "of_role");
        keep_lines(s->hands.text, sizeof s->hands.text, json_str_or(ev->body, "text", ""));
    } else if (event_is(ev, "hand", "burst")) {
        begin(s, ev, HAND_BURST);
    } else if (ramp) {
        begin(s, ev, HAND_RAMP);
        s->hands.level = (int)fold_ms(ramp, "level", 0);
        s->hands.of = (int)fold_ms(ramp, "of", 0);
        json_num(ramp, "weight", &s->hands.weight);
    } else if (of_hands(s, ev)) {
        s->hands = (struct hands_state){.is = HAND_NONE};
    }
}

/* A ramp's step that is over is followed by the next; it stays what it is until the whole ends. */
void hands_observed(struct state *s, const struct event *ev)
{
    const cJSON *burst = json_obj(ev->body, "burst");
    bool done = json_bool_or(ev->body, "done", false), outcome = json_str(ev->body, "outcome");
    if (!of_hands(s, ev))
        return;
    if (burst) {
        s->hands.level =
            (int)(fold_ms(burst, "first", 1) - 1) + cJSON_GetArraySize(json_arr(burst, "rows"));
        s->hands.of = (int)fold_ms(burst, "of", s->hands.of);
    } else if (done || (outcome && s->hands.is != HAND_RAMP)) {
        s->hands = (struct hands_state){.is = HAND_NONE};
    }
}

/* `done` and `failed`: the words count once, for the step they were said of. */
bool hands_said(struct state *s, const struct event *ev)
{
    if (s->hands.is != HAND_MANUAL || s->hands.said || !event_is(ev, "target", s->hands.id))
        return false;
    s->hands.said = true;
    return true;
}
