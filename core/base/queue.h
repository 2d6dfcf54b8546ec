/* Bounded queue of pointers between threads: many may put, one takes. An eventfd becomes readable
 * when something is in it. The owner of the queue decides what a full queue means. */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct queue;

struct queue *queue_new(size_t capacity);
void queue_free(struct queue *q, void (*free_item)(void *)); /* items left are freed with it */

int queue_put(struct queue *q, void *item); /* 0, or -1 when full: the caller still owns item */
void *queue_take(struct queue *q);          /* the oldest, or NULL when empty; never waits */
int queue_fd(const struct queue *q);        /* poll for POLLIN; cleared when taken empty */
size_t queue_len(struct queue *q);

#endif
