/* SPDX-License-Identifier: BSD-2-Clause */
/* expr.h - which records are meant: protocol == "TLS" and bytes_total > 1M and hostname ~ "*.example.org".
 *
 *   FIELD                         the record has a value there
 *   FIELD == != < <= > >= VALUE   by the field's kind; texts by their bytes
 *   FIELD ~ !~ PATTERN            texts and lists; glob.h
 *   FIELD in VALUE, FIELD in (VALUE, ...), FIELD not in ...; addresses also in NETWORK
 *   not ! and && or || ( )        not binds closest, or loosest
 *
 * A comparison with a value that is not there is false, != and !~ too. Of a list one text must match. */
#ifndef EXPR_EXPR_H
#define EXPR_EXPR_H

#include "dpitool/record.h"
#include "dpitool/status.h"

struct expr;

/* DPI_USAGE: the message says what is wrong at which character. *e is NULL then. */
enum dpi_status expr_parse(struct expr **e, const char *text, struct dpi_err *err);

bool expr_match(const struct expr *e, const struct dpi_record *r);
void expr_free(struct expr *e); /* NULL is fine */

#endif
