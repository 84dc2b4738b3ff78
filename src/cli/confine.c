/* SPDX-License-Identifier: BSD-2-Clause */
/* confine.c - from names to the sandbox. */
#include "cli/confine.h"

#include "cli/capture_run.h"
#include "cli/diag.h"
#include "util/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In a signal handler: nothing but write(2). */
static void say(const char *s)
{
    if (write(STDERR_FILENO, s, strlen(s)) < 0)
        return;
}

static void tell_stopped(const char *call)
{
    say("dpitool: the sandbox stopped the program: it called ");
    say(call);
    say(", which reading captures never needs; whatever is in them was trying to do more\n");
}

const char *confine_words(struct sandbox_state state)
{
    if (state.files && state.calls)
        return "on: only the files named, no other programs, no network";
    if (state.calls)
        return "on in part: no other programs, no network; this kernel has no Landlock, so files are not guarded";
    if (state.files)
        return "on in part: only the files named; this kernel has no seccomp filters, so system calls are not guarded";
    return "off: this kernel has neither Landlock nor seccomp filters";
}

const char *confine_root_words(struct sandbox_state state)
{
    static const char *const words[] = {
        [SANDBOX_USER] = "given up before the first byte of a capture is read, for the owner of the captures or "
                         "nobody; only its right to files is left",
        [SANDBOX_ROOT_WITHOUT_RIGHTS] = "without its rights but that to files: there is no other user here to become",
        [SANDBOX_ROOT] = "as before: it could not be given up",
    };
    return words[state.root];
}

static void tell_missing(struct sandbox_state state)
{
    if (!state.files || !state.calls)
        diag("the sandbox is %s", confine_words(state));
    if (state.root == SANDBOX_ROOT)
        diag("root is %s", confine_root_words(state));
}

void confine(const struct opt_words *captures, const char *const *writes, size_t n, const char *also)
{
    const char **paths = xcalloc(n + 2, sizeof(*paths));
    size_t used = 0, room = strlen(capture_run_scratch()) + 3;
    char *scratch = xmalloc(room);
    snprintf(scratch, room, "%s/.", capture_run_scratch()); /* what is named is a file in the folder */
    paths[used++] = scratch;
    if (also)
        paths[used++] = also;
    for (size_t i = 0; i < n; i++)
        if (writes[i] && strcmp(writes[i], "-") != 0)
            paths[used++] = writes[i];
    struct sandbox_paths named = {captures->v, captures->n, paths, used};
    tell_missing(sandbox_enter(&named, tell_stopped));
    free(paths);
    free(scratch);
}
