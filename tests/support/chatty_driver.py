"""A small INDI driver for tests of the client: floods on demand, dies on demand, answers oddly on demand.

Speaks on stdin and stdout as indiserver's drivers do; started by a generated wrapper script.
"""

import os
import re
import sys

DEVICE = "Chatty"
DEFINITIONS = f"""
<defSwitchVector device="{DEVICE}" name="CONNECTION" state="Ok" perm="rw" rule="OneOfMany" timeout="0">
<defSwitch name="CONNECT">On</defSwitch><defSwitch name="DISCONNECT">Off</defSwitch></defSwitchVector>
<defNumberVector device="{DEVICE}" name="FLOOD" state="Idle" perm="rw" timeout="0">
<defNumber name="COUNT" format="%g" min="0" max="1e9" step="1">0</defNumber></defNumberVector>
<defNumberVector device="{DEVICE}" name="POSITION" state="Idle" perm="ro" timeout="0">
<defNumber name="A" format="%g" min="0" max="0" step="0">0</defNumber>
<defNumber name="B" format="%g" min="0" max="0" step="0">0</defNumber></defNumberVector>
<defTextVector device="{DEVICE}" name="NOTE" state="Idle" perm="rw" timeout="0">
<defText name="T">hello</defText><defText name="U">kept</defText></defTextVector>
<defSwitchVector device="{DEVICE}" name="ANY" state="Idle" perm="rw" rule="AnyOfMany" timeout="0">
<defSwitch name="X">On</defSwitch><defSwitch name="Y">Off</defSwitch></defSwitchVector>
<defSwitchVector device="{DEVICE}" name="MOST" state="Idle" perm="rw" rule="AtMostOne" timeout="0">
<defSwitch name="X">On</defSwitch><defSwitch name="Y">Off</defSwitch></defSwitchVector>
<defLightVector device="{DEVICE}" name="LAMP" state="Ok"><defLight name="L">Busy</defLight></defLightVector>
<defBLOBVector device="{DEVICE}" name="IMAGE" state="Idle" perm="ro" timeout="0"><defBLOB name="I"/></defBLOBVector>
"""
COMMAND = re.compile(r"<new(\w+)Vector\b[^>]*\bname=[\"'](\w+)[\"'].*?</new\1Vector>", re.S)
ONE = re.compile(r"<one\w+ name=[\"'](\w+)[\"']\s*>\s*(.*?)\s*</one\w+>", re.S)


def write(text: str | bytes) -> None:
    data = text.encode() if isinstance(text, str) else text
    while data:
        data = data[os.write(1, data) :]


def flood(count: int) -> None:
    for number in range(count):
        write(
            f'<setNumberVector device="{DEVICE}" name="POSITION" state="Busy">'
            f'<oneNumber name="A">{number}</oneNumber><oneNumber name="B">{-number}</oneNumber></setNumberVector>\n'
        )
    write(f'<setNumberVector device="{DEVICE}" name="FLOOD" state="Ok">'
          f'<oneNumber name="COUNT">{count}</oneNumber></setNumberVector>\n')  # fmt: skip


def odd() -> None:
    """Say what no driver should: unknown property, unknown state, not a number, bytes that are not UTF-8."""
    write(
        f'<setNumberVector device="{DEVICE}" name="NOPE" state="Ok"><oneNumber name="X">1</oneNumber></setNumberVector>'
        f'<setNumberVector device="{DEVICE}" name="POSITION" state="Bogus"><oneNumber name="Z">1</oneNumber>'
        f'</setNumberVector><setNumberVector device="{DEVICE}" name="POSITION" state="Ok">'
        f'<oneNumber name="A">abc</oneNumber></setNumberVector>\n'
    )
    write(
        b'<setTextVector device="Chatty" name="NOTE" state="Ok">'
        b'<oneText name="T">\xff\xe9t\xe9</oneText></setTextVector>\n'
    )
    write('<message device="Chatty" timestamp="2026-01-01T00:00:00" message="[WARNING] that was odd"/>\n')


def obey(kind: str, name: str, elements: dict[str, str]) -> None:
    if name == "FLOOD" and "COUNT" in elements:
        count = int(float(elements["COUNT"]))
        if count == -1:
            write(f'<delProperty device="{DEVICE}" name="POSITION"/>\n')
        elif count == -2:
            odd()
        elif count == -3:
            sys.exit(3)
        else:
            flood(count)
    else:
        body = "".join(f'<one{kind} name="{key}">{value}</one{kind}>' for key, value in elements.items())
        write(f'<set{kind}Vector device="{DEVICE}" name="{name}" state="Ok">{body}</set{kind}Vector>\n')
        write(f'<message device="{DEVICE}" message="[INFO] got {name} {" ".join(elements)}"/>\n')


def main() -> None:
    pending = ""
    while chunk := os.read(0, 65536):
        pending += chunk.decode(errors="replace")
        if "<getProperties" in pending:
            pending = re.sub(r"<getProperties[^>]*>", "", pending)
            write(DEFINITIONS)
        while found := COMMAND.search(pending):
            pending = pending[found.end() :]
            obey(found[1], found[2], dict(ONE.findall(found[0])))


if __name__ == "__main__":
    main()
