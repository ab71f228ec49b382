# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest programs of the tests: what each wants at its machine, how long it is worth to be watched, and what somebody
does to it meanwhile, at instants of virtual time.
"""
from dataclasses import dataclass

MS = 1000000
SNAPSHOT_CONTENT = bytes(range(256)) * 2      # of a card
BUTTON, MACHINE = "/machine/button-user", "/machine"


@dataclass(frozen=True)
class Program:
    name: str
    args: tuple = ()
    ms: int = 60                # until where
    inputs: tuple = ()          # (ms, path, property, value)
    drive: str = ""             # of what interface an image is wanted: "sd"


def pressed(*at):
    """The user button, down at each of @at ms and up 3 ms later."""
    return tuple(one for ms in at for one in ((ms, BUTTON, "pressed", True), (ms + 3, BUTTON, "pressed", False)))


def wire(text):
    return ("-machine", f"wire={text}")


SNAPSHOT_WIRES = ("pa8-pb8:pe2-pd3:pe4-pa11:pb12-pb7:pc10-pb13:pc11-pb14:pc12-pb15:pi0-pa15:pi1-pb3:pi3-pb5:pb6-pf1:pb9-pf0:"
                  "pa4-pa1")
CAN = ("-object", "can-bus,id=b", "-machine", "canbus1=b,canbus2=b")
CAMERA = ("-device", "stm32-camera,model=ov9655,bus=i2c1")

PROGRAMS = (
    Program("analog", wire("pa4-pa1")),
    Program("bench", wire("pa4-pa1"), inputs=pressed(11, 30)),
    Program("blocks"),
    Program("bursts"),
    Program("camera", CAMERA, ms=250),
    Program("can", CAN, ms=40),
    Program("card", ms=60, drive="sd"),
    Program("clock", ms=350),
    Program("css", inputs=((20, MACHINE, "hse-stopped", True), (41, MACHINE, "hse-stopped", False))),
    Program("demo", ms=150, inputs=pressed(60, 100)),
    Program("dma", ms=30),
    Program("faults", ms=30),
    Program("flash", ms=1500),
    Program("hostile", ("-device", "loader,addr=0x1000ff00,data=77,data-len=4"), ms=100),
    Program("i2c", ("-machine", "wire=pb6-pb10:pb9-pb11", "-device", "at24c-eeprom,bus=i2c1,address=0x50,rom-size=256")),
    Program("interrupts", ms=5),
    Program("logic", ms=40),
    Program("melody", ms=400),
    Program("memories", ("-device", "stm32-sram,bank=ne3", "-device", "stm32-nand,bank=nce2,width=8,ready=pd6", "-device",
                         "stm32-ili9341,bank=ne4,rs=a18"), ms=60),
    Program("microphone", ms=150),
    Program("mistakes", ms=30),
    Program("page", inputs=pressed(10, 20)),
    Program("parts", CAN, ms=40),
    Program("real_time", ms=50),
    Program("rtc", ms=4000),
    Program("runs", wire("pb3-pb13:pb4-pb14:pb5-pb15"), ms=40),
    Program("runs_awake", wire("pb3-pb13:pb4-pb14:pb5-pb15"), ms=40),
    Program("sleep", ms=400, inputs=pressed(100, 200, 320)),
    Program("snapshot", (*wire(SNAPSHOT_WIRES), *CAN), ms=80, inputs=((2, "/machine/soc/gpioe/pe7", "drive", "1"),)),
    Program("soft", ("-machine", "wire=pd0-pb11:pd1-pb10", "-device", "stm32-i2c-bus,id=soft,scl=pc4,sda=pc5", "-device",
                     "at24c-eeprom,bus=soft,address=0x50,rom-size=256"), ms=60),
    Program("spi", (*wire("pb3-pb13:pb4-pb14:pb5-pb15"), "-device", "w25q80bl,bus=spi3,cs=0"), ms=60),
    Program("stop", ms=700),
    Program("tilt", ms=150, inputs=((60, "/machine/accelerometer", "x", 400), (100, "/machine/accelerometer", "x", -300))),
    Program("timers", wire("pd12-pc6:pe2-pe9:pe4-pe11"), ms=300),
    Program("viewfinder", (*CAMERA, "-device", "stm32-ili9341,bank=ne4,rs=a18"), ms=250),
    Program("waiting", ms=60),
    Program("waiting_devices", CAN, ms=60),
    Program("watchdogs", ms=1000),
    Program("watched", ms=30),
    Program("web", ms=50),
)

# What can't be here, and why.
LEFT_OUT = {
    "exit": "it ends the machine",
    "net_pair": "two machines in step: both would have to be saved at one instant",
    "net_wake": "its other end is a socket, which is not in the snapshot",
    "pair": "as net_pair",
    "stick": "what is at a USB port of the chip comes with -device, and a stick goes away in the middle of a transfer",
    "to_bootloader": "the bootloader waits for a host",
    "usb_composite": "the host at the USB cable is not in the snapshot: it enumerates the device anew",
    "usb_keyboard": "as usb_composite",
    "usb_serial": "as usb_composite",
    "web_client": "as net_pair",
}
