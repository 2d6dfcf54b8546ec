/* The ASCII likeness of a code point. Tables and arithmetic only. */
#include "tui/ascii.h"

#include <stddef.h>
#include <utf8proc.h>

static const struct {
    int32_t cp;
    char c;
} signs[] = {
    /* verdict and stage signs: ▲ ■ ▶ ◀ ▼ ● ○ ◆ ◇ ✓ ✗ ✔ ✘ */
    {0x25B2, '!'},
    {0x25A0, '#'},
    {0x25B6, '>'},
    {0x25B8, '>'},
    {0x25C0, '<'},
    {0x25BC, 'v'},
    {0x25CF, '*'},
    {0x25CB, 'o'},
    {0x25C6, '*'},
    {0x25C7, 'o'},
    {0x25A1, 'o'},
    {0x2713, '+'},
    {0x2714, '+'},
    {0x2717, 'x'},
    {0x2718, 'x'},
    /* ← ↑ → ↓ ↗ ↘ ⇒ */
    {0x2190, '<'},
    {0x2191, '^'},
    {0x2192, '>'},
    {0x2193, 'v'},
    {0x2197, '/'},
    {0x2198, '\\'},
    {0x21D2, '>'},
    /* … · • × ÷ ± ≤ ≥ ≈ ≠ ° µ σ Δ and dashes, quotes, no-break space */
    {0x2026, '~'},
    {0xB7, '.'},
    {0x2022, '*'},
    {0xD7, 'x'},
    {0xF7, '/'},
    {0xB1, '~'},
    {0x2264, '<'},
    {0x2265, '>'},
    {0x2248, '~'},
    {0x2260, '!'},
    {0xB0, 'o'},
    {0xB5, 'u'},
    {0x3BC, 'u'},
    {0x3C3, 's'},
    {0x394, 'd'},
    {0x2013, '-'},
    {0x2014, '-'},
    {0x2212, '-'},
    {0x2018, '\''},
    {0x2019, '\''},
    {0x201C, '"'},
    {0x201D, '"'},
    {0xA0, ' '},
    {0xA7, 'S'},
    {0xAB, '<'},
    {0xBB, '>'},
    /* letters without a decomposition: ı ł ø đ ß æ þ ð */
    {0x131, 'i'},
    {0x142, 'l'},
    {0x141, 'L'},
    {0xF8, 'o'},
    {0xD8, 'O'},
    {0x111, 'd'},
    {0x110, 'D'},
    {0xDF, 's'},
    {0xE6, 'a'},
    {0xC6, 'A'},
};

/* U+2500..257F: rows of a box are '-' '|' '+'. */
static char frame(int32_t cp)
{
    static const char kinds[] = "--||--||--||++++" /* 2500 ─━│┃┄┅┆┇┈┉┊┋┌ */
                                "++++++++++++++++"
                                "++++++++++++++++"
                                "++++++++++++++++"
                                "++++++++++++--||"   /* 254C ╌╍╎╏ */
                                "-|++++++++++++++"   /* 2550 ═║╒ */
                                "++++++++++++++++"   /* 2560 ╠╡ */
                                "+/\\X-|-|-|-|-|-|"; /* 2570 ╰╱╲╳╴╵╶╷ */
    char c = kinds[cp - 0x2500];
    return cp >= 0x256D && cp <= 0x2570 ? '+' : c;
}

/* U+2580..259F: eighths of a block get ever denser characters. */
static char block(int32_t cp)
{
    static const char kinds[] = "\"_.:-=+*##########|"; /* ▀▁▂▃▄▅▆▇█▉▊▋▌▍▎▏ */
    if (cp <= 0x258F)
        return cp == 0x2588 ? '#' : kinds[cp - 0x2580];
    if (cp >= 0x2591 && cp <= 0x2593)
        return cp == 0x2591 ? '.' : cp == 0x2592 ? ':' : '%';
    return '#';
}

/* Mean row (0 top .. 3 bottom) of one column of dots, times 2; -1 for none. */
static int dots_height(int mask, const int bit[4])
{
    int sum = 0, n = 0;
    for (int row = 0; row < 4; row++)
        if (mask & bit[row]) {
            sum += 2 * row;
            n++;
        }
    return n ? sum / n : -1;
}

/* U+2800..28FF: a line drawn in dots keeps its height and slope. */
static char braille(int32_t cp)
{
    static const int left[4] = {1, 2, 4, 64}, right[4] = {8, 16, 32, 128};
    int mask = cp - 0x2800, l = dots_height(mask, left), r = dots_height(mask, right);
    if (l < 0 && r < 0)
        return ' ';
    if (mask == 0xFF)
        return '#';
    if (l >= 0 && r >= 0 && l - r >= 3)
        return '/';
    if (l >= 0 && r >= 0 && r - l >= 3)
        return '\\';
    int height = l < 0 ? r : r < 0 ? l : (l + r) / 2;
    return height <= 1 ? '\'' : height <= 4 ? '-' : '.';
}

char ascii_of(int32_t cp)
{
    if (cp < 0x80)
        return (char)cp;
    if (cp >= 0x2500 && cp <= 0x257F)
        return frame(cp);
    if (cp >= 0x2580 && cp <= 0x259F)
        return block(cp);
    if (cp >= 0x2800 && cp <= 0x28FF)
        return braille(cp);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].cp == cp)
            return signs[i].c;
    utf8proc_int32_t parts[8];
    int last = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char(cp, parts, 8, UTF8PROC_DECOMPOSE, &last);
    return n > 0 && n <= 8 && parts[0] > 0x20 && parts[0] < 0x7F ? (char)parts[0] : '?';
}
