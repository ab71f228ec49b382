/*
 * Files that the user names, and text in them: nothing in them is trusted, and nothing waits for them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_USER_FILE_H
#define STM32_CORE_USER_FILE_H

/*
 * All of the file @name, with a zero behind it, for the caller to free; its size in @size if that is
 * not NULL.  @option is what the user gave it by ("motion").  NULL with one line in @errp if it can't be
 * read, is no regular file, is larger than @max bytes, or is being written by another option.
 */
char *user_file_read(const char *option, const char *name, size_t max, size_t *size, Error **errp);

/*
 * The file @name, made or emptied, to be written; a terminal or /dev/null too.  NULL with one line in
 * @errp if that can't be, or if another option has the file.
 */
FILE *user_file_create(const char *option, const char *name, Error **errp);

/*
 * From now on @option reads, or writes, the file @name, which exists.  False with one line in @errp if
 * another one has it, and one of the two writes.
 */
bool user_file_claim(const char *option, const char *name, bool writes, Error **errp);

/* @text as a terminal may show it: no control characters, not too long.  The caller frees it. */
char *user_text(const char *text);

#endif
