/* SPDX-License-Identifier: BSD-2-Clause */
/* replay.c - runs a fuzzer over files, without libFuzzer: replay FILE... One line for each that goes well, so that the
 * one in front of a crash is known. */
#include "fuzz.h"

static uint8_t *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    CLAIM(f && fseek(f, 0, SEEK_END) == 0);
    *n = (size_t)ftell(f);
    rewind(f);
    uint8_t *bytes = malloc(*n ? *n : 1);
    CLAIM(bytes && fread(bytes, 1, *n, f) == *n);
    fclose(f);
    return bytes;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t n;
        uint8_t *bytes = read_file(argv[i], &n);
        LLVMFuzzerTestOneInput(bytes, n);
        free(bytes);
        printf("ok %s\n", argv[i]);
        fflush(stdout);
    }
    return 0;
}
