/* Indexes come and go: by the executor's run, by ALTER TABLE, and at the start. */
#include "sim/db.h"

#include <string.h>
#include <strings.h>

#include "sim/sim_int.h"

void db_init(struct sim_db *db)
{
    static const struct db_index first[] = {
        {"orders", "PRIMARY", "id", true},
        {"orders", "idx_customer", "customer_id", false},
        {"jobs", "PRIMARY", "id", true},
        {"test_table", "PRIMARY", "id", true},
    };
    memcpy(db->index, first, sizeof first);
    db->n = sizeof first / sizeof *first;
    db->next_id = 100;
}

struct db_index *db_index(struct sim *s, const char *table, const char *name)
{
    for (size_t i = 0; i < s->db.n; i++)
        if (!strcasecmp(s->db.index[i].table, table) && !strcasecmp(s->db.index[i].name, name))
            return &s->db.index[i];
    return NULL;
}

int db_add(struct sim *s, const struct db_index *one)
{
    if (s->db.n == DB_INDEXES_MAX)
        return -1;
    if (!db_index(s, one->table, one->name))
        s->db.index[s->db.n++] = *one;
    return 0;
}

/* The database no longer has what the executor's run has made: its effects heal. */
void db_drop(struct sim *s, struct db_index *one, int64_t now_ms)
{
    for (size_t i = 0; i < s->n_exec; i++)
        if (s->exec[i].applied && !strcmp(s->exec[i].index, one->name))
            model_set_executed(s->m, now_ms, false);
    size_t at = (size_t)(one - s->db.index);
    memmove(one, one + 1, (s->db.n - at - 1) * sizeof *one);
    s->db.n--;
}

void db_settle(struct sim *s, int64_t now_ms)
{
    for (size_t i = 0; i < s->n_exec; i++) {
        struct execution *x = &s->exec[i];
        if (x->applied || !*x->index || strcmp(execution_status(x, now_ms), "completed") != 0)
            continue;
        struct db_index one = {.unique = false};
        str_copy(one.table, sizeof one.table, x->table);
        str_copy(one.name, sizeof one.name, x->index);
        str_copy(one.columns, sizeof one.columns, x->columns);
        x->applied = true;
        db_add(s, &one);
    }
    for (size_t i = 0; i < DB_DDL_MAX; i++) {
        struct db_ddl *d = &s->db.ddl[i];
        if (!d->on || d->end_ms > now_ms)
            continue;
        d->on = false;
        db_add(s, &d->index);
    }
}
