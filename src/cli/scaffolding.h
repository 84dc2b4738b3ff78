/* SPDX-License-Identifier: BSD-2-Clause */
/* scaffolding.h - what dpitool unknown --scaffold writes: for each group a signature and dissectors to start from, all
 * of them tried before. */
#ifndef CLI_SCAFFOLDING_H
#define CLI_SCAFFOLDING_H

#include "cli/capture_run.h"
#include "unknown/profile.h"

struct scaffolding;

struct scaffolding_options {
    const char *folder;
    bool force;     /* the folder may have the files of an earlier run */
    bool no_tshark; /* do not try dissectors */
    uint64_t most_tried; /* dissectors, of the largest groups: each takes tshark half a second or so */
    bool no_sandbox;
};

/* What is known after two passes, all of it borrowed. */
struct scaffolding_input {
    const struct capture_options *capture;
    const struct opt_words *captures;
    struct spool *spool;
    const uint64_t *wanted; /* ids of unknown flows, ascending */
    size_t n_wanted;
    const uint64_t *guessed; /* of others whose label is a guess, ascending: nothing is told of a signature by them */
    size_t n_guessed;
    const struct samples *samples;
    const struct samples *known; /* some of the identified flows */
    const struct groups *groups;
    struct profile *const *profile; /* beside groups */
};

/* Before the sandbox is entered. *s is NULL unless DPI_OK. */
enum dpi_status scaffolding_open(struct scaffolding **s, const struct scaffolding_options *o, struct dpi_err *err);

/* Reads the captures once more. */
/* DPI_USAGE: the capture is one of the files that would be written. */
enum dpi_status scaffolding_spare(const struct scaffolding *s, const char *capture, struct dpi_err *err);

enum dpi_status scaffolding_write(struct scaffolding *s, const struct scaffolding_input *in, struct dpi_err *err);

void scaffolding_free(struct scaffolding *s); /* NULL is fine */

#endif
