/*
 * Mistakes with I2C, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(I2C001, ERROR, "RM0090 27",
        "no pin for SCL or SDA: nobody is reached",
        "set MODER and AFR of its port")
MISTAKE(I2C002, ERROR, "RM0090 27",
        "SCL or SDA is push-pull",
        "set OTYPER of its port, the bus is open drain")
MISTAKE(I2C003, ERROR, "RM0090 27",
        "nobody pulls SCL or SDA up: the bus stays busy",
        "it needs resistors, or PUPDR of its port")
MISTAKE(I2C004, ERROR, "RM0090 27",
        "CR2.FREQ is not in the range that is allowed",
        "write PCLK1 in MHz into CR2.FREQ")
MISTAKE(I2C005, ERROR, "RM0090 27",
        "CR2.FREQ is not PCLK1: the times are wrong",
        "write PCLK1 in MHz into CR2.FREQ")
MISTAKE(I2C006, ERROR, "RM0090 27",
        "CCR.CCR is less than is allowed",
        "raise CCR.CCR")
MISTAKE(I2C007, ERROR, "RM0090 27",
        "STOP or START set while DR still holds a byte: it is not sent",
        "wait for TXE, or BTF, before")
MISTAKE(I2C008, ERROR, "RM0090 27",
        "START, STOP or ACK set while PE is 0: it is cleared at once",
        "set PE first")
MISTAKE(I2C009, ERROR, "RM0090 27",
        "PE cleared in the middle of a transfer: it goes on, and keeps the bus",
        "wait until the transfer has ended (SR2.BUSY)")
MISTAKE(I2C010, ERROR, "RM0090 27",
        "a register is changed while PE is 1 that has to stay",
        "clear PE first")
MISTAKE(I2C011, ERROR, "RM0090 27",
        "an address is written to DR, but SR1 has not been read since SB or ADD10 was set",
        "read SR1, then write DR")
MISTAKE(I2C012, ERROR, "RM0090 27",
        "DR written while TXE is 0: what was there before is lost",
        "wait for SR1.TXE")
MISHAP(I2C013, ERROR, "RM0090 27.6.7",
        "START waits, for the bus is busy and nobody of this chip has it",
        "look who holds SCL or SDA low: a part without supply, or one that was stopped in the middle "
        "of a byte: nine clocks by GPIO, then SWRST")
MISTAKE(I2C014, SUSPICIOUS, "RM0090 27.6.5",
        "nobody has the address that is written to DR, but a part has that number for its 7 bits",
        "shift the 7 bits left by one, bit 0 of DR is the direction; HAL_I2C_... takes it shifted, too")
