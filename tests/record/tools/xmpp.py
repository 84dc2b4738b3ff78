# SPDX-License-Identifier: BSD-2-Clause
"""xmpp.py - logs in to an XMPP server and sends itself a message. Usage: xmpp.py ADDRESS CA clear|tls"""

import asyncio
import sys

import slixmpp


class Talker(slixmpp.ClientXMPP):
    def __init__(self, authority, starttls):
        super().__init__('alice@example.com/lab', 'secret')
        self.ca_certs = authority
        if not starttls:
            self['feature_mechanisms'].unencrypted_plain = True
            self['feature_mechanisms'].unencrypted_scram = True
        self.add_event_handler('session_start', self.begin)
        self.add_event_handler('message', lambda _: self.disconnect())
        self.add_event_handler('failed_auth', lambda _: sys.exit(1))

    async def begin(self, _event):
        self.send_presence()
        await self.get_roster()
        self.send_message(mto='alice@example.com/lab', mbody='Hello', mtype='chat')


def main(address, authority, how):
    talker = Talker(authority, how == 'tls')
    talker.connect((address, 5222), disable_starttls=how != 'tls')
    asyncio.get_event_loop().run_until_complete(asyncio.wait_for(talker.disconnected, 20))


if __name__ == '__main__':
    main(*sys.argv[1:])
