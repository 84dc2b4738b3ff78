/* SPDX-License-Identifier: BSD-2-Clause */
/* texts.c - first words and line ends. */
#include "unknown/texts.h"

#include "unknown/bytestats.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum { DISTINCT_MOST = 32 };

static bool is_word(int b)
{
    return b > 0x20 && b < 0x7f && b != ':' && b != ',' && b != '=' && b != ';';
}

/* The first word; empty when the message begins with none, or with one that is too long. */
static void first_word(const struct message *m, char out[static TEXT_WORD])
{
    uint32_t n = 0;
    while (n < TEXT_WORD && is_word(message_at(m, n)))
        n++;
    if (n >= TEXT_WORD)
        n = 0;
    for (uint32_t i = 0; i < n; i++)
        out[i] = (char)message_at(m, i);
    out[n] = '\0';
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(((const struct text_word *)a)->text, ((const struct text_word *)b)->text);
}

static int most_frequent_first(const void *a, const void *b)
{
    const struct text_word *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return strcmp(x->text, y->text);
}

/* Counts equal neighbours; returns how many different ones there are. */
static size_t merge(struct text_word *w, size_t n)
{
    size_t kept = 0;
    qsort(w, n, sizeof(*w), compare_words);
    for (size_t i = 0; i < n; i++)
        if (kept && strcmp(w[kept - 1].text, w[i].text) == 0)
            w[kept - 1].n++;
        else
            w[kept++] = w[i];
    qsort(w, kept, sizeof(*w), most_frequent_first);
    return kept;
}

static bool is_code(const char *word)
{
    return word[0] && strspn(word, "0123456789") == strlen(word);
}

static void find_words(const struct messages *m, struct text_shape *out)
{
    struct text_word *w = xcalloc(m->n, sizeof(*w));
    for (size_t i = 0; i < m->n; i++) {
        first_word(&m->v[i], w[i].text);
        w[i].n = 1;
    }
    size_t n = merge(w, m->n);
    out->codes = n > 0;
    for (size_t i = 0; i < n && n <= DISTINCT_MOST && out->n < TEXT_WORDS; i++)
        if (w[i].text[0] && w[i].n >= 0.02 * (double)m->n && w[i].n >= 2) {
            out->codes = out->codes && is_code(w[i].text);
            out->v[out->n++] = w[i];
        }
    free(w);
}

static void find_line_end(const struct messages *m, struct text_shape *out)
{
    static const char *const names[] = {"CRLF", "LF", "NUL"};
    uint32_t n[3] = {0};
    for (size_t i = 0; i < m->n; i++) {
        const struct message *a = &m->v[i];
        int last = a->kept ? message_at(a, a->kept - 1) : -1, before = a->kept > 1 ? message_at(a, a->kept - 2) : -1;
        n[0] += before == '\r' && last == '\n';
        n[1] += last == '\n';
        n[2] += last == '\0';
    }
    for (unsigned i = 0; i < 3 && !out->line_end; i++)
        if (n[i] >= 0.9 * (double)m->n)
            out->line_end = names[i];
    out->crlf = n[0];
}

void texts_find(const struct messages *m, struct text_shape *out)
{
    struct bytestats all = {0};
    *out = (struct text_shape){0};
    for (size_t i = 0; i < m->n; i++)
        bytestats_add(&all, &m->v[i], 0, m->v[i].kept);
    out->found = bytestats_text(&all);
    if (!out->found)
        return;
    find_words(m, out);
    find_line_end(m, out);
}
