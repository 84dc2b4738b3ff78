/* SPDX-License-Identifier: BSD-2-Clause */
/* user.c - from root to somebody else: identity by setresuid(2), rights by capset(2), see capabilities(7). */
#include "sandbox/user.h"

#include <grp.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOBODY = 65534 };

#define RIGHT(cap) (UINT32_C(1) << (cap))

/* To open what was named, and to put files under their names in folders of others, also where only an owner may. */
static const uint32_t files = RIGHT(CAP_DAC_OVERRIDE) | RIGHT(CAP_DAC_READ_SEARCH) | RIGHT(CAP_FOWNER);
static const uint32_t identity = RIGHT(CAP_SETUID) | RIGHT(CAP_SETGID);

static bool set_rights(uint32_t rights)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{.effective = rights, .permitted = rights}};
    return syscall(SYS_capset, &head, data) == 0;
}

bool user_is_root(void)
{
    return geteuid() == 0;
}

bool user_has_others(void)
{
    unsigned first, outside, n;
    bool found = false;
    FILE *f = fopen("/proc/self/uid_map", "re"); /* user_namespaces(7) */
    while (f && !found && fscanf(f, "%u %u %u", &first, &outside, &n) == 3)
        found = first <= NOBODY && NOBODY - first < n;
    if (f)
        fclose(f);
    return found || !f;
}

/* A process that changed who it is can no longer be looked into, which the leak check of a sanitizer has to. */
static void stay_open_for_sanitizers(void)
{
#ifdef __SANITIZE_ADDRESS__
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
#endif
}

static bool change(uid_t uid, gid_t gid)
{
    bool changed = setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0;
    stay_open_for_sanitizers();
    return changed;
}

/* A group that is root's would leave its rights. */
static void owner_of(const char *const *paths, size_t n, uid_t *uid, gid_t *gid)
{
    struct stat st;
    *uid = *gid = NOBODY;
    for (size_t i = 0; i < n; i++)
        if (stat(paths[i], &st) == 0 && st.st_uid != 0) {
            *uid = st.st_uid;
            *gid = st.st_gid ? st.st_gid : NOBODY;
            return;
        }
}

/* New files stay root's: they belong to who started the program. */
static void keep_files(void)
{
    set_rights(files | identity);
    setfsgid(0);
    setfsuid(0);
}

enum sandbox_root user_become(const char *const *paths, size_t n)
{
    uid_t owner;
    gid_t gid;
    if (!user_is_root())
        return SANDBOX_NOT_ROOT;
    owner_of(paths, n, &owner, &gid);
    prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    bool changed = change(owner, gid);
    if (changed)
        keep_files();
    bool fewer = set_rights(files);
    stay_open_for_sanitizers();
    return changed && fewer ? SANDBOX_USER : fewer ? SANDBOX_ROOT_WITHOUT_RIGHTS : SANDBOX_ROOT;
}

void user_narrow(void)
{
    if (user_is_root())
        change(NOBODY, NOBODY);
    setfsuid(getuid());
    setfsgid(getgid());
    set_rights(0);
    stay_open_for_sanitizers();
}
