/* The table of probes and what their readers share. Counters, locks and replication have files of
 * their own. */
#include "source/mysql_read_int.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

const struct statement sql_statements[STATEMENTS] = {
#define S(id, maria, mysql, otherwise, grant_maria, grant_mysql)                                   \
    [STMT_##id] = {maria, mysql, otherwise, grant_maria, grant_mysql},
#include "source/mysql_statements.def"
#undef S
};

#define NEEDS(s) (1u << STMT_##s)

static const struct {
    unsigned needs;
    probe_reader *read;
} probes[PROBES] = {
    {0, NULL},
#define X(id, name, unit, needs, reader, doc) [PROBE_##id] = {needs, read_##reader},
#include "plan/mysql_probes.def"
#undef X
};

unsigned probe_needs(enum mysql_probe p)
{
    return probes[p].needs;
}

void good(struct sample *out, double value)
{
    *out = (struct sample){.good = true, .value = value, .series = 1};
}

void bad(struct sample *out, const char *fmt, ...)
{
    va_list ap;
    char text[300];
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    *out = (struct sample){.value = NAN};
    str_copy(out->why, sizeof out->why, text);
}

/* Errors that mean: this account may not. */
static bool is_forbidden(unsigned errnum)
{
    static const unsigned list[] = {1044, 1045, 1142, 1143, 1227, 1370, 1410};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (list[i] == errnum)
            return true;
    return false;
}

bool answered(const struct sql_facts *f, enum sql_statement s, struct sample *out)
{
    const struct sql_answer *a = &f->a[s];
    const char *grant = f->maria ? sql_statements[s].grant_maria : sql_statements[s].grant_mysql;
    if (a->came && a->end == DB_ANSWERED)
        return true;
    if (a->came && a->end == DB_ERROR && is_forbidden(a->errnum) && grant)
        bad(out, "%s: needs GRANT %s (%u)", f->name, grant, a->errnum);
    else
        bad(out, "%s: %s", f->name, *a->why ? a->why : "no answer in time");
    return false;
}

bool row_number(const struct db_rows *r, size_t row, const char *col, double *out)
{
    const char *text = db_cell(r, row, db_column(r, col));
    return text && num_parse(text, out) == 0;
}

bool named_number(const struct db_rows *r, const char *name, double *out)
{
    int key = db_column(r, "Variable_name");
    for (size_t i = 0; i < r->n_rows; i++) {
        const char *text = db_cell(r, i, key);
        if (text && !strcasecmp(text, name))
            return row_number(r, i, "Value", out);
    }
    return false;
}

bool is_own(const struct sql_facts *f, double id)
{
    for (size_t i = 0; i < f->n_own; i++)
        if ((double)f->own[i] == id)
            return true;
    return false;
}

/* Is the statement asked of this family at all? */
static bool is_asked(const struct sql_facts *f, int s)
{
    const char *text = f->maria ? sql_statements[s].maria : sql_statements[s].mysql;
    return !text || *text;
}

void probe_read(enum mysql_probe p, const struct sql_facts *f,
                const struct sql_facts *const *others, size_t n_others,
                const struct sql_memory *before, struct sample *out)
{
    struct reading r = {p, f, others, n_others, before};
    for (int s = 0; s < STATEMENTS && p != PROBE_REPLICATION_LAG_SECONDS; s++)
        if ((probes[p].needs & 1u << s) && is_asked(f, s) &&
            !answered(f, (enum sql_statement)s, out))
            return;
    probes[p].read(&r, out);
}

void sql_value_read(const struct sql_answer *a, struct sample *out)
{
    const struct db_rows *r = &a->rows;
    const char *text = db_cell(r, 0, 0);
    double v;
    char shown[40];
    if (!a->came || a->end != DB_ANSWERED)
        bad(out, "%s", *a->why ? a->why : "no answer in time");
    else if (!r->n_rows)
        bad(out, "empty answer");
    else if (r->n_rows > 1)
        bad(out, "%zu rows came: one number is wanted", r->n_rows);
    else if (!text)
        bad(out, "the answer is NULL");
    else if (num_parse(text, &v) < 0) {
        str_copy(shown, sizeof shown, text);
        bad(out, "not a number: %s", shown);
    } else
        good(out, v);
}
