/* SPDX-License-Identifier: BSD-2-Clause */
/* glob.c - only the last star is ever tried again: what stands before it has matched as early as possible. */
#include "expr/glob.h"

#include "util/utf8.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static size_t character(struct dpi_text t, size_t at)
{
    uint32_t cp;
    size_t n = utf8_decode(t.p + at, t.n - at, &cp);
    return n ? n : 1;
}

/* Whether the text at *t matches what the pattern has at *p, which is no star; moves both behind it. */
static bool one(struct dpi_text pattern, size_t *p, struct dpi_text text, size_t *t)
{
    if (pattern.p[*p] == '?') {
        *p += 1;
        *t += character(text, *t);
        return true;
    }
    size_t at = *p + (pattern.p[*p] == '\\' && *p + 1 < pattern.n);
    if (lower(pattern.p[at]) != lower(text.p[*t]))
        return false;
    *p = at + 1;
    *t += 1;
    return true;
}

bool glob_match(struct dpi_text pattern, struct dpi_text text)
{
    size_t p = 0, t = 0, behind_star = 0, from = 0; /* the last star stands for what is before text[from] */
    bool star = false;
    while (t < text.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = true;
            behind_star = ++p;
            from = t;
        } else if (p == pattern.n || !one(pattern, &p, text, &t)) {
            if (!star)
                return false;
            p = behind_star;
            from += character(text, from);
            t = from;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n;
}
