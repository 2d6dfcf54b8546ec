/* Where themes are found: the user's, the installed ones, the tree's; the dark one is compiled in
 * so that the program needs no file. The text below is themes/dark.theme; a test holds them equal.
 */
#include "tui/theme.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THEME_BYTES_MAX 65536
#define THEMES_MAX      64

/* clang-format off */
static const char dark[] =
    "; dark: the default. A colour is FG or FG/BG; - is the terminal's own, or no attribute.\n"
    "; role       truecolor        256       16                   attributes  without colour\n"
    "background   #12161c          234       black                -           -\n"
    "text         #d3dae3          253       bright-white         -           -\n"
    "dim          #9aa7b5          248       white                -           -\n"
    "frame        #6a7888          243       white                -           -\n"
    "title        #9fc3e8          152       bright-cyan          -           bold\n"
    "header       #f0f4f8/#26323f  255/237   bright-white         bold        reverse\n"
    "env          #ffffff/#a11d5b  231/125   bright-white/magenta bold        reverse,bold\n"
    "pass         #8fd19e          114       bright-green         -           -\n"
    "warn         #ffc14d          215       bright-yellow        bold        bold\n"
    "crit         #ffffff/#b3202c  231/124   bright-white/red     bold        reverse,bold\n"
    "unknown      #d7b3ff          183       bright-magenta       bold        underline\n"
    "new          #ffe9a8          229       bright-yellow        -           bold\n"
    "graph        #62b6e8          74        bright-cyan          -           -\n"
    "limit_warn   #b98a2e          136       yellow               -           -\n"
    "limit_crit   #e0635c          167       bright-red           -           -\n"
    "key          #9fc3e8          152       bright-cyan          -           bold\n"
    "act          #ffb38a          216       bright-yellow        bold        bold,underline\n"
    "focus        #ffffff          231       bright-white         bold        bold\n"
    "box          #9fc3e8          152       bright-cyan          -           -\n"
    "input        #ffffff/#2b3f55  231/238   bright-white/blue    bold        underline\n"
    "good         #8fd19e          114       bright-green         bold        bold\n"
    "replay       #12161c/#ffc14d  234/215   black/yellow         bold        reverse\n";
/* clang-format on */

void theme_builtin(struct theme *out)
{
    struct err e = ERR_INIT;
    if (theme_parse(dark, sizeof dark - 1, "dark", out, &e) < 0)
        BUG("the theme compiled in is broken: %s", e.text);
    str_copy(out->name, sizeof out->name, "dark");
}

/* The n-th folder searched; false after the last. "" when it does not apply here. */
static bool folder(int n, char *out, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    out[0] = '\0';
    switch (n) {
    case 0:
        if (config && *config == '/')
            str_fmt(out, size, "%s/warroom/themes", config);
        else if (home && *home)
            str_fmt(out, size, "%s/.config/warroom/themes", home);
        return true;
    case 1:
        str_copy(out, size, WARROOM_PREFIX "/share/warroom/themes");
        return true;
    case 2: /* only in the source tree itself */
        if (access("tui/roles.def", F_OK) == 0)
            str_copy(out, size, "themes");
        return true;
    default:
        return false;
    }
}

void theme_folders(struct buf *out)
{
    char dir[512];
    for (int i = 0; folder(i, dir, sizeof dir); i++)
        if (*dir)
            buf_addf(out, "%s\n", dir);
}

static int read_theme(FILE *f, const char *path, struct theme *out, struct err *e)
{
    struct buf text = BUF_INIT;
    char block[4096];
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0 && text.len <= THEME_BYTES_MAX)
        buf_add(&text, block, n);
    int rc = text.len > THEME_BYTES_MAX
                 ? err_set(e, EX_BADDATA, "%s: a theme of more than 64 KiB is not read", path)
                 : theme_parse(buf_str(&text), text.len, path, out, e);
    buf_free(&text);
    return rc;
}

static bool plain_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return n > 0 && n < sizeof((struct theme *)0)->name && !name[n];
}

static FILE *find(const char *name, char *path, size_t size)
{
    char dir[512];
    FILE *f = NULL;
    for (int i = 0; !f && folder(i, dir, sizeof dir); i++) {
        if (!*dir)
            continue;
        str_fmt(path, size, "%s/%s.theme", dir, name);
        f = fopen(path, "re");
    }
    return f;
}

static void name_of(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    str_copy(out, size, slash ? slash + 1 : path);
    char *dot = strstr(out, ".theme");
    if (dot)
        *dot = '\0';
}

static int no_theme(const char *name, struct err *e)
{
    struct buf dirs = BUF_INIT;
    theme_folders(&dirs);
    for (size_t i = 0; i < dirs.len; i++)
        if (dirs.p[i] == '\n')
            dirs.p[i] = ' ';
    err_set(e, EX_NOFILE, "no theme \"%s\" (looked in %s); `warroom paths` lists the folders", name,
            buf_str(&dirs));
    buf_free(&dirs);
    return -1;
}

int theme_load(const char *name, struct theme *out, struct err *e)
{
    char path[640];
    FILE *f = NULL;
    int rc;
    theme_builtin(out);
    if (strchr(name, '/')) {
        str_copy(path, sizeof path, name);
        f = fopen(path, "re");
    } else if (plain_name(name)) {
        f = find(name, path, sizeof path);
    }
    if (!f)
        return strcmp(name, "dark") ? no_theme(name, e) : 0;
    struct theme *read = xzalloc(1, sizeof *read);
    if ((rc = read_theme(f, path, read, e)) == 0) {
        *out = *read;
        name_of(path, out->name, sizeof out->name);
    }
    fclose(f);
    free(read);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

void theme_next(const char *name, char *out, size_t size)
{
    char names[THEMES_MAX][32] = {"dark"}, dir[512];
    size_t n = 1, own = strlen(".theme");
    for (int i = 0; folder(i, dir, sizeof dir); i++) {
        DIR *d = *dir ? opendir(dir) : NULL;
        for (struct dirent *f; d && n < THEMES_MAX && (f = readdir(d));) {
            size_t len = strlen(f->d_name);
            if (len <= own || strcmp(f->d_name + len - own, ".theme") != 0)
                continue;
            name_of(f->d_name, names[n], sizeof names[n]);
            n += plain_name(names[n]);
        }
        if (d)
            closedir(d);
    }
    qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) > 0) {
            str_copy(out, size, names[i]);
            return;
        }
    str_copy(out, size, names[0]);
}
