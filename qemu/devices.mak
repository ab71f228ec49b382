# The devices of our qemu-system-arm: our machine, and QEMU's own parts that it uses.
source ../Kconfig
CONFIG_STM32F407G_DISC=y
CONFIG_GENERIC_LOADER=y
# What users hang on the buses: -device w25q80bl,bus=spi2
CONFIG_SSI_M25P80=y
CONFIG_SSI_SD=y
# ... or at24c-eeprom,bus=i2c1,address=0x50
CONFIG_AT24C=y
CONFIG_TMP105=y
# ... or, on the buses otg-fs.0 and otg-hs.0, usb-kbd, usb-storage ...
CONFIG_USB_HUB=y
CONFIG_USB_HID=y
CONFIG_USB_STORAGE_CLASSIC=y
CONFIG_USB_STORAGE_BOT=y
CONFIG_USB_SERIAL=y
CONFIG_USB_NETWORK=y
CONFIG_USB_AUDIO=y
CONFIG_USB_TABLET_WACOM=y
# The simplest upstream machine of the same core: what `make bench` compares with.
CONFIG_NETDUINOPLUS2=y
# ... which in 10.0 forgets to ask for four of its devices.
CONFIG_STM32F2XX_TIMER=y
CONFIG_STM32F2XX_USART=y
CONFIG_STM32F2XX_ADC=y
CONFIG_STM32F2XX_SPI=y
CONFIG_UNIMP=y
