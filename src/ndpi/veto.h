/* SPDX-License-Identifier: BSD-2-Clause */
/* veto.h - labels that are not wanted: what nDPI says with them is as if it had not been said. Private to src/ndpi.
 *
 * A label falls with its protocol, and with what it implies when it stands alone (labels.def); of an application that
 * is not wanted the protocol stays. */
#ifndef NDPI_VETO_H
#define NDPI_VETO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct veto; /* NULL: all are wanted */

/* names: as the library spells them, in any case; those it does not have are passed over. name(ctx, id): what the
 * library calls the number, of `protocols` there are. */
typedef const char *veto_name_fn(const void *ctx, uint16_t id);
struct veto *veto_new(const char *const *names, size_t n, veto_name_fn *name, const void *ctx, size_t protocols);
void veto_free(struct veto *v); /* NULL is fine */

bool veto_has(const struct veto *v, uint16_t id);

/* Takes out of a label what is not wanted; whether anything was. */
bool veto_apply(const struct veto *v, uint16_t *master, uint16_t *app);

#endif
