/* card_dma.h, from the card.  SPDX-License-Identifier: GPL-2.0-or-later */
#define READ true
#include "card_dma.h"
