/* What the terminal can do, by curses' terminfo calls (setupterm, tigetstr), and taking it over.
 * Drawing is done by tui/paint.c: one write a frame. A terminal without cursor addressing gets the
 * picture as lines of text. */
#include "tui/screen_int.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

struct screen_state scr;

static void note(struct screen_opts *o, const char *text)
{
    size_t n = strlen(o->note);
    str_fmt(o->note + n, sizeof o->note - n, "%s%s", n ? "; " : "", text);
}

/* ---- what the terminal can do ---- */

/* A capability without its padding ("$<5>"), appended to a fixed array. */
static void add_cap(char *dst, size_t size, const char *name)
{
    char cap[32];
    str_copy(cap, sizeof cap, name);
    const char *s = tigetstr(cap);
    size_t n = strlen(dst);
    if (!s || s == (const char *)-1)
        return;
    for (; *s && n + 1 < size; s++) {
        if (s[0] == '$' && s[1] == '<' && strchr(s, '>'))
            s = strchr(s, '>');
        else
            dst[n++] = *s;
    }
    dst[n] = '\0';
}

static bool has_flag(const char *name)
{
    char cap[16];
    str_copy(cap, sizeof cap, name);
    return tigetflag(cap) == 1;
}

static int number(const char *name)
{
    char cap[16];
    str_copy(cap, sizeof cap, name);
    return tigetnum(cap);
}

static bool starts(const char *s, const char *const *list)
{
    for (; *list; list++)
        if (!strncmp(s, *list, strlen(*list)))
            return true;
    return false;
}

static bool utf8_locale(void)
{
    static const char *const vars[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < 3; i++) {
        const char *v = getenv(vars[i]);
        if (v && *v)
            return strcasestr(v, "utf-8") || strcasestr(v, "utf8");
    }
    return false;
}

/* Terminals of families that all understand what xterm-256color says. */
static bool looks_capable(const char *term)
{
    static const char *const like[] = {
        "xterm", "rxvt", "screen",  "tmux",  "alacritty", "kitty", "foot",  "wezterm", "ghostty",
        "st-",   "vte",  "konsole", "gnome", "contour",   "iterm", "putty", "mintty",  NULL};
    const char *color = getenv("COLORTERM");
    return starts(term, like) || strstr(term, "256color") || (color && *color);
}

/* Finds a terminfo entry for TERM or the nearest thing to it; returns the name used. */
static const char *find_entry(const char *term, struct screen_opts *o)
{
    static const char *const tried[] = {"xterm-256color", "xterm", "ansi", "vt100", "dumb"};
    char msg[120];
    int rc;
    if (*term && setupterm(term, STDOUT_FILENO, &rc) == OK)
        return term;
    for (size_t i = looks_capable(term) ? 0 : 2; i < 5; i++) {
        if (setupterm(tried[i], STDOUT_FILENO, &rc) != OK)
            continue;
        str_fmt(msg, sizeof msg, "TERM=%.40s is not known, shown as %s", term, tried[i]);
        note(o, msg);
        return tried[i];
    }
    note(o, "no terminal description was found, shown as lines");
    return NULL;
}

static enum depth color_depth(const struct screen_opts *o, const char *term)
{
    static const char *const no_rgb[] = {"screen", "linux", NULL};
    const char *no = getenv("NO_COLOR"), *color = getenv("COLORTERM");
    int colors = number("colors");
    if (o->no_color || (no && *no) || colors < 8 || number("pairs") < 8)
        return DEPTH_MONO;
    if (colors > 256 || has_flag("RGB") || number("RGB") > 0)
        return DEPTH_TRUE;
    if (color && (!strcmp(color, "truecolor") || !strcmp(color, "24bit")) && colors >= 256 &&
        !starts(term, no_rgb))
        return DEPTH_TRUE;
    return colors >= 256 ? DEPTH_256 : DEPTH_16;
}

static void sequences(void)
{
    char *in = scr.enter, *out = scr.leave;
    size_t in_size = sizeof scr.enter, out_size = sizeof scr.leave;
    in[0] = out[0] = '\0';
    if (scr.plain)
        return;
    add_cap(in, in_size, "smcup");
    add_cap(in, in_size, "rmam"); /* the last column must not wrap */
    str_fmt(in + strlen(in), in_size - strlen(in), "\x1b[?25l\x1b[?2004h");
    str_copy(out, out_size, "\x1b[?2004l\x1b[m");
    add_cap(out, out_size, "smam");
    if (!strstr(scr.enter, "1049"))
        str_fmt(out + strlen(out), out_size - strlen(out), "\x1b[H\x1b[2J");
    add_cap(out, out_size, "rmcup");
    add_cap(out, out_size, "cnorm");
    if (!strstr(out, "\x1b[?25h"))
        str_fmt(out + strlen(out), out_size - strlen(out), "\x1b[?25h");
}

static void learn(struct screen_opts *o)
{
    static const char *const old[] = {"vt1",    "vt2",  "vt5",    "ansi",
                                      "pcansi", "dumb", "cons25", NULL};
    static const char *const no_osc[] = {"linux", "screen", NULL};
    static const char *const no_dots[] = {"linux", "cons25", NULL};
    const char *env = getenv("TERM"), *term = find_entry(env ? env : "", o);
    char cup[64] = "", rmam[16] = "", hpa[64] = "";
    if (term) {
        add_cap(hpa, sizeof hpa, "hpa");
        add_cap(cup, sizeof cup, "cup");
        add_cap(rmam, sizeof rmam, "rmam");
    }
    scr.plain = strncmp(cup, "\x1b[", 2) != 0;
    scr.caps = (struct paint_caps){.depth = DEPTH_MONO};
    if (term)
        scr.caps = (struct paint_caps){
            .depth = color_depth(o, term),
            .sixteen = number("colors") >= 16,
            .erase_colors = has_flag("bce"),
            .no_column = !*hpa,
            .full_last_cell = *rmam || !has_flag("am") || has_flag("xenl"),
        };
    bool narrow = !term || starts(term, old);
    scr.ascii = o->ascii || narrow || !utf8_locale();
    scr.braille = !scr.ascii && !starts(term, no_dots);
    scr.can_copy = !scr.plain && !narrow && !starts(term, no_osc);
    if (scr.ascii && !o->ascii)
        note(o, narrow ? "an old terminal: drawing with ASCII"
                       : "the locale is not UTF-8: drawing with ASCII");
    sequences();
    if (term && cur_term)
        del_curterm(cur_term);
}

/* ---- open and close ---- */

static void take_theme(const char *name, struct screen_opts *o)
{
    struct err e = ERR_INIT;
    if (theme_load(name && *name ? name : "dark", &scr.theme, &e) < 0)
        note(o, e.text);
    paint_theme(&scr.paint, &scr.theme);
}

int screen_open(struct screen_opts *o, struct err *e)
{
    if (scr.open)
        return 0;
    o->note[0] = '\0';
    scr.no_color = o->no_color;
    scr.resized = scr.stop = false;
    scr.plain_now = true;
    memset(&scr.keys, 0, sizeof scr.keys);
    learn(o);
    paint_init(&scr.paint, &scr.caps);
    take_theme(o->theme, o);
    if (tty_open(scr.enter, scr.leave, e) < 0) {
        paint_release(&scr.paint);
        return -1;
    }
    scr.open = true;
    if (o->mouse)
        screen_mouse(true);
    return 0;
}

void screen_close(void)
{
    if (!scr.open)
        return;
    scr.open = false;
    tty_close();
    paint_release(&scr.paint);
    buf_free(&scr.out);
}
