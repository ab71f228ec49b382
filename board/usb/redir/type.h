/*
 * The name of the usbredir plug, whether it has been built in or not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_REDIR_TYPE_H
#define STM32_BOARD_USB_REDIR_TYPE_H

#define TYPE_REDIR "stm32-usbredir"

#endif
