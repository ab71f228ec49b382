/*
 * AN3155: USART1 (PA9, PA10) and USART3 (PB10, PB11 or PC10, PC11), 8 bits, even parity.
 *
 * The host's first byte is 0x7f, and its rate is what the time of its seven ones says.  A host whose bytes come
 * without edges, a chardev, has any rate.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bootloader.h"

#define CALL 0x7f

/* Where a host can be: a pin for each way in. */
static const struct way {
    uint32_t usart, port;
    uint8_t tx, rx, mhz;
} ways[] = {
    { USART1, GPIOA, 9, 10, PCLK2_MHZ },
    { USART3, GPIOB, 10, 11, PCLK1_MHZ },
    { USART3, GPIOC, 10, 11, PCLK1_MHZ },
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

static uint32_t usart;          /* of the host that has called */
static uint8_t data[BLOCK + 2];

static void route(const struct way *w, bool on)
{
    set_field(&REG(w->port, GPIO_PUPDR), 3u << 2 * w->rx, 1);
    set_field(&REG(w->port, GPIO_AFRH), 0xfu << 4 * (w->rx - 8), 7);
    set_field(&REG(w->port, GPIO_AFRH), 0xfu << 4 * (w->tx - 8), 7);
    set_field(&REG(w->port, GPIO_MODER), 3u << 2 * w->rx, on ? 2 : 0);
    set_field(&REG(w->port, GPIO_MODER), 3u << 2 * w->tx, on ? 2 : 0);
}

/* @brr: the clock's periods for a bit. */
static void open(uint32_t base, uint32_t brr)
{
    REG(base, USART_CR1) = 0;
    REG(base, USART_BRR) = brr;
    REG(base, USART_CR1) = USART_CR1_UE | USART_CR1_M | USART_CR1_PCE | USART_CR1_TE | USART_CR1_RE;
}

void serial_start(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOCEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_USART3EN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_USART1EN;
    (void)REG(RCC, RCC_APB2ENR);
    for (unsigned i = 0; i < WAYS; i++) {
        route(&ways[i], i < 2);
    }
    open(USART1, PCLK2_MHZ * 1000000 / 115200);
    open(USART3, PCLK1_MHZ * 1000000 / 115200);
}

/* ---- Who calls ---- */

static bool level(const struct way *w)
{
    return REG(w->port, GPIO_IDR) >> w->rx & 1;
}

static void wait_for_level(const struct way *w, bool high)
{
    while (level(w) != high && !(SYST_CSR >> 16 & 1)) {
    }
}

/* The line has just gone low: HCLK's cycles for a bit, 0 if it is no 0x7f. */
static uint32_t measure(const struct way *w)
{
    uint32_t from, to;

    SYST_RVR = 0xffffff;                /* a quarter of a second */
    SYST_CVR = 0;
    SYST_CSR = 5;
    wait_for_level(w, true);
    from = SYST_CVR;
    wait_for_level(w, false);
    to = SYST_CVR;
    wait_for_level(w, true);
    SYST_CSR = 0;
    return from > to ? (from - to + 3) / 7 : 0;
}

static uint8_t get(void)
{
    while (!(REG(usart, USART_SR) & USART_SR_RXNE)) {
        memory_feed_watchdog();
    }
    return REG(usart, USART_DR);
}

static void put(uint8_t byte)
{
    while (!(REG(usart, USART_SR) & USART_SR_TXE)) {
    }
    REG(usart, USART_DR) = byte;
}

static void drain(void)
{
    while (!(REG(usart, USART_SR) & USART_SR_TC)) {
    }
}

static bool is_called(const struct way *w)
{
    uint32_t bit;

    if (!level(w)) {
        bit = measure(w) * w->mhz / HCLK_MHZ;
        if (bit < 16 || bit > 0xffff) {
            return false;
        }
        route(w, true);
        open(w->usart, bit);
        (void)REG(w->usart, USART_SR);          /* what it has made of the call is not to stay */
        (void)REG(w->usart, USART_DR);
        return true;
    }
    return REG(w->usart, USART_SR) & USART_SR_RXNE && (REG(w->usart, USART_DR) & 0xff) == CALL;
}

/* ---- Commands: each is what its chapter says, after the ACK of its two bytes ---- */

static bool answer(bool well)
{
    put(well ? ACK : NACK);
    return well;
}

/* @length bytes and their checksum: right? */
static bool take(unsigned length)
{
    uint8_t sum = 0;

    for (unsigned i = 0; i <= length; i++) {
        data[i] = get();
        sum ^= data[i];
    }
    return length > 1 ? !sum : (data[0] ^ data[1]) == 0xff;
}

static bool take_address(uint32_t *address)
{
    bool well = take(4);

    *address = (uint32_t)data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3];
    return well;
}

static void get_commands(void)
{
    static const uint8_t list[] = { 11, VERSION, GET, GET_VERSION, GET_ID, READ, GO, WRITE, ERASE_EXTENDED,
                                    WRITE_PROTECT, WRITE_UNPROTECT, READOUT_PROTECT, READOUT_UNPROTECT };

    for (unsigned i = 0; i < sizeof(list); i++) {
        put(list[i]);
    }
    put(ACK);
}

static void get_version(void)
{
    put(VERSION);
    put(0);
    put(0);
    put(ACK);
}

static void get_id(void)
{
    put(1);
    put(CHIP_ID >> 8);
    put(CHIP_ID & 0xff);
    put(ACK);
}

static void read_memory(void)
{
    uint32_t address;

    if (!answer(take_address(&address) && memory_can_read(address, 1)) || !answer(take(1))) {
        return;
    }
    for (unsigned i = 0, n = data[0] + 1u; i < n; i++) {
        put(memory_read(address + i));
    }
}

static void go(void)
{
    uint32_t address;

    if (answer(take_address(&address) && memory_can_go(address))) {
        drain();
        dfu_stop();
        memory_go(address);
    }
}

static void write_memory(void)
{
    uint32_t address;
    unsigned length;
    uint8_t sum;

    if (!answer(take_address(&address) && memory_can_write(address, 1))) {
        return;
    }
    length = get() + 1u;
    sum = length - 1;
    for (unsigned i = 0; i <= length; i++) {
        data[i] = get();
        sum ^= data[i];
    }
    if (answer(!sum && memory_can_write(address, length) && memory_write(address, data, length))
        && memory_is_option(address)) {
        drain();
        memory_reset();
    }
}

static bool erase_sectors(unsigned count)
{
    uint8_t sum = (count - 1) >> 8 ^ (count - 1);
    uint16_t sectors = 0;
    bool well = true;

    for (unsigned i = 0; i < count; i++) {
        unsigned high = get(), low = get();

        sum ^= high ^ low;
        well &= !high && low < SECTORS;
        sectors |= well ? 1 << low : 0;
    }
    well &= get() == sum;
    return well && memory_erase_sectors(sectors);
}

static void erase(void)
{
    unsigned count = get() << 8;

    count |= get();
    if (count >= 0xfff0) {                      /* 0xffff: all; there are no banks to erase */
        answer(get() == (uint8_t)(count >> 8 ^ count) && count == 0xffff && memory_erase_all());
    } else {
        answer(erase_sectors(count + 1));
    }
}

static void protect_sectors(void)
{
    unsigned count = get() + 1u;
    uint8_t sum = count - 1;
    uint32_t sectors = 0;
    bool well = true;

    for (unsigned i = 0; i < count; i++) {
        unsigned sector = get();

        sum ^= sector;
        well &= sector < SECTORS;
        sectors |= well ? 1 << sector : 0;
    }
    if (answer(get() == sum && well)) {
        memory_protect_sectors(sectors, true);
        drain();
        memory_reset();
    }
}

static void protect(uint8_t command)
{
    if (command == WRITE_UNPROTECT) {
        memory_protect_sectors(0xfff, false);
    } else {
        memory_protect_reading(command == READOUT_PROTECT);
    }
    answer(true);
    drain();
    memory_reset();
}

static bool is_known(uint8_t command)
{
    static const uint8_t open_ones[] = { GET, GET_VERSION, GET_ID, READOUT_UNPROTECT };
    static const uint8_t others[] = { READ, GO, WRITE, ERASE_EXTENDED, WRITE_PROTECT, WRITE_UNPROTECT, READOUT_PROTECT };

    for (unsigned i = 0; i < sizeof(open_ones); i++) {
        if (command == open_ones[i]) {
            return true;
        }
    }
    for (unsigned i = 0; i < sizeof(others); i++) {
        if (command == others[i]) {
            return !memory_is_protected();
        }
    }
    return false;
}

static void serve(uint8_t command)
{
    switch (command) {
    case GET:                   get_commands();         break;
    case GET_VERSION:           get_version();          break;
    case GET_ID:                get_id();               break;
    case READ:                  read_memory();          break;
    case GO:                    go();                   break;
    case WRITE:                 write_memory();         break;
    case ERASE_EXTENDED:        erase();                break;
    case WRITE_PROTECT:         protect_sectors();      break;
    default:                    protect(command);       break;
    }
}

void serial_poll(void)
{
    for (unsigned i = 0; i < WAYS; i++) {
        if (is_called(&ways[i])) {
            dfu_stop();
            usart = ways[i].usart;
            put(ACK);
            for (;;) {
                uint8_t command = get();

                if (answer((get() ^ command) == 0xff && is_known(command))) {
                    serve(command);
                }
            }
        }
    }
}
