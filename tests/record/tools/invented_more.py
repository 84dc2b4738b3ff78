# SPDX-License-Identifier: BSD-2-Clause
"""invented_more.py - both ends of three more protocols that exist nowhere else.

text    lines: the client asks "WX? n", the station answers "WX! n temp wind" and ends with a dot
veiled  the same lines, each byte xored with a stream that both sides derive from a shared seed
late    the server begins with a count of four bytes in little-endian order and sends blocks of numbers;
        the client sends back their sums
Usage: invented_more.py text|veiled|late serve|ask ADDRESS PORT
"""

import random
import socket
import struct
import sys

QUESTIONS = 12


def veil(data, seed):
    """Hides bytes; doing it twice shows them again."""
    return bytes(byte ^ mask for byte, mask in zip(data, random.Random(seed).randbytes(len(data))))


def as_it_is(data, _seed):
    return data


def station(hide):
    def answer(conn):
        for number in range(QUESTIONS):
            size = conn.recv(1)
            if not size:
                return
            hide(conn.recv(size[0]), number)
            line = b'WX! %d %d %d\r\n.\r\n' % (number, 12 + number, number * 3 % 7)
            conn.sendall(bytes([len(line)]) + hide(line, number + 1000))
    return answer


def visitor(hide):
    def ask(conn):
        for number in range(QUESTIONS):
            line = b'WX? %d\r\n' % number
            conn.sendall(bytes([len(line)]) + hide(line, number))
            conn.recv(conn.recv(1)[0])
    return ask


def counter(conn):
    conn.sendall(struct.pack('<I', QUESTIONS))
    for number in range(QUESTIONS):
        conn.sendall(struct.pack('<16H', *range(number, number + 16)))
    for _ in range(QUESTIONS):
        conn.recv(4)


def adder(conn):
    count = struct.unpack('<I', conn.recv(4))[0]
    for _ in range(count):
        conn.sendall(struct.pack('<I', sum(struct.unpack('<16H', conn.recv(32, socket.MSG_WAITALL)))))


ROLES = {('text', 'serve'): station(as_it_is), ('text', 'ask'): visitor(as_it_is),
         ('veiled', 'serve'): station(veil), ('veiled', 'ask'): visitor(veil),
         ('late', 'serve'): counter, ('late', 'ask'): adder}


def main(kind, role, address, port):
    talk = ROLES[kind, role]
    if role == 'ask':
        with socket.create_connection((address, int(port)), timeout=5) as conn:
            talk(conn)
        return
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.create_server((address, int(port)), family=family) as listener:
        while True:
            conn, _ = listener.accept()
            with conn:
                talk(conn)


if __name__ == '__main__':
    main(*sys.argv[1:])
