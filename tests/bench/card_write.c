/* card_dma.h, to the card.  SPDX-License-Identifier: GPL-2.0-or-later */
#define READ false
#include "card_dma.h"
