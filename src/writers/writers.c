/* SPDX-License-Identifier: BSD-2-Clause */
/* writers.c - the list of output formats. A new one is one file and one line here. */
#include "dpitool/writer.h"

const struct dpi_writer_ops *const dpi_writers[] = {
    &dpi_table_writer, &dpi_csv_writer, &dpi_json_writer, &dpi_summary_writer, &dpi_summary_json_writer,
    &dpi_unknown_writer, NULL,
};
