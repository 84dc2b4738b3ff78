# SPDX-License-Identifier: BSD-2-Clause
"""amqp.py - takes messages over AMQP 1.0, or sends ten. Usage: amqp.py serve|ask ADDRESS:PORT"""

import sys

from proton import Message
from proton.handlers import MessagingHandler
from proton.reactor import Container

MESSAGES = 10


class Sink(MessagingHandler):
    def __init__(self, where):
        super().__init__()
        self.where = where

    def on_start(self, event):
        event.container.listen(self.where)

    def on_message(self, event):
        pass


class Source(MessagingHandler):
    def __init__(self, where):
        super().__init__()
        self.where, self.sent, self.settled = where, 0, 0

    def on_start(self, event):
        event.container.create_sender('amqp://%s/readings' % self.where)

    def on_sendable(self, event):
        while event.sender.credit and self.sent < MESSAGES:
            event.sender.send(Message(body={'reading': self.sent}))
            self.sent += 1

    def on_accepted(self, event):
        self.settled += 1
        if self.settled == MESSAGES:
            event.connection.close()


if __name__ == '__main__':
    Container({'serve': Sink, 'ask': Source}[sys.argv[1]](sys.argv[2])).run()
