// What Swift's Glibc module leaves out (epoll, eventfd, signalfd, accept4) and hiredis.
#ifndef CRMSYNC_SHIM_H
#define CRMSYNC_SHIM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
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
#include <hiredis/async.h>

// Swift drops memset calls on memory that it believes dead; secrets go through this one.
static inline void crmsync_wipe(void *memory, size_t count) { explicit_bzero(memory, count); }

#endif
