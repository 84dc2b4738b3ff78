/* SPDX-License-Identifier: BSD-2-Clause */
/* assertions.h - what a NAME.expected.yaml says of a capture:
 *
 *   options: {filter: 'not port 53', no-guess: true}
 *   counts: {packets_read: 60, flows: '>= 2', buckets: {not_ip: 0}}
 *   labels: {TLS: 2, TLS/Netflix: 1}
 *   damaged: false
 *   flows:
 *     - where: 'dst_port == 443'
 *       count: 2
 *       expect: {protocol: TLS, hostname: '~ *.example.org', application: null}
 */
#ifndef SUITE_ASSERTIONS_H
#define SUITE_ASSERTIONS_H

#include "dpitool/record.h"
#include "dpitool/run.h"
#include "dpitool/status.h"
#include "report/report.h"

struct assertions;

/* Reads the file at path; DPI_RULES: the message has file and line. *a is NULL unless DPI_OK. */
enum dpi_status assertions_open(struct assertions **a, const char *path, struct dpi_err *err);
void assertions_free(struct assertions *a); /* NULL is fine */

/* Whether it says anything but options. */
bool assertions_any(const struct assertions *a);

/* The options for the run as a command line has them: "--NAME", "--NAME=VALUE". */
char *const *assertions_options(const struct assertions *a, size_t *n);
size_t assertions_options_line(const struct assertions *a); /* of the file, where they are */

/* What is wrong goes to c, a line each. Every record once, then the run. */
void assertions_record(struct assertions *a, const struct dpi_record *r, struct report_case *c);
bool assertions_failed(const struct assertions *a); /* said anything */
void assertions_run(struct assertions *a, const struct dpi_run *run, struct report_case *c);

#endif
