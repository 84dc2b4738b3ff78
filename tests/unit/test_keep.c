/* SPDX-License-Identifier: BSD-2-Clause */
/* test_keep.c - what is kept of flows comes back as it was, from memory and from the temporary file; names of files. */
#include "keep/keep.h"

#include "pcapout/flow_name.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { MANY = 200, PACKETS = 8, LONGEST = 3000, SPOOL = 256 * 1024 };

static const struct capture_iface ether = {.index = 3, .link_type = 1, .tsresol = 9};
static const struct capture_iface raw = {.index = 0, .link_type = 101, .tsresol = 6};
static uint8_t pattern[LONGEST + 256];

/* A packet whose bytes tell its number. */
static struct packet packet(uint64_t number, uint32_t n)
{
    return (struct packet){.iface = &ether, .data = pattern + number % 251, .caplen = n, .wirelen = n + 7,
                           .ts_ns = INT64_C(1700000000123456789) + (int64_t)number, .number = number};
}

static struct flow flow(uint64_t id)
{
    return (struct flow){.id = id, .hash = (uint32_t)id * 40503u, .key = {.transport = 17}};
}

static struct keep *keep(uint64_t packets, uint64_t spool)
{
    for (size_t i = 0; i < sizeof(pattern); i++)
        pattern[i] = (uint8_t)(i * 7 % 251);
    return keep_new(&(struct keep_options){.packets = packets, .spool = spool, .folder = "/tmp"});
}

static void count(struct keep *k, const struct flow *f, struct packet p)
{
    keep_counted(k, f, 0, &p, NULL);
}

static void name(struct flow *f, unsigned by)
{
    f->has_verdict = true;
    f->verdict = (struct detect_verdict){.app = 5, .by = (uint8_t)by, .app_by = (uint8_t)by};
}

static void end_unknown(struct keep *k, struct flow f)
{
    f.has_verdict = true;
    keep_ended(k, &f);
}

struct seen {
    size_t n;
    uint64_t number[64];
    uint32_t caplen[64];
};

static enum dpi_status see(void *ctx, const struct packet *p, struct dpi_err *err)
{
    struct seen *s = ctx;
    struct packet want = packet(p->number, p->caplen);
    (void)err;
    assert_memory_equal(p->data, want.data, p->caplen);
    assert_int_equal(p->wirelen, want.wirelen);
    assert_int_equal(p->ts_ns, want.ts_ns);
    s->number[s->n] = p->number;
    s->caplen[s->n++] = p->caplen;
    return DPI_OK;
}

static struct seen given(struct keep *k)
{
    struct seen s = {0};
    struct dpi_err err;
    assert_non_null(keep_at_hand(k));
    assert_int_equal(keep_give(k, see, &s, &err), DPI_OK);
    return s;
}

static void keeps_the_first_packets(void **state)
{
    (void)state;
    struct keep *k = keep(2, 0);
    struct flow f = flow(9);
    for (uint64_t i = 1; i <= 3; i++)
        count(k, &f, packet(i, 60));
    end_unknown(k, f);
    struct seen s = given(k);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.number[0], 1);
    assert_int_equal(s.number[1], 2);
    assert_int_equal(keep_at_hand(k)->transport, 17);
    assert_false(keep_at_hand(k)->pcapng);
    end_unknown(k, flow(10)); /* of which nothing came */
    assert_null(keep_at_hand(k));
    keep_free(k);
}

static void drops_what_gets_a_label(void **state)
{
    (void)state;
    struct ledger l = {0};
    struct keep *k = keep(0, 0);
    struct flow f = flow(1), g = flow(2);
    keep_lend(k, &l);
    count(k, &f, packet(1, 100));
    count(k, &g, packet(2, 100));
    uint64_t both = l.used;
    assert_int_equal(both, 2 * (ledger_cost(LEDGER_kept_flow) + ledger_cost(LEDGER_kept_packet) + 100));
    name(&f, DETECT_BY_DPI);
    count(k, &f, packet(3, 100)); /* at its next packet */
    assert_int_equal(l.used, both / 2);
    name(&g, DETECT_BY_DPI_CACHE);
    keep_ended(k, &g); /* or when it is given out */
    assert_null(keep_at_hand(k));
    assert_int_equal(l.used, 0);
    keep_free(k);
}

static void guesses_are_labels_unless_asked_for(void **state)
{
    (void)state;
    for (int guessed = 0; guessed < 2; guessed++) {
        struct keep *k = keep_new(&(struct keep_options){.guessed = guessed, .folder = "/tmp"});
        struct flow f = flow(1);
        count(k, &f, packet(1, 10));
        name(&f, DETECT_BY_PORT);
        count(k, &f, packet(2, 10));
        keep_ended(k, &f);
        assert_int_equal(keep_at_hand(k) != NULL, guessed);
        keep_free(k);
    }
}

static void goes_on_in_the_temporary_file(void **state)
{
    (void)state;
    struct ledger l = {0};
    struct keep *k = keep(0, 0);
    struct flow f = flow(1);
    keep_lend(k, &l);
    assert_false(keep_relieve(k));
    for (uint64_t i = 1; i <= 6; i++) {
        count(k, &f, packet(i, (uint32_t)i * 400));
        if (i == 1 || i == 4)
            assert_true(keep_relieve(k));
    }
    assert_int_equal(l.used, ledger_cost(LEDGER_kept_flow) + 2 * ledger_cost(LEDGER_kept_packet) + 2000 + 2400);
    end_unknown(k, f);
    struct seen s = given(k);
    assert_int_equal(s.n, 6);
    for (size_t i = 0; i < s.n; i++) {
        assert_int_equal(s.number[i], i + 1);
        assert_int_equal(s.caplen[i], (i + 1) * 400);
    }
    keep_free(k);
    assert_int_equal(l.used, 0);
}

/* Fragments count when their datagram is whole, behind packets that came after them. */
static void gives_in_the_order_of_the_captures(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {4, 9, 2, 3, 12, 11};
    struct keep *k = keep(0, 0);
    struct flow f = flow(1);
    for (size_t i = 0; i < N(numbers); i++) {
        count(k, &f, packet(numbers[i], 700));
        if (i == 2)
            assert_true(keep_relieve(k));
    }
    end_unknown(k, f);
    struct seen s = given(k);
    assert_int_equal(s.n, N(numbers));
    for (size_t i = 1; i < s.n; i++)
        assert_true(s.number[i - 1] < s.number[i]);
    keep_free(k);
}

static void what_is_past_the_bound_is_lost_and_counted(void **state)
{
    (void)state;
    struct keep *k = keep(10, 4096);
    struct flow f = flow(1), g = flow(2);
    for (uint64_t i = 1; i <= 6; i++)
        count(k, &f, packet(i, 1000));
    assert_true(keep_relieve(k));
    count(k, &f, packet(7, 10)); /* it would fit, but is not one of the first without those between */
    assert_false(keep_relieve(k));
    end_unknown(k, f);
    struct seen s = given(k);
    assert_int_equal(s.n, 3);
    assert_int_equal(s.number[2], 3);
    assert_int_equal(keep_at_hand(k)->lost, 4);
    assert_int_equal(keep_losses(k).packets, 4);
    assert_int_equal(keep_losses(k).flows, 1);
    count(k, &g, packet(8, 10));
    end_unknown(k, g); /* room is there again */
    assert_int_equal(given(k).n, 1);
    assert_int_equal(keep_losses(k).flows, 1);
    keep_free(k);
}

static void says_what_classic_pcap_cannot_hold(void **state)
{
    (void)state;
    struct packet odd[] = {packet(2, 20), packet(2, 20), packet(2, 20), packet(2, 20)};
    odd[0].iface = &raw;
    odd[1].untimed = true;
    odd[2].ts_ns = -1;
    odd[3].ts_ns = INT64_C(5000000000000000000);
    for (size_t i = 0; i < N(odd); i++) {
        struct keep *k = keep(0, 0);
        struct flow f = flow(1);
        count(k, &f, packet(1, 20));
        end_unknown(k, f);
        assert_false(keep_at_hand(k)->pcapng);
        count(k, &f, odd[i]);
        assert_true(keep_at_hand(k)->pcapng);
        keep_free(k);
    }
}

/* Against arrays: packets, spilling and ends in any order; in a file that would be too small were blocks not used
 * again. */
static void many_flows(void **state)
{
    (void)state;
    struct ledger l = {0};
    struct keep *k = keep(PACKETS, SPOOL);
    struct seen want[MANY] = {0};
    uint64_t ids[MANY], next = MANY, random = 7;
    keep_lend(k, &l);
    for (size_t i = 0; i < MANY; i++)
        ids[i] = i;
    for (uint64_t number = 1; number < 60000; number++) {
        size_t at = unit_random(&random) % MANY;
        struct flow f = flow(ids[at]);
        uint32_t n = unit_random(&random) % 8 ? (uint32_t)(unit_random(&random) % 90) : LONGEST / 4;
        count(k, &f, packet(number, n));
        if (want[at].n < PACKETS) {
            want[at].number[want[at].n] = number;
            want[at].caplen[want[at].n++] = n;
        }
        if (l.used > 64 * 1024)
            keep_relieve(k);
        if (unit_random(&random) % 4)
            continue;
        end_unknown(k, f);
        struct seen s = given(k);
        assert_memory_equal(&s, &want[at], sizeof(s));
        want[at] = (struct seen){0};
        ids[at] = next++;
    }
    assert_int_equal(keep_losses(k).packets, 0);
    keep_stop(k);
    assert_int_equal(l.used, 0);
    count(k, &(struct flow){.id = next}, packet(1, 1));
    assert_int_equal(l.used, 0);
    keep_free(k);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct keep *k = keep_new(&(struct keep_options){.folder = "/nonexistent/folder"});
    struct flow f = flow(1);
    struct dpi_err err;
    count(k, &f, packet(1, 10));
    assert_int_equal(keep_check(k, &err), DPI_OK);
    keep_relieve(k);
    assert_int_equal(keep_check(k, &err), DPI_OUTPUT);
    keep_free(k);
}

static void files_are_named_by_numbers(void **state)
{
    (void)state;
    static const struct {
        struct flow_name flow;
        bool pcapng;
        const char *name;
    } rows[] = {
        {{42, 6, true, 7001}, false, "flow-000042-tcp-7001.pcap"},
        {{1234567, 17, true, 0}, true, "flow-1234567-udp-0.pcapng"},
        {{1, 132, false, 0}, false, "flow-000001-sctp.pcap"},
        {{1, 58, false, 9}, false, "flow-000001-icmpv6.pcap"},
        {{1, 97, false, 0}, false, "flow-000001-ip97.pcap"},
    };
    char out[FLOW_NAME_MAX];
    for (size_t i = 0; i < N(rows); i++) {
        flow_name(out, &rows[i].flow, rows[i].pcapng);
        assert_string_equal(out, rows[i].name);
        assert_true(flow_name_is(out));
    }
    flow_name(out, &(struct flow_name){0}, false);
    assert_string_equal(out, "no-flow.pcap");
}

static void other_names_are_not_ours(void **state)
{
    (void)state;
    static const char *const names[] = {
        "", "flow-", "flow-00042-tcp-1.pcap", "flow-000042.pcap", "flow-000042-.pcap", "flow-000042-tcp-.pcap",
        "flow-000042-tcp-1.pcap.bak", "flow-000042-tcp-1.txt", "flow-000042-tcp-1", "flow-000042-TCP-1.pcap",
        "xflow-000042-tcp-1.pcap", "flow-000042-tcp-1-2.pcap", "index.csv", "no-flow.pcap",
    };
    for (size_t i = 0; i < N(names); i++)
        assert_false(flow_name_is(names[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_first_packets),
        cmocka_unit_test(drops_what_gets_a_label),
        cmocka_unit_test(guesses_are_labels_unless_asked_for),
        cmocka_unit_test(goes_on_in_the_temporary_file),
        cmocka_unit_test(gives_in_the_order_of_the_captures),
        cmocka_unit_test(what_is_past_the_bound_is_lost_and_counted),
        cmocka_unit_test(says_what_classic_pcap_cannot_hold),
        cmocka_unit_test(many_flows),
        cmocka_unit_test(a_folder_that_is_not_there_is_told),
        cmocka_unit_test(files_are_named_by_numbers),
        cmocka_unit_test(other_names_are_not_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
