/* SPDX-License-Identifier: BSD-2-Clause */
/* test_ndpi_memory.c - pieces that nDPI takes when it starts, and what it takes and gives back later. */
#include "unit.h"

#include <ndpi_api.h>
#include <stdint.h>
#include <string.h>

#include "ndpi/memory.h"

enum { PIECE = 20, MANY = 1000, LARGE = 64 << 20 };

static void pieces_lie_side_by_side(void **state)
{
    char *piece[MANY], *last = NULL;
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip();
#endif
    ndpi_memory_pack();
    for (int i = 0; i < MANY; i++) {
        piece[i] = ndpi_calloc(1, PIECE);
        assert_int_equal((uintptr_t)piece[i] % 8, 0);
        if (last)
            assert_int_equal(piece[i] - last, 24);
        last = memset(piece[i], i, PIECE);
    }
    ndpi_free(ndpi_malloc(0));
    char *large = ndpi_malloc(LARGE); /* there is no room for it */
    memset(large, 1, LARGE);
    ndpi_memory_pack_done();

    char *later = ndpi_malloc(PIECE);
    assert_true(later < piece[0] || later > piece[MANY - 1] + PIECE);
    char *grown = ndpi_realloc(piece[0], PIECE, 2 * PIECE);
    assert_memory_equal(grown, (char[PIECE]){0}, PIECE);
    for (int i = 1; i < MANY; i++) {
        for (int k = 0; k < PIECE; k++)
            assert_int_equal((uint8_t)piece[i][k], (uint8_t)i);
        ndpi_free(piece[i]);
    }
    ndpi_free(grown);
    ndpi_free(later);
    ndpi_free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_lie_side_by_side),
    };
    return cmocka_run_group_tests_name("ndpi_memory", tests, NULL, NULL);
}
