"""How a driver's words are judged, played to the exchange without any server."""

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

import pytest

from client.connection import IndiConnection
from client.dome import DomeClient
from client.errors import ClientError, DeviceLost, DeviceNotConnected, NotConnected, Refused, Stopped
from client.properties import (
    DeviceRemoved,
    Disconnected,
    Event,
    Message,
    PropertyChanged,
    PropertyKind,
    PropertyRemoved,
    PropertySnapshot,
    Registry,
    State,
    Value,
    freeze_elements,
)

DOME = "Dome"


def absolute(state: State, azimuth_deg: float) -> Event:
    elements = freeze_elements({"DOME_ABSOLUTE_POSITION": azimuth_deg})
    return PropertyChanged(PropertySnapshot(DOME, "ABS_DOME_POSITION", PropertyKind.NUMBER, state, elements, 0.0))


def park(state: State, *, parked: bool) -> Event:
    elements = freeze_elements({"PARK": parked, "UNPARK": not parked})
    return PropertyChanged(PropertySnapshot(DOME, "DOME_PARK", PropertyKind.SWITCH, state, elements, 0.0))


def says(level: str, text: str, device: str = DOME) -> Event:
    return Message(device, level, text, 0.0)


class ScriptedConnection:
    """Answers the first command with a fixed list of events."""

    def __init__(self, before: Sequence[Event], answer: Sequence[Event]) -> None:
        self._registry = Registry()
        for event in before:
            self._registry.apply(event)
        self._answer = answer
        self._subscribers: list[Callable[[Event], None]] = []

    def snapshot(self, device: str, name: str) -> PropertySnapshot | None:
        return self._registry.snapshot(device, name)

    def subscribe(self, subscriber: Callable[[Event], None]) -> Callable[[], None]:
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def send_number(self, _device: str, _name: str, _values: dict[str, Value]) -> None:
        asyncio.get_running_loop().call_soon(self._play)

    send_switch = send_number

    def _play(self) -> None:
        for event in self._answer:
            self._registry.apply(event)
            for subscriber in self._subscribers:
                subscriber(event)


def dome(before: Sequence[Event], answer: Sequence[Event]) -> DomeClient:
    return DomeClient(cast(IndiConnection, ScriptedConnection(before, answer)), DOME)


AT_REST = [absolute("Ok", 10.0)]


@pytest.mark.parametrize(
    ("before", "answer", "reached_deg"),
    [
        (AT_REST, [absolute("Busy", 10.0), absolute("Busy", 50.0), absolute("Ok", 99.7)], 99.7),
        (AT_REST, [absolute("Ok", 100.0)], 100.0),
        (AT_REST, [absolute("Ok", 10.0), absolute("Busy", 12.0), absolute("Ok", 100.0)], 100.0),
        (AT_REST, [absolute("Busy", 10.0), absolute("Idle", 99.5)], 99.5),
        (AT_REST, [says("WARNING", "windy"), absolute("Busy", 10.0), absolute("Ok", 100.0)], 100.0),
        ([absolute("Busy", 5.0)], [absolute("Busy", 6.0), absolute("Ok", 100.0)], 100.0),
        ([absolute("Alert", 5.0)], [absolute("Busy", 6.0), absolute("Ok", 100.0)], 100.0),
    ],
)
async def test_a_goto_that_arrives(before: list[Event], answer: list[Event], reached_deg: float) -> None:
    assert await dome(before, answer).goto(100.0, 5.0) == reached_deg


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ([says("ERROR", "unpark first"), absolute("Alert", 10.0)], Refused, "unpark first"),
        ([absolute("Alert", 10.0), says("ERROR", "unpark first")], Refused, "unpark first"),
        ([absolute("Alert", 10.0), says("ERROR", "not mine", "Other")], Refused, "no reason"),
        ([says("INFO", "locked by policy"), absolute("Alert", 10.0)], Refused, "locked by policy"),
        ([absolute("Busy", 10.0), says("ERROR", "encoder lost"), absolute("Alert", 30.0)], Refused, "encoder lost"),
        ([absolute("Busy", 10.0), absolute("Idle", 30.0)], Stopped, "aborted"),
        ([absolute("Busy", 10.0), DeviceRemoved("Other"), DeviceRemoved(DOME)], DeviceLost, "disappeared during goto"),
        ([PropertyRemoved(DOME, "ABS_DOME_POSITION")], DeviceNotConnected, "during goto"),
        ([absolute("Busy", 10.0), Disconnected("it fell over")], NotConnected, "it fell over during goto"),
    ],
)
async def test_a_goto_that_does_not(answer: list[Event], error: type[ClientError], words: str) -> None:
    with pytest.raises(error, match=words):
        await dome(AT_REST, answer).goto(100.0, 5.0)


async def test_a_warning_without_an_answer_while_turning_is_a_refusal() -> None:
    turning = [absolute("Busy", 20.0)]
    with pytest.raises(Refused, match="stop first"):
        await dome(turning, [absolute("Busy", 30.0), says("WARNING", "stop first")]).goto(100.0, 10.0)


async def test_progress_sees_each_azimuth() -> None:
    seen: list[float] = []
    answer = [absolute("Busy", 10.0), absolute("Busy", 50.0), absolute("Ok", 100.0)]
    await dome(AT_REST, answer).goto(100.0, 5.0, seen.append)
    assert seen == [10.0, 50.0, 100.0]


@pytest.mark.parametrize(
    "answer",
    [
        [park("Busy", parked=True), absolute("Busy", 10.0), absolute("Idle", 90.0), park("Ok", parked=True)],
        [park("Ok", parked=True)],
    ],
)
async def test_a_park_that_arrives(answer: list[Event]) -> None:
    await dome([park("Ok", parked=False)], answer).park(5.0)


async def test_a_park_under_way_is_joined() -> None:
    await dome([park("Busy", parked=True)], [absolute("Busy", 80.0), park("Ok", parked=True)]).park(5.0)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ([park("Alert", parked=False)], Refused),
        ([park("Busy", parked=True), park("Alert", parked=False)], Refused),
        ([park("Busy", parked=True), park("Ok", parked=False)], Stopped),
    ],
)
async def test_a_park_that_does_not(answer: list[Event], error: type[ClientError]) -> None:
    with pytest.raises(error):
        await dome([park("Ok", parked=False)], answer).park(5.0)


async def test_an_unpark_that_ends_parked_is_said() -> None:
    answer = [park("Busy", parked=False), park("Ok", parked=True)]
    with pytest.raises(Stopped):
        await dome([park("Busy", parked=True)], answer).unpark(5.0)
