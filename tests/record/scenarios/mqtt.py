# SPDX-License-Identifier: BSD-2-Clause
"""MQTT: a subscriber and two publishers at mosquitto, protocol versions 3.1.1 and 5."""

NEEDS = {'mosquitto': 'mosquitto', 'mosquitto_pub': 'mosquitto-clients'}


def run(lab):
    client, server = lab.pair()
    config = lab.file('mosquitto.conf', 'listener 1883 192.0.2.10\nallow_anonymous true\n'
                      'persistence false\nuser root\n')
    server.spawn(['mosquitto', '-c', config], tcp=1883)
    with lab.capture(client):
        client.spawn(['mosquitto_sub', '-h', '192.0.2.10', '-t', 'house/#', '-C', '2'])
        client.run(['sleep', '0.5'])
        client.run(['mosquitto_pub', '-h', '192.0.2.10', '-t', 'house/attic', '-q', '1', '-m', '21.5'])
        client.run(['mosquitto_pub', '-V', '5', '-h', '192.0.2.10', '-t', 'house/cellar', '-m', '12'])
    lab.truth('TCP', 1883, 'MQTT')
