/* SPDX-License-Identifier: BSD-2-Clause */
/* check.h - one capture of a suite: what is expected of it, and whether it is so. */
#ifndef SUITE_CHECK_H
#define SUITE_CHECK_H

#include "report/report.h"
#include "suite/assertions.h"
#include "suite/cases.h"

struct check;

/* Reads what is expected. DPI_RULES: that is wrong; the message has file and line. update: results are to be written
 * anew, and may lack columns. *k is NULL unless DPI_OK. */
enum dpi_status check_open(struct check **k, const struct suite_case *c, bool update, struct dpi_err *err);
void check_free(struct check *k); /* NULL is fine */

bool check_expects(const struct check *k); /* anything at all */
char *const *check_options(const struct check *k, size_t *n); /* as assertions_options */

/* The same error with file and line in front, when options of the expectation may have led to it. */
void check_blame(const struct check *k, struct dpi_err *err);

/* Before the run. What is wrong goes to c. */
enum dpi_status check_begin(struct check *k, struct report_case *c, struct dpi_err *err);

/* An engine_record_fn with the check as ctx. */
enum dpi_status check_record(void *k, const struct dpi_record *r, struct dpi_err *err);

/* Whether something was not as expected. */
bool check_failed(const struct check *k);

/* Compares; run is NULL when it did not come to its end. DPI_OUTPUT: the results could not be written. */
enum dpi_status check_end(struct check *k, const struct dpi_run *run, struct dpi_err *err);

#endif
