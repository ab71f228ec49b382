/*
 * Names that compilers make for the linker, as arm-none-eabi-nm has them of real programs: Tock, ODrive.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/demangle.h"

static void is(const char *name, const char *readable)
{
    g_autofree char *got = demangle(name);

    g_assert_cmpstr(got, ==, readable);
}

static void test_cpp(void)
{
    is("_ZN5Motor5setupEv", "Motor::setup");
    is("_ZNK6Thermi4dropEfj", "Thermi::drop");
    is("_Z13start_adc_pwmv", "start_adc_pwm");
    is("_ZN5fibre4impl3runINS_3ArgEEEvT_", NULL);   /* a template */
    is("_ZN5MotorC2Ev", NULL);
    is("_ZNSt6vectorIiE4pushEv", NULL);
    is("_Z3addIiET_S0_S0_", NULL);
}

static void test_rust(void)
{
    is("_ZN6kernel6kernel6Kernel11kernel_loop17hf97d7acc02f36ffbE", "kernel::kernel::Kernel::kernel_loop");
    is("_ZN9stm32f4xx3dma15Stream$LT$D$GT$11do_transfer17h8ba9f2979dedd068E", "stm32f4xx::dma::Stream<D>::do_transfer");
    is("_ZN50_$LT$a..Usart$u20$as$u20$kernel..hil..Transmit$GT$4send17h4ac6c852c2c92958E",
       "<a::Usart as kernel::hil::Transmit>::send");
    is("_ZN4core3ptr17h0fc39de2f6bd63bfE", "core::ptr");
    is("_ZN17h0fc39de2f6bd63bfE", "h0fc39de2f6bd63bf");     /* no hash of anything */
}

static void test_other(void)
{
    is("main", NULL);
    is("", NULL);
    is("_Z", NULL);
    is("_ZN", NULL);
    is("_ZNK", NULL);
    is("_ZN0E", NULL);
    is("_ZN4", NULL);
    is("_ZN4abc", NULL);
    is("_ZN4abcd", NULL);
    is("_ZN3abc", NULL);
    is("_ZN99999999999999999999aE", NULL);
    is("_ZN4a$L$E", "a$L$");
    is("_ZTV5Motor", NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/demangle/c++", test_cpp);
    g_test_add_func("/demangle/rust", test_rust);
    g_test_add_func("/demangle/other", test_other);
    return g_test_run();
}
