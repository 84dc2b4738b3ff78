/* SPDX-License-Identifier: BSD-2-Clause */
/* test_pcapng.c - pcapng: sections, interfaces and their clocks, the kinds of packets, and damage. */
#include "capture/reader.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

#include "bytes.h"

enum { IDB = 1, PB = 2, SPB = 3, NRB = 4, ISB = 5, EPB = 6, DSB = 10, CUSTOM = 0xbad };

struct fixture {
    struct bytes in;
    size_t block; /* where the open block begins */
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

static void begin(struct fixture *f, uint32_t type)
{
    f->block = f->in.n;
    put32(&f->in, type);
    put32(&f->in, 0);
}

static void patch32(struct fixture *f, size_t at, uint32_t v)
{
    size_t n = f->in.n;
    f->in.n = at;
    put32(&f->in, v);
    f->in.n = n;
}

/* Ends the block; its lengths are the right ones and wrong_by. */
static void end_wrong(struct fixture *f, int wrong_by)
{
    pad4(&f->in);
    uint32_t total = (uint32_t)(f->in.n - f->block + 4 + wrong_by);
    put32(&f->in, total);
    patch32(f, f->block + 4, total);
}

static void end(struct fixture *f)
{
    end_wrong(f, 0);
}

static void section(struct fixture *f)
{
    begin(f, 0x0a0d0d0a);
    put32(&f->in, 0x1a2b3c4d);
    put16(&f->in, 1);
    put16(&f->in, 0);
    put64(&f->in, UINT64_MAX);
    end(f);
}

static void option(struct fixture *f, uint16_t code, const void *value, uint16_t n)
{
    put16(&f->in, code);
    put16(&f->in, n);
    put(&f->in, value, n);
    pad4(&f->in);
}

static void begin_iface(struct fixture *f, uint16_t link_type, uint32_t snaplen)
{
    begin(f, IDB);
    put16(&f->in, link_type);
    put16(&f->in, 0);
    put32(&f->in, snaplen);
}

static void iface(struct fixture *f, uint16_t link_type, uint32_t snaplen)
{
    begin_iface(f, link_type, snaplen);
    end(f);
}

static void begin_packet(struct fixture *f, uint32_t iface_id, uint64_t units, uint32_t caplen, uint32_t wirelen)
{
    begin(f, EPB);
    put32(&f->in, iface_id);
    put32(&f->in, units >> 32);
    put32(&f->in, (uint32_t)units);
    put32(&f->in, caplen);
    put32(&f->in, wirelen);
    for (uint32_t i = 0; i < caplen; i++)
        put_number(&f->in, i, 1);
}

static void packet(struct fixture *f, uint32_t iface_id, uint64_t units)
{
    begin_packet(f, iface_id, units, 7, 99);
    end(f);
}

static void block_of(struct fixture *f, uint32_t type, size_t n)
{
    begin(f, type);
    while (n--)
        put_number(&f->in, 0xaa, 1);
    end(f);
}

/* Starts over with an empty file. */
static void reset(struct fixture *f, bool big)
{
    reader_free(f->reader);
    f->reader = NULL;
    facts_free(&f->facts);
    f->in.n = 0;
    f->in.big = big;
}

static enum dpi_status open_it(struct fixture *f)
{
    struct reader_options opt = {.name = "x.pcapng", .resync = f->resync};
    return reader_open(&f->reader, source_memory(f->in.b, f->in.n), &opt, &f->facts, &f->err);
}

static void must_open(struct fixture *f)
{
    if (open_it(f) != DPI_OK)
        fail_msg("%s", f->err.msg);
    assert_string_equal(reader_format(f->reader), "pcapng");
}

static struct packet must_next(struct fixture *f)
{
    struct packet p;
    if (reader_next(f->reader, &p, &f->err) != DPI_OK)
        fail_msg("%s", f->err.msg);
    for (uint32_t i = 0; i < p.caplen; i++)
        assert_int_equal(p.data[i], (uint8_t)i);
    return p;
}

static void expect_end(struct fixture *f)
{
    struct packet p;
    assert_int_equal(reader_next(f->reader, &p, &f->err), DPI_END);
    assert_int_equal(reader_next(f->reader, &p, &f->err), DPI_END);
}

static void expect_damage(struct fixture *f, uint64_t offset, const char *word)
{
    struct packet p;
    uint64_t at;
    enum dpi_status status = reader_next(f->reader, &p, &f->err);
    if (status != DPI_DAMAGED || !strstr(f->err.msg, word))
        fail_msg("status %d, message '%s' without '%s'", status, f->err.msg, word);
    assert_int_equal(reader_next(f->reader, &p, &f->err), DPI_DAMAGED);
    assert_non_null(strstr(reader_damage(f->reader, &at), word));
    assert_int_equal(at, offset);
}

static void a_packet_says_all_of_itself(void **state)
{
    struct fixture *f = *state;
    for (int big = 0; big <= 1; big++) {
        reset(f, big);
        section(f);
        begin_iface(f, 1, 262144);
        option(f, 2, "eth0", 4);
        option(f, 0, NULL, 0);
        end(f);
        begin_packet(f, 0, 1000001, 7, 99);
        option(f, 1, "a comment", 9);
        end(f);
        must_open(f);
        struct packet p = must_next(f);
        assert_int_equal(p.caplen, 7);
        assert_int_equal(p.wirelen, 99);
        assert_int_equal(p.ts_ns, 1000001000);
        assert_int_equal(p.offset, 28 + 28 + 4);
        assert_int_equal(p.iface->link_type, 1);
        assert_int_equal(p.iface->snaplen, 262144);
        assert_string_equal(p.iface->name, "eth0");
        assert_string_equal(p.iface->capture, "x.pcapng");
        assert_true(p.iface->is_pcapng);
        expect_end(f);
    }
}

static const struct {
    uint8_t tsresol;
    int64_t tsoffset;
    uint64_t units;
    int64_t ns;
} clocks[] = {
    {6, 0, 1, 1000},
    {9, 0, 1234567890123456789, 1234567890123456789},
    {0, 0, 3, 3000000000},
    {3, 0, 3, 3000000},
    {12, 0, 1999, 1},
    {19, 0, 19999999999, 1},
    {28, 0, UINT64_MAX, 1},
    {29, 0, UINT64_MAX, 0},
    {127, 0, UINT64_MAX, 0},
    {0x80, 0, 3, 3000000000},
    {0x80 | 10, 0, 1536, 1500000000},
    {0x80 | 32, 0, 0xffffffff, 999999999},
    {0x80 | 64, 0, UINT64_MAX, 999999999},
    {0x80 | 93, 0, UINT64_MAX, 1},
    {0x80 | 127, 0, UINT64_MAX, 0},
    {6, 5, 1, 5000001000},
    {6, -5, 1, -4999999000},
    {0, -1, 0, -1000000000},
    /* What does not fit is at the ends of the range. */
    {6, 0, UINT64_MAX, INT64_MAX},
    {0, 0, UINT64_MAX, INT64_MAX},
    {6, INT64_MAX, 0, INT64_MAX},
    {0, INT64_MAX, UINT64_MAX, INT64_MAX},
    {6, INT64_MIN, 0, INT64_MIN},
    {9, 0, INT64_MAX, INT64_MAX},
    {9, 0, (uint64_t)INT64_MAX + 1, INT64_MAX},
    {9, INT64_MIN / 1000000000, 0, INT64_MIN / 1000000000 * 1000000000},
};

static void clocks_of_any_resolution(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 2 * sizeof(clocks) / sizeof(*clocks); i++) {
        uint8_t tsresol = clocks[i / 2].tsresol;
        reset(f, i % 2);
        section(f);
        begin_iface(f, 1, 0);
        option(f, 9, &tsresol, 1);
        put16(&f->in, 14);
        put16(&f->in, 8);
        put64(&f->in, (uint64_t)clocks[i / 2].tsoffset);
        end(f);
        packet(f, 0, clocks[i / 2].units);
        must_open(f);
        assert_int_equal(must_next(f).ts_ns, clocks[i / 2].ns);
    }
}

static void each_interface_has_its_own_link_type_and_clock(void **state)
{
    struct fixture *f = *state;
    section(f);
    iface(f, 1, 0);
    packet(f, 0, 1);
    begin_iface(f, 101, 0);
    option(f, 9, "\x09", 1);
    end(f);
    packet(f, 1, 1);
    packet(f, 0, 2);
    must_open(f);
    struct packet p = must_next(f);
    assert_int_equal(p.iface->link_type, 1);
    assert_int_equal(p.ts_ns, 1000);
    p = must_next(f);
    assert_int_equal(p.iface->link_type, 101);
    assert_int_equal(p.iface->id, 1);
    assert_int_equal(p.iface->index, 1);
    assert_int_equal(p.ts_ns, 1);
    assert_null(p.iface->name);
    assert_int_equal(must_next(f).iface->index, 0);
    expect_end(f);
}

static void a_section_has_its_own_interfaces_and_byte_order(void **state)
{
    struct fixture *f = *state;
    section(f);
    iface(f, 1, 0);
    iface(f, 113, 0);
    packet(f, 1, 1);
    f->in.big = true;
    section(f);
    iface(f, 101, 0);
    packet(f, 0, 2);
    size_t last = f->in.n;
    packet(f, 1, 3); /* there was one before, but in the other section */
    must_open(f);
    const struct capture_iface *first = must_next(f).iface;
    assert_int_equal(first->link_type, 113);
    struct packet p = must_next(f);
    assert_int_equal(p.iface->link_type, 101);
    assert_int_equal(p.iface->id, 0);
    assert_int_equal(p.iface->index, 2);
    assert_int_equal(p.ts_ns, 2000);
    expect_damage(f, last, "interface 1, the section has 1");
    assert_int_equal(first->link_type, 113); /* it outlives its section */
}

static void simple_packets_are_as_long_as_the_snaplen_says(void **state)
{
    static const struct {
        uint32_t snaplen, wirelen, caplen;
    } rows[] = {{0, 7, 7}, {5, 7, 5}, {7, 7, 7}, {8, 7, 7}, {5, 0xffffffff, 5}, {0, 0, 0}};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        reset(f, i % 2);
        section(f);
        iface(f, 1, rows[i].snaplen);
        begin(f, SPB);
        put32(&f->in, rows[i].wirelen);
        for (uint32_t n = 0; n < rows[i].caplen; n++)
            put_number(&f->in, n, 1);
        end(f);
        must_open(f);
        struct packet p = must_next(f);
        assert_int_equal(p.caplen, rows[i].caplen);
        assert_int_equal(p.wirelen, rows[i].wirelen);
        assert_int_equal(p.ts_ns, 0);
        assert_true(p.untimed);
        expect_end(f);
    }
}

static void the_obsolete_packet_block_is_read(void **state)
{
    struct fixture *f = *state;
    for (int big = 0; big <= 1; big++) {
        reset(f, big);
        section(f);
        iface(f, 1, 0);
        iface(f, 101, 0);
        begin(f, PB);
        put16(&f->in, 1);
        put16(&f->in, 0xffff); /* drops */
        put64(&f->in, big ? 5 : UINT64_C(5) << 32);
        put32(&f->in, 3);
        put32(&f->in, 4);
        put(&f->in, "\0\1\2", 3);
        end(f);
        must_open(f);
        struct packet p = must_next(f);
        assert_int_equal(p.iface->link_type, 101);
        assert_int_equal(p.caplen, 3);
        assert_int_equal(p.wirelen, 4);
        assert_int_equal(p.ts_ns, 5000);
    }
}

static void other_blocks_are_skipped(void **state)
{
    struct fixture *f = *state;
    static const uint32_t types[] = {NRB, ISB, DSB, CUSTOM, 0x40000bad, 0, 0x7fffffff, 0xffffffff};
    section(f);
    iface(f, 1, 0);
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        block_of(f, types[i], i * 4);
    packet(f, 0, 1);
    must_open(f);
    must_next(f);
    expect_end(f);
}

static void a_huge_block_that_nobody_needs_is_skipped(void **state)
{
    enum { HUGE_BLOCK = 40 * 1024 * 1024 };
    struct fixture *f = *state;
    section(f);
    iface(f, 1, 0);
    size_t head = f->in.n;
    packet(f, 0, 1);
    size_t n = f->in.n + HUGE_BLOCK;
    uint8_t *b = calloc(1, n);
    assert_non_null(b);
    memcpy(b, f->in.b, head);
    f->in.n = head;
    begin(f, CUSTOM);
    put32(&f->in, HUGE_BLOCK);
    patch32(f, head + 4, HUGE_BLOCK);
    memcpy(b + head, f->in.b + head, 8);
    memcpy(b + head + HUGE_BLOCK - 4, f->in.b + head + 4, 4);
    f->in.n = head;
    packet(f, 0, 1);
    memcpy(b + head + HUGE_BLOCK, f->in.b + head, f->in.n - head);
    struct reader_options opt = {.name = "x"};
    assert_int_equal(reader_open(&f->reader, source_memory(b, n), &opt, &f->facts, &f->err), DPI_OK);
    assert_int_equal(must_next(f).offset, head + HUGE_BLOCK);
    expect_end(f);
    reader_free(f->reader);
    f->reader = NULL;
    free(b);
}

static void a_length_without_its_padding_is_tolerated(void **state)
{
    struct fixture *f = *state;
    section(f);
    iface(f, 1, 0);
    begin_packet(f, 0, 1, 7, 7);
    end_wrong(f, -1);
    begin(f, CUSTOM);
    put(&f->in, "abcde", 5);
    end_wrong(f, -3);
    packet(f, 0, 2);
    must_open(f);
    assert_int_equal(must_next(f).caplen, 7);
    assert_int_equal(must_next(f).ts_ns, 2000);
    expect_end(f);
}

static void options_that_are_repeated_or_of_an_odd_length(void **state)
{
    struct fixture *f = *state;
    section(f);
    begin_iface(f, 1, 0);
    option(f, 9, "\x09\0", 2); /* no resolution has two bytes */
    option(f, 14, "\x09\0\0\0", 4);
    option(f, 2, "a\0b", 3);
    option(f, 2, "second", 6);
    option(f, 9, "\x03", 1);
    option(f, 9, "\x09", 1);
    option(f, 0x8001, "local use", 9);
    end(f);
    packet(f, 0, 1);
    must_open(f);
    struct packet p = must_next(f);
    assert_int_equal(p.ts_ns, 1000000);
    assert_string_equal(p.iface->name, "a");
}

static void options_end_where_they_say(void **state)
{
    struct fixture *f = *state;
    section(f);
    begin_iface(f, 1, 0);
    option(f, 2, "", 0);
    option(f, 0, NULL, 0);
    put(&f->in, "\x09\0\xff\xff", 4); /* behind the end: nobody's */
    end(f);
    packet(f, 0, 1);
    must_open(f);
    assert_string_equal(must_next(f).iface->name, "");
}

/* Each makes a block behind a section, an interface and a packet. */
static void short_epb(struct fixture *f)
{
    block_of(f, EPB, 16);
}

static void epb_of_unknown_interface(struct fixture *f)
{
    packet(f, 1, 0);
}

static void epb_longer_than_its_block(struct fixture *f)
{
    begin_packet(f, 0, 0, 8, 8);
    patch32(f, f->block + 20, 9);
    end(f);
}

static void epb_of_four_gigabytes(struct fixture *f)
{
    begin_packet(f, 0, 0, 8, 8);
    patch32(f, f->block + 20, UINT32_MAX);
    end(f);
}

static void spb_longer_than_its_block(struct fixture *f)
{
    begin(f, SPB);
    put32(&f->in, 9);
    put64(&f->in, 0);
    end(f);
}

static void option_longer_than_its_block(struct fixture *f)
{
    begin_iface(f, 1, 0);
    put16(&f->in, 2);
    put16(&f->in, 200);
    put(&f->in, "abcd", 4);
    end(f);
}

static void short_idb(struct fixture *f)
{
    block_of(f, IDB, 4);
}

static void short_section(struct fixture *f)
{
    begin(f, 0x0a0d0d0a);
    put32(&f->in, 0x1a2b3c4d);
    put32(&f->in, 0);
    end(f);
}

static void section_without_magic(struct fixture *f)
{
    block_of(f, 0x0a0d0d0a, 20);
}

static void section_of_the_future(struct fixture *f)
{
    section(f);
    patch32(f, f->block + 12, 0x00020002);
}

static void length_of_eleven(struct fixture *f)
{
    begin(f, CUSTOM);
    patch32(f, f->block + 4, 11);
    put32(&f->in, 11);
}

static void packet_over_the_bound(struct fixture *f)
{
    packet(f, 0, 0);
    patch32(f, f->block + 4, 16 * 1024 * 1024 + 4);
}

static void longer_than_the_file(struct fixture *f)
{
    packet(f, 0, 0);
    patch32(f, f->block + 4, 0x10000);
}

static void skipped_and_longer_than_the_file(struct fixture *f)
{
    block_of(f, CUSTOM, 12);
    patch32(f, f->block + 4, UINT32_MAX);
}

static void other_length_behind(struct fixture *f)
{
    packet(f, 0, 0);
    patch32(f, f->in.n - 4, 44);
}

static void skipped_with_other_length_behind(struct fixture *f)
{
    block_of(f, CUSTOM, 12);
    patch32(f, f->in.n - 4, 28);
}

static const struct {
    void (*make)(struct fixture *f);
    const char *word;
} damages[] = {
    {short_epb, "enhanced packet block of 28 bytes, at least 32"},
    {epb_of_unknown_interface, "interface 1, the section has 1"},
    {epb_longer_than_its_block, "packet of 9 bytes in a block that has room for 8"},
    {epb_of_four_gigabytes, "packet of 4294967295 bytes"},
    {spb_longer_than_its_block, "packet of 9 bytes in a block that has room for 8"},
    {option_longer_than_its_block, "option 2 of 200 bytes, 4 bytes are left"},
    {short_idb, "interface description block of 16 bytes, at least 20"},
    {short_section, "section header block of 20 bytes, at least 28"},
    {section_without_magic, "aa aa aa aa"},
    {section_of_the_future, "version 2."},
    {length_of_eleven, "length 11, at least 12"},
    {packet_over_the_bound, "at most 16777216"},
    {longer_than_the_file, "ends inside a block"},
    {skipped_and_longer_than_the_file, "ends inside a block"},
    {other_length_behind, "length 40 at its begin and 44 at its end"},
    {skipped_with_other_length_behind, "length 24 at its begin and 28 at its end"},
};

static void damage_gives_all_before_it_and_the_offset(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 2 * sizeof(damages) / sizeof(*damages); i++) {
        reset(f, i % 2);
        section(f);
        iface(f, 1, 0);
        packet(f, 0, 1);
        size_t offset = f->in.n;
        damages[i / 2].make(f);
        packet(f, 0, 2);
        must_open(f);
        must_next(f);
        expect_damage(f, offset, damages[i / 2].word);
    }
}

static void a_packet_before_any_interface_is_damage(void **state)
{
    struct fixture *f = *state;
    section(f);
    begin(f, SPB);
    put32(&f->in, 0);
    end(f);
    must_open(f);
    expect_damage(f, 28, "interface 0, the section has 0");
}

static void a_cut_file_gives_all_before_the_cut(void **state)
{
    enum { FIRST = 28 + 20, SECOND = FIRST + 40, THIRD = SECOND + 24, END = THIRD + 40 };
    struct fixture *f = *state;
    for (size_t cut = 4; cut <= END; cut++) {
        reset(f, cut % 2);
        section(f);
        iface(f, 1, 0);
        packet(f, 0, 1);
        block_of(f, CUSTOM, 12);
        packet(f, 0, 1);
        assert_int_equal(f->in.n, END);
        f->in.n = cut;
        if (cut < 28) {
            assert_int_equal(open_it(f), DPI_INPUT);
            assert_non_null(strstr(f->err.msg, "the file ends inside"));
            continue;
        }
        must_open(f);
        if (cut >= SECOND)
            must_next(f);
        if (cut == END)
            must_next(f);
        if (cut == 28 || cut == FIRST || cut == SECOND || cut == THIRD || cut == END)
            expect_end(f);
        else
            expect_damage(f, cut < FIRST ? 28 : cut < SECOND ? FIRST : cut < THIRD ? SECOND : THIRD, "ends inside");
    }
}

static void interfaces_have_a_bound(void **state)
{
    struct fixture *f = *state;
    section(f);
    size_t at = f->in.n;
    begin_iface(f, 1, 0);
    char name[40000];
    memset(name, 'x', sizeof(name));
    option(f, 2, name, sizeof(name));
    end(f);
    size_t one = f->in.n - at, n = at + 300 * one;
    uint8_t *b = malloc(n);
    assert_non_null(b);
    memcpy(b, f->in.b, at);
    for (size_t i = 0; i < 300; i++)
        memcpy(b + at + i * one, f->in.b + at, one);
    struct reader_options opt = {.name = "x"};
    assert_int_equal(reader_open(&f->reader, source_memory(b, n), &opt, &f->facts, &f->err), DPI_OK);
    struct packet p;
    assert_int_equal(reader_next(f->reader, &p, &f->err), DPI_DAMAGED);
    assert_non_null(strstr(f->err.msg, "too many interfaces"));
    assert_in_range(f->facts.ifaces.bytes, 4 << 20, 8 << 20);
    reader_free(f->reader);
    f->reader = NULL;
    free(b);
}

/* --- what is said beside packets ---------------------------------------------------------------------- */

static void names_of_addresses_are_kept(void **state)
{
    struct fixture *f = *state;
    struct dpi_addr four = {4, {192, 0, 2, 1}}, six = {6, {0x20, 1, 0xd, 0xb8}}, none = {4, {192, 0, 2, 9}};
    for (int big = 0; big <= 1; big++) {
        reset(f, big);
        section(f);
        begin(f, NRB);
        option(f, 1, "\xc0\0\2\1host.example\0other.example", 4 + 13 + 14);
        option(f, 3, "??", 2); /* a kind of record that does not exist */
        option(f, 2, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0without NUL", 16 + 11);
        option(f, 1, "\xc0\0\2", 3);
        option(f, 0, NULL, 0);
        end(f);
        iface(f, 1, 0);
        packet(f, 0, 1);
        must_open(f);
        must_next(f);
        expect_end(f);
        assert_string_equal(names_find(&f->facts.names, &four).p, "host.example");
        assert_string_equal(names_find(&f->facts.names, &six).p, "without NUL");
        assert_null(names_find(&f->facts.names, &none).p);
        assert_int_equal(f->facts.names.n, 2);
    }
}

static void statistics(struct fixture *f, uint32_t id, uint64_t ifdrop, uint64_t osdrop)
{
    uint8_t text[8];
    begin(f, ISB);
    put32(&f->in, id);
    put64(&f->in, 0);
    for (int i = 0; i < 2; i++) {
        struct bytes value = {.big = f->in.big};
        put64(&value, i ? osdrop : ifdrop);
        memcpy(text, value.b, 8);
        option(f, i ? 7 : 5, text, 8);
    }
    option(f, 0, NULL, 0);
    end(f);
}

static void the_last_statistics_of_each_interface_count(void **state)
{
    struct fixture *f = *state;
    for (int big = 0; big <= 1; big++) {
        reset(f, big);
        section(f);
        iface(f, 1, 0);
        iface(f, 1, 0);
        packet(f, 0, 1);
        statistics(f, 0, 10, 1);
        statistics(f, 1, 100, 0);
        statistics(f, 0, 15, 2);
        statistics(f, 7, 1000, 1000);          /* of no interface */
        statistics(f, 1, UINT64_MAX, 200);     /* no count */
        block_of(f, ISB, 4);                   /* too short to say anything */
        section(f);
        iface(f, 1, 0);
        statistics(f, 0, 1, 1);
        must_open(f);
        must_next(f);
        expect_end(f);
        assert_true(f->facts.has_drops);
        assert_int_equal(f->facts.drops, 15 + 2 + 200 + 2);
    }
}

static void comments_are_counted_and_the_section_says_who(void **state)
{
    struct fixture *f = *state;
    begin(f, 0x0a0d0d0a);
    put32(&f->in, 0x1a2b3c4d);
    put32(&f->in, 1);
    put64(&f->in, UINT64_MAX);
    option(f, 1, "first", 5);
    option(f, 1, "second", 6);
    option(f, 2, "hardware", 8);
    option(f, 3, "os", 2);
    option(f, 4, "program", 7);
    end(f);
    begin_iface(f, 1, 0);
    option(f, 1, "of an interface", 15);
    end(f);
    begin_packet(f, 0, 1, 7, 7);
    pad4(&f->in);
    option(f, 2, "\0\0\0\0", 4);
    option(f, 1, "of a packet", 11);
    end(f);
    packet(f, 0, 2);
    must_open(f);
    must_next(f);
    must_next(f);
    expect_end(f);
    assert_int_equal(f->facts.comments, 4);
    assert_string_equal(f->facts.about[DPI_ABOUT_COMMENT].p, "first");
    assert_string_equal(f->facts.about[DPI_ABOUT_HARDWARE].p, "hardware");
    assert_string_equal(f->facts.about[DPI_ABOUT_OS].p, "os");
    assert_string_equal(f->facts.about[DPI_ABOUT_APPLICATION].p, "program");
    assert_false(f->facts.has_drops);
}

/* --- going on behind damage --------------------------------------------------------------------------- */

enum { TWENTY = 20, SIZE = 12 + 20 + 8, FIRST_AT = 28 + 20 };

static void make_twenty(struct fixture *f, bool big)
{
    reset(f, big);
    f->resync = true;
    section(f);
    iface(f, 1, 0);
    assert_int_equal(f->in.n, FIRST_AT);
    for (uint64_t i = 0; i < TWENTY; i++)
        packet(f, 0, i);
    assert_int_equal(f->in.n, FIRST_AT + TWENTY * SIZE);
}

static size_t count_packets(struct fixture *f)
{
    struct packet p;
    enum dpi_status status;
    size_t n = 0;
    must_open(f);
    while ((status = reader_next(f->reader, &p, &f->err)) == DPI_OK)
        n++;
    if (status != DPI_END)
        fail_msg("%s", f->err.msg);
    return n;
}

static void resync_goes_on_at_the_next_block(void **state)
{
    struct fixture *f = *state;
    for (size_t at = 0; at < SIZE; at++) {
        make_twenty(f, at % 2);
        f->in.b[FIRST_AT + 5 * SIZE + at] ^= 0x41;
        bool in_packet = at >= 28 && at < 36, in_time = (at >= 12 && at < 20) || (at >= 24 && at < 28);
        bool is_other_type = at < 4; /* as good as any block that nobody needs */
        size_t n = count_packets(f);
        assert_int_equal(n, in_packet || in_time ? TWENTY : TWENTY - 1);
        assert_int_equal(f->facts.n_gaps, n == TWENTY || is_other_type ? 0 : 1);
        if (!f->facts.n_gaps)
            continue;
        assert_int_equal(f->facts.gaps[0].offset, FIRST_AT + 5 * SIZE);
        assert_int_equal(f->facts.gaps[0].bytes, SIZE);
    }
}

static void resync_finds_blocks_that_are_not_where_they_were(void **state)
{
    struct fixture *f = *state;
    for (size_t lost = 1; lost < 2 * SIZE; lost++) {
        if (lost == SIZE)
            continue; /* the ends of two blocks of one length are one block: nobody can tell */
        size_t at = FIRST_AT + 5 * SIZE + 6;
        make_twenty(f, false);
        memmove(f->in.b + at, f->in.b + at + lost, f->in.n - at - lost);
        f->in.n -= lost;
        size_t n = count_packets(f);
        assert_in_range(n, TWENTY - 3, TWENTY - 1);
        assert_int_equal(f->facts.n_gaps, 1);
        assert_int_equal(f->facts.gaps[0].offset, FIRST_AT + 5 * SIZE);
        assert_int_equal(f->facts.gap_bytes, f->in.n - FIRST_AT - n * SIZE);
    }
}

static void resync_takes_a_section_of_the_other_order(void **state)
{
    struct fixture *f = *state;
    make_twenty(f, false);
    f->in.b[FIRST_AT + 19 * SIZE + 4] = 0xff;
    f->in.big = true;
    section(f);
    iface(f, 1, 0);
    packet(f, 0, 1);
    assert_int_equal(count_packets(f), TWENTY);
    assert_int_equal(f->facts.n_gaps, 1);
}

static void resync_tells_a_cut_end(void **state)
{
    struct fixture *f = *state;
    make_twenty(f, false);
    f->in.n -= 5;
    assert_int_equal(count_packets(f), TWENTY - 1);
    assert_int_equal(f->facts.n_gaps, 1);
    assert_int_equal(f->facts.gaps[0].bytes, SIZE - 5);
    assert_non_null(strstr(f->facts.gaps[0].what, "ends inside"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_packet_says_all_of_itself),
        T(clocks_of_any_resolution),
        T(each_interface_has_its_own_link_type_and_clock),
        T(a_section_has_its_own_interfaces_and_byte_order),
        T(simple_packets_are_as_long_as_the_snaplen_says),
        T(the_obsolete_packet_block_is_read),
        T(other_blocks_are_skipped),
        T(a_huge_block_that_nobody_needs_is_skipped),
        T(a_length_without_its_padding_is_tolerated),
        T(options_that_are_repeated_or_of_an_odd_length),
        T(options_end_where_they_say),
        T(damage_gives_all_before_it_and_the_offset),
        T(a_packet_before_any_interface_is_damage),
        T(a_cut_file_gives_all_before_the_cut),
        T(interfaces_have_a_bound),
        T(names_of_addresses_are_kept),
        T(the_last_statistics_of_each_interface_count),
        T(comments_are_counted_and_the_section_says_who),
        T(resync_goes_on_at_the_next_block),
        T(resync_finds_blocks_that_are_not_where_they_were),
        T(resync_takes_a_section_of_the_other_order),
        T(resync_tells_a_cut_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
