/* SPDX-License-Identifier: BSD-2-Clause */
/* landlock.c - rules for paths; glibc has no wrappers for the three calls. */
#include "sandbox/landlock.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of the second, third and sixth version, which older headers lack. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#ifndef LANDLOCK_SCOPE_SIGNAL
#define LANDLOCK_SCOPE_SIGNAL (1ULL << 1)
#endif

/* struct landlock_ruleset_attr as it grew. */
struct ruleset {
    uint64_t files, net, scoped;
};

enum { PATH_BYTES = 4096 };

static const uint64_t read_file = LANDLOCK_ACCESS_FS_READ_FILE;
static const uint64_t read_folder = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t write_file = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;
static const uint64_t write_folder = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE |
                                     LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                                     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR;

static int version(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

bool landlock_possible(void)
{
    return version() >= 1;
}

/* All rights over files that the kernel's version knows; those are what is taken away unless a rule gives it. */
static uint64_t handled(void)
{
    uint64_t all = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    int v = version();
    return all | (v >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) | (v >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0);
}

static bool is_folder(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What path leads to gets the rights; a file only those that a file can have. */
static void allow(int ruleset, const char *path, uint64_t file_rights, uint64_t folder_rights)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return;
    struct landlock_path_beneath_attr rule = {.parent_fd = fd};
    rule.allowed_access = (is_folder(fd) ? folder_rights : file_rights) & handled();
    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(fd);
}

/* Captures in a folder may be links to elsewhere. */
static void allow_links(int ruleset, const char *folder)
{
    char path[PATH_BYTES];
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (entry->d_type == DT_LNK && snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) < PATH_BYTES)
            allow(ruleset, path, read_file, 0);
    if (dir)
        closedir(dir);
}

static void allow_output(int ruleset, const char *path)
{
    char folder[PATH_BYTES];
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    if (n >= sizeof(folder))
        return;
    memcpy(folder, path, n);
    folder[n] = '\0';
    allow(ruleset, path, write_file | read_file, write_folder);
    allow(ruleset, n ? folder : slash ? "/" : ".", 0, write_folder);
}

/* -1: the kernel does not have it. */
static int new_ruleset(uint64_t rights)
{
    struct ruleset attr = {.files = rights, .scoped = LANDLOCK_SCOPE_SIGNAL}; /* to itself and those it started */
    if (!landlock_possible())
        return -1;
    size_t size = version() >= 6 ? sizeof(attr) : sizeof(attr.files);
    return (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
}

static bool restrict_to(int ruleset)
{
    bool done = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return done;
}

bool landlock_enter(const struct sandbox_paths *paths)
{
    int ruleset = new_ruleset(handled());
    if (ruleset < 0)
        return false;
#ifdef __SANITIZE_ADDRESS__ /* the leak check at the end lists the process' threads */
    allow(ruleset, "/proc", 0, read_folder);
#endif
    for (size_t i = 0; i < paths->n_read; i++) {
        allow(ruleset, paths->read[i], read_file, read_folder);
        allow_links(ruleset, paths->read[i]);
    }
    for (size_t i = 0; i < paths->n_write; i++)
        allow_output(ruleset, paths->write[i]);
    return restrict_to(ruleset);
}

bool landlock_enter_program(const char *const *programs, size_t n)
{
    int ruleset = new_ruleset(handled() & ~read_folder);
    if (ruleset < 0)
        return false;
    for (size_t i = 0; i < n; i++)
        allow(ruleset, programs[i], LANDLOCK_ACCESS_FS_EXECUTE, 0);
    return restrict_to(ruleset);
}
