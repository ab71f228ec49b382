/*
 * A walk over the guest's stack, see stack.h.  How a function finds its caller is in the firmware's debug
 * information (source.h); without it there is the place alone, and the caller of a function that has called
 * none yet.  Nothing on the stack is trusted: memory alone is read, and the number of steps has an end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/mistake/source.h"
#include "stm32/core/mistake/stack.h"
#include "stm32/core/symbols.h"

#define MAX_STEPS   48      /* calls and exceptions */
#define MAX_INLINED 16      /* at one of them */
#define TOLD        3       /* callers in a line */

enum { SP = 13, LR = 14, PC = 15 };

/* ---- Exceptions (ARMv7-M B1.5.6) ---- */

#define FRAME_WORDS     8
#define FRAME_WORDS_FPU 26
#define RETURN_PSP      4           /* bits of EXC_RETURN */
#define RETURN_NO_FPU   0x10
#define XPSR_PADDED     (1u << 9)

#define NO_CODE         0xe0000000  /* from here on: what the core begins with has no caller */

static bool is_exception_return(uint32_t address)
{
    uint32_t low = address & 0xf;

    return (address & ~0x1fu) == 0xffffffe0 && (low == 1 || low == 9 || low == 13);
}

/* The registers as an exception has put them to the stack at @sp.  False if there is no memory. */
static bool pop_exception(GuestRegisters *g, uint32_t sp, bool fpu)
{
    static const uint8_t order[] = { 0, 1, 2, 3, 12, LR, PC };
    uint32_t xpsr, word[ARRAY_SIZE(order)];

    for (unsigned i = 0; i < ARRAY_SIZE(order); i++) {
        if (!guest_read_word(sp + 4 * i, &word[i])) {
            return false;
        }
    }
    if (!guest_read_word(sp + 28, &xpsr)) {
        return false;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(order); i++) {
        g->r[order[i]] = word[i];
    }
    g->r[SP] = sp + 4 * (fpu ? FRAME_WORDS_FPU : FRAME_WORDS) + (xpsr & XPSR_PADDED ? 4 : 0);
    return true;
}

/* ---- Steps ---- */

/* What is known of @address, which is looked up @back bytes before: a call is before where it returns to. */
static void add_frames(GArray *frames, uint32_t address, unsigned back)
{
    GuestFrame found[MAX_INLINED] = { };
    unsigned n = source_find(address - back, found, MAX_INLINED);

    n = MAX(n, 1);
    for (unsigned i = 0; i < n; i++) {
        found[i].pc = address;
    }
    if (!found[n - 1].function) {
        found[n - 1].function = g_strdup(symbols_name(address - back));
    }
    g_array_append_vals(frames, found, n);
}

/* From the function at @at to who has called it: by what the compiler tells, or at its first by LR. */
static bool step_out(GuestRegisters *g, uint32_t at, bool first)
{
    uint32_t lr = g->r[LR];

    if (source_step_out(at, g->r, guest_read_word)) {
        return true;
    }
    if (first && (is_exception_return(lr) || (lr & 1 && symbols_name(lr - 2)))) {
        g->r[PC] = lr;
        return true;
    }
    return false;
}

GuestFrame *stack_walk(uint32_t pc, bool stacked, unsigned *n)
{
    GArray *frames = g_array_new(false, true, sizeof(GuestFrame));
    GuestRegisters g, was;
    unsigned back = 0;
    bool exact = true;

    guest_registers(&g, pc);
    if (stacked) {
        was = g;
        if (!pop_exception(&g, g.r[SP], false) || g.r[PC] != pc) {
            g = was;
        }
    }
    for (unsigned i = 0; i < MAX_STEPS; i++) {
        uint32_t at = g.r[PC] & ~1u;

        was = g;
        add_frames(frames, at, back);
        if (!step_out(&g, at - back, exact)) {
            break;
        }
        exact = is_exception_return(g.r[PC]);
        if (exact) {
            uint32_t form = g.r[PC];

            if (!pop_exception(&g, form & RETURN_PSP ? g.psp : g.r[SP], !(form & RETURN_NO_FPU))) {
                break;
            }
            g_array_index(frames, GuestFrame, frames->len - 1).interrupted = true;
        }
        back = exact ? 0 : 2;
        if ((!exact && (!(g.r[PC] & 1) || g.r[PC] >= NO_CODE)) || (g.r[PC] == was.r[PC] && g.r[SP] == was.r[SP])) {
            break;
        }
    }
    *n = frames->len;
    return (GuestFrame *)g_array_free(frames, false);
}

/* ---- Words ---- */

/* "main.c:31"; a file below the working directory has its folders, so a terminal can open it. */
static void append_source(GString *line, const GuestFrame *f)
{
    g_autofree char *here = g_get_current_dir();
    size_t length = strlen(here);
    const char *slash = strrchr(f->file, '/');

    if (!strncmp(f->file, here, length) && f->file[length] == '/') {
        g_string_append(line, f->file + length + 1);
    } else {
        g_string_append(line, slash ? slash + 1 : f->file);
    }
    if (f->line) {
        g_string_append_printf(line, ":%u", f->line);
    }
}

void stack_describe(GString *line, const GuestFrame *frame, unsigned n)
{
    unsigned told = 0;

    if (n && frame[0].file) {
        g_string_append(line, ", ");
        append_source(line, &frame[0]);
    }
    for (unsigned i = 1; i < n && told < TOLD && frame[i].function; i++, told++) {
        const GuestFrame *before = &frame[i - 1];

        g_string_append_printf(line, "%s %s", before->inlined ? ", inlined in" : before->interrupted
                               ? ", which interrupts" : told ? "," : ", called from", frame[i].function);
        if (frame[i].file) {
            g_string_append_c(line, ' ');
            append_source(line, &frame[i]);
        }
    }
}
