/*
 * A module on I2C that a part is: the slave at the socket of its SCL and SDA, whose bytes the part takes and gives.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_I2C_MODULE_H
#define STM32_BOARD_PARTS_I2C_MODULE_H

#include "stm32/board/parts/part.h"
#include "stm32/core/pins/i2c_socket.h"

typedef struct I2cModuleOps {
    void (*start)(Part *part, bool read);       /* it has been addressed; or NULL */
    void (*take)(Part *part, uint8_t byte);
    uint8_t (*give)(Part *part);
} I2cModuleOps;

typedef struct I2cModule {
    I2cSocket socket;
    struct I2cModuleSlave *slave;
} I2cModule;

bool i2c_module_init(I2cModule *m, Part *part, Pin *scl, Pin *sda, uint8_t address, const I2cModuleOps *ops,
                     Error **errp);
void i2c_module_set_address(I2cModule *m, uint8_t address);

#define VMSTATE_I2C_MODULE(field, State) VMSTATE_I2C_SOCKET(field.socket, State)

#endif
