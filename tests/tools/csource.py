# SPDX-License-Identifier: BSD-2-Clause
"""csource - just enough reading of C for the lints: text without comments and strings, and functions."""
import re

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.M)
NAME_BEFORE = re.compile(r"(\w+)\s*\($")


def _blank(match):
    text = match.group()
    kept = "\n" * text.count("\n")
    return kept if text[0] == "/" else text[0] + kept + text[-1]


def code_of(text):
    """The text without comments and without what is in strings; lines stay where they were."""
    return TOKEN.sub(_blank, text)


def _matching(text, at, opening, closing):
    depth = 0
    while at >= 0:
        depth += (text[at] == closing) - (text[at] == opening)
        if depth == 0:
            return at
        at -= 1
    return -1


def _function_at(code, brace):
    """(name, start of the declarator) when the brace opens a function's body, else None."""
    head = code[:brace].rstrip()
    if not head.endswith(")"):
        return None
    paren = _matching(code, len(head) - 1, "(", ")")
    name = NAME_BEFORE.search(code[:paren + 1])
    if not name:
        return None
    start = max(code.rfind(c, 0, name.start()) for c in ";}") + 1
    return name.group(1), start + len(code[start:]) - len(code[start:].lstrip())


def functions(text):
    """(name, line, lines) of every function: from its declarator to its closing brace, comments and
    empty lines inside it counted."""
    code = DIRECTIVE.sub(lambda m: "\n" * m.group().count("\n"), code_of(text))
    depth, begun = 0, None
    for at, char in enumerate(code):
        if char == "{":
            if depth == 0:
                begun = _function_at(code, at)
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0 and begun:
                name, start = begun
                yield name, code.count("\n", 0, start) + 1, code.count("\n", start, at) + 1
                begun = None
