/*
 * SCSI by bulk-only transport, see scsi.h: USB mass storage class, bulk-only transport 1.0; the commands of
 * SBC-2 and SPC-3 that Linux uses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "stm32/core/user_file.h"
#include "stm32/board/usb/complain.h"
#include "stm32/board/usb/host/scsi.h"

#define TIMEOUT_NS 30000000000LL
#define MS 1000000LL

enum { CBW = 31, CSW = 13 };        /* bytes */
enum { PASSED, FAILED, PHASE_ERROR };
enum { TEST_UNIT_READY = 0, REQUEST_SENSE = 3, INQUIRY = 0x12, MODE_SENSE = 0x1a, READ_CAPACITY = 0x25,
       READ_10 = 0x28, WRITE_10 = 0x2a };
enum { BULK_ONLY_RESET = 0xff };

static TransferStatus coroutine_fn bulk(Scsi *s, bool in, void *data, unsigned length, unsigned *actual)
{
    Transfer t = { .data = data, .length = length, .timeout = TIMEOUT_NS };

    if (!gadget_aim(s->class->gadget, &t, in, in ? s->in : s->out)) {
        return TRANSFER_GONE;
    }
    s->now = &t;
    gadget_transfer(s->class->gadget, &t);
    s->now = NULL;
    *actual = t.actual;
    return t.status;
}

static void coroutine_fn clear_halt(Scsi *s, bool in)
{
    gadget_request(s->class->gadget, REQUEST_ENDPOINT, CLEAR_FEATURE, 0, in ? s->in | 0x80 : s->out, NULL, 0);
}

/* 5.3.4: reset recovery. */
static void coroutine_fn recover(Scsi *s)
{
    s->lost = false;
    gadget_request(s->class->gadget, REQUEST_CLASS | REQUEST_INTERFACE, BULK_ONLY_RESET, 0,
                   s->class->interface, NULL, 0);
    clear_halt(s, true);
    clear_halt(s, false);
}

/* The status; negative: it did not come as it should. */
static int coroutine_fn read_status(Scsi *s)
{
    uint8_t csw[CSW];
    unsigned actual;
    TransferStatus status = bulk(s, true, csw, sizeof(csw), &actual);

    if (status == TRANSFER_STALLED) {               /* once more, 6.7.2 */
        clear_halt(s, true);
        status = bulk(s, true, csw, sizeof(csw), &actual);
    }
    if (status != TRANSFER_DONE || actual != CSW || memcmp(csw, "USBS", 4) || ldl_le_p(csw + 4) != s->tag ||
        csw[12] > PHASE_ERROR) {
        if (status == TRANSFER_DONE) {
            COMPLAIN(s->class->gadget, USB058, "a command status wrapper has %u bytes, status %u and tag "
                     "0x%x; 13, 0 to 2 and that of the command, 0x%x, are right: Linux resets the device",
                     actual, csw[12], ldl_le_p(csw + 4), s->tag);
        }
        return -1;
    }
    return csw[12];
}

/* Bytes moved, negative: the command has failed. */
static int coroutine_fn command(Scsi *s, const uint8_t *cdb, unsigned size, bool in, void *data,
                                unsigned length)
{
    uint8_t cbw[CBW] = "USBC";
    unsigned actual, moved = 0;
    int status;

    if (s->lost) {
        recover(s);
    }
    stl_le_p(cbw + 4, ++s->tag);
    stl_le_p(cbw + 8, length);
    cbw[12] = in ? 0x80 : 0;
    cbw[14] = size;
    memcpy(cbw + 15, cdb, size);
    s->lost = true;                                 /* until it has gone well */
    if (bulk(s, false, cbw, sizeof(cbw), &actual) != TRANSFER_DONE) {
        return -1;
    }
    if (length) {
        TransferStatus data_status = bulk(s, in, data, length, &moved);

        if (data_status == TRANSFER_STALLED) {
            clear_halt(s, in);
        } else if (data_status != TRANSFER_DONE) {
            return -1;
        }
    }
    status = read_status(s);
    s->lost = status < 0 || status == PHASE_ERROR;
    return status == PASSED ? (int)moved : -1;
}

/* ---- What it is ---- */

/* Ready?  A device says once that it was reset, or that its medium is new. */
static bool coroutine_fn is_ready(Scsi *s)
{
    static const uint8_t test[6] = { TEST_UNIT_READY }, sense[6] = { REQUEST_SENSE, 0, 0, 0, 18 };
    uint8_t data[18];

    for (unsigned i = 0; i < 10; i++) {
        if (command(s, test, sizeof(test), false, NULL, 0) >= 0) {
            return true;
        }
        if (!s->class->gadget->found || command(s, sense, sizeof(sense), true, data, sizeof(data)) < 0 ||
            !gadget_sleep(s->class->gadget, 100 * MS)) {
            return false;
        }
    }
    return false;
}

static bool coroutine_fn read_capacity(Scsi *s)
{
    static const uint8_t cdb[10] = { READ_CAPACITY };
    uint8_t data[8];

    if (command(s, cdb, sizeof(cdb), true, data, sizeof(data)) != sizeof(data)) {
        return false;
    }
    s->blocks = ldl_be_p(data) + 1;
    s->block_size = ldl_be_p(data + 4);
    if (!s->blocks || s->block_size < 512 || s->block_size > 4096 ||
        (s->block_size & (s->block_size - 1))) {
        COMPLAIN(s->class->gadget, USB059, "READ CAPACITY says that there are %u blocks of %u bytes",
                 s->blocks, s->block_size);
        return false;
    }
    return true;
}

static void coroutine_fn read_protection(Scsi *s)
{
    static const uint8_t cdb[6] = { MODE_SENSE, 0, 0x3f, 0, 192 };
    uint8_t data[192] = {};

    s->protected = command(s, cdb, sizeof(cdb), true, data, sizeof(data)) >= 4 && (data[2] & 0x80);
}

static void trim(char *text)
{
    g_strchomp(text);
}

bool coroutine_fn scsi_start(Scsi *s)
{
    static const uint8_t inquiry[6] = { INQUIRY, 0, 0, 0, 36 };
    char data[36] = "", vendor[9] = "", product[17] = "";
    g_autofree char *name = NULL, *shown = NULL;

    s->lost = false;
    if (command(s, inquiry, sizeof(inquiry), true, data, sizeof(data)) < 36) {
        COMPLAIN(s->class->gadget, USB060, "INQUIRY fails, or has less than 36 bytes: Linux refuses the disk");
        return false;
    }
    memcpy(vendor, data + 8, 8);
    memcpy(product, data + 16, 16);
    trim(vendor);
    trim(product);
    name = g_strdup_printf("%s %s", vendor, product);
    shown = user_text(name);
    if (!is_ready(s) || !read_capacity(s)) {
        usb_plug_say(USB_PLUG(s->class->host), "interface %u is mass storage, %s, without a medium",
                     s->class->interface, shown);
        return false;
    }
    read_protection(s);
    usb_plug_say(USB_PLUG(s->class->host), "interface %u is mass storage, %s, %u blocks of %u bytes%s",
                 s->class->interface, shown, s->blocks, s->block_size, s->protected ? ", read only" : "");
    return true;
}

int coroutine_fn scsi_move(Scsi *s, bool write, uint32_t block, unsigned count, void *data)
{
    uint8_t cdb[10] = { write ? WRITE_10 : READ_10 };
    unsigned length = count * s->block_size;

    if (write && s->protected) {
        return -EROFS;
    }
    stl_be_p(cdb + 2, block);
    stw_be_p(cdb + 7, count);
    return command(s, cdb, sizeof(cdb), !write, data, length) == length ? 0 : -EIO;
}
