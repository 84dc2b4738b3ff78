/* SPDX-License-Identifier: BSD-2-Clause */
/* test_pcapout.c - what is written is read back by the readers as it was. */
#include "pcapout/pcapout.h"

#include "capture/reader.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define S    INT64_C(1000000000)

static const uint8_t bytes[] = "the bytes of a frame";

struct written {
    char *p;
    size_t n;
};

static struct written write_all(const struct pcapout_options *opt, const struct packet *v, size_t n)
{
    struct written w;
    struct dpi_err err;
    FILE *out = open_memstream(&w.p, &w.n);
    struct pcapout *o = pcapout_new(out, opt);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(pcapout_packet(o, &v[i], &err), DPI_OK);
    pcapout_free(o);
    fclose(out);
    return w;
}

static void same_packet(const struct packet *a, const struct packet *b, bool pcapng)
{
    assert_int_equal(a->caplen, b->caplen);
    assert_memory_equal(a->data, b->data, a->caplen);
    assert_int_equal(a->wirelen, b->wirelen);
    assert_int_equal(a->untimed, b->untimed);
    assert_int_equal(a->iface->link_type, b->iface->link_type);
    if (!a->untimed)
        assert_int_equal(a->ts_ns, b->ts_ns);
    if (!pcapng)
        return;
    assert_int_equal(a->iface->snaplen, b->iface->snaplen);
    assert_int_equal(a->iface->tsresol, b->iface->tsresol);
    assert_int_equal(a->iface->tsoffset, b->iface->tsoffset);
    assert_int_equal(!a->iface->name, !b->iface->name);
    if (a->iface->name)
        assert_string_equal(a->iface->name, b->iface->name);
}

static void read_back(const struct pcapout_options *opt, const struct packet *v, size_t n)
{
    struct written w = write_all(opt, v, n);
    struct reader_options reading = {.name = "test"};
    struct capture_facts facts = {0};
    struct reader *r;
    struct dpi_err err;
    struct packet p;
    assert_int_equal(reader_open(&r, source_memory(w.p, w.n), &reading, &facts, &err), DPI_OK);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(reader_next(r, &p, &err), DPI_OK);
        same_packet(&v[i], &p, opt->pcapng);
    }
    assert_int_equal(reader_next(r, &p, &err), DPI_END);
    reader_free(r);
    facts_free(&facts);
    free(w.p);
}

static struct packet packet(const struct capture_iface *i, uint32_t caplen, int64_t ts_ns)
{
    return (struct packet){.iface = i, .data = bytes, .caplen = caplen, .wirelen = 1500, .ts_ns = ts_ns};
}

static const struct capture_iface ifaces[] = {
    {.index = 0, .link_type = 1, .snaplen = 65535, .name = "eth0", .tsresol = 6},
    {.index = 1, .link_type = 101, .tsresol = 9, .tsoffset = 1700000000},
    {.index = 7, .link_type = 276, .snaplen = 5, .name = "", .tsresol = 0x80 | 20},
    {.index = 8, .link_type = 1, .tsresol = 0},
    {.index = 9, .link_type = 1, .tsresol = 9, .tsoffset = -100000},
};

static void keeps_interfaces_and_times(void **state)
{
    const struct packet v[] = {
        packet(&ifaces[2], 5, 3 * S + 953), /* one 2^20th of a second and less than one ns */
        packet(&ifaces[0], 20, 1795252299 * S + 123456000),
        packet(&ifaces[1], 0, 1795252299 * S + 999999999),
        packet(&ifaces[0], 1, 0),
        packet(&ifaces[3], 3, 7 * S),
        packet(&ifaces[4], 4, -99999 * S - 1),
        packet(&ifaces[1], 2, 1700000000 * S),
    };
    (void)state;
    read_back(&(struct pcapout_options){.pcapng = true}, v, N(v));
    read_back(&(struct pcapout_options){.pcapng = true, .comment = "by a test"}, v, N(v));
}

/* Packets without a time are of the first interface of a section. */
static void keeps_what_has_no_time(void **state)
{
    struct packet v[] = {
        packet(&ifaces[0], 20, 5 * S), packet(&ifaces[2], 5, 5 * S), packet(&ifaces[2], 5, 6 * S),
        packet(&ifaces[0], 20, 7 * S), packet(&ifaces[0], 20, 7 * S), packet(&ifaces[0], 20, 8 * S),
    };
    (void)state;
    v[1].untimed = v[4].untimed = true;
    v[4].wirelen = 20;
    read_back(&(struct pcapout_options){.pcapng = true}, v, N(v));
}

static void writes_classic_pcap(void **state)
{
    const struct packet micro[] = {packet(&ifaces[0], 20, 5 * S + 6000), packet(&ifaces[0], 0, 0)};
    const struct packet nano[] = {packet(&ifaces[0], 20, 5 * S + 6001), packet(&ifaces[0], 7, UINT32_MAX * S)};
    (void)state;
    read_back(&(struct pcapout_options){.link_type = 1, .snaplen = 65535}, micro, N(micro));
    read_back(&(struct pcapout_options){.link_type = 1, .snaplen = 65535, .nanoseconds = true}, nano, N(nano));
}

static void refuses_times_that_do_not_fit(void **state)
{
    static const int64_t times[] = {-1, (UINT32_MAX + INT64_C(1)) * S};
    (void)state;
    for (size_t i = 0; i < N(times); i++) {
        struct written w;
        struct dpi_err err;
        FILE *out = open_memstream(&w.p, &w.n);
        struct pcapout *o = pcapout_new(out, &(struct pcapout_options){.link_type = 1});
        struct packet p = packet(&ifaces[0], 20, times[i]);
        p.number = 9;
        assert_int_equal(pcapout_packet(o, &p, &err), DPI_OUTPUT);
        assert_string_equal(err.msg, "classic pcap has no place for the time of packet 9: pcapng has");
        pcapout_free(o);
        fclose(out);
        free(w.p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_interfaces_and_times),
        cmocka_unit_test(keeps_what_has_no_time),
        cmocka_unit_test(writes_classic_pcap),
        cmocka_unit_test(refuses_times_that_do_not_fit),
    };
    return cmocka_run_group_tests_name("pcapout", tests, NULL, NULL);
}
