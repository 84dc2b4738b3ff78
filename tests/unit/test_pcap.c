/* SPDX-License-Identifier: BSD-2-Clause */
/* test_pcap.c - classic pcap: magics, byte orders, times, lengths, damage; and what is no capture. */
#include "capture/reader.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

#include "bytes.h"

enum { MICRO = 0xa1b2c3d4, NANO = 0xa1b23c4d, MODIFIED = 0xa1b2cd34 };

struct fixture {
    struct bytes in;
    struct capture_facts facts;
    struct reader *reader;
    struct dpi_err err;
    bool resync;
};

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    reader_free(f->reader);
    facts_free(&f->facts);
    free(f);
    return 0;
}

/* Starts over with an empty file. */
static void reset(struct fixture *f, bool big)
{
    reader_free(f->reader);
    f->reader = NULL;
    facts_free(&f->facts);
    f->in.n = 0;
    f->in.big = big;
    f->resync = false;
}

static enum dpi_status open_it(struct fixture *f)
{
    struct reader_options opt = {.name = "x.pcap", .resync = f->resync};
    return reader_open(&f->reader, source_memory(f->in.b, f->in.n), &opt, &f->facts, &f->err);
}

static struct packet must_next(struct fixture *f)
{
    struct packet p;
    if (reader_next(f->reader, &p, &f->err) != DPI_OK)
        fail_msg("%s", f->err.msg);
    for (uint32_t i = 0; i < p.caplen && i < 256; i++)
        assert_int_equal(p.data[i], i);
    return p;
}

static void expect_end(struct fixture *f)
{
    struct packet p;
    assert_int_equal(reader_next(f->reader, &p, &f->err), DPI_END);
    assert_int_equal(reader_next(f->reader, &p, &f->err), DPI_END);
}

static const struct {
    uint32_t magic, s, fraction;
    int64_t ns;
} times[] = {
    {MICRO, 0, 0, 0},
    {MICRO, 1, 999999, 1999999000},
    {MICRO, 0x7fffffff, 1, 2147483647000001000},
    {MICRO, 0x80000000, 1, 2147483648000001000},   /* unsigned: the year 2038 */
    {MICRO, 0xffffffff, 0, 4294967295000000000},
    {MICRO, 5, 1000000, 6000000000},               /* a whole second of microseconds */
    {MICRO, 5, 0xffffffff, 4299967295000},         /* absurd, but no reason to turn negative */
    {NANO, 1, 999999999, 1999999999},
    {NANO, 0xfffffffe, 7, 4294967294000000007},
    {NANO, 5, 0xffffffff, 9294967295},
    {MODIFIED, 3, 4, 3000004000},
};

static void times_are_the_same_in_both_byte_orders(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 2 * sizeof(times) / sizeof(*times); i++) {
        uint32_t magic = times[i / 2].magic;
        reset(f, i % 2);
        put_pcap_header(&f->in, magic, 4, 65535, 1);
        if (magic == MODIFIED) {
            put32(&f->in, times[i / 2].s);
            put32(&f->in, times[i / 2].fraction);
            put32(&f->in, 1);
            put32(&f->in, 1);
            put64(&f->in, 0x0102030405060708); /* interface, protocol, packet type */
            put_number(&f->in, 0, 1);
        } else {
            put_record(&f->in, times[i / 2].s, times[i / 2].fraction, 60, 1500);
        }
        assert_int_equal(open_it(f), DPI_OK);
        assert_string_equal(reader_format(f->reader), "pcap");
        assert_int_equal(must_next(f).ts_ns, times[i / 2].ns);
        expect_end(f);
    }
}

static void a_packet_says_all_of_itself(void **state)
{
    struct fixture *f = *state;
    put_pcap_header(&f->in, MICRO, 4, 96, 1);
    put_record(&f->in, 1, 2, 60, 1500);
    put_record(&f->in, 1, 2, 0, 0);
    put_record(&f->in, 1, 2, 20, 10);
    assert_int_equal(open_it(f), DPI_OK);
    struct packet p = must_next(f);
    assert_int_equal(p.caplen, 60);
    assert_int_equal(p.wirelen, 1500);
    assert_int_equal(p.offset, 24);
    assert_int_equal(p.iface->link_type, 1);
    assert_int_equal(p.iface->snaplen, 96);
    assert_null(p.iface->name);
    assert_string_equal(p.iface->capture, "x.pcap");
    assert_false(p.iface->is_pcapng);
    p = must_next(f);
    assert_int_equal(p.caplen, 0);
    assert_int_equal(p.offset, 100);
    p = must_next(f);
    assert_int_equal(p.caplen, 20);
    assert_int_equal(p.wirelen, 10);
    expect_end(f);
}

static void packets_over_the_snaplen_are_given_whole(void **state)
{
    struct fixture *f = *state;
    static const uint32_t snaplens[] = {0, 1, 20, 59, 60, 0x7fffffff, 0xffffffff};
    for (size_t i = 0; i < sizeof(snaplens) / sizeof(*snaplens); i++) {
        reset(f, i % 2);
        put_pcap_header(&f->in, MICRO, 4, snaplens[i], 1);
        put_record(&f->in, 1, 2, 60, 60);
        put_record(&f->in, 1, 2, 9000, 9000);
        assert_int_equal(open_it(f), DPI_OK);
        struct packet p = must_next(f);
        assert_int_equal(p.caplen, 60);
        assert_int_equal(p.iface->snaplen, snaplens[i]);
        assert_int_equal(must_next(f).caplen, 9000);
        expect_end(f);
    }
}

static void old_versions_have_the_lengths_the_other_way_round(void **state)
{
    struct fixture *f = *state;
    put_pcap_header(&f->in, MICRO, 2, 65535, 1);
    put32(&f->in, 1);
    put32(&f->in, 2);
    put32(&f->in, 100); /* on the wire */
    put32(&f->in, 1);   /* captured */
    put_number(&f->in, 0, 1);
    assert_int_equal(open_it(f), DPI_OK);
    struct packet p = must_next(f);
    assert_int_equal(p.caplen, 1);
    assert_int_equal(p.wirelen, 100);
}

static const struct {
    uint32_t in_file, linktype;
} link_types[] = {
    {1, 1}, {0, 0}, {101, 101}, {12, 101}, {14, 101}, {100, 100}, {11, 100}, {103, 103}, {113, 113}, {276, 276},
    {105, 105}, {1 | 0x54000000, 1}, /* with the length of an FCS */
};

static void link_types_are_linktype_values(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(link_types) / sizeof(*link_types); i++) {
        reset(f, false);
        put_pcap_header(&f->in, MICRO, 4, 65535, link_types[i].in_file);
        put_record(&f->in, 1, 2, 60, 60);
        assert_int_equal(open_it(f), DPI_OK);
        assert_int_equal(must_next(f).iface->link_type, link_types[i].linktype);
    }
}

static void expect_damage(struct fixture *f, uint64_t offset, const char *word)
{
    struct packet p;
    uint64_t at;
    char text[32];
    snprintf(text, sizeof(text), "at byte %llu:", (unsigned long long)offset);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(reader_next(f->reader, &p, &f->err), DPI_DAMAGED);
        assert_non_null(strstr(f->err.msg, text));
        assert_non_null(strstr(f->err.msg, word));
    }
    assert_non_null(strstr(reader_damage(f->reader, &at), word));
    assert_int_equal(at, offset);
}

static void a_cut_file_gives_all_before_the_cut(void **state)
{
    struct fixture *f = *state;
    enum { FIRST = 24, SECOND = FIRST + 16 + 30, END = SECOND + 16 + 40 };
    for (size_t cut = 0; cut <= END; cut++) {
        reset(f, cut % 2);
        put_pcap_header(&f->in, MICRO, 4, 65535, 1);
        put_record(&f->in, 1, 2, 30, 30);
        put_record(&f->in, 1, 2, 40, 40);
        assert_int_equal(f->in.n, END);
        f->in.n = cut;
        if (cut < FIRST) {
            assert_int_equal(open_it(f), DPI_INPUT);
            assert_null(f->reader);
            continue;
        }
        assert_int_equal(open_it(f), DPI_OK);
        if (cut >= SECOND)
            must_next(f);
        if (cut == END)
            must_next(f);
        if (cut == FIRST || cut == SECOND || cut == END)
            expect_end(f);
        else
            expect_damage(f, cut < SECOND ? FIRST : SECOND, "only got");
    }
}

static void absurd_lengths_are_damage(void **state)
{
    struct fixture *f = *state;
    static const uint32_t lengths[] = {262145, 0x7fffffff, 0x80000000, 0xffffffff};
    for (size_t i = 0; i < 2 * sizeof(lengths) / sizeof(*lengths); i++) {
        reset(f, i % 2);
        put_pcap_header(&f->in, MICRO, 4, 65535, 1);
        put_record(&f->in, 1, 2, 30, 30);
        put64(&f->in, 0);
        put32(&f->in, lengths[i / 2]);
        put32(&f->in, 60);
        put(&f->in, f->in.b, 60);
        assert_int_equal(open_it(f), DPI_OK);
        must_next(f);
        expect_damage(f, 70, "at most 262144 were expected");
    }
}

static void unusable_headers_are_said(void **state)
{
    struct fixture *f = *state;
    put_pcap_header(&f->in, MICRO, 4, 65535, 1);
    f->in.b[4] = 1; /* version 1.4 */
    assert_int_equal(open_it(f), DPI_INPUT);
    assert_non_null(strstr(f->err.msg, "archaic"));
}

static const struct {
    const char *bytes;
    size_t n;
    const char *word;
} no_captures[] = {
    {"", 0, "empty"},
    {"PK\x03\x04", 4, "zip archive: unpack it"},
    {"070701000", 9, "cpio archive"},
    {"LZIP\1", 5, "lzip"},
    {"snoop\0\0\0\0\0\0\2", 12, "snoop"},
    {"hello\n", 6, "text"},
    {"\r\n\r\r\n", 5, "transferred as text"},
    {"\xd4\xc3\xb2", 3, "neither"},
    {"\0\0\0\0\0\0\0\0", 8, "zeros"},
};

static void what_is_no_capture_is_named(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(no_captures) / sizeof(*no_captures); i++) {
        reset(f, false);
        put(&f->in, no_captures[i].bytes, no_captures[i].n);
        assert_int_equal(open_it(f), DPI_INPUT);
        if (!strstr(f->err.msg, no_captures[i].word))
            fail_msg("%s: no '%s'", f->err.msg, no_captures[i].word);
    }
}

/* A record with bytes between its header and the packet. */
static void put_long_record(struct fixture *f, uint32_t s, uint32_t fraction, uint32_t caplen, size_t extra)
{
    put32(&f->in, s);
    put32(&f->in, fraction);
    put32(&f->in, caplen);
    put32(&f->in, caplen);
    while (extra--)
        put_number(&f->in, 0xee, 1);
    for (uint32_t i = 0; i < caplen; i++)
        put_number(&f->in, i, 1);
}

static const struct {
    uint32_t magic;
    uint16_t major, minor;
    uint32_t link_type, file_extra;
    size_t record_extra;
    uint32_t as_link_type;
    int64_t unit; /* ns */
} variants[] = {
    {0x1c0001ac, 2, 4, 1, 4, 0, 1, 1},       /* Ixia's hardware */
    {0x1c0001ab, 2, 4, 1, 4, 0, 1, 1000},    /* Ixia's software */
    {MICRO, 2, 2, 6, 0, 0, 1, 1},            /* AIX: Ethernet by its interface type */
    {MICRO, 2, 2, 24, 0, 0, 0, 1},           /* AIX: loopback */
    {MICRO, 2, 5, 1, 0, 0, 1, 1000},         /* a version that nobody defined */
    {MICRO, 3, 0, 113, 0, 0, 113, 1000},
    {MICRO, 2, 4, 1, 0, 8, 1, 1000},         /* Kuznetsov's of 1999-04-17 with the usual magic */
    {MICRO, 2, 4, 1, 0, 4, 1, 1000},         /* Nokia */
    {MODIFIED, 2, 4, 1, 0, 8, 1, 1000},      /* of 1999-10-29 */
    {MODIFIED, 2, 4, 1, 0, 12, 1, 1000},     /* of 1999-09-15 */
};

static void variants_that_libpcap_does_not_know(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 4 * sizeof(variants) / sizeof(*variants); i++) {
        size_t v = i / 4;
        reset(f, i & 1);
        f->resync = i & 2;
        put_pcap_header(&f->in, variants[v].magic, 0, 65535, variants[v].link_type);
        f->in.n = 4;
        put16(&f->in, variants[v].major);
        put16(&f->in, variants[v].minor);
        f->in.n = 24;
        for (uint32_t n = 0; n < variants[v].file_extra; n++)
            put_number(&f->in, 0xff, 1);
        for (uint32_t n = 0; n < 5; n++)
            put_long_record(f, 1700000000 + n, 123456, 60 + n, variants[v].record_extra);
        if (open_it(f) != DPI_OK)
            fail_msg("%zu: %s", v, f->err.msg);
        uint64_t offset = 24 + variants[v].file_extra;
        for (uint32_t n = 0; n < 5; n++) {
            struct packet p = must_next(f);
            assert_int_equal(p.caplen, 60 + n);
            assert_int_equal(p.ts_ns, (1700000000 + n) * INT64_C(1000000000) + 123456 * variants[v].unit);
            assert_int_equal(p.iface->link_type, variants[v].as_link_type);
            assert_int_equal(p.offset, offset);
            offset += 16 + variants[v].record_extra + 60 + n;
        }
        expect_end(f);
    }
}

enum { SECONDS = 1700000000, RECORD = 16 + 100, RECORDS = 20, RECORD_AT = 24 };

static void make_twenty(struct fixture *f, bool big)
{
    reset(f, big);
    f->resync = true;
    put_pcap_header(&f->in, MICRO, 4, 65535, 1);
    for (uint32_t i = 0; i < RECORDS; i++)
        put_record(&f->in, SECONDS + i, i, 100, 1000);
}

/* Reads packets until the end, which must be one, and returns how many there were. */
static size_t count_packets(struct fixture *f)
{
    struct packet p;
    enum dpi_status status = open_it(f);
    size_t n = 0;
    while (status == DPI_OK && (status = reader_next(f->reader, &p, &f->err)) == DPI_OK) {
        assert_memory_equal(p.data, f->in.b + p.offset + 16, p.caplen);
        n++;
    }
    if (status != DPI_END)
        fail_msg("%s", f->err.msg);
    return n;
}

static const struct {
    size_t at, n; /* bytes spoiled, from record 5 on */
    uint8_t with;
    size_t lost; /* records */
} spoiled[] = {
    {8, 4, 0xff, 1},      /* its captured length is absurd */
    {8, 4, 0x01, 1},      /* ... */
    {0, 16, 0xff, 1},     /* all of its header */
    {0, 2 * RECORD, 0xaa, 2},
    {50, RECORD, 0xff, 2}, /* the rest of it and the begin of the next, of which the packet is not told apart */
};

static void resync_goes_on_behind_damage(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 2 * sizeof(spoiled) / sizeof(*spoiled); i++) {
        size_t s = i / 2, from = RECORD_AT + 5 * RECORD;
        make_twenty(f, i % 2);
        memset(f->in.b + from + spoiled[s].at, spoiled[s].with, spoiled[s].n);
        size_t n = count_packets(f);
        assert_in_range(n, RECORDS - spoiled[s].lost, RECORDS - 1);
        assert_int_equal(f->facts.n_gaps, 1);
        assert_in_range(f->facts.gaps[0].offset, from, from + RECORD);
        assert_int_equal(f->facts.gaps[0].bytes, (RECORDS - n) * RECORD);
        assert_int_equal(f->facts.gap_bytes, f->facts.gaps[0].bytes);
    }
}

static void resync_finds_a_length_that_is_wrong_within_bounds(void **state)
{
    struct fixture *f = *state;
    make_twenty(f, false);
    f->in.b[RECORD_AT + 5 * RECORD + 9] = 1; /* 100 bytes become 356 */
    assert_int_equal(count_packets(f), RECORDS - 1);
    assert_int_equal(f->facts.gaps[0].offset, RECORD_AT + 5 * RECORD);
    assert_int_equal(f->facts.gaps[0].bytes, RECORD);
}

static void resync_takes_zeros_for_a_hole(void **state)
{
    struct fixture *f = *state;
    make_twenty(f, false);
    memset(f->in.b + RECORD_AT + 5 * RECORD, 0, 64); /* four records of 1970 without a byte */
    assert_int_equal(count_packets(f), RECORDS - 1);
    assert_int_equal(f->facts.gaps[0].bytes, RECORD);
}

static void resync_follows_time_that_jumps_over_the_damage(void **state)
{
    struct fixture *f = *state;
    make_twenty(f, true);
    for (size_t i = 6; i < RECORDS; i++) /* the highest byte of the time: years */
        f->in.b[RECORD_AT + i * RECORD] ^= 0x10;
    memset(f->in.b + RECORD_AT + 5 * RECORD, 0xff, 16);
    assert_int_equal(count_packets(f), RECORDS - 1);
}

static void resync_tells_each_gap_and_the_end(void **state)
{
    struct fixture *f = *state;
    make_twenty(f, true);
    memset(f->in.b + RECORD_AT, 0xff, 16);
    memset(f->in.b + RECORD_AT + 7 * RECORD, 0xff, 16);
    f->in.n -= 30; /* and the last record is cut */
    assert_int_equal(count_packets(f), RECORDS - 3);
    assert_int_equal(f->facts.n_gaps, 3);
    assert_int_equal(f->facts.gaps[0].offset, RECORD_AT);
    assert_int_equal(f->facts.gaps[1].offset, RECORD_AT + 7 * RECORD);
    assert_int_equal(f->facts.gaps[2].offset, RECORD_AT + 19 * RECORD);
    assert_int_equal(f->facts.gaps[2].bytes, RECORD - 30);
    assert_int_equal(f->facts.gap_bytes, 3 * RECORD - 30);
}

static void resync_changes_nothing_where_all_is_sound(void **state)
{
    struct fixture *f = *state;
    make_twenty(f, false);
    put_record(&f->in, 5, 0xffffffff, 0, 0); /* odd, but the file says so */
    put_record(&f->in, SECONDS, 7, 60, 20);
    assert_int_equal(count_packets(f), RECORDS + 2);
    assert_int_equal(f->facts.n_gaps, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(times_are_the_same_in_both_byte_orders),
        T(a_packet_says_all_of_itself),
        T(packets_over_the_snaplen_are_given_whole),
        T(old_versions_have_the_lengths_the_other_way_round),
        T(link_types_are_linktype_values),
        T(a_cut_file_gives_all_before_the_cut),
        T(absurd_lengths_are_damage),
        T(unusable_headers_are_said),
        T(what_is_no_capture_is_named),
        T(variants_that_libpcap_does_not_know),
        T(resync_goes_on_behind_damage),
        T(resync_takes_zeros_for_a_hole),
        T(resync_follows_time_that_jumps_over_the_damage),
        T(resync_finds_a_length_that_is_wrong_within_bounds),
        T(resync_tells_each_gap_and_the_end),
        T(resync_changes_nothing_where_all_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
