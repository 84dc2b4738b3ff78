# SPDX-License-Identifier: BSD-2-Clause
"""websocket.py - both ends of an echo over WebSocket. Usage: websocket.py serve|ask ADDRESS PORT"""

import asyncio
import sys

import websockets


async def echo(socket, _path=None):
    async for message in socket:
        await socket.send(message)


async def serve(address, port):
    async with websockets.serve(echo, address, port):
        await asyncio.Future()


async def ask(address, port):
    host = '[%s]' % address if ':' in address else address
    async with websockets.connect('ws://%s:%d/chat' % (host, port)) as socket:
        for number in range(10):
            await socket.send('message %d' % number if number % 2 else bytes(range(200)))
            await socket.recv()


if __name__ == '__main__':
    asyncio.run({'serve': serve, 'ask': ask}[sys.argv[1]](sys.argv[2], int(sys.argv[3])))
