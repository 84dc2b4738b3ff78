/* SPDX-License-Identifier: BSD-2-Clause */
/* compile FOLDER FILE - writes the rules in the folder in the form that the program loads first. */
#include "rules/rules.h"

#include <stdio.h>

static void tell(const struct rules_problems *problems)
{
    for (unsigned i = 0; i < problems->n; i++)
        fprintf(stderr, "%s:%u:%u: %s\n", problems->v[i].place.file, problems->v[i].place.line,
                problems->v[i].place.column, problems->v[i].text);
}

static int write_file(const char *path, const struct buf *bytes)
{
    FILE *file = fopen(path, "wb");
    size_t n = file ? fwrite(bytes->p, 1, bytes->n, file) : 0;
    if (file && fclose(file) == 0 && n == bytes->n)
        return 0;
    perror(path);
    return 1;
}

int main(int argc, char **argv)
{
    struct rules_problems problems = {0};
    struct dpi_err err;
    struct buf out = {0};
    if (argc != 3) {
        fputs("usage: compile FOLDER FILE\n", stderr);
        return 2;
    }
    int status = 1;
    if (rules_compile(argv[1], &out, &problems, &err) == DPI_OK)
        status = write_file(argv[2], &out);
    else
        fprintf(stderr, "compile: %s\n", err.msg);
    tell(&problems);
    rules_problems_free(&problems);
    buf_free(&out);
    return status;
}
