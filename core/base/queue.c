/* Bounded queue with an eventfd. */
#include "base/queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

struct queue {
    pthread_mutex_t lock;
    void **items;
    size_t cap, head, len;
    int fd;
};

struct queue *queue_new(size_t capacity)
{
    struct queue *q = xzalloc(1, sizeof *q);
    q->items = xzalloc(capacity, sizeof *q->items);
    q->cap = capacity;
    pthread_mutex_init(&q->lock, NULL);
    q->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (q->fd < 0)
        BUG("no eventfd left");
    return q;
}

void queue_free(struct queue *q, void (*free_item)(void *))
{
    if (!q)
        return;
    for (size_t i = 0; i < q->len && free_item; i++)
        free_item(q->items[(q->head + i) % q->cap]);
    close(q->fd);
    pthread_mutex_destroy(&q->lock);
    free(q->items);
    free(q);
}

/* Under the lock, so that readable always agrees with "not empty". */
static void ring(struct queue *q)
{
    uint64_t one = 1;
    if (write(q->fd, &one, sizeof one) < 0)
        BUG("eventfd write failed"); /* only a count near 2^64 could refuse it */
}

int queue_put(struct queue *q, void *item)
{
    int full;
    pthread_mutex_lock(&q->lock);
    full = q->len == q->cap;
    if (!full) {
        q->items[(q->head + q->len++) % q->cap] = item;
        ring(q);
    }
    pthread_mutex_unlock(&q->lock);
    return full ? -1 : 0;
}

void *queue_take(struct queue *q)
{
    void *item = NULL;
    pthread_mutex_lock(&q->lock);
    if (q->len) {
        item = q->items[q->head];
        q->head = (q->head + 1) % q->cap;
        q->len--;
    } else {
        uint64_t drop;
        if (read(q->fd, &drop, sizeof drop) < 0)
            drop = 0;
    }
    pthread_mutex_unlock(&q->lock);
    return item;
}

int queue_fd(const struct queue *q)
{
    return q->fd;
}

size_t queue_len(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    size_t n = q->len;
    pthread_mutex_unlock(&q->lock);
    return n;
}
