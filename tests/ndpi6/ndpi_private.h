/* SPDX-License-Identifier: BSD-2-Clause */
/* ndpi_private.h - in ndpi_api.h. */
#include "ndpi_api.h"
