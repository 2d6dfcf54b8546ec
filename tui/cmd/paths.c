/* warroom paths: where everything lives. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tui/cmd/cmd.h"
#include "tui/config.h"
#include "tui/theme.h"

int cmd_paths(int argc, char **argv)
{
    const struct cmd_spec spec = {
        "warroom paths", "Prints where config, sessions and themes live.", NULL, 0, 0, 0};
    struct cmd_args args;
    struct err e = ERR_INIT;
    struct buf dir = BUF_INIT, config = BUF_INIT, themes = BUF_INIT;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    if (cmd_session_dir(&dir, false, &e) < 0)
        return cmd_fail(&e);
    config_path(&config);
    theme_folders(&themes);
    printf("config    %s%s\n", config.len ? config.p : "none: set HOME or XDG_CONFIG_HOME",
           config.len && access(config.p, F_OK) < 0 ? " (none there)" : "");
    printf("sessions  %s\n", dir.p);
    for (size_t at = 0, n; at < themes.len; at += n) {
        n = strcspn(themes.p + at, "\n") + 1;
        fputs("themes    ", stdout);
        fwrite(themes.p + at, 1, n, stdout);
    }
    buf_free(&config);
    buf_free(&themes);
    buf_free(&dir);
    return 0;
}
