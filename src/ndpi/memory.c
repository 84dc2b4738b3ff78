/* SPDX-License-Identifier: BSD-2-Clause */
#include "ndpi/memory.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "ndpi/compat.h"
#include "util/xalloc.h"

enum {
    ROOM = 16 << 20, /* 4.2 takes 4.7 MB; what does not fit is malloc's */
    ALIGNMENT = 8,   /* of the largest members that nDPI's structs have */
};

static uint8_t *begin, *at, *end;

static void *pack(size_t n)
{
    if (n > (size_t)(end - at))
        return xmalloc(n);
    uint8_t *p = at;
    size_t room = (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    at += room < (size_t)(end - at) ? room : (size_t)(end - at);
    return p;
}

static void unpack(void *p)
{
    if ((uint8_t *)p < begin || (uint8_t *)p >= end)
        free(p);
}

void ndpi_memory_pack(void)
{
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
    const uintptr_t page = 4096;
    uint8_t *unused = (uint8_t *)(((uintptr_t)at + page - 1) & ~(page - 1));
    munmap(unused, (size_t)(end - unused));
    end = unused;
    compat_allocator(malloc, unpack);
}
