/*
 * Mistakes with what the board is as a USB device, seen by a host, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISHAP(USB001, ERROR, "USB 2.0 9.6.1",
        "bMaxPacketSize0 is not one that USB has",
        "give it 8, 16, 32 or 64, at high speed 64")
MISHAP(USB002, ERROR, "USB 2.0 9.6.1",
        "the device descriptor has not 18 bytes",
        "send all 18 bytes, with bLength 18")
MISHAP(USB003, ERROR, "USB 2.0 9.6.1",
        "the device descriptor has another bDescriptorType than 1",
        "make it 1")
MISHAP(USB004, ERROR, "USB 2.0 9.6.1",
        "bcdUSB is no version in BCD",
        "0x0200 is 2.00")
MISHAP(USB005, ERROR, "USB 2.0 9.6.1",
        "bcdUSB is less than 0x0200 at high speed",
        "make it 0x0200")
MISHAP(USB006, ERROR, "USB 2.0 9.6.1",
        "bDeviceSubClass is not 0 though bDeviceClass is",
        "make bDeviceSubClass 0 too")
MISHAP(USB007, ERROR, "USB 2.0 9.6.1",
        "bNumConfigurations is 0: Linux and Windows refuse the device",
        "there has to be one")
MISHAP(USB008, ERROR, "USB 2.0 9.6.2",
        "no device qualifier, at high speed",
        "answer GET_DESCRIPTOR of type 6")
MISHAP(USB009, ERROR, "USB 2.0 9.6.2",
        "the device qualifier is not as it should be",
        "it has bLength 10, type 6, and 10 bytes")
MISHAP(USB010, ERROR, "USB 2.0 9.6.3",
        "the configuration descriptor has another bLength or type",
        "they are 9 and 2")
MISHAP(USB011, ERROR, "USB 2.0 9.6.3",
        "wTotalLength is not what has come",
        "make wTotalLength the length of all that is sent")
MISHAP(USB012, ERROR, "USB 2.0 9.4.7",
        "bConfigurationValue is 0, which is no configuration: to choose it means to be unconfigured",
        "make it 1")
MISHAP(USB013, ERROR, "USB 2.0 9.6.3",
        "bmAttributes of the configuration has reserved bits wrong",
        "set bit 7, clear bits 4 to 0")
MISHAP(USB014, ERROR, "USB 2.0 9.6.3",
        "bMaxPower is more than the 500 mA of a port",
        "it is in units of 2 mA: 250 at most")
MISHAP(USB015, ERROR, "USB 2.0 9.5",
        "a descriptor within the configuration has a bLength that leads nowhere",
        "every descriptor has its own length in its first byte")
MISHAP(USB016, ERROR, "USB 2.0 9.6.5",
        "an interface descriptor has another bLength than 9",
        "make it 9")
MISHAP(USB017, ERROR, "USB 2.0 9.6.5",
        "there is an interface beyond bNumInterfaces",
        "number interfaces from 0, and count them in bNumInterfaces")
MISHAP(USB018, ERROR, "USB 2.0 9.6.5",
        "an interface has two alternate settings of the same number",
        "number the settings of an interface")
MISHAP(USB019, ERROR, "USB IAD ECN",
        "an association names interfaces that there are not",
        "name interfaces that there are")
MISHAP(USB020, ERROR, "USB IAD ECN",
        "there is an interface association, and the device's class does not say so",
        "make class, subclass and protocol of the device 239, 2, 1")
MISHAP(USB021, ERROR, "USB 2.0 9.6.5",
        "an interface has no alternate setting 0",
        "every interface has a setting 0")
MISHAP(USB022, ERROR, "USB 2.0 9.6.3",
        "bNumInterfaces is not the number of interfaces",
        "count them")
MISHAP(USB023, ERROR, "USB 2.0 9.6.7",
        "a string descriptor has another length or type than it should",
        "a string has its length, 3, and characters of two bytes")
MISHAP(USB024, ERROR, "USB 2.0 9.6.7",
        "a string has an odd length",
        "characters have two bytes (UTF-16)")
MISHAP(USB025, ERROR, "USB 2.0 9.6.7",
        "string 0 names no language: Linux and Windows show no strings",
        "string 0 is 4, 3, 0x09, 0x04 for English")
MISHAP(USB026, ERROR, "USB 2.0 9.6.7",
        "string 0 names a language which is none",
        "0x0409 is English")
MISHAP(USB027, ERROR, "USB CDC 5.2.3.2",
        "the union of a CDC has a short bFunctionLength",
        "5 is the least")
MISHAP(USB028, ERROR, "USB CDC 5.2.3.2",
        "a CDC's union names another interface as the one that controls",
        "name the interface that the union is in")
MISHAP(USB029, ERROR, "USB CDC 5.2.3.2",
        "a CDC's union names an interface of data without bulk IN and OUT endpoint",
        "name the interface with the bulk endpoints")
MISHAP(USB030, ERROR, "USB CDC 5.2.3",
        "a CDC's functional descriptors do not begin with a header",
        "put the header, 5 bytes, first")
MISHAP(USB031, ERROR, "USB PSTN 5.3.2",
        "a CDC ACM has no ACM descriptor",
        "add it: 4, 0x24, 2, 2")
MISHAP(USB032, ERROR, "USB CDC 5.2.3.2",
        "a CDC has no union",
        "add it: 5, 0x24, 6, and the two interfaces")
MISHAP(USB033, ERROR, "USB CDC 3.4.2",
        "a CDC has no interrupt IN endpoint for notifications",
        "add it, though nothing comes by it")
MISHAP(USB034, ERROR, "USB HID 6.2.1",
        "a HID has no HID descriptor",
        "add it behind the interface's")
MISHAP(USB035, ERROR, "USB HID 6.2.1",
        "a HID descriptor is not as it should be",
        "its length is 6 and 3 for each, a report's type 0x22")
MISHAP(USB036, ERROR, "USB HID 4.4",
        "a HID has no interrupt IN endpoint",
        "add one")
MISHAP(USB037, ERROR, "USB bulk-only 4.4",
        "mass storage has no bulk IN and OUT endpoint",
        "add both")
MISHAP(USB038, NOTE, "USB bulk-only 4.1.1",
        "mass storage has a serial number of 12 digits 0-9, A-F or more",
        "without one Windows takes the same stick for another in another socket")
MISHAP(USB039, ERROR, "USB 2.0 9.6.6",
        "an endpoint has a bEndpointAddress that is none",
        "bits 3 to 0 are its number, 1 to 15, bit 7 the direction")
MISHAP(USB040, ERROR, "USB 2.0 5.5-5.8",
        "wMaxPacketSize is not one that USB has",
        "choose a size that USB has at this speed")
MISHAP(USB041, ERROR, "USB 2.0 9.6.6",
        "bInterval is not one that USB has",
        "choose one that USB has at this speed")
MISHAP(USB042, ERROR, "USB 2.0 5.6.3",
        "an isochronous endpoint is in alternate setting 0",
        "put it into setting 1, and leave setting 0 without")
MISHAP(USB043, ERROR, "USB 2.0 9.6.6",
        "two interfaces have the same endpoint",
        "give each its own")
MISHAP(USB044, ERROR, "USB 2.0 9.6.5",
        "bNumEndpoints is not the number of endpoints that follow",
        "count them")
MISHAP(USB045, ERROR, "USB 2.0 9.6.1",
        "less than 8 bytes of the device descriptor come at address 0",
        "answer with as much as is asked for")
MISHAP(USB046, ERROR, "USB 2.0 9.4.6",
        "SET_ADDRESS fails",
        "answer its status stage, then take the address")
MISHAP(USB047, ERROR, "USB 2.0 9.2.6.3",
        "SET_ADDRESS took more than 50 ms",
        "answer at once")
MISHAP(USB048, ERROR, "USB 2.0 9.2.6.3",
        "it does not answer at the address that it was given",
        "the new address holds behind the status stage of SET_ADDRESS")
MISHAP(USB049, ERROR, "USB 2.0 9.4.7",
        "SET_CONFIGURATION fails",
        "answer its status stage")
MISHAP(USB050, NOTE, "USB PSTN 6.3.12",
        "SET_CONTROL_LINE_STATE is answered by STALL: the device can't know whether a terminal is open",
        "answer it, if only by an empty packet")
MISHAP(USB051, NOTE, "USB PSTN 6.3.10",
        "SET_LINE_CODING is answered by STALL",
        "answer it, if only by an empty packet")
MISHAP(USB052, ERROR, "USB HID 6.2.2.6",
        "a report descriptor ends a collection that has not begun",
        "pair Collection (0xa1) and End Collection (0xc0)")
MISHAP(USB053, ERROR, "USB HID 6.2.2.2",
        "a report descriptor ends within an item",
        "the low two bits of an item are its length")
MISHAP(USB054, ERROR, "USB HID 6.2.2.6",
        "a report descriptor does not end its collections",
        "pair Collection (0xa1) and End Collection (0xc0)")
MISHAP(USB055, ERROR, "USB HID 7.1.1",
        "the report descriptor of a HID can't be read",
        "answer GET_DESCRIPTOR of type 0x22 to the interface")
MISHAP(USB056, ERROR, "USB HID 6.2.1",
        "wDescriptorLength is not the length of the report descriptor",
        "make them the same")
MISHAP(USB057, NOTE, "USB HID 7.2.2",
        "SET_REPORT is answered by STALL",
        "answer it, or give the report an OUT endpoint")
MISHAP(USB058, ERROR, "USB bulk-only 6.3",
        "a command status wrapper is not as it should be",
        "13 bytes, status 0 to 2, and the tag of the command")
MISHAP(USB059, ERROR, "USB SBC-2 5.10",
        "READ CAPACITY says what is no disk",
        "blocks have 512 bytes, mostly")
MISHAP(USB060, ERROR, "USB SPC-3 6.4",
        "INQUIRY fails, or has less than 36 bytes: Linux refuses the disk",
        "answer with 36 bytes")
MISHAP(USB061, ERROR, "USB 2.0 8.6",
        "DATA0 and DATA1 do not alternate: a host throws the packet away",
        "flip the toggle with every packet that is acknowledged, and clear it by CLEAR_FEATURE")
MISHAP(USB062, ERROR, "USB 2.0 8.7.4",
        "an IN endpoint sends a packet above its maximum: a host stops there",
        "send no more than wMaxPacketSize in a packet")
MISHAP(USB063, ERROR, "USB 2.0 9.2.6.4",
        "GET_DESCRIPTOR took too long",
        "the first data have to come within 500 ms")
MISHAP(USB064, ERROR, "USB 2.0 9.4.3",
        "GET_DESCRIPTOR is answered by STALL",
        "every device has to have it")
MISHAP(USB065, ERROR, "USB 2.0 9.2.6.4",
        "GET_DESCRIPTOR fails",
        "answer it")
MISHAP(USB066, ERROR, "USB 2.0 9.6.3",
        "too few bytes of a configuration come",
        "9 are the least")
MISHAP(USB067, ERROR, "USB 2.0 9.6.3",
        "wTotalLength is more than the built-in host reads",
        "check wTotalLength")
MISHAP(USB068, ERROR, "USB 2.0 9.6.7",
        "a descriptor names a string that can't be got",
        "have the string, or make its index 0")
MISHAP(USB069, ERROR, "USB 2.0 9.6.7",
        "there are strings, but string 0 fails",
        "have string 0, or make all indices 0")
