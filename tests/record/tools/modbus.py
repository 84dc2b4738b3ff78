# SPDX-License-Identifier: BSD-2-Clause
"""modbus.py - a controller, or who asks it, with pymodbus. Usage: modbus.py serve|ask ADDRESS PORT"""

import sys

from pymodbus.client import ModbusTcpClient
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartTcpServer


def serve(address):
    blocks = (ModbusSequentialDataBlock(0, list(range(100))) for _ in range(4))
    StartTcpServer(context=ModbusServerContext(ModbusSlaveContext(*blocks), single=True), address=address)


def ask(address):
    client = ModbusTcpClient(address[0], port=address[1])
    client.connect()
    for start in range(0, 60, 10):
        client.read_holding_registers(start, 10, slave=1)
        client.read_coils(start, 8, slave=1)
    client.write_register(5, 4711, slave=1)
    client.write_coil(3, True, slave=1)
    client.read_input_registers(5000, 2, slave=1)       # beyond the end: an exception comes back
    client.close()


if __name__ == '__main__':
    {'serve': serve, 'ask': ask}[sys.argv[1]]((sys.argv[2], int(sys.argv[3])))
