/*
 * The options of the machine: `-machine stm32f407g_disc,NAME=VALUE`, and what can be asked and changed while
 * it runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/config-file.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "qemu/option.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "exec/wait-loop.h"
#include "system/cpu-timers.h"
#include "exec/tb-links.h"
#include "system/pace.h"
#include "system/system.h"
#include "stm32/board/accelerometer/accelerometer.h"
#include "stm32/board/ethernet/phy.h"
#include "stm32/board/machine.h"
#include "stm32/board/page/page.h"
#include "stm32/board/parent.h"
#include "stm32/board/serial.h"
#include "stm32/board/usb/otg_cable.h"
#include "stm32/checks/checks.h"
#include "stm32/core/mistake/files.h"
#include "stm32/core/mistake/ignore.h"
#include "stm32/core/mistake/list.h"
#include "stm32/core/pause.h"
#include "stm32/core/run.h"

typedef enum OptionKind {
    OPTION_TEXT, OPTION_BOOL, OPTION_HZ,
    OPTION_CAN_BUS,                     /* a link */
    OPTION_TIME,                        /* virtual, in ns: not kept, see `get` and `set` */
    OPTION_MEASURED,                    /* a number that can be read */
    OPTION_DATA,                        /* a list that can be read; what is written may be another thing */
} OptionKind;

typedef struct Option {
    const char *name;
    OptionKind kind;
    size_t offset;                      /* in Stm32f407gDisc, of the kind's type */
    bool soldered;                      /* a snapshot is of a machine that has the same */
    const char *description;
    const char *otherwise;              /* a text that nobody has set reads so; NULL: "" */
    bool (*check)(const void *value, Error **errp);
    void (*changed)(Stm32f407gDisc *m);
    int64_t (*get)(Stm32f407gDisc *m);
    void (*set)(Stm32f407gDisc *m, int64_t ns);
    double (*measure)(void);
    QList *(*data)(void);
} Option;

/* ---- What makes a value right, and what follows from it ---- */

static bool check_hse_frequency(const void *value, Error **errp)
{
    uint32_t hz = *(const uint32_t *)value;

    if (hz < 4000000 || hz > 26000000) {
        error_setg(errp, "hse-frequency=%u: the chip takes crystals of 4000000 to 26000000 Hz", hz);
        return false;
    }
    return true;
}

static bool check_accelerometer(const void *value, Error **errp)
{
    if (strcmp(value, "none") && !accelerometer_is_model(value)) {
        error_setg(errp, "accelerometer-model=%s: boards have 'lis3dsh' or 'lis302dl', or 'none'",
                   (const char *)value);
        return false;
    }
    return true;
}

static bool check_phy(const void *value, Error **errp)
{
    if (strcmp(value, "none") && !phy_is_type(value)) {
        error_setg(errp, "phy=%s: there are 'lan8720', 'lan8742', 'dp83848' and 'ksz8081', or 'none'",
                   (const char *)value);
        return false;
    }
    return true;
}

static bool check_phy_address(const void *value, Error **errp)
{
    unsigned address;

    if (qemu_strtoui(value, NULL, 0, &address) || address > 31) {
        error_setg(errp, "phy-address=%s: an address of MDIO is 0 to 31", (const char *)value);
        return false;
    }
    return true;
}

static bool check_vcp(const void *value, Error **errp)
{
    return serial_check_vcp(value, errp);
}

static bool check_page(const void *value, Error **errp)
{
    return page_check(value, errp);
}

static bool check_mistakes(const void *value, Error **errp)
{
    return mistake_files_set(value, errp);
}

static bool check_checks(const void *value, Error **errp)
{
    return checks_set(value, errp);
}

static bool check_bound(const void *value, Error **errp)
{
    return checks_set_bound(value, errp);
}

static bool check_strict(const void *value, Error **errp)
{
    return mistakes_strict_set(value, errp);
}

static bool check_ignore(const void *value, Error **errp)
{
    return ignore_set(value, errp);
}

static void hse_stopped_changed(Stm32f407gDisc *m)
{
    clock_update_hz(m->hse, m->hse_stopped ? 0 : m->hse_frequency);
}

static void lse_stopped_changed(Stm32f407gDisc *m)
{
    clock_update_hz(m->lse, m->lse_fitted && !m->lse_stopped ? 32768 : 0);
}

/* How fast "max", "1" or "0.5" is: 0 for no limit.  False if it is nothing of the kind. */
static bool parse_speed(const char *text, double *speed)
{
    if (!strcmp(text, "max")) {
        *speed = 0;
        return true;
    }
    return !qemu_strtod_finite(text, NULL, speed) && (!*speed || (*speed >= 0.001 && *speed <= 1000));
}

static bool check_speed(const void *value, Error **errp)
{
    double speed;

    if (!parse_speed(value, &speed)) {
        error_setg(errp, "speed=%s: it is max, or virtual time by real time: 0.001 to 1000",
                   (const char *)value);
        return false;
    }
    if (icount_enabled() && !icount_can_hold()) {
        error_setg(errp, "speed=%s: with -icount it takes sleep=off", (const char *)value);
        return false;
    }
    return true;
}

static void apply_speed(Stm32f407gDisc *m)
{
    double speed;

    if (parse_speed(m->speed, &speed)) {
        pace_set_speed(speed);
    }
}

static void speed_changed(Stm32f407gDisc *m)
{
    if (m->soc) {       /* before, options_start_time() does it: whether there is -icount is not known */
        apply_speed(m);
    }
}

static bool is_approximate(const char *timing)
{
    return !strcmp(timing, "approximate");
}

static bool check_timing(const void *value, Error **errp)
{
    if (!is_approximate(value) && strcmp(value, "instructions")) {
        error_setg(errp, "timing=%s: it is instructions, each takes as long, or approximate, as on the chip",
                   (const char *)value);
        return false;
    }
    return true;
}

bool options_count_cycles(const Stm32f407gDisc *m)
{
    return m->timing && is_approximate(m->timing);
}

/* -icount is known when the machine is made. */
static void check_cycles(const Stm32f407gDisc *m)
{
    const char *wrong = !icount_enabled()
                        ? "it takes time that is counted and not the host's, add -icount shift=3,sleep=off"
                      : icount_enabled() != ICOUNT_PRECISE
                        ? "it takes an -icount that is not shift=auto: shift=3,sleep=off"
                      : m->backwards
                        ? "it does not go with backwards=on, which takes an instant for each instruction" : NULL;

    if (options_count_cycles(m) && wrong) {
        error_report("timing=approximate: %s", wrong);
        exit(1);
    }
}

/* A date of -rtc is that of virtual time 0.  By the host's clock it would be later by what a start takes. */
static void begin_calendar(void)
{
    QemuOpts *rtc = qemu_find_opts_singleton("rtc");
    const char *base = qemu_opt_get(rtc, "base");

    if (base && g_ascii_isdigit(base[0]) && !qemu_opt_get(rtc, "clock")) {
        rtc_clock = QEMU_CLOCK_VIRTUAL;
    }
}

void options_start_time(Stm32f407gDisc *m)
{
    Error *err = NULL;

    check_cycles(m);
    begin_calendar();
    pace_start();
    tb_links_start();
    if (!m->speed) {
        m->speed = g_strdup(icount_enabled() ? "max" : "1");
    } else if (!check_speed(m->speed, &err)) {
        error_report_err(err);
        exit(1);
    } else {
        apply_speed(m);
    }
}

static void fast_forward_changed(Stm32f407gDisc *m)
{
    wait_loop_enable(m->fast_forward);
}

static void runs_changed(Stm32f407gDisc *m)
{
    run_enable(m->runs);
}

static void otg_id_changed(Stm32f407gDisc *m)
{
    for (unsigned i = 0; i < ARRAY_SIZE(m->otg_cable); i++) {
        if (m->otg_cable[i]) {
            otg_cable_ground_id(m->otg_cable[i], m->otg_id);
        }
    }
}

static void with_parent_changed(Stm32f407gDisc *m)
{
    parent_watch(m->with_parent);
}

static int64_t get_virtual_time(Stm32f407gDisc *m)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static int64_t get_fast_forwarded(Stm32f407gDisc *m)
{
    return wait_loop_leapt();
}

static void stop_expired(void *opaque)
{
    pause_machine();
}

static int64_t get_stop_at(Stm32f407gDisc *m)
{
    return timer_expire_time_ns(m->stop);
}

static void set_stop_at(Stm32f407gDisc *m, int64_t ns)
{
    if (ns < 0) {
        timer_del(m->stop);
    } else {
        timer_mod(m->stop, ns);
    }
}

/* ---- The table ---- */

#define MEMBER(name) offsetof(Stm32f407gDisc, name)

static const Option option_table[] = {
    { "hse-frequency", OPTION_HZ, MEMBER(hse_frequency), true,
      "crystal of the chip in Hz (4000000 to 26000000, default 8000000)",
      .check = check_hse_frequency },
    { "hse-stopped", OPTION_BOOL, MEMBER(hse_stopped), false, "that crystal has stopped",
      .changed = hse_stopped_changed },
    { "lse", OPTION_BOOL, MEMBER(lse_fitted), true,
      "fit the 32.768 kHz crystal that a stock board lacks" },
    { "lse-stopped", OPTION_BOOL, MEMBER(lse_stopped), false, "that crystal has stopped",
      .changed = lse_stopped_changed },
    { "boot0", OPTION_BOOL, MEMBER(boot0), true, "level of BOOT0" },
    { "boot1", OPTION_BOOL, MEMBER(boot1), true, "level of BOOT1 (PB2)" },
    { "errata", OPTION_BOOL, MEMBER(errata), true,
      "what the chip does against its manual, as ES0182 has it (default on)" },
    { "write-buffer", OPTION_BOOL, MEMBER(write_buffer), true,
      "stores go through the core's write buffer, so a bus fault of one is imprecise (default on)" },
    { "fast-forward", OPTION_BOOL, MEMBER(fast_forward), false,
      "with -icount sleep=off, loops that wait are passed in a leap; the trace is the same (default on)",
      .changed = fast_forward_changed },
    { "timing", OPTION_TEXT, MEMBER(timing), true,
      "with -icount: instructions (default), each takes as long, or approximate: as many cycles of HCLK as on the chip, "
      "about", "instructions", .check = check_timing },
    { "runs", OPTION_BOOL, MEMBER(runs), false,
      "DMA moves many items at once where nobody can tell (default on)", .changed = runs_changed },
    { "backwards", OPTION_BOOL, MEMBER(backwards), false,
      "with -icount sleep=off, gdb can go backwards: reverse-step, reverse-continue (default off)" },
    { "wire", OPTION_TEXT, MEMBER(wire), true, "jumpers between pins: pa6-pa7:pb6-pb10" },
    { "diagram", OPTION_TEXT, MEMBER(diagram), true,
      "file that says what is wired to the board, as Wokwi's diagram.json" },
    { "page", OPTION_TEXT, MEMBER(page), false,
      "show the board in a browser: a port of this machine (8080), or where to listen (0.0.0.0:8080)",
      .check = check_page },
    { "page-files", OPTION_TEXT, MEMBER(page_files), false,
      "folder of the page's files (default where `make page` or an installation puts them)" },
    { "accelerometer-model", OPTION_TEXT, MEMBER(accelerometer), true,
      "lis3dsh (default), lis302dl or none", "lis3dsh", .check = check_accelerometer },
    { "motion", OPTION_TEXT, MEMBER(motion), false,
      "file for the accelerometer: lines \"ms x y z\" in mg" },
    { "chip-select", OPTION_TEXT, MEMBER(chip_select), true,
      "pins that select what -device puts on spi1, spi2, spi3: spi2-pb12:spi2-pb11" },
    { "card-detect", OPTION_TEXT, MEMBER(card_detect), true,
      "pin that is low while there is an SD card (-drive if=sd)" },
    { "card-protect", OPTION_TEXT, MEMBER(card_protect), true,
      "pin that is open while the SD card's lock is on (qom-set /machine/card locked true), else low" },
    { "swo", OPTION_TEXT, MEMBER(swo), false,
      "chardev that gets the text that firmware writes to ITM port 0" },
    { "vcp", OPTION_TEXT, MEMBER(vcp), false,
      "which of usart1 usart2 usart3 uart4 uart5 usart6 gets the first -serial; off: none does, the "
      "second -serial is USART1 as ever", "usart2", .check = check_vcp },
    { "uid", OPTION_TEXT, MEMBER(uid), true,
      "unique ID of the chip: 24 hex digits, its three words in order" },
    { "backup", OPTION_TEXT, MEMBER(backup), false,
      "file that keeps the backup registers and the backup SRAM; created if there is none" },
    { "microphone", OPTION_TEXT, MEMBER(microphone), false,
      "WAV file that the microphone hears, over and over" },
    { "canbus1", OPTION_CAN_BUS, MEMBER(canbus[0]), false,
      "bus that CAN1's transceiver is at: the id of an -object can-bus" },
    { "canbus2", OPTION_CAN_BUS, MEMBER(canbus[1]), false, "the same for CAN2" },
    { "phy", OPTION_TEXT, MEMBER(phy), true,
      "Ethernet PHY: lan8720 (default with a -nic, as on the base board), lan8742, dp83848, ksz8081, or none "
      "(default without)", .check = check_phy },
    { "phy-address", OPTION_TEXT, MEMBER(phy_address), true,
      "its address at MDIO, 0 to 31 (default as most boards have it: 0, dp83848 and ksz8081 1)",
      .check = check_phy_address },
    { "phy-reset", OPTION_TEXT, MEMBER(phy_reset), true,
      "pin that resets it while low: pe2 on the base board (default none)" },
    { "phy-interrupt", OPTION_TEXT, MEMBER(phy_interrupt), true,
      "pin that it pulls low when it interrupts (default none)" },
    { "otg-id", OPTION_BOOL, MEMBER(otg_id), false,
      "the cable of a device at otg-fs.0 or otg-hs.0 grounds ID, PA10 or PB12, which makes the core a host "
      "(default on)", .changed = otg_id_changed },
    { "mistakes", OPTION_DATA, 0, false,
      "files that get what the firmware does wrong, as the machine ends: a.json:b.sarif:c.html:d.txt; read: what "
      "it has done so far", .check = check_mistakes, .data = mistakes_list },
    { "mistake-kinds", OPTION_DATA, 0, false, "all that it could do wrong (read)", .data = mistakes_kinds },
    { "checks", OPTION_TEXT, MEMBER(checks), false,
      "look at what the firmware does for mistakes with memory:time:concurrency:rtos, or all (default off): it is slower then",
      "off", .check = check_checks },
    { "interrupts-off", OPTION_TEXT, MEMBER(interrupts_off), false,
      "with checks=time: the longest time that interrupts may be off, waited for or not: 200us (default: 1ms, if one waits)",
      .check = check_bound },
    { "strict", OPTION_TEXT, MEMBER(strict), false,
      "the machine ends with exit code 3 at the first mistake of these: DMA015:SPI005, error, suspicious, note",
      .check = check_strict },
    { "ignore", OPTION_TEXT, MEMBER(ignore), false,
      "mistakes that are not told: codes DMA015:SPI005, or a file of lines \"DMA015 in spi.c: reason\"",
      .check = check_ignore },
    { "speed", OPTION_TEXT, MEMBER(speed), false,
      "virtual time by real time: 1 (default), 2, 0.1 ..., max: as fast as possible (default with -icount)",
      .check = check_speed, .changed = speed_changed },
    { "speed-ratio", OPTION_MEASURED, 0, false,
      "what that really is, over the last second or two, or since it was read last (read)",
      .measure = pace_get_ratio },
    { "virtual-time", OPTION_TIME, 0, false, "ns since the start (read)", .get = get_virtual_time },
    { "fast-forwarded", OPTION_TIME, 0, false, "ns of it that loops that wait were passed in a leap (read)",
      .get = get_fast_forwarded },
    { "with-parent", OPTION_BOOL, MEMBER(with_parent), false,
      "end when the process that has started QEMU does (default off)", .changed = with_parent_changed },
    { "stop-at", OPTION_TIME, 0, false,
      "virtual time in ns from which on the machine pauses (-1: never)",
      .get = get_stop_at, .set = set_stop_at },
};

static void *member(Object *obj, const Option *o)
{
    return (char *)STM32F407G_DISC(obj) + o->offset;
}

static const char *text_of(Object *obj, const Option *o)
{
    return *(char **)member(obj, o) ?: o->otherwise ?: "";
}

/* ---- Properties ---- */

static void get_data(Visitor *v, const Option *o, Error **errp)
{
    QObject *data = QOBJECT(o->data());

    visit_type_any(v, o->name, &data, errp);
    qobject_unref(data);
}

static void set_data(Visitor *v, const Option *o, Error **errp)
{
    g_autofree char *text = NULL;

    if (visit_type_str(v, o->name, &text, errp)) {
        o->check(text, errp);
    }
}

static void get_option(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    const Option *o = opaque;
    char *text;
    double number;
    int64_t ns;

    switch (o->kind) {
    case OPTION_TEXT:
        text = (char *)text_of(obj, o);
        visit_type_str(v, name, &text, errp);
        break;
    case OPTION_BOOL:
        visit_type_bool(v, name, member(obj, o), errp);
        break;
    case OPTION_HZ:
        visit_type_uint32(v, name, member(obj, o), errp);
        break;
    case OPTION_MEASURED:
        number = o->measure();
        visit_type_number(v, name, &number, errp);
        break;
    case OPTION_DATA:
        get_data(v, o, errp);
        break;
    default:
        ns = o->get(STM32F407G_DISC(obj));
        visit_type_int(v, name, &ns, errp);
        break;
    }
}

static void set_text(Object *obj, Visitor *v, const Option *o, Error **errp)
{
    g_autofree char *text = NULL;
    char **to = member(obj, o);

    if (visit_type_str(v, o->name, &text, errp) && (!o->check || o->check(text, errp))) {
        g_free(*to);
        *to = g_steal_pointer(&text);
    }
}

static void set_hz(Object *obj, Visitor *v, const Option *o, Error **errp)
{
    uint32_t hz;

    if (visit_type_uint32(v, o->name, &hz, errp) && o->check(&hz, errp)) {
        *(uint32_t *)member(obj, o) = hz;
    }
}

static void set_option(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    const Option *o = opaque;
    int64_t ns;

    switch (o->kind) {
    case OPTION_TEXT:
        set_text(obj, v, o, errp);
        break;
    case OPTION_BOOL:
        visit_type_bool(v, name, member(obj, o), errp);
        break;
    case OPTION_HZ:
        set_hz(obj, v, o, errp);
        break;
    case OPTION_DATA:
        set_data(v, o, errp);
        break;
    default:
        if (visit_type_int(v, name, &ns, errp)) {
            o->set(STM32F407G_DISC(obj), ns);
        }
        break;
    }
    if (o->changed) {
        o->changed(STM32F407G_DISC(obj));
    }
}

void options_add(ObjectClass *klass)
{
    static const char *const types[] = {
        [OPTION_TEXT] = "string", [OPTION_BOOL] = "bool", [OPTION_HZ] = "uint32",
        [OPTION_TIME] = "int", [OPTION_MEASURED] = "number", [OPTION_DATA] = "string",
    };

    for (unsigned i = 0; i < ARRAY_SIZE(option_table); i++) {
        const Option *o = &option_table[i];

        if (o->kind == OPTION_CAN_BUS) {
            object_class_property_add_link(klass, o->name, TYPE_CAN_BUS, o->offset,
                                           object_property_allow_set_link, 0);
        } else {
            object_class_property_add(klass, o->name, types[o->kind], get_option,
                                      (o->get && !o->set) || o->measure || (o->data && !o->check) ? NULL
                                      : set_option, NULL, (void *)o);
        }
        object_class_property_set_description(klass, o->name, o->description);
    }
}

void options_init(Stm32f407gDisc *m)
{
    m->hse_frequency = 8000000;
    m->errata = m->write_buffer = m->fast_forward = m->runs = m->otg_id = true;
    fast_forward_changed(m);
    m->stop = timer_new_ns(QEMU_CLOCK_VIRTUAL, stop_expired, m);
}

char *options_line(Stm32f407gDisc *m, unsigned n)
{
    const Option *o = option_table;

    for (; o < option_table + ARRAY_SIZE(option_table); o++) {
        if (o->soldered && !n--) {
            break;
        }
    }
    if (o == option_table + ARRAY_SIZE(option_table)) {
        return NULL;
    }
    switch (o->kind) {
    case OPTION_BOOL:
        return g_strdup_printf("%s=%s", o->name, *(bool *)member(OBJECT(m), o) ? "on" : "off");
    case OPTION_HZ:
        return g_strdup_printf("%s=%u", o->name, *(uint32_t *)member(OBJECT(m), o));
    default:
        return g_strdup_printf("%s=%s", o->name, text_of(OBJECT(m), o));
    }
}

/* ---- QEMU's own options ---- */

void options_check(const MachineState *machine)
{
    MachineClass *mc = MACHINE_GET_CLASS(machine);
    const struct {
        const char *option;
        bool given;
        const char *because;
    } table[] = {
        { "-bios", machine->firmware, "the firmware of this board is given by -kernel" },
        { "-dtb", machine->dtb, "firmware of a microcontroller takes no device tree" },
        { "-initrd", machine->initrd_filename, "firmware of a microcontroller takes no initrd" },
        { "-m", machine->ram_size != mc->default_ram_size,
          "the memories of this chip are inside it: 128 KiB of SRAM and 64 KiB of CCM" },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        if (table[i].given) {
            error_report("%s: %s", table[i].option, table[i].because);
            exit(1);
        }
    }
}
