/* SPDX-License-Identifier: BSD-2-Clause */
/* thread.h - threads that hear no signals, so that these end the waiting of the one that started them. Signals that
 * speak of the thread itself are not held back: they would end the program without a word. */
#ifndef UTIL_THREAD_H
#define UTIL_THREAD_H

#include <pthread.h>
#include <stdbool.h>

bool thread_start(pthread_t *thread, void *(*run)(void *), void *ctx); /* false: there cannot be one */

#endif
