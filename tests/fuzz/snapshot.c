/*
 * Fuzzing of snapshots: what devices have written is changed here and there, loaded, and the machine goes on: time passes,
 * registers are read and written, displays are drawn, it is saved.
 *
 * An input is changes of six bytes: which section, where in it (of 65536 parts), how, a value.  So each device is
 * hit as often as any other, however much it writes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/i2c/i2c.h"
#include "io/channel-buffer.h"
#include "migration/global_state.h"
#include "migration/qemu-file.h"
#include "migration/savevm.h"
#include "system/runstate.h"
#include "ui/console.h"
#include "stm32/tests/fuzz/fuzz.h"

enum { HEADER = 8, SECTION_FULL = 4, FOOTER = 0x7e };
enum { FLIP, SET, ADD, WORD, FILL, CHANGES };

static uint8_t *saved;
static size_t saved_size;
static GArray *sections;                /* of size_t: where what each has written begins, and ends: in turn */

/* What a file has behind its header. */
static GBytes *save(void)
{
    QIOChannelBuffer *buffer = qio_channel_buffer_new(256 * 1024);
    QEMUFile *file = qemu_file_new_output(QIO_CHANNEL(buffer));
    GBytes *bytes;

    global_state_store();
    qemu_save_device_state(file);
    qemu_fflush(file);
    bytes = g_bytes_new(buffer->data + HEADER, buffer->usage - HEADER);
    qemu_fclose(file);
    object_unref(OBJECT(buffer));
    return bytes;
}

/* Of a section; of pins, of which there are many, all are one. */
static char *name_of(const uint8_t *length)
{
    g_autofree char *name = g_strndup((const char *)length + 1, *length);

    return g_str_has_suffix(name, "pin") ? g_strdup("pin") : g_steal_pointer(&name);
}

/* A section is 4, a number, its name's length and name, instance, version, what is written, 0x7e, the number. */
static void find_sections(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    size_t at = 0;

    sections = g_array_new(false, false, sizeof(size_t));
    while (at + 14 < saved_size && saved[at] == SECTION_FULL) {
        uint32_t number = ldl_be_p(saved + at + 1);
        size_t begin = at + 6 + saved[at + 5] + 8, end = begin;

        while (end + 5 < saved_size && (saved[end] != FOOTER || ldl_be_p(saved + end + 1) != number ||
                                        (saved[end + 5] != SECTION_FULL && saved[end + 5] != 0))) {
            end++;
        }
        if (end > begin && g_hash_table_add(seen, name_of(saved + at + 5))) {
            g_array_append_val(sections, begin);
            g_array_append_val(sections, end);
        }
        at = end + 5;
    }
}

/* The address of an I2C part is in a snapshot, and is what the next one is compared with. */
static int keep_address(Object *obj, void *known)
{
    I2CSlave *part = (I2CSlave *)object_dynamic_cast(obj, TYPE_I2C_SLAVE);
    gpointer was;

    if (part && g_hash_table_lookup_extended(known, part, NULL, &was)) {
        part->address = GPOINTER_TO_UINT(was);
    } else if (part) {
        g_hash_table_insert(known, part, GUINT_TO_POINTER(part->address));
    }
    return 0;
}

static void keep_addresses(void)
{
    static GHashTable *known;

    known = known ?: g_hash_table_new(NULL, NULL);
    object_child_foreach_recursive(object_get_root(), keep_address, known);
}

static void begin(void)
{
    keep_addresses();
    fuzz_step(1000000);
    saved = g_bytes_unref_to_data(save(), &saved_size);
    find_sections();
    g_assert_cmpuint(sections->len, >, 100);
}

static void change(uint8_t *data, Input *in)
{
    unsigned n = input_half(in) % (sections->len / 2), part = input_half(in);
    uint8_t how = input_byte(in), value = input_byte(in);
    size_t first = g_array_index(sections, size_t, 2 * n), end = g_array_index(sections, size_t, 2 * n + 1);
    size_t at = first + ((uint64_t)(end - first) * part >> 16);

    switch (how % CHANGES) {
    case FLIP:
        data[at] ^= 1 << value % 8;
        break;
    case SET:
        data[at] = value;
        break;
    case ADD:
        data[at] += value;
        break;
    case WORD:                          /* a border, as big as can be or just past */
        stl_be_p(data + MIN(at, end - MIN(end - first, 4)), value & 1 ? 0x7fffffff + (value >> 1 & 1) : 0xffffffff);
        break;
    default:
        memset(data + at, value, MIN(end - at, 16));
        break;
    }
}

static bool load(const uint8_t *data)
{
    QIOChannelBuffer *buffer = qio_channel_buffer_new(saved_size);
    QEMUFile *file;
    bool good;

    memcpy(buffer->data, data, saved_size);
    buffer->usage = saved_size;
    file = qemu_file_new_input(QIO_CHANNEL(buffer));
    good = !qemu_load_device_state(file);
    qemu_fclose(file);
    object_unref(OBJECT(buffer));
    return good;
}

/* Registers of all that is on the buses: read, and one in eight is written what is there. */
static void look_around(void)
{
    static const uint32_t buses[][2] = {
        { 0x40000000, 0x40007c00 }, { 0x40010000, 0x40014c00 }, { 0x40020000, 0x40030000 }, { 0x50000000, 0x50000c00 },
        { 0x50050000, 0x50060c00 }, { 0xa0000000, 0xa0000400 },
    };

    for (unsigned n = 0; n < ARRAY_SIZE(buses); n++) {
        for (uint32_t block = buses[n][0]; block < buses[n][1]; block += 0x400) {
            for (uint32_t offset = 0; offset < 0x60; offset += 4) {
                uint32_t value = fuzz_read(block + offset, 4);

                if (offset % 32 == 4) {
                    fuzz_write(block + offset, value, 4);
                }
            }
        }
    }
}

static void draw(void)
{
    for (unsigned i = 0;; i++) {
        QemuConsole *console = qemu_console_lookup_by_index(i);

        if (!console) {
            return;
        }
        if (qemu_console_is_graphic(console)) {
            graphic_hw_update(console);
        }
    }
}

static void play(const uint8_t *input, size_t size)
{
    g_autofree uint8_t *data = g_memdup2(saved, saved_size);
    Input in = { input, size };

    while (in.left) {
        change(data, &in);
    }
    keep_addresses();
    qemu_system_reset(SHUTDOWN_CAUSE_SNAPSHOT_LOAD);
    if (load(data)) {
        vm_start();
        fuzz_step(1000);
        look_around();
        fuzz_step(100000);
        draw();
        fuzz_step(20000000);
        look_around();
        g_bytes_unref(save());
    }
    vm_stop(RUN_STATE_RESTORE_VM);
}

#define PARTS                                                                                                       \
    "-machine wire=pa4-pa1 -object can-bus,id=fuzzbus -machine canbus1=fuzzbus "                                     \
    "-device stm32-sram,bank=ne3,size=64K -device stm32-nor,bank=ne2,size=8M -device stm32-nand,bank=nce2,width=8,size=128M " \
    "-device stm32-ili9341,bank=ne4,rs=a18 -device stm32-compactflash,drive=cf "                                     \
    "-drive if=none,id=cf,format=raw,file=null-co://,file.size=1M,file.read-zeroes=on "                               \
    "-device stm32-camera,model=ov7670,bus=i2c2 -device stm32-ssd1306,bus=i2c1 "                                      \
    "-device stm32-i2c-bus,id=soft,scl=pc4,sda=pc5 "         \
    "-device wokwi-mpu6050,id=mpu,SCL=pb6,SDA=pb7 -device board-bmp180,id=bmp,SCL=pb6,SDA=pb7 "                        \
    "-device board-bme280,id=bme,SCL=pa5,SDA=pa7,SDO=pa6,CSB=pd0 -device board-grove-oled-sh1107,id=sh,SCL=pb6,SDA=pb7,i2cAddress=0x3d " \
    "-device wokwi-ds1307,id=ds,SCL=pb6,SDA=pb7 -device wokwi-lcd2004,id=lcd,pins=i2c,SCL=pb6,SDA=pb7 "                \
    "-device wokwi-lcd1602,id=lcd2,RS=pd8,RW=pd9,E=pd10,D4=pd0,D5=pd1,D6=pd2,D7=pd3 "                                  \
    "-device wokwi-nokia-5110-screen,id=nokia,RST=pb0,CE=pb1,DC=pb2,DIN=pa7,CLK=pa5,BL=3v3 "                           \
    "-device wokwi-ili9341,id=tft,SCK=pa5,MOSI=pa7,MISO=pa6,CS=pb0,D/C=pb1 "                                            \
    "-device board-mfrc522,id=rfid,SDA=pd1,SCK=pa5,MISO=pa6,MOSI=pa7,RST=pd3,IRQ=pd4 "                                  \
    "-device wokwi-74hc595,id=out,DS=pa7,SHCP=pa5,STCP=pb0 -device wokwi-74hc165,id=in,PL=pb0,CP=pa5,D0=3v3 "           \
    "-device wokwi-max7219-matrix,id=max,chain=2,DIN=pa7,CLK=pa5,CS=pd5 -device wokwi-tm1637-7segment,id=tm,CLK=pd6,DIO=pd7 " \
    "-device wokwi-a4988,id=a,STEP=pd0,DIR=pd1 -device wokwi-stepper-motor,id=m,A+=a.2A,A-=a.2B,B+=a.1A,B-=a.1B "       \
    "-device wokwi-hc-sr04,id=sr,TRIG=pe2,ECHO=pe3 -device wokwi-dht22,id=dht,SDA=pe4 -device wokwi-ds18b20,id=ow,DQ=pe5 " \
    "-device wokwi-hx711,id=hx,DT=pe6,SCK=pe7 -device wokwi-ir-receiver,id=ir,DAT=pe8 -device wokwi-ir-remote,id=remote " \
    "-device wokwi-rotary-dialer,id=dial,DIAL=pe9,PULSE=pe10 -device board-gps,id=gps,TX=pa10,RX=pa9,PPS=pe11 "          \
    "-device board-cd74hc4067,id=mux,SIG=pc0,S0=pe12,S1=pe13 -device wokwi-flip-flop-dsr,id=ff,D=pe12,CLK=pe13,Q=pe14 " \
    "-device wokwi-servo,id=servo,PWM=pe15 -device wokwi-relay-module,id=relay,IN=pe12,COM=3v3,NO=pc1 "                \
    "-device wokwi-pir-motion-sensor,id=pir,OUT=pc2 -device wokwi-potentiometer,id=pot,SIG=pc3 "                        \
    "-device wokwi-ky-040,id=ky,CLK=pd11,DT=pd13 -device wokwi-neopixel,id=neo,DIN=pd2 -device wokwi-buzzer,id=bz,2=pd14 " \
    "-device wokwi-membrane-keypad,id=keys,R1=pd12,C1=pd15 -device wokwi-slide-switch,id=slide,2=pb5 "                  \
    "-device board-esp01,id=esp,RX=pc10,TX=pc11 "

const Target fuzz_snapshot = {
    .name = "snapshot", .about = "what devices have written to a snapshot, changed",
    .args = PARTS, .begin = begin, .play = play,
};
