/* SPDX-License-Identifier: BSD-2-Clause */
/* status.h - what a call returns, and the error object that says what, where and what was expected.
 *
 * Library code never prints and never exits: it returns a status and fills a struct dpi_err.
 * The err argument is never NULL. A status is forwarded unchanged (DPI_TRY), so the message written
 * nearest to the fault is the one the user reads. */
#ifndef DPITOOL_STATUS_H
#define DPITOOL_STATUS_H

#include <stdint.h>

/* name, exit status of the command line tool, meaning */
#define DPI_STATUS_MAP(X)                                                                          \
    X(OK, 0, "ok")                                                                                 \
    X(END, 0, "end of data")                                                                       \
    X(DAMAGED, 1, "input damaged or cut")                                                          \
    X(INTERRUPTED, 1, "interrupted")                                                               \
    X(USAGE, 2, "wrong usage")                                                                     \
    X(INPUT, 3, "input cannot be read")                                                            \
    X(RULES, 4, "rules or expectations are wrong")                                                 \
    X(OUTPUT, 5, "output failed")                                                                  \
    X(PIPE, 0, "the reader of an output went away")                                                \
    X(ABI, 5, "a library does not match the headers used to build")                                \
    X(NO, 6, "the answer is no")

enum dpi_status {
#define X(name, exit_status, text) DPI_##name,
    DPI_STATUS_MAP(X)
#undef X
};

#define DPI_ERR_MSG_MAX 512

struct dpi_err {
    enum dpi_status code;
    char msg[DPI_ERR_MSG_MAX]; /* one line, no newline; may hold bytes of file names: escape to print */
};

/* Fills err and returns code. A message that is too long loses its middle. */
enum dpi_status dpi_fail(struct dpi_err *err, enum dpi_status code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with ": strerror(errnum)" behind the message. */
enum dpi_status dpi_fail_errno(struct dpi_err *err, enum dpi_status code, int errnum,
                               const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The exit status that the command line tool gives for a status. */
int dpi_status_exit(enum dpi_status code);

#define DPI_TRY(expr)                                                                              \
    do {                                                                                           \
        enum dpi_status dpi_try_status_ = (expr);                                                  \
        if (dpi_try_status_ != DPI_OK)                                                             \
            return dpi_try_status_;                                                                \
    } while (0)

#endif
