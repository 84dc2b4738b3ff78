# SPDX-License-Identifier: BSD-2-Clause
"""Modbus/TCP: pymodbus reads and writes a controller's coils and registers, over IPv4 and on an unusual port."""

import lab as labs

NEEDS = {'/usr/lib/python3/dist-packages/pymodbus': 'python3-pymodbus',
         '/usr/lib/python3/dist-packages/serial_asyncio': 'python3-serial-asyncio'}

PORTS = 502, 1502


def run(lab):
    client, server = lab.pair()
    program = ['/usr/bin/python3', labs.TOOLS / 'modbus.py']
    for port in PORTS:
        server.spawn(program + ['serve', '192.0.2.10', port], tcp=port)
    with lab.capture(client):
        for port in PORTS:
            client.run(program + ['ask', '192.0.2.10', port])
    lab.truth('TCP', 502, 'Modbus')
    lab.truth('TCP', 1502, 'Modbus', note='unusual port')
