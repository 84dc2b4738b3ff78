# SPDX-License-Identifier: BSD-2-Clause
"""grpcs.py - both ends of a service of gRPC that echoes bytes.

Usage: grpcs.py serve ADDRESS:PORT [CERT KEY] | ask NAME:PORT [CA]
"""

import concurrent.futures
import pathlib
import sys

import grpc


class Service(grpc.GenericRpcHandler):
    def service(self, details):
        if details.method == '/lab.Echo/Stream':
            return grpc.unary_stream_rpc_method_handler(lambda body, _: (body for _ in range(5)))
        return grpc.unary_unary_rpc_method_handler(lambda body, _: body)


def serve(address, *files):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2), handlers=[Service()])
    if files:
        cert, key = (pathlib.Path(file).read_bytes() for file in files)
        server.add_secure_port(address, grpc.ssl_server_credentials([(key, cert)]))
    else:
        server.add_insecure_port(address)
    server.start()
    server.wait_for_termination()


def ask(target, *files):
    channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(pathlib.Path(files[0]).read_bytes())) \
        if files else grpc.insecure_channel(target)
    with channel:
        for number in range(4):
            channel.unary_unary('/lab.Echo/Once')(b'body %d' % number, timeout=10)
        list(channel.unary_stream('/lab.Echo/Stream')(b'stream', timeout=10))


if __name__ == '__main__':
    {'serve': serve, 'ask': ask}[sys.argv[1]](*sys.argv[2:])
