#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make test-linux: a real Linux, Debian's own kernel in the system's qemu-system-x86_64, gets USB devices of our
# machine, by USB/IP and by usbredir, and says what it makes of them.
#
# FIRMWARE=file.elf adds one of yours; SEE=list,disk,serial,dfu,log is what the Linux does with its device.
import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import time

root = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
ARM = os.path.join(root, 'build/qemu/qemu-system-arm')
LINUX = os.path.join(root, 'build/linux')
DEMO = os.path.join(root, 'build/firmware/demo.elf')
SERIAL = os.path.join(root, 'build/firmware/usb_serial.elf')
TIME = 300      # s for one Linux, which starts in half a minute


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def board(firmware, way, port, device, machine):
    """Our machine, with the far end of its cable open at @port."""
    far = (['-device', f'stm32-usbip,address=127.0.0.1:{port}'] if way == 'usbip' else
           ['-chardev', f'socket,id=far,host=127.0.0.1,port={port},server=on,wait=off',
            '-device', 'stm32-usbredir,chardev=far'])
    far[-1] += ',port=dev' if device else ''
    return subprocess.Popen([ARM, '-machine', 'stm32f407g_disc' + machine, '-kernel', firmware, '-display', 'none',
                             '-serial', 'none', '-monitor', 'none', '-d', 'guest_errors'] + device + far)


def linux(way, port, see):
    """What a Linux says of the device: lines."""
    ways = {'usbip': ['-netdev', 'user,id=net', '-device', 'e1000,netdev=net'],
            'redir': ['-nic', 'none', '-device', 'qemu-xhci', '-chardev', f'socket,id=far,host=127.0.0.1,port={port}',
                      '-device', 'usb-redir,chardev=far']}
    command = ['qemu-system-x86_64', '-accel', 'tcg', '-cpu', 'max', '-m', '512', '-nographic', '-monitor', 'none',
               '-no-reboot', '-kernel', f'{LINUX}/vmlinuz', '-initrd', f'{LINUX}/initramfs.gz',
               '-append', f'console=ttyS0 quiet way={way} port={port} see={see}'] + ways[way]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=TIME)
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b'').decode(errors='replace').splitlines() + [f'failed: nothing within {TIME} s']
    return done.stdout.decode(errors='replace').splitlines()


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(('127.0.0.1', port)).close()
            return
        except OSError:
            time.sleep(0.05)


def case(firmware, way, see, device=(), machine=''):
    port = free_port()
    machine = board(firmware, way, port, list(device), machine)
    try:
        wait_for(port)
        return linux(way, port, see)
    finally:
        machine.terminate()
        machine.wait()


def look_for(lines, *texts):
    """What is wrong with @lines, in which all of @texts have to be."""
    wrong = [line for line in lines if line.startswith('failed')]
    return wrong + [f'nowhere: {text}' for text in texts if not any(text in line for line in lines)]


def disk(way):
    with tempfile.NamedTemporaryFile() as image:
        data = bytearray(os.urandom(512 * 1024))
        image.write(data)
        image.flush()
        lines = case(DEMO, way, 'list,disk',
                     ['-device', 'stm32-usb-adapter,id=dev', '-drive', f'if=none,id=d,format=raw,file={image.name}',
                      '-device', 'usb-storage,bus=dev.0,drive=d,serial=0123456789AB'])
        before = hashlib.md5(data).hexdigest()
        data[7 * 512:8 * 512] = b'Z' * 512
        wrong = look_for(lines, 'lsusb: ', '46f4:0001', 'QEMU USB HARDDRIVE', f'disk: 1024 blocks {before}',
                         f'written: {hashlib.md5(data).hexdigest()}')
        image.seek(0)
        return wrong + ([] if image.read() == data else ['the image is not what Linux has written'])


def keyboard(way):
    return look_for(case(DEMO, way, 'list,log', ['-device', 'stm32-usb-adapter,id=dev', '-device', 'usb-kbd,bus=dev.0']),
                    '0627:0001', 'bInterfaceClass         3', 'QEMU USB Keyboard')


def serial(way):
    return look_for(case(SERIAL, way, 'list,serial'), 'Bus', '0483:5740', 'bInterfaceClass         2', 'serial: echoed')


def dfu(way):
    return look_for(case(DEMO, way, 'list,dfu,program', machine=',boot0=on'), '0483:df11', 'STM32  BOOTLOADER',
                    '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg', 'program: the same', 'program: left')


def users(way):
    lines = case(os.environ['FIRMWARE'], way, os.environ.get('SEE', 'list,log'))
    print('\n'.join('# ' + line for line in lines))
    return look_for(lines, 'lsusb: ')


def main():
    cases = [(disk, 'usbip'), (disk, 'redir'), (keyboard, 'usbip'), (keyboard, 'redir'), (serial, 'usbip'),
             (serial, 'redir'),
             (dfu, 'usbip'), (dfu, 'redir')]
    if os.environ.get('FIRMWARE'):
        cases += [(users, 'usbip'), (users, 'redir')]
    print(f'1..{len(cases)}')
    failed = 0
    for number, (test, way) in enumerate(cases, 1):
        start = time.time()
        wrong = test(way)
        failed += bool(wrong)
        print('\n'.join('# ' + line for line in wrong), end='\n' if wrong else '')
        print(f'{"not " if wrong else ""}ok {number} {test.__name__} by {way}, {time.time() - start:.0f} s',
              flush=True)
    print(f'{len(cases) - failed} passed, {failed} failed')
    sys.exit(failed > 0)


main()
