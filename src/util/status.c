/* SPDX-License-Identifier: BSD-2-Clause */
/* status.c - statuses and the error object. */
#include "dpitool/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/shorten.h"

enum dpi_status dpi_fail(struct dpi_err *err, enum dpi_status code, const char *fmt, ...)
{
    va_list ap;
    err->code = code;
    va_start(ap, fmt);
    shorten_format(err->msg, sizeof(err->msg), fmt, ap);
    va_end(ap);
    return code;
}

enum dpi_status dpi_fail_errno(struct dpi_err *err, enum dpi_status code, int errnum,
                               const char *fmt, ...)
{
    va_list ap;
    char text[128], why[128];
    int n = snprintf(why, sizeof(why), ": %s", strerror_r(errnum, text, sizeof(text)));
    size_t why_size = n < (int)sizeof(why) ? (size_t)n + 1 : sizeof(why);
    err->code = code;
    va_start(ap, fmt);
    shorten_format(err->msg, sizeof(err->msg) - why_size + 1, fmt, ap);
    va_end(ap);
    memcpy(err->msg + strlen(err->msg), why, why_size);
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
