/* The user's wishes from config.yaml: theme, keys, defaults. Read once, never written. What is
 * wrong in it is warned about, with its place, and never stops anything. */
#ifndef TUI_CONFIG_H
#define TUI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct config {
    char theme[256], session_dir[512], log_file[512], as[64]; /* "": not said */
    bool ascii, no_color, mouse, bell, read_only;
};

void config_init(struct config *out); /* as without a file */

/* Reads a text; binds keys (keymap_bind). Appends `NAME:LINE:COL: …` lines to warnings. What is
 * sound is taken although something else is not. */
void config_read(const char *text, size_t n, const char *name, struct config *out,
                 struct buf *warnings);

/* $XDG_CONFIG_HOME/warroom/config.yaml, else ~/.config/warroom/config.yaml; "" without a home. */
void config_path(struct buf *out);

/* config_init, then the file; no file is no fault. */
void config_load(struct config *out, struct buf *warnings);

#endif
