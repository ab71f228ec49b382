/*
 * What programs are made of, without a device: a list that is searched, turned and sorted, matrices, a state machine
 * over text, a CRC of the results.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bench.h"

#define ROUNDS 60000
#define ITEMS 64
#define N 10

typedef struct Item {
    struct Item *next;
    int16_t key, value;
} Item;

static Item items[ITEMS];
static int16_t a[N * N], b[N * N];
static int32_t c[N][N];

static uint16_t crc16(uint16_t crc, uint32_t word)
{
    for (unsigned i = 0; i < 16; i++) {
        uint16_t bit = (crc ^ word) & 1;

        crc >>= 1;
        word >>= 1;
        crc ^= bit ? 0xa001 : 0;
    }
    return crc;
}

static Item *turn(Item *list)
{
    Item *turned = 0;

    while (list) {
        Item *next = list->next;

        list->next = turned;
        turned = list;
        list = next;
    }
    return turned;
}

static Item *insert_sorted(Item *list, Item *item)
{
    Item **at = &list;

    while (*at && (*at)->key < item->key) {
        at = &(*at)->next;
    }
    item->next = *at;
    *at = item;
    return list;
}

static Item *sort(Item *list)
{
    Item *sorted = 0;

    while (list) {
        Item *next = list->next;

        sorted = insert_sorted(sorted, list);
        list = next;
    }
    return sorted;
}

__attribute__((noinline)) static uint32_t lists(uint32_t seed)
{
    Item *list = 0, *found;
    uint32_t sum = 0;

    for (unsigned i = 0; i < ITEMS; i++) {
        seed = seed * 1664525 + 1013904223;
        items[i] = (Item) { .next = list, .key = seed >> 20, .value = i };
        list = &items[i];
    }
    list = turn(sort(turn(list)));
    for (found = list; found && found->value != 5; found = found->next) {
        sum += found->key;
    }
    return sum;
}

__attribute__((noinline)) static uint32_t matrices(uint32_t seed)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < N * N; i++) {
        a[i] = seed + i;
        b[i] = seed - 3 * i;
    }
    for (unsigned i = 0; i < N; i++) {
        for (unsigned j = 0; j < N; j++) {
            c[i][j] = 0;
            for (unsigned k = 0; k < N; k++) {
                c[i][j] += a[N * i + k] * b[N * k + j];
            }
            sum += c[i][j] >> 3;
        }
    }
    return sum;
}

/* Numbers in text: how many of which kind? */
__attribute__((noinline)) static uint32_t states(uint32_t seed)
{
    static const char text[] = "5012,1.234e-5,-7,+0x1f,T0.3e-1F,87654,.5,1e+9,q,-110.700,-.123,";
    enum { START, SIGN, INTEGER, FRACTION, EXPONENT, INVALID } state = START;
    uint32_t count[6] = { 0 };

    for (const char *s = text + seed % 7; *s; s++) {
        bool digit = *s >= '0' && *s <= '9';

        if (*s == ',') {
            count[state]++;
            state = START;
            continue;
        }
        switch (state) {
        case START:
            state = digit ? INTEGER : *s == '+' || *s == '-' ? SIGN : *s == '.' ? FRACTION : INVALID;
            break;
        case SIGN:
            state = digit ? INTEGER : *s == '.' ? FRACTION : INVALID;
            break;
        case INTEGER:
            state = digit ? INTEGER : *s == '.' ? FRACTION : *s == 'e' ? EXPONENT : INVALID;
            break;
        case FRACTION:
            state = digit ? FRACTION : *s == 'e' ? EXPONENT : INVALID;
            break;
        case EXPONENT:
            state = digit || *s == '+' || *s == '-' ? EXPONENT : INVALID;
            break;
        default:
            break;
        }
    }
    return count[INTEGER] | count[FRACTION] << 8 | count[EXPONENT] << 16 | count[INVALID] << 24;
}

int main(void)
{
    volatile uint16_t result;
    uint16_t crc = 0xffff;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        crc = crc16(crc, lists(i));
        crc = crc16(crc, matrices(i));
        crc = crc16(crc, states(i));
    }
    result = crc;
    (void)result;
    leave();
}
