# SPDX-License-Identifier: GPL-2.0-or-later
"""Control transfers to a device of a USB/IP server, and DFU as ST extends it over them."""
import socket
import struct
import time

ERROR, MANIFEST, IDLE, DOWNLOAD_IDLE = 10, 7, 2, 5


class Stall(Exception):
    pass


class Device:
    def __init__(self, port, busid=b"1-1"):
        for _ in range(600):        # until the board has been enumerated
            self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
            self.socket.sendall(struct.pack(">HHI32s", 0x0111, 0x8003, 0, busid))
            version, code, status = struct.unpack(">HHI", self.receive(8))
            if (version, code, status) == (0x0111, 0x0003, 0):
                break
            self.socket.close()
            time.sleep(0.05)
        description = self.receive(312)
        self.vendor, self.product = struct.unpack(">HH", description[300:304])
        self.number = 0

    def receive(self, length):
        data = b""
        while len(data) < length:
            more = self.socket.recv(length - len(data))
            if not more:
                raise EOFError("the server has hung up")
            data += more
        return data

    def control(self, kind, request, value=0, index=0, data=b"", length=0):
        into = kind >> 7
        length = length if into else len(data)
        setup = struct.pack("<BBHHH", kind, request, value, index, length)
        self.number += 1
        self.socket.sendall(struct.pack(">IIIIIIiiii", 1, self.number, 0, into, 0, 0, length, 0, 0, 0) + setup + data)
        answer = struct.unpack(">IIIIIiiiii", self.receive(48)[:40])
        got = self.receive(answer[6]) if into and answer[6] > 0 else b""
        if answer[5]:
            raise Stall(answer[5])
        return got


class Dfu(Device):
    def status(self):
        answer = self.control(0xa1, 3, length=6)
        return answer[0], answer[4]

    def download(self, block, data):
        """A block, and wait until it is done: the state then."""
        self.control(0x21, 1, value=block, data=data)
        if not data:
            return self.status()[1]
        for _ in range(100):
            _, state = self.status()
            if state in (DOWNLOAD_IDLE, ERROR):
                return state
        return state

    def command(self, code, address=None):
        return self.download(0, bytes([code]) + (struct.pack("<I", address) if address is not None else b""))

    def upload(self, block, length):
        return self.control(0xa1, 2, value=block, length=length)

    def to_idle(self):
        self.control(0x21, 4)       # CLRSTATUS
        self.control(0x21, 6)       # ABORT
