# SPDX-License-Identifier: BSD-2-Clause
"""lab.py - network namespaces with real programs in them, a capture running, and all of it gone at the end.

A node is a network namespace with a host name of its own. Nodes are joined by veth pairs and have no way
out: no default route leads anywhere but to another node. Every process started here lives in a node, and
whatever is still alive in one when the lab closes is killed by its id.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import manifest
import pcapfile

TOOLS = pathlib.Path(__file__).resolve().parent / 'tools'
SETTLE = 0.4            # seconds that a capture is given for the last packets to reach it
PATIENCE = 15.0         # seconds that a server is given to start
GOODBYE = 1.0           # seconds that a process is given to end when asked
INTERRUPTS = {signal.SIGINT, signal.SIGTERM}

# Programs that every scenario needs, and their packages.
NEEDS = {'ip': 'iproute2', 'ss': 'iproute2', 'dumpcap': 'wireshark-common', 'tcpdump': 'tcpdump',
         'openssl': 'openssl', 'ethtool': 'ethtool', 'unshare': 'util-linux'}


class LabError(Exception):
    """Something in the lab did not work; the message says what."""


def missing(needs):
    """The packages of programs that are not installed. A name with / is a file that must exist."""
    path = os.environ.get('PATH', '') + ':/usr/sbin:/sbin'
    return sorted({package for program, package in needs.items()
                   if not (os.path.exists(program) if '/' in program
                           else shutil.which(program, path=path))})


def _tell(argv, **options):
    done = subprocess.run(argv, capture_output=True, text=True, **options)
    if done.returncode:
        raise LabError('%s: exit %d: %s' % (' '.join(argv), done.returncode,
                                            (done.stderr + done.stdout).strip()[-800:]))
    return done.stdout


class Node:
    def __init__(self, lab, name):
        self.lab, self.name = lab, name
        self.ns = 'dpirec%d-%s' % (os.getpid(), name)
        self.etc = pathlib.Path('/etc/netns') / self.ns
        self.addresses = []

    def open(self):
        _tell(['ip', 'netns', 'add', self.ns])
        self.etc.mkdir(parents=True)
        (self.etc / 'resolv.conf').write_text('')
        (self.etc / 'hosts').write_text('127.0.0.1 localhost\n::1 localhost\n')
        self.ip('link', 'set', 'lo', 'up')
        for key in 'all', 'default':
            self.sysctl('net.ipv6.conf.%s.addr_gen_mode' % key, 1)
            self.sysctl('net.ipv6.conf.%s.accept_ra' % key, 0)
            self.sysctl('net.ipv6.conf.%s.accept_dad' % key, 0)

    def _argv(self, argv):
        return ['ip', 'netns', 'exec', self.ns, 'unshare', '--uts', 'sh', '-c',
                'hostname "$0" && exec "$@"', self.name] + [str(arg) for arg in argv]

    def ip(self, *args):
        return _tell(['ip', '-n', self.ns] + [str(arg) for arg in args])

    def sysctl(self, key, value):
        self.run(['sh', '-c', 'echo %s > /proc/sys/%s' % (value, key.replace('.', '/'))])

    def address(self, interface, address):
        """address with its prefix length; reachable at once (no duplicate address detection)."""
        self.ip('addr', 'add', address, 'dev', interface, *(['nodad'] if ':' in address else []))
        self.addresses.append(address.split('/')[0])

    def run(self, argv, *, stdin='', ok=(0,), timeout=60, env=None):
        """Runs a program to its end and returns its standard output. ok None: any exit status."""
        try:
            done = subprocess.run(self._argv(argv), input=stdin, capture_output=True, text=True,
                                  errors='replace', timeout=timeout, cwd=self.lab.dir,
                                  env={**self.lab.env, **(env or {})})
        except subprocess.TimeoutExpired:
            raise LabError('%s on %s: not done after %d s' % (argv[0], self.name, timeout)) from None
        if ok is not None and done.returncode not in ok:
            raise LabError('%s on %s: exit %d: %s' % (
                ' '.join(map(str, argv)), self.name, done.returncode,
                (done.stderr + done.stdout).strip()[-800:]))
        return done.stdout

    def spawn(self, argv, *, tcp=None, udp=None, file=None, env=None):
        """Starts a program that stays; returns when it listens on a port or has made a file."""
        log = self.lab.dir / ('%s-%s-%d.log' % (self.name, os.path.basename(str(argv[0])),
                                                len(self.lab.spawned)))
        with log.open('wb') as out:
            process = subprocess.Popen(self._argv(argv), stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=out, cwd=self.lab.dir, start_new_session=True,
                                       env={**self.lab.env, **(env or {})})
        process.log = log
        self.lab.spawned.append(process)
        end = time.monotonic() + PATIENCE
        while not self._ready(tcp, udp, file):
            gone = process.poll()
            if gone not in (None, 0) or time.monotonic() > end:
                raise LabError('%s on %s did not start: %s' % (
                    argv[0], self.name, log.read_text(errors='replace').strip()[-800:]))
            time.sleep(0.05)
        return process

    def _ready(self, tcp, udp, file):
        if file is not None:
            return pathlib.Path(file).exists()
        if tcp is None and udp is None:
            return True
        found = _tell(['ip', 'netns', 'exec', self.ns, 'ss', '-Hln', '-t' if tcp else '-u'])
        return any(len(cells) > 3 and cells[3].endswith(':%d' % (tcp or udp))
                   for cells in map(str.split, found.splitlines()))

    def resolver(self, address):
        (self.etc / 'resolv.conf').write_text('nameserver %s\n' % address)

    def hosts(self, names):
        """Names that this node knows without asking: {name: address}."""
        with (self.etc / 'hosts').open('a') as out:
            out.writelines('%s %s\n' % (address, name) for name, address in names.items())

    def _pids(self):
        done = subprocess.run(['ip', 'netns', 'pids', self.ns], capture_output=True, text=True)
        return [int(pid) for pid in done.stdout.split()]

    def close(self):
        """Ends what lives in the namespace, first with a request, and takes the namespace down."""
        for number in signal.SIGTERM, signal.SIGKILL:
            for pid in self._pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            end = time.monotonic() + GOODBYE
            while self._pids() and time.monotonic() < end:
                time.sleep(0.05)
        subprocess.run(['ip', 'netns', 'del', self.ns], capture_output=True)
        shutil.rmtree(self.etc, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.etc.parent.rmdir()


class Lab:
    """One recording. Use it as a context manager: leaving it takes everything down."""

    def __init__(self, name, target):
        self.name, self.target = name, target
        self.nodes, self.spawned, self.rules, self.authority = [], [], [], None
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='dpirec-'))
        self.dir.chmod(0o755)
        self.env = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC',
                    'HOME': str(self.dir), 'PYTHONDONTWRITEBYTECODE': '1'}
        self.capture_tool = None

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        """Whoever interrupts waits until everything is down."""
        signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
        try:
            self._close()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)

    def _close(self):
        for node in self.nodes:
            node.close()
        for process in self.spawned:
            process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def node(self, name):
        node = Node(self, name)
        self.nodes.append(node)         # before it opens: what is half open is closed all the same
        node.open()
        return node

    def link(self, left, right, *, names=('eth0', 'eth0'), offload=False):
        """A veth pair between two nodes, up, without addresses."""
        _tell(['ip', '-n', left.ns, 'link', 'add', names[0], 'type', 'veth', 'peer', 'name', names[1],
               'netns', right.ns])
        for node, name in zip((left, right), names):
            node.ip('link', 'set', name, 'address', '02:00:00:00:%02x:%02x'
                    % (self.nodes.index(node) + 1, int(name[-1]) if name[-1].isdigit() else 0))
            if not offload:
                node.run(['ethtool', '-K', name, 'rx', 'off', 'tx', 'off', 'tso', 'off', 'gso', 'off',
                          'gro', 'off'])
            node.ip('link', 'set', name, 'up')

    def pair(self, *, server4=('192.0.2.10',), server6=('2001:db8::10',), ipv6=False, offload=False):
        """The usual case: a client and a server (with as many addresses as wanted) on one wire."""
        client, server = self.node('client'), self.node('server')
        self.link(client, server, offload=offload)
        client.address('eth0', '192.0.2.2/24')
        for address in server4:
            server.address('eth0', address + '/24')
        if ipv6:
            client.address('eth0', '2001:db8::2/64')
            for address in server6:
                server.address('eth0', address + '/64')
        return client, server

    def file(self, name, content, mode=0o644):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        return path

    def folder(self, name, mode=0o755):
        path = self.dir / name
        path.mkdir(parents=True)
        path.chmod(mode)
        return path

    # ---- what scenarios share

    def dns(self, node, names, listen=None):
        """dnsmasq on a node, answering for names ({name: address or addresses}) and nothing else."""
        rows = ['%s %s' % (address, name) for name, found in names.items()
                for address in ([found] if isinstance(found, str) else found)]
        hosts = self.file('dns-hosts', '\n'.join(rows) + '\n')
        node.spawn(['dnsmasq', '--keep-in-foreground', '--no-resolv', '--no-hosts', '--bind-interfaces',
                    '--addn-hosts=%s' % hosts, '--user=root', '--pid-file=', '--local-ttl=300',
                    '--conf-file=/dev/null', '--local=//']
                   + (['--listen-address=%s' % listen] if listen else []), udp=53)

    def ca(self):
        """The certificate of the lab's own authority, made when first asked for."""
        if self.authority is None:
            self.authority = self.dir / 'ca.pem'
            _tell(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                   '-nodes', '-keyout', self.dir / 'ca.key', '-out', self.authority, '-days', '30',
                   '-subj', '/O=Lab/CN=Lab CA'])
        return self.authority

    def certificate(self, *names):
        """(certificate, key) for these names, signed by the lab's authority."""
        ca, stem = self.ca(), self.dir / names[0].replace('*', 'star')
        cert, key, request = (stem.with_name(stem.name + end) for end in ('.pem', '.key', '.csr'))
        extra = self.file(stem.name + '.ext',
                          'subjectAltName=' + ','.join('DNS:' + name for name in names) + '\n')
        _tell(['openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
               '-nodes', '-keyout', key, '-out', request, '-subj', '/O=Lab/CN=' + names[0]])
        _tell(['openssl', 'x509', '-req', '-in', request, '-CA', ca, '-CAkey', self.dir / 'ca.key',
               '-CAcreateserial', '-out', cert, '-days', '30', '-extfile', extra])
        key.chmod(0o644)
        return cert, key

    # ---- capturing

    @contextlib.contextmanager
    def capture(self, node, *interfaces, tool='dumpcap', args=(), kind='pcapng'):
        """Records what passes interfaces of a node while the block runs."""
        self.capture_tool = tool
        path = self.dir / ('capture.' + kind)
        argv = ['tcpdump', '-U', '-Z', 'root', '--immediate-mode'] if tool == 'tcpdump' \
            else ['dumpcap', '-q']
        for interface in interfaces or ('eth0',):
            argv += ['-i', interface]
        process = node.spawn(argv + ['-w', path] + list(args), file=path)
        self._wait_for_word(process, 'listening on' if tool == 'tcpdump' else 'File:')
        yield
        time.sleep(SETTLE)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
        self.keep(path)

    @staticmethod
    def _wait_for_word(process, word):
        end = time.monotonic() + PATIENCE
        while word not in process.log.read_text(errors='replace'):
            if time.monotonic() > end:
                raise LabError('the capture did not start: ' + process.log.read_text(errors='replace'))
            time.sleep(0.05)
        time.sleep(0.2)

    def keep(self, path):
        """Makes a file the scenario's capture."""
        data = path.read_bytes()
        self.target = self.target.with_suffix(path.suffix)
        self.target.write_bytes(pcapfile.scrub(data) if pcapfile.is_pcapng(data) else data)

    def truth(self, *args, **fields):
        """manifest.rule(): what a flow of this recording is. Rules are tried in the order given."""
        self.rules.append(manifest.rule(*args, **fields))
