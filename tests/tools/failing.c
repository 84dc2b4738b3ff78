/* SPDX-License-Identifier: BSD-2-Clause */
/* failing.c - for LD_PRELOAD: allocation number FAIL_AT of the program's own code, counted from 1 in each process,
 * fails, and no other. With FAIL_IN=NAME it is one of the library that has NAME in its path, as libndpi, which at 4.2
 * looks at none of its own; there is no room then to pack them in (src/ndpi/memory.c). */
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static long left;
static uintptr_t begin = UINTPTR_MAX, end;

/* The first object is the program. */
static int note_object(struct dl_phdr_info *info, size_t size, void *library)
{
    (void)size;
    if (library && !strstr(info->dlpi_name, library))
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t at = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        if (info->dlpi_phdr[i].p_type != PT_LOAD)
            continue;
        begin = at < begin ? at : begin;
        end = at + info->dlpi_phdr[i].p_memsz > end ? at + info->dlpi_phdr[i].p_memsz : end;
    }
    return 1;
}

__attribute__((constructor)) static void start(void)
{
    const char *at = getenv("FAIL_AT");
    dl_iterate_phdr(note_object, getenv("FAIL_IN"));
    left = at ? atol(at) : 0;
}

static int fails(const void *caller)
{
    if ((uintptr_t)caller < begin || (uintptr_t)caller >= end || left <= 0 || --left)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(p, n);
}

/* As off_t has 64 bits. */
void *mmap64(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
    if (flags & MAP_NORESERVE && getenv("FAIL_IN")) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, at, n, protection, flags, fd, offset);
}
