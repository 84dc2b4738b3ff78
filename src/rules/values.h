/* SPDX-License-Identifier: BSD-2-Clause */
/* values.h - the texts in lists of rule files: hosts, prefixes, ports, fingerprints. Private to src/rules. */
#ifndef RULES_VALUES_H
#define RULES_VALUES_H

#include "rules/model.h"

#define VALUE_WHY_MAX 400

/* Adds a value to the last rule of r. False: why says what is wrong with it. */
typedef bool value_fn(struct rules *r, const char *text, size_t n, char why[static VALUE_WHY_MAX]);

extern value_fn *const value_readers[CONDITIONS];

/* "tcp/443" or "udp/5000-5010". */
bool value_ports(const char *text, uint8_t *transport, uint16_t *first, uint16_t *last,
                 char why[static VALUE_WHY_MAX]);

bool value_id(const char *text, char why[static VALUE_WHY_MAX]); /* of an application */

#endif
