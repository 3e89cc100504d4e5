// What Swift's Glibc module leaves out (epoll, eventfd, signalfd, accept4) and hiredis.
#ifndef CRMSYNC_SHIM_H
#define CRMSYNC_SHIM_H

// No _GNU_SOURCE here: Swift's Glibc module is built without it, and the two would define fd_set and the socket
// calls differently. What it would bring is declared below.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/un.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pthread_setname_np(pthread_t, const char *);

#endif
