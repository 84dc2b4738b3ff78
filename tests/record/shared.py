# SPDX-License-Identifier: BSD-2-Clause
"""shared.py - servers and clients that several scenarios use."""

import time

import lab as labs

PAGE = '<!doctype html><title>Lab</title><h1>It works</h1>\n'

WEB_NEEDS = {'nginx': 'nginx-light', 'curl': 'curl', 'dnsmasq': 'dnsmasq-base'}


def site(lab):
    """A folder of pages of some size."""
    lab.file('site/index.html', PAGE)
    lab.file('site/report.txt', ''.join('line %d of the report\n' % n for n in range(600)))
    return lab.dir / 'site'


def nginx(lab, node, *servers, port=80):
    """nginx with one server block for each text in servers."""
    root = site(lab)
    blocks = ''.join('server { root %s; %s }\n' % (root, text) for text in servers)
    config = lab.file('nginx.conf', '''
user root; worker_processes 1; daemon off; pid %(dir)s/nginx.pid; error_log stderr;
events { worker_connections 64; }
http {
    access_log off; ssl_protocols TLSv1.2 TLSv1.3; types { text/html html; text/plain txt; }
    client_body_temp_path %(dir)s/t1; proxy_temp_path %(dir)s/t2; fastcgi_temp_path %(dir)s/t3;
    uwsgi_temp_path %(dir)s/t4; scgi_temp_path %(dir)s/t5;
    %(blocks)s
}
''' % {'dir': lab.dir, 'blocks': blocks})
    node.spawn(['nginx', '-c', config, '-e', 'stderr'], tcp=port)


def web(lab, host, server_block, port=80, **pair):
    """A client, and a server that is the host and its name server. Returns both."""
    client, server = lab.pair(**pair)
    nginx(lab, server, server_block + ' server_name %s;' % host, port=port)
    lab.dns(server, {host: server.addresses})
    client.resolver('192.0.2.10')
    return client, server


def tls_block(lab, *names, listen='443 ssl', extra=''):
    """An nginx server block with a certificate of the lab's authority for names."""
    cert, key = lab.certificate(*names)
    return 'listen %s; ssl_certificate %s; ssl_certificate_key %s; %s' % (listen, cert, key, extra)


def curl(lab, *args):
    """curl that trusts the lab's authority and fails on errors."""
    return ['curl', '-s', '--fail', '--cacert', lab.ca()] + list(args)


FTP_NEEDS = {'vsftpd': 'vsftpd', 'curl': 'curl'}


def vsftpd(lab, node, extra=''):
    """Anonymous FTP of the site's folder; extra: more lines of its configuration."""
    empty = lab.folder('empty')
    config = lab.file('vsftpd.conf', '''
listen=YES
background=NO
anonymous_enable=YES
local_enable=NO
anon_root=%s
ftp_username=ftp
nopriv_user=nobody
secure_chroot_dir=%s
port_enable=YES
connect_from_port_20=YES
seccomp_sandbox=NO
%s''' % (site(lab), empty, extra))
    node.spawn(['vsftpd', config], tcp=21)


SSH_NEEDS = {'sshd': 'openssh-server', 'ssh': 'openssh-client', 'sftp': 'openssh-client',
             'ssh-keygen': 'openssh-client'}


def sshd(lab, node, lines, port=22):
    """sshd with these lines (ports among them) in its configuration; the options of a client that may log in."""
    for name in 'host', 'user':
        node.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', lab.dir / name])
    config = lab.file('sshd_config', '''
HostKey %(dir)s/host
AuthorizedKeysFile %(dir)s/user.pub
StrictModes no
UsePAM no
PermitRootLogin yes
PidFile none
''' % {'dir': lab.dir} + lines)
    # Folders of its own, in its own mount namespace: the machine's lists of logins stay as they are.
    node.spawn(['sh', '-c', 'mount -t tmpfs none /run && mount -t tmpfs none /var/log && '
                'mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f "$0"', config], tcp=port)
    return ['-F', 'none', '-i', lab.dir / 'user', '-o', 'StrictHostKeyChecking=no', '-o',
            'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR']


def bad_wire(lab, seed, *, loss=4, reorder=8, duplicate=3):
    """A client and a server on a wire that loses, delays behind the next and doubles frames (per cent)."""
    client, wire, server = lab.node('client'), lab.node('wire'), lab.node('server')
    lab.link(client, wire, names=('eth0', 'eth0'))
    lab.link(wire, server, names=('eth1', 'eth0'))
    client.address('eth0', '192.0.2.2/24')
    server.address('eth0', '192.0.2.10/24')
    tool(wire, 'lossy', 'eth0', 'eth1', str(loss), str(reorder), str(duplicate), str(seed))
    return client, server


TALK_NEEDS = {'nginx': 'nginx-light', 'curl': 'curl', 'dnsmasq': 'dnsmasq-base', 'dig': 'bind9-dnsutils'}


def talk_servers(lab, server, address):
    """What talk() talks to."""
    nginx(lab, server, 'listen 80; server_name www.example.com;')
    lab.dns(server, {'www.example.com': address})


def talk(lab, client, address):
    """One question to a name server and one page of a web server, with their truths."""
    client.run(['dig', '+tries=1', '@192.0.2.10' if ':' in address else '@' + address,
                'www.example.com', 'AAAA' if ':' in address else 'A'])
    client.run(['curl', '-s', '--fail', '--resolve',
                'www.example.com:80:' + (('[%s]' if ':' in address else '%s') % address),
                'http://www.example.com/'])
    lab.truth('UDP', 53, 'DNS', host='www.example.com')
    lab.truth('TCP', 80, 'HTTP', host='www.example.com')


def tool(node, name, *args, device=None):
    """Starts one of our own programs of tests/record/tools; waits for the device that it makes."""
    process = node.spawn(['/usr/bin/python3', labs.TOOLS / (name + '.py'), *args])
    end = time.monotonic() + labs.PATIENCE
    while device and device not in node.ip('-o', 'link'):
        if time.monotonic() > end or process.poll() is not None:
            raise labs.LabError('%s made no %s: %s' % (name, device,
                                                       process.log.read_text(errors='replace')))
        time.sleep(0.05)


def tunnel(lab, kind, client_inner, server_inner):
    """A client and a server joined by a tunnel between TUN devices, tun0 on both."""
    client, server = lab.pair()
    for node, local, remote, inner in ((client, '192.0.2.2', '192.0.2.10', client_inner),
                                       (server, '192.0.2.10', '192.0.2.2', server_inner)):
        tool(node, 'tunnel', 'tun0', local, remote, kind, device='tun0')
        node.ip('link', 'set', 'tun0', 'mtu', '1400')
        node.address('tun0', inner)
        no_protocol_unreachable(node)
    return client, server


def chromium(lab, names, *, quic=False):
    """Headless Chromium that knows these names ({name: address}), no others, and takes any certificate."""
    known = ', '.join('MAP %s %s' % pair for pair in names.items())
    force = ['--origin-to-force-quic-on=' + ','.join(name + ':443' for name in names)] if quic else ['--disable-quic']
    return ['chromium', '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
            '--user-data-dir=%s' % (lab.dir / 'chromium'), '--ignore-certificate-errors', *force,
            '--disable-background-networking', '--disable-component-update', '--disable-sync',
            '--host-resolver-rules=%s, MAP * ~NOTFOUND' % known, '--dump-dom']


def no_protocol_unreachable(node):
    """For programs on raw sockets: a kernel that does not know the protocol answers with an error too."""
    node.run(['nft', 'add table ip lab; add chain ip lab out { type filter hook output priority 0; }; '
              'add rule ip lab out icmp type destination-unreachable drop'])
