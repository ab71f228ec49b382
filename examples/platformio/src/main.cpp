// SPDX-License-Identifier: GPL-2.0-or-later
#include <Arduino.h>

void setup()
{
    Serial.begin(115200);
    Serial.println("ready");
}

void loop()
{
}
