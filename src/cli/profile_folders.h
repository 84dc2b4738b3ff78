/* SPDX-License-Identifier: BSD-2-Clause */
/* profile_folders.h - a folder for each group, with its profile as text and as JSON. */
#ifndef CLI_PROFILE_FOLDERS_H
#define CLI_PROFILE_FOLDERS_H

#include "dpitool/status.h"
#include "profile/profile_json.h"

/* Below the folder that is held (folder_take), whose path is for messages. Profiles of an earlier run are removed
 * before, with their folders where nothing else is in them. DPI_OUTPUT: one cannot be written. */
enum dpi_status profile_folders_write(int folder, const char *path, const struct samples *samples,
                                      struct profile *const *profile, size_t n, struct dpi_err *err);

#endif
