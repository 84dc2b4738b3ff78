# SPDX-License-Identifier: BSD-2-Clause
"""gRPC: calls of one answer and of a stream of them, in clear (HTTP/2 with prior knowledge) and inside TLS."""

import lab as labs

NEEDS = {'/usr/lib/python3/dist-packages/grpc': 'python3-grpcio'}


def run(lab):
    client, server = lab.pair()
    cert, key = lab.certificate('grpc.example.com')
    program = ['/usr/bin/python3', labs.TOOLS / 'grpcs.py']
    client.hosts({'grpc.example.com': '192.0.2.10'})
    server.spawn(program + ['serve', '192.0.2.10:50051'], tcp=50051)
    server.spawn(program + ['serve', '192.0.2.10:443', cert, key], tcp=443)
    with lab.capture(client):
        client.run(program + ['ask', 'grpc.example.com:50051'])
        client.run(program + ['ask', 'grpc.example.com:443', lab.ca()])
    lab.truth('TCP', 50051, 'HTTP2', host='grpc.example.com', note='gRPC inside')
    lab.truth('TCP', 443, 'TLS', host='grpc.example.com', note='gRPC inside')
