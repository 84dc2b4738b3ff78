/* SPDX-License-Identifier: BSD-2-Clause */
/* compiled.c - the arrays of a set as they lie in memory, one behind the other, so that reading them is all there is to
 * do. Where an array points to bytes, the file has where they stand among all such bytes, counted from 1. Numbers are
 * as the machine has them: what was compiled on another one with other numbers is not taken. */
#include "rules/compiled.h"

#include "io/source.h"
#include "util/mix.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

/* --- what there is ------------------------------------------------------------------------------------ */

/* Where an array of struct rules is, how many elements it has and has room for, and how large one is. */
struct part {
    size_t array, n, room, size;
};

#define PART(of, count, has_room) \
    {offsetof(struct rules, of), offsetof(struct rules, count), offsetof(struct rules, has_room),                      \
     sizeof(*((struct rules *)0)->of)}
static const struct part parts[] = {
    PART(files, n_files, room_files),
    PART(applications, n_applications, room_applications),
    PART(rules, n_rules, room_rules),
    PART(entries, n_entries, room_entries),
    PART(signatures, n_signatures, room_signatures),
    PART(conditions, n_conditions, room_conditions),
    PART(texts.p, texts.n, texts.cap),
    PART(slots, n_slots, n_slots),
};
#undef PART
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

#define MAGIC "dpitool rules " DPITOOL_VERSION

struct head {
    char magic[(sizeof(MAGIC) + 7) / 8 * 8]; /* so that nothing lies between the members */
    uint32_t order, sizes;
    uint64_t hash, sum; /* of the files; of all that follows */
};

_Static_assert(sizeof(struct head) == sizeof(((struct head *)0)->magic) + 24, "nothing between the members");

struct counts {
    uint64_t parts[PARTS], bytes;
};

static void **array_of(struct rules *r, const struct part *p)
{
    return (void **)(void *)((char *)r + p->array);
}

static size_t *count_of(struct rules *r, size_t at)
{
    return (size_t *)(void *)((char *)r + at);
}

/* The bytes that the arrays point to. */
struct pointed {
    struct buf *out;     /* NULL: they are read ... */
    const uint8_t *bytes; /* ... and these */
    uint64_t n;
    bool bad;
};

enum { A_TEXT = SIZE_MAX };

/* What stands in the file for a pointer to n bytes, or the pointer for that. */
static const void *moved(struct pointed *all, const void *p, size_t n)
{
    uintptr_t at = (uintptr_t)p;
    if (!p)
        return NULL;
    if (!all->out) {
        all->bad |= at > all->n;
        return all->bad ? NULL : all->bytes + at - 1;
    }
    at = all->out->n + 1;
    buf_add(all->out, p, n == A_TEXT ? strlen(p) + 1 : n);
    return (const void *)at;
}

static void move_pointers(struct rules *r, struct pointed *all)
{
    for (size_t i = 0; i < r->n_files; i++)
        r->files[i] = moved(all, r->files[i], A_TEXT);
    for (size_t i = 0; i < r->n_applications; i++) {
        struct application *a = &r->applications[i];
        a->id = moved(all, a->id, A_TEXT);
        a->name = moved(all, a->name, A_TEXT);
        a->source = moved(all, a->source, A_TEXT);
    }
    for (size_t i = 0; i < r->n_signatures; i++) {
        struct signature *s = &r->signatures[i];
        s->id = moved(all, s->id, A_TEXT);
        s->protocol = moved(all, s->protocol, A_TEXT);
        s->source = moved(all, s->source, A_TEXT);
    }
    for (size_t i = 0; i < r->n_conditions; i++) {
        struct signature_condition *c = &r->conditions[i];
        c->value = moved(all, c->value, c->n);
        c->mask = moved(all, c->mask, c->n);
    }
}

/* What the numbers in the arrays mean and how large things are. */
static uint32_t sizes(void)
{
    uint64_t h = mix_bytes(ENTRY_KINDS, MAGIC, sizeof(MAGIC)); /* slots stand where mix() says */
    h = mix(mix(mix(h, CONDITIONS), SIGNATURE_KINDS), SIGNATURE_NUMBERS);
    for (size_t i = 0; rules_category_ids[i]; i++)
        h = mix_bytes(h, rules_category_ids[i], strlen(rules_category_ids[i]));
    for (size_t i = 0; i < PARTS; i++)
        h = mix(h, parts[i].size);
    return (uint32_t)mix(h, sizeof(struct key_marks));
}

static struct head head_of(uint64_t hash)
{
    return (struct head){.magic = MAGIC, .order = 0x01020304, .sizes = sizes(), .hash = hash};
}

/* --- writing ------------------------------------------------------------------------------------------ */

static void add(struct buf *out, uint64_t *sum, const void *bytes, size_t n)
{
    buf_add(out, bytes, n);
    *sum = mix_bytes(*sum, bytes, n);
}

void compiled_write(const struct rules *r, uint64_t hash, struct buf *out)
{
    struct rules copy = *r;
    struct buf bytes = {0};
    struct counts counts = {{0}, 0};
    struct head head = head_of(hash);
    size_t begin = out->n;
    for (size_t i = 0; i < PARTS; i++) {
        counts.parts[i] = *count_of(&copy, parts[i].n);
        *array_of(&copy, &parts[i]) = xmemdup(*array_of(&copy, &parts[i]), counts.parts[i] * parts[i].size);
    }
    move_pointers(&copy, &(struct pointed){.out = &bytes});
    counts.bytes = bytes.n;
    buf_add(out, &head, sizeof(head));
    add(out, &head.sum, &counts, sizeof(counts));
    add(out, &head.sum, &copy.marks, sizeof(copy.marks));
    for (size_t i = 0; i < PARTS; i++) {
        add(out, &head.sum, *array_of(&copy, &parts[i]), counts.parts[i] * parts[i].size);
        free(*array_of(&copy, &parts[i]));
    }
    add(out, &head.sum, bytes.p, bytes.n);
    memcpy(out->p + begin, &head, sizeof(head));
    buf_free(&bytes);
}

/* --- reading ------------------------------------------------------------------------------------------ */

struct reading {
    struct source *s;
    uint64_t left, sum; /* bytes of the file; of what was read of them so far */
};

/* False: there are no n bytes more. */
static bool take(struct reading *in, void *bytes, size_t n)
{
    struct dpi_err err;
    size_t got;
    if (n > in->left || source_read(in->s, bytes, n, &got, &err) != DPI_OK || got < n)
        return false;
    in->left -= n;
    in->sum = mix_bytes(in->sum, bytes, n);
    return true;
}

static bool take_part(struct reading *in, struct rules *r, const struct part *p, uint64_t n)
{
    if (n > in->left / p->size)
        return false;
    void *array = xmalloc(n * p->size);
    *array_of(r, p) = array;
    *count_of(r, p->n) = *count_of(r, p->room) = n;
    return take(in, array, n * p->size);
}

static bool take_pointed(struct reading *in, struct rules *r, uint64_t n)
{
    if (n != in->left)
        return false;
    uint8_t *bytes = arena_alloc(&r->arena, n);
    struct pointed all = {.bytes = bytes, .n = n};
    bool sound = take(in, bytes, n);
    move_pointers(r, &all);
    return sound && !all.bad;
}

static bool read_set(struct reading *in, struct rules *r, uint64_t hash)
{
    struct head head, expected = head_of(hash);
    struct counts counts;
    if (!take(in, &head, sizeof(head)))
        return false;
    expected.sum = head.sum;
    in->sum = 0;
    bool sound = memcmp(&head, &expected, sizeof(head)) == 0 && take(in, &counts, sizeof(counts)) &&
                 take(in, &r->marks, sizeof(r->marks));
    for (size_t i = 0; i < PARTS && sound; i++)
        sound = take_part(in, r, &parts[i], counts.parts[i]);
    r->n_sealed = r->n_entries;
    return sound && take_pointed(in, r, counts.bytes) && in->sum == head.sum;
}

struct rules *compiled_read(const char *path, uint64_t hash)
{
    struct dpi_err err;
    struct reading in = {0};
    if (!source_exists(path) || source_open(&in.s, path, &err) != DPI_OK)
        return NULL;
    struct rules *r = model_new();
    in.left = source_file_size(in.s);
    bool sound = read_set(&in, r, hash);
    source_close(in.s);
    if (sound)
        return r;
    rules_free(r);
    return NULL;
}
