/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz.c - what the fuzzers share. */
#include "fuzz.h"

#include "capture/reader.h"
#include "util/xalloc.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct taken take_bytes(struct cursor *c, size_t n)
{
    const uint8_t *p;
    if (n > cursor_left(c))
        n = cursor_left(c);
    cursor_bytes(c, &p, n);
    return (struct taken){xmemdup(p, n), n};
}

struct fuzz_file fuzz_file(const uint8_t *data, size_t n)
{
    struct fuzz_file f = {.fd = memfd_create("fuzz", MFD_CLOEXEC)};
    CLAIM(f.fd >= 0 && write(f.fd, data, n) == (ssize_t)n);
    snprintf(f.path, sizeof(f.path), "/proc/self/fd/%d", f.fd);
    return f;
}

void fuzz_file_close(struct fuzz_file *f)
{
    close(f->fd);
}

static uint64_t sum_of(const uint8_t *p, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += p[i];
    return sum;
}

static void read_capture(const uint8_t *data, size_t n, bool resync)
{
    struct reader *r;
    struct packet p;
    struct dpi_err err;
    struct capture_facts facts;
    struct reader_options opt = {.name = "fuzz", .resync = resync};
    enum dpi_status st;
    uint64_t packets = 0, sum = 0, offset;
    memset(&facts, 0, sizeof(facts));
    if (reader_open(&r, source_memory(data, n), &opt, &facts, &err) == DPI_OK) {
        while ((st = reader_next(r, &p, &err)) == DPI_OK) {
            sum += sum_of(p.data, p.caplen) + p.iface->link_type;
            CLAIM(p.offset < n);
            packets++;
        }
        CLAIM(reader_next(r, &p, &err) == st);
        CLAIM(st != DPI_DAMAGED || reader_damage(r, &offset));
        CLAIM(reader_file_offset(r) <= n);
        CLAIM(packets <= n && sum != UINT64_MAX);
        reader_free(r);
    }
    facts_free(&facts);
}

void fuzz_capture(const uint8_t *data, size_t n)
{
    read_capture(data, n, false);
    read_capture(data, n, true);
}
