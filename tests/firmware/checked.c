/*
 * Mistakes that -machine checks=all looks for, each beside a twin that is right: bad_... and good_...
 *
 * A kernel that is none has FreeRTOS' names.  The order counts: the overflow of the main stack comes last.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define NOINLINE        __attribute__((noinline))
#define WORD(address)   (*(volatile uint32_t *)(address))
#define UNUSED_RAM      0x20010000      /* between variables and the stack */
#define ICSR            0xe000ed04
#define PENDSVSET       (1u << 28)
#define PENDSTSET       (1u << 26)
#define PENDSTCLR       (1u << 25)
#define IPR(n)          (*(volatile uint8_t *)(0xe000e400 + (n)))
#define TIM2_IRQ        28

static void (*volatile in_handler)(void);       /* what TIM2's handler does */
static void (*volatile in_pendsv)(void);

static void set_primask(bool on)
{
    __asm__ volatile("msr primask, %0" : : "r"(on) : "memory");
}

static void wait_us(uint32_t us)                 /* at 16 MHz */
{
    uint32_t from = DWT_CYCCNT;

    while (DWT_CYCCNT - from < us * 16) {
    }
}

/* ---- memory ---- */

NOINLINE static void bad_mem002(void)
{
    mailbox[1] = WORD(UNUSED_RAM) + 1;
}

/* A structure is copied as it is; one half of it has been written. */
NOINLINE static void good_copy(void)
{
    WORD(UNUSED_RAM + 0x100) = 1;
    WORD(UNUSED_RAM + 0x200) = WORD(UNUSED_RAM + 0x100) + 1;
    WORD(UNUSED_RAM + 0x204) = WORD(UNUSED_RAM + 0x104);
    *(volatile uint8_t *)(UNUSED_RAM + 0x300) = 1;
    mailbox[1] = WORD(UNUSED_RAM + 0x300) + 1;
}

static volatile uint32_t magic __attribute__((noinit));

/* Has it survived a reset? */
NOINLINE static void good_noinit(void)
{
    mailbox[1] = magic == 0xb007;
}

NOINLINE static void bad_mem003(uint32_t *pointer)
{
    pointer[2] = 5;
}

NOINLINE static void bad_mem004(volatile uint32_t *pointer)
{
    mailbox[1] = pointer[4];
}

static uint16_t instructions[2];
static const uint16_t in_flash[2] = { 0x4770, 0x4770 };        /* BX LR */

NOINLINE static void run(const void *code)
{
    __asm__ volatile("dsb\n isb\n blx %0" : : "r"((uint32_t)code | 1) : "lr", "r0", "r1", "r2", "r3", "r12", "memory");
}

NOINLINE static void bad_mem005(void)
{
    *(volatile uint16_t *)instructions = 0x4770;
    run(instructions);
}

__attribute__((section(".ramtext"), noinline)) static void in_ram(void)
{
    mailbox[2]++;
}

NOINLINE static void bad_mem006(void)
{
    WORD(((uint32_t)in_ram & ~3u) + 4) = 0;
}

static volatile uint32_t copied[64];

static void copy_by_dma(uint32_t *to, uint32_t bytes)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA2EN;
    (void)REG(RCC, RCC_AHB1ENR);
    REG(DMA2, DMA_LIFCR) = 0x3d;
    REG(DMA2, DMA_S0PAR) = 0x08000000;
    REG(DMA2, DMA_S0M0AR) = (uint32_t)to;
    REG(DMA2, DMA_S0NDTR) = bytes / 4;
    REG(DMA2, DMA_S0CR) = 2 << 6 | 1 << 9 | 1 << 10 | 2 << 11 | 2 << 13 | 1;
}

static void wait_for_dma(void)
{
    while (!(REG(DMA2, DMA_LISR) & 0x20)) {
    }
}

NOINLINE static void bad_mem007(void)
{
    volatile uint32_t gone[256];

    gone[0] = 0;
    copy_by_dma((uint32_t *)gone, sizeof(gone));
}

static void send_by_dma(const volatile uint32_t *from, uint32_t bytes)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA1EN | RCC_AHB1ENR_GPIOAEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_USART2EN;
    (void)REG(RCC, RCC_APB1ENR);
    REG(GPIOA, GPIO_AFRL) |= 7 << 8;
    REG(GPIOA, GPIO_MODER) |= 2 << 4;
    REG(USART2, USART_BRR) = 0x10;
    REG(USART2, USART_CR3) = 1 << 7;
    REG(USART2, USART_CR1) = 1 << 13 | 1 << 3;
    REG(DMA1, DMA_HIFCR) = 0x3d << 16;
    REG(DMA1, DMA_S6PAR) = USART2 + USART_DR;
    REG(DMA1, DMA_S6M0AR) = (uint32_t)from;
    REG(DMA1, DMA_S6NDTR) = bytes;
    REG(DMA1, DMA_S6CR) = 4 << 25 | 1 << 10 | 1 << 6 | 1;
}

static void wait_for_sent(void)
{
    while (!(REG(DMA1, DMA_HISR) & 1 << 21)) {
    }
}

NOINLINE static void bad_mem011(void)
{
    volatile uint32_t gone[8];

    for (unsigned i = 0; i < 8; i++) {
        gone[i] = i;
    }
    send_by_dma(gone, sizeof(gone));
}

NOINLINE static void good_sent(void)
{
    volatile uint32_t stays[8];

    for (unsigned i = 0; i < 8; i++) {
        stays[i] = i;
    }
    send_by_dma(stays, sizeof(stays));
    wait_for_sent();
}

NOINLINE static void good_dma(void)
{
    volatile uint32_t stays[64];

    copy_by_dma((uint32_t *)stays, sizeof(stays));
    wait_for_dma();
    mailbox[1] = stays[3] + 1;
}

NOINLINE static void bad_mem008(void)
{
    copied[63] = 0;
    copy_by_dma((uint32_t *)copied, sizeof(copied));
    mailbox[1] = copied[63] + 1;
    wait_for_dma();
}

NOINLINE static uint32_t recurse(uint32_t n, volatile uint32_t *outer)
{
    volatile uint32_t here[250];

    here[0] = n;
    return n ? recurse(n - 1, here) + here[0] + outer[0] : 0;
}

NOINLINE static void good_recursion(void)
{
    volatile uint32_t zero = 0;

    mailbox[1] = recurse(20, &zero);
}

NOINLINE static void bad_mem001_main(void)
{
    volatile uint32_t zero = 0;

    mailbox[1] = recurse(100, &zero);
}

static volatile uint32_t large = 100000;

/* Whose size is known when it runs, and of which the top is used only. */
NOINLINE static void bad_mem001_array(void)
{
    uint32_t size = large;
    volatile uint8_t array[size];

    array[size - 1] = 1;
    mailbox[1] = array[size - 1];
}

NOINLINE __attribute__((used)) static uint32_t calls(volatile uint32_t *words)
{
    return recurse(1, words) + 1;
}

NOINLINE __attribute__((used)) static void bad_mem009(void)
{
    volatile uint32_t zero = 0;

    mailbox[1] = calls(&zero);
}

NOINLINE __attribute__((used)) static void good_alignment(void)
{
    volatile uint32_t zero = 0;

    mailbox[1] = calls(&zero);
}

static void align(void)
{
    __asm__ volatile("sub sp, #4\n blx %0\n add sp, #4\n blx %1"
                     : : "r"(bad_mem009), "r"(good_alignment)
                     : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");
}

/* ---- concurrency ---- */

static volatile uint32_t counter, other;

static void count(void)
{
    counter++;
}

static void count_other(void)
{
    other++;
}

static void toggle_led(void)
{
    REG(GPIOD, GPIO_ODR) ^= 1 << 12;
}

/* @address is read, PendSV comes, @address is written with 1 more. */
static inline __attribute__((always_inline)) void add_interrupted(volatile uint32_t *address)
{
    __asm__ volatile("ldr r1, [%0]\n str %2, [%1]\n dsb\n adds r1, #1\n str r1, [%0]"
                     : : "r"(address), "r"(ICSR), "r"(PENDSVSET) : "r1", "cc", "memory");
}

NOINLINE static void bad_conc001(void)
{
    in_pendsv = count;
    add_interrupted(&counter);
}

/* Three times, each a load that may be lost. */
static void count_bits(void)
{
    __asm__ volatile("ldrb r1, [%0]\n adds r1, #8\n strb r1, [%0]\n ldrb r1, [%0]\n adds r1, #8\n strb r1, [%0]\n"
                     "ldrb r1, [%0]\n adds r1, #8\n strb r1, [%0]" : : "r"(&counter) : "r1", "cc", "memory");
}

/* Of a bit-field compilers read the word, and then the byte that they write. */
NOINLINE static void bad_conc001_bits(void)
{
    in_pendsv = count_bits;
    __asm__ volatile("ldr r1, [%0]\n ldrb r3, [%0]\n str %2, [%1]\n dsb\n adds r1, #1\n bfi r3, r1, #0, #3\n strb r3, [%0]"
                     : : "r"(&counter), "r"(ICSR), "r"(PENDSVSET) : "r1", "r3", "cc", "memory");
}

static volatile uint64_t long_counter;

static void count_long(void)
{
    __asm__ volatile("ldrd r2, r3, [%0]\n adds r2, #5\n adc r3, r3, #0\n strd r2, r3, [%0]"
                     : : "r"(&long_counter) : "r2", "r3", "cc", "memory");
}

/* Two words at once: LDRD and STRD. */
NOINLINE static void bad_conc001_long(void)
{
    in_pendsv = count_long;
    __asm__ volatile("ldrd r2, r3, [%0]\n str %2, [%1]\n dsb\n adds r2, #1\n adc r3, r3, #0\n strd r2, r3, [%0]"
                     : : "r"(&long_counter), "r"(ICSR), "r"(PENDSVSET) : "r2", "r3", "cc", "memory");
}

NOINLINE static void bad_conc002(void)
{
    in_pendsv = toggle_led;
    add_interrupted(&REG(GPIOD, GPIO_ODR));
}

NOINLINE static void good_conc(void)
{
    in_pendsv = count_other;
    add_interrupted(&counter);
    in_pendsv = count;
    set_primask(true);
    add_interrupted(&counter);
    set_primask(false);
    __asm__ volatile("1: ldrex r1, [%0]\n str %2, [%1]\n dsb\n adds r1, #1\n strex r2, r1, [%0]\n cmp r2, #0\n"
                     "beq 2f\n ldrex r1, [%0]\n adds r1, #1\n strex r2, r1, [%0]\n 2:"
                     : : "r"(&counter), "r"(ICSR), "r"(PENDSVSET) : "r1", "r2", "cc", "memory");
    /* read again, and only then changed */
    __asm__ volatile("ldr r1, [%0]\n str %2, [%1]\n dsb\n ldr r1, [%0]\n adds r1, #1\n str r1, [%0]"
                     : : "r"(&counter), "r"(ICSR), "r"(PENDSVSET) : "r1", "cc", "memory");
    /* what is written has nothing to do with what was read */
    __asm__ volatile("ldr r1, [%0]\n str %2, [%1]\n dsb\n movs r1, #1\n str r1, [%0]"
                     : : "r"(&counter), "r"(ICSR), "r"(PENDSVSET) : "r1", "cc", "memory");
}

/* ---- time ---- */

static volatile uint32_t interrupts;
static uint32_t handler_us;

static void spend_time(void)
{
    REG(TIM2, TIM_SR) = 0;
    wait_us(handler_us);
    if (++interrupts == 20) {
        REG(TIM2, TIM_CR1) = 0;
    }
}

static void run_timer(uint32_t period_us, uint32_t us)
{
    handler_us = us;
    interrupts = 0;
    in_handler = spend_time;
    REG(TIM2, TIM_ARR) = period_us * 16 - 1;
    REG(TIM2, TIM_EGR) = 1;
    REG(TIM2, TIM_SR) = 0;
    REG(TIM2, TIM_DIER) = 1;
    REG(TIM2, TIM_CR1) = 1;
    while (interrupts < 20) {
    }
    wait_us(200);
    REG(TIM2, TIM_DIER) = 0;
}

NOINLINE static void good_timer(void)
{
    run_timer(50, 20);
}

NOINLINE static void bad_time001(void)
{
    run_timer(50, 70);
}

/* What a kernel does: ticks come while interrupts are still off, which nobody counts yet, and it has chosen a first thread. */
NOINLINE static void good_kernel_start(void)
{
    set_primask(true);
    ticks_init(16000000);
    WORD(ICSR) = PENDSVSET;
    wait_us(5000);
    set_primask(false);
    SYST_CSR = 0;
}

/* SysTick that is pended again by the program, to have its handler look, is no tick that is lost. */
NOINLINE static void good_kick(void)
{
    set_primask(true);
    WORD(ICSR) = PENDSTSET;
    wait_us(100);
    WORD(ICSR) = PENDSTSET;
    WORD(ICSR) = PENDSTCLR;
    set_primask(false);
}

NOINLINE static void good_masked(void)
{
    set_primask(true);                  /* nobody waits */
    wait_us(3000);
    set_primask(false);
    ticks_init(16000000);
    for (unsigned i = 0; i < 5; i++) {
        wait_us(100);
        set_primask(true);
        wait_us(700);
        set_primask(false);
    }
}

NOINLINE static void bad_time003(void)
{
    set_primask(true);
    wait_us(3500);
    set_primask(false);
    SYST_CSR = 0;
}

/* ---- RTOS ---- */

static struct Task {
    uint32_t *top, lists[10], priority, *stack;
    char name[16];
} task;
static uint32_t task_stack[64] __attribute__((aligned(8)));
struct Task *volatile pxCurrentTCB;
volatile uint32_t uxSchedulerSuspended;

NOINLINE __attribute__((used)) void prvTaskExitError(void)
{
    __asm__ volatile("nop");            /* else it would be one of those below */
}

NOINLINE __attribute__((used)) void xQueueGenericSend(void)
{
    __asm__ volatile("");
}

NOINLINE __attribute__((used)) void vTaskDelay(void)
{
    __asm__ volatile("");
}

static void set_basepri(uint32_t priority)
{
    __asm__ volatile("msr basepri, %0" : : "r"(priority) : "memory");
}

NOINLINE static void critical_section(void)
{
    set_basepri(0x50);
    set_basepri(0);
}

static void interrupt(unsigned priority, void (*what)(void))
{
    in_handler = what;
    IPR(TIM2_IRQ) = priority;
    WORD(0xe000e200) = 1 << TIM2_IRQ;   /* ISPR */
    __asm__ volatile("dsb\n isb");
}

NOINLINE static void bad_rtos001(void)
{
    critical_section();
    mailbox[1]++;
}

NOINLINE static void good_from_isr(void)
{
    critical_section();
    mailbox[1]++;
}

NOINLINE static void bad_rtos002(void)
{
    SCB_AIRCR = 0x05fa0000 | 5 << 8;
    critical_section();
    SCB_AIRCR = 0x05fa0000 | 3 << 8;
}

NOINLINE static void bad_rtos003(void)
{
    xQueueGenericSend();
    mailbox[1]++;
}

NOINLINE static void bad_rtos004(void)
{
    set_basepri(0x50);
    vTaskDelay();
    set_basepri(0);
}

NOINLINE static void bad_rtos004_suspended(void)
{
    uxSchedulerSuspended = 1;
    vTaskDelay();
    uxSchedulerSuspended = 0;
}

NOINLINE static void bad_rtos005(void)
{
    prvTaskExitError();
    mailbox[1]++;
}

NOINLINE static void good_task(void)
{
    critical_section();
    vTaskDelay();
    xQueueGenericSend();
}

NOINLINE __attribute__((used)) uint32_t deep(volatile uint32_t *words, unsigned n)
{
    volatile uint32_t here[60];

    here[n] = words[n];
    return here[n] + 1;
}

NOINLINE __attribute__((used)) void bad_mem001_task(void)
{
    volatile uint32_t words[16];

    words[0] = 1;

    mailbox[1] = deep(words, 0);
}

NOINLINE __attribute__((used)) void good_task_stack(void)
{
    mailbox[1] = counter + 1;
    set_primask(false);
}

NOINLINE static void as_task(void (*what)(void))
{
    __asm__ volatile("mov r4, sp\n msr psp, %0\n mrs r5, control\n orr r5, #2\n msr control, r5\n isb\n"
                     "blx %1\n mrs r5, control\n bic r5, #2\n msr control, r5\n isb\n mov sp, r4"
                     : : "r"(&task_stack[60]), "r"(what)
                     : "r0", "r1", "r2", "r3", "r4", "r5", "r12", "lr", "cc", "memory");
}

static void rtos(void)
{
    task.stack = task_stack;
    task.name[0] = 'L';
    task.name[1] = 'E';
    task.name[2] = 'D';
    pxCurrentTCB = &task;
    good_task();
    interrupt(0x60, good_from_isr);
    interrupt(0, bad_rtos001);
    bad_rtos002();
    interrupt(0x60, bad_rtos003);
    bad_rtos004();
    bad_rtos004_suspended();
    bad_rtos005();
    as_task(good_task_stack);
    as_task(bad_mem001_task);
}

/* ---- All of it ---- */

void tim2_handler(void)
{
    in_handler();
}

void pendsv_handler(void)
{
    in_pendsv();
}

int main(void)
{
    for (unsigned i = 0; i < 16; i++) {
        mailbox[i] = 0;
    }
    cycles_init();
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIODEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM2EN;
    (void)REG(RCC, RCC_APB1ENR);
    REG(GPIOD, GPIO_MODER) = 0x55 << 24;
    irq_enable(TIM2_IRQ);
    bad_mem002();
    good_copy();
    good_noinit();
    bad_mem003((uint32_t *)mailbox[9]);
    bad_mem004((uint32_t *)mailbox[9]);
    run(in_flash);
    in_ram();
    bad_mem005();
    bad_mem006();
    good_dma();
    bad_mem007();
    wait_for_dma();
    good_sent();
    bad_mem011();
    wait_for_sent();
    bad_mem008();
    align();
    bad_conc001();
    bad_conc001_bits();
    bad_conc001_long();
    bad_conc002();
    good_conc();
    good_timer();
    bad_time001();
    good_kernel_start();
    good_kick();
    good_masked();
    bad_time003();
    rtos();
    good_recursion();
    bad_mem001_main();
    interrupt(0x60, good_recursion);    /* it is told once, until stacks change */
    bad_mem001_array();
    mailbox_finish();
}
