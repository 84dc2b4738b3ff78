# SPDX-License-Identifier: BSD-2-Clause
"""device.py - TUN and TAP devices and raw sockets on interfaces, for the programs beside it."""

import fcntl
import os
import socket
import struct
import subprocess

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_TAP, IFF_NO_PI = 1, 2, 0x1000
ETH_P_ALL = 3
LARGEST = 65535


def open_tun(name, kind=IFF_TUN):
    """The file descriptor of a new device that is up; addresses are given after it."""
    fd = os.open('/dev/net/tun', os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack('16sH', name.encode(), kind | IFF_NO_PI))
    subprocess.run(['ip', 'link', 'set', name, 'up'], check=True)
    return fd


def open_interface(name):
    """A socket that sends and receives whole frames of an interface."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.bind((name, ETH_P_ALL))
    return sock


def receive(sock):
    """The next frame that came in from the wire, or None for one that this machine sent itself."""
    frame, where = sock.recvfrom(LARGEST)
    return None if where[2] == socket.PACKET_OUTGOING else frame
