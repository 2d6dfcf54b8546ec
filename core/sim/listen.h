/* Where the simulator listens. */
#ifndef SIM_LISTEN_H
#define SIM_LISTEN_H

#include "base/err.h"

/* "127.0.0.1:9091", "[::1]:0", "localhost:0", ":9091" (loopback). Port 0 takes a free one, told in
 * *port. The listening socket, or -1. */
int listen_on(const char *where, int *port, struct err *e);

#endif
