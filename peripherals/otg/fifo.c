/*
 * The RAM of an OTG core, which the firmware divides into FIFOs (RM0090 34.10, 34.11): the one that receives
 * begins at 0 and has GRXFSIZ words, one that transmits is where DIEPTXFx, or of a host HNPTXFSIZ and
 * HPTXFSIZ, say.  They are rings in one RAM: those that overlap spoil each other's data, as on the chip.
 *
 * A word of status comes before the data that it tells of.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

/* The register that says where transmit FIFO @fifo is: start below, depth above. */
static uint32_t tx_size(const Otg *s, unsigned fifo)
{
    const uint32_t *regs = s->parent_obj.regs;

    if (s->host && fifo) {
        return regs[R_HPTXFSIZ];
    }
    return regs[fifo ? R_DIEPTXF1 + fifo - 1 : R_DIEPTXF0];
}

static unsigned tx_start(const Otg *s, unsigned fifo)
{
    return extract32(tx_size(s, fifo), 0, 16);
}

unsigned otg_tx_depth(const Otg *s, unsigned fifo)
{
    return MIN(extract32(tx_size(s, fifo), 16, 16), s->ram_words);
}

static unsigned rx_depth(const Otg *s)
{
    return MIN(reg_get(s, GRXFSIZ, RXFD), s->ram_words);
}

/* Word @i of a FIFO; behind the end of the RAM is its beginning. */
static unsigned place(const Otg *s, const OtgFifo *f, unsigned start, unsigned depth, unsigned i)
{
    return (start + (f->head + i) % MAX(depth, 1)) % s->ram_words;
}

static void drop(OtgFifo *f, unsigned depth, unsigned words)
{
    words = MIN(words, f->used);
    f->used -= words;
    f->head = f->used ? (f->head + words) % MAX(depth, 1) : 0;
}

/* ---- Transmit ---- */

unsigned otg_tx_free(const Otg *s, unsigned fifo)
{
    unsigned depth = otg_tx_depth(s, fifo);

    return depth - MIN(depth, s->tx[fifo].used);
}

bool otg_tx_push(Otg *s, unsigned fifo, uint32_t word)
{
    OtgFifo *f = &s->tx[fifo];

    if (!otg_tx_free(s, fifo)) {
        return false;
    }
    s->ram[place(s, f, tx_start(s, fifo), otg_tx_depth(s, fifo), f->used)] = word;
    f->used++;
    return true;
}

void otg_tx_peek_at(const Otg *s, unsigned fifo, unsigned skip, uint8_t *data, unsigned bytes)
{
    const OtgFifo *f = &s->tx[fifo];
    unsigned start = tx_start(s, fifo), depth = otg_tx_depth(s, fifo);

    for (unsigned i = 0; i < bytes; i++) {
        data[i] = s->ram[place(s, f, start, depth, skip + i / 4)] >> i % 4 * 8;
    }
}

void otg_tx_peek(const Otg *s, unsigned fifo, uint8_t *data, unsigned bytes)
{
    otg_tx_peek_at(s, fifo, 0, data, bytes);
}

void otg_tx_cut(Otg *s, unsigned fifo, unsigned skip, unsigned words)
{
    OtgFifo *f = &s->tx[fifo];
    unsigned start = tx_start(s, fifo), depth = otg_tx_depth(s, fifo);

    if (!skip) {
        drop(f, depth, words);
        return;
    }
    words = MIN(words, f->used - MIN(skip, f->used));
    for (unsigned i = skip; i + words < f->used; i++) {
        s->ram[place(s, f, start, depth, i)] = s->ram[place(s, f, start, depth, i + words)];
    }
    f->used -= words;
}

void otg_tx_drop(Otg *s, unsigned fifo, unsigned bytes)
{
    drop(&s->tx[fifo], otg_tx_depth(s, fifo), DIV_ROUND_UP(bytes, 4));
}

void otg_tx_flush(Otg *s, unsigned fifo)
{
    s->tx[fifo] = (OtgFifo) { };
}

/* ---- Receive ---- */

unsigned otg_rx_free(const Otg *s)
{
    return rx_depth(s) - MIN(rx_depth(s), s->rx.used);
}

static void rx_word(Otg *s, uint32_t word)
{
    s->ram[place(s, &s->rx, 0, rx_depth(s), s->rx.used)] = word;
    s->rx.used++;
}

void otg_rx_push(Otg *s, uint32_t status, const uint8_t *data, unsigned bytes)
{
    rx_word(s, status);
    for (unsigned i = 0; i < bytes; i += 4) {
        uint32_t word = 0;

        memcpy(&word, data + i, MIN(4, bytes - i));
        rx_word(s, le32_to_cpu(word));
    }
}

uint32_t otg_rx_peek(const Otg *s)
{
    return s->rx.used ? s->ram[place(s, &s->rx, 0, rx_depth(s), 0)] : 0;
}

uint32_t otg_rx_pop(Otg *s)
{
    uint32_t word = otg_rx_peek(s);

    drop(&s->rx, rx_depth(s), 1);
    return word;
}

void otg_rx_flush(Otg *s)
{
    s->rx = (OtgFifo) { };
    s->rx_packet = 0;
}

/* ---- Mistakes ---- */

static bool is_in_use(const Otg *s, unsigned fifo)
{
    if (s->host) {
        return fifo < 2;
    }
    for (unsigned n = 0; n < s->n_endpoints; n++) {
        if ((DIEPCTL(s, n) & R_DIEPCTL1_USBAEP_MASK) &&
            FIELD_EX32(DIEPCTL(s, n), DIEPCTL1, TXFNUM) == fifo) {
            return true;
        }
    }
    return false;
}

static bool overlap(unsigned a, unsigned a_depth, unsigned b, unsigned b_depth)
{
    return a_depth && b_depth && a < b + b_depth && b < a + a_depth;
}

void otg_check_fifos(Otg *s, unsigned fifo, unsigned packet)
{
    unsigned start = tx_start(s, fifo), depth = extract32(tx_size(s, fifo), 16, 16);

    if (start + depth > s->ram_words) {
        periph_mistake(&s->parent_obj, OTG015, "transmit FIFO %u ends at word %u of a RAM of %u: the sum of "
                       "GRXFSIZ and all transmit FIFOs has to be no more than that", fifo, start + depth,
                       s->ram_words);
    }
    if (depth * 4 < packet) {
        periph_mistake(&s->parent_obj, OTG016, "transmit FIFO %u has %u words and is to send packets of %u "
                       "bytes: they will never go", fifo, depth, packet);
    }
    if (overlap(start, depth, 0, reg_get(s, GRXFSIZ, RXFD))) {
        periph_mistake(&s->parent_obj, OTG017, "transmit FIFO %u (from word %u on) overlaps the receive "
                       "FIFO of %u words: they spoil each other's data", fifo, start,
                       reg_get(s, GRXFSIZ, RXFD));
    }
    for (unsigned other = 0; other < (s->host ? 2 : s->n_endpoints); other++) {
        if (other != fifo && is_in_use(s, other) &&
            overlap(start, depth, tx_start(s, other), extract32(tx_size(s, other), 16, 16))) {
            periph_mistake(&s->parent_obj, OTG018, "transmit FIFO %u overlaps transmit FIFO %u: they spoil "
                           "each other's data", fifo, other);
        }
    }
}
