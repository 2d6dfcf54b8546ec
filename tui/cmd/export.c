/* warroom export SESSION --format csv|jsonl. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "report/export.h"
#include "tui/cmd/cmd.h"

static int export_to(FILE *out, const char *path, bool csv, struct err *e)
{
    struct reader *r = reader_open(path, e);
    if (!r)
        return -1;
    int rc = csv ? export_csv(r, out, e) : export_jsonl(r, out, e);
    reader_close(r);
    if (rc == 0 && (fflush(out) != 0 || ferror(out)))
        rc = err_set(e, EX_RECORDING, "cannot write the export: %s", strerror(errno));
    return rc;
}

/* Beside its final name first: a half file never stands under it. */
static int export_file(const char *file, const char *path, bool csv, struct err *e)
{
    struct buf tmp = BUF_INIT;
    buf_addf(&tmp, "%s.part", file);
    FILE *out = fopen(tmp.p, "wx");
    int rc = out ? export_to(out, path, csv, e)
                 : err_set(e, EX_NOCREATE, "cannot write %s: %s", tmp.p, strerror(errno));
    if (out && rc == 0 && fsync(fileno(out)) < 0)
        rc = err_set(e, EX_RECORDING, "cannot write %s: %s", tmp.p, strerror(errno));
    if (out)
        fclose(out);
    if (rc == 0 && rename(tmp.p, file) < 0)
        rc = err_set(e, EX_NOCREATE, "cannot name %s: %s", file, strerror(errno));
    if (out && rc < 0)
        unlink(tmp.p);
    buf_free(&tmp);
    return rc;
}

int cmd_export(int argc, char **argv)
{
    const char *format = NULL, *file = NULL;
    const struct cmd_opt opts[] = {
        {"--format", "csv|jsonl", NULL, &format, "csv: samples; jsonl: every event"},
        {"--out", "FILE", NULL, &file, "instead of the standard output"},
    };
    const struct cmd_spec spec = {"warroom export SESSION --format csv|jsonl [--out FILE]",
                                  "Writes the samples or the events of a session as text.",
                                  opts,
                                  2,
                                  1,
                                  1};
    struct cmd_args args;
    struct err e = ERR_INIT;
    struct buf path = BUF_INIT;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    bool csv = format && !strcmp(format, "csv");
    if (!csv && (!format || strcmp(format, "jsonl") != 0)) {
        fprintf(stderr,
                "warroom export: --format %s: csv or jsonl is allowed (cast comes with a "
                "later version)\n",
                format ? format : "is missing");
        return EX_BADUSAGE;
    }
    int rc = cmd_session_path(args.v[0], &path, &e);
    if (rc == 0)
        rc = file ? export_file(file, path.p, csv, &e) : export_to(stdout, path.p, csv, &e);
    buf_free(&path);
    return rc < 0 ? cmd_fail(&e) : 0;
}
