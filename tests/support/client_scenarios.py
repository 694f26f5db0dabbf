"""Scenes with the real client library, each run in a process of its own: the library can abort the process.

`python client_scenarios.py NAME PORT [SERVER_PID]` prints one JSON object.
"""

import asyncio
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Awaitable, Callable

from client.connection import IndiConnection
from client.dome import DomeClient
from client.errors import ClientError, PropertyMissing
from client.properties import Event, Message, PropertyChanged

HOST = "127.0.0.1"
CHATTY = "Chatty"
DOME = "Dome Simulator"
Result = dict[str, object]


async def open_chatty(port: int) -> IndiConnection:
    connection = IndiConnection()
    await connection.connect(HOST, port, 5.0)
    await connection.wait_for(CHATTY, "IMAGE", lambda _: True, 5.0)
    return connection


async def error_of(awaitable: Awaitable[object]) -> list[str]:
    try:
        await awaitable
    except ClientError as error:
        return [type(error).__name__, str(error)]
    return ["none", ""]


async def storm(port: int, _pid: int) -> Result:
    """Flood the callbacks, with a subscriber that fails each time; the order and the last value must arrive."""
    connection = await open_chatty(port)
    seen: list[float] = []

    def collect(event: Event) -> None:
        if isinstance(event, PropertyChanged) and event.snapshot.name == "POSITION":
            seen.append(event.snapshot.number("A") or 0.0)

    def fail(_event: Event) -> None:
        raise RuntimeError("a faulty subscriber")

    faults = [0]
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: faults.__setitem__(0, faults[0] + 1))
    connection.subscribe(fail)
    connection.subscribe(collect)
    start_s = time.monotonic()
    connection.send_number(CHATTY, "FLOOD", {"COUNT": 8000})
    await connection.wait_for(CHATTY, "FLOOD", lambda snap: snap.state == "Ok", 60.0)
    seconds = time.monotonic() - start_s
    await connection.close()
    return {"count": len(seen), "ordered": seen == sorted(seen), "seconds": seconds, "faults": faults[0] > 0}


async def close_in_storm(port: int, _pid: int) -> Result:
    """Disconnect while updates stream, again and again."""
    for _ in range(5):
        connection = await open_chatty(port)
        connection.send_number(CHATTY, "FLOOD", {"COUNT": 3000})
        await connection.wait_for(CHATTY, "POSITION", lambda snap: (snap.number("A") or 0) > 20, 10.0)
        await connection.close()
    return {"threads": len(os.listdir("/proc/self/task"))}


async def odd_words(port: int, _pid: int) -> Result:
    """Take in what no driver should say."""
    connection = await open_chatty(port)
    messages: list[str] = []
    connection.subscribe(lambda event: messages.append(event.text) if isinstance(event, Message) else None)
    connection.send_number(CHATTY, "FLOOD", {"COUNT": -2})
    note = await connection.wait_for(CHATTY, "NOTE", lambda snap: snap.state == "Ok", 5.0)
    text = note.elements["T"]
    json.dumps(text).encode()
    str(text).encode()
    connection.send_number(CHATTY, "FLOOD", {"COUNT": 3})
    await connection.wait_for(CHATTY, "FLOOD", lambda snap: snap.state == "Ok", 5.0)
    await connection.close()
    return {"messages": messages, "text": text}


async def missing(port: int, _pid: int) -> Result:
    """Ask for what is not there; every case is refused before it reaches the library."""
    connection = await open_chatty(port)
    refused = []
    cases: list[Callable[[], None]] = [
        lambda: connection.send_number(CHATTY, "NOPE", {"A": 1.0}),
        lambda: connection.send_number("Nobody", "FLOOD", {"COUNT": 1.0}),
        lambda: connection.send_number(CHATTY, "FLOOD", {"NOPE": 1.0}),
        lambda: connection.send_number(CHATTY, "POSITION", {"A": 1.0}),
        lambda: connection.send_number(CHATTY, "NOTE", {"T": 1.0}),
        lambda: connection.send_number(CHATTY, "FLOOD", {}),
        lambda: connection.send_switch(CHATTY, "NOPE", {"A": True}),
        lambda: connection.send_text(CHATTY, "NOPE", {"A": "x"}),
    ]
    for case in cases:
        try:
            case()
        except PropertyMissing as error:
            refused.append(str(error))
    connection.send_number(CHATTY, "FLOOD", {"COUNT": -1})
    while connection.snapshot(CHATTY, "POSITION") is not None:
        await asyncio.sleep(0.01)
    await connection.close()
    return {"refused": refused, "cases": len(cases)}


async def sending(port: int, _pid: int) -> Result:
    """See what arrives at the driver for each switch rule, and that texts survive the way there and back."""
    connection = await open_chatty(port)
    got: asyncio.Queue[str] = asyncio.Queue()
    connection.subscribe(lambda event: got.put_nowait(event.text) if isinstance(event, Message) else None)
    answers = []
    for send in (
        lambda: connection.send_switch(CHATTY, "CONNECTION", {"CONNECT": True}),
        lambda: connection.send_switch(CHATTY, "MOST", {"Y": True}),
        lambda: connection.send_switch(CHATTY, "ANY", {"Y": True}),
        lambda: connection.send_text(CHATTY, "NOTE", {"T": "a<é>&b"}),
    ):
        send()
        answers.append(await asyncio.wait_for(got.get(), 5.0))
    note = connection.snapshot(CHATTY, "NOTE")
    most, either = connection.snapshot(CHATTY, "MOST"), connection.snapshot(CHATTY, "ANY")
    lamp = connection.snapshot(CHATTY, "LAMP")
    assert note is not None
    assert most is not None
    assert either is not None
    assert lamp is not None
    await connection.close()
    return {
        "answers": answers,
        "note": dict(note.elements),
        "most": dict(most.elements),
        "any": dict(either.elements),
        "lamp": dict(lamp.elements),
    }


async def frozen(port: int, pid: int) -> Result:
    """Connect to a server that is stopped."""
    os.kill(pid, signal.SIGSTOP)
    start_s = time.monotonic()
    connection = IndiConnection()
    error = await error_of(connection.connect(HOST, port, 1.5))
    seconds = time.monotonic() - start_s
    os.kill(pid, signal.SIGCONT)
    return {"error": error, "seconds": seconds}


async def freezes_later(port: int, pid: int) -> Result:
    """Be connected when the server stops: the own sign of life notices."""
    connection = IndiConnection(ping_every_s=0.3, silence_limit_s=1.0)
    await connection.connect(HOST, port, 5.0)
    await connection.wait_for(CHATTY, "IMAGE", lambda _: True, 5.0)
    await asyncio.sleep(2.0)  # longer than the limit: a quiet server that answers must not count as gone
    alive = connection.connected
    gone: asyncio.Queue[str] = asyncio.Queue()
    connection.on_disconnect(gone.put_nowait)
    os.kill(pid, signal.SIGSTOP)
    start_s = time.monotonic()
    reason = await asyncio.wait_for(gone.get(), 10.0)
    seconds = time.monotonic() - start_s
    os.kill(pid, signal.SIGCONT)
    await connection.reconnect(5.0)
    await connection.wait_for(CHATTY, "IMAGE", lambda _: True, 5.0)
    await connection.close()
    return {"alive": alive, "reason": reason, "seconds": seconds}


async def killed_in_goto(port: int, pid: int) -> Result:
    """Lose the server in the middle of a goto; afterwards every call answers with an error."""
    connection = IndiConnection()
    await connection.connect(HOST, port, 5.0)
    dome = DomeClient(connection, DOME)
    await dome.find()
    await dome.connect_device()
    seen: list[float] = []
    reasons: list[str] = []
    connection.on_disconnect(reasons.append)

    def kill_on_the_way(azimuth_deg: float) -> None:
        seen.append(azimuth_deg)
        if len(seen) == 2:
            os.kill(pid, signal.SIGKILL)

    error = await error_of(dome.goto(180.0, 60.0, kill_on_the_way))
    after = await error_of(dome.goto(90.0, 5.0))
    waiting = await error_of(connection.wait_for(DOME, "X", lambda _: True, 5.0))
    await connection.close()
    return {"error": error, "after": after, "waiting": waiting, "reasons": len(reasons)}


async def driver_dies(port: int, _pid: int) -> Result:
    """Have the driver end and be restarted by indiserver."""
    connection = await open_chatty(port)
    events: list[str] = []
    connection.subscribe(lambda event: events.append(type(event).__name__))
    connection.send_number(CHATTY, "FLOOD", {"COUNT": -3})
    while "DeviceRemoved" not in events:
        await asyncio.sleep(0.01)
    await connection.wait_for(CHATTY, "IMAGE", lambda _: True, 10.0)
    await connection.close()
    return {"events": sorted(set(events))}


async def many_reconnects(port: int, _pid: int) -> Result:
    """Connect again and again; neither threads nor descriptors may pile up."""
    connection = await open_chatty(port)
    threads, descriptors = len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        await connection.reconnect(5.0)
        await connection.wait_for(CHATTY, "IMAGE", lambda _: True, 5.0)
    result: Result = {
        "threads": len(os.listdir("/proc/self/task")) - threads,
        "descriptors": len(os.listdir("/proc/self/fd")) - descriptors,
        "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }
    await connection.close()
    return result


SCENES = (
    storm,
    close_in_storm,
    odd_words,
    missing,
    sending,
    frozen,
    freezes_later,
    killed_in_goto,
    driver_dies,
    many_reconnects,
)


def main(name: str, port: str, pid: str) -> None:
    scene = next(scene for scene in SCENES if scene.__name__ == name)
    print(json.dumps(asyncio.run(scene(int(port), int(pid)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
