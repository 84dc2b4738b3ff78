# SPDX-License-Identifier: BSD-2-Clause
"""invented.py - both ends of a protocol that exists nowhere else, so that no detector can know it.

A message: magic C3 5A, kind (1 byte), sequence number (4 bytes), length of the body (2 bytes), body, and
the sum of all bytes before it modulo 65521 (2 bytes); numbers are big-endian. On TCP messages follow one
another, on UDP each is a datagram. Usage: invented.py serve|ask tcp|udp ADDRESS PORT
"""

import socket
import struct
import sys
import time

MAGIC = 0xC35A
HELLO, READING, ACCEPTED, BYE = 1, 2, 0x82, 3
HEAD = struct.Struct('!HBIH')


def pack(kind, number, body=b''):
    message = HEAD.pack(MAGIC, kind, number, len(body)) + body
    return message + struct.pack('!H', sum(message) % 65521)


def readings():
    """What a sensor of the lab has to say: the same every time."""
    yield pack(HELLO, 0, b'sensor/7\0' + bytes(8))
    for number in range(1, 25):
        yield pack(READING, number, struct.pack('!IhhB', number * 250, 2000 + number * 3, -120, 0x41))
    yield pack(BYE, 25)


def take(stream):
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    _, kind, number, size = HEAD.unpack(head)
    stream.read(size + 2)
    return kind, number


def serve_tcp(address):
    with socket.create_server(address) as listener:
        while True:
            conn, _ = listener.accept()
            with conn, conn.makefile('rb') as stream:
                for _, number in iter(lambda: take(stream), None):
                    conn.sendall(pack(ACCEPTED, number))


def ask_tcp(address):
    with socket.create_connection(address, timeout=5) as conn, conn.makefile('rb') as stream:
        for message in readings():
            conn.sendall(message)
            take(stream)


def serve_udp(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as conn:
        conn.bind(address)
        while True:
            message, peer = conn.recvfrom(2048)
            conn.sendto(pack(ACCEPTED, HEAD.unpack_from(message)[2]), peer)


def ask_udp(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as conn:
        conn.settimeout(5)
        for message in readings():
            conn.sendto(message, address)
            conn.recv(2048)
            time.sleep(0.01)


ROLES = {('serve', 'tcp'): serve_tcp, ('ask', 'tcp'): ask_tcp,
         ('serve', 'udp'): serve_udp, ('ask', 'udp'): ask_udp}

if __name__ == '__main__':
    ROLES[sys.argv[1], sys.argv[2]]((sys.argv[3], int(sys.argv[4])))
