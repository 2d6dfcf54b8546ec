/* warroom verify SESSION: is the record whole? */
#include <stdio.h>
#include <string.h>

#include "journal/reader.h"
#include "tui/cmd/cmd.h"

int cmd_verify(int argc, char **argv)
{
    const char *want = NULL;
    const struct cmd_opt opts[] = {
        {"--head", "HASH", NULL, &want, "the head hash that was printed at the end of the run"}};
    const struct cmd_spec spec = {
        "warroom verify SESSION [--head HASH]",
        "Checks the hash chain and names the first bad record. With --head also that no tail was\n"
        "cut. Status 0: whole; 20: not.",
        opts,
        1,
        1,
        1};
    struct cmd_args args;
    struct err e = ERR_INIT;
    struct buf path = BUF_INIT;
    char head[65] = "";
    int64_t n = 0;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    if (want && (strlen(want) != 64 || strspn(want, "0123456789abcdef") != 64)) {
        err_set(&e, EX_BADUSAGE, "--head takes the 64 hex digits printed at the end of the run");
        return cmd_fail(&e); /* a slip of the hand is not a cut tail */
    }
    if (cmd_session_path(args.v[0], &path, &e) < 0 ||
        journal_verify(path.p, want, &n, head, &e) < 0)
        status = cmd_fail(&e);
    else
        status = printf("%s: whole, %lld records, head %s\n", path.p, (long long)n, head) < 0
                     ? EX_RECORDING
                     : 0;
    buf_free(&path);
    return status;
}
