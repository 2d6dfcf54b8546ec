/* The simulator's inside. `lock` guards everything below it; API handlers run with it held and
 * never wait. Only server.c and hold.c know the HTTP library. */
#ifndef SIM_SIM_INT_H
#define SIM_SIM_INT_H

#include <pthread.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "sim/model.h"
#include "sim/reqlog.h"
#include "sim/sim.h"

#define KS_CONNECTIONS_MAX 64
#define EXECUTIONS_MAX     256
#define INCIDENTS_MAX      256
#define FORCED_FAULTS_MAX  32
#define FORCED_ALERTS_MAX  16
#define BODY_MAX           65536

struct ks_connection {
    char id[64];
    bool active;
};

struct execution {
    int id;
    char status[24], message[160], table[80], action[40];
    int64_t created_ms, started_ms; /* 0: not started */
};

struct alert_now {    /* what an alert rule has come to; see alerts.c */
    int64_t since_ms; /* 0: not active */
};

struct forced_alert {
    char name[80], state[12]; /* firing or pending */
    struct label label[SERIES_LABELS_MAX];
    size_t n_labels;
    int64_t since_ms;
};

struct sim {
    struct clock clock;
    char scenario_name[200];
    struct scenario *sc;
    int port;
    struct MHD_Daemon *daemon;
    struct hold *hold;
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
    int next_exec, next_incident;
    struct fault forced[FORCED_FAULTS_MAX]; /* FAULT_NONE: no fault, whatever the scenario says */
    size_t n_forced;
    uint64_t draws; /* how many chances were drawn */
    struct alert_now alert[ALERTS_DEFINED_MAX];
    int64_t alerts_at_ms; /* rules are evaluated up to here */
    struct forced_alert forced_alert[FORCED_ALERTS_MAX];
    size_t n_forced_alerts;
};

struct sim_param {
    char *key, *value;
};
#define PARAMS_MAX 24
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
    int64_t now_ms; /* of the sim's clock */
    bool lie;       /* writes are answered and not done */
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

/* Which server a path belongs to; TARGET_NONE for /sim and unknown paths. */
unsigned sim_target(const char *path);
/* Answers; the lock is held. */
void sim_dispatch(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_prom(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_prom_alerts(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_alertmanager(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_kill_switch(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_weight(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_executor(struct sim *s, const struct sim_req *r, struct sim_reply *out);
void api_other(struct sim *s, const struct sim_req *r, struct sim_reply *out);
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

bool sim_ks_on(const struct sim *s); /* any switch */
void sim_ks_apply(struct sim *s, int64_t now_ms);

struct sim *sim_of(void *ctx);

int server_start(struct sim *s, const char *listen, struct err *e);
void server_stop(struct sim *s);

#endif
