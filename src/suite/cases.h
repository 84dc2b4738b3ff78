/* SPDX-License-Identifier: BSD-2-Clause */
/* cases.h - the captures of a folder and what is expected of each: NAME.pcap with NAME.expected.json, .csv or .yaml. */
#ifndef SUITE_CASES_H
#define SUITE_CASES_H

#include "dpitool/status.h"
#include "io/folder.h"

struct suite_case {
    char *name;           /* the capture's, without the ending */
    const char *capture;  /* paths, borrowed from the folder; NULL: there is none */
    const char *results;  /* .expected.json or .expected.csv */
    const char *yaml;     /* .expected.yaml */
};

struct cases {
    struct folder folder;
    struct suite_case *v;
    size_t n;
};

/* DPI_INPUT: the folder cannot be read, or holds no capture. DPI_RULES: an expectation without its capture, or two
 * results for one. c is to be freed whatever comes. */
enum dpi_status cases_find(struct cases *c, const char *folder, struct dpi_err *err);
void cases_free(struct cases *c);

const char *cases_file(const char *path); /* the last part of it */

#endif
