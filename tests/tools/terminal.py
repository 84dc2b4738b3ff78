#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""terminal.py DPITOOL - what is for a terminal: its width, and the progress line: where it is drawn, that nothing is
left of it, and that it changes no byte of what is written. A capture is fed through a FIFO so slowly that there is a
line to be seen."""
import fcntl
import os
import pathlib
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dpitest import environment, run, tally_line  # noqa: E402

PCAPS = pathlib.Path(__file__).resolve().parents[1] / "pcaps"
WIDE = PCAPS / "tls-apps.pcapng"
CAPTURE, CUT = PCAPS / "made/syn-scan.pcap", PCAPS / "made/record-cut.pcap"
LINE = re.compile(r"(\d+ % of )?\d+(\.\d)? k?B(, [\d.]+ [kM]?B/s)?, \d+ packets")
PIECES, PAUSE = 9, 0.1


def drawn(err):
    """What was drawn between carriage returns."""
    return [part for part in re.split(r"[\r\n]+", err) if LINE.match(part)]


def screen(text):
    """The lines that stay on a terminal."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        row = ""
        for part in line.split("\r"):
            row = part + row[len(part):]
        lines.append(row.rstrip())
    return [line for line in lines if line]


def feed(fifo):
    data = CAPTURE.read_bytes()
    size = len(data) // PIECES + 1
    with open(fifo, "wb", buffering=0) as out:
        for at in range(0, len(data), size):
            out.write(data[at:at + size])
            time.sleep(PAUSE)


def slowly(dpitool, *arguments, terminal, stdout=None):
    """(stdout or b"", what came out of the terminal or of the pipe that standard error is)"""
    err = []
    with tempfile.TemporaryDirectory() as folder:
        fifo = os.path.join(folder, "capture")
        os.mkfifo(fifo)
        feeder = threading.Thread(target=feed, args=[fifo])
        feeder.start()
        read, write = pty.openpty() if terminal else os.pipe()
        # in the folder: a name as long as the path of some machines' temporary folders would be wrapped
        with subprocess.Popen([dpitool, "classify", *arguments, "capture"], stdin=subprocess.DEVNULL, stderr=write,
                              stdout=write if stdout is None else stdout, env=environment(TERM="xterm", NO_COLOR="1"),
                              start_new_session=True, cwd=folder) as child:
            os.close(write)
            drain = threading.Thread(target=lambda: err.extend(iter(lambda: read_some(read), b"")))
            drain.start()
            out = child.stdout.read() if child.stdout else b""
            drain.join()
        os.close(read)
        feeder.join()
    return out, b"".join(err).decode()


def read_some(fd):
    try:
        return os.read(fd, 65536)
    except OSError:  # the other end of a terminal is closed
        return b""


def behind_names(lines):
    return lines[lines.index("Time (UTC)"):] if "Time (UTC)" in lines else lines


def on_a_terminal(dpitool):
    """on a terminal, without being asked for, and gone at the end"""
    _, text = slowly(dpitool, "-o", "summary", terminal=True)
    plain = screen(run([dpitool, "classify", "-o", "summary", "--width", "80", str(CAPTURE)])[1].decode())
    kept = screen(text)
    wrong = [] if drawn(text) else [f"no line was drawn: {text[:200]!r}"]
    wrong += ["a line stayed"] if any(LINE.search(line) for line in kept) else []
    # the name of the capture is another one, and so is the width of its column, or it is wrapped
    same = [line.split() for line in behind_names(kept)] == [line.split() for line in behind_names(plain)]
    return wrong + ([] if same else ["the summary is another one"])


def between_records(dpitool):
    """between records on the same terminal: none is spoilt"""
    _, text = slowly(dpitool, "-o", "csv", "--fields", "flow_id,dst_ip", terminal=True)
    want = run([dpitool, "classify", "-o", "csv", "--fields", "flow_id,dst_ip", str(CAPTURE)])[1].decode().split()
    return [] if screen(text) == want else ["the terminal does not show the records"]


def never(dpitool):
    """--progress never"""
    _, text = slowly(dpitool, "--progress", "never", "-o", "summary", terminal=True)
    return ["a line was drawn"] if drawn(text) else []


def no_terminal(dpitool):
    """standard error is no terminal: nothing"""
    _, text = slowly(dpitool, "-o", "csv:/dev/null", terminal=False)
    return [f"stderr: {text!r}"] if text else []


def to_a_program(dpitool):
    """standard output is a pipe: nothing on the terminal, which its reader may be using"""
    _, text = slowly(dpitool, "-o", "csv", terminal=True, stdout=subprocess.PIPE)
    return [f"the terminal: {text!r}"] if text else []


def always(dpitool):
    """--progress always in a pipe: drawn, erased, and the output is the same"""
    out, text = slowly(dpitool, "--progress", "always", "-o", "json", "--fields", "flow_id,dst_ip,last_seen",
                       terminal=False, stdout=subprocess.PIPE)
    want = run([dpitool, "classify", "-o", "json", "--fields", "flow_id,dst_ip,last_seen", str(CAPTURE)])[1]
    times = len(drawn(text))
    wrong = [] if 2 <= times <= PIECES * PAUSE * 5 + 10 else [f"drawn {times} times"]
    wrong += [] if screen(text) == [] else [f"stays: {screen(text)}"]
    return wrong + ([] if out == want else ["the output is another one"])


def messages(dpitool):
    """a message stands alone on its line"""
    texts = [run([dpitool, "classify", "--progress", when, "-o", "csv:/dev/null", str(CUT)])[2].decode()
             for when in ("always", "never")]
    wrong = [] if drawn(texts[0]) else ["no line was drawn"]
    return wrong + ([] if screen(texts[0]) == screen(texts[1]) == texts[1].splitlines() else [f"stays: {texts[0]!r}"])


def width(dpitool):
    """a table is as wide as the terminal"""
    command = [dpitool, "classify", "-o", "table", "--color", "never", str(WIDE)]
    wrong = []
    for columns in (60, 80, 150):
        read, write = pty.openpty()
        fcntl.ioctl(write, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=write, env=environment()):
            os.close(write)
            text = b"".join(iter(lambda: read_some(read), b"")).decode()
        os.close(read)
        if text.replace("\r", "") != run(command[:-1] + [f"--width={columns}", str(WIDE)])[1].decode():
            wrong.append(f"{columns} columns: not the table of --width {columns}")
    return wrong


CASES = [width, on_a_terminal, between_records, never, no_terminal, to_a_program, always, messages]


def main(args):
    signal.alarm(300)
    failed = 0
    for test in CASES:
        wrong = test(os.path.abspath(args[0]))
        failed += bool(wrong)
        print("\n    ".join([f"{'not ok' if wrong else 'ok'}  {test.__doc__}"] + wrong))
    return tally_line(len(CASES) - failed, failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
