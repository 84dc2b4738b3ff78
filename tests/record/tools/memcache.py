# SPDX-License-Identifier: BSD-2-Clause
"""memcache.py - stores and reads keys of a memcached over TCP, asks it over UDP. Usage: memcache.py HOST"""

import socket
import sys

PORT = 11211


def over_tcp(host):
    with socket.create_connection((host, PORT), timeout=5) as conn:
        stream = conn.makefile('rwb')
        for number in range(10):
            stream.write(b'set key%d 0 300 5\r\nvalue\r\n' % number)
            stream.flush()
            assert stream.readline() == b'STORED\r\n'
        stream.write(b'get key1 key2\r\n')
        stream.flush()
        while stream.readline() != b'END\r\n':
            pass


def over_udp(host):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as conn:
        conn.settimeout(5)
        for number in range(3):
            conn.sendto(number.to_bytes(2, 'big') + b'\0\0\0\1\0\0get key%d\r\n' % number, (host, PORT))
            conn.recv(2048)


if __name__ == '__main__':
    over_tcp(sys.argv[1])
    over_udp(sys.argv[1])
