/* SPDX-License-Identifier: BSD-2-Clause */
/* test_writers.c - records and runs through every writer, and what comes out read back. */
#include "dpitool/writer.h"

#include "unit.h"

#include <csv.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_tree.h>

#include "util/buf.h"
#include "util/utf8.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* --- records ------------------------------------------------------------------------------------------ */

enum { HOST_MAX = 1 << 16 };

/* A record with a value in every field, and the memory that it borrows. */
struct full {
    struct dpi_record r;
    struct dpi_attr attrs[DPI_FIELD_COUNT];
    struct dpi_text list[3];
    uint8_t mac[6];
};

static void fill_attrs(struct full *f, struct dpi_text text)
{
    for (int i = DPI_FIELD_hostname; i < DPI_FIELD_COUNT; i++) {
        struct dpi_value v = {.kind = dpi_fields[i].kind};
        if (v.kind == DPI_TEXT)
            v.text = text;
        else if (v.kind == DPI_LIST)
            v.list.v = f->list, v.list.n = LEN(f->list);
        else
            v.u64 = UINT64_MAX;
        f->attrs[f->r.n_attrs++] = (struct dpi_attr){(enum dpi_field_id)i, v};
    }
}

static void make_full(struct full *f, struct dpi_text text)
{
    *f = (struct full){.list = {text, {"", 0}, {"a;b\\x41", 7}}, .mac = {0, 1, 2, 0xfd, 0xfe, 0xff}};
    struct dpi_direction dir = {UINT64_MAX / 2, UINT64_MAX / 2, UINT64_MAX / 2, UINT64_MAX / 2, text, f->mac, 255};
    f->r = (struct dpi_record){
        .flow_id = UINT64_MAX, .first_packet = 1, .first_ns = INT64_MIN, .last_ns = INT64_MAX,
        .community_id = text, .capture = text, .interface = text, .transport = text,
        .src = {6, {0xfe, 0x80, [15] = 1}}, .dst = {4, {255, 255, 255, 255}},
        .src_port = 65535, .dst_port = 1, .vlan = 4094, .has_ports = true, .is_icmp = true, .icmp_type = 8,
        .dir = {dir, dir}, .protocol = text, .application = text, .category = text, .ndpi_label = text,
        .confidence = text, .classified_by = text, .application_by = text, .end_reason = text,
        .rule = text,
        .is_tcp = true, .tcp_state = text, .direction = text, .src_name = text, .dst_name = text, .mpls = f->list,
        .n_mpls = LEN(f->list), .flags = f->list, .tunnels = f->list, .tunnel_ids = f->list,
        .n_flags = LEN(f->list), .n_tunnels = LEN(f->list), .n_tunnel_ids = LEN(f->list), .attrs = f->attrs,
    };
    fill_attrs(f, text);
}

static struct dpi_text every_byte(void)
{
    static char bytes[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    return (struct dpi_text){bytes, sizeof(bytes)};
}

static struct dpi_record with_host(struct dpi_attr *host, struct dpi_text name)
{
    *host = (struct dpi_attr){DPI_FIELD_hostname, {.kind = DPI_TEXT, .text = name}};
    return (struct dpi_record){.attrs = host, .n_attrs = 1};
}

/* --- running a writer --------------------------------------------------------------------------------- */

struct output {
    char *p;
    size_t n;
};

static const struct dpi_run empty_run = {.tool_version = "0", .detector_version = "0"};

/* fields: as --fields has them, or NULL. */
static struct output write_with(const struct dpi_writer_ops *ops, struct dpi_writer_config cfg, const char *fields,
                                const struct dpi_record *const *records, size_t n, const struct dpi_run *run)
{
    struct output o = {0};
    struct dpi_err err;
    void *state = NULL;
    cfg.out = open_memstream(&o.p, &o.n);
    if (fields)
        assert_int_equal(dpi_columns_parse(&cfg.columns, fields, &err), DPI_OK);
    else if (ops->all_columns)
        dpi_columns_all(&cfg.columns);
    else
        dpi_columns_default(&cfg.columns);
    assert_int_equal(ops->open(&state, &cfg, &err), DPI_OK);
    for (size_t i = 0; i < n && ops->wants_records; i++)
        assert_int_equal(ops->record(state, records[i], &err), DPI_OK);
    assert_int_equal(ops->finish(state, run, &err), DPI_OK);
    ops->free(state);
    dpi_columns_free(&cfg.columns);
    fclose(cfg.out);
    return o;
}

static struct output write_one(const struct dpi_writer_ops *ops, const char *fields, const struct dpi_record *r)
{
    return write_with(ops, (struct dpi_writer_config){.width = 0}, fields, &r, 1, &empty_run);
}

/* --- reading back ------------------------------------------------------------------------------------- */

struct cells {
    struct dpi_text v[2000];
    size_t n, rows, header; /* header: cells in the first row */
    struct buf bytes;
};

static void on_cell(void *p, size_t n, void *ctx)
{
    struct cells *c = ctx;
    assert_true(c->n < LEN(c->v));
    c->v[c->n++] = (struct dpi_text){p ? memcpy(malloc(n + 1), p, n) : NULL, n};
}

static void on_row(int end, void *ctx)
{
    struct cells *c = ctx;
    (void)end;
    if (c->rows++ == 0)
        c->header = c->n;
}

/* Bare empty cells are NULL. */
static void read_csv(struct cells *c, struct output o)
{
    struct csv_parser parser;
    memset(c, 0, sizeof(*c));
    assert_int_equal(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL), 0);
    assert_int_equal(csv_parse(&parser, o.p, o.n, on_cell, on_row, c), o.n);
    assert_int_equal(csv_fini(&parser, on_cell, on_row, c), 0);
    csv_free(&parser);
}

static void free_cells(struct cells *c)
{
    for (size_t i = 0; i < c->n; i++)
        free((char *)c->v[i].p);
}

static struct dpi_text cell_of(const struct cells *c, const char *field)
{
    for (size_t i = 0; i < c->header; i++)
        if (dpi_text_eq(c->v[i], dpi_text_of(field)))
            return c->v[c->header + i];
    fail_msg("no column %s", field);
    return (struct dpi_text){0};
}

static unsigned hex_value(const char *p, size_t n)
{
    char digits[9] = "";
    memcpy(digits, p, n);
    return (unsigned)strtoul(digits, NULL, 16);
}

static void add_utf8(struct buf *b, unsigned cp)
{
    if (cp < 0x80) {
        buf_char(b, (char)cp);
    } else if (cp < 0x800) {
        buf_char(b, (char)(0xc0 | cp >> 6));
        buf_char(b, (char)(0x80 | (cp & 63)));
    } else {
        assert_true(cp < 0x10000);
        buf_char(b, (char)(0xe0 | cp >> 12));
        buf_char(b, (char)(0x80 | (cp >> 6 & 63)));
        buf_char(b, (char)(0x80 | (cp & 63)));
    }
}

/* Undoes what the head of csv.c says is done. */
static void undo(struct buf *b, struct dpi_text t)
{
    const char *p = t.p, *end = t.p + t.n;
    p += p < end && *p == '\'';
    while (p < end) {
        const char *brace = end - p > 3 && memcmp(p, "\\u{", 3) == 0 ? memchr(p, '}', (size_t)(end - p)) : NULL;
        if (brace) {
            add_utf8(b, hex_value(p + 3, (size_t)(brace - p - 3)));
            p = brace + 1;
        } else if (end - p > 3 && memcmp(p, "\\x", 2) == 0 && isxdigit((unsigned char)p[2]) &&
                   isxdigit((unsigned char)p[3])) {
            buf_char(b, (char)hex_value(p + 2, 2));
            p += 4;
        } else {
            buf_char(b, *p++);
        }
    }
}

static void assert_text(struct dpi_text got, const char *expected)
{
    if (!got.p || got.n != strlen(expected) || memcmp(got.p, expected, got.n) != 0)
        fail_msg("'%.*s', not '%s'", (int)got.n, got.p ? got.p : "(absent)", expected);
}

static yajl_val read_json(const char *p)
{
    char err[256];
    yajl_val v = yajl_tree_parse(p, err, sizeof(err));
    if (!v)
        fail_msg("%s", err);
    return v;
}

static yajl_val member(yajl_val v, const char *key)
{
    const char *path[] = {key, NULL};
    return yajl_tree_get(v, path, yajl_t_any);
}

static const char *text_member(yajl_val v, const char *key)
{
    yajl_val m = member(v, key);
    assert_non_null(m);
    assert_true(YAJL_IS_STRING(m));
    return YAJL_GET_STRING(m);
}

/* Nothing that acts on a terminal, all of it UTF-8; line ends are ours. */
static void assert_safe(struct output o, const char *who)
{
    uint32_t cp;
    for (size_t i = 0, len; i < o.n; i += len) {
        len = utf8_decode(o.p + i, o.n - i, &cp);
        if (len == 0 || (utf8_unsafe(cp) && cp != '\n' && cp != '\r'))
            fail_msg("%s: U+%04X at byte %zu", who, cp, i);
    }
}

static unsigned widest_line(struct output o)
{
    unsigned widest = 0, columns = 0;
    uint32_t cp;
    for (size_t i = 0, len; i < o.n; i += len) {
        len = utf8_decode(o.p + i, o.n - i, &cp);
        columns = cp == '\n' ? 0 : columns + utf8_width(cp);
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

/* --- every writer ------------------------------------------------------------------------------------- */

static void all_take_any_record(void **state)
{
    struct full full;
    struct dpi_record zero = {0};
    char *host = malloc(HOST_MAX);
    (void)state;
    memset(host, '\033', HOST_MAX);
    const struct dpi_text texts[] = {{"", 0}, every_byte(), {host, HOST_MAX}, {"\xe2\x80\xae=1+1\"',;\r\n", 12}};
    for (size_t w = 0; dpi_writers[w]; w++) {
        if (dpi_writers[w]->wants_folder)
            continue; /* tests/tools/unknown_check.py */
        struct output o = write_one(dpi_writers[w], NULL, &zero);
        assert_safe(o, dpi_writers[w]->name);
        free(o.p);
        for (size_t i = 0; i < LEN(texts); i++) {
            make_full(&full, texts[i]);
            o = write_one(dpi_writers[w], NULL, &full.r);
            assert_safe(o, dpi_writers[w]->name);
            free(o.p);
        }
    }
    free(host);
}

/* The answer is the same for records and at the end, wherever the buffer happens to be full. */
static void all_notice_a_full_disk(void **state)
{
    struct full full;
    (void)state;
    make_full(&full, every_byte());
    for (size_t w = 0; dpi_writers[w]; w++) {
        for (size_t records = 0; records < 100; records += 99) {
            const struct dpi_writer_ops *ops = dpi_writers[w];
            if (ops->wants_folder)
                continue;
            struct dpi_writer_config cfg = {.out = fopen("/dev/full", "w")};
            struct dpi_err err = {0};
            void *writer = NULL;
            dpi_columns_all(&cfg.columns);
            enum dpi_status st = ops->open(&writer, &cfg, &err);
            for (size_t i = 0; st == DPI_OK && ops->wants_records && i < records; i++)
                st = ops->record(writer, &full.r, &err);
            if (st == DPI_OK)
                st = ops->finish(writer, &empty_run, &err);
            if (records || ops != &dpi_json_writer) { /* json writes nothing for no records */
                assert_int_equal(st, DPI_OUTPUT);
                assert_true(err.msg[0] != '\0');
            }
            ops->free(writer);
            fclose(cfg.out);
            dpi_columns_free(&cfg.columns);
        }
    }
}

static void all_can_be_freed_unopened(void **state)
{
    (void)state;
    for (size_t w = 0; dpi_writers[w]; w++) {
        dpi_writers[w]->free(NULL);
        assert_true(dpi_writers[w]->name[0] && dpi_writers[w]->summary[0]);
        assert_true(dpi_writers[w]->wants_records == (dpi_writers[w]->record != NULL));
    }
}

/* --- csv ---------------------------------------------------------------------------------------------- */

static void csv_has_a_cell_for_every_field(void **state)
{
    struct full full;
    struct dpi_record zero = {0};
    struct cells c;
    (void)state;
    make_full(&full, every_byte());
    const struct dpi_record *const records[] = {&zero, &full.r, &zero};
    struct output o = write_with(&dpi_csv_writer, (struct dpi_writer_config){0}, NULL, records, 3, &empty_run);
    read_csv(&c, o);
    assert_int_equal(c.rows, 4);
    assert_int_equal(c.header, DPI_FIELD_COUNT);
    assert_int_equal(c.n, 4 * DPI_FIELD_COUNT);
    for (size_t i = 0; i < DPI_FIELD_COUNT; i++) {
        assert_text(c.v[i], dpi_fields[i].name);
        assert_int_equal(c.v[DPI_FIELD_COUNT + i].p == NULL, dpi_field_get(&dpi_fields[i], &zero).kind == DPI_ABSENT);
        assert_non_null(c.v[2 * DPI_FIELD_COUNT + i].p);
    }
    free_cells(&c);
    free(o.p);
}

static void csv_looks_like_this(void **state)
{
    struct dpi_text flags[] = {{"a;b", 3}, {"c", 1}};
    struct dpi_record r = {
        .flow_id = 3, .first_ns = 1795252299123456789, .last_ns = 1795252300123456790, .src = {4, {10, 0, 0, 1}},
        .protocol = dpi_text_of("TLS"), .application = dpi_text_of(""), .flags = flags, .n_flags = 2,
    };
#define FIELDS "flow_id,first_seen,duration,src_ip,src_port,protocol,application,category,flags"
    struct output o = write_one(&dpi_csv_writer, FIELDS, &r);
    (void)state;
    assert_string_equal(o.p, FIELDS "\r\n"
                             "3,2026-11-21T09:11:39.123456789Z,1.000000001,10.0.0.1,,\"TLS\",\"\",,\"a\\x3bb;c\"\r\n");
#undef FIELDS
    free(o.p);
}

static void csv_defuses(void **state)
{
    static const struct {
        const char *in, *cell;
    } rows[] = {
        {"=1+1", "'=1+1"},
        {"+1", "'+1"},
        {"-1", "'-1"},
        {"@x", "'@x"},
        {"  =1", "'  =1"},
        {"\xc2\xa0=1", "'\xc2\xa0=1"},
        {"\xef\xbc\x9d" "1", "'\xef\xbc\x9d" "1"}, /* the wide = */
        {"\t=1", "\\x09=1"},
        {"\r=1", "\\x0d=1"},
        {"'x", "''x"},
        {"'", "''"},
        {"a=1", "a=1"},
        {"x'", "x'"},
        {" ", " "},
        {"a\"b,c", "a\"b,c"},
        {"a\r\nb", "a\\x0d\\x0ab"},
        {"DOMAIN\\user", "DOMAIN\\user"},
        {"DOMAIN\\xavier", "DOMAIN\\xavier"},
        {"\\x41", "\\x5cx41"},
        {"\\u{41}", "\\x5cu{41}"},
        {"\\", "\\"},
        {"a;b", "a;b"},
        {"\xe2\x80\xae", "\\u{202e}"},
        {"\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xd0\xbf", "\xd0\xbf"},
        {"0", "0"}, /* as a number it is the same */
        {"123456789012345", "123456789012345"},
        {"1234567890123456", "'1234567890123456"},
        {"007", "'007"},
        {"1.10", "'1.10"},
        {".5", "'.5"},
        {"5.", "'5."},
        {" 12 ", "' 12 "},
        {"1e5", "'1e5"},
        {"1.5E+05", "'1.5E+05"},
        {"1,121", "'1,121"},
        {"1,121,003.5", "'1,121,003.5"},
        {"1,3,6", "1,3,6"},
        {"1,1211", "1,1211"},
        {"1e", "1e"},
        {"1e+", "1e+"},
        {"e5", "e5"},
        {".", "."},
        {"1 2", "1 2"},
        {"192.0.2.1", "192.0.2.1"},
        {"0x10", "0x10"},
        {"2026-11-21", "'2026-11-21"},
        {"2026-11-21T09:11:39.5", "'2026-11-21T09:11:39.5"},
        {"2026-11-21T09:11:39Z", "2026-11-21T09:11:39Z"},
        {"2026-11-2", "2026-11-2"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct dpi_attr host;
        struct cells c;
        struct dpi_record r = with_host(&host, dpi_text_of(rows[i].in));
        struct output o = write_one(&dpi_csv_writer, "hostname", &r);
        read_csv(&c, o);
        assert_text(c.v[1], rows[i].cell);
        if (utf8_valid(rows[i].in, strlen(rows[i].in))) {
            struct buf b = {0};
            undo(&b, c.v[1]);
            assert_text((struct dpi_text){b.p, b.n}, rows[i].in);
            buf_free(&b);
        }
        free_cells(&c);
        free(o.p);
    }
}

static void csv_can_be_undone(void **state)
{
    struct dpi_attr host;
    struct cells c;
    struct buf b = {0};
    struct dpi_text bytes = {every_byte().p, 128}; /* as far as they are UTF-8 */
    struct dpi_record r = with_host(&host, bytes);
    struct output o = write_one(&dpi_csv_writer, "flow_id,hostname", &r);
    (void)state;
    read_csv(&c, o);
    assert_int_equal(c.rows, 2);
    undo(&b, cell_of(&c, "hostname"));
    assert_int_equal(b.n, bytes.n);
    assert_memory_equal(b.p, bytes.p, bytes.n);
    buf_free(&b);
    free_cells(&c);
    free(o.p);
}

static void csv_raw_keeps_all_but_bad_utf8(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"=1+1", "=1+1"},       {"'x", "'x"},   {"007", "007"}, {"a\r\nb\033[31m", "a\r\nb\033[31m"},
        {"\\x41;\"", "\\x41;\""}, {"\xff", "\xef\xbf\xbd"}, {"\xe2\x80\xae", "\xe2\x80\xae"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct dpi_attr host;
        struct cells c;
        struct dpi_record r = with_host(&host, dpi_text_of(rows[i].in));
        const struct dpi_record *records = &r;
        struct dpi_writer_config cfg = {.csv_raw = true};
        struct output o = write_with(&dpi_csv_writer, cfg, "hostname", &records, 1, &empty_run);
        read_csv(&c, o);
        assert_text(c.v[1], rows[i].out);
        free_cells(&c);
        free(o.p);
    }
}

static void csv_has_the_delimiter_and_the_mark_asked_for(void **state)
{
    struct dpi_text flags[] = {{"a,b", 3}, {"c\td", 3}};
    struct dpi_record r = {.flow_id = 3, .protocol = dpi_text_of("T;S"), .flags = flags, .n_flags = 2};
    const struct dpi_record *records = &r;
    struct dpi_writer_config cfg = {.csv_delimiter = '\t', .csv_bom = true};
    struct output o = write_with(&dpi_csv_writer, cfg, "flow_id,src_port,protocol,flags", &records, 1, &empty_run);
    (void)state;
    assert_string_equal(o.p, "\xef\xbb\xbf" "flow_id\tsrc_port\tprotocol\tflags\r\n"
                             "3\t\t\"T;S\"\t\"a,b;c\\x09d\"\r\n");
    free(o.p);
}

static void csv_has_no_empty_line(void **state)
{
    struct dpi_record r = {0};
    struct output o = write_one(&dpi_csv_writer, "hostname", &r);
    (void)state;
    assert_string_equal(o.p, "hostname\r\n\"\"\r\n");
    free(o.p);
}

/* --- json --------------------------------------------------------------------------------------------- */

static void json_looks_like_this(void **state)
{
    struct dpi_text flags[] = {{"a;b", 3}, {"\"c\"", 3}};
    struct dpi_record r = {
        .flow_id = UINT64_MAX, .first_ns = -1, .last_ns = 1500000000, .src = {4, {10, 0, 0, 1}},
        .protocol = dpi_text_of("TLS"), .application = dpi_text_of(""), .flags = flags, .n_flags = 2,
    };
    const struct dpi_record *const twice[] = {&r, &r};
    const char *fields = "flags,flow_id,first_seen,duration,src_ip,src_port,protocol,application,category";
    struct output o = write_with(&dpi_json_writer, (struct dpi_writer_config){0}, fields, twice, 2, &empty_run);
    (void)state;
#define LINE                                                                                       \
    "{\"flags\":[\"a;b\",\"\\\"c\\\"\"],\"flow_id\":18446744073709551615,"                          \
    "\"first_seen\":\"1969-12-31T23:59:59.999999999Z\","                                           \
    "\"duration\":1.500000001,\"src_ip\":\"10.0.0.1\",\"protocol\":\"TLS\",\"application\":\"\"}\n"
    assert_string_equal(o.p, LINE LINE);
#undef LINE
    free(o.p);
}

static void json_keeps_exact_bytes(void **state)
{
    struct full full;
    (void)state;
    make_full(&full, every_byte());
    struct output o = write_one(&dpi_json_writer, NULL, &full.r);
    yajl_val v = read_json(o.p);
    for (size_t f = 0; f < DPI_FIELD_COUNT; f++)
        assert_non_null(member(v, dpi_fields[f].name));
    const char *hex = text_member(v, "hostname_hex");
    assert_int_equal(strlen(hex), 512);
    for (unsigned i = 0; i < 256; i++)
        assert_int_equal(hex_value(hex + 2 * i, 2), i);
    yajl_val list = member(v, "tls_alpn_hex");
    assert_int_equal(YAJL_GET_ARRAY(list)->len, LEN(full.list));
    assert_string_equal(YAJL_GET_STRING(YAJL_GET_ARRAY(list)->values[0]), hex);
    assert_string_equal(YAJL_GET_STRING(YAJL_GET_ARRAY(list)->values[1]), "");
    assert_string_equal(YAJL_GET_STRING(YAJL_GET_ARRAY(list)->values[2]), "613b625c783431");
    assert_int_equal(memchr(o.p, '\n', o.n) == o.p + o.n - 1, 1);
    yajl_tree_free(v);
    free(o.p);
}

static void json_escapes_what_acts(void **state)
{
    static const struct {
        const char *in, *json;
    } rows[] = {
        {"a\"\\/\b\f\n\r\t\x01", "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\""},
        {"\x7f", "\"\\u007f\""},
        {"\xc2\x9b", "\"\\u009b\""},
        {"\xe2\x80\xae", "\"\\u202e\""},
        {"\xf3\xa0\x80\x81", "\"\\udb40\\udc01\""},
        {"\xf4\x8f\xbf\xbf", "\"\\udbff\\udfff\""},
        {"\xd0\xbf\xf0\x9f\x98\x80", "\"\xd0\xbf\xf0\x9f\x98\x80\""},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct dpi_attr host;
        char expected[128] = "{\"hostname\":";
        struct dpi_record r = with_host(&host, dpi_text_of(rows[i].in));
        struct output o = write_one(&dpi_json_writer, "hostname", &r);
        strcat(strcat(expected, rows[i].json), "}\n");
        assert_string_equal(o.p, expected);
        yajl_val v = read_json(o.p);
        assert_string_equal(text_member(v, "hostname"), rows[i].in);
        yajl_tree_free(v);
        free(o.p);
    }
}

static void json_marks_bytes_that_are_not_utf8(void **state)
{
    struct dpi_attr host;
    struct dpi_record r = with_host(&host, (struct dpi_text){"a\xc3(\0", 4});
    struct output o = write_one(&dpi_json_writer, "hostname", &r);
    (void)state;
    assert_string_equal(o.p, "{\"hostname\":\"a\xef\xbf\xbd(\\u0000\",\"hostname_hex\":\"61c32800\"}\n");
    free(o.p);
}

static void schema_knows_every_field(void **state)
{
    struct output o = {0};
    struct dpi_err err;
    FILE *out = open_memstream(&o.p, &o.n);
    (void)state;
    assert_int_equal(dpi_schema_write(out, &err), DPI_OK);
    fclose(out);
    yajl_val v = read_json(o.p), required = member(v, "required");
    assert_true(YAJL_IS_FALSE(member(v, "additionalProperties")));
    size_t always = 0;
    for (size_t f = 0; f < DPI_FIELD_COUNT; f++) {
        assert_non_null(member(member(v, "properties"), dpi_fields[f].name));
        if (!dpi_fields[f].always)
            continue;
        assert_string_equal(YAJL_GET_STRING(YAJL_GET_ARRAY(required)->values[always]), dpi_fields[f].name);
        always++;
    }
    assert_int_equal(YAJL_GET_ARRAY(required)->len, always);
    assert_non_null(member(member(v, "properties"), "hostname_hex"));
    assert_null(member(member(v, "properties"), "flow_id_hex"));
    yajl_tree_free(v);
    free(o.p);
}

/* --- table -------------------------------------------------------------------------------------------- */

static size_t count_lines(struct output o)
{
    size_t n = 0;
    for (size_t i = 0; i < o.n; i++)
        n += o.p[i] == '\n';
    return n;
}

static void table_stays_on_the_screen(void **state)
{
    struct full full;
    (void)state;
    make_full(&full, (struct dpi_text){"名前 e\xcc\x81 \033[31m www.example.com", 33});
    const struct dpi_record *const r[] = {&full.r};
    for (unsigned width = 20; width < 260; width++) {
        struct dpi_writer_config cfg = {.width = width};
        struct output o = write_with(&dpi_table_writer, cfg, NULL, r, 1, &empty_run);
        unsigned widest = widest_line(o);
        if (widest > width)
            fail_msg("%u columns on a screen of %u:\n%s", widest, width, o.p);
        free(o.p);
    }
}

static void table_looks_like_this(void **state)
{
    struct dpi_attr host;
    struct dpi_record r = with_host(&host, dpi_text_of("www.example.com"));
    r.flow_id = 7;
    r.first_ns = 1795252299123456789;
    r.last_ns = r.first_ns + 1234567890;
    r.protocol = dpi_text_of("TLS");
    r.dir[0].bytes = 1234;
    const struct dpi_record *const rows[] = {&r};
    const char *fields = "flow_id,first_seen,duration,protocol,bytes_total,hostname";
    struct output o = write_with(&dpi_table_writer, (struct dpi_writer_config){0}, fields, rows, 1, &empty_run);
    (void)state;
    assert_string_equal(o.p, "flow  first_seen (UTC)            duration  protocol  bytes  hostname\n"
                             "   7  2026-11-21 09:11:39.123456  1.234567  TLS        1234  www.example.com\n");
    free(o.p);
    struct dpi_writer_config narrow = {.width = 30, .colour = true, .gap = true};
    o = write_with(&dpi_table_writer, narrow, "protocol,hostname,bytes_total", rows, 1, &empty_run);
    assert_string_equal(o.p, "\n\033[1mprotocol\033[0m \033[1mhostname\033[0m        \033[1mbytes\033[0m\n"
                             "TLS      www.example.com  1234\n");
    free(o.p);
}

/* Largest first, ties by flow_id, and a note of what is not shown. */
static void table_keeps_the_top(void **state)
{
    enum { N = 100 };
    struct dpi_record r[N];
    const struct dpi_record *p[N];
    (void)state;
    for (size_t i = 0; i < N; i++) {
        r[i] = (struct dpi_record){.flow_id = i + 1, .dir = {{.bytes = (i * 37) % 50}}};
        p[i] = &r[i];
    }
    struct dpi_writer_config cfg = {.top = 4, .sort = &dpi_fields[DPI_FIELD_bytes_total]};
    struct output o = write_with(&dpi_table_writer, cfg, "flow_id,bytes_total", p, N, &empty_run);
    assert_string_equal(o.p, "flow  bytes\n"
                             "  28     49\n"
                             "  78     49\n"
                             "   5     48\n"
                             "  55     48\n"
                             "4 of 100 flows, by bytes_total; --all shows them all\n");
    free(o.p);
}

static void table_sorts_by_any_field(void **state)
{
    struct dpi_attr host[3];
    struct dpi_record r[3];
    const struct dpi_record *p[] = {&r[0], &r[1], &r[2]};
    (void)state;
    r[0] = with_host(&host[0], dpi_text_of("b"));
    r[1] = (struct dpi_record){.flow_id = 0};
    r[2] = with_host(&host[2], dpi_text_of("a"));
    for (size_t i = 0; i < 3; i++)
        r[i].flow_id = i + 1;
    struct dpi_writer_config cfg = {.top = 9, .sort = &dpi_fields[DPI_FIELD_hostname]};
    struct output o = write_with(&dpi_table_writer, cfg, "flow_id,hostname", p, 3, &empty_run);
    assert_string_equal(o.p, "flow  hostname\n   3  a\n   1  b\n   2\n");
    free(o.p);
    for (size_t f = 0; f < DPI_FIELD_COUNT; f++) {
        struct full full;
        make_full(&full, every_byte());
        const struct dpi_record *const mixed[] = {&r[0], &full.r, &r[1], &full.r, &r[2]};
        cfg.sort = &dpi_fields[f];
        cfg.top = 3;
        o = write_with(&dpi_table_writer, cfg, NULL, mixed, 5, &empty_run);
        assert_int_equal(count_lines(o), 5);
        free(o.p);
    }
}

/* Without top the rows keep their order, before and after the widths are settled. */
static void table_streams(void **state)
{
    enum { N = 1500 };
    struct dpi_record *r = calloc(N, sizeof(*r));
    const struct dpi_record **p = malloc(N * sizeof(struct dpi_record *));
    (void)state;
    for (size_t i = 0; i < N; i++) {
        r[i].flow_id = (i * 7919) % N;
        p[i] = &r[i];
    }
    struct output o = write_with(&dpi_table_writer, (struct dpi_writer_config){0}, "flow_id", p, N, &empty_run);
    char *line = strchr(o.p, '\n');
    for (size_t i = 0; i < N; i++, line = strchr(line + 1, '\n'))
        assert_int_equal(strtoul(line + 1, NULL, 10), r[i].flow_id);
    assert_int_equal(count_lines(o), N + 1);
    free(o.p);
    o = write_with(&dpi_table_writer, (struct dpi_writer_config){0}, NULL, NULL, 0, &empty_run);
    assert_string_equal(o.p, "no flows\n");
    free(o.p);
    free(r);
    free(p);
}

/* --- summaries ---------------------------------------------------------------------------------------- */

static const struct dpi_capture_info captures[] = {
    {.name = {"a.pcap", 6}, .format = "pcap", .packets = 10},
    {.name = {"a very long name of a folder/with \033[31m and \xff/b.pcapng", 52}, .format = "pcapng",
     .packets = 5, .damage_offset = 4711, .damage = "cut"},
};
static const struct dpi_text warnings[] = {{"one \033 two", 9}};

static struct dpi_run make_run(const struct dpi_tally_row *rows, size_t n)
{
    struct dpi_tally tally = {rows, n, true}, none = {NULL, 0, true};
    return (struct dpi_run){
        .tool_version = "0.1.0", .detector_version = "nDPI 4.2.0", .captures = captures, .n_captures = 2,
        .fragments = {1, 2, 3, 4, 5},
        .packets_read = 15, .bytes_read = 12345, .buckets = {[DPI_BUCKET_flow] = 12, [DPI_BUCKET_not_ip] = 3},
        .has_time = true, .first_ns = 0, .last_ns = 90061000000000, .flows = 4, .flows_unknown = 1, .flows_peak = 2,
        .protocols = tally, .applications = none, .categories = none, .addresses = none, .hostnames = tally, .warnings = warnings, .n_warnings = 1, .interrupted = true,
    };
}

static void summary_says_it_all(void **state)
{
    static const char *const lines[] = {
        "  a.pcap                                                  10 packets, pcap\n",
        "    damaged at byte 4,711: cut\n",
        "  duration                                  1 d 1 h\n",
        "  in a flow                                               12   80.0 %\n",
        "  not IP                                                   3   20.0 %\n",
        "  read                                                    15\n",
        "  unknown                                                  1   25.0 %\n",
        "  ! one \\x1b two\n",
        "  ! interrupted",
        "Protocols",
        "Host names",
    };
    struct dpi_tally_row rows[] = {{{"T\033S", 3}, 3, 11, 1000000, 0}, {{"Unknown", 7}, 1, 1, 1, 0}};
    struct dpi_run run = make_run(rows, 2);
    struct output o = write_with(&dpi_summary_writer, (struct dpi_writer_config){.width = 80}, NULL, NULL, 0, &run);
    (void)state;
    for (size_t i = 0; i < LEN(lines); i++)
        if (!strstr(o.p, lines[i]))
            fail_msg("'%s' is not in\n%s", lines[i], o.p);
    assert_null(strstr(o.p, "Applications"));
    assert_null(strstr(o.p, "guessed"));
    assert_safe(o, "summary");
    free(o.p);
}

static void summary_shares_are_true(void **state)
{
    static const struct {
        uint64_t part;
        const char *line;
    } cases[] = {
        {100000, "  in a flow                              100,000  100.0 %\n"},
        {99999, "  in a flow                               99,999  >99.9 %\n"},
        {99949, "  in a flow                               99,949   99.9 %\n"},
        {50, "  in a flow                                   50    0.1 %\n"},
        {49, "  in a flow                                   49   <0.1 %\n"},
        {0, "  in a flow                                    0    0.0 %\n"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct dpi_run run = make_run(NULL, 0);
        run.n_captures = 0;
        run.packets_read = 100000;
        run.buckets[DPI_BUCKET_flow] = cases[i].part;
        run.buckets[DPI_BUCKET_not_ip] = 100000 - cases[i].part;
        struct output o = write_with(&dpi_summary_writer, (struct dpi_writer_config){0}, NULL, NULL, 0, &run);
        if (!strstr(o.p, cases[i].line))
            fail_msg("'%s' is not in\n%s", cases[i].line, o.p);
        free(o.p);
    }
}

static void summary_explains_its_mark_once(void **state)
{
    static const char mark[] = "  ~ at most, too many names to count exactly\n";
    (void)state;
    for (int inexact = 0; inexact < 2; inexact++) {
        struct dpi_tally_row rows[20];
        for (size_t i = 0; i < LEN(rows); i++)
            rows[i] = (struct dpi_tally_row){{"name", 4}, 1, 1, 1000, inexact ? 3 : 0};
        struct dpi_run run = make_run(rows, LEN(rows));
        run.protocols.complete = run.hostnames.complete = !inexact;
        struct output o = write_with(&dpi_summary_writer, (struct dpi_writer_config){0}, NULL, NULL, 0, &run);
        const char *at = strstr(o.p, mark);
        assert_int_equal(at != NULL, inexact);
        assert_true(!at || !strstr(at + 1, mark));
        assert_int_equal(strstr(o.p, "~1,000") != NULL, inexact);
        assert_non_null(strstr(o.p, inexact ? "\n  and at least 10 more\n" : "\n  and 10 more\n"));
        free(o.p);
    }
}

static void summary_stays_on_the_screen(void **state)
{
    struct dpi_text host = every_byte();
    struct dpi_tally_row rows[] = {{host, 100000, 10000000, 10000000000, 3}, {{"Unknown", 7}, 1, 1, 1, 0}};
    struct dpi_run run = make_run(rows, 2);
    (void)state;
    run.protocols.complete = false;
    for (unsigned width = 40; width < 200; width++) {
        struct dpi_writer_config cfg = {.width = width};
        struct output o = write_with(&dpi_summary_writer, cfg, NULL, NULL, 0, &run);
        if (widest_line(o) > width)
            fail_msg("%u columns on a screen of %u:\n%s", widest_line(o), width, o.p);
        free(o.p);
    }
}

static void summary_json_says_it_all(void **state)
{
    struct dpi_tally_row rows[] = {{{"T\xffS", 3}, 3, 11, 1000000, 5}, {{"Unknown", 7}, 1, 1, 1, 0}};
    struct dpi_run run = make_run(rows, 2);
    struct output o = write_with(&dpi_summary_json_writer, (struct dpi_writer_config){0}, NULL, NULL, 0, &run);
    yajl_val v = read_json(o.p);
    (void)state;
    assert_safe(o, "summary-json");
    assert_string_equal(text_member(v, "type"), "summary");
    assert_string_equal(text_member(v, "last_seen"), "1970-01-02T01:01:01.000000000Z");
    assert_int_equal(YAJL_GET_INTEGER(member(v, "packets_read")), 15);
    for (int i = 0; i < DPI_BUCKET_COUNT; i++)
        assert_int_equal(YAJL_GET_INTEGER(member(member(v, "buckets"), dpi_buckets[i].name)), run.buckets[i]);
    assert_int_equal(YAJL_GET_INTEGER(member(member(v, "flows"), "unknown")), 1);
    assert_int_equal(YAJL_GET_INTEGER(member(member(v, "fragments"), "datagrams_incomplete")), 2);
    assert_int_equal(YAJL_GET_INTEGER(member(member(v, "fragments"), "bad")), 5);
    yajl_val top = YAJL_GET_ARRAY(member(v, "protocols"))->values[0];
    assert_string_equal(text_member(top, "name_hex"), "54ff53");
    assert_int_equal(YAJL_GET_INTEGER(member(top, "bytes_error")), 5);
    yajl_val damaged = YAJL_GET_ARRAY(member(v, "captures"))->values[1];
    assert_int_equal(YAJL_GET_INTEGER(member(damaged, "damage_offset")), 4711);
    assert_true(YAJL_IS_TRUE(member(v, "interrupted")));
    assert_int_equal(YAJL_GET_ARRAY(member(v, "applications"))->len, 0);
    assert_int_equal(YAJL_GET_INTEGER(member(member(v, "left_out"), "addresses")), 0);
    assert_int_equal(YAJL_GET_ARRAY(member(v, "inexact"))->len, 0);
    yajl_tree_free(v);
    free(o.p);
}

static void summary_json_says_what_it_leaves_out(void **state)
{
    struct dpi_tally_row rows[103] = {0};
    struct dpi_run run = make_run(rows, 1);
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        rows[i].name = dpi_text_of("x");
    run.applications = run.addresses = run.hostnames = (struct dpi_tally){rows, LEN(rows), true};
    run.addresses.complete = false;
    struct output o = write_with(&dpi_summary_json_writer, (struct dpi_writer_config){0}, NULL, NULL, 0, &run);
    yajl_val v = read_json(o.p);
    assert_int_equal(YAJL_GET_ARRAY(member(v, "addresses"))->len, 100);
    assert_int_equal(YAJL_GET_ARRAY(member(v, "applications"))->len, LEN(rows));
    assert_int_equal(YAJL_GET_INTEGER(member(member(v, "left_out"), "addresses")), 3);
    assert_int_equal(YAJL_GET_INTEGER(member(member(v, "left_out"), "applications")), 0);
    assert_int_equal(YAJL_GET_ARRAY(member(v, "inexact"))->len, 1);
    assert_string_equal(YAJL_GET_STRING(YAJL_GET_ARRAY(member(v, "inexact"))->values[0]), "addresses");
    yajl_tree_free(v);
    free(o.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_take_any_record),
        cmocka_unit_test(all_notice_a_full_disk),
        cmocka_unit_test(all_can_be_freed_unopened),
        cmocka_unit_test(csv_has_a_cell_for_every_field),
        cmocka_unit_test(csv_looks_like_this),
        cmocka_unit_test(csv_defuses),
        cmocka_unit_test(csv_can_be_undone),
        cmocka_unit_test(csv_raw_keeps_all_but_bad_utf8),
        cmocka_unit_test(csv_has_the_delimiter_and_the_mark_asked_for),
        cmocka_unit_test(csv_has_no_empty_line),
        cmocka_unit_test(json_looks_like_this),
        cmocka_unit_test(json_keeps_exact_bytes),
        cmocka_unit_test(json_escapes_what_acts),
        cmocka_unit_test(json_marks_bytes_that_are_not_utf8),
        cmocka_unit_test(schema_knows_every_field),
        cmocka_unit_test(table_stays_on_the_screen),
        cmocka_unit_test(table_looks_like_this),
        cmocka_unit_test(table_keeps_the_top),
        cmocka_unit_test(table_sorts_by_any_field),
        cmocka_unit_test(table_streams),
        cmocka_unit_test(summary_says_it_all),
        cmocka_unit_test(summary_shares_are_true),
        cmocka_unit_test(summary_explains_its_mark_once),
        cmocka_unit_test(summary_stays_on_the_screen),
        cmocka_unit_test(summary_json_says_it_all),
        cmocka_unit_test(summary_json_says_what_it_leaves_out),
    };
    return cmocka_run_group_tests_name("writers", tests, NULL, NULL);
}
