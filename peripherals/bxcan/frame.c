/*
 * Frames of CAN (ISO 11898-1, RM0090 figure 347): how long they are, and which of two wins.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/bxcan/state.h"

#define POLYNOMIAL 0x4599

typedef struct BitCount {
    unsigned count, run;
    bool last;
    uint32_t crc;
    uint64_t *row;              /* of 64 bits each, for who wants to see them */
} BitCount;

static void note(BitCount *b, bool bit)
{
    if (b->row && b->count < 64 * CAN_ROWS) {
        b->row[b->count / 64] |= (uint64_t)bit << b->count % 64;
    }
    b->count++;
}

static void put(BitCount *b, uint32_t value, unsigned n)
{
    while (n--) {
        bool bit = value >> n & 1, feedback = bit ^ (b->crc >> 14 & 1);

        b->crc = (b->crc << 1 ^ (feedback ? POLYNOMIAL : 0)) & 0x7fff;
        b->run = b->count && bit == b->last ? b->run + 1 : 1;
        b->last = bit;
        note(b, bit);
        if (b->run == 5) {          /* stuffed */
            b->last = !bit;
            b->run = 1;
            note(b, !bit);
        }
    }
}

static void put_frame(BitCount *b, const CanFrame *f)
{
    put(b, 0, 1);
    put(b, f->extended ? f->id >> 18 : f->id, 11);
    if (f->extended) {
        put(b, 3, 2);              /* SRR, IDE */
        put(b, f->id, 18);
        put(b, f->remote << 2, 3); /* RTR, r1, r0 */
    } else {
        put(b, f->remote << 2, 3); /* RTR, IDE, r0 */
    }
    put(b, f->dlc, 4);
    for (unsigned i = 0; i < MIN(f->dlc, 8) && !f->remote; i++) {
        put(b, f->data[i], 8);
    }
    put(b, b->crc, 15);
}

unsigned can_frame_bits(const CanFrame *f)
{
    BitCount b = {};

    put_frame(&b, f);
    return b.count;
}

void can_frame_draw(const CanFrame *f, uint64_t row[CAN_ROWS])
{
    BitCount b = { .row = row };

    memset(row, 0, CAN_ROWS * sizeof(*row));
    put_frame(&b, f);
    note(&b, true);             /* the CRC's delimiter */
}

uint32_t can_frame_key(const CanFrame *f)
{
    if (f->extended) {
        return (f->id >> 18) << 21 | 3 << 19 | (f->id & 0x3ffff) << 1 | f->remote;
    }
    return f->id << 21 | f->remote << 20;
}

bool can_frame_equals(const CanFrame *a, const CanFrame *b)
{
    unsigned size = a->remote ? 0 : MIN(a->dlc, 8);

    return can_frame_key(a) == can_frame_key(b) && a->dlc == b->dlc &&
           !memcmp(a->data, b->data, size);
}

uint32_t can_frame_rir(const CanFrame *f)
{
    return (f->extended ? f->id << R_RI0R_EXID_SHIFT | R_RI0R_IDE_MASK
                        : f->id << R_RI0R_STID_SHIFT) | (f->remote ? R_RI0R_RTR_MASK : 0);
}

CanFrame can_frame_from_rir(uint32_t rir)
{
    bool extended = rir & R_RI0R_IDE_MASK;

    return (CanFrame) {
        .id = rir >> (extended ? R_RI0R_EXID_SHIFT : R_RI0R_STID_SHIFT),
        .extended = extended, .remote = rir & R_RI0R_RTR_MASK,
    };
}

qemu_can_frame can_frame_to_qemu(const CanFrame *f)
{
    qemu_can_frame q = {
        .can_id = f->id | (f->extended ? QEMU_CAN_EFF_FLAG : 0) |
                  (f->remote ? QEMU_CAN_RTR_FLAG : 0),
        .can_dlc = MIN(f->dlc, 8),
    };

    memcpy(q.data, f->data, f->remote ? 0 : q.can_dlc);
    return q;
}

bool can_frame_from_qemu(CanFrame *f, const qemu_can_frame *q)
{
    bool extended = q->can_id & QEMU_CAN_EFF_FLAG;

    if (q->can_id & QEMU_CAN_ERR_FLAG || q->flags & QEMU_CAN_FRMF_TYPE_FD) {
        return false;
    }
    *f = (CanFrame) {
        .id = q->can_id & (extended ? QEMU_CAN_EFF_MASK : QEMU_CAN_SFF_MASK),
        .extended = extended, .remote = q->can_id & QEMU_CAN_RTR_FLAG,
        .dlc = MIN(q->can_dlc, 8),
    };
    memcpy(f->data, q->data, f->remote ? 0 : f->dlc);
    return true;
}

bool can_frame_is_sane(const CanFrame *f)
{
    return f->id <= (f->extended ? QEMU_CAN_EFF_MASK : QEMU_CAN_SFF_MASK) && f->dlc <= 15;
}

const VMStateDescription vmstate_can_frame = {
    .name = "stm32-can-frame", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(id, CanFrame),
        VMSTATE_BOOL(extended, CanFrame),
        VMSTATE_BOOL(remote, CanFrame),
        VMSTATE_UINT8(dlc, CanFrame),
        VMSTATE_UINT8_ARRAY(data, CanFrame, 8),
        VMSTATE_END_OF_LIST()
    },
};
