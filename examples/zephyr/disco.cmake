# Targets that run a Zephyr application on the board; ${ZEPHYR_BINARY_DIR}/zephyr.elf is what was built
set(DISCO_EXPECT "PROJECT EXECUTION SUCCESSFUL" CACHE STRING "what the application says when all is well")

add_custom_target(disco COMMAND stm32f407g-disc run ${ZEPHYR_BINARY_DIR}/zephyr.elf
                  DEPENDS zephyr_final USES_TERMINAL)
add_custom_target(disco_gdb COMMAND stm32f407g-disc gdb ${ZEPHYR_BINARY_DIR}/zephyr.elf
                  DEPENDS zephyr_final USES_TERMINAL)
add_custom_target(disco_test COMMAND stm32f407g-disc test --elf ${ZEPHYR_BINARY_DIR}/zephyr.elf
                  --expect-text ${DISCO_EXPECT} --fail-text "PROJECT EXECUTION FAILED"
                  DEPENDS zephyr_final USES_TERMINAL VERBATIM)
