#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""signals.py DPITOOL - after a signal the outputs are whole: what was read is in them, nothing else lies in the
folder, and the program ended by that signal. The captures come from FIFOs that go silent."""
import contextlib
import fcntl
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import environment, hear_signals, run, tally_line  # noqa: E402

PATIENCE = 30  # seconds
PCAPS = pathlib.Path(__file__).resolve().parents[1] / "pcaps"
CAPTURE = PCAPS / "tls-apps.pcapng"
SMALL = PCAPS / "http11.pcapng"  # read ahead as a whole
MANY_FLOWS = PCAPS / "made/syn-scan.pcap"
FORMATS = ("csv", "json", "summary-json")
SAID = "dpitool: interrupted: the outputs have what was read until then\n"
FIELDS = "--fields=flow_id,first_seen,src_ip,src_port,dst_ip,hostname,protocol,packets_total,end_reason"


def wait_until(true, what):
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise SystemExit(f"waited {PATIENCE} s, but {what}")
        time.sleep(0.01)


class Case:
    """A folder in/ with a FIFO as capture, a folder out/ for outputs, and dpitool."""

    def __init__(self, stack, dpitool):
        self.dpitool = dpitool
        top = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.fifo, self.out = top / "capture", top / "out"
        os.mkfifo(self.fifo)
        self.out.mkdir()
        self.child = self.writer = None
        stack.callback(self.close)

    def start(self, *arguments, **popen):
        self.child = subprocess.Popen([self.dpitool, "classify", FIELDS, *arguments, self.fifo], cwd=self.out,
                                      env=environment(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **popen)

    def feed(self, capture):
        """Writes the capture and waits until it is read, without ending it."""
        self.writer = os.open(self.fifo, os.O_WRONLY)
        data = capture.read_bytes()
        while data:
            data = data[os.write(self.writer, data):]
        wait_until(lambda: not self.unread(), "the capture is not read")
        wait_until(self.sleeps, "the program does not wait for more")

    def unread(self):
        return struct.unpack("i", fcntl.ioctl(self.writer, termios.FIONREAD, b"\0" * 4))[0]

    def sleeps(self):
        return pathlib.Path(f"/proc/{self.child.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "S"

    def end(self):
        """(status, stderr), after the program ended"""
        _, err = self.child.communicate(timeout=PATIENCE)
        return self.child.returncode, err.decode()

    def files(self):
        return {path.name: path.read_bytes() for path in self.out.iterdir()}

    def close(self):
        if self.child and self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        if self.writer is not None:
            os.close(self.writer)


def expected(dpitool, capture, form):
    _, out, _ = run([dpitool, "classify", FIELDS, "-o", form, str(capture)])
    return out


def specs():
    return [f"--output={form}:flows.{form}" for form in FORMATS]


def wrong_files(case, capture):
    """What is wrong with the files of a run that read the whole capture."""
    files = case.files()
    if set(files) != {f"flows.{form}" for form in FORMATS}:
        return [f"files: {sorted(files)}"]
    wrong = [f"flows.{form} is not what the whole capture gives" for form in ("csv", "json")
             if files[f"flows.{form}"] != expected(case.dpitool, capture, form)]
    return wrong + ([] if files["flows.summary-json"].endswith(b"}\n") else ["flows.summary-json is not whole"])


def status_is(status, want, err):
    return [] if status == want else [f"status {status}, expected {want}: {err.strip()}"]


def one_signal(case, sig, capture=CAPTURE):
    case.start(*specs())
    case.feed(capture)
    case.child.send_signal(sig)
    status, err = case.end()
    said = [] if err == SAID else [f"stderr: {err}"]
    return status_is(status, -sig, err) + said + wrong_files(case, capture)


def interrupt(case):
    """SIGINT while the capture is silent"""
    return one_signal(case, signal.SIGINT)


def terminate(case):
    """SIGTERM while the capture is silent"""
    return one_signal(case, signal.SIGTERM)


def hang_up(case):
    """SIGHUP while the capture is silent"""
    return one_signal(case, signal.SIGHUP)


def classic(case):
    """SIGINT while a capture of the old format is silent"""
    return one_signal(case, signal.SIGINT, MANY_FLOWS)


def no_hang_up(case):
    """SIGHUP under nohup: nothing happens"""
    case.start(*specs(), preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    case.feed(CAPTURE)
    case.child.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    os.close(case.writer)
    case.writer = None
    status, err = case.end()
    return status_is(status, 0, err) + wrong_files(case, CAPTURE)


def before_the_capture(case):
    """SIGINT while nobody writes to the FIFO: no output"""
    case.start(*specs())
    wait_until(case.sleeps, "the program does not wait for a writer")
    time.sleep(0.2)  # it may have slept elsewhere
    case.child.send_signal(signal.SIGINT)
    status, err = case.end()
    return status_is(status, -signal.SIGINT, err) + ([f"files: {sorted(case.files())}"] if case.files() else [])


def waiting_for_a_reader(case):
    """SIGINT while nobody reads an output FIFO: no temporary file stays"""
    os.mkfifo(case.out / "pipe")
    case.start("-o", "csv:flows.csv", "-o", "json:pipe")
    case.writer = os.open(case.fifo, os.O_WRONLY)
    os.write(case.writer, SMALL.read_bytes())
    wait_until(lambda: not case.unread(), "the capture is not read")
    wait_until(case.sleeps, "the program does not wait for a reader")
    time.sleep(0.2)  # it may have slept elsewhere
    case.child.send_signal(signal.SIGINT)
    status, err = case.end()
    left = sorted(os.listdir(case.out))
    return status_is(status, -signal.SIGINT, err) + ([f"files: {left}"] if left != ["pipe"] else [])


def twice(case):
    """SIGINT again while the outputs are finished: it ends at once, no file appears and none is left"""
    try:
        os.close(os.open(case.out, os.O_TMPFILE | os.O_WRONLY))
    except OSError:
        return None  # this file system has no files without a name
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    case.start("-o", "csv:flows.csv", "-o", "json:/dev/fd/%d" % write, pass_fds=[write])
    os.close(write)
    case.feed(MANY_FLOWS)
    case.child.send_signal(signal.SIGINT)
    wait_until(lambda: os.read(read, 1), "nothing is written")
    wait_until(case.sleeps, "the program does not wait for the reader of its output")
    case.child.send_signal(signal.SIGINT)
    status, err = case.end()
    os.close(read)
    return status_is(status, -signal.SIGINT, err) + ([f"files: {sorted(case.files())}"] if case.files() else [])


def reader_gone(case):
    """the reader of standard output goes away: quiet, the other outputs are whole"""
    read, write = os.pipe()
    os.close(read)
    case.start(*specs(), "-o", "table", stdout=write)
    os.close(write)
    case.feed(CAPTURE)
    os.close(case.writer)
    case.writer = None
    status, err = case.end()
    return status_is(status, -signal.SIGPIPE, err) + wrong_files(case, CAPTURE) + ([f"stderr: {err}"] if err else [])


CASES = [interrupt, terminate, hang_up, classic, no_hang_up, before_the_capture, waiting_for_a_reader, twice, reader_gone]


def main(args):
    failed = skipped = 0
    hear_signals()
    for test in CASES:
        with contextlib.ExitStack() as stack:
            wrong = test(Case(stack, os.path.abspath(args[0])))
        failed += bool(wrong)
        skipped += wrong is None
        verdict = "left out" if wrong is None else "not ok" if wrong else "ok"
        print("\n    ".join([f"{verdict}  {test.__doc__}"] + (wrong or [])))
    return tally_line(len(CASES) - failed - skipped, failed, skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
