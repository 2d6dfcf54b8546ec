/* The fence of a drill: once it is up, no transport of this process reaches beyond the machine. It
 * is put up before transports start and never taken down. Each transport asks it before anything
 * leaves; who adds a transport asks it, too. */
#ifndef WIRE_FENCE_H
#define WIRE_FENCE_H

#include <stdbool.h>

#include "base/err.h"

void fence_up(void);
bool fence_is_up(void);

/* The whole host must be a loopback address: 127.example.org is not one. */
bool host_is_loopback(const char *host);

/* 0 when the fence is down, or lets through; else -1 with the sentence. A host, or the host of an
 * http(s) address (one that holds a placeholder is not known, so it stays inside). */
int fence_host(const char *host, struct err *e);
int fence_url(const char *url, struct err *e);

/* Programs a drill may run, found as execvp finds them: the stand-ins of sample-config/sim-bin
 * (links to the script SIM_STAND_IN), and tools that read, compare and print. */
#define SIM_STAND_IN "warroom-sim-exec"
int fence_program(const char *argv0, struct err *e);

#endif
