"""The driver process by itself, without a server: spoken to on its standard input and output."""

import os
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from indi_server import wait_until
from observatory import DOME, DRIVER, FAST, write_config

from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.message import Message


class Bare:
    """The driver alone on two pipes."""

    def __init__(self, home: Path, config: Mapping[str, Any] = FAST, **env: str) -> None:
        written = write_config(home, dict(config))
        environment = {**os.environ, "HOME": str(home), "INDI_DOME_CONFIG": str(written), **env}
        self.process = subprocess.Popen(
            [str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self.decoder = Decoder()
        self.messages: list[Message] = []

    def say(self, text: str | bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode() if isinstance(text, str) else text)
        self.process.stdin.flush()

    def close(self) -> None:
        self.process.kill()
        self.process.wait(5)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()

    def listen(self) -> list[Message]:
        assert self.process.stdout is not None
        data = self.process.stdout.read() or b""
        self.messages += [each for each in self.decoder.feed(data) if isinstance(each, Message)]
        return self.messages

    def wait(self, condition: Callable[[Message], bool], what: str, timeout_s: float = 10.0) -> Message:
        wait_until(lambda: any(condition(each) for each in self.listen()), timeout_s, what)
        return next(each for each in self.messages if condition(each))

    def connect(self) -> None:
        self.say(f"<getProperties version='1.7'/>{switch('CONNECTION', 'CONNECT')}")
        self.wait(lambda m: "SIMULATED" in m.attributes.get("message", ""), "the connection")


def switch(name: str, on: str) -> str:
    return f"<newSwitchVector device='{DOME}' name='{name}'><oneSwitch name='{on}'>On</oneSwitch></newSwitchVector>"


def goto(azimuth: float) -> str:
    return (
        f"<newNumberVector device='{DOME}' name='ABS_DOME_POSITION'>"
        f"<oneNumber name='DOME_ABSOLUTE_POSITION'>{azimuth}</oneNumber></newNumberVector>"
    )
