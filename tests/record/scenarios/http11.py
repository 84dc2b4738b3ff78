# SPDX-License-Identifier: BSD-2-Clause
"""HTTP/1.1: curl asks nginx for three things on one connection and for one more on another."""

import shared

NEEDS = {'nginx': 'nginx-light', 'curl': 'curl', 'dnsmasq': 'dnsmasq-base'}


def run(lab):
    client, _ = shared.web(lab, 'www.example.com', 'listen 80;')
    with lab.capture(client):
        client.run(['curl', '-s', '--fail', 'http://www.example.com/',
                    'http://www.example.com/report.txt', 'http://www.example.com/?q=a'])
        client.run(['curl', '-s', '-d', 'name=value', 'http://www.example.com/missing'])
    lab.truth('UDP', 53, 'DNS', host='www.example.com')
    lab.truth('TCP', 80, 'HTTP', host='www.example.com')
