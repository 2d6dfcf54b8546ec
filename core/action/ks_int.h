/* Inside core/action only: the kill switch's parts. */
#ifndef ACTION_KS_INT_H
#define ACTION_KS_INT_H

#include <pthread.h>

#include "action/killswitch.h"
#include "event/event.h"
#include "wire/http.h"

#define KS_CONFIRM_MS    5000 /* CONTRACT 7: read until it agrees or this has passed; real */
#define KS_READ_AGAIN_MS 250
#define KS_TRY_AGAIN_MS  500
#define KS_FASTEST_MS    50

struct scope {
    enum ks_answer is;
    int64_t ms, at_ms;
    char why[120];
    bool told, failed;
    int reading;   /* status questions under way */
    uint64_t turn; /* of the newest answer: older ones do not overwrite it */
    bool agreed, accepted, flipping, read_now; /* of the running flip */
    mono_t tried, looked;
    char flip_why[120];
};

struct flip {
    bool active, on, failed;
    bool told;     /* that it is verified */
    uint64_t turn; /* only what was asked after it confirms it */
    mono_t started;
    char id[16], actor[64];
};

struct ks_scope_calls {
    struct http_call status, engage, release;
};

struct killswitch {
    const struct plan *plan;
    struct clock clock;
    bool rehearse;
    struct queue *out;
    struct http *http;
    struct ks_scope_calls *calls; /* placeholders filled */
    int64_t every_ms, confirm_ms; /* real */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool stop, failed_on;
    struct scope *scopes;
    struct flip flip;
    uint64_t turn, checks, answered;
    mono_t polled;
};

struct ks_call {
    struct killswitch *ks;
    size_t scope;
    uint64_t turn;
    char check[48];
};

/* Events about scope i, and about the running flip; under the lock. */
void ks_tell(struct killswitch *k, size_t i, const char *check);
void ks_tell_act(struct killswitch *k, enum event_kind kind, int step, const char *outcome,
                 const char *text, bool done);

/* The scopes' calls with {{scope.*}} filled; NULL with e when one cannot be. */
struct ks_scope_calls *ks_calls(const struct plan *plan, struct err *e);
void ks_calls_free(struct ks_scope_calls *c, size_t n);

#endif
