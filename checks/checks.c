/*
 * The checks' place in the translated code, see checks.h: which instructions are looked at, and who is told.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "exec/memopidx.h"
#include "qemu/plugin.h"
#include "system/reset.h"
#include "stm32/checks/state.h"
#include "stm32/checks/torn.h"
#include "stm32/core/exceptions.h"
#include "stm32/core/mistake/place.h"

static const struct {
    const char *name;
    unsigned check;
} names[] = {
    { "memory", CHECK_MEMORY }, { "time", CHECK_TIME }, { "concurrency", CHECK_CONCURRENCY }, { "rtos", CHECK_RTOS },
    { "all", CHECK_ALL }, { "off", 0 },
};

unsigned checks_wanted;
const ChecksChip *checks_chip;

bool checks_set(const char *option, Error **errp)
{
    g_auto(GStrv) words = g_strsplit(option, ":", 0);
    unsigned wanted = 0;

    for (char **word = words; *word; word++) {
        unsigned i = 0;

        while (i < ARRAY_SIZE(names) && strcmp(*word, names[i].name)) {
            i++;
        }
        if (i == ARRAY_SIZE(names)) {
            error_setg(errp, "checks=%s: '%s' is none of memory, time, concurrency, rtos, all, off; join several by ':'",
                       option, *word);
            return false;
        }
        wanted |= names[i].check;
    }
    if (checks_chip && wanted != checks_wanted) {
        error_setg(errp, "checks=%s: they are chosen as the machine starts", option);
        return false;
    }
    checks_wanted = wanted;
    return true;
}

/* ---- Loads and stores ---- */

#define VTOR 0xe000ed08
#define NULL_SIZE 0x400         /* bytes from 0 on that a NULL pointer is used for */
#define MPU_CTRL 0xe000ed94
#define WORD(byte) ((byte) * 0x01010101u)

static unsigned size_of(qemu_plugin_meminfo_t info)
{
    return 1u << (get_memop(info) & MO_SIZE);
}

static uint32_t pc_of(void *opaque)
{
    return (uintptr_t)opaque;
}

static inline bool dma_may_be_at(uint32_t address, uint32_t size)
{
    return address < dma_high && address + size > dma_low && dma_low < dma_high;
}

static inline bool has(unsigned check)
{
    return checks_wanted & check;
}

/* The rare things last, and by a call that is the last one: registers need not be saved then. */
static __attribute__((noinline)) void look_at_load(uint32_t pc, uint32_t address, unsigned size)
{
    const uint8_t *at = shadow_at(address);

    if (address == VTOR) {
        null_vtor_load(pc);
        return;
    }
    if (!at) {
        null_load(pc, address, size);
        return;
    }
    if (address - dma_low < dma_high - dma_low && dma_low < dma_high) {
        dma_buffer_read(pc, address);
    }
    for (unsigned i = 0; i < size; i++) {
        if (at[i]) {
            return;
        }
    }
    unwritten_read(pc, address, size);
}

static inline QEMU_ALWAYS_INLINE void memory_loaded(uint32_t pc, uint32_t address, unsigned size)
{
    const uint8_t *at = shadow_at(address);

    if (at) {
        uint32_t written = size == 4 ? ldl_he_p(at) : size == 1 ? *at : lduw_he_p(at);

        if (unlikely(!written || (address - dma_low < dma_high - dma_low && dma_low < dma_high))) {
            look_at_load(pc, address, size);
        }
    } else if (unlikely(address < NULL_SIZE || address == VTOR)) {
        look_at_load(pc, address, size);
    }
}

static inline QEMU_ALWAYS_INLINE void memory_stored(uint32_t pc, uint32_t address, unsigned size)
{
    uint8_t *at = shadow_at(address);
    uint32_t was;

    if (!at) {
        if (unlikely(address < NULL_SIZE)) {
            null_store(pc, address, size);
        } else if (unlikely(address == MPU_CTRL)) {
            barriers_mpu(pc, check_value());
        }
        return;
    }
    last_store = address;
    switch (size) {
    case 1:
        was = *at;
        *at = SHADOW_WRITTEN;
        break;
    case 2:
        was = lduw_he_p(at);
        stw_he_p(at, (uint16_t)WORD(SHADOW_WRITTEN));
        break;
    case 4:
        was = ldl_he_p(at);
        stl_he_p(at, WORD(SHADOW_WRITTEN));
        break;
    default:
        was = ldl_he_p(at);
        memset(at, SHADOW_WRITTEN, size);
        break;
    }
    if (unlikely(was & WORD(SHADOW_RAN))) {
        code_overwritten(pc, address);
    }
}

/* One for each choice, as this is what costs. */
#define LOADED(name, memory, concurrency)                                                                   \
    static void name(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *opaque)            \
    {                                                                                                       \
        unsigned size = size_of(info);                                                                      \
                                                                                                            \
        if (concurrency) {                                                                                  \
            torn_load(pc_of(opaque), address, check_value(), size);                                         \
        }                                                                                                   \
        if (memory) {                                                                                       \
            memory_loaded(pc_of(opaque), address, size);                                                    \
        }                                                                                                   \
    }
LOADED(loaded_memory, true, false)
LOADED(loaded_concurrency, false, true)
LOADED(loaded_both, true, true)

#define STORED(name, memory, concurrency)                                                                   \
    static void name(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *opaque)            \
    {                                                                                                       \
        unsigned size = size_of(info);                                                                      \
                                                                                                            \
        if (concurrency && unlikely(torn_store_matters(address))) {                                         \
            torn_stored(pc_of(opaque), address, check_value(), size);                                       \
        }                                                                                                   \
        if (memory) {                                                                                       \
            memory_stored(pc_of(opaque), address, size);                                                    \
        }                                                                                                   \
    }
STORED(stored_memory, true, false)
STORED(stored_concurrency, false, true)
STORED(stored_both, true, true)

/* ---- Several words by one instruction: told of with the last one ---- */

static unsigned words_of(void *opaque)
{
    return (uintptr_t)opaque >> 32;
}

static void words_loaded(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *opaque)
{
    unsigned words = words_of(opaque);
    uint32_t first = address - 4 * (words - 1);
    const uint8_t *at = shadow_at(first);

    if (likely(at && !dma_may_be_at(first, 4 * words))) {
        for (unsigned i = 0; i < words; i++) {
            if (unlikely(!ldl_he_p(at + 4 * i))) {
                look_at_load(pc_of(opaque), first + 4 * i, 4);
            }
        }
    } else if (unlikely(at || first < NULL_SIZE)) {
        for (unsigned i = 0; i < words; i++) {
            memory_loaded(pc_of(opaque), first + 4 * i, 4);
        }
    }
}

/* What others have to know of it, of each word. */
static __attribute__((noinline)) void words_torn(uint32_t pc, uint32_t first, unsigned words)
{
    for (unsigned i = 0; i < words; i++) {
        uint32_t address = first + 4 * i, value;

        if (torn_store_matters(address) && guest_read_word(address, &value)) {
            torn_stored(pc, address, value, 4);
        }
    }
}

static inline QEMU_ALWAYS_INLINE void words_stored(uint32_t pc, uint32_t first, unsigned words)
{
    uint8_t *at = shadow_at(first);
    uint32_t was = 0;

    if (unlikely(!at)) {
        for (unsigned i = 0; i < words; i++) {
            memory_stored(pc, first + 4 * i, 4);
        }
        return;
    }
    for (unsigned i = 0; i < words; i++) {
        was |= ldl_he_p(at + 4 * i);
        stl_he_p(at + 4 * i, WORD(SHADOW_WRITTEN));
    }
    last_store = first;
    if (unlikely(was & WORD(SHADOW_RAN))) {
        code_overwritten(pc, first);
    }
}

#define WORDS_STORED(name, memory, concurrency)                                                             \
    static void name(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *opaque)            \
    {                                                                                                       \
        unsigned words = words_of(opaque);                                                                  \
        uint32_t first = address - 4 * (words - 1);                                                         \
        bool any = torn_changes;                                                                            \
                                                                                                            \
        for (unsigned i = 0; concurrency && i < words; i++) {                                               \
            any |= torn_filter & torn_bit(first + 4 * i);                                                   \
        }                                                                                                   \
        if (concurrency && unlikely(any)) {                                                                 \
            words_torn(pc_of(opaque), first, words);                                                        \
        }                                                                                                   \
        if (memory) {                                                                                       \
            words_stored(pc_of(opaque), first, words);                                                      \
        }                                                                                                   \
    }
WORDS_STORED(words_stored_memory, true, false)
WORDS_STORED(words_stored_concurrency, false, true)
WORDS_STORED(words_stored_both, true, true)

/* ---- Instructions ---- */

static void moves_stack(unsigned vcpu, void *opaque)
{
    uintptr_t all = (uintptr_t)opaque;

    stack_moves(all, all >> 32);
}

static void moves_stack_by(unsigned vcpu, void *opaque)
{
    uintptr_t all = (uintptr_t)opaque;

    stack_moves(all, check_register(all >> 32));
}

/* The first instruction of a function. */
static void enters(unsigned vcpu, void *opaque)
{
    stack_check_alignment((uintptr_t)opaque);
    moves_stack(vcpu, opaque);
}

static void passes_barrier(unsigned vcpu, void *opaque)
{
    barriers_passed();
}

static void enters_bootloader(unsigned vcpu, void *opaque)
{
    boot_entered();
}

static void called(unsigned vcpu, void *opaque)
{
    rtos_called(opaque);
}

/* A literal, which is in flash or beside the code; POP and the like, of what has been pushed. */
static bool is_plain_load(const Insn *i)
{
    return (i->kind == INSN_LOAD && i->reads == 1 << 15) ||
           ((i->kind == INSN_LOADS || i->kind == INSN_JUMP) && i->reads == 1 << 13);
}

static qemu_plugin_vcpu_mem_cb_t store_callback(bool words, bool memory, bool concurrency)
{
    if (words) {
        return !concurrency ? words_stored_memory : memory ? words_stored_both : words_stored_concurrency;
    }
    return !concurrency ? stored_memory : memory ? stored_both : stored_concurrency;
}

static void add_accesses(struct qemu_plugin_insn *insn, const Insn *i, uint32_t pc)
{
    void *data = (void *)((uintptr_t)i->words << 32 | pc);
    unsigned skip = i->words ? i->words - 1 : 0;
    bool memory = has(CHECK_MEMORY), concurrency = has(CHECK_CONCURRENCY), torn = concurrency && torn_is_possible(pc, i);

    if ((memory || torn) && !is_plain_load(i)) {
        qemu_plugin_builtin_mem_cb(insn, i->words ? words_loaded : !torn ? loaded_memory : memory ? loaded_both
                                   : loaded_concurrency, QEMU_PLUGIN_MEM_R, skip, data);
    }
    if (memory || concurrency) {
        qemu_plugin_builtin_mem_cb(insn, store_callback(i->words, memory, concurrency), QEMU_PLUGIN_MEM_W, skip, data);
    }
}

static void add_insn(struct qemu_plugin_insn *insn)
{
    uint32_t opcode = 0, pc = qemu_plugin_insn_vaddr(insn);
    Insn i;

    qemu_plugin_insn_data(insn, &opcode, sizeof(opcode));
    i = insn_decode(opcode);
    if (has(CHECK_MEMORY) && i.down) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, stack_is_entry(pc) ? enters : moves_stack, QEMU_PLUGIN_CB_R_REGS,
                                               (void *)((uintptr_t)i.down << 32 | pc));
    }
    if (has(CHECK_MEMORY) && i.down_by) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, moves_stack_by, QEMU_PLUGIN_CB_R_REGS,
                                               (void *)((uintptr_t)ctz32(i.down_by) << 32 | pc));
    }
    if (has(CHECK_MEMORY) && is_barrier(opcode)) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, passes_barrier, QEMU_PLUGIN_CB_NO_REGS, NULL);
    }
    add_accesses(insn, &i, pc);
    if (has(CHECK_MEMORY) && shadow_at(pc)) {
        code_translated(pc);
    }
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    uint32_t pc = qemu_plugin_tb_vaddr(tb);
    const RtosCall *call = has(CHECK_RTOS) ? rtos_call(pc) : NULL;

    if (has(CHECK_MEMORY) && last_store && shadow_at(pc)) {
        struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, qemu_plugin_tb_n_insns(tb) - 1);

        barriers_fresh_code(pc, qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last) - pc);
    }
    if (has(CHECK_MEMORY) && boot_is_entry(pc)) {
        qemu_plugin_register_vcpu_tb_exec_cb(tb, enters_bootloader, QEMU_PLUGIN_CB_R_REGS, NULL);
    }
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        add_insn(qemu_plugin_tb_get_insn(tb, i));
    }
    if (call) {
        qemu_plugin_register_vcpu_tb_exec_cb(tb, called, QEMU_PLUGIN_CB_R_REGS, (void *)call);
    }
}

/* ---- Exceptions ---- */

enum { SYSTICK = 15, PRIMASK = 16, CONTROL = 20 };

static void taken(int exception, uint32_t frame, uint32_t pc)
{
    if (has(CHECK_MEMORY)) {
        uint8_t *at = frame ? shadow_at(frame) : NULL;

        barriers_passed();
        barriers_note_control();
        if (at) {
            memset(at, SHADOW_WRITTEN, 32);
            stack_frame_pushed(frame, pc);
        } else {
            stack_changes();
        }
    }
    if (has(CHECK_CONCURRENCY) && frame) {
        torn_taken(frame, pc);
    }
    if (has(CHECK_TIME)) {
        handlers_taken(exception);
        masks_taken(exception);
    }
}

static void returns(int exception)
{
    if (has(CHECK_TIME)) {
        handlers_return(exception);
    }
}

static void resumed(uint32_t frame)
{
    if (has(CHECK_MEMORY)) {
        stack_changes();
        barriers_passed();
        barriers_note_control();
    }
    if (has(CHECK_CONCURRENCY)) {
        torn_resumed(frame);
    }
}

static void pended(int exception, bool was)
{
    if (has(CHECK_TIME)) {
        handlers_pended(exception, was);
        if (exception != SYSTICK || handlers_have_ticked()) {
            masks_pended(exception);
        }
    }
}

static void ticked(bool was)
{
    if (has(CHECK_TIME)) {
        handlers_ticked(was);
    }
}

static void special(unsigned reg, uintptr_t ra)
{
    uint32_t pc;

    if (reg < PRIMASK || reg == CONTROL) {
        stack_changes();
        if (reg == CONTROL && has(CHECK_MEMORY)) {
            barriers_control(check_pc(ra));
        }
        return;
    }
    pc = check_pc(ra);
    if (has(CHECK_TIME)) {
        masks_written(reg, pc);
    }
    if (has(CHECK_RTOS)) {
        rtos_masked(reg, pc);
    }
}

static const ARMv7MWatch watch = {
    .taken = taken, .returns = returns, .resumed = resumed, .pended = pended, .ticked = ticked,
    .special = special,
};

/* ---- The beginning ---- */

static void forget(bool is_reset)
{
    stack_forget();
    barriers_passed();
    barriers_note_control();
    torn_forget();
    handlers_forget(!is_reset);
    masks_forget();
    dma_check_forget();
}

static void reset(void *opaque)
{
    forget(true);
    if (has(CHECK_MEMORY)) {
        shadow_forget_code();
    }
}

void checks_forget(void)
{
    if (checks_wanted) {
        forget(false);
        shadow_forget();
    }
}

void checks_begin(const ChecksChip *chip)
{
    checks_chip = chip;
    if (!checks_wanted) {
        return;
    }
    check_begin();
    shadow_begin();
    if (has(CHECK_MEMORY)) {
        dma_check_begin();
    }
    if (has(CHECK_TIME)) {
        handlers_begin();
    }
    exceptions_watch(&watch);
    qemu_register_reset(reset, NULL);
    qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_add_builtin(), translated);
}
