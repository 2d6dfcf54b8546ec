/* Ties the parts of the loader together: bytes -> tree -> plan, or the list of errors. */
#include "plan/load.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan/owned.h"
#include "plan/read.h"

static const char *process_get(void *ctx, const char *name)
{
    (void)ctx;
    return getenv(name);
}

const struct plan_env plan_env_process = {process_get, NULL, false};

static void keep_source(struct load *l, const char *text, size_t n)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct plan *p = l->plan;
    p->source = pool_str(l->pool, text, n);
    if (!EVP_Digest(text, n, sum, &len, EVP_sha256(), NULL) || 2 * len >= sizeof p->hash)
        BUG("SHA-256 does not work");
    for (unsigned i = 0; i < len; i++) {
        p->hash[2 * i] = hex[sum[i] >> 4];
        p->hash[2 * i + 1] = hex[sum[i] & 15];
    }
}

static void keep_env(struct load *l)
{
    struct plan *p = l->plan;
    p->env = pool_zalloc(l->pool, l->n_uses, sizeof *p->env);
    p->n_env = l->n_uses;
    for (size_t i = 0; i < l->n_uses; i++) {
        const struct env_use *u = &l->uses[i];
        p->env[i].key = pool_str(l->pool, u->name, strlen(u->name));
        p->env[i].value = u->secret ? NULL : pool_str(l->pool, u->value, strlen(u->value));
    }
}

struct plan *plan_load_text(const char *text, size_t n, const char *name,
                            const struct plan_env *env, struct buf *errors)
{
    struct owned_plan *o = xzalloc(1, sizeof *o);
    struct load *l = xzalloc(1, sizeof *l);
    l->plan = &o->plan;
    l->pool = &o->pool;
    l->env = env;
    buf_adds(&l->path, "");
    struct node *top = node_parse(text, n, &l->scratch, &l->problems);
    if (top) {
        keep_source(l, text, n);
        read_defaults(l, &schema_plan, l->plan);
        if (null_scalar(top))
            say(l, top,
                "the file is empty; a plan is a mapping of keys (`warroom init` writes one)");
        else
            read_map(l, &schema_plan, top, l->plan);
        keep_env(l);
    }
    bool good = !l->problems.n;
    problems_print(&l->problems, name, errors);
    problems_free(&l->problems);
    pool_free(&l->scratch);
    buf_free(&l->path);
    free(l->laters);
    free(l);
    if (good)
        return &o->plan;
    plan_free(&o->plan);
    return NULL;
}

/* At most one byte more than allowed, so that too much is seen. -1 with errno. */
static int read_all(int fd, struct buf *out)
{
    char block[16384];
    ssize_t got;
    while (out->len <= NODE_BYTES_MAX && (got = read(fd, block, sizeof block)) != 0) {
        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0)
            buf_add(out, block, (size_t)got);
    }
    return 0;
}

struct plan *plan_load_file(const char *path, const struct plan_env *env, struct buf *errors,
                            int *status)
{
    struct buf text = BUF_INIT;
    struct plan *p = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read_all(fd, &text) < 0) {
        *status = errno == EACCES ? EX_NOPERMISSION : EX_NOFILE;
        buf_addf(errors, "%s: cannot read the plan: %s\n", path, strerror(errno));
    } else {
        p = plan_load_text(buf_str(&text), text.len, path, env, errors);
        *status = p ? EX_PASS : EX_BADDATA;
    }
    if (fd >= 0)
        close(fd);
    buf_free(&text);
    return p;
}
