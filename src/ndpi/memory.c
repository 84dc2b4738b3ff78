/* SPDX-License-Identifier: BSD-2-Clause */
#include "ndpi/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ndpi/compat.h"
#include "util/xalloc.h"

enum {
    ROOM = 16 << 20, /* 4.2 takes 4.7 MB; what does not fit is malloc's */
    ALIGNMENT = 8,   /* of the largest members that structs of 4.2 have; ROOM is a multiple of it */
};

static uint8_t *begin, *at, *end;

static void *pack(size_t n)
{
    if (n == 0)
        n = 1;
    if (n > (size_t)(end - at))
        return xmalloc(n);
    uint8_t *p = at;
    at += (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return p;
}

static void unpack(void *p)
{
    if ((uint8_t *)p < begin || (uint8_t *)p >= end)
        free(p);
}

static bool can_pack(void)
{
#ifdef __SANITIZE_ADDRESS__ /* which is to see each piece */
    return false;
#else
    return COMPAT_VERSION < 404; /* ALIGNMENT was looked up for no other */
#endif
}

void ndpi_memory_pack(void)
{
    if (!can_pack())
        return;
    void *p = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return;
    begin = at = p;
    end = begin + ROOM;
    compat_allocator(pack, unpack);
}

void ndpi_memory_pack_done(void)
{
    if (!begin)
        return;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *unused = begin + ((size_t)(at - begin) + page - 1) / page * page;
    munmap(unused, (size_t)(end - unused));
    end = unused;
    compat_allocator(malloc, unpack);
}
