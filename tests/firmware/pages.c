/*
 * A loop over two pages, most of it in the first, which blocks that are linked go round by themselves.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>

__attribute__((noreturn)) void to_and_fro(uint32_t to, uint32_t fro);

__asm__(".section .text.to_and_fro, \"ax\", %progbits\n"
        ".syntax unified\n"
        ".balign 1024\n"
        ".global to_and_fro, fro\n"
        ".thumb_func\n.type to_and_fro, %function\n"
        "to_and_fro: adds r0, #1\n"
        ".rept 100\n"                           /* where it is stopped, nearly always */
        "            b 1f\n"
        "1:\n"
        ".endr\n"
        "            b.w fro\n"
        "            .space 1024\n"
        ".thumb_func\n.type fro, %function\n"
        "fro:        adds r1, #1\n"
        "            b.w to_and_fro\n");

int main(void)
{
    to_and_fro(0, 0);
}
