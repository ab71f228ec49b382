/*
 * A file that the plugin has written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PLUGIN_OUTPUT_H
#define STM32_PLUGIN_OUTPUT_H

#include <glib.h>
#include <stdio.h>

/* Closes it.  False, and why, if not all that was written is there. */
static inline bool output_close(FILE *out, const char *path, char **error)
{
    bool failed = ferror(out);

    if (fclose(out) || failed) {
        *error = g_strdup_printf("%s is not whole: the disk is full, or fails", path);
        return false;
    }
    return true;
}

#endif
