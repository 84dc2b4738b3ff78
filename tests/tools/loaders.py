#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""loaders [--office] DPITOOL CAPTURE... - loads what dpitool writes with the programs that people load it with.

JSON says what is right; CSV in every form must say the same to Python's csv module, to SQLite, to pandas and, with
--office, to LibreOffice, which like pandas is left out where it is not installed. And whatever a capture, a file
name or an argument holds, nothing that acts on a terminal may come out, neither as data nor as a message."""
import csv
import decimal
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree

from dpitest import environment, run, tally_line

ESCAPE = re.compile(r"\\x([0-9a-f]{2})|\\u\{([0-9a-f]+)\}")
# options, delimiter, whether texts are defused
FORMS = ((), ",", True), (("--csv-raw",), ",", False), (("--csv-delimiter", "tab"), "\t", True), \
    (("--csv-delimiter", ";", "--csv-bom"), ";", True)
BIDI = "gnp\u202e\x1b[31m\n\x9b.pcap"
TYPES = {"number": "INTEGER", "seconds": "REAL"}


class Wrong(Exception):
    """What is not as it should be, in a line."""


def dpitool(*words, status=0):
    got, out, err = run([*map(os.fsencode, words)], environment(TERM="xterm"))
    if got != status:
        raise Wrong(f"{words[1:]}: exit status {got}, expected {status}: {err[:200]}")
    return out, err


def safe(data, who):
    """Line ends are ours; everything else that is no picture must not be there."""
    for number, character in enumerate(data.decode("utf-8")):
        if character not in "\r\n" and unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp"):
            raise Wrong(f"{who}: U+{ord(character):04X} at character {number}")
    return data


def once(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Wrong("a JSON key stands twice")
    return found


def no_constant(word):
    raise Wrong(f"{word} is no JSON")


def records_of(binary, capture):
    out = safe(dpitool(binary, "classify", "-o", "json", capture)[0], "json")
    return [json.loads(line, object_pairs_hook=once, parse_float=decimal.Decimal, parse_constant=no_constant)
            for line in out.decode("utf-8").split("\n")[:-1]]


# ---- CSV

def character_of(match):
    return chr(int(match[1] or match[2], 16))


def undone(cell, is_list):
    """What the cell was before it was defused: a text or a list of texts."""
    cell = cell[1:] if cell.startswith("'") else cell
    parts = cell.split(";") if is_list else [cell]
    parts = [ESCAPE.sub(character_of, part) for part in parts]
    return parts if is_list else parts[0]


def matches(cell, value, kind, defused):
    if value is None:
        return cell == ""
    if kind == "list":
        return undone(cell, True) == value if defused else cell == ";".join(value)
    if kind == "text":
        return (undone(cell, False) if defused else cell) == value
    if isinstance(value, (int, decimal.Decimal)):
        return decimal.Decimal(cell) == value
    return cell == value


def csv_rows(data, delimiter):
    text = data.decode("utf-8").removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def check_csv(binary, capture, kinds, records):
    for options, delimiter, defused in FORMS:
        out = dpitool(binary, "classify", "-o", "csv", *options, capture)[0]
        if defused:
            safe(out.removeprefix("\ufeff".encode()).replace(b"\t" if delimiter == "\t" else b"", b""), f"csv {options}")
        head, *rows = csv_rows(out, delimiter)
        if head != list(kinds) or len(rows) != len(records):
            raise Wrong(f"csv {options}: {len(head)} columns, {len(rows)} rows")
        for number, (row, record) in enumerate(zip(rows, records), 1):
            if len(row) != len(head):
                raise Wrong(f"csv {options}: row {number} has {len(row)} cells")
            for name, cell in zip(head, row):
                if not matches(cell, record.get(name), kinds[name], defused):
                    raise Wrong(f"csv {options}: row {number}: {name}: {cell!r}, not {record.get(name)!r}")


# ---- SQLite

def check_sqlite(binary, capture, kinds, _):
    """Numbers become numbers in columns that say so, without a conversion."""
    head, *rows = csv_rows(dpitool(binary, "classify", "-o", "csv", capture)[0], ",")
    with sqlite3.connect(":memory:") as db:
        db.execute("CREATE TABLE flow (%s)" % ", ".join(f'"{n}" {TYPES.get(kinds[n], "TEXT")}' for n in head))
        db.executemany("INSERT INTO flow VALUES (%s)" % ", ".join("nullif(?, '')" for _ in head), rows)
        for name in head:
            wanted = TYPES.get(kinds[name], "TEXT").lower()
            found = {word for word, in db.execute(f'SELECT DISTINCT typeof("{name}") FROM flow')} - {"null"}
            if not found <= {wanted}:
                raise Wrong(f"sqlite: {name} is {found}, not {wanted}")


def check_sqlite_shell(binary, capture, kinds, _):
    if not shutil.which("sqlite3"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "flows.csv")
        dpitool(binary, "classify", "-o", f"csv:{path}", capture)
        said = subprocess.run(["sqlite3", "-json", ":memory:", f".import --csv {path} flow", "SELECT * FROM flow"],
                              capture_output=True, check=True, timeout=60).stdout
        with open(path, "rb") as file:
            head, *rows = csv_rows(file.read(), ",")
    loaded = [list(map(str, row.values())) for row in json.loads(said or "[]")]
    if head != list(kinds) or loaded != rows:
        raise Wrong("sqlite3 .import --csv has other rows")
    return True


# ---- pandas

def check_pandas(binary, capture, kinds, records):
    try:
        import pandas
    except ImportError:
        return False
    frame = pandas.read_csv(io.BytesIO(dpitool(binary, "classify", "-o", "csv", capture)[0]))
    if len(frame) != len(records):
        raise Wrong(f"pandas: {len(frame)} rows")
    for name, kind in kinds.items():
        column = frame[name].dropna()
        if kind in TYPES and not pandas.api.types.is_numeric_dtype(column):
            raise Wrong(f"pandas: {name} is {column.dtype}")
        if kind == "time" and [t.value for t in pandas.to_datetime(column, utc=True)] != \
                [t.value for t in map(pandas.Timestamp, (r[name] for r in records))]:
            raise Wrong(f"pandas: {name} has other times")
    return True


# ---- LibreOffice

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
# What its dialogue proposes: comma, double quote, UTF-8. Without a dialogue it takes all files for Windows-1252.
UTF8 = "Text - txt - csv (StarCalc):44,34,76,1"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def spans(paragraph):
    """The text of a paragraph; runs of blanks are an element."""
    yield paragraph.text or ""
    for child in paragraph:
        if child.tag == TEXT + "s":
            yield " " * int(child.get(TEXT + "c", "1"))
        else:
            yield from spans(child)
        yield child.tail or ""


def sheet(path):
    """Rows of (type, text, formula)."""
    for row in xml.etree.ElementTree.parse(path).iter(TABLE + "table-row"):
        cells = []
        for cell in row:
            text = "\n".join("".join(spans(p)) for p in cell.findall(TEXT + "p"))
            found = cell.get(OFFICE + "value-type"), text, cell.get(TABLE + "formula")
            cells += [found] * min(int(cell.get(TABLE + "number-columns-repeated", "1")), 1000)
        if any(kind for kind, _, _ in cells):
            yield cells


def same_in_sheet(cell, kind, found):
    """A text that is a number as it stands may be one; else texts are texts and numbers numbers."""
    type_, text, formula = found
    if formula:
        return False
    if kind in TYPES:
        return type_ == "float" or cell == ""
    return text == cell and (type_ in ("string", None) or cell.isdigit())


def check_office(binary, capture, kinds, _):
    if not shutil.which("soffice"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "flows.csv")
        dpitool(binary, "classify", "-o", f"csv:{path}", capture)
        subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", f"--infilter={UTF8}",
                        "--convert-to", "fods", "--outdir", folder, path], capture_output=True, check=True, timeout=300)
        with open(path, "rb") as file:
            head, *rows = csv_rows(file.read(), ",")
        loaded = list(sheet(os.path.join(folder, "flows.fods")))[1:]
    if len(loaded) != len(rows):
        raise Wrong(f"LibreOffice: {len(loaded)} rows")
    for number, (row, cells) in enumerate(zip(rows, loaded), 1):
        for name, cell, found in zip(head, row, cells):
            if not same_in_sheet(cell, kinds[name], found):
                raise Wrong(f"LibreOffice: row {number}: {name}: {found}, not {cell!r}")
    return True


# ---- terminals

def check_screens(binary, capture, *_):
    for options in ((), ("-o", "table"), ("-o", "table", "--width", "80"), ("-o", "summary"), ("-o", "summary-json"),
                    ("--all",)):
        safe(dpitool(binary, "classify", *options, capture)[0], f"{options}")


def check_file_names(binary, capture, *_):
    """The name of the capture is hostile, too."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, BIDI)
        shutil.copyfile(capture, path)
        for options in ((), ("-o", "csv"), ("-o", "json"), ("-o", "table"), ("-o", "summary-json")):
            for data in dpitool(binary, "classify", *options, path):
                safe(data, f"{options} of a file with a hostile name")
        safe(dpitool(binary, "classify", path + BIDI, status=3)[1], "a missing file with a hostile name")
        safe(dpitool(binary, "classify", "-o", f"csv:{folder}/none/{BIDI}", path, status=5)[1], "an output")


def check_arguments(binary, capture, *_):
    for words in ((BIDI,), ("classify", "--" + BIDI, capture), ("classify", "-\x1b", capture),
                  *(("classify", option, BIDI, capture) for option in
                    ("-o", "-f", "--fields", "--sort", "--top", "--color", "--memory", "--idle-timeout", "--after",
                     "--before", "--first", "--home-net", "--csv-delimiter"))):
        said = safe(dpitool(binary, *words, status=2)[1], f"the message about {words}")
        if said.count(b"\n") != 1:
            raise Wrong(f"the message about {words} has not one line: {said!r}")


CHECKS = check_csv, check_sqlite, check_sqlite_shell, check_pandas, check_screens
ONCE = check_file_names, check_arguments


def tried(check, binary, capture, kinds, records):
    """1 passed, 0 failed, None left out."""
    name = f"{check.__name__.removeprefix('check_')} {os.path.basename(capture)}"
    try:
        passed = check(binary, capture, kinds, records) is not False
    except (Wrong, UnicodeDecodeError, csv.Error, ValueError, subprocess.SubprocessError) as wrong:
        print(f"not ok  {name}\n    {wrong}", flush=True)
        return 0
    print(f"ok  {name}" + ("" if passed else " # SKIP not installed"), flush=True)
    return 1 if passed else None


def main(args):
    office = args[:1] == ["--office"]
    binary, *captures = args[1:] if office else args
    kinds = {f["name"]: f["type"] for f in json.loads(dpitool(binary, "fields", "--json")[0])}
    results = []
    for number, capture in enumerate(captures):
        records = records_of(binary, capture)
        for check in (check_office,) if office else CHECKS + ONCE * (number == 0):
            results.append(tried(check, binary, capture, kinds, records))
    return tally_line(results.count(1), results.count(0), results.count(None))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
