/* warroom paths: where everything lives. */
#include <stdio.h>
#include <stdlib.h>

#include "tui/cmd/cmd.h"

int cmd_paths(int argc, char **argv)
{
    const struct cmd_spec spec = {
        "warroom paths", "Prints where sessions and themes live.", NULL, 0, 0, 0};
    struct cmd_args args;
    struct err e = ERR_INIT;
    struct buf dir = BUF_INIT;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (cmd_session_dir(&dir, false, &e) < 0)
        return cmd_fail(&e);
    printf("sessions  %s\n", dir.p);
    if (config && *config == '/')
        printf("themes    %s/warroom/themes\n", config);
    else
        printf("themes    %s/.config/warroom/themes\n", home ? home : "~");
    printf("themes    " WARROOM_PREFIX "/share/warroom/themes\n");
    buf_free(&dir);
    return 0;
}
