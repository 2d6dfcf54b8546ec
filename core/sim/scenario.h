/* A scenario: what the simulated world is like. Parsed once from text (docs/simulator.md), const
 * afterwards. Bounded: 1 MiB of text, the *_MAX counts below. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "sim/promql.h"

/* When something holds: from an anchor on, `after_ms` later, for `for_ms` (0: as long as the
 * anchor holds), again every `every_ms` (0: once). The anchors traffic and weight follow the
 * weight that reaches the canary: 0 while a kill switch is on. Execute: the executor has begun its
 * run and its work has not been undone. */
enum anchor { ANCHOR_START, ANCHOR_TRAFFIC, ANCHOR_WEIGHT, ANCHOR_EXECUTE };
struct when {
    enum anchor anchor;
    double weight; /* of ANCHOR_WEIGHT: weight >= this, per cent */
    int64_t after_ms, for_ms, every_ms;
};

struct signal {
    char name[32];
    double base, noise, load, min, max; /* load is added per 100 % of weight */
    int64_t period_ms;
    uint64_t seed;
};

enum change { CHANGE_ADD, CHANGE_TIMES, CHANGE_TO };
struct effect {
    int signal;
    struct when when;
    enum change change;
    double value;
    int64_t over_ms, heal_ms; /* time to grow, time to fade */
};

enum series_kind { SERIES_GAUGE, SERIES_COUNTER, SERIES_HISTOGRAM };
struct label {
    char key[48], value[96];
};
#define SERIES_LABELS_MAX 8
struct series {
    enum series_kind kind;
    char name[96]; /* of a histogram: without _bucket */
    struct label label[SERIES_LABELS_MAX];
    size_t n_labels;
    struct pq *expr[4]; /* histogram: p50, p95, p99, events/s; otherwise the first alone */
    size_t n_expr;
};

struct gone {
    char metric[96];
    struct when when;
};

struct stall { /* Prometheus scrapes nothing */
    struct when when;
};

enum target {
    TARGET_NONE = 0,
    TARGET_PROMETHEUS = 1,
    TARGET_ALERTMANAGER = 2,
    TARGET_KILL_SWITCH = 4,
    TARGET_TRAFFIC = 8,
    TARGET_ROLLOUT = 16,
    TARGET_EXECUTOR = 32,
    TARGET_STATUS_PAGE = 64,
    TARGET_MEMORY = 128,
    TARGET_GRAFANA = 256,
    TARGET_HOOKS = 512,     /* chat and mail */
    TARGET_COMMANDS = 1024, /* programs that stand-ins ask for */
    TARGET_MYSQL = 2048,
    TARGET_MYSQL_REPLICA = 4096,
    TARGET_CONTROL = 4 | 8 | 16 | 32,
    TARGET_ALL = 8191,
};

enum fault_kind {
    FAULT_NONE,
    FAULT_DROP, /* the connection is closed without an answer */
    FAULT_HANG,
    FAULT_STATUS,
    FAULT_DELAY,
    FAULT_LIE,     /* a write is answered 200 and changes nothing */
    FAULT_HTML,    /* a proxy's page with status 200 */
    FAULT_GARBAGE, /* 200, JSON announced, no JSON sent */
    FAULT_CUT,     /* the body ends in the middle */
};
struct fault {
    unsigned targets; /* of enum target */
    struct when when;
    enum fault_kind kind;
    int status;
    int64_t min_ms, max_ms; /* real time */
    int chance_pct;         /* 100: every time */
};

struct alert_rule {
    char name[80];
    struct pq *expr;
    int64_t pending_ms;
    struct label label[SERIES_LABELS_MAX];
    size_t n_labels;
    char summary[160];
};

#define SIGNALS_MAX        128
#define EFFECTS_MAX        128
#define SERIES_MAX         256
#define GONE_MAX           32
#define STALLS_MAX         8
#define FAULTS_MAX         64
#define ALERTS_DEFINED_MAX 32

struct scenario {
    char about[200];
    int64_t seed, scrape_ms;
    struct signal *signal;
    struct effect *effect;
    struct series *series;
    struct gone *gone;
    struct stall *stall;
    struct fault *fault;
    struct alert_rule *alert;
    size_t n_signals, n_effects, n_series, n_gone, n_stalls, n_faults, n_alerts;
};

/* `name` is what errors call the text: "NAME:LINE: what is wrong; what is allowed". */
struct scenario *scenario_parse(const char *text, size_t n, const char *name, struct err *e);

/* A built-in name, or else a path. */
struct scenario *scenario_open(const char *name_or_path, struct err *e);
void scenario_free(struct scenario *s);

int scenario_signal(const struct scenario *s, const char *name); /* index or -1 */
unsigned target_of(const char *word);                            /* TARGET_NONE when unknown */

/* Names that mean something in expressions beside the signals; their `signal` is negative. */
enum { SIGNAL_WEIGHT = -2, SIGNAL_KILLED = -3 };

/* Texts built into the program (made from core/sim/scenarios and core/sim/demo.yaml). */
struct sim_text {
    const char *name;
    const unsigned char *text;
    size_t n;
};
extern const struct sim_text sim_texts[]; /* ends with a NULL name */
const struct sim_text *sim_text_find(const char *name);

#endif
