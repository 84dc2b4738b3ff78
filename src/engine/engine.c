/* SPDX-License-Identifier: BSD-2-Clause */
/* engine.c - drives a packet through the stages and keeps the accounts. */
#include "engine/engine.h"

#include "capture/filter.h"
#include "capture/inputs.h"
#include "decode/decode.h"
#include "defrag/defrag.h"
#include "engine/notes.h"
#include "engine/records.h"
#include "io/source.h"
#include "names/hint_file.h"
#include "util/xalloc.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char engine_no_sandbox[] = "there was no sandbox around the run (--no-sandbox)";

struct engine {
    struct inputs *inputs;
    bool inputs_lent; /* they are somebody else's */
    struct filter *filter; /* NULL: none */
    bool filter_failed, filter_matched; /* for a link type; a packet */
    struct dpi_err filter_err; /* the first failure */
    struct detector *detector;
    bool lent; /* it is somebody else's */
    struct tracker *tracker;
    struct decode_options decode;
    struct defrag *defrag;
    struct records *records;
    bool beside; /* records are made in a thread of their own */
    struct notes notes;
    struct dpi_run run;
    int64_t earliest, latest;
    uint64_t first;
    const struct rules *rules;    /* NULL: none */
    struct dpi_text *rule_files;  /* their names, for the report */
    char detector_version[64];
    uint8_t *held; /* bytes of the packet that waits for the one behind it */
    size_t held_room;
    struct packet behind;
    bool has_behind;
    const char *capture; /* the one being read */
    bool said_overlap;
    engine_progress_fn *on_progress; /* NULL: none */
    void *progress_ctx;
    engine_packet_fn *on_packet; /* NULL: none */
    engine_flow_fn *on_ended;    /* NULL: none */
    bool (*on_full)(void *ctx);  /* NULL: none */
    void *packet_ctx;
    const volatile sig_atomic_t *stop; /* while engine_run is running */
};

static bool flow_ended(void *ctx, struct flow *f)
{
    struct engine *e = ctx;
    const struct names *names = inputs_names(e->inputs);
    struct dpi_text found[2] = {{0}, {0}};
    if (records_failed(e->records))
        return false;
    if (e->on_ended)
        e->on_ended(e->packet_ctx, f);
    for (unsigned side = 0; side < 2 && names->n; side++) {
        struct dpi_addr addr = key_addr(&f->key, side);
        found[side] = names_find(names, &addr);
    }
    return records_take(e->records, f, tracker_tunnel(e->tracker, f), found);
}

static void give_back(void *ctx, struct flow *f)
{
    const struct engine *e = ctx;
    tracker_give_back(e->tracker, f);
}

static bool relieve(void *ctx)
{
    const struct engine *e = ctx;
    if (e->on_full && e->on_full(e->packet_ctx))
        return true;
    return defrag_give_up(e->defrag);
}

static int64_t shorter(int64_t timeout, int64_t other)
{
    return other && other < timeout ? other : timeout;
}

/* What signatures look at. */
static struct firsts_options first_messages(const struct rules *rules)
{
    struct rules_reach reach = {0};
    if (rules)
        reach = rules_signatures_reach(rules);
    return (struct firsts_options){reach.messages, reach.head};
}

/* Fragments wait 30 s for each other, but not so long that the flow of the first would have ended. */
static void open_defrag(struct engine *e, const struct engine_options *opt)
{
    struct defrag_options d = {.timeout = INT64_C(30000000000), .ignore_vlan = opt->flow.key.ignore_vlan};
    d.timeout = shorter(d.timeout, opt->flow.tcp_idle);
    d.timeout = shorter(d.timeout, opt->flow.udp_idle);
    d.timeout = shorter(d.timeout, opt->flow.other_idle);
    e->decode.to_fragments = !opt->no_reassembly;
    e->defrag = defrag_new(&d, &e->decode, tracker_ledger(e->tracker));
    tracker_on_full(e->tracker, relieve, e);
}

enum dpi_status engine_open(struct engine **out, const struct engine_options *opt, struct dpi_err *err)
{
    enum dpi_status st;
    struct engine *e = xcalloc(1, sizeof(*e));
    *out = NULL;
    e->filter = opt->filter;
    if (e->filter)
        filter_begin(e->filter);
    e->inputs = opt->opened;
    e->inputs_lent = opt->opened != NULL;
    if (!e->inputs && (st = inputs_open(&e->inputs, opt->captures, opt->n_captures, &opt->inputs, err)) != DPI_OK)
        goto fail;
    e->detector = opt->lent;
    e->lent = opt->lent != NULL;
    if (!e->lent && (st = detector_new(&e->detector, &opt->detector, err)) != DPI_OK)
        goto fail;
    struct flow_options flow = opt->flow;
    flow.firsts = first_messages(opt->rules);
    e->tracker = tracker_new(&flow, e->detector, flow_ended, e);
    e->decode = opt->decode;
    open_defrag(e, opt);
    if (opt->dns_hints)
        hints_keep_over(tracker_hints(e->tracker));
    if (opt->dns_hints && source_exists(opt->dns_hints) &&
        (st = hint_file_load(tracker_hints(e->tracker), opt->dns_hints, err)) != DPI_OK)
        goto fail;
    e->records = records_new(opt, detector_labels(e->detector), give_back, e);
    e->rules = opt->rules;
    e->earliest = opt->earliest;
    e->latest = opt->latest;
    e->first = opt->first;
    e->on_packet = opt->on_packet;
    e->on_ended = opt->on_ended;
    e->on_full = opt->on_full;
    e->packet_ctx = opt->packet_ctx;
    tracker_on_packet(e->tracker, opt->on_counted, opt->packet_ctx);
    tracker_trace(e->tracker, opt->trace);
    if (opt->no_sandbox)
        notes_add(&e->notes, "%s", engine_no_sandbox);
    e->on_progress = opt->on_progress;
    e->progress_ctx = opt->progress_ctx;
    *out = e;
    return DPI_OK;
fail:
    engine_free(e);
    return st;
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    records_free(e->records);
    defrag_free(e->defrag);
    tracker_free(e->tracker);
    if (!e->lent)
        detector_free(e->detector);
    if (!e->inputs_lent)
        inputs_free(e->inputs);
    notes_free(&e->notes);
    free(e->rule_files);
    free(e->held);
    free(e);
}

void engine_beside(struct engine *e)
{
    assert(!e->on_ended); /* who keeps packets of a flow until its record is made */
    e->beside = true;
}

const struct labels *engine_labels(const struct engine *e)
{
    return detector_labels(e->detector);
}

struct ledger *engine_ledger(struct engine *e)
{
    return tracker_ledger(e->tracker);
}

const char *engine_capture(const struct engine *e, size_t i)
{
    return inputs_path(e->inputs, i);
}

/* Captures are read one after the other: when one begins before the last packet of those before it, flows that
 * were alive in both at once are told apart wrongly, and the user should know. */
static void note_overlap(struct engine *e, const struct packet *p)
{
    if (e->capture == p->iface->capture)
        return;
    e->capture = p->iface->capture;
    if (!e->run.has_time || p->ts_ns >= e->run.last_ns || e->said_overlap)
        return;
    e->said_overlap = true;
    notes_add(&e->notes, "%s begins before the captures read before it end: they are not merged", e->capture);
}

static void note_time(struct dpi_run *run, const struct packet *p)
{
    if (p->untimed)
        return;
    if (!run->has_time || p->ts_ns < run->first_ns)
        run->first_ns = p->ts_ns;
    if (!run->has_time || p->ts_ns > run->last_ns)
        run->last_ns = p->ts_ns;
    run->has_time = true;
}

static bool passes_filter(struct engine *e, const struct packet *p)
{
    struct dpi_err err;
    bool match = true;
    if (!e->filter)
        return true;
    if (filter_match(e->filter, p, &match, &err) == DPI_OK) {
        e->filter_matched |= match;
        return match;
    }
    notes_add(&e->notes, "%s", err.msg);
    if (!e->filter_failed)
        e->filter_err = err;
    e->filter_failed = true;
    return match;
}

/* Takes what defrag has decided. */
static void take_datagrams(struct engine *e)
{
    struct datagram_result r;
    while (defrag_next(e->defrag, &r)) {
        e->run.buckets[r.d.bucket] += r.n_parts;
        if (r.d.bucket == DPI_BUCKET_flow)
            tracker_datagram(e->tracker, r.parts, r.n_parts, &r.d);
    }
}

/* Before p moves the clock: what is given up belongs to the time before p. */
static void give_up_old_datagrams(struct engine *e, const struct packet *p)
{
    if (p->untimed || p->stray)
        return;
    defrag_expire(e->defrag, p->ts_ns);
    take_datagrams(e);
}

static void take_packet(struct engine *e, const struct packet *p)
{
    struct decoded d;
    note_overlap(e, p);
    note_time(&e->run, p);
    e->run.packets_read++;
    e->run.bytes_read += p->wirelen;
    if (p->ts_ns < e->earliest || p->ts_ns > e->latest) {
        e->run.buckets[DPI_BUCKET_outside_time]++;
        return;
    }
    if (!passes_filter(e, p)) {
        e->run.buckets[DPI_BUCKET_filtered]++;
        return;
    }
    if (e->on_packet)
        e->on_packet(e->packet_ctx, p);
    decode_packet(&e->decode, p, &d);
    if (d.bucket == DPI_BUCKET_link_unsupported)
        notes_link(&e->notes, d.link_type);
    give_up_old_datagrams(e, p);
    tracker_packet(e->tracker, p, &d);
    if (d.is_part)
        defrag_take(e->defrag, p, &d, tracker_stats(e->tracker)->clock.now);
    else
        e->run.buckets[d.bucket]++;
    take_datagrams(e);
}

static void tell_progress(struct engine *e)
{
    enum { EVERY = 64 }; /* packets: what is called looks at a clock */
    uint64_t read, total;
    if (!e->on_progress || e->run.packets_read % EVERY != 1)
        return;
    inputs_progress(e->inputs, &read, &total);
    e->on_progress(e->progress_ctx, read, total, e->run.packets_read);
}

/* DPI_OK, or DPI_END when no more is to be read. */
static enum dpi_status read_packet(struct engine *e, struct packet *p)
{
    struct dpi_err err;
    for (;;) {
        if (*e->stop) {
            e->run.interrupted = true;
            return DPI_END;
        }
        switch (inputs_next(e->inputs, p, &err)) {
        case DPI_OK:
            return DPI_OK;
        case DPI_DAMAGED: /* inputs keep it for the report; the next capture follows */
        case DPI_INPUT:
        case DPI_INTERRUPTED: /* *stop tells */
            break;
        default:
            return DPI_END;
        }
    }
}

/* Keeps p's bytes over the reading of the packet behind it. */
static void hold(struct engine *e, struct packet *p)
{
    if (p->caplen > e->held_room) {
        e->held_room = p->caplen;
        e->held = xrealloc(e->held, e->held_room, 1);
    }
    if (p->caplen)
        memcpy(e->held, p->data, p->caplen);
    p->data = e->held;
}

/* Whether the packet at hand is the last of --first: the one behind it is not read, not even to be looked at. */
static bool is_last_wanted(const struct engine *e)
{
    return e->run.packets_read + 1 == e->first;
}

/* The next packet to take. One that is far ahead of the clock waits for the packet behind it, which tells whether to
 * believe it. */
static enum dpi_status next_packet(struct engine *e, struct packet *p)
{
    if (e->has_behind) {
        *p = e->behind;
        e->has_behind = false;
    } else {
        DPI_TRY(read_packet(e, p));
    }
    if (p->untimed || is_last_wanted(e) || !tracker_far_ahead(e->tracker, p->ts_ns))
        return DPI_OK;
    hold(e, p);
    e->has_behind = read_packet(e, &e->behind) == DPI_OK;
    p->stray = e->has_behind && !clock_confirms(p->ts_ns, e->behind.ts_ns);
    return DPI_OK;
}

static void read_all(struct engine *e)
{
    struct packet p;
    while (next_packet(e, &p) == DPI_OK) {
        take_packet(e, &p);
        tell_progress(e);
        if (records_failed(e->records))
            return;
        if (e->first && e->run.packets_read == e->first) {
            notes_add(&e->notes, "only the first %" PRIu64 " packets were read (--first)", e->first);
            break;
        }
    }
}

enum dpi_status engine_run(struct engine *e, engine_record_fn *on_record, void *ctx,
                           const volatile sig_atomic_t *stop, struct dpi_err *err)
{
    e->stop = stop;
    records_start(e->records, e->beside, on_record, ctx);
    read_all(e);
    bool unfiltered = e->filter_failed && !e->filter_matched; /* nothing can be said of what was asked for */
    if (!unfiltered && !records_failed(e->records)) {
        defrag_finish(e->defrag);
        take_datagrams(e);
        tracker_finish(e->tracker);
    }
    enum dpi_status st = records_finish(e->records, err);
    if (st != DPI_OK || !unfiltered)
        return st;
    *err = e->filter_err;
    return err->code;
}

void engine_save_hints(struct engine *e, FILE *out)
{
    hint_file_save(tracker_hints(e->tracker), out);
}

/* What is to be said of the captures as such. */
static void note_captures(struct engine *e)
{
    struct dpi_run *run = &e->run;
    size_t n;
    const struct dpi_text *notes = inputs_notes(e->inputs, &n);
    for (size_t i = 0; i < n; i++)
        notes_add(&e->notes, "%s", notes[i].p);
    for (size_t i = 0; i < run->n_captures; i++) {
        run->has_drops |= run->captures[i].has_drops;
        run->drops += run->captures[i].drops;
    }
    if (run->drops)
        notes_add(&e->notes, "%" PRIu64 " packets were lost while the captures were made: they say so themselves",
                  run->drops);
    if (hints_dropped(tracker_hints(e->tracker)))
        notes_add(&e->notes, "%" PRIu64 " DNS answers were forgotten before their time, oldest first, to keep --memory",
                  hints_dropped(tracker_hints(e->tracker)));
    if (inputs_names(e->inputs)->full)
        notes_add(&e->notes, "the captures have more names for addresses than are kept");
}

static void note_faults(struct notes *notes, const struct detector_faults *f)
{
    if (f->crashes)
        notes_add(notes,
                  "nDPI crashed %u %s: a flow that was at hand has the flag detector-fault, others are as without it",
                  f->crashes, f->crashes == 1 ? "time" : "times");
    if (f->hangs)
        notes_add(notes, "nDPI hung %u %s and was ended: a flow that was at hand has the flag detector-fault", f->hangs,
                  f->hangs == 1 ? "time" : "times");
    if (f->off)
        notes_add(notes, "detection was turned off, for it failed too often: flows from there on have no label and the "
                         "flag detector-fault");
}

static void report_fragments(struct engine *e)
{
    const struct defrag_stats *s = defrag_stats(e->defrag);
    e->run.fragments = (struct dpi_fragments){
        .whole = s->whole,
        .incomplete = s->incomplete + s->early,
        .copies = s->copies,
        .overlaps = s->overlaps,
        .bad = s->bad,
    };
    notes_fragments(&e->notes, s);
}

static void report_rules(struct engine *e)
{
    if (!e->rules)
        return;
    struct rules_counts c = rules_counts(e->rules);
    e->rule_files = xcalloc(c.files, sizeof(*e->rule_files));
    for (size_t i = 0; i < c.files; i++)
        e->rule_files[i] = dpi_text_of(rules_file_name(e->rules, i));
    static const char asked[] = "rules ask for %s fingerprints, which the nDPI at hand does not give: none matches";
    if (rules_ask_ja3(e->rules) && !label_has_ja3())
        notes_add(&e->notes, asked, "JA3");
    if (rules_ask_ja4(e->rules) && !label_has_ja4())
        notes_add(&e->notes, asked, "JA4");
    e->run.rules = (struct dpi_rules_info){e->rule_files, c.files, c.applications, c.hosts, c.addresses, c.ports};
}

const struct tracker_stats *engine_tracker_stats(const struct engine *e)
{
    return tracker_stats(e->tracker);
}

const struct dpi_run *engine_report(struct engine *e)
{
    const struct tracker_stats *stats = tracker_stats(e->tracker);
    struct dpi_run *run = &e->run;
    run->tool_version = DPITOOL_VERSION;
    snprintf(e->detector_version, sizeof(e->detector_version), "nDPI %s",
             label_version(detector_labels(e->detector)));
    run->detector_version = e->detector_version;
    run->captures = inputs_captures(e->inputs, &run->n_captures);
    uint64_t left_out = records_left_out(e->records);
    run->flows = stats->flows - left_out;
    run->flows_evicted = stats->evicted;
    run->flows_peak = stats->peak_flows;
    if (left_out)
        notes_add(&e->notes, "%" PRIu64 " of %" PRIu64 " flows do not match and are left out (--where)", left_out,
                  stats->flows);
    report_rules(e);
    struct detector_faults faults = detector_faults(e->detector);
    run->detector_faults = faults.crashes + faults.hangs;
    run->detector_off = faults.off;
    note_captures(e);
    note_faults(&e->notes, &faults);
    report_fragments(e);
    notes_finish(&e->notes, stats);
    run->warnings = e->notes.v;
    run->n_warnings = e->notes.n;
    records_report(e->records, run);
    return run;
}
