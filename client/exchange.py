"""One command and its answer: send, collect what the driver says, judge when it is over."""

import asyncio
from collections.abc import Callable
from enum import Enum
from types import TracebackType
from typing import Self

from client.connection import IndiConnection
from client.errors import DeviceLost, DeviceNotConnected, NotConnected, Refused, Stopped, TimedOut
from client.properties import (
    DeviceRemoved,
    Disconnected,
    Event,
    Message,
    PropertyChanged,
    PropertyRemoved,
    PropertySnapshot,
)

ANSWER_S = 5.0
"""How long a driver may take for its first answer; the C++ drivers answer at once or at their next poll (1 s)."""
GRACE_S = 1.5
"""After a warning, how long the property itself may still answer: more than one poll."""


class Verdict(Enum):
    """What one update of the commanded property means for the command."""

    NOT_YET = "says nothing about this command"
    RUNNING = "accepted, under way"
    DONE = "reached"
    REFUSED = "refused or failed"
    STOPPED = "ended by something else"


Judge = Callable[[PropertySnapshot, bool], Verdict]
"""Judges a snapshot; the flag tells whether the command was seen running already."""


class Exchange:
    """Listens to one device from before a command is sent until it is over."""

    def __init__(
        self,
        connection: IndiConnection,
        device: str,
        command: str,
        watch: Callable[[PropertySnapshot], None] | None = None,
    ) -> None:
        """Prepare.

        Args:
            connection: where.
            device: whom.
            command: what, for error messages: "goto 120.0°".
            watch: sees every update of the device meanwhile, for progress.
        """
        self._connection = connection
        self._device = device
        self._command = command
        self._watch = watch
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._complaint: str | None = None
        self._remark: str | None = None

    def __enter__(self) -> Self:
        self._unsubscribe = self._connection.subscribe(self._events.put_nowait)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._unsubscribe()

    @property
    def reason(self) -> str | None:
        """Give the driver's last warning or error since the start, or failing that its last word."""
        return self._complaint or self._remark

    async def conclude(self, name: str, judge: Judge, timeout_s: float, *, was_busy: bool = False) -> PropertySnapshot:
        """Wait until the command is over.

        Args:
            name: the property that was sent.
            judge: what its updates mean.
            timeout_s: limit, seconds.
            was_busy: the property was Busy before the command, so that Busy alone does not mean accepted; a warning
                within the grace time then counts as a refusal (C++ domes refuse a goto during a goto that way).

        Returns:
            The snapshot that ended it.

        Raises:
            Refused, Stopped: the driver's decision.
            TimedOut: no answer, or no end in time.
            DeviceLost, DeviceNotConnected, NotConnected: nobody left to answer.
        """
        loop = asyncio.get_running_loop()
        end_s = loop.time() + timeout_s
        answer_s = min(end_s, loop.time() + (GRACE_S if was_busy else ANSWER_S))
        running = False
        while True:
            try:
                async with asyncio.timeout_at(end_s if running else answer_s):
                    event = await self._events.get()
            except TimeoutError:
                if running:
                    raise TimedOut(f"the end of {self._command}; the dome may still be moving", timeout_s) from None
                if self._complaint is not None:
                    raise Refused(self._device, self._command, self._complaint) from None
                if not was_busy or answer_s >= end_s:
                    raise TimedOut(
                        f'an answer of "{self._device}" to {self._command}', min(timeout_s, ANSWER_S)
                    ) from None
                running = True
                continue
            if isinstance(event, Message) and event.device == self._device:
                if event.level in ("WARNING", "ERROR") and not running:
                    answer_s = min(answer_s, loop.time() + GRACE_S)
                self._note(event)
            snapshot = self._snapshot(event, name)
            if snapshot is None:
                continue
            match judge(snapshot, running):
                case Verdict.RUNNING:
                    running = running or not was_busy
                case Verdict.DONE:
                    return snapshot
                case Verdict.REFUSED:
                    await self._late_message()
                    raise Refused(self._device, self._command, self.reason)
                case Verdict.STOPPED:
                    await self._late_message()
                    raise Stopped(self._device, self._command, self._complaint)
                case Verdict.NOT_YET:
                    pass

    def _snapshot(self, event: Event, name: str) -> PropertySnapshot | None:
        match event:
            case Disconnected(reason):
                raise NotConnected(f"{reason} during {self._command}")
            case DeviceRemoved(device) if device == self._device:
                raise DeviceLost(device, self._command)
            case PropertyRemoved(device, removed) if (device, removed) == (self._device, name):
                raise DeviceNotConnected(device, f"it was disconnected during {self._command}")
            case PropertyChanged(snapshot) if snapshot.device == self._device:
                if self._watch is not None:
                    self._watch(snapshot)
                return snapshot if snapshot.name == name else None
            case _:
                return None

    def _note(self, message: Message) -> None:
        if message.level in ("WARNING", "ERROR"):
            self._complaint = message.text
        else:
            self._remark = message.text

    async def _late_message(self) -> None:
        """Let an explanation that follows its Alert arrive; most drivers send it first."""
        try:
            async with asyncio.timeout(0.0 if self._complaint else 0.3):
                while self._complaint is None:
                    event = await self._events.get()
                    if isinstance(event, Message) and event.device == self._device:
                        self._note(event)
        except TimeoutError:
            return
