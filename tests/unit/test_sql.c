/* What a statement does, and what the tool may send: SCO-2 denied operations, ACT-1 sql, ACT-3
 * identifiers. */
#include "unit.h"

#include "plan/sql.h"
#include "plan/tmpl.h"

/* ops: joined by blanks; "reads" for a statement that changes nothing; NULL: refused, `says` in
 * the reason. */
static const struct {
    const char *sql, *ops, *says;
} rows[] = {
    {"SELECT 1", "reads", NULL},
    {"  select\n1 ;  ", "reads", NULL},
    {"/* why */ -- and\n # so\n SELECT 1 /* end */;", "reads", NULL},
    {"(SELECT 1) UNION (SELECT 2)", "reads", NULL},
    {"SHOW INDEX FROM {{scope.table}} WHERE Key_name = {{scope.index:string}}", "reads", NULL},
    {"SHOW FULL PROCESSLIST", "reads", NULL},
    {"EXPLAIN SELECT * FROM t", "reads", NULL},
    {"EXPLAIN UPDATE t SET a=1", "reads", NULL},
    {"EXPLAIN ANALYZE SELECT 1", "reads", NULL},
    {"explain analyze format=tree update t set a=1", "UPDATE", NULL},
    {"DESC t", "reads", NULL},
    {"WITH a AS (SELECT 1) SELECT * FROM a", "reads", NULL},
    {"WITH a AS (SELECT 1) DELETE FROM t WHERE id IN (SELECT * FROM a)", "DELETE", NULL},
    {"SELECT * FROM t INTO OUTFILE '/tmp/x'", "SELECT_INTO", NULL},
    {"SELECT * FROM t FOR UPDATE", "SELECT_FOR_UPDATE", NULL},
    {"SELECT * FROM t LOCK IN SHARE MODE", "SELECT_FOR_UPDATE", NULL},
    {"SELECT 'DROP INDEX; DELETE' AS text, \"a;b\", `c;d` FROM t", "reads", NULL},
    {"SELECT 'it''s; \\'quoted\\'' FROM t", "reads", NULL},

    {"DROP INDEX i ON t", "DROP_INDEX", NULL},
    {"drop /* really */ index i on t", "DROP_INDEX", NULL},
    {"DrOp\tInDeX i ON t", "DROP_INDEX", NULL},
    {"ALTER TABLE t DROP INDEX i", "DROP_INDEX", NULL},
    {"alter table t drop key i", "DROP_INDEX", NULL},
    {"ALTER/**/TABLE/**/t/**/DROP/**/INDEX/**/i", "DROP_INDEX", NULL},
    {"ALTER TABLE t ADD COLUMN a INT, DROP INDEX i", "ADD_COLUMN DROP_INDEX", NULL},
    {"ALTER TABLE t ADD COLUMN a INT DROP INDEX i", "ADD_COLUMN DROP_INDEX", NULL},
    {"ALTER ONLINE TABLE db.t DROP INDEX IF EXISTS i", "DROP_INDEX", NULL},
    {"ALTER TABLE t DROP PRIMARY KEY", "DROP_PRIMARY_KEY DROP_INDEX", NULL},
    {"ALTER TABLE t DROP CONSTRAINT u", "DROP_CONSTRAINT DROP_INDEX", NULL},
    {"ALTER TABLE t DROP FOREIGN KEY f", "DROP_FOREIGN_KEY", NULL},
    {"ALTER TABLE t DROP COLUMN `index`", "DROP_COLUMN", NULL},
    {"ALTER TABLE t DROP `index`", "DROP_COLUMN", NULL},
    {"ALTER TABLE `drop` ADD INDEX `key` (a), ALGORITHM=INPLACE, LOCK=NONE", "ADD_INDEX", NULL},
    {"ALTER TABLE {{scope.table}} ADD INDEX {{scope.index}} (a) ALGORITHM=INPLACE, LOCK=NONE",
     "ADD_INDEX", NULL},
    {"ALTER TABLE t ADD UNIQUE (a), ADD FULLTEXT KEY f (b), ADD CONSTRAINT c UNIQUE (d)",
     "ADD_INDEX", NULL},
    {"ALTER TABLE t ADD CONSTRAINT FOREIGN KEY (a) REFERENCES o (id)", "ADD_FOREIGN_KEY", NULL},
    {"ALTER TABLE t ADD PRIMARY KEY (id)", "ADD_PRIMARY_KEY", NULL},
    {"ALTER TABLE t RENAME INDEX a TO b, RENAME COLUMN c TO d, RENAME TO e",
     "RENAME_INDEX RENAME_COLUMN RENAME_TABLE", NULL},
    {"ALTER TABLE t MODIFY a INT DEFAULT 0, CHANGE b c INT", "MODIFY_COLUMN", NULL},
    {"ALTER TABLE t ALTER INDEX i INVISIBLE", "ALTER_INDEX", NULL},
    {"ALTER TABLE t ENGINE=InnoDB", "ALTER_TABLE", NULL},
    {"ALTER TABLE t DROP PARTITION p", "DROP_PARTITION", NULL},
    {"CREATE UNIQUE INDEX i ON t (a)", "ADD_INDEX", NULL},
    {"CREATE OR REPLACE VIEW v AS SELECT 1", "CREATE_VIEW", NULL},
    {"CREATE TABLE t (a INT)", "CREATE_TABLE", NULL},
    {"DROP TABLE IF EXISTS t", "DROP_TABLE", NULL},
    {"DROP TEMPORARY TABLE t", "DROP_TABLE", NULL},
    {"DROP SCHEMA s", "DROP_DATABASE", NULL},
    {"TRUNCATE t", "TRUNCATE_TABLE", NULL},
    {"INSERT INTO t VALUES (1)", "INSERT", NULL},
    {"UPDATE t SET a = 1", "UPDATE", NULL},
    {"KILL 7", "KILL", NULL},
    {"SET GLOBAL innodb_monitor_enable = 'x'", "SET", NULL},

    {"", NULL, "is empty"},
    {" -- nothing\n;", NULL, "is empty"},
    {"SELECT 1; DROP INDEX i ON t", NULL, "more than one"},
    {"SELECT 1;/**/;SELECT 2", NULL, "more than one"},
    {"SELECT 1 /*! INTO OUTFILE 'x' */", NULL, "comment that the server runs"},
    {"/*!50000 DROP */ INDEX i ON t", NULL, "comment that the server runs"},
    {"/*M! DROP INDEX i ON t */", NULL, "comment that the server runs"},
    {"SELECT 1 /* half", NULL, "comment without end"},
    {"SELECT 'half", NULL, "quotes without end"},
    {"SELECT `half", NULL, "quotes without end"},
    {"SELECT {{half", NULL, "placeholder without end"},
    {"CALL drop_it()", NULL, "hides what it runs"},
    {"EXECUTE IMMEDIATE 'DROP INDEX i ON t'", NULL, "hides what it runs"},
    {"PREPARE s FROM 'DROP INDEX i ON t'", NULL, "hides what it runs"},
    {"SET STATEMENT max_statement_time=1 FOR DROP INDEX i ON t", NULL, "hides what it runs"},
    {"BEGIN NOT ATOMIC DROP INDEX i ON t", NULL, "hides what it runs"},
    {"CREATE EVENT e ON SCHEDULE AT NOW() DO DROP INDEX i ON t", NULL, "not looked through"},
    {"CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET @a = 1", NULL, "not looked through"},
    {"'SELECT'", NULL, "does not begin with a word"},
    {"(DROP INDEX i ON t)", NULL, "begins with a parenthesis"},
};

static void statements_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sql_said s;
        struct err e = ERR_INIT;
        struct buf ops = BUF_INIT;
        int rc = sql_classify(rows[i].sql, &s, &e);
        if (rows[i].says && (rc == 0 || !strstr(e.text, rows[i].says)))
            fail_msg("%s: said \"%s\", expected \"%s\"", rows[i].sql, e.text, rows[i].says);
        if (rows[i].says)
            continue;
        for (size_t k = 0; k < s.n_ops; k++)
            buf_addf(&ops, "%s%s", k ? " " : "", s.ops[k]);
        if (s.reads)
            buf_adds(&ops, "reads");
        if (rc < 0 || strcmp(buf_str(&ops), rows[i].ops) != 0)
            fail_msg("%s: %s %s, expected %s", rows[i].sql, buf_str(&ops), e.text, rows[i].ops);
        buf_free(&ops);
    }
}

static void quotes_are_seen(void **state)
{
    (void)state;
    /* The place is that of the first ^. */
    static const char *const in[] = {"a 'b^c'", "a \"^\"", "`^`",     "a -- ^", "# ^",
                                     "/* ^ */", "'a''^'",  "'a\\'^'", "'^"},
                             *const out[] = {"a ^",      "'b' ^", "'a''b'^", "-- x\n^",
                                             "/* x */^", "^'a'",  "`a` = ^", "a - - ^"};
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        if (!sql_inside(in[i], strcspn(in[i], "^")))
            fail_msg("%s is taken for outside", in[i]);
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        if (sql_inside(out[i], strcspn(out[i], "^")))
            fail_msg("%s is taken for inside", out[i]);
}

static int value(void *ctx, const char *path, struct buf *out)
{
    (void)path;
    buf_adds(out, ctx);
    return 0;
}

/* ACT-3: a value stays a name, or a text, whatever it is. */
static void values_are_quoted(void **state)
{
    (void)state;
    static const struct {
        const char *text, *value, *want; /* want NULL: refused */
    } fills[] = {
        {"SELECT * FROM {{scope.table}}", "orders", "SELECT * FROM `orders`"},
        {"SELECT * FROM {{scope.table}}", "shop.orders", "SELECT * FROM `shop`.`orders`"},
        {"SELECT * FROM {{scope.table}}", "größe", "SELECT * FROM `größe`"},
        {"SELECT * FROM {{scope.table}}", "a b", "SELECT * FROM `a b`"},
        {"x {{scope.table}}", "a`b", NULL},
        {"x {{scope.table}}", "a'b", NULL},
        {"x {{scope.table}}", "a\"b", NULL},
        {"x {{scope.table}}", "a;b", NULL},
        {"x {{scope.table}}", "a\\b", NULL},
        {"x {{scope.table}}", "a\nb", NULL},
        {"x {{scope.table}}", "", NULL},
        {"x {{scope.table}}", "a.b.c", NULL},
        {"x {{scope.table}}", ".a", NULL},
        {"x {{scope.table}}", "a ", NULL},
        {"x {{scope.table}}",
         "a23456789a23456789a23456789a23456789a23456789a23456789a23456789a2345", NULL},
        {"k = {{scope.index:string}}", "idx", "k = 'idx'"},
        {"k = {{scope.index:string}}", "it's", "k = 'it''s'"},
        {"k = {{scope.index:string}}", "a\\' OR 1=1 -- ", "k = 'a\\\\'' OR 1=1 -- '"},
        {"k = {{scope.index:string}}", "", "k = ''"},
        {"k = {{scope.index:string}}", "a\xFF", NULL},
        {"k = {{metric.a.value}}", "0.25", "k = 0.25"},
        {"k = {{metric.a.value}}", "0 OR 1=1", "k = `0 OR 1=1`"},
        {"k = {{stage.weight:string}}", "5", "k = '5'"},
    };
    for (size_t i = 0; i < sizeof fills / sizeof *fills; i++) {
        struct buf out = BUF_INIT;
        struct err e = ERR_INIT;
        struct tmpl_vars vars = {value, (void *)(uintptr_t)fills[i].value};
        int rc = tmpl_fill(fills[i].text, TMPL_SQL, &vars, &out, &e);
        if (fills[i].want ? rc < 0 || strcmp(buf_str(&out), fills[i].want) != 0 : rc == 0)
            fail_msg("%s with %s: %s %s", fills[i].text, fills[i].value, buf_str(&out), e.text);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_are_told_apart),
        cmocka_unit_test(quotes_are_seen),
        cmocka_unit_test(values_are_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
