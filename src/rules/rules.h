/* SPDX-License-Identifier: BSD-2-Clause */
/* rules.h - rule files that say what application a flow belongs to, by its names, fingerprints, addresses and ports,
 * and what protocol it has, by the bytes of its first messages.
 *
 * A set of rules is loaded whole or not at all, and does not change afterwards. The format is in dpitool-rules(5). */
#ifndef RULES_RULES_H
#define RULES_RULES_H

#include "dpitool/status.h"
#include "dpitool/value.h"
#include "names/kind.h"
#include "rules/problems.h"
#include "util/buf.h"
#include "util/first_message.h"

struct rules;

/* --- loading ------------------------------------------------------------------------------------------ */

/* A file, or a folder of files whose names end in .yaml. */
struct rules_source {
    const char *path;
    bool shipped; /* with the program: a user's rules go before it, and its files are told by their names alone */
    const char *compiled; /* of the first source, a folder: what rules_compile may have made of it; NULL: nothing */
};

/* Loads all of them in this order. DPI_RULES when anything is wrong, with all of it in problems; err says how many
 * errors there are. *r is NULL unless DPI_OK. */
enum dpi_status rules_load(struct rules **r, const struct rules_source *sources, size_t n,
                           struct rules_problems *problems, struct dpi_err *err);
void rules_free(struct rules *r); /* NULL is fine */

/* Appends to out a form of a shipped folder that is loaded in less time: what counts is its content, so it may be older
 * or younger than its files, but not another. It has no tests of rules. Errors as of rules_load. */
enum dpi_status rules_compile(const char *folder, struct buf *out, struct rules_problems *problems,
                              struct dpi_err *err);

struct rules_counts {
    size_t files, applications, hosts, addresses, ports, tests, signatures;
};

struct rules_counts rules_counts(const struct rules *r);
const char *rules_file_name(const struct rules *r, size_t i); /* of counts.files, as records tell it */

struct rules_application {
    const char *id, *name, *category_id, *category, *source; /* source: NULL when there is none */
    const char *file;
    unsigned line;
    bool catch_all, shipped;
    size_t hosts, addresses, ports, others; /* of its rules: a range of addresses may count for several */
};

/* Of counts.applications, in the order of the files. */
void rules_application(const struct rules *r, size_t i, struct rules_application *out);

/* The categories there are; NULL behind the last. */
extern const char *const rules_category_ids[];
extern const char *const rules_category_names[];

bool rules_id_is_valid(const char *id); /* whether an application may have it */

/* --- matching ----------------------------------------------------------------------------------------- */

struct rules_name {
    struct dpi_text name; /* as the capture has it: any bytes */
    enum name_kind kind;
};

enum { RULES_NAME_MAX = 253 }; /* RFC 1035, 2.3.4, without the root */

/* A host name as people write it in the form that captures have: international labels as xn--...; what is no such
 * name stays as it is. Returns name or out. */
const char *rules_name_as_sent(const char *name, char out[static RULES_NAME_MAX + 1]);

struct rules_end {
    struct dpi_addr addr; /* family 0: unknown */
    bool has_port;
    uint16_t port;
};

enum { RULES_CLIENT, RULES_SERVER, RULES_ENDS };

struct rules_query {
    const struct rules_name *names; /* the most telling first: it goes before others where all else is equal */
    size_t n_names;
    struct rules_end end[RULES_ENDS];
    uint8_t transport; /* of IP: 6, 17, 132 */
    struct dpi_text protocol, ja3, ja4, certificate_sha1; /* absent ones match nothing */
};

struct rules_match {
    const char *id, *application, *category; /* category: as records have it */
    const char *file;
    unsigned line;
    const char *by; /* sni, http-host, dns, certificate, dns-hint, ja4, ja3, ip, port or protocol */
    bool catch_all;
    bool client_only; /* by nothing but the client's address */
    size_t rule;      /* which it is, below rules_count */
};

/* Finds what the rules say of a flow; false when none holds. */
bool rules_find(const struct rules *r, const struct rules_query *q, struct rules_match *out);

/* A rule that was looked at: the winner first, then by precedence. */
struct rules_candidate_info {
    struct rules_match match;
    const char *rule; /* "example.com", "=example.com", "192.0.2.0/24", "tcp/443": what was found in the flow */
    const char *why;  /* NULL: it wins; else why it does not */
};

/* Calls tell for every rule of which anything was found in the flow. */
void rules_explain(const struct rules *r, const struct rules_query *q,
                   void (*tell)(void *ctx, const struct rules_candidate_info *info), void *ctx);

/* --- signatures --------------------------------------------------------------------------------------- */

struct rules_signature {
    const char *id, *protocol, *category, *source; /* category: as records have it; source: NULL when there is none */
    const char *file;
    unsigned line, bits; /* bits: what a random message would have to hit */
    bool shipped;
    size_t ports, others; /* conditions */
};

/* Of counts.signatures, in the order of the files. */
void rules_signature(const struct rules *r, size_t i, struct rules_signature *out);

/* How much of a flow signatures look at: messages of a side, and bytes from the start of one. */
struct rules_reach {
    unsigned messages; /* 0: there are no signatures */
    unsigned head;
};

struct rules_reach rules_signatures_reach(const struct rules *r);

struct rules_first_messages {
    const struct first_message *v;
    unsigned n;
};

/* The first messages of a flow; side by RULES_CLIENT and RULES_SERVER. */
struct rules_payload {
    uint8_t transport;
    uint16_t port; /* of the server */
    struct rules_first_messages side[2];
};

struct rules_signature_match {
    struct rules_signature signature;
    bool override; /* goes before what nDPI finds by payload */
    size_t rule;   /* which it is, below rules_count */
};

/* Finds the signature that a flow has; of several the one that overrides, a user's, the one that asks for most, that of
 * the file given later, the earlier one. False when it has none. */
bool rules_find_signature(const struct rules *r, const struct rules_payload *p, struct rules_signature_match *out);

enum { RULES_PAYLOAD_MAX = 4096 };

/* Hexadecimal digits, with blanks and colons between bytes or not. False: it is none, or more than room bytes. */
bool rules_hex(const char *text, uint8_t *out, size_t room, size_t *n);

/* --- rules one by one, for statistics ------------------------------------------------------------------ */

/* A rule is what an application gives as an alternative: one of its lists, or one entry of match. Behind them come the
 * signatures, each a rule. */
size_t rules_count(const struct rules *r);

struct rules_rule {
    const char *file, *id, *what; /* what: the strongest of its conditions, as the file calls it */
    unsigned line;
};

void rules_rule(const struct rules *r, size_t i, struct rules_rule *out);

/* --- checking ----------------------------------------------------------------------------------------- */

struct rules_lint_options {
    bool need_source; /* of every application */
    /* Whether a flow can have the protocol, in lower case, and a fingerprint; NULL: nobody knows. */
    bool (*knows_protocol)(void *ctx, const char *name);
    void *ctx;
    bool no_ja3, no_ja4; /* flows have none */
};

/* Warns of what is likely not meant: rules that can never decide or match, what is listed twice, one domain in two
 * applications, public suffixes as hosts. */
void rules_lint(const struct rules *r, const struct rules_lint_options *opt, struct rules_problems *problems);

bool rules_ask_ja3(const struct rules *r); /* whether any rule has such a condition */
bool rules_ask_ja4(const struct rules *r);

/* Runs the tests that stand in the files; one that fails is an error. Returns how many there are. */
size_t rules_run_tests(const struct rules *r, struct rules_problems *problems);

#endif
