/* SPDX-License-Identifier: BSD-2-Clause */
/* model.h - a set of rules in memory. Private to src/rules.
 *
 * An application has rules, which are alternatives. A rule has conditions that hold together, each a list of values.
 * Every value is an entry under a key: hosts under their text, prefixes of addresses and ports under their bits. What
 * is asked of a flow are lookups of keys, so its cost does not depend on how many rules there are. An entry of a
 * rule's strongest condition is found by its key alone; one of a further condition by rule and key. */
#ifndef RULES_MODEL_H
#define RULES_MODEL_H

#include "rules/rules.h"
#include "rules/signature.h"
#include "util/arena.h"
#include "util/buf.h"

enum condition {
#define C(name, key) CONDITION_##name,
#include "rules/conditions.def"
#undef C
    CONDITIONS
};

extern const char *const condition_keys[CONDITIONS];

enum entry_kind {
    ENTRY_HOST,
    ENTRY_GLOB, /* under its end that has no wildcard, whole labels, as a host would be */
    ENTRY_CERTIFICATE,
    ENTRY_JA4,
    ENTRY_JA3,
    ENTRY_ADDRESS, /* under family, bits of the prefix, 4 or 16 bytes */
    ENTRY_PORT,    /* under transport, bits of the prefix, 2 bytes */
    ENTRY_PROTOCOL,
    ENTRY_KINDS
};

enum {
    HOST_MAX = RULES_NAME_MAX,
    LABEL_MAX_BYTES = 63,
    NO_ENTRY = UINT32_MAX,
    NO_RULE = UINT32_MAX,
};

struct entry {
    uint32_t text; /* where its n bytes begin in rules.texts */
    uint32_t next; /* under the same key: one that ranks behind it, or NO_ENTRY */
    uint32_t rule, line;
    uint16_t column;
    uint8_t n, hashed; /* the key is the last hashed bytes: all but for globs */
    uint8_t kind;
    bool exact;  /* host: without those below it */
    bool scoped; /* of a further condition: the rule is part of the key */
};

struct rule {
    uint32_t application, line, first_entry, n_entries;
    uint16_t column;
    uint8_t strongest;  /* enum condition */
    uint8_t conditions; /* bits by enum condition */
};

struct application {
    const char *id, *name, *source;
    uint32_t file, line, column, first_rule, n_rules;
    uint8_t category;
    bool catch_all, shipped;
};

enum { TEST_PAYLOADS_MAX = FIRST_MESSAGES_MAX };

struct rule_test {
    const char *name; /* NULL: addr, or payload */
    struct dpi_addr addr;
    const char *application; /* NULL: none may match */
    uint8_t transport;
    uint16_t port; /* 0: none */
    uint32_t file, line, column;
    /* of signatures: messages that the sides send */
    struct first_message payload[TEST_PAYLOADS_MAX];
    uint8_t n_payload, sides; /* bits: 1 the client, 2 the server */
    const char *protocol; /* NULL: no signature may match */
};

struct slot {
    uint32_t first;        /* entry under the key, or NO_ENTRY */
    unsigned tag : 31;     /* of the key's hash: entries of other keys need not be looked at */
    unsigned has_many : 1; /* entries */
};

/* Which keys there are at all. */
struct key_marks {
    bool has[ENTRY_KINDS];           /* an entry of the kind */
    bool has_bits[ENTRY_KINDS][129]; /* ENTRY_ADDRESS of IPv6, ENTRY_PORT: prefixes of such a length are there */
    bool has_bits4[33];              /* ENTRY_ADDRESS of IPv4 */
    uint8_t near4[65536 / 8];        /* bits: an address of IPv4 that begins with these 16 may be one of a prefix */
};

struct rules {
    struct arena arena;
    const char **files;
    struct application *applications;
    struct rule *rules;
    struct entry *entries;
    struct rule_test *tests;
    struct signature *signatures;
    struct signature_condition *conditions; /* of signatures */
    size_t n_files, n_applications, n_rules, n_entries, n_tests, n_signatures, n_conditions;
    size_t room_files, room_applications, room_rules, room_entries, room_tests, room_signatures, room_conditions;
    struct buf texts; /* of entries */
    /* set by model_seal */
    struct slot *slots;
    size_t n_slots;  /* a power of 2 */
    size_t n_sealed; /* entries that are in them */
    bool has_user;   /* an application that is not shipped */
    struct key_marks marks;
};

struct rules *model_new(void);

uint32_t model_add_file(struct rules *r, const char *name);
struct application *model_add_application(struct rules *r);
struct rule *model_add_rule(struct rules *r, uint32_t application); /* of the last application */
struct rule_test *model_add_test(struct rules *r);
struct signature *model_add_signature(struct rules *r);
struct signature_condition *model_add_condition(struct rules *r); /* of the last signature */

/* For the last rule. The bytes are copied. */
struct entry *model_add_entry(struct rules *r, enum entry_kind kind, const void *bytes, size_t n, size_t hashed);

/* Makes keys findable. When something is added afterwards, it is to be called again. */
void model_seal(struct rules *r);

/* The first entry under the key: that of a rule, or with NO_RULE that of any rule's strongest condition. */
uint32_t model_find(const struct rules *r, enum entry_kind kind, uint32_t rule, const void *bytes, size_t n);

static inline const char *entry_bytes(const struct rules *r, const struct entry *e)
{
    return r->texts.p + e->text;
}

static inline const struct application *entry_application(const struct rules *r, const struct entry *e)
{
    return &r->applications[r->rules[e->rule].application];
}

/* No other condition must hold. */
static inline bool rule_is_plain(const struct rule *rule)
{
    return rule->conditions == 1u << rule->strongest;
}

/* An entry as a file has it, or, of a range, the prefix it became a part of. */
#define ENTRY_TEXT_MAX 272
const char *entry_text(const struct rules *r, const struct entry *e, char out[static ENTRY_TEXT_MAX]);

#endif
