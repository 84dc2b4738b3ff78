# SPDX-License-Identifier: BSD-2-Clause
"""SIP with RTP: sipp calls another sipp, which sends the voice back; on port 5060 and on an unusual one."""

NEEDS = {'sipp': 'sip-tester', '/usr/share/sip-tester/g711a.pcap': 'sip-tester'}

CALL = '''<?xml version="1.0"?>
<scenario name="call">
<send retrans="500"><![CDATA[
INVITE sip:bob@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: alice <sip:alice@[local_ip]:[local_port]>;tag=[call_number]
To: bob <sip:bob@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: sip:alice@[local_ip]:[local_port]
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=alice 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[local_ip_type] [local_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="200"/>
<send><![CDATA[
ACK sip:bob@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: alice <sip:alice@[local_ip]:[local_port]>;tag=[call_number]
To: bob <sip:bob@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Content-Length: 0
]]></send>
<nop><action><exec play_pcap_audio="/usr/share/sip-tester/g711a.pcap"/></action></nop>
<pause milliseconds="3000"/>
<send retrans="500"><![CDATA[
BYE sip:bob@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: alice <sip:alice@[local_ip]:[local_port]>;tag=[call_number]
To: bob <sip:bob@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Content-Length: 0
]]></send>
<recv response="200"/>
</scenario>
'''

CALLS = (5060, 6000), (8060, 7000)


def run(lab):
    client, server = lab.pair()
    call = lab.file('call.xml', CALL)
    for port, media in CALLS:
        server.spawn(['sipp', '-sn', 'uas', '-rtp_echo', '-i', '192.0.2.10', '-p', port, '-mp', media, '-nostdin'],
                     udp=port)
    with lab.capture(client):
        for port, media in CALLS:
            client.run(['sipp', '-sf', call, '-i', '192.0.2.2', '-p', port + 10, '-mp', media, '-m', '1', '-nostdin',
                        '192.0.2.10:%d' % port])
    for port, media in CALLS:
        lab.truth('UDP', port, 'SIP', note=None if port == 5060 else 'unusual port')
        lab.truth('UDP', media, 'RTP')
