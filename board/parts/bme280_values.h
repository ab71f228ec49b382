/*
 * Raw values of a BME280, and its calibration.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_BME280_VALUES_H
#define STM32_BOARD_PARTS_BME280_VALUES_H

typedef struct Bme280Raw {
    uint32_t temperature, pressure;     /* 20 bits */
    uint16_t humidity;
} Bme280Raw;

/* 0.01 degrees, Pa, 0.001 per cent. */
Bme280Raw bme280_raw_of(int32_t temperature, int32_t pressure, int32_t humidity);
/* The byte of the register @at, which is of the calibration. */
uint8_t bme280_calibration(uint8_t at);

#endif
