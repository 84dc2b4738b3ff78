/* SPDX-License-Identifier: BSD-2-Clause */
/* select.h - which flow a user means: by its number, its Community ID, or its ends. */
#ifndef RECORD_SELECT_H
#define RECORD_SELECT_H

#include "dpitool/status.h"
#include "flow/flow.h"
#include "record/community_id.h"

struct selection {
    enum { SELECT_ID, SELECT_COMMUNITY_ID, SELECT_ENDS } by;
    uint64_t id;
    char community_id[COMMUNITY_ID_MAX];
    struct dpi_addr addr[2];
    uint16_t port[2];
    bool has_port[2]; /* without: any */
};

/* 42; 1:LQU9qZlK+B5F3KDmev6m5PMibrg=; 192.0.2.2:50000-192.0.2.10:443, [fd00::1]:50000-[fd00::2]:443, either end
 * first, with ports or without. DPI_USAGE: it is none of these. */
enum dpi_status selection_parse(struct selection *s, const char *text, struct dpi_err *err);

/* seed and conversations: as the records have it. */
bool selection_matches(const struct selection *s, const struct flow *f, uint16_t seed, bool conversations);

enum { SELECTED_OTHERS_MAX = 8 };

/* The flow that was selected, the first one of several. */
struct selected {
    uint64_t flow_id; /* 0: none so far */
    uint64_t others[SELECTED_OTHERS_MAX], n_others; /* flow_ids of the others; n_others counts on */
};

/* Looks at a flow that was not looked at before; true when it is the one. */
bool selected_look(struct selected *chosen, const struct selection *s, const struct flow *f, uint16_t seed,
                   bool conversations);

#endif
