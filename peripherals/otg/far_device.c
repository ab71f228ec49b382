/*
 * What the far end of an OTG host knows of QEMU's devices: who they are, their endpoints, and the data toggles, which
 * QEMU's devices know nothing of.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/far.h"
#include "hw/usb/desc.h"

enum { CLEAR_TT_BUFFER = 0x2308, RESET_TT };     /* requests to a hub */
#define CONTROL_BYTES 64        /* of endpoint 0, of a device that does not say */

USBDevice *far_device(Otg *s, unsigned address)
{
    return s->h.connected && s->h.port.dev ? usb_find_device(&s->h.port, address) : NULL;
}

/* In QEMU's snapshots a device does not say which configuration it has, and so has no endpoints afterwards. */
void far_restore_configuration(Otg *s, USBDevice *dev, unsigned address)
{
    unsigned configuration = s->h.configuration[address % OTG_ADDRESSES];

    if (unlikely(configuration && !dev->configuration) && usb_device_get_usb_desc(dev)) {
        usb_desc_handle_control(dev, NULL, DeviceOutRequest | USB_REQ_SET_CONFIGURATION, configuration, 0, 0, NULL);
    }
}

USBEndpoint *far_endpoint(USBDevice *dev, bool in, unsigned endpoint)
{
    USBEndpoint *ep;

    if (endpoint > USB_MAX_ENDPOINTS) {
        return NULL;
    }
    ep = usb_ep_get(dev, in ? USB_TOKEN_IN : USB_TOKEN_OUT, endpoint);
    return ep->type == USB_ENDPOINT_XFER_INVALID ? NULL : ep;
}

unsigned far_packet_size(USBDevice *dev, const USBEndpoint *ep, unsigned otherwise)
{
    unsigned size = ep->max_packet_size;

    if (!ep->nr) {
        size = dev->device && dev->device->bMaxPacketSize0 ? dev->device->bMaxPacketSize0 : CONTROL_BYTES;
    }
    return MIN(size ?: otherwise, USB_MAX_PACKET);
}

/* ---- Toggles ---- */

static uint32_t toggle_bit(bool in, unsigned endpoint)
{
    return 1u << (16 * in + (endpoint & 15));
}

bool far_toggle(const Otg *s, const UsbToken *token, bool in)
{
    return s->h.toggles[token->address % OTG_ADDRESSES] & toggle_bit(in, token->endpoint);
}

void far_flip_toggle(Otg *s, const UsbToken *token, bool in)
{
    s->h.toggles[token->address % OTG_ADDRESSES] ^= toggle_bit(in, token->endpoint);
}

/* Both begin with DATA0 on all endpoints of an interface that is set. */
static void reset_interface(Otg *s, USBDevice *dev, unsigned address, unsigned interface)
{
    for (unsigned endpoint = 1; endpoint <= USB_MAX_ENDPOINTS; endpoint++) {
        for (int in = 0; in < 2; in++) {
            USBEndpoint *ep = far_endpoint(dev, in, endpoint);

            if (ep && ep->ifnum == interface) {
                s->h.toggles[address] &= ~toggle_bit(in, endpoint);
            }
        }
    }
}

void far_watch_setup(Otg *s, USBDevice *dev, const UsbToken *token)
{
    unsigned address = token->address % OTG_ADDRESSES;
    unsigned request = token->data[0] << 8 | token->data[1];
    unsigned value = token->data[2] | token->data[3] << 8, index = token->data[4];
    uint32_t *toggles = &s->h.toggles[address];

    switch (request) {
    case DeviceOutRequest | USB_REQ_SET_ADDRESS:
        s->h.toggles[value % OTG_ADDRESSES] = s->h.configuration[value % OTG_ADDRESSES] = 0;
        break;
    case DeviceOutRequest | USB_REQ_SET_CONFIGURATION:
        *toggles = 0;
        s->h.configuration[address] = value;
        break;
    case InterfaceOutRequest | USB_REQ_SET_INTERFACE:
        reset_interface(s, dev, address, index);
        break;
    case CLEAR_TT_BUFFER:
        far_clear_translation(s, value);
        break;
    case RESET_TT:
        far_reset_translations(s);
        break;
    case EndpointOutRequest | USB_REQ_CLEAR_FEATURE:
        *toggles &= ~toggle_bit(index & USB_DIR_IN, index);
        break;
    }
    *toggles |= toggle_bit(false, 0) | toggle_bit(true, 0);
}

void far_reset_toggles(Otg *s)
{
    for (unsigned address = 0; address < OTG_ADDRESSES; address++) {
        s->h.toggles[address] = toggle_bit(false, 0) | toggle_bit(true, 0);
    }
    memset(s->h.configuration, 0, sizeof(s->h.configuration));
}
