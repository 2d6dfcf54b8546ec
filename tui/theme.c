/* The theme file's format. Strict: every role once, every column there, errors with their line. */
#include "tui/theme.h"

#include <string.h>

#include "base/near.h"
#include "base/num.h"

static const char *const words[ROLES] = {
#define X(id, word, doc) word,
#include "tui/roles.def"
#undef X
};

static const char *const color_words[16] = {
    "black",        "red",           "green",       "yellow",         "blue",
    "magenta",      "cyan",          "white",       "bright-black",   "bright-red",
    "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
    "bright-white"};

static const struct {
    const char *word;
    uint8_t bit;
} attr_words[] = {{"bold", ATTR_BOLD},
                  {"dim", ATTR_DIM},
                  {"underline", ATTR_UNDERLINE},
                  {"reverse", ATTR_REVERSE}};

const char *role_word(enum role r)
{
    return words[r];
}

struct parser {
    const char *file;
    int line;
    struct theme *out;
    int seen[ROLES + 1]; /* line of each role; the last is `background` */
    struct err *e;
};

static int bad(struct parser *p, const char *what)
{
    return err_set(p->e, EX_BADDATA, "%s:%d: %s", p->file, p->line, what);
}

static int hex_color(const char *s, int32_t *out)
{
    int32_t v = 0;
    if (*s != '#' || strlen(s) != 7)
        return -1;
    for (s++; *s; s++) {
        static const char digits[] = "0123456789abcdef";
        const char *d = strchr(digits, *s >= 'A' && *s <= 'F' ? *s + 32 : *s);
        if (!d)
            return -1;
        v = v * 16 + (int32_t)(d - digits);
    }
    *out = v;
    return 0;
}

static int one_color(const char *s, enum depth depth, int32_t *out)
{
    int64_t n;
    if (!strcmp(s, "-")) {
        *out = COLOR_DEFAULT;
        return 0;
    }
    if (depth == DEPTH_TRUE)
        return hex_color(s, out);
    if (depth == DEPTH_256) {
        if (int_parse(s, 0, 255, &n) < 0)
            return -1;
        *out = (int32_t)n;
        return 0;
    }
    for (int i = 0; i < 16; i++)
        if (!strcmp(s, color_words[i])) {
            *out = i;
            return 0;
        }
    return -1;
}

static int color(struct parser *p, char *s, enum depth depth, struct look *out)
{
    static const char *const allowed[DEPTHS] = {
        "", "black red green yellow blue magenta cyan white, or bright- and one of them",
        "0 to 255", "#rrggbb"};
    char *slash = strchr(s, '/');
    char msg[200];
    if (slash)
        *slash = '\0';
    out->bg = COLOR_DEFAULT;
    if (one_color(s, depth, &out->fg) == 0 &&
        (!slash || one_color(slash + 1, depth, &out->bg) == 0))
        return 0;
    str_fmt(msg, sizeof msg, "colour \"%s%s%s\" is not known; allowed is %s, or FG/BG, or -", s,
            slash ? "/" : "", slash ? slash + 1 : "", allowed[depth]);
    return bad(p, msg);
}

static int attrs(struct parser *p, char *s, uint8_t *out)
{
    char *rest = s, *word;
    *out = 0;
    if (!strcmp(s, "-"))
        return 0;
    while ((word = strsep(&rest, ","))) {
        uint8_t bit = 0;
        char msg[200];
        for (size_t i = 0; i < sizeof attr_words / sizeof *attr_words; i++)
            if (!strcmp(word, attr_words[i].word))
                bit = attr_words[i].bit;
        str_fmt(msg, sizeof msg,
                "attribute \"%s\" is not known; allowed are bold dim underline reverse, with "
                "commas, or - (nothing blinks)",
                word);
        if (!bit)
            return bad(p, msg);
        *out |= bit;
    }
    return 0;
}

/* Index of the role in seen[], or -1. */
static int role_of(struct parser *p, const char *word)
{
    const char *all[ROLES + 1];
    char msg[200];
    memcpy(all, words, sizeof words);
    all[ROLES] = "background";
    for (int i = 0; i <= ROLES; i++)
        if (!strcmp(word, all[i]))
            return i;
    const char *hint = near_find(word, all, ROLES + 1);
    str_fmt(msg, sizeof msg, "role \"%s\" is not known%s%s%s", word, hint ? " (did you mean " : "",
            hint ? hint : "", hint ? ")" : "");
    return bad(p, msg);
}

#define FIELDS 6
static int parse_line(struct parser *p, char *line)
{
    char *field[FIELDS + 1] = {0}, *word;
    char msg[200];
    int n = 0;
    while (n <= FIELDS && (word = strsep(&line, " \t\r")))
        if (*word)
            field[n++] = word;
    if (!n)
        return 0;
    int role = role_of(p, field[0]);
    if (role < 0)
        return -1;
    if (n != FIELDS) {
        str_fmt(msg, sizeof msg, "%s has %s than the 6 columns ROLE TRUECOLOR 256 16 ATTR MONO",
                field[0], n < FIELDS ? "fewer" : "more");
        return bad(p, msg);
    }
    if (p->seen[role]) {
        str_fmt(msg, sizeof msg, "%s stands on line %d already", field[0], p->seen[role]);
        return bad(p, msg);
    }
    p->seen[role] = p->line;
    struct look *look = role == ROLES ? p->out->background : p->out->role[role];
    uint8_t attr;
    if (color(p, field[1], DEPTH_TRUE, &look[DEPTH_TRUE]) < 0 ||
        color(p, field[2], DEPTH_256, &look[DEPTH_256]) < 0 ||
        color(p, field[3], DEPTH_16, &look[DEPTH_16]) < 0 || attrs(p, field[4], &attr) < 0)
        return -1;
    look[DEPTH_TRUE].attr = look[DEPTH_256].attr = look[DEPTH_16].attr = attr;
    look[DEPTH_MONO] = (struct look){COLOR_DEFAULT, COLOR_DEFAULT, 0};
    return attrs(p, field[5], &look[DEPTH_MONO].attr);
}

static int complete(struct parser *p)
{
    char msg[100];
    for (int i = 0; i <= ROLES; i++)
        if (!p->seen[i]) {
            str_fmt(msg, sizeof msg, "role %s is missing", i == ROLES ? "background" : words[i]);
            return bad(p, msg);
        }
    /* `background` names one colour: it is what lies behind every role. */
    for (int d = 0; d < DEPTHS; d++) {
        struct look *b = &p->out->background[d];
        b->bg = b->fg;
        b->attr = 0;
        for (int r = 0; r < ROLES; r++)
            if (p->out->role[r][d].bg == COLOR_DEFAULT)
                p->out->role[r][d].bg = b->bg;
    }
    return 0;
}

int theme_parse(const char *text, size_t n, const char *file, struct theme *out, struct err *e)
{
    struct parser p = {.file = file, .out = out, .e = e};
    memset(out, 0, sizeof *out);
    while (n) {
        const char *end = memchr(text, '\n', n);
        size_t len = end ? (size_t)(end - text) : n, skip = end ? len + 1 : len;
        char line[256];
        p.line++;
        if (len >= sizeof line)
            return bad(&p, "the line is longer than 255 bytes");
        memcpy(line, text, len);
        line[len] = '\0';
        char *comment = line[0] == ';' ? line : strstr(line, " ;");
        if (comment)
            *comment = '\0';
        if (parse_line(&p, line) < 0)
            return -1;
        text += skip;
        n -= skip;
    }
    return complete(&p);
}
