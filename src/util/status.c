/* SPDX-License-Identifier: BSD-2-Clause */
/* status.c - statuses and the error object. */
#include "dpitool/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void fill(struct dpi_err *err, enum dpi_status code, const char *fmt, va_list ap)
{
    err->code = code;
    vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
}

enum dpi_status dpi_fail(struct dpi_err *err, enum dpi_status code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(err, code, fmt, ap);
    va_end(ap);
    return code;
}

enum dpi_status dpi_fail_errno(struct dpi_err *err, enum dpi_status code, int errnum,
                               const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(err, code, fmt, ap);
    va_end(ap);
    size_t used = strlen(err->msg);
    char text[128];
    snprintf(err->msg + used, sizeof(err->msg) - used, ": %s",
             strerror_r(errnum, text, sizeof(text)));
    return code;
}

int dpi_status_exit(enum dpi_status code)
{
    static const int exits[] = {
#define X(name, exit_status, text) [DPI_##name] = exit_status,
        DPI_STATUS_MAP(X)
#undef X
    };
    return exits[code];
}
