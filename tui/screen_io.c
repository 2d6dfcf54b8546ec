/* What goes through the open screen: pictures, keys, the clipboard, stopping and coming back. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "tui/screen_int.h"

#define PLAIN_EVERY_MS 10000 /* a picture in lines is repeated this often at most */
#define COPY_MAX       49152

void screen_mouse(bool on)
{
    static const char enter[] = "\x1b[?1000h\x1b[?1006h", leave[] = "\x1b[?1006l\x1b[?1000l";
    char whole[TTY_SEQ_MAX];
    if (scr.plain || on == scr.mouse)
        return;
    scr.mouse = on;
    str_fmt(whole, sizeof whole, "%s%s", on ? leave : "", scr.leave);
    tty_leave_with(whole);
    tty_send(on ? enter : leave, strlen(on ? enter : leave));
}

static void back(void)
{
    bool mouse = scr.mouse;
    scr.mouse = false;
    if (mouse)
        screen_mouse(true);
    paint_forget(&scr.paint);
    scr.paint.cursor_shown = false;
    scr.plain_now = true;
    scr.resized = true; /* the size may be another one by now */
}

void screen_suspend(void)
{
    tty_suspend();
    back();
}

/* ---- showing ---- */

void screen_size(int *w, int *h)
{
    tty_size(w, h);
    if (*w <= 0 || *h <= 0) {
        *w = 80;
        *h = 24;
    }
}

bool screen_is_ascii(void)
{
    return scr.ascii;
}

bool screen_has_braille(void)
{
    return scr.braille;
}

/* Lines of text, now and then: for terminals that can do nothing else. */
static void show_plain(const struct canvas *c)
{
    if (!scr.plain_now && mono_since(scr.plain_at) < PLAIN_EVERY_MS)
        return;
    struct buf text = BUF_INIT;
    canvas_dump(c, false, &text);
    for (const char *s = buf_str(&text), *end; (end = strchr(s, '\n')); s = end + 1) {
        buf_add(&scr.out, s, (size_t)(end - s));
        buf_adds(&scr.out, "\r\n");
    }
    buf_free(&text);
    scr.plain_now = false;
    scr.plain_at = mono_now();
}

void screen_show(const struct canvas *c)
{
    if (!scr.open || !tty_flush())
        return; /* what is on its way comes first; the next frame holds the newest */
    buf_clear(&scr.out);
    if (scr.plain)
        show_plain(c);
    else
        paint_frame(&scr.paint, c, &scr.out);
    tty_send(buf_str(&scr.out), scr.out.len);
}

bool screen_busy(void)
{
    return scr.open && !tty_flush();
}

void screen_redraw(void)
{
    paint_forget(&scr.paint);
    scr.plain_now = true;
}

void screen_bell(void)
{
    tty_send("\a", 1);
}

int screen_copy(const char *text)
{
    size_t n = strlen(text);
    if (!scr.open || !scr.can_copy || n > COPY_MAX)
        return -1;
    struct buf b = BUF_INIT;
    unsigned char *code = xalloc(4 * (n / 3 + 1) + 1);
    int len = EVP_EncodeBlock(code, (const unsigned char *)text, (int)n);
    buf_adds(&b, "\x1b]52;c;");
    buf_add(&b, code, (size_t)len);
    buf_adds(&b, "\a");
    tty_send(b.p, b.len);
    buf_free(&b);
    free(code);
    return 0;
}

int screen_theme(const char *name, struct err *e)
{
    int rc = theme_load(name, &scr.theme, e);
    paint_theme(&scr.paint, &scr.theme);
    paint_forget(&scr.paint);
    return rc;
}

const char *screen_theme_name(void)
{
    return scr.theme.name;
}

/* ---- keys ---- */

int screen_fd(void)
{
    return tty_fd();
}

static void signals(void)
{
    int s = tty_signals();
    scr.resized = scr.resized || (s & TTY_RESIZED);
    scr.stop = scr.stop || (s & TTY_STOP);
    if (s & TTY_BACK) { /* stopped by somebody else and continued */
        tty_again();
        back();
    }
}

int screen_key(void)
{
    char bytes[256];
    int64_t now_ms = mono_now().ms;
    if (!scr.open)
        return KEY_NONE;
    signals();
    if (scr.stop || scr.resized) {
        int key = scr.stop ? KEY_SUSPEND_ : KEY_RESIZE_;
        scr.stop = scr.stop && key != KEY_SUSPEND_;
        scr.resized = scr.resized && key != KEY_RESIZE_;
        return key;
    }
    int key = keydecode_next(&scr.keys, now_ms);
    if (key == KEY_NONE) {
        size_t n = tty_read(bytes, sizeof bytes);
        if (n)
            keydecode_feed(&scr.keys, bytes, n, now_ms);
        key = n ? keydecode_next(&scr.keys, now_ms) : KEY_NONE;
    }
    scr.plain_now = scr.plain_now || key != KEY_NONE;
    return key;
}

int64_t screen_wait_ms(void)
{
    return keydecode_wait_ms(&scr.keys, mono_now().ms);
}

void screen_flush_keys(void)
{
    keydecode_flush(&scr.keys);
    tty_flush_input();
}

int screen_signal(void)
{
    return tty_quit_signal();
}
