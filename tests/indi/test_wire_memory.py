"""Memory stays flat whatever a peer sends: measured from outside expat's own allocator, in a process of its own."""

import json
import subprocess
import sys
from typing import TypedDict

import pytest

PROGRAM = r"""
import json, sys
from pathlib import Path
from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.message import WireError

MIB = 1 << 20
ABORT = b"<newSwitchVector device='D' name='A'><oneSwitch name='ABORT'>On</oneSwitch></newSwitchVector>"

def peak_kib():
    # Not ru_maxrss: that one starts with the peak of the process which started this one.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])

def run(head, filler, total, tail, *limits):
    decoder, errors, messages = Decoder(*limits), 0, []
    def feed(data):
        nonlocal errors
        for found in decoder.feed(data):
            if isinstance(found, WireError):
                errors += 1
            else:
                messages.append(found.items[0].attributes["name"])
    piece = filler * (49152 // len(filler))
    feed(head)
    for _ in range(total // len(piece)):
        feed(piece)
    feed(tail)
    feed(ABORT)
    return errors, messages

run(b"<newTextVector>", b"warm up ", MIB, b"")
head = b"<newTextVector device='D' name='T'><oneText name='A'>"
cases = {
    "element": (head, b"x", b"</oneText></newTextVector>"),
    "never closed": (head, b"x", b""),
    "attribute": (b"<newTextVector device='", b"x", b"'/>"),
    "attribute full of tag ends": (b"<newTextVector device='", b">", b"'/>"),
    "attributes": (b"<newTextVector ", b"a='1' ", b"/>"),
    "nesting": (head, b"<a>", b""),
    "members": (b"<newNumberVector>", b"<oneNumber name='A'>1</oneNumber>", b"</newNumberVector>"),
    "entities": (head, b"&lol;", b"</oneText></newTextVector>"),
    "comment": (b"<!--", b"-", b"-->"),
    "declaration": (b"<?xml", b" ", b"?>"),
    "garbage": (b"", b"\x00\xff<", b""),
    "blanks": (b"", b" \n", b"junk"),
}
result = {}
for name, (start, filler, end) in cases.items():
    before = peak_kib()
    errors, messages = run(start, filler, 50 * MIB, end)
    result[name] = {"errors": errors, "messages": messages, "grown_kib": peak_kib() - before}
before = peak_kib()
run(*cases["element"][:2], 50 * MIB, cases["element"][2], 1 << 30)
json.dump({"cases": result, "without_limit_kib": peak_kib() - before}, sys.stdout)
"""


class Case(TypedDict):
    errors: int
    messages: list[str]
    grown_kib: int


class Result(TypedDict):
    cases: dict[str, Case]
    without_limit_kib: int


@pytest.fixture(scope="module")
def result() -> Result:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=True)
    measured: Result = json.loads(run.stdout)
    return measured


def test_fifty_megabytes_of_anything_leave_memory_flat(result: Result) -> None:
    assert {name: case["grown_kib"] for name, case in result["cases"].items() if case["grown_kib"] > 4096} == {}


def test_the_measurement_would_notice(result: Result) -> None:
    assert result["without_limit_kib"] > 40_000


def test_fifty_megabytes_of_anything_are_one_error(result: Result) -> None:
    assert {name: case["errors"] for name, case in result["cases"].items() if case["errors"] != 1} == {}


def test_the_abort_after_fifty_megabytes_is_obeyed(result: Result) -> None:
    assert {name: case["messages"] for name, case in result["cases"].items() if case["messages"] != ["ABORT"]} == {}
