/* Opens a session file for reading: from a read-only folder too, while others write, and without
 * trusting a byte of it. */
#include "journal/journal_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

#define OPS_PER_CALL  1000  /* virtual machine instructions between two looks at the budget */
#define CALLS         20000 /* of them for one record, or for opening: about a second */
#define HEADER_WRITER 18    /* byte of the file header: 1 rollback journal, 2 WAL */

/* The first bytes of the file, read without SQLite. */
static int read_header(const char *path, unsigned char header[100], struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_set(e, errno == EACCES ? EX_NOPERMISSION : EX_NOFILE,
                       "cannot open session %s: %s", path, strerror(errno));
    ssize_t n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, header, 100) : -1;
    close(fd);
    if (n != 100 || memcmp(header, "SQLite format 3", 16) != 0)
        return err_set(e, EX_BADDATA, "%s is not a session of warroom", path);
    return 0;
}

/* Percent-encoded for a file: URI. */
static void add_uri(struct buf *b, const char *path, bool immutable)
{
    buf_adds(b, *path == '/' ? "file:" : "file:./");
    for (; *path; path++) {
        if (strchr("?#%", *path))
            buf_addf(b, "%%%02X", (unsigned char)*path);
        else
            buf_addc(b, *path);
    }
    buf_adds(b, immutable ? "?mode=ro&immutable=1" : "?mode=ro");
}

static int64_t wal_size(const char *path) /* or -1: there is none */
{
    struct buf wal = BUF_INIT;
    struct stat st;
    buf_addf(&wal, "%s-wal", path);
    int64_t n = stat(wal.p, &st) == 0 ? (int64_t)st.st_size : -1;
    buf_free(&wal);
    return n;
}

static int over_budget(void *opened)
{
    struct opened *o = opened;
    return --o->calls <= 0;
}

void open_allow(struct opened *o)
{
    o->calls = CALLS;
}

int open_failed(const struct opened *o, const char *path, struct err *e)
{
    int rc = sqlite3_errcode(o->db);
    if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
        return err_set(e, EX_NOFILE, "session %s is locked by another process: try again", path);
    if (rc == SQLITE_INTERRUPT)
        return err_set(e, EX_BADDATA, "session %s is damaged: reading it would not end", path);
    return err_set(e, EX_BADDATA, "session %s is damaged: %s", path, sqlite3_errmsg(o->db));
}

static int try_open(struct opened *o, const char *path, bool immutable, struct err *e)
{
    struct buf uri = BUF_INIT;
    add_uri(&uri, path, immutable);
    int rc = sqlite3_open_v2(uri.p, &o->db,
                             SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    buf_free(&uri);
    if (rc == SQLITE_OK) {
        schema_harden(o->db);
        sqlite3_busy_timeout(o->db, 2000);
        sqlite3_progress_handler(o->db, OPS_PER_CALL, over_budget, o);
        open_allow(o);
        rc = sqlite3_exec(o->db,
                          "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; "
                          "SELECT 1 FROM sqlite_schema LIMIT 1",
                          NULL, NULL, NULL);
    }
    return rc == SQLITE_OK ? 0 : open_failed(o, path, e);
}

struct opened *open_readonly(const char *path, struct err *e)
{
    unsigned char header[100];
    struct opened *o = xzalloc(1, sizeof *o);
    bool fine = false;
    if (read_header(path, header, e) == 0) {
        int64_t wal = wal_size(path);
        o->sealed = header[HEADER_WRITER] == 1 && header[HEADER_WRITER + 1] == 1 && wal < 0;
        /* Without a WAL nobody writes, and SQLite need not make one of its own. */
        fine = try_open(o, path, !o->sealed && wal < 0, e) == 0;
        if (!fine && wal == 0 && sqlite3_errcode(o->db) == SQLITE_CANTOPEN) {
            sqlite3_close(o->db);
            fine = try_open(o, path, true, e) == 0;
        } else if (!fine && wal > 0 && sqlite3_errcode(o->db) == SQLITE_CANTOPEN) {
            err_set(e, EX_NOPERMISSION,
                    "session %s was not closed and its folder cannot be written: copy it and "
                    "its -wal file to a folder of yours",
                    path);
        }
        fine = fine && schema_check(o->db, path, e) == 0;
    }
    if (fine)
        return o;
    open_release(o);
    return NULL;
}

void open_release(struct opened *o)
{
    if (!o)
        return;
    sqlite3_close(o->db);
    free(o);
}
