// SPDX-License-Identifier: GPL-2.0-or-later
#include <Arduino.h>
#include <unity.h>

static void test_sum()
{
    TEST_ASSERT_EQUAL(3, 1 + 2);
}

void setup()
{
    UNITY_BEGIN();
    RUN_TEST(test_sum);
    UNITY_END();        // its last line has the word Ignored, which ends the run
}

void loop()
{
}
