/* SPDX-License-Identifier: BSD-2-Clause */
/* nearest.c - optimal string alignment distance: insert, delete, replace, swap neighbours. */
#include "util/nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { WORD_MAX = 64 };

static size_t min2(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool swapped(const char *a, size_t i, const char *b, size_t j)
{
    return i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
}

/* Both words are at most WORD_MAX long. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = min2(min2(last[j], row[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (swapped(a, i, b, j))
                row[j] = min2(row[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[m];
}

/* Distances count twice, so that a common beginning stands between none and one wrong letter. */
static size_t cost(const char *word, size_t n, const char *known)
{
    size_t m = strlen(known);
    if (m > WORD_MAX)
        return SIZE_MAX;
    size_t d = 2 * distance(word, n, known, m);
    return n >= 2 && n < m && memcmp(word, known, n) == 0 ? 1 : d;
}

const char *nearest(const char *word, size_t n, const char *(*at)(size_t i, void *ctx), void *ctx)
{
    const char *best = NULL, *known;
    if (n == 0 || n > WORD_MAX)
        return NULL;
    size_t limit = 2 * (n < 3 ? 1 : n / 3);
    for (size_t i = 0; (known = at(i, ctx)); i++) {
        size_t c = cost(word, n, known);
        if (c <= limit) {
            best = known;
            limit = c ? c - 1 : 0;
        }
        if (c == 0)
            break;
    }
    return best;
}
