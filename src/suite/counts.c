/* SPDX-License-Identifier: BSD-2-Clause */
/* counts.c - the signs of expressions in front of values. */
#include "suite/counts.h"

#include "expr/operand.h"

#include <string.h>

const char *const count_signs[] = {
    [COMPARE_EQ] = "==", [COMPARE_NE] = "!=", [COMPARE_LT] = "<",     [COMPARE_LE] = "<=",
    [COMPARE_GT] = ">",  [COMPARE_GE] = ">=", [COMPARE_LIKE] = "~", [COMPARE_UNLIKE] = "!~",
};

const char *count_sign(const char *text, enum compare *compare)
{
    size_t longest = 0;
    *compare = COMPARE_EQ;
    for (size_t i = 0; i < sizeof(count_signs) / sizeof(count_signs[0]); i++) {
        size_t n = strlen(count_signs[i]);
        if (n > longest && strncmp(text, count_signs[i], n) == 0) {
            longest = n;
            *compare = (enum compare)i;
        }
    }
    return longest ? text + longest + strspn(text + longest, " ") : text;
}

bool count_parse(struct count *c, const char *text)
{
    struct operand o;
    const char *number = count_sign(text, &c->compare);
    if (!operand_allows(DPI_U64, c->compare) || operand_parse(&o, DPI_U64, dpi_text_of(number)))
        return false;
    c->than = o.u64;
    return true;
}

bool count_holds(const struct count *c, uint64_t n)
{
    const struct dpi_value v = {.kind = DPI_U64, .u64 = n};
    const struct operand o = {.u64 = c->than};
    return operand_test(&v, c->compare, &o);
}
