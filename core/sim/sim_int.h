/* The simulator's inside. `lock` guards everything below it; API handlers run with it held and
 * never wait. Only server.c and hold.c know the HTTP library. */
#ifndef SIM_SIM_INT_H
#define SIM_SIM_INT_H

#include <pthread.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "sim/db.h"
#include "sim/model.h"
#include "sim/records.h"
#include "sim/reqlog.h"
#include "sim/sim.h"

#define KS_CONNECTIONS_MAX 64
#define EXECUTIONS_MAX     256
#define FORCED_FAULTS_MAX  32
#define FORCED_ALERTS_MAX  16
#define BODY_MAX           65536

struct ks_connection {
    char id[64];
    bool active;
};

struct execution {
    int id;
    char status[24], message[160], table[80], action[40], index[80], columns[160];
    int64_t started_ms; /* 0: not started */
    bool applied;       /* its index is in the database */
};

#define EXECUTION_MS 300000 /* a run takes five minutes */
const char *execution_status(const struct execution *x, int64_t now_ms); /* api_executor.c */

struct alert_now {    /* what an alert rule has come to; see alerts.c */
    int64_t since_ms; /* 0: not active */
};

struct forced_alert {
    char name[80], state[12]; /* firing or pending */
    struct label label[SERIES_LABELS_MAX];
    size_t n_labels;
    int64_t since_ms;
};

#define SIM_USERS_MAX 64
struct sim_user { /* of the query endpoint; its token is not kept */
    uint64_t print;
    int64_t requests, errors;
};

#define SIM_PULLS       7
#define SIM_PULL_LABELS 4
struct sim_pull { /* an open pull request */
    int number;
    char label[SIM_PULL_LABELS][48];
};

/* A weight on its way: from `from` at start to `to` at start + over_ms, in steps. */
struct ramp {
    bool on;
    double from, to;
    int64_t start_ms, over_ms;
};

struct sim {
    struct clock clock;
    char scenario_name[200];
    struct scenario *sc;
    int port;
    struct MHD_Daemon *daemon;
    struct hold *hold;
    struct mysql_server *mysql; /* NULL: none */
    int64_t real_start_ms;

    pthread_mutex_t lock;
    struct model *m;
    struct reqlog *log;
    bool ks_global;
    struct ks_connection ks[KS_CONNECTIONS_MAX];
    size_t n_ks;
    char feature[64];
    struct execution exec[EXECUTIONS_MAX]; /* ring: the oldest is forgotten */
    size_t n_exec;
    int next_exec;
    struct sim_db db;
    struct records *records;
    struct sim_user user[SIM_USERS_MAX];
    size_t n_users;
    uint64_t n_queries;
    char split[2][64];      /* targets of the load balancer, the canary's first */
    bool annotated, undone; /* kubectl has set the weight; hal9-migrate has rolled back */
    struct sim_pull pull[SIM_PULLS];
    struct ramp ramp;
    int64_t ramp_ms;                        /* time of the newest step taken */
    struct fault forced[FORCED_FAULTS_MAX]; /* FAULT_NONE: no fault, whatever the scenario says */
    size_t n_forced;
    uint64_t draws; /* how many chances were drawn */
    uint64_t sets;  /* how often /sim/set was called: ends what hangs */
    struct alert_now alert[ALERTS_DEFINED_MAX];
    int64_t alerts_at_ms; /* rules are evaluated up to here */
    struct forced_alert forced_alert[FORCED_ALERTS_MAX];
    size_t n_forced_alerts;
};

struct sim_param {
    char *key, *value;
};
#define PARAMS_MAX 64
struct sim_params {
    struct sim_param p[PARAMS_MAX]; /* more are dropped */
    size_t n;
};
void params_add(struct sim_params *to, const char *key, size_t nk, const char *value, size_t nv);
void params_form(struct sim_params *to, const char *body); /* application/x-www-form-urlencoded */
void params_free(struct sim_params *to);

struct sim_req {
    const char *method, *path; /* path without the query */
    const struct sim_params *params;
    const char *body;
    size_t body_len;
    const char *token; /* of the Authorization header, NULL none; never kept */
    int64_t now_ms;    /* of the sim's clock */
    bool lie;          /* writes are answered and not done */
};
const char *sim_param(const struct sim_req *r, const char *key); /* NULL when absent */

struct sim_reply {
    int status;
    const char *type;
    struct buf body;
};
#define SIM_JSON "application/json"

void reply_text(struct sim_reply *out, int status, const char *text);   /* plain */
void reply_json(struct sim_reply *out, int status, cJSON *o);           /* frees o */
void reply_error(struct sim_reply *out, int status, const char *error); /* {"error": …} */
void json_quote(struct buf *out, const char *text);

/* Which servers a call belongs to; TARGET_NONE for /sim and unknown paths. */
unsigned sim_target(const char *path, const struct sim_params *params);
unsigned exec_target(const struct sim_params *params); /* of a stand-in's command */
/* Answers; the lock is held. */
void sim_dispatch(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_prom(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_prom_alerts(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_alertmanager(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_kill_switch(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_weight(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_executor(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_grafana(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_shelf(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_incidents(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_hooks(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_config(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_memory(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_exec(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_sim(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_sim_set(struct sim *s, const struct sim_req *r, struct sim_reply *out);

#define HANG_MAX_MS 60000
/* What goes wrong with one request to `target` now. */
struct mishap {
    enum fault_kind kind; /* FAULT_NONE: answered */
    int status;
    int64_t delay_ms; /* real */
    int64_t hang_ms;  /* real: until the outage is over, HANG_MAX_MS at most */
    bool lie;
};
void sim_mishap(struct sim *s, unsigned target, int64_t now_ms, struct mishap *out);

void tell_users(const struct sim *s, struct sim_reply *out); /* GET /sim/users */
void sim_config_set(struct sim *s, const char *name, int64_t now_ms, cJSON *body); /* takes it */

/* Every way to set the weight but a ramp, which this ends. */
void sim_set_weight(struct sim *s, int64_t now_ms, double weight);
void sim_ramp(struct sim *s, int64_t now_ms, double to, int64_t over_ms);
void sim_ramp_on(struct sim *s, int64_t now_ms); /* takes the steps that are due */

bool sim_ks_on(const struct sim *s); /* any switch */
void sim_ks_apply(struct sim *s, int64_t now_ms);

struct sim *sim_of(void *ctx);

void mysql_server_stop(struct sim *s);
int server_start(struct sim *s, const char *listen, struct err *e);
void server_stop(struct sim *s);

#endif
