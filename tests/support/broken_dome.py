"""A small dome driver that does what INDI asks of it, or not: the faults named in BROKEN are built in on demand.

Speaks on stdin and stdout as indiserver's drivers do; started by a generated wrapper script.
"""

import asyncio
import os
import re
import sys
import time

DEVICE = "Broken Dome"
FAULTS = set(os.environ.get("BROKEN", "").split(","))
SPEED_DEG_S, TICK_S = 40.0, 0.05
COMMAND = re.compile(r"<new(\w+)Vector\b[^>]*\bname=[\"']([^\"']+)[\"'].*?</new\1Vector>", re.S)
ONE = re.compile(r"<one\w+ name=[\"']([^\"']+)[\"']\s*>\s*(.*?)\s*</one\w+>", re.S)
CONNECTED = ("DOME_MOTION", "ABS_DOME_POSITION", "DOME_ABORT_MOTION")


class Dome:
    def __init__(self) -> None:
        self.azimuth, self.goal, self.direction = 0.0, None, 0
        self.connected = False
        self.states = dict.fromkeys(CONNECTED, "Idle")

    def say(self, words: str, level: str = "INFO") -> None:
        text = words if "wordless" in FAULTS else f"[{level}] {words}"
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        write(f'<message device="{DEVICE}" timestamp="{stamp}" message="{text}"/>')

    def vector(self, tag: str, name: str) -> None:
        kind = "Number" if name == "ABS_DOME_POSITION" else "Text" if name == "DRIVER_INFO" else "Switch"
        member = {"set": "one", "def": "def"}[tag]
        extra = ""
        if tag == "def":
            rule = "OneOfMany" if name == "CONNECTION" else "AtMostOne"
            extra = f' label="{name}" group="Main" timeout="60" perm="{"ro" if kind == "Text" else "rw"}"'
            extra += f' rule="{rule}"' if kind == "Switch" else ""
        match name:
            case "CONNECTION":
                state = "Ok" if self.connected else "Idle"
                values = {"CONNECT": onoff(self.connected), "DISCONNECT": onoff(not self.connected)}
            case "DRIVER_INFO":
                state = "Idle"
                values = {
                    "DRIVER_NAME": DEVICE,
                    "DRIVER_EXEC": "broken",
                    "DRIVER_VERSION": "1",
                    "DRIVER_INTERFACE": "32",
                }
            case "ABS_DOME_POSITION":
                shown = round(self.azimuth) % 360 if "whole degrees" in FAULTS else self.azimuth
                state, values = self.states[name], {"DOME_ABSOLUTE_POSITION": f"{shown:.3f}"}
            case "DOME_MOTION":
                state = self.states[name]
                values = {"DOME_CW": onoff(self.direction > 0), "DOME_CCW": onoff(self.direction < 0)}
            case _:
                state, values = self.states[name], {"ABORT": "Off"}
        number = ' format="%.2f" min="0" max="360" step="1"' if tag == "def" and kind == "Number" else ""
        body = "".join(
            f'<{member}{kind} name="{key}"{number}>{value}</{member}{kind}>' for key, value in values.items()
        )
        write(f'<{tag}{kind}Vector device="{DEVICE}" name="{name}" state="{state}"{extra}>{body}</{tag}{kind}Vector>')

    def show(self, name: str, state: str) -> None:
        self.states[name] = state
        self.vector("set", name)

    def define(self) -> None:
        for name in ("CONNECTION", "DRIVER_INFO", *(CONNECTED if self.connected else ())):
            self.vector("def", name)

    def command(self, name: str, values: dict[str, str]) -> None:
        note(f"{name} {values}")
        match name:
            case "CONNECTION":
                self.connected = values.get("CONNECT") == "On"
                self.vector("set", name)
                for each in CONNECTED:
                    if self.connected:
                        self.vector("def", each)
                    else:
                        write(f'<delProperty device="{DEVICE}" name="{each}"/>')
            case "ABS_DOME_POSITION":
                self.goto(next(iter(values.values()), ""))
            case "DOME_MOTION":
                self.goal, self.direction = None, (values.get("DOME_CW") == "On") - (values.get("DOME_CCW") == "On")
                if "turns in silence" not in FAULTS:
                    self.show(name, "Busy" if self.direction else "Ok")
            case "DOME_ABORT_MOTION":
                was = self.direction
                self.goal, self.direction = None, 0
                self.show(name, "Ok")
                if was:
                    self.show("DOME_MOTION", "Idle")
                    self.show("ABS_DOME_POSITION", "Busy" if "busy after abort" in FAULTS else "Idle")

    def goto(self, text: str) -> None:
        try:
            target = float(text)
        except ValueError:
            target = -1.0
        if not 0.0 <= target <= 360.0:
            self.say("this is no azimuth", "ERROR")
            if "drives nonsense" in FAULTS:
                self.azimuth = (self.azimuth + 20.0) % 360.0
            if "silent refusal" not in FAULTS:
                self.show("ABS_DOME_POSITION", "Alert")
            return
        turn = (target - self.azimuth + 180.0) % 360.0 - 180.0
        if abs(turn) < 0.01:
            self.show("ABS_DOME_POSITION", "Ok")
            return
        self.goal, self.direction = target, 1 if turn > 0 else -1
        self.show("DOME_MOTION", "Busy")
        self.show("ABS_DOME_POSITION", "Ok" if "ok before it arrives" in FAULTS else "Busy")

    async def live(self) -> None:
        told = time.monotonic()
        while True:
            await asyncio.sleep(TICK_S)
            step = SPEED_DEG_S * TICK_S
            if self.goal is not None:
                left = (self.goal - self.azimuth + 180.0) % 360.0 - 180.0
                if abs(left) <= step:
                    self.azimuth, self.goal, self.direction = self.goal, None, 0
                    self.show("DOME_MOTION", "Ok")
                    self.show("ABS_DOME_POSITION", "Ok")
                    continue
            self.azimuth = (self.azimuth + self.direction * step) % 360.0
            if self.direction and time.monotonic() - told > 0.2:
                told = time.monotonic()
                self.vector("set", "ABS_DOME_POSITION")


def note(text: str) -> None:
    """Write into the file HEARD what a test wants to know afterwards."""
    if path := os.environ.get("HEARD"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(text + "\n")


def onoff(on: bool) -> str:
    return "On" if on else "Off"


def write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def main() -> None:
    dome, text = Dome(), ""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    living = asyncio.create_task(dome.live())
    while data := await reader.read(65536):
        text += data.decode(errors="replace")
        if "<getProperties" in text:
            text = re.sub(r"<getProperties[^>]*/>", "", text)
            dome.define()
        while found := COMMAND.search(text):
            text = text[found.end() :]
            dome.command(found[2], dict(ONE.findall(found[0])))
    living.cancel()
    note(f"the end, direction {dome.direction}")


if __name__ == "__main__":
    asyncio.run(main())
