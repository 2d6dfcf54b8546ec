/* `warroom init [FILE]`: writes the commented starter plan; never overwrites. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plan/load.h"
#include "tui/cmd/cmd.h"

/* A file that could not be written whole is removed again: half a plan is no plan. */
static int write_plan(const char *path, struct err *e)
{
    const char *text = plan_starter();
    size_t n = strlen(text), done = 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 && errno == EEXIST)
        return err_set(e, EX_NOCREATE, "%s exists and is left as it is; give another name", path);
    if (fd < 0)
        return err_set(e, EX_NOCREATE, "cannot create %s: %s", path, strerror(errno));
    while (done < n) {
        ssize_t put = write(fd, text + done, n - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            break;
        done += (size_t)put;
    }
    int why = errno;
    if (close(fd) == 0 && done == n)
        return 0;
    unlink(path);
    return err_set(e, EX_NOCREATE, "cannot write %s: %s", path, strerror(why));
}

int cmd_init(int argc, char **argv)
{
    static const struct cmd_spec spec = {
        .usage = "warroom init [FILE]",
        .about = "Writes a commented starter plan (plan.yaml unless said). An existing file is "
                 "never overwritten.",
        .max_args = 1,
    };
    struct cmd_args args;
    struct err e = ERR_INIT;
    int rc = cmd_parse(&spec, argc, argv, &args);
    if (rc >= 0)
        return rc;
    const char *path = args.n ? args.v[0] : "plan.yaml";
    if (write_plan(path, &e) < 0)
        return cmd_fail(&e);
    printf("%s written; edit it, then: warroom plan check %s\n", path, path);
    return EX_PASS;
}
