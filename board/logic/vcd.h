/*
 * A VCD file (IEEE 1364, value change dump) that is being written: variables, and their values at times that do not
 * go back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LOGIC_VCD_H
#define STM32_BOARD_LOGIC_VCD_H

typedef enum VcdKind {
    VCD_LEVEL,                  /* VcdLevel */
    VCD_VOLTAGE,                /* microvolts; shown as volts */
    VCD_NUMBER,                 /* 16 bits */
    VCD_NAME,                   /* a GQuark of what is a string in the file, as GTKWave has it; 0: none is known */
} VcdKind;

typedef enum VcdLevel { VCD_LOW, VCD_HIGH, VCD_NOTHING, VCD_UNKNOWN } VcdLevel;

typedef struct VcdVariable {
    const char *name;
    VcdKind kind;
} VcdVariable;

typedef struct Vcd {
    FILE *file;                 /* NULL: nothing is written any more */
    const char *name;           /* of the file, for messages */
    uint64_t written, limit;    /* bytes; a limit of 0 is none */
    unsigned per_ns;            /* units of time in a ns: 1, or 1000 */
    bool began;
    int64_t last;               /* as written last, ns */
    int64_t offset;             /* ns that are added to all times */
} Vcd;

/* The head of the file. */
void vcd_declare(Vcd *v, const VcdVariable *variable, unsigned n);
/* All values at @ns, where the file begins or goes on; or that there are none from @ns on. */
void vcd_all(Vcd *v, const VcdVariable *variable, const int32_t *value, unsigned n, int64_t ns);
void vcd_none(Vcd *v, const VcdVariable *variable, unsigned n, int64_t ns);
/* Variable @i is @value from @ns on. */
void vcd_change(Vcd *v, VcdKind kind, unsigned i, int32_t value, int64_t ns);
/* Nothing has changed until @ns: the file lasts that long. */
void vcd_lasts(Vcd *v, int64_t ns);
/* Virtual time has been set back to @ns: from now on the file's time is later than that. */
void vcd_time_is_back(Vcd *v, int64_t ns);
void vcd_flush(Vcd *v);

#endif
